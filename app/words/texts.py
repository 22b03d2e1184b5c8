"""The names of everything that the interface itself says; en.toml and uk.toml hold the words.

A field with {braces} is filled with `str.format`. The tests hold every language to the same fields and braces.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.words.adding_texts import AddingTexts
from app.words.evidence_texts import EvidenceTexts
from app.words.original_texts import OriginalTexts
from app.words.plural import Plural, locale


@dataclass(frozen=True, kw_only=True)
class Texts(AddingTexts, EvidenceTexts, OriginalTexts):
    """Interface words in one language. `code` is its ISO 639-1 code, `name` what it calls itself."""

    code: str
    name: str

    # the frame
    title: str
    tagline: str
    tagline_model: str
    language: str
    theme: str
    theme_system: str
    theme_light: str
    theme_dark: str
    close: str
    new_conversation: str
    conversations: str
    sources: str

    # sources in words
    undated: str
    our_note_on: str
    on_article: str
    original_of: str
    quoting: str
    quoted_by: str
    heading: str
    label_article: str
    label_fulltext: str
    label_note_read: str
    label_note_partly: str
    label_note_reported: str
    kind_fulltext: str
    kind_file: str
    kind_note_read: str
    kind_note_partly: str
    kind_note_reported: str
    relations: Mapping[str, str]
    page_one: str
    page_several: str

    # what Footnote says itself inside an answer, by `app.records.Saying`
    corpus_of_article: Plural
    source_card: str
    by_author: str
    own: Mapping[str, str]

    # the question
    question: str
    question_hint: str
    question_hint_sources: str
    ask: str
    stop: str
    editing: str
    editing_cancel: str
    asking_only: Plural
    ask_all: str
    drop_source: str
    chosen_gone: str
    question_too_long: str

    # the first page
    welcome: str
    welcome_sources: str
    welcome_more: str
    welcome_model: str
    article: str
    further_sources: Plural
    sources_about: Plural
    relation_heads: Mapping[str, str]
    read_it: str
    sources_only: Plural
    try_these: str
    keys_hint: str
    suggestions: tuple[str, ...]

    # the pages beside the chat
    page_description: str
    about_footnote: str
    about_heads: tuple[str, ...]
    about_words: tuple[str, ...]
    about_model: tuple[str, ...]
    not_found: str
    not_found_more: str
    to_the_chat: str

    # the answer
    conversation: str
    you_asked: str
    answer: str
    part_not_answered: str
    list_cut: str
    read_as: str
    reword: str
    reword_label: str
    reword_now: str
    ask_alone: str
    ask_as_typed: str
    asked_as_typed: str
    showing: str
    mended: str
    search_instead: str
    asked_of: Plural
    unreadable: str
    reading: str
    stopped: str
    further: str
    footnote: str
    footnote_changed: str
    changed: str
    changed_quote: str
    tally: str
    quotations: Plural
    from_sources: Plural
    references: str

    # a language model's words
    answer_in: str
    in_its_words: str
    quotations_only: str
    writing: str
    in_words_of: str
    model_left_alone: str
    without_model: str
    machine_translation: str
    translating: str
    not_translated: str
    supports: Mapping[str, str]
    model_failed: str
    model_failures: Mapping[str, str]

    # not answered
    not_answered: str
    sources_do_not_answer: str
    none_mentions: str
    no_opinions: str
    ask_back: str
    either: str
    see_nearest: str
    covered: str
    about_source: str
    about_article: str
    asked_in_english: str
    offering: str
    look_at_sources: str

    # below an answer
    this_answer: str
    copy: str
    copy_sources_as: str
    copied: str
    copy_link: str
    link_copied: str
    copy_failed: str
    edit: str
    again: str
    useful: str
    not_useful: str
    reason: str
    reason_hint: str
    send_reason: str
    cancel: str
    feedback_saved: str

    # searching the sources
    search: str
    search_sources: str
    search_within: str
    search_here: str
    search_all: str
    search_found: Plural
    search_none: str
    search_close: str

    # checking a statement
    check: str
    check_head: str
    check_more: str
    check_hint: str
    check_now: str
    check_unread: str
    check_quoted: str
    check_supports: str
    check_unopposed: str
    check_disputes: str
    check_partly: str
    check_silent: str
    check_unsure: str
    check_none: str
    check_against: str
    reason_says: str
    reason_otherwise: str
    reason_not_said: str
    reason_derived: str
    reason_name: str
    reason_speaker: str
    reason_doubt: str

    # what each source says
    compare: str
    compare_head: str
    compare_more: str
    compare_none: str
    comparing: str
    compare_date: str
    compare_who: str
    compare_words: str
    own_words: str
    note_words: str
    note_words_on_article: str
    compare_open: str
    compare_silent: Plural

    # the sources panel
    index_counts: str
    passages: Plural
    sources_counted: Plural
    index_built: str
    sources_choose: str
    sources_all: str
    sources_none: str
    sources_find: str
    sources_ask: str
    sources_open: str
    newer: str
    dismiss: str

    # the conversations panel
    conversations_more: str
    conversations_none: str
    untitled: str
    conversation_unreadable: str
    rename: str
    rename_label: str
    delete: str
    delete_sure: str
    save_conversation: str
    save_markdown: str
    save_html: str
    save_bundle: str
    save_sources_as: str
    save_failed: str
    nothing_to_cite: str
    nothing_to_save: str
    clear: str
    storage_full: str
    exchange_unreadable: str

    # when something is wrong
    problem: str
    server_away: str
    server_back: str
    unanswered: str
    no_index: str
    stale_index: str
    damaged_index: str
    unexpected: str

    def counted(self, count: int, words: Plural, **more: str) -> str:
        """Return 'one source' or '3 sources': the form that this language uses for `count`."""
        form = locale(self.code).plural_form(count)
        return {"one": words.one, "few": words.few}.get(form, words.many).format(count=count, **more)
