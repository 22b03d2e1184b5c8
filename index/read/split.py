"""Source -> Passages: whole sentences, exact offsets, inside the embedding model's own token limit.

A passage is a paragraph, a part of a long one, or a few short ones of one section. Its header (title,
publisher, date, section) is embedded with it so that 'what did AP report' finds AP's passages. Where a sentence
ends is decided in `index.text.sentences`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from typing import Protocol

from index.errors import CorpusError
from index.passage import Passage, Sentence
from index.source import Block, BlockKind, MarkKind, Source
from index.text.sentences import cut, sentence_spans

# A title in a script that the model spells letter by letter can take over a hundred tokens, so the header is cut to
# this share of the target.
_HEADER_SHARE = 0.35
# Paragraphs below this share of the target are joined with the next one of the same section.
_SHORT_SHARE = 0.3


class TokenCounter(Protocol):
    """The part of an embedding model (`index.embedding.embedder.Embedder`) that splitting needs."""

    @property
    def max_tokens(self) -> int: ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence with its token count and the number of its paragraph and section."""

    sentence: Sentence
    tokens: int
    paragraph: int
    section: int


def split(source: Source, embedder: TokenCounter, target_tokens: int) -> tuple[Passage, ...]:
    """Split `source` into passages in reading order, so that each sentence is in exactly one.

    Raises CorpusError if the text holds no sentence, or one that does not fit the model.
    """
    target = min(target_tokens, embedder.max_tokens)
    sections = _section_titles(source)
    headers = [_header(source, title, embedder, int(target * _HEADER_SHARE)) for title in sections]
    counts = embedder.count_tokens(headers)
    units = list(_units(source, embedder, embedder.max_tokens - max(counts) - 2))
    if not units:
        raise CorpusError(f"{source.file or source.id}: the body holds no sentence; write the text to be quoted")
    made = [
        _passage(source, headers[group[0].section], [u.sentence for u in group])
        for group in _pack(units, target - max(counts))
    ]
    lengths = embedder.count_tokens([p.embedded_text for p in made])
    return tuple(p for whole, n in zip(made, lengths, strict=True) for p in _fit(source, whole, n, embedder))


def _passage(source: Source, header: str, sentences: Sequence[Sentence]) -> Passage:
    start, end = sentences[0].start, sentences[-1].end
    return Passage(source.id, start, end, source.text[start:end], header, tuple(sentences))


def _fit(source: Source, passage: Passage, tokens: int, embedder: TokenCounter) -> Iterator[Passage]:
    """Yield the passage, or its halves if the whole has more tokens than the sum of its sentences."""
    if tokens <= embedder.max_tokens:
        yield passage
    elif len(passage.sentences) > 1:
        half = len(passage.sentences) // 2
        for sentences in (passage.sentences[:half], passage.sentences[half:]):
            part = _passage(source, passage.header, sentences)
            yield from _fit(source, part, embedder.count_tokens([part.embedded_text])[0], embedder)
    else:
        raise CorpusError(
            f"{source.file or source.id}: line {source.line_at(passage.start)}: a sentence of {tokens} tokens does "
            f"not fit the model's {embedder.max_tokens}; raise passage_tokens or break the sentence"
        )


def _section_titles(source: Source) -> list[str]:
    """Return the title of each section; section 0 is what precedes the first heading."""
    headings = [b for b in source.blocks if b.kind is BlockKind.HEADING]
    return ["", *(source.text[b.start : b.end] for b in headings)]


def _header(source: Source, section: str, embedder: TokenCounter, limit: int) -> str:
    """Return 'Title. Publisher, date. Section', with title and section cut at their end to fit `limit` tokens."""
    by = ", ".join(p for p in (source.publisher, source.published) if p)
    title = "" if section == source.title else section
    head = source.title
    while True:
        header = ". ".join(p for p in (head, by, title) if p)
        if embedder.count_tokens([header])[0] <= limit or not (head or title):
            return header
        if len(head) >= len(title):
            head = head[: len(head) * 3 // 4].rpartition(" ")[0]
        else:
            title = title[: len(title) * 3 // 4].rpartition(" ")[0]


def _units(source: Source, embedder: TokenCounter, room: int) -> Iterator[_Unit]:
    """Yield the sentences of the text in order; one that is longer than `room` tokens is cut into pieces."""
    spans: list[tuple[int, int, Block, int]] = []
    section = 0
    for block in source.blocks:
        if block.kind is BlockKind.HEADING:
            section += 1
            continue
        text = source.text[block.start : block.end]
        spans.extend(
            (block.start + a, block.start + b, block, section) for a, b in sentence_spans(text, source.language)
        )
    counts = embedder.count_tokens([source.text[a:b] for a, b, _, _ in spans])
    for (start, end, block, number), tokens in zip(spans, counts, strict=True):
        pieces = [(start, end)]
        limit = end - start
        while tokens > room and limit > 1:
            limit //= 2
            pieces = cut(source.text, start, end, limit)
            tokens = max(embedder.count_tokens([source.text[a:b] for a, b in pieces]))
        for a, b in pieces:
            kind = BlockKind.HEADING if _is_run_in_heading(source, block, b) else block.kind
            yield _Unit(Sentence(a, b, source.text[a:b], kind), tokens, block.start, number)


def _is_run_in_heading(source: Source, block: Block, end: int) -> bool:
    """Return whether the block is bold from its start to `end` and goes on after it."""
    return end < block.end and any(
        m.kind is MarkKind.STRONG and m.start == block.start and m.end >= end for m in source.marks
    )


def _pack(units: Sequence[_Unit], room: int) -> Iterator[list[_Unit]]:
    """Group sentences into passages of about `room` tokens along paragraphs and sections."""
    group: list[_Unit] = []
    for _, paragraph in groupby(units, key=lambda u: u.paragraph):
        for part in _halve(list(paragraph), room):
            tokens = sum(u.tokens for u in group)
            joins = (
                group
                and group[0].section == part[0].section
                and tokens < room * _SHORT_SHARE
                and tokens + sum(u.tokens for u in part) <= room
            )
            if group and not joins:
                yield group
                group = []
            group = group + part
    if group:
        yield group


def _halve(units: list[_Unit], room: int) -> Iterator[list[_Unit]]:
    """Halve a paragraph that is too long, at the sentence end nearest its middle."""
    sums = list(accumulate(u.tokens for u in units))
    if sums[-1] <= room or len(units) == 1:
        yield units
        return
    at = min(range(1, len(units)), key=lambda i: abs(sums[-1] - 2 * sums[i - 1]))
    yield from _halve(units[:at], room)
    yield from _halve(units[at:], room)
