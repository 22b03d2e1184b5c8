"""Replies that claim nothing about the sources, and so need no footnote."""

from __future__ import annotations

from collections.abc import Sequence

from app.question.classify import smalltalk
from app.saying import Own, Saying
from index.source import Kind, Source


def reply(question: str, sources: Sequence[Source]) -> Own:
    """Return what Footnote says to small talk; where it says what it can do, it names the corpus."""
    article = next((s for s in sources if s.kind is Kind.ARTICLE), None)
    title, others = (article.title, len(sources) - 1) if article else ("", len(sources))
    return Own(saying=Saying(smalltalk(question) or Saying.HELLO), repeats=title, sources=others)
