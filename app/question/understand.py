"""From what was typed to the question that is searched for; what was changed on the way is kept, and shown."""

from __future__ import annotations

from collections.abc import Sequence

from app.question.follow_up import in_context
from app.records import Turn, Understanding


def understand(typed: str, history: Sequence[Turn], as_typed: bool = False) -> Understanding:
    """Understand a question. `as_typed`: take it word for word, without earlier turns and without mending."""
    if as_typed:
        return Understanding(standalone_question=typed)
    return in_context(typed, history)
