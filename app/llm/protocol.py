"""What turns passages into an answer: the protocol of an engine, and the one that needs no model."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from app.answer.compose import Draft
from app.answerer import Found
from app.events import Writing
from app.model_run import ModelCall, ModelRun, Translations
from app.records import AnswerQuote, Turn
from index.passage import Passage
from index.source import Source


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what was found for it.

    `typed`: in the reader's own words, whose language the answer takes. `found`: the extractive answer, refusal
    included. `lookup`: a source's id -> its passages. `part`: its place in the message.
    """

    question: str
    typed: str
    found: Found
    sources: Mapping[str, Source]
    lookup: Callable[[str], Sequence[Passage]]
    part: int = 0


Written = Generator[Draft | Writing, None, None]
Translating = Generator[Writing, None, tuple[Translations, ModelCall | None]]
"""Yields signs of life, and returns the translations with the request for them, None if none was made.

Raises nothing that a model does: `Translations.failure` says it.
"""


class Answering(Protocol):
    """One answer on its way. An object of its own for each: it keeps what its model was asked."""

    @property
    def name(self) -> str:
        """The engine, as `Answer.engine` names it."""
        ...

    @property
    def run(self) -> ModelRun | None:
        """What a model was asked so far; None for an engine without one."""
        ...

    def write(self, asked: Asked) -> Written:
        """Yield each statement as soon as it is proved. Raises ModelFailure. Closing it ends the work at once."""
        ...


class Extractive:
    """Answers with sentences of the sources: the default, the fallback and the floor.

    `run`: of a model that was asked before and failed.
    """

    def __init__(self, reader: str, run: ModelRun | None = None) -> None:
        self.name, self.run = f"extractive: {reader}", run

    def write(self, asked: Asked) -> Written:
        """Yield what was found."""
        yield from asked.found.drafts


class Engine(Protocol):
    """A language model that is set up."""

    @property
    def name(self) -> str:
        """The model, as it is shown to readers."""
        ...

    def answering(self, calls: Sequence[ModelCall] = ()) -> Answering:
        """Begin an answer; `calls`: what the model was asked before, for this question."""
        ...

    def standalone(self, question: str, history: Sequence[Turn]) -> tuple[str | None, ModelCall]:
        """Return a follow-up as a question that stands alone, None if the model gives none. Raises ModelFailure."""
        ...

    def english(self, question: str, history: Sequence[Turn]) -> tuple[str | None, ModelCall]:
        """Return a question in English that stands alone; None if the model gives none. Raises ModelFailure."""
        ...

    def translate(self, quotes: Sequence[AnswerQuote], language: str) -> Translating:
        """Translate quotations into `language` (ISO 639-1)."""
        ...

    def warm(self) -> None:
        """Load what the first question would load."""
        ...
