"""What a statement is held against. It is made of a source and spans alone, so that who has both makes the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.support.records import Evidence
from index.passage import Span
from index.source import NO_BLOCK, Block, BlockKind, Source
from index.text.sentences import sentence_spans


def evidence_of(source: Source, spans: Sequence[Span]) -> Evidence:
    """Return the sentences of `spans`, under the source's facts and headings, with the blocks around them."""
    texts = [source.text[a:b] for span in spans for a, b in _in_blocks(source, span)]
    sentences = tuple(text[a:b] for text in texts for a, b in sentence_spans(text, source.language))
    facts = (source.title, source.publisher, source.author, source.published)
    header = ". ".join(filter(None, (*facts, *_headings(source, spans[0][0]))))
    around = [source.text[b.start : b.end] for b in _around(source, spans)]
    return Evidence(sentences or tuple(source.text[a:b] for a, b in spans), header, "\n".join(around))


def _in_blocks(source: Source, span: Span) -> Iterator[Span]:
    """Yield the parts of `span` block by block: a sentence ends with its block."""
    inside = [(max(b.start, span[0]), min(b.end, span[1])) for b in source.blocks]
    yield from [(a, b) for a, b in inside if a < b] or [span]


def _headings(source: Source, at: int) -> list[str]:
    """Return the headings over the character `at`, the highest first."""
    found: list[Block] = []
    for block in source.blocks:
        if block.start > at:
            break
        if block.kind is BlockKind.HEADING:
            found = [b for b in found if b.level < block.level] + [block]
    return [source.text[b.start : b.end] for b in found]


def _around(source: Source, spans: Sequence[Span]) -> list[Block]:
    """Return the blocks that `spans` touch, each behind the one before it and what it hangs on."""
    touched = {n for n, b in enumerate(source.blocks) if any(b.start < end and start < b.end for start, end in spans)}
    under = {source.blocks[n].under for n in touched} - {NO_BLOCK}
    wanted = touched | {n - 1 for n in touched if n}
    return [b for n, b in enumerate(source.blocks) if n in wanted or b.start in under]
