"""The figure that answers, and the sentences that hold the very same: they confirm, qualify or dispute it."""

from __future__ import annotations

from collections.abc import Iterable

from app.answer.answering_words import answering_words
from app.answer.candidates import Candidate
from app.answer.constraints import of_the_time
from app.question.classify import Question
from index.text.figures import counts

_TELLING = 100  # a smaller figure can be in two texts by chance


def telling_figure(lead: Candidate) -> str | None:
    """Return the lead's answering words if a figure in them counts or measures, and is large enough to tell."""
    start, end = answering_words(lead) or (0, 0)
    figures = (n for n in counts(lead.sentence.text) if start < n.end and n.start < end)
    return lead.sentence.text[start:end] if any(n.value >= _TELLING for n in figures) else None


def with_the_figure(figure: str, named: Iterable[Candidate], question: Question) -> list[Candidate]:
    """Return those of `named` that count or measure what `figure` says, at the time that the question names."""
    said = {n.value for n in counts(figure) if n.value >= _TELLING}
    timely = of_the_time([*named], question)
    return [c for c in timely if said & {n.value for n in counts(c.sentence.read)}]
