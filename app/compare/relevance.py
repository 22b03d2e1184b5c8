"""Whether a source's best sentence is on the matter that a question asks about.

Three things must hold, each measured against the best sentence of all: the reranker's score of the sentence, its
confidence that the passage answers at all, and the part of the question's telling words that the passage holds.
The first two fail alone: among many sources there is always one whose sentence resembles the question by chance.
`python -m tests.bench.compare_cut` measures the constants on the development questions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.answer.candidates import Candidate
from index.passage import Hit
from index.rerank.features import QueryView, held
from index.text.analysis import analyse
from index.text.periods import same_time


@dataclass(frozen=True, slots=True)
class Cut:
    """`floor`: least score (0..1). `share`, `sure`, `words`: least part of the best sentence's score, confidence and
    covered words. `cover`: least part (0..1, by inverse frequency) of the question's words that the passage holds.
    `near`: a sentence of this part of the best score needs no words in common: it may be in another language.
    `timely`: what a sentence counts for that names the very period of the question; the reranker knows no periods.
    """

    floor: float = 0.01
    share: float = 0.06
    sure: float = 0.65
    words: float = 0.45
    cover: float = 0.25
    near: float = 0.5
    timely: float = 2.0


CUT = Cut()


@dataclass(frozen=True, slots=True)
class Found:
    """A quotable sentence. `confidence` and `cover` are its passage's, `own` is the cover of its own words (0..1).

    `timely`: it names the very period that the question names.
    """

    candidate: Candidate
    confidence: float
    cover: float
    own: float
    timely: bool

    @property
    def source_id(self) -> str:
        return self.candidate.source.id

    @property
    def text(self) -> str:
        return self.candidate.sentence.read

    def score(self, cut: Cut) -> float:
        """Return how well the sentence answers (0..1, higher is better), its period included."""
        return min(1.0, self.candidate.score * (cut.timely if self.timely else 1.0))


def _cover(query: QueryView, *texts: str) -> float:
    """Return the part (0..1) of the question's weight that `texts` hold; a word weighs by its rarity in the index."""
    total = float(query.weights.sum())
    here = held(query, [analyse(t) for t in texts])
    return float(query.weights[here].sum()) / total if total else 0.0


def quotable(query: QueryView, hits: Sequence[Hit], candidates: Sequence[Candidate]) -> list[Found]:
    """Return `candidates`, sentences of `hits` that may be quoted on `query`, with what decides on their relevance."""
    passages = {(h.passage.source_id, s.sentence.start): h for h in hits for s in h.sentences}
    found = []
    for candidate in candidates:
        text = candidate.sentence.read
        hit = passages[candidate.source.id, candidate.sentence.start]
        cover = _cover(query, hit.passage.body, hit.passage.header)
        timely = same_time(analyse(text), query.read)
        found.append(Found(candidate, hit.confidence, cover, _cover(query, text), timely))
    return found


def on_the_matter(ranked: Sequence[Found], cut: Cut = CUT) -> list[Found]:
    """Those of `ranked` (best first) that say something on the matter; the best of all always does."""
    if not ranked:
        return []
    score, cover = ranked[0].score(cut), ranked[0].cover
    sure = cut.sure * max(f.confidence for f in ranked)

    def fits(found: Found) -> bool:
        own = found.score(cut)
        if own < max(cut.floor, cut.share * score):
            return False
        worded = found.cover >= max(cut.cover, cut.words * cover)
        return found.timely or (found.confidence >= sure and (worded or own >= cut.near * score))

    return [found for n, found in enumerate(ranked) if n == 0 or fits(found)]
