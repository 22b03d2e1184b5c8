"""A question as it is taken in, whoever asks: whole characters, not empty, not too long."""

from __future__ import annotations

import re

from index.errors import UsageError

MAX_QUESTION = 2000  # characters; longer texts are not questions
_HALF = re.compile("[\ud800-\udfff]")  # half of a surrogate pair: no character, and no UTF-8 holds it


def whole_characters(text: str) -> str:
    """Return `text` with U+FFFD for each lone surrogate, as a terminal's bytes and JSON's escapes may bring."""
    return _HALF.sub("\ufffd", text)


def checked(question: str) -> str:
    """Return the question in whole characters. Raises UsageError if it is empty or too long."""
    if len(question) > MAX_QUESTION:
        raise UsageError(f"the question has {len(question)} characters; write at most {MAX_QUESTION}")
    if not question.strip():
        raise UsageError("the question is empty; write what you want to know")
    return whole_characters(question)
