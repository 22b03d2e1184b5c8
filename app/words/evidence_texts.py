"""The names of what the interface says beside an answer: on a mark's card, in the evidence, in an open source."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class EvidenceTexts:
    """Interface words in one language, as in `Texts`."""

    # the card on a mark
    card_hint: str

    # the evidence panel
    evidence: str
    evidence_empty: str
    no_quotes: str
    evidence_for: str
    nearest: str
    nearest_more: str
    nearest_opinion: str
    nearest_opinion_more: str
    nearest_gone: str
    back_to_answer: str
    open_source: str
    open_source_name: str
    open_nearest_name: str
    back_to_statement: str
    to_statement: str
    page_at: str
    new_tab: str
    source_id: str

    # the source, opened
    source_viewer: str
    back: str
    of_quotations: str
    previous_quotation: str
    next_quotation: str
    live_here: str
    live_note: str
    copy_place: str
    author: str
    published: str
    written_in: str
    relation_label: str
    via: str
    address: str
    note_warning: str
    link_wrong: str
    link_unknown: str
    link_changed: str
    link_outside: str
