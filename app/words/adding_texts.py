"""The names of what the interface says where sources are added and removed; a part of `Texts`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.words.plural import Plural


@dataclass(frozen=True, kw_only=True)
class AddingTexts:
    """Interface words in one language, as in `Texts`."""

    adding: str
    adding_files: str
    adding_kinds: str
    adding_page: str
    adding_page_more: str
    adding_fetch: str
    adding_text: str
    adding_read: str
    adding_pasted: str
    adding_no_address: str
    adding_uploading: str
    adding_reading: str
    adding_fetching: str
    adding_large: str
    adding_away: str
    adding_progress: str
    adding_was_read: str
    adding_beside: str
    adding_guessed: str
    adding_title: str
    adding_publisher: str
    adding_kind: str
    adding_date_hint: str
    adding_add: str
    adding_add_all: str
    adding_discard: str
    adding_waiting: str
    adding_begins: str
    adding_stages: Mapping[str, str]
    adding_added: str
    adding_removed: str
    adding_off: str
    characters: Plural
    pages: Plural
    remove_source: str
    remove_source_sure: str
    removed: str
    removed_proved: str
    footnote_removed: str
