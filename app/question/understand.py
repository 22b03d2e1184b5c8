"""From what was typed to the question that is searched for; what was changed on the way is kept, and shown."""

from __future__ import annotations

from collections.abc import Sequence

from app.question.classify import says_how_to_answer
from app.question.follow_up import stand_alone
from app.question.parts import parts
from app.records import Turn, Understanding


def understand(typed: str, history: Sequence[Turn], as_typed: bool = False) -> Understanding:
    """Understand a question. `as_typed`: take it word for word, without earlier turns and without mending."""
    if as_typed:
        return Understanding(standalone_question=typed)
    text = stand_alone(typed, history)
    return Understanding(standalone_question=text, parts=_parts(text))


def _parts(text: str) -> tuple[str, ...]:
    """Return the questions in `text` if it holds several that ask for something."""
    found = tuple(p for p in parts(text) if not says_how_to_answer(p))
    return found if len(found) > 1 else ()
