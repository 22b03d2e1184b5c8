"""Answers in a language model's words: each statement rests on words of a source that are found there, or is marked.

from app.llm import ProvedCitations  # for a llama-index pipeline of your own
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.llm.citations import ProvedCitations

__all__ = ["ProvedCitations"]


def __getattr__(name: str) -> Any:
    """Import what needs llama-index when it is asked for: quotations alone never pay for it."""
    if name != "ProvedCitations":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from app.llm.citations import ProvedCitations

    return ProvedCitations
