"""What is retrieved and quoted of a source, and the invariant that makes a quotation a proof.

All offsets are character offsets (Python `str` indices) into `Source.text`, end exclusive.
The invariant: for every `Quote` made from a `Source`, ``source.text[q.start:q.end] == q.text`` and
``source.sha256 == q.source_sha256``. `Quote.of` establishes it and `Quote.prove` checks it again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from index.errors import QuoteError
from index.source import BlockKind, Source


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit that is quoted. `block` is the kind of its block.

    A heading set in bold at the start of a paragraph is a sentence of kind HEADING.
    """

    start: int
    end: int
    text: str
    block: BlockKind = BlockKind.PARAGRAPH


@dataclass(frozen=True)
class Passage:
    """The unit that is embedded and retrieved: whole sentences of one source.

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
        return f"{self.source_id}:{self.start}-{self.end}"

    @property
    def embedded_text(self) -> str:
        return f"{self.header}\n{self.text}"

    @cached_property
    def key(self) -> str:
        """SHA-256 (hex) of what is embedded: two passages with one key have one vector."""
        return hashlib.sha256(self.embedded_text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class SentenceScore:
    """A sentence of a hit with the reranker's score: higher is better, scale as the reranker states.

    `answer`: characters (start, end) of `sentence.text` that are likeliest to answer, None if that is not known.
    """

    sentence: Sentence
    score: float
    answer: tuple[int, int] | None = None


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
