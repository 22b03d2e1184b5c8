"""Statement, Answer and the events of a streamed answer: frozen, and the same after a trip through JSON."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class QuestionKind(StrEnum):
    """The road that a question takes."""

    FACT = "fact"
    EXPLAIN = "explain"
    WHO_SAYS = "who-says"
    COMPARE = "compare"
    LIST = "list"
    OVERVIEW = "overview"
    METADATA = "metadata"
    SMALLTALK = "smalltalk"


class Support(StrEnum):
    """How a statement rests on its quotations."""

    QUOTED = "quoted"  # the statement is the quotation, word for word
    METADATA = "metadata"  # rests on the source's front matter; the quotation shows the source
    NONE = "none"  # Footnote speaking of itself (small talk, abstention): no claim, no footnote


class Role(StrEnum):
    """A statement's place in the answer."""

    ANSWER = "answer"  # leads
    FURTHER = "further"  # what other sources, or other sentences, add or dispute
    SELF = "self"  # Footnote speaking of itself


class Turn(_Record):
    role: Literal["user", "assistant"]
    text: str


class AnswerQuote(_Record):
    """A proved span with its footnote number (1, 2, ... in reading order, one number a quotation)."""

    number: int = Field(ge=1)
    source_id: str
    source_sha256: str
    start: int
    end: int
    text: str


class Statement(_Record):
    """One statement. `text` carries no [n] marks.

    `speaker` says whose words these are and when ('WSWS, 15 Nov 2024'); empty when Footnote speaks.
    `emphasis`: (start, end) spans in `text` that hold the answering words.
    """

    text: str
    quotes: tuple[AnswerQuote, ...] = ()
    support: Support = Support.QUOTED
    role: Role = Role.ANSWER
    speaker: str = ""
    emphasis: tuple[tuple[int, int], ...] = ()


class AnswerSource(_Record):
    """A source that the answer quotes. `number` is its first footnote, `footnotes` are all of them.

    `label` says in plain words what it is ('our note on an AP report, read in full').
    """

    number: int
    id: str
    title: str
    publisher: str
    author: str | None
    published: str | None
    url: str
    kind: str
    relation: str
    basis: str
    label: str
    footnotes: tuple[int, ...]


class AnswerHit(_Record):
    """A retrieved passage: span and ranking score (higher is better, comparable within one answer)."""

    source_id: str
    start: int
    end: int
    score: float


class IndexStamp(_Record):
    generation: str
    fingerprint: str


class Answer(_Record):
    """What was answered, from what, and how long it took.

    `id`: 16 hex digits that name this answer (`app.answer.compose.answer_id`); in a batch the question's own id.
    `text`: plain text with [n] marks. `nearest`: on an abstention the closest passages, which do not answer.
    `unmentioned`: on an abstention names and years of the question that no source mentions.
    `confidence`: 0..1, the estimated probability that the sources answer; None where it does not apply.
    `timings_ms`: stage -> milliseconds.
    """

    id: str = ""
    question: str
    standalone_question: str
    abstained: bool
    kind: QuestionKind
    text: str
    statements: tuple[Statement, ...]
    sources: tuple[AnswerSource, ...]
    hits: tuple[AnswerHit, ...]
    nearest: tuple[AnswerHit, ...] = ()
    unmentioned: tuple[str, ...] = ()
    confidence: float | None = None
    timings_ms: dict[str, float]
    engine: str
    index: IndexStamp

    @property
    def quotes(self) -> tuple[AnswerQuote, ...]:
        return tuple(q for s in self.statements for q in s.quotes)


class Understood(_Record):
    """First event: the question as it was understood."""

    event: Literal["understood"] = "understood"
    standalone_question: str
    kind: QuestionKind


class StatementReady(_Record):
    """One finished statement, with the sources it quotes that earlier events did not bring."""

    event: Literal["statement"] = "statement"
    statement: Statement


class Done(_Record):
    """Last event: the whole answer."""

    event: Literal["done"] = "done"
    answer: Answer


Event = Annotated[Understood | StatementReady | Done, Field(discriminator="event")]
