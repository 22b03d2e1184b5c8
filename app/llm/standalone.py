"""A question that does not stand alone, or that the search does not read, put in other words by a language model.

The project's own rules decide whether it is asked for that, and read what it replies like any typed question. Where it
gives nothing that stands alone, their own reading holds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from app.llm.failure import ModelFailure
from app.llm.protocol import Engine
from app.model_run import ModelCall, ModelRun
from app.records import Turn, Understanding

Reader = Callable[[str], Understanding]
"""Reads a question without earlier turns."""


class Heard(NamedTuple):
    """A question as it was understood, what a model was asked for that, and why it is not asked any more."""

    understood: Understanding
    calls: tuple[ModelCall, ...] = ()
    failed: ModelRun | None = None


def with_model(model: Engine, typed: str, history: Sequence[Turn], understood: Understanding, read: Reader) -> Heard:
    """Have `model` translate a question that the search does not read, or make a follow-up stand alone."""
    leans = bool(history) and (bool(understood.context) or understood.unclear)
    if not understood.language and not leans:
        return Heard(understood)
    try:
        put = model.english if understood.language else model.standalone
        line, call = put(typed, history)
    except ModelFailure as failure:
        return Heard(understood, failed=failure.run)
    again = read(line) if line else understood
    if again.unclear or again.language:
        return Heard(understood, (call,))
    before = [turn.text for turn in history if turn.role == "user"] if leans else []
    return Heard(again.model_copy(update={"context": before[-1] if before else ""}), (call,))
