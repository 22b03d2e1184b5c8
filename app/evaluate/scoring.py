"""Scoring answers against questions with known answers and supporting words.

A question file holds one JSON object a line: id, kind, question, history, answers (groups of strings: a right
answer's text holds one of every group), support (source and exact words), min_sources.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from app.records import Answer, Turn
from index.errors import QuoteError, UsageError
from index.passage import Quote, Source

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


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question went. `rank`: 1-based rank of the first supporting passage, None if not among the hits."""

    question: GoldQuestion
    answer: Answer
    right: bool
    leads: bool
    rank: int | None
    proved: int
    quotes: int
    seconds: float

    @property
    def answerable(self) -> bool:
        return self.question.kind not in (UNANSWERABLE, SMALLTALK)


def read_questions(path: Path) -> list[GoldQuestion]:
    """Questions of a JSON Lines file. Raises UsageError with the line that cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read ({error}); name a JSON Lines file in UTF-8") from None
    questions = []
    for n, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            questions.append(GoldQuestion.model_validate(json.loads(line)))
        except json.JSONDecodeError as error:
            raise UsageError(f"{path}: line {n} is not JSON ({error.msg}); write one object a line") from None
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"]))
            raise UsageError(f"{path}: line {n}: field '{field}': {first['msg']}") from None
    if not questions:
        raise UsageError(f"{path}: holds no question; write one JSON object a line")
    return questions


def normalise(text: str) -> str:
    """Lower case, one kind of quotation mark and dash, no Markdown signs, single spaces."""
    text = unicodedata.normalize("NFKC", text)
    text = re.sub(r"\[([^\]]*)\]\(https?://[^)]*\)", r"\1", text)
    text = re.sub(r"[*_`>#\\]", "", text).translate(str.maketrans("“”‘’–—", "\"\"''--"))
    return " ".join(text.split()).lower()


def overlaps(one: str, other: str) -> bool:
    """Whether two texts share enough words in a row to be the same evidence."""
    a, b = normalise(one), normalise(other)
    if not a or not b:
        return False
    if a in b or b in a:
        return min(len(a), len(b)) >= _MIN_INSIDE
    return any(b[i : i + _MIN_OVERLAP] in a for i in range(0, max(1, len(b) - _MIN_OVERLAP + 1), _STEP))


def judge(question: GoldQuestion, answer: Answer, sources: dict[str, Source], seconds: float) -> Outcome:
    """Score `answer`; every quotation is proved again against `sources`."""
    quotes = answer.quotes
    proved = sum(_is_proved(q.quote, sources) for q in quotes)
    right, leads = _verdict(question, answer)
    return Outcome(question, answer, right, leads, _rank(question, answer, sources), proved, len(quotes), seconds)


def _is_proved(quote: Quote, sources: dict[str, Source]) -> bool:
    try:
        quote.prove(sources[quote.source_id])
    except (KeyError, QuoteError):
        return False
    return True


def _verdict(question: GoldQuestion, answer: Answer) -> tuple[bool, bool]:
    """(answered right, the first statement already does)."""
    if question.kind == UNANSWERABLE:
        return answer.abstained, answer.abstained
    if question.kind == SMALLTALK:
        return not answer.quotes, not answer.quotes
    if answer.abstained:
        return False, False

    def holds(text: str) -> bool:
        plain = normalise(text)
        return all(any(normalise(s) in plain for s in group) for group in question.answers)

    supported = {
        s.source
        for s in question.support
        if any(q.source_id == s.source and overlaps(q.text, s.quote) for q in answer.quotes)
    }
    enough = not question.support or len(supported) >= question.min_sources
    right = holds(answer.text) and enough
    first = answer.statements[0]
    return right, right and holds(" ".join([first.text, *(q.text for q in first.quotes)]))


def _rank(question: GoldQuestion, answer: Answer, sources: dict[str, Source]) -> int | None:
    for rank, hit in enumerate(answer.hits, 1):
        text = sources[hit.source_id].text[hit.start : hit.end]
        if any(s.source == hit.source_id and overlaps(text, s.quote) for s in question.support):
            return rank
    return None


@dataclass(frozen=True, slots=True)
class Summary:
    """One row of the table. Rates are in 0..1; `recall5` and `mrr` are over questions with listed support."""

    kind: str
    n: int
    right: float
    leads: float
    refused: int
    recall5: float | None
    mrr: float | None
    proved: int
    quotes: int
    statements: float
    p50: float
    p95: float


def summarise(kind: str, outcomes: Sequence[Outcome]) -> Summary:
    """Summarise outcomes of one kind (or of all)."""
    n = len(outcomes)
    ranked = [o for o in outcomes if o.question.support]
    seconds = sorted(o.seconds for o in outcomes)
    lengths = sorted(len(o.answer.statements) for o in outcomes)
    return Summary(
        kind,
        n,
        sum(o.right for o in outcomes) / n,
        sum(o.leads for o in outcomes) / n,
        sum(o.answer.abstained for o in outcomes),
        sum(o.rank is not None and o.rank <= 5 for o in ranked) / len(ranked) if ranked else None,
        sum(1 / o.rank if o.rank else 0.0 for o in ranked) / len(ranked) if ranked else None,
        sum(o.proved for o in outcomes),
        sum(o.quotes for o in outcomes),
        lengths[n // 2],
        seconds[n // 2],
        seconds[min(n - 1, int(n * 0.95))],
    )


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """At `threshold`: the part of answerable questions refused and of unanswerable ones answered."""

    threshold: float
    answerable_refused: float
    unanswerable_answered: float


def curve(outcomes: Iterable[Outcome]) -> list[CurvePoint]:
    """The trade between the two errors over all thresholds, from the answers' confidence."""
    pairs = [(o.answer.confidence, o.question.kind == UNANSWERABLE) for o in outcomes]
    yes = [c for c, un in pairs if c is not None and not un]
    no = [c for c, un in pairs if c is not None and un]
    steps = sorted({0.0, *yes, *no})
    return [
        CurvePoint(
            t,
            sum(c < t for c in yes) / len(yes) if yes else 0.0,
            sum(c >= t for c in no) / len(no) if no else 0.0,
        )
        for t in steps
    ]
