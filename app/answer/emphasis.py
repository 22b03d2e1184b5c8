"""Which words of a quoted sentence answer and are to be emphasised."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from app.question.classify import Question
from index.text.analysis import Analysis, Token, analyse
from index.text.answer_type import AnswerType, answer_spans
from index.text.dates import Date

_COUNTED = 2.0  # the question's first telling word names what is counted or sought, next to the answer
_MOST_SHARE = 0.4  # part of a sentence that may be emphasised
_APART = 3  # tokens that a new line or a bar between two cells counts
_PARTING = re.compile(r"\n\s*|\|")
_MAX_DISTANCE = 12  # tokens between the words of the question and the answering words; further is chance


def emphasise(question: Question, text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans of `text` that answer `question`: those of the type asked for, nearest to the question's words.

    Empty for an explanation, a list, or a type without a form.
    """
    if question.wants in (AnswerType.ANY, AnswerType.REASON):
        return ()
    read = analyse(text)
    spans = _of_the_time(answer_spans(question.wants, read, question.read), read, question.read.dates)
    if not spans:
        return ()
    terms = [t.term for t in question.read.query_terms if not t.extra]
    found = read.tokens
    at = [n for n, t in enumerate(found) if t.term in terms]
    places = _places(text, found)
    if not at:
        return tuple(spans) if len(spans) == 1 else ()
    counts = Counter(found[n].term for n in at)

    def nearness(span: tuple[int, int]) -> float:
        """Return the sum over the question's words of weight / distance; a word that occurs once says most."""
        here = next((n for n, t in enumerate(found) if t.end > span[0]), len(found))
        away = {n: abs(places[here] - places[n]) for n in at}
        return sum(
            (_COUNTED if found[n].term == terms[0] else 1.0) / (max(1, away[n]) * counts[found[n].term])
            for n in at
            if away[n] <= _MAX_DISTANCE
        )

    best = max(spans, key=nearness)
    return (best,) if nearness(best) > 0 else ()


def _places(text: str, found: Sequence[Token]) -> list[int]:
    """Return where each token stands, counted in tokens; the next item of a list and the next cell lie further off."""
    places = []
    end = apart = 0
    for n, token in enumerate(found):
        apart += _APART * len(_PARTING.findall(text, end, token.start))
        end = max(end, token.start)
        places.append(n + apart)
    return [*places, len(found) + apart]


def _of_the_time(spans: Sequence[tuple[int, int]], text: Analysis, asked: Sequence[Date]) -> list[tuple[int, int]]:
    """Return `spans` but those beside a date that the question does not mean ('40 in May' for June), unless all are."""
    if not asked or not text.dates:
        return list(spans)

    def meant(span: tuple[int, int]) -> bool:
        near = min(text.dates, key=lambda d: max(d.start - span[1], span[0] - d.end))
        return any(_may_be(near, date) for date in asked)

    return [s for s in spans if meant(s)] or list(spans)


def _may_be(one: Date, other: Date) -> bool:
    """Return whether no year or month that both tell differs."""
    return all(None in pair or pair[0] == pair[1] for pair in ((one.year, other.year), (one.month, other.month)))


def answering_words(text: str, span: tuple[int, int] | None) -> tuple[tuple[int, int], ...]:
    """Return the reader's `span` of `text`, unless it is most of the sentence."""
    return (span,) if span and span[1] - span[0] <= _MOST_SHARE * len(text) else ()
