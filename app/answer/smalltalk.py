"""Replies that claim nothing about the sources, and so need no footnote."""

from __future__ import annotations

from collections.abc import Sequence

from app.question.classify import smalltalk
from index.source import Kind, Source


def reply(question: str, sources: Sequence[Source]) -> str:
    """Return what Footnote says to small talk."""
    match smalltalk(question):
        case "thanks":
            return "You're welcome. Ask another question whenever you like."
        case "bye":
            return "Goodbye."
        case "assent":
            return "Ask another question whenever you like."
        case "about":
            return about(sources)
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
