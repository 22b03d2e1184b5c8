"""Which words of a quoted sentence answer, so that they can stand out."""

from __future__ import annotations

from app.question import Question
from index.analyse import query_terms, tokens
from index.answer_type import AnswerType, answer_spans

_MAX_DISTANCE = 12  # tokens between the words of the question and the answering words; further is chance


def emphasise(question: Question, text: str) -> tuple[tuple[int, int], ...]:
    """Spans of `text` that answer `question`: those of the type asked for, nearest to the question's words.

    Empty where no words stand out: an explanation, a list, a type without a form.
    """
    if question.wants in (AnswerType.ANY, AnswerType.REASON):
        return ()
    spans = answer_spans(question.wants, text, question.text)
    if not spans:
        return ()
    asked = {t.term for t in query_terms(question.text)}
    found = tokens(text)
    at = [n for n, t in enumerate(found) if t.term in asked]
    if not at:
        return tuple(spans) if len(spans) == 1 else ()
    counts = {t: sum(found[n].term == t for n in at) for t in {found[n].term for n in at}}

    def nearness(span: tuple[int, int]) -> float:
        """Sum over the question's words of 1 / distance; a word that occurs once says most."""
        here = next((n for n, t in enumerate(found) if t.end > span[0]), len(found))
        return sum(1.0 / (abs(here - n) * counts[found[n].term] or 1) for n in at if abs(here - n) <= _MAX_DISTANCE)

    best = max(spans, key=nearness)
    return (best,) if nearness(best) > 0 else ()
