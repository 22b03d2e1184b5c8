"""Replies that claim nothing about the sources, and so need no footnote."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.source import Kind, Source

_THANKS = re.compile(r"thank|thx|cheers|дякую", re.IGNORECASE)
_BYE = re.compile(r"\bbye|see you|good night", re.IGNORECASE)
_ABOUT = re.compile(r"\b(?:you|do|this|work|help|name|footnote|ask|can)\b", re.IGNORECASE)
_ASSENT = re.compile(r"ok|okay|cool|great|nice|good|got it|i see|fine|perfect|wow", re.IGNORECASE)


def reply(question: str, sources: Sequence[Source]) -> str:
    """Return what Footnote says to small talk."""
    asked = question.strip()
    if _THANKS.search(asked):
        return "You're welcome. Ask another question whenever you like."
    if _BYE.search(asked):
        return "Goodbye."
    if _ABOUT.search(asked) and not asked.lower().startswith(("good ", "hi", "hello", "hey")):
        return about(sources)
    if _ASSENT.match(asked) and not asked.lower().startswith("good "):
        return "Ask another question whenever you like."
    return f"Hello. {about(sources)}"


def about(sources: Sequence[Source]) -> str:
    """Say what Footnote can do, and name the corpus."""
    article = next((s for s in sources if s.kind is Kind.ARTICLE), None)
    others = len(sources) - (article is not None)
    corpus = f"“{article.title}” and {others} sources about it" if article else f"{others} sources"
    return (
        f"I answer questions about {corpus}. Every statement is a quotation, and its footnote opens the exact words "
        "in their source. If the sources differ, I show them side by side; if they do not answer, I say so. "
        "Ask for a fact, a reason, who says something, a list, a comparison or a summary, or ask about the sources."
    )
