"""How much of a list an answer shows, known where the source itself sets the items apart."""

from __future__ import annotations

from collections.abc import Sequence

from app.answer.candidates import Candidate
from index.source import NO_BLOCK, BlockKind

_LEAST = 2  # items: a single one may answer by chance, from a list of something else


def cut_list(chosen: Sequence[Candidate]) -> tuple[int, int] | None:
    """Return how many items are shown, and how many there are, of the list in which the first of `chosen` stands or
    which it introduces; None if there is no such list, or all of it is shown.

    An item is shown if it is quoted, or what is nested in it is, which is quoted with it.
    """
    lead = chosen[0]
    block = lead.source.block_at(lead.sentence.start)
    if block is None:
        return None
    above = block.under if block.kind is BlockKind.LIST_ITEM else block.start
    items = [b for b in lead.source.blocks if b.kind is BlockKind.LIST_ITEM and b.under == above != NO_BLOCK]
    quoted = [
        span
        for c in chosen
        if c.source.id == lead.source.id
        for span in (*c.sentence.context, (c.sentence.start, c.sentence.end))
    ]
    shown = sum(any(start < item.end and item.start < end for start, end in quoted) for item in items)
    return (shown, len(items)) if _LEAST <= shown < len(items) else None
