"""Drafts -> a numbered, proved Answer. The one place where footnote numbers are given out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.records import (
    Answer,
    AnswerHit,
    AnswerQuote,
    AnswerSource,
    IndexStamp,
    QuestionKind,
    Role,
    Statement,
    Support,
)
from app.words.describe import source_label
from index.passage import Hit, Quote, Source


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement before it has footnote numbers; fields as in `Statement`."""

    text: str
    quotes: tuple[Quote, ...] = ()
    support: Support = Support.QUOTED
    role: Role = Role.ANSWER
    speaker: str = ""
    emphasis: tuple[tuple[int, int], ...] = ()


class Numbering:
    """Gives each distinct quotation the next number, in reading order, and proves it before it is shown."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._numbers: dict[Quote, int] = {}

    def statement(self, draft: Draft) -> Statement:
        """`draft` with numbers. Raises QuoteError if one of its quotations does not stand in its source."""
        quotes = []
        for quote in draft.quotes:
            quote.prove(self._sources[quote.source_id])
            number = self._numbers.setdefault(quote, len(self._numbers) + 1)
            quotes.append(
                AnswerQuote(
                    number=number,
                    source_id=quote.source_id,
                    source_sha256=quote.source_sha256,
                    start=quote.start,
                    end=quote.end,
                    text=quote.text,
                )
            )
        return Statement(
            text=draft.text,
            quotes=tuple(quotes),
            support=draft.support,
            role=draft.role,
            speaker=draft.speaker,
            emphasis=draft.emphasis,
        )

    def sources(self) -> tuple[AnswerSource, ...]:
        """The quoted sources in order of their first footnote."""
        footnotes: dict[str, list[int]] = {}
        for quote, number in self._numbers.items():
            footnotes.setdefault(quote.source_id, []).append(number)
        return tuple(_answer_source(self._sources[source_id], numbers) for source_id, numbers in footnotes.items())


def _answer_source(source: Source, numbers: Sequence[int]) -> AnswerSource:
    return AnswerSource(
        number=min(numbers),
        id=source.id,
        title=source.title,
        publisher=source.publisher,
        author=source.author,
        published=source.published,
        url=source.url,
        kind=source.kind.value,
        relation=source.relation.value,
        basis=source.basis.value,
        label=source_label(source),
        footnotes=tuple(sorted(numbers)),
    )


def plain_text(statements: Sequence[Statement]) -> str:
    """The answer as plain text, a statement a line, with [n] marks behind each."""
    return "\n".join(statement_line(s) for s in statements)


def statement_line(statement: Statement) -> str:
    """'Speaker: “words” [1]'; Footnote's own words stand as they are."""
    if not statement.quotes:
        return statement.text
    marks = " ".join(f"[{q.number}]" for q in statement.quotes)
    words = f"“{statement.text}”" if statement.support is Support.QUOTED else statement.text
    lead = f"{statement.speaker}: " if statement.speaker else ""
    return f"{lead}{words} {marks}"


def answer_hits(hits: Sequence[Hit]) -> tuple[AnswerHit, ...]:
    return tuple(
        AnswerHit(source_id=h.passage.source_id, start=h.passage.start, end=h.passage.end, score=h.score) for h in hits
    )


def answer_id(question: str, standalone: str, statements: Sequence[Statement], abstained: bool, generation: str) -> str:
    """16 hex digits (SHA-256) by which a link or a note can name an answer.

    The same question, understood alike, answered from the same generation with the same quotations has the same id;
    timings and scores are no part of it.
    """
    quotes = [[q.source_id, q.source_sha256, q.start, q.end] for s in statements for q in s.quotes]
    parts = [question, standalone, quotes, abstained, generation]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode("ascii")).hexdigest()[:16]


def finish(
    *,
    question: str,
    standalone: str,
    kind: QuestionKind,
    statements: Sequence[Statement],
    sources: tuple[AnswerSource, ...],
    hits: Sequence[Hit],
    abstention: str | None,
    unmentioned: tuple[str, ...] = (),
    confidence: float | None,
    timings_ms: Mapping[str, float],
    engine: str,
    stamp: IndexStamp,
    nearest: Sequence[Hit] = (),
) -> Answer:
    """The whole answer; `abstention` is what is said in place of statements, None if there are any."""
    abstained = abstention is not None
    return Answer(
        id=answer_id(question, standalone, statements, abstained, stamp.generation),
        question=question,
        standalone_question=standalone,
        abstained=abstained,
        kind=kind,
        text=abstention or plain_text(statements),
        statements=tuple(statements),
        sources=sources,
        hits=answer_hits(hits),
        nearest=answer_hits(nearest),
        unmentioned=unmentioned,
        confidence=confidence,
        timings_ms={stage: round(ms, 1) for stage, ms in timings_ms.items()},
        engine=engine,
        index=stamp,
    )
