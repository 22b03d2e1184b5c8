"""The names of what the interface says of a note beside its original, and of a page that was looked at again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class OriginalTexts:
    """Interface words in one language, as in `Texts`."""

    # a note whose original is in the index; the two tables by `Basis`
    our_summary_of: str
    summary_labels: Mapping[str, str]
    summary_kinds: Mapping[str, str]
    summary_words: str
    summary_words_on_article: str
    summary_warning: str
    open_original: str
    live_summary: str

    # what the original does with a note's sentence
    original_otherwise: str
    original_less: str
    original_lacks: str
    original_not_found: str

    # a page, when it was last looked at
    page_seen: str
    page_changed: str
    page_gone: str
