"""The question back to a message that says too little to search for."""

from __future__ import annotations

from app.saying import Own, Saying


def question_back(typed: str) -> Own:
    """Return what Footnote asks, and what to type."""
    worded = any(map(str.isalnum, typed))
    return Own(saying=Saying.UNSURE, repeats=typed.strip()) if worded else Own(saying=Saying.NO_WORD)
