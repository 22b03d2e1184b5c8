"""An extractive summary of one source: its most central sentences, quoted, in reading order.

Centrality is LexRank (Erkan and Radev, 'LexRank: Graph-based Lexical Centrality as Salience in Text
Summarization', JAIR 22, 2004) on the cosine of sentence embeddings, with a restart that favours what comes
early; redundancy is kept out by maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.answer.compose import Draft
from app.answer.extract import quotes_of
from app.question.named_sources import named_sources
from app.records import Role, as_one
from index.embedding.embedder import Embedder
from index.passage import Hit, Passage, Quote, Sentence, SentenceScore
from index.source import BlockKind, Source
from index.text.words import SUMMARISING

SENTENCES = 4
DAMPING = 0.85  # of the random walk, as in the LexRank paper, section 3.2
RELEVANCE = 0.7  # weight of centrality against redundancy in marginal relevance (lambda)
_NOT_ITS_OWN = frozenset({BlockKind.HEADING, BlockKind.QUOTE})  # a summary gives the source's own voice
_INSIDE = 0.8  # a sentence inside a paragraph counts so much: reports open paragraphs with what they are about
_EARLY = 0.25  # how steeply the restart falls with a sentence's place; 0.5 picked little but the first paragraph
MIN_COSINE = 0.1  # edges below are cut, as in the LexRank paper, section 3.1
MIN_CHARS = 40  # a shorter sentence is a caption or an aside


def target(question: str, sources: Sequence[Source]) -> Source | None:
    """Return the one source that `question` wants summed up; None if it names a topic or several sources.

    Without any name ('Summarise.') it is the first source, which is the article where there is one.
    """
    named = named_sources(question, sources)
    if [w for w in named.rest if w not in SUMMARISING] or len(named.sources) > 1:
        return None
    return next(iter(named.sources or sources), None)


def summarise(source: Source, passages: Sequence[Passage], embedder: Embedder) -> list[Draft]:
    """Return the headline, then the central sentences in reading order; each is its own quotation.

    Speech that the source quotes is left out: a summary says what the source itself says.
    """
    sentences = [
        (s, n)
        for n, p in enumerate(passages)
        for s in p.sentences
        if s.block not in _NOT_ITS_OWN and s.end - s.start >= MIN_CHARS and not (s.part and s.part[0])
    ]
    chosen = _central(source.title, [s for s, _ in sentences], [n for _, n in sentences], embedder)
    headline = [b for b in source.blocks[:1] if b.kind is BlockKind.HEADING]
    said = [(Quote.of(source, b.start, b.end),) for b in headline] + [quotes_of(source, s) for s in chosen]
    return [
        Draft(as_one(q), q, role=Role.FURTHER if n else Role.ANSWER, heading=n < len(headline))
        for n, q in enumerate(said)
    ]


def summary_hits(drafts: Sequence[Draft], passages: Sequence[Passage]) -> list[Hit]:
    """Return the passages that a summary quotes, in its order, with score 1."""
    hits = []
    for draft in drafts:
        for quote in draft.quotes:
            for p in passages:
                inside = [s for s in p.sentences if quote.start <= s.start < quote.end]
                if inside:
                    hits.append(Hit(p, 1.0, sentences=tuple(SentenceScore(s, 1.0) for s in inside)))
    return hits


def _central(title: str, sentences: Sequence[Sentence], passage: Sequence[int], embedder: Embedder) -> list[Sentence]:
    """Return the most central sentences in reading order, one a passage as long as there are passages left.

    Centrality counts for more the nearer a sentence is to the title, and where it opens its passage.

    `passage`: for each sentence the number of its passage.
    """
    if len(sentences) <= SENTENCES:
        return list(sentences)
    vectors = embedder.embed_passages([s.text for s in sentences])
    near_title = 1.0 + np.clip(vectors @ embedder.embed_queries([title])[0], 0.0, 1.0)
    cosine = np.clip(vectors @ vectors.T, 0.0, 1.0).astype(np.float64)
    opens = np.array([n == 0 or passage[n] != passage[n - 1] for n in range(len(passage))])
    rank = lexrank(cosine) * near_title * np.where(opens, 1.0, _INSIDE)
    return [sentences[i] for i in sorted(diverse(rank, cosine, passage, SENTENCES))]


def diverse(rank: NDArray[np.float64], cosine: NDArray[np.float64], group: Sequence[int], count: int) -> list[int]:
    """Choose `count` rows by maximal marginal relevance, best first: one a group as long as there are groups left.

    `rank`, shape (n,): higher is better. `cosine`, shape (n, n): how much two rows say the same. `group`: of each row.
    """
    chosen: list[int] = []
    while len(chosen) < min(count, len(rank)):
        redundancy = cosine[:, chosen].max(axis=1) if chosen else np.zeros(len(rank))
        value = RELEVANCE * rank / rank.max() - (1 - RELEVANCE) * redundancy
        used = np.isin(group, [group[i] for i in chosen])
        value[chosen if used.all() else used] = -np.inf
        chosen.append(int(value.argmax()))
    return chosen


def lexrank(cosine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return stationary probabilities, shape (n,), of a walk over `cosine` (n, n) that restarts near early rows."""
    n = len(cosine)
    edges = np.where(cosine >= MIN_COSINE, cosine, 0.0)
    walk = edges / edges.sum(axis=1, keepdims=True)
    restart = (np.arange(n) + 1.0) ** -_EARLY
    restart /= restart.sum()
    rank = np.full(n, 1.0 / n)
    for _ in range(100):
        new: NDArray[np.float64] = DAMPING * (rank @ walk) + (1 - DAMPING) * restart
        if np.abs(new - rank).sum() < 1e-9:
            return new
        rank = new
    return rank
