"""The sentences of the hits that may answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.fuse import distinct
from index.passage import AnswerSpan, Hit, Passage, Sentence, Span
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


InFull = Callable[[Source], list[Candidate]]
"""All sentences of a source that may be quoted, in reading order."""


def in_full(source: Source, passages: Iterable[Passage], ranked: Sequence[Candidate]) -> list[Candidate]:
    """Return the sentences of all `passages` of `source`: as in `ranked` if they are there, else with the score 0."""
    known = {c.sentence.start: c for c in ranked if c.source.id == source.id}
    every = {s.start: s for p in passages for s in p.sentences if _is_quotable(s)}
    return [known.get(start, Candidate(source, every[start], 0.0, 0.0)) for start in sorted(every)]


def _is_quotable(sentence: Sentence) -> bool:
    return sentence.block is not BlockKind.HEADING and not is_question(sentence.text)


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
        if _is_quotable(scored.sentence) or (with_headings and scored.sentence.block is BlockKind.HEADING)
    ]
    found.sort(key=lambda c: (-c.score, c.source.id, c.sentence.start))
    return distinct(found, lambda c: (c.source.id, c.sentence.start))
