"""A question as it is taken in, whoever asks: whole characters, not empty, not too long."""

from __future__ import annotations

from app.outside import whole_characters
from index.errors import UsageError

MAX_QUESTION = 2000  # characters; longer texts are not questions


def checked(question: str, what: str = "question", hint: str = "write what you want to know") -> str:
    """Return the question in whole characters. Raises UsageError if it is empty or too long.

    `what`: what it is called in the message, and `hint`: what to do if it is empty.
    """
    if len(question) > MAX_QUESTION:
        raise UsageError(f"the {what} has {len(question)} characters; write at most {MAX_QUESTION}")
    if not question.strip():
        raise UsageError(f"the {what} is empty; {hint}")
    return whole_characters(question)
