"""Drafts -> a numbered, proved Answer. The one place where footnote numbers are given out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields

from app.answer.later_day import names_later_day
from app.answer.on_article import on_article
from app.model_run import ModelRun
from app.records import (
    RESTING,
    WRITTEN,
    Answer,
    AnswerHit,
    AnswerQuote,
    AnswerSource,
    Direct,
    IndexStamp,
    QuestionKind,
    Role,
    Statement,
    Support,
    Understanding,
    parted,
)
from app.saying import Own
from app.support.records import Verdict
from app.words.describe import aside, refusal_words, said_by
from app.words.direct import cut_words, direct_line, pieces
from app.words.languages import ENGLISH
from app.words.own import own_words
from index.passage import Hit, Quote
from index.source import Source, SourceFacts


@dataclass(frozen=True, slots=True)
class Draft:
    """A statement before it has footnote numbers; fields as in `Statement`.

    `answers`: its emphasised words stand in the direct line.
    """

    text: str
    quotes: tuple[Quote, ...] = ()
    support: Support = Support.QUOTED
    role: Role = Role.ANSWER
    quoting: bool = False
    heading: bool = False
    emphasis: tuple[tuple[int, int], ...] = ()
    part: int = 0
    answers: bool = False
    own: Own | None = None
    of_list: tuple[int, int] | None = None
    verdict: Verdict | None = None


def own_draft(own: Own) -> Draft:
    """Return a statement of Footnote's own, which claims nothing about a source and so needs no footnote."""
    return Draft(own_words(own), support=Support.NONE, role=Role.SELF, own=own)


class Numbering:
    """Gives each distinct quotation the next number, in reading order, and proves it before it is shown.

    `article`: what the notes among `sources` may tell of.
    """

    def __init__(self, sources: Mapping[str, Source], article: SourceFacts | None = None) -> None:
        self._sources = sources
        self._article = article
        self._numbers: dict[Quote, int] = {}

    def statement(self, draft: Draft) -> Statement:
        """Return `draft` with numbers. Raises QuoteError if one of its quotations does not match its source."""
        quotes = tuple(map(self._numbered, draft.quotes))
        known = {f.name: getattr(draft, f.name) for f in fields(draft) if f.name in Statement.model_fields}
        known["quotes"] = quotes
        if quotes and (draft.support is Support.QUOTED or draft.support in RESTING):
            known |= self._told(draft)
        return Statement(**known)

    def _told(self, draft: Draft) -> dict[str, bool]:
        """Tell of a note's sentence, which ends the last quotation, whether it is on the article, or on a later day."""
        quote, source = draft.quotes[-1], self._sources[draft.quotes[-1].source_id]
        at = len(draft.text) - (quote.end - quote.start)
        own = [(a - at, b - at) for a, b in draft.emphasis if a >= at]
        return {
            "on_article": on_article(source, quote.start, quote.end, own, self._article),
            "later": names_later_day(source, quote.start, quote.end, self._article),
        }

    def _numbered(self, quote: Quote) -> AnswerQuote:
        source = self._sources[quote.source_id]
        quote.prove(source)
        number = self._numbers.setdefault(quote, len(self._numbers) + 1)
        return AnswerQuote(number=number, pages=source.pages_of(quote.start, quote.end), **asdict(quote))

    def sources(self) -> tuple[AnswerSource, ...]:
        """Return the quoted sources in order of their first footnote."""
        footnotes: dict[str, list[int]] = {}
        for quote, number in self._numbers.items():
            footnotes.setdefault(quote.source_id, []).append(number)
        return tuple(AnswerSource(facts=self._sources[i].facts, footnotes=tuple(n)) for i, n in footnotes.items())


def plain_text(
    statements: Sequence[Statement],
    sources: Mapping[str, SourceFacts],
    direct: Sequence[Direct] = (),
    parts: Sequence[str] = (),
) -> str:
    """Return the answer as plain text: the direct answer, then a statement a line: 'Speaker: “words” [1]'.

    Of several questions each stands over its answer, parted by empty lines, or is named as not answered.
    """
    blocks = []
    for part in parted(parts, direct, statements):
        lines = [part.words] if part.words else []
        if shown := pieces(part.direct, part.statements, sources):
            lines.append(direct_line(shown))
        lines += (_line(s, sources) for s in part.statements)
        lines += filter(None, [cut_words(part)])
        if part.words and not part.statements:
            lines = [ENGLISH.part_not_answered.format(question=part.words)]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _line(statement: Statement, sources: Mapping[str, SourceFacts]) -> str:
    facts = sources[statement.quotes[0].source_id] if statement.quotes else None
    marks = "".join(f" [{q.number}]" for q in statement.quotes)
    if label := aside(statement, facts):
        return f"{statement.text}{marks} ({label})"
    if facts is None:
        return statement.text
    words = f"“{statement.text}”" if statement.support is Support.QUOTED else statement.text
    return f"{said_by(statement, facts)}: {words}{marks}"


def answer_hits(hits: Sequence[Hit]) -> tuple[AnswerHit, ...]:
    return tuple(
        AnswerHit(source_id=h.passage.source_id, start=h.passage.start, end=h.passage.end, score=h.score) for h in hits
    )


def answer_id(question: str, standalone: str, statements: Sequence[Statement], generation: str) -> str:
    """Return 16 hex digits (SHA-256) by which a link or a note can name an answer.

    The same question, understood alike, answered from the same generation with the same quotations, and the same words
    of a language model if there are any, has the same id; timings and scores are no part of it.
    """
    quotes = [[q.source_id, q.source_sha256, q.start, q.end] for s in statements for q in s.quotes]
    parts = [question, standalone, quotes, not statements, generation]
    written = [s.text for s in statements if s.support in WRITTEN]
    parts += [written] if written else []
    return hashlib.sha256(json.dumps(parts, ensure_ascii=True).encode("ascii")).hexdigest()[:16]


def finish(
    *,
    question: str,
    understood: Understanding,
    kind: QuestionKind,
    statements: Sequence[Statement],
    sources: tuple[AnswerSource, ...],
    hits: Sequence[Hit],
    unmentioned: tuple[str, ...] = (),
    confidence: float | None,
    timings_ms: Mapping[str, float],
    engine: str,
    stamp: IndexStamp,
    model: ModelRun | None = None,
    nearest: Sequence[Hit] = (),
    direct: Sequence[Direct] = (),
) -> Answer:
    """Return the whole answer; without statements it is an abstention, beside the `nearest` passages."""
    if statements:
        text = plain_text(statements, {s.id: s.facts for s in sources}, direct, understood.parts)
    else:
        text = refusal_words(unmentioned, kind=kind)
    return Answer(
        **dict(understood),
        id=answer_id(question, understood.standalone_question, statements, stamp.generation),
        question=question,
        abstained=not statements,
        kind=kind,
        direct=tuple(direct),
        text=text,
        statements=tuple(statements),
        sources=sources,
        hits=answer_hits(hits),
        nearest=answer_hits(nearest) if not statements else (),
        unmentioned=unmentioned,
        confidence=confidence,
        timings_ms={stage: round(ms, 1) for stage, ms in timings_ms.items()},
        engine=engine,
        model=model,
        index=stamp,
    )
