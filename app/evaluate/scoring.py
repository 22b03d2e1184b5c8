"""Scores answers to questions whose right answers and supporting words are known.

A question file holds one JSON object a line: id, kind, question, history, answers (groups of strings: a right
answer's text holds one of every group), support (source and exact words), min_sources; and where it matters: refused
(the right answer is to decline), first (groups that the first statement holds), direct (groups of which the direct line
holds one at least) and direct_not (strings that would mislead there).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median_high

from pydantic import BaseModel, ConfigDict

from app.outside import read_records
from app.records import Answer, Turn
from index.errors import QuoteError
from index.passage import Quote
from index.source import Source

UNANSWERABLE, SMALLTALK = "unanswerable", "smalltalk"
_MIN_OVERLAP = 30  # characters in a row that a quotation and a listed support must share
_MIN_INSIDE = 15  # characters, where one lies inside the other
_STEP = 3


class Supporting(BaseModel):
    model_config = ConfigDict(frozen=True)
    source: str
    quote: str


class GoldQuestion(BaseModel):
    """One line of a question file."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    question: str
    history: tuple[Turn, ...] = ()
    answers: tuple[tuple[str, ...], ...] = ()
    support: tuple[Supporting, ...] = ()
    min_sources: int = 1
    refused: bool = False
    first: tuple[tuple[str, ...], ...] = ()
    direct: tuple[tuple[str, ...], ...] = ()
    direct_not: tuple[str, ...] = ()

    @property
    def unanswerable(self) -> bool:
        """Return whether the right answer is to decline."""
        return self.refused or self.kind == UNANSWERABLE


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question went.

    `right`: answered rightly, or rightly refused. `leads`: the first statement alone does it. `rank`: of the first
    supporting passage, from 1; None if it is not among the hits. `proved`: how many of its `quotes` were proved.
    `direct`: whether the direct line holds what is asked for; None where nothing is expected there. `misleads`: whether
    it holds what would mislead.
    """

    question: GoldQuestion
    answer: Answer
    right: bool
    leads: bool
    rank: int | None
    proved: int
    quotes: int
    seconds: float
    direct: bool | None
    misleads: bool

    @property
    def answerable(self) -> bool:
        return not self.question.unanswerable and self.question.kind != SMALLTALK


def read_questions(path: Path) -> list[GoldQuestion]:
    """Read the questions of a JSON Lines file. Raises UsageError with the line that cannot be read."""
    return read_records(path, GoldQuestion)


def normalise(text: str) -> str:
    """Return `text` in lower case, with one kind of quotation mark and dash, no Markdown signs and single spaces."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"\[([^\]]*)\]\(https?://[^)]*\)", r"\1", text)
    text = re.sub(r"[*_`>#\\]", "", text).translate(str.maketrans("“”‘’–—", "\"\"''--"))
    return " ".join(text.split()).lower()


def overlaps(one: str, other: str) -> bool:
    """Say whether two texts share enough words in a row to be the same evidence."""
    a, b = normalise(one), normalise(other)
    if not a or not b:
        return False
    if a in b or b in a:
        return min(len(a), len(b)) >= _MIN_INSIDE
    return any(b[i : i + _MIN_OVERLAP] in a for i in range(0, max(1, len(b) - _MIN_OVERLAP + 1), _STEP))


def score(question: GoldQuestion, answer: Answer, sources: dict[str, Source], seconds: float) -> Outcome:
    """Score `answer`; every quotation is proved again against `sources`."""
    quotes = answer.quotes
    proved = sum(_is_proved(q.quote, sources) for q in quotes)
    right, leads = _is_right(question, answer)
    line = " · ".join(d.text for d in answer.direct)
    direct = any(_holds([group], line) for group in question.direct) if question.direct else None
    misleads = any(normalise(s) in normalise(line) for s in question.direct_not)
    rank = _rank(question, answer, sources)
    return Outcome(question, answer, right, leads, rank, proved, len(quotes), seconds, direct, misleads)


def _holds(groups: Sequence[Sequence[str]], text: str) -> bool:
    """Return whether `text` holds one string of every group."""
    plain = normalise(text)
    return all(any(normalise(s) in plain for s in group) for group in groups)


def _is_proved(quote: Quote, sources: dict[str, Source]) -> bool:
    try:
        quote.prove(sources[quote.source_id])
    except (KeyError, QuoteError):
        return False
    return True


def _is_right(question: GoldQuestion, answer: Answer) -> tuple[bool, bool]:
    """Return (answered right, the first statement already does)."""
    if question.unanswerable:
        return not answer.quotes, not answer.quotes
    if question.kind == SMALLTALK:
        return not answer.quotes, not answer.quotes
    if answer.abstained:
        return False, False

    supported = {
        s.source
        for s in question.support
        if any(q.source_id == s.source and overlaps(q.text, s.quote) for q in answer.quotes)
    }
    enough = not question.support or len(supported) >= question.min_sources
    right = _holds(question.answers, answer.text) and enough
    first = " ".join([answer.statements[0].text, *(q.text for q in answer.statements[0].quotes)])
    return right, right and _holds(question.first or question.answers, first)


def _rank(question: GoldQuestion, answer: Answer, sources: dict[str, Source]) -> int | None:
    for rank, hit in enumerate(answer.hits, 1):
        text = sources[hit.source_id].text[hit.start : hit.end]
        if any(s.source == hit.source_id and overlaps(text, s.quote) for s in question.support):
            return rank
    return None


@dataclass(frozen=True, slots=True)
class Summary:
    """One row of the table.

    `right`, `leads`, `recall_at_5`: parts of the questions, 0..1. `mrr`: mean reciprocal rank, 0..1. The last two are
    over questions with listed support. `direct`: part (0..1) of those that expect something in the direct line which
    have it; `misled`: how many have what misleads. `statements`: median of an answer. `p50`, `p95`: percentiles of the
    seconds.
    """

    kind: str
    n: int
    right: float
    leads: float
    refused: int
    direct: float | None
    misled: int
    recall_at_5: float | None
    mrr: float | None
    proved: int
    quotes: int
    statements: float
    p50: float
    p95: float


def summarise(outcomes: Sequence[Outcome]) -> list[Summary]:
    """Summarise the outcomes of each kind, of the answerable, of the unanswerable, and of all."""
    groups = {
        kind: [o for o in outcomes if o.question.kind == kind]
        for kind in dict.fromkeys(o.question.kind for o in outcomes)
    }
    groups["= answerable"] = [o for o in outcomes if o.answerable]
    groups["= unanswerable"] = [o for o in outcomes if o.question.unanswerable]
    groups["= all"] = list(outcomes)
    return [_summary(kind, found) for kind, found in groups.items() if found]


def _summary(kind: str, outcomes: Sequence[Outcome]) -> Summary:
    n = len(outcomes)
    ranked = [1 / o.rank if o.rank else 0.0 for o in outcomes if o.question.support]  # reciprocal ranks
    seconds = sorted(o.seconds for o in outcomes)
    expected = [o.direct for o in outcomes if o.direct is not None]
    return Summary(
        kind,
        n,
        sum(o.right for o in outcomes) / n,
        sum(o.leads for o in outcomes) / n,
        sum(o.answer.abstained for o in outcomes),
        sum(expected) / len(expected) if expected else None,
        sum(o.misleads for o in outcomes),
        sum(r >= 1 / 5 for r in ranked) / len(ranked) if ranked else None,
        sum(ranked) / len(ranked) if ranked else None,
        sum(o.proved for o in outcomes),
        sum(o.quotes for o in outcomes),
        median_high(len(o.answer.statements) for o in outcomes),
        median_high(seconds),
        seconds[min(n - 1, int(n * 0.95))],
    )


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """At `threshold`: the part of answerable questions refused and of unanswerable ones answered, 0..1."""

    threshold: float
    answerable_refused: float
    unanswerable_answered: float


def thresholds(outcomes: Sequence[Outcome]) -> list[CurvePoint]:
    """Return the trade between the two errors at every confidence (0..1) that an answer had."""
    known = [(o.answer.confidence, o.question.unanswerable) for o in outcomes if o.answer.confidence is not None]
    yes = [c for c, unanswerable in known if not unanswerable]
    no = [c for c, unanswerable in known if unanswerable]
    return [
        CurvePoint(t, sum(c < t for c in yes) / max(1, len(yes)), sum(c >= t for c in no) / max(1, len(no)))
        for t in sorted({0.0, *yes, *no})
    ]


def report(rows: Sequence[Summary], points: Sequence[CurvePoint], outcomes: Sequence[Outcome]) -> dict[str, object]:
    """Return everything as JSON values."""
    return {
        "summary": [asdict(r) for r in rows],
        "curve": [asdict(p) for p in points],
        "outcomes": [
            o.question.model_dump(include={"id", "kind", "question"})
            | {"right": o.right, "leads": o.leads, "rank": o.rank, "answer": o.answer.model_dump(mode="json")}
            for o in outcomes
        ],
    }
