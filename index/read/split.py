"""Source -> Passages: whole sentences, exact offsets, inside the embedding model's own token limit.

A passage is a paragraph, a part of a long one, or a few short ones of one section. Its header (title,
publisher, date, section) is embedded with it so that 'what did AP report' finds AP's passages. A sentence that is too
long for the model has several passages: each is the whole sentence, and embeds a part of it behind its opening words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby
from typing import Protocol

from index.errors import CorpusError
from index.passage import Passage, Sentence
from index.read.sentences import Placed, opening_words, sentences_of
from index.source import BlockKind, Source
from index.text.sentences import cut

# A title in a script that the model spells letter by letter can take over a hundred tokens, so the header is cut to
# this share of the target.
_HEADER_SHARE = 0.35
# Paragraphs below this share of the target are joined with the next one of the same section.
_SHORT_SHARE = 0.3
_OPENING = 120  # characters of a long sentence that each of its parts is read with: who denies it, as a rule
_LEFT_OUT = " … "


class TokenCounter(Protocol):
    """The part of an embedding model (`index.embedding.embedder.Embedder`) that splitting needs."""

    @property
    def max_tokens(self) -> int: ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class _Unit:
    """A sentence, or a part of one, with its token count and the number of its paragraph and section."""

    sentence: Sentence
    tokens: int
    paragraph: int
    section: int

    @property
    def is_part(self) -> bool:
        return self.sentence.part is not None


def split(source: Source, embedder: TokenCounter, target_tokens: int) -> tuple[Passage, ...]:
    """Split `source` into passages in reading order. Each sentence is in one, or in several if it is too long for one.

    Raises CorpusError if the text holds no sentence, or the model has no room for any.
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
    """Return 'Title. Publisher, date. Section', cut to fit `limit` tokens: title and section first, then publisher."""
    title = "" if section == source.title else section
    head, publisher = source.title, source.publisher
    while True:
        by = ", ".join(p for p in (publisher, source.published) if p)
        header = ". ".join(p for p in (head, by, title) if p)
        if embedder.count_tokens([header])[0] <= limit or not (head or title or publisher):
            return header
        if not (head or title):
            publisher = _shorter(publisher)
        elif len(head) >= len(title):
            head = _shorter(head)
        else:
            title = _shorter(title)


def _shorter(words: str) -> str:
    """Return about three quarters of `words`, cut between two of them."""
    return words[: len(words) * 3 // 4].rpartition(" ")[0]


def _units(source: Source, embedder: TokenCounter, room: int) -> Iterator[_Unit]:
    """Yield the sentences of the text in order; one that is read with more than `room` tokens in parts."""
    found = list(sentences_of(source))
    counts = embedder.count_tokens([p.sentence.read for p in found])
    for placed, tokens in zip(found, counts, strict=True):
        if tokens <= room:
            yield _Unit(placed.sentence, tokens, placed.paragraph, placed.section)
        else:
            yield from _parts(source, placed, embedder, room)


def _parts(source: Source, placed: Placed, embedder: TokenCounter, room: int) -> Iterator[_Unit]:
    """Yield a long sentence once for each of its parts, which are as long as fits into `room` tokens."""
    sentence = placed.sentence
    limit = len(sentence.text)
    while True:
        parts = _cut(source, sentence, limit)
        counts = embedder.count_tokens([p.read for p in parts])
        if max(counts) <= room or limit == 1:
            break
        limit = (limit + 1) // 2
    for part, tokens in zip(parts, counts, strict=True):
        yield _Unit(part, tokens, placed.paragraph, placed.section)


def _cut(source: Source, sentence: Sentence, limit: int) -> list[Sentence]:
    """Return `sentence` once for each part of at most `limit` characters, with hints of about as many."""
    text = sentence.text
    context = opening_words(source, sentence.context)
    if len(context) > limit:
        context = ""
    first, last = cut(text, 0, len(text), min(_OPENING, limit // 3))[0] if limit > 2 else (0, 0)
    made = []
    for part in cut(text, 0, len(text), limit):
        opening = f"{text[first:last]}{_LEFT_OUT}" if part[0] >= last > first else ""
        words = context + opening
        made.append(replace(sentence, hints=((part[0], words),) if words else (), part=part))
    return made


def _pack(units: Sequence[_Unit], room: int) -> Iterator[list[_Unit]]:
    """Group sentences into passages of about `room` tokens along paragraphs and sections; a part stands alone."""
    group: list[_Unit] = []
    tokens = 0
    for _, paragraph in groupby(units, key=lambda u: (u.paragraph, u.sentence.part)):
        for part, length in _halve(list(paragraph), room):
            joins = (
                group
                and group[0].section == part[0].section
                and not (group[-1].is_part or part[0].is_part)
                and tokens < room * _SHORT_SHARE
                and tokens + length <= room
            )
            if group and not joins:
                yield group
                group, tokens = [], 0
            group, tokens = group + part, tokens + length
    if group:
        yield group


def _halve(units: list[_Unit], room: int) -> Iterator[tuple[list[_Unit], int]]:
    """Yield a paragraph with its tokens; one that is too long in halves, cut at the sentence end nearest its middle."""
    sums = [0, *accumulate(u.tokens for u in units)]
    waiting = [(0, len(units))]
    while waiting:
        start, end = waiting.pop()
        length = sums[end] - sums[start]
        if length <= room or end - start == 1:
            yield units[start:end], length
            continue
        middle = (sums[start] + sums[end]) / 2
        at = bisect_left(sums, middle, start + 1, end - 1)
        if at > start + 1 and middle - sums[at - 1] <= sums[at] - middle:
            at -= 1
        waiting += [(at, end), (start, at)]
