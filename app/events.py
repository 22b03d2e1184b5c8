"""The events of a streamed answer: frozen, and the same after a trip through JSON."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from app.records import Answer, QuestionKind, Statement, Understanding
from index.records import Record


class Understood(Understanding):
    """First event: the question as it was understood."""

    event: Literal["understood"] = "understood"
    kind: QuestionKind


class StatementReady(Record):
    """One finished statement, with the sources it quotes that earlier events did not bring."""

    event: Literal["statement"] = "statement"
    statement: Statement


class Writing(Record):
    """A language model is at work, and nothing more is proved yet. `seconds` since it was asked; `tokens` so far."""

    event: Literal["writing"] = "writing"
    seconds: float
    tokens: int


class Anew(Record):
    """A language model failed: the statements that were ready are void, and those of the extractive answer follow."""

    event: Literal["anew"] = "anew"


class Done(Record):
    """Last event: the whole answer."""

    event: Literal["done"] = "done"
    answer: Answer


Event = Annotated[Understood | StatementReady | Writing | Anew | Done, Field(discriminator="event")]
