"""A question as it is taken in, whoever asks: whole characters, not empty, not too long."""

from __future__ import annotations

from app.outside import whole_characters
from index.errors import UsageError

MAX_QUESTION = 2000  # characters; longer texts are not questions


def checked(question: str) -> str:
    """Return the question in whole characters. Raises UsageError if it is empty or too long."""
    if len(question) > MAX_QUESTION:
        raise UsageError(f"the question has {len(question)} characters; write at most {MAX_QUESTION}")
    if not question.strip():
        raise UsageError("the question is empty; write what you want to know")
    return whole_characters(question)
