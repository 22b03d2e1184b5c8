"""The sentences of the hits that may answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.passage import AnswerSpan, Hit, Sentence, Span
from index.source import BlockKind, Source
from index.text.sentences import is_question


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with its score (0..1, higher is better).

    `alone`: 0..1, that it answers, whatever its neighbours in the passage say. `answer`: the words of the sentence that
    are likeliest to answer, None if they are not known. `confidence`: 0..1, that it answers at all: what the best
    sentence of its passage has, in parts of that one's score. `items`: the items of a list that is quoted whole.
    """

    source: Source
    sentence: Sentence
    score: float
    confidence: float
    answer: AnswerSpan | None = None
    alone: float = 0.0
    items: tuple[Span, ...] = ()


def candidates(hits: Sequence[Hit], sources: Mapping[str, Source], with_headings: bool = False) -> list[Candidate]:
    """Return all quotable sentences of `hits`, best first, each once.

    A question states nothing, and is quoted only with what answers it. A heading is quoted only `with_headings`.
    """
    found = [
        Candidate(
            sources[hit.passage.source_id],
            scored.sentence,
            scored.score,
            hit.confidence * scored.score / (hit.sentences[0].score or 1.0),
            scored.answer,
            scored.alone,
        )
        for hit in hits
        for scored in hit.sentences
        if (with_headings or scored.sentence.block is not BlockKind.HEADING) and not is_question(scored.sentence.text)
    ]
    found.sort(key=lambda c: (-c.score, c.source.id, c.sentence.start))
    return list({(c.source.id, c.sentence.start): c for c in reversed(found)}.values())[::-1]
