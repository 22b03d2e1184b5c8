"""What is retrieved and quoted of a source, and the invariant that makes a quotation a proof.

All offsets are character offsets (Python `str` indices) into `Source.text`, end exclusive.
The invariant: for every `Quote` made from a `Source`, ``source.text[q.start:q.end] == q.text`` and
``source.sha256 == q.source_sha256``. `Quote.of` establishes it and `Quote.prove` checks it again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from index.errors import QuoteError
from index.source import BlockKind, Source

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit that is quoted, always whole. `block` is the kind of its block.

    A label set in bold at the start of a paragraph is a sentence of kind HEADING.

    `context`: spans of the source, in order, that it hangs on and is quoted with: what introduces its list, the item
    above it, the head of its table. `hints`: words (at, words) that are read before its character `at` and not quoted,
    such as the column's head before a cell. `part`: what is embedded and read of it, if the whole is too long for the
    model; None for all.
    """

    start: int
    end: int
    text: str
    block: BlockKind = BlockKind.PARAGRAPH
    context: tuple[Span, ...] = ()
    hints: tuple[tuple[int, str], ...] = ()
    part: Span | None = None

    @property
    def read(self) -> str:
        """What is embedded, searched and read for it."""
        return "".join(words for words, _ in self._pieces())

    def own(self, span: Span) -> Span | None:
        """Return the characters of `text` for a span of `read`; None if it holds none of them."""
        at = 0
        found: list[int] = []
        for words, start in self._pieces():
            if start is not None:
                first, last = max(span[0], at), min(span[1], at + len(words))
                if first < last:
                    found += (start + first - at, start + last - at)
            at += len(words)
        return (found[0], found[-1]) if found else None

    def _pieces(self) -> Iterator[tuple[str, int | None]]:
        """Yield what is read in order, with its place in `text`; None for hints."""
        at, end = self.part or (0, len(self.text))
        for place, words in self.hints:
            yield self.text[at:place], at
            yield words, None
            at = place
        yield self.text[at:end], at


@dataclass(frozen=True)
class Passage:
    """The unit that is embedded and retrieved: whole sentences of one source, or a part of one too long for the model.

    `header` (title, publisher, date, section) is embedded and searched with the text, never quoted.
    """

    source_id: str
    start: int
    end: int
    text: str
    header: str
    sentences: tuple[Sentence, ...]

    @property
    def id(self) -> str:
        part = self.sentences[0].part if self.sentences else None
        return f"{self.source_id}:{self.start}-{self.end}" + (f"({part[0]}-{part[1]})" if part else "")

    @property
    def body(self) -> str:
        """What is embedded and searched besides the header: the text, with what its sentences are read with."""
        parts, at = [], self.start
        for sentence in self.sentences:
            parts += [self.text[at - self.start : sentence.start - self.start], sentence.read]
            at = sentence.end
        return "".join((*parts, self.text[at - self.start :]))

    @property
    def embedded_text(self) -> str:
        return f"{self.header}\n{self.body}"

    @cached_property
    def key(self) -> str:
        """SHA-256 (hex) of what is embedded: two passages with one key have one vector."""
        return hashlib.sha256(self.embedded_text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """Characters `start:end` of a sentence that are likeliest to answer.

    `share`: of the probability of all spans of the sentence, the part (0..1) of those that overlap this one.
    """

    start: int
    end: int
    share: float


@dataclass(frozen=True, slots=True)
class SentenceScore:
    """A sentence of a hit with the reranker's score: higher is better, scale as the reranker states.

    `answer`: a span of `sentence.text`, None if it is not known. `alone`: the probability (0..1) that it answers,
    whatever its neighbours say: where several sentences of a passage do, `score` is shared out among them.
    """

    sentence: Sentence
    score: float
    answer: AnswerSpan | None = None
    alone: float = 0.0


@dataclass(frozen=True, slots=True)
class Hit:
    """A retrieved passage and how it was found.

    `score`: the ranking score, higher is better; comparable within one result list only.
    `confidence`: the estimated probability (0..1) that its best sentence answers at all; decides on refusal.
    `dense_rank`, `lexical_rank`: 1-based rank in each engine's list, None if the engine did not return it.
    `similarity`: cosine of question and passage, -1..1. `sentences`: all sentences, best first.
    """

    passage: Passage
    score: float
    dense_rank: int | None = None
    lexical_rank: int | None = None
    similarity: float | None = None
    confidence: float = 0.0
    sentences: tuple[SentenceScore, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Quote:
    """A proved span of a source."""

    source_id: str
    source_sha256: str
    start: int
    end: int
    text: str

    @classmethod
    def of(cls, source: Source, start: int, end: int) -> Quote:
        """Quote `source.text[start:end]`. Raises QuoteError if the span is empty or outside the text."""
        if not 0 <= start < end <= len(source.text):
            raise QuoteError(
                f"span {start}:{end} lies outside source '{source.id}' (0:{len(source.text)}); "
                "take start and end from a passage or sentence of this source"
            )
        return cls(source.id, source.sha256, start, end, source.text[start:end])

    def prove(self, source: Source) -> None:
        """Check the invariant against `source`. Raises QuoteError that says which part fails."""
        if source.id != self.source_id:
            raise QuoteError(f"the quotation is from '{self.source_id}', not from '{source.id}'")
        if source.sha256 != self.source_sha256:
            raise QuoteError(
                f"source '{source.id}' has changed since it was quoted (SHA-256 {source.sha256[:12]}..., "
                f"quoted from {self.source_sha256[:12]}...); ask again to quote the present text"
            )
        if source.text[self.start : self.end] != self.text:
            raise QuoteError(f"source '{source.id}' does not read so at {self.start}:{self.end}")
