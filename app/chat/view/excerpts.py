"""Which part of a source is shown around a quotation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.records import AnswerHit, AnswerQuote
from index.passage import Source
from index.text.sentences import sentence_spans

CONTEXT = 600  # characters; about what a retrieved passage of 160 tokens holds


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A span of one source and the quotations that stand in it, in the order of their numbers."""

    source_id: str
    start: int
    end: int
    quotes: tuple[AnswerQuote, ...]


def excerpts(source: Source, quotes: Sequence[AnswerQuote], hits: Sequence[AnswerHit] = ()) -> tuple[Excerpt, ...]:
    """The passages of `source` that hold `quotes`; quotations whose passages overlap share one.

    A quotation's passage is the retrieved one that holds it, or else whole sentences around it.
    """
    merged: list[Excerpt] = []
    placed = [(_passage(source, q, hits), q) for q in quotes]
    for (start, end), quote in sorted(placed, key=lambda p: (p[0], p[1].number)):
        last = merged[-1] if merged else None
        if last is not None and start < last.end:
            held = tuple(sorted((*last.quotes, quote), key=lambda q: q.number))
            merged[-1] = Excerpt(source.id, last.start, max(last.end, end), held)
        else:
            merged.append(Excerpt(source.id, start, end, (quote,)))
    return tuple(sorted(merged, key=lambda e: e.quotes[0].number))


def _passage(source: Source, quote: AnswerQuote, hits: Sequence[AnswerHit]) -> tuple[int, int]:
    for hit in hits:
        if hit.source_id == source.id and hit.start <= quote.start and quote.end <= hit.end:
            return hit.start, min(hit.end, len(source.text))
    return _around(source, quote.start, quote.end)


def _around(source: Source, start: int, end: int) -> tuple[int, int]:
    """Whole sentences of the blocks that hold the span, about `CONTEXT` characters of them."""
    blocks = [b for b in source.blocks if b.start < end and b.end > start]
    low, high = (blocks[0].start, blocks[-1].end) if blocks else (0, len(source.text))
    if high - low <= CONTEXT:
        return low, high
    sentences = [(low + a, low + b) for a, b in sentence_spans(source.text[low:high], source.language)]
    inside = [i for i, (a, b) in enumerate(sentences) if a < end and b > start]
    if not inside:
        return start, end
    first, last = inside[0], inside[-1]
    while True:
        grown = False
        if first > 0 and sentences[last][1] - sentences[first - 1][0] <= CONTEXT:
            first, grown = first - 1, True
        if last + 1 < len(sentences) and sentences[last + 1][1] - sentences[first][0] <= CONTEXT:
            last, grown = last + 1, True
        if not grown:
            return min(start, sentences[first][0]), max(end, sentences[last][1])
