"""Replies that claim nothing about the sources, and so need no footnote."""

from __future__ import annotations

from collections.abc import Sequence

from app.question.classify import smalltalk
from index.passage import Kind, Source


def reply(question: str, sources: Sequence[Source]) -> str:
    """Return what Footnote says to small talk."""
    match smalltalk(question):
        case "thanks":
            return "You are welcome. Ask on whenever you like."
        case "bye":
            return "Goodbye."
        case "assent":
            return "Ask on whenever you like."
        case "about":
            return about(sources)
    return f"Hello. {about(sources)}"


def about(sources: Sequence[Source]) -> str:
    """Say what Footnote can do, and name the corpus."""
    article = next((s for s in sources if s.kind is Kind.ARTICLE), None)
    others = len(sources) - (article is not None)
    corpus = f"“{article.title}” and {others} sources on it" if article else f"{others} sources"
    return (
        f"I answer questions about {corpus}. Every statement is a quotation with a footnote that opens the exact "
        "words in their place. Where sources differ I set them side by side; where they do not answer, I say so. "
        "Ask for a fact, a reason, who says something, a list, a comparison, a summary, or about the sources "
        "themselves."
    )
