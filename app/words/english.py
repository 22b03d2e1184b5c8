"""The interface in English."""

from __future__ import annotations

from app.words.texts import Plural, Texts
from index.text.words import MONTHS


def _plural(one: str, many: str) -> Plural:
    return Plural(one, many, many)


_MONTHS = tuple(m.title() for m in MONTHS)

ENGLISH = Texts(
    code="en",
    name="English",
    # the frame
    title="Footnote",
    tagline="Answers in the sources' own words",
    language="Language",
    close="Close",
    new_talk="New conversation",
    talks="Conversations",
    sources_button="Sources",
    # sources in words
    months=_MONTHS,
    months_alone=_MONTHS,
    months_short=tuple(m[:3] for m in _MONTHS),
    undated="undated",
    our_note_on="our note on {name}",
    quoting="{name}, quoting",
    label_article="the article",
    label_fulltext="the full text of the {publisher} page",
    label_note_read="our note on the {publisher} text, read in the original",
    label_note_reported="our note on the {publisher} text, known through other pages",
    kind_fulltext="full text of the page",
    kind_note_read="our note, original read",
    kind_note_reported="our note, original known through other pages",
    relations={
        "article": "the article itself",
        "cited": "cited by the article",
        "corroborates": "corroborates the article",
        "disputes": "disputes the article",
        "law": "a law the article refers to",
        "background": "background to the article",
        "later": "later than the article",
    },
    languages={
        "ar": "Arabic", "be": "Belarusian", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German",
        "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish",
        "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian",
        "it": "Italian", "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "nl": "Dutch",
        "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak",
        "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "tr": "Turkish", "uk": "Ukrainian",
        "vi": "Vietnamese", "zh": "Chinese",
    },
    # the question
    question="Your question",
    question_hint="Ask about the article or its sources",
    ask="Ask",
    stop="Stop",
    editing="Editing your last question; its answer will be replaced.",
    editing_cancel="Keep it as it was",
    asking_only=_plural("Asking one source only", "Asking {count} sources only"),
    ask_all="Ask all sources",
    drop_source="Do not ask this source: {name}",
    chosen_gone="None of the chosen sources is in the present index. Choose again under Sources, or ask all of them.",
    # the first page
    welcome="Ask the article",
    welcome_more=(
        "An answer is made of quotations. Each carries a number: follow it to the passage it stands in, "
        "and from there to the whole source. What the sources do not say is not answered."
    ),
    article="The article",
    beside=_plural("One further source stands beside it", "{count} further sources stand beside it"),
    sources_only=_plural("One source", "{count} sources"),
    try_these="Questions to begin with",
    keys_hint="Keys: / to the question, n and p from footnote to footnote, Esc back.",
    suggestions=("What is the article about?", "Which sources are there?"),
    # the answer
    conversation="Conversation",
    you_asked="You asked:",
    read_as="Read as:",
    asked_of=_plural("Asked of one source only: {names}", "Asked of {count} sources only: {names}"),
    unreadable=(
        "This question seems to be in {language}, which the model in use does not read, so the search may miss "
        "what the sources say. To ask in {language}, name a multilingual model in the setting “model” and build "
        "the index again."
    ),
    reading="Reading the sources",
    stopped="Stopped. What stands here is quoted and proved; more may have followed.",
    further="Further from the sources",
    footnote="Footnote {number}, {speaker}",
    footnote_changed="Footnote {number}, no longer proved: its source has changed",
    changed="The source has changed since this was asked. These words are kept in your browser and cannot be proved.",
    changed_quote="Footnote {number}: changed since, not proved",
    tally="{quotes} from {sources}",
    quotations=_plural("one quotation", "{count} quotations"),
    from_sources=_plural("one source", "{count} sources"),
    # not answered
    not_answered="Not answered",
    sources_do_not_answer="The sources do not answer this.",
    none_mentions="None of them mentions {names}.",
    either=" or ",
    see_nearest="See the closest passages",
    covered="The sources do cover",
    about_source="Summarise “{title}”",
    about_article="What is the article about?",
    look_at_sources="Look through all sources",
    # below an answer
    this_answer="This answer",
    copy="Copy with references",
    copied="Copied",
    copy_link="Copy link",
    link_copied="Link copied",
    copy_failed="The browser did not let the page copy. Select the text and copy it by hand.",
    edit="Edit the question",
    again="Ask again",
    useful="A good answer",
    not_useful="Not a good answer",
    reason="What was good, or what is wrong?",
    reason_hint="Kept in a file on this machine; nobody else is told.",
    send_reason="Keep this",
    cancel="Cancel",
    judged="Kept. The command 'footnote feedback' lists it.",
    # the card on a mark
    card_hint="Tap the number again to see the passage.",
    # the evidence panel
    evidence="Evidence",
    evidence_empty="The passages that an answer quotes are shown here, each in its place in its source.",
    no_quotes="This reply quotes nothing.",
    evidence_for="for",
    nearest="Closest passages, not an answer",
    nearest_more="These came nearest to the question. They do not answer it.",
    nearest_gone="The index has changed since; ask again to see the closest passages.",
    open_source="Open in place",
    open_source_name="Open the source of footnote {number} in place: {title}",
    open_nearest_name="Open the source of this passage in place: {title}",
    back_to_statement="Back to the statement",
    to_statement="Footnote {number}: back to the statement",
    page_at="Page at {host}",
    new_tab="opens in a new tab",
    source_id="Source id",
    # the source, opened
    reader="Source",
    back="Back",
    of_quotations="Quotation {place} of {count}",
    previous_quotation="Previous quotation",
    next_quotation="Next quotation",
    live_here="Open the live page at these words",
    live_note="Open the original page (these words are our note's)",
    copy_place="Copy link to this place",
    author="By",
    published="Published",
    written_in="Language of the original",
    stands="How it stands",
    via="Known through",
    address="Page",
    note_warning="These are our note's words, not the original's.",
    place_wrong="This link names no place in a source. A place reads ?source=ID&span=START-END, with two numbers.",
    place_unknown="This link names a source that is not in the present index: {source}",
    place_changed=(
        "The source has changed since this link was made, so the place it names cannot be proved. "
        "The present text is shown, without a mark."
    ),
    place_outside="This link names a place outside the source ({start}-{end}, the text has {length} characters).",
    # what each source says
    compare="What does each source say?",
    compare_head="What each source says",
    compare_more=(
        "The nearest quotation of each source, by date; two where it gives two figures. "
        "Figures and dates are in bold."
    ),
    compare_none="No source says anything near enough to this question to set side by side.",
    comparing="Asking each source",
    compare_date="Date",
    compare_who="Who says it",
    compare_words="In its words",
    compare_open="Open row {number} in its source: {title}",
    compare_silent=_plural(
        "One further source was asked and says nothing near.",
        "{count} further sources were asked and say nothing near.",
    ),
    # the sources drawer
    shelf="Sources",
    shelf_counts="{sources}, {passages}",
    passages=_plural("one passage", "{count} passages"),
    sources_counted=_plural("one source", "{count} sources"),
    shelf_built="Index built {when} with the model {model}.",
    shelf_choose="Tick the sources that the next question shall be asked of.",
    shelf_all="Ask all of them",
    shelf_none="No source matches these words.",
    shelf_filter="Find a source",
    shelf_ask_of="Ask {title}",
    shelf_open="Open",
    newer=(
        "A newer index was switched in: {sources}, {passages}. Earlier answers keep the words they quoted; "
        "the next question is asked of the new index."
    ),
    dismiss="Dismiss",
    # the conversations drawer
    talks_head="Conversations",
    talks_more="Kept in this browser only.",
    talks_none="Nothing has been asked yet.",
    talk_untitled="Untitled",
    talk_unreadable="A conversation that cannot be read any more",
    talk_rename="Rename",
    talk_rename_label="Name of this conversation",
    talk_delete="Delete",
    talk_delete_sure="Delete for good?",
    talk_save="Save this conversation",
    save_markdown="Markdown",
    save_html="Web page",
    save_bundle="Evidence bundle",
    save_failed="This could not be saved: {why}",
    nothing_to_save="There is no finished answer to save yet.",
    clear="Clear this conversation",
    storage_full=(
        "This browser keeps no more: its storage is full or switched off. Delete a conversation, or save this one "
        "to a file."
    ),
    exchange_unreadable="What this browser kept of this answer cannot be read any more. Ask again.",
    # when something is wrong
    problem="That did not work",
    no_index=(
        "There is no index yet, so there is nothing to answer from. "
        "Run 'footnote index build' in the project folder, then ask again; this page need not be reloaded."
    ),
    stale_index=(
        "The index was made with other settings or another version. "
        "Run 'footnote index build' in the project folder, then ask again."
    ),
    damaged_index="The index is damaged. Run 'footnote index build --full' in the project folder, then ask again.",
    unexpected=(
        "The question could not be answered because of an error in Footnote. "
        "The server's log has the details under {reference}. Asking again may help."
    ),
)  # fmt: skip
