"""Questions near to one that has no answer. Each is asked first: nobody is sent from one refusal to the next."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.records import Answer, AnswerQuote
from index.embedding.embedder import Embedder
from index.rerank.memory import Memory

MOST = 3  # questions that are offered
TRIED = 6  # questions that are asked for them: each costs as much as an answer
LEAST_SIMILARITY = 0.4  # cosine of two questions; below it they share a word or two, but no subject
KNOWN = 4096  # questions that are remembered


@dataclass(frozen=True, slots=True)
class Place:
    """A span of a source."""

    source_id: str
    start: int
    end: int

    def holds(self, quote: AnswerQuote) -> bool:
        return quote.source_id == self.source_id and self.start <= quote.start and quote.end <= self.end


class Nearby:
    """Finds them for one generation, and remembers which questions it answers. Thread-safe."""

    def __init__(self, generation: str, embedder: Embedder) -> None:
        self.generation = generation
        self._embedder = embedder
        self._vectors: Memory[str, NDArray[np.float32]] = Memory(KNOWN)
        self._answered: Memory[str, bool] = Memory(KNOWN)

    def find(
        self, question: str, offered: Mapping[str, Place | None], ask: Callable[[str], Answer], most: int = MOST
    ) -> Generator[tuple[str, ...]]:
        """Yield what was found so far, each time that another question was asked: at most `most` of the `offered`
        questions that `ask` answers, the nearest to `question` first.

        A question that comes with a place must be answered from there.
        """
        if not offered:
            return
        questions = [*offered]
        vectors = self._vectors.get(questions, lambda new: [*self._embedder.embed_queries(new)])
        similarity = np.stack(vectors) @ self._embedder.embed_queries([question])[0]
        nearest = [questions[n] for n in np.argsort(-similarity) if similarity[n] >= LEAST_SIMILARITY]
        found: list[str] = []
        for candidate in [q for q in nearest if not _same(q, question)][:TRIED]:
            known = self._answered.get([candidate], lambda new: [_answers(ask(q), offered[q]) for q in new])
            found += [candidate] if all(known) else []
            yield tuple(found)
            if len(found) == most:
                return


def _answers(answer: Answer, place: Place | None) -> bool:
    if answer.abstained or not answer.quotes:
        return False
    return place is None or any(place.holds(q) for q in answer.statements[0].quotes)


def _same(a: str, b: str) -> bool:
    return a.rstrip("?.! ").casefold() == b.rstrip("?.! ").casefold()
