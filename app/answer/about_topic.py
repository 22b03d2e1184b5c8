"""What the sources say of somebody or something: the central sentences that speak of it, each quoted.

A sentence speaks of a topic if it holds the topic's rarest word or most of its words, by their rarity in the index, or
if it goes on from one of its paragraph that does ('He was dismissed in January'). Which of them tell
most is LexRank's business, see `app.answer.summary`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.answer.candidates import Candidate
from app.answer.summary import diverse, lexrank
from index.embedding.embedder import Embedder
from index.rerank.features import QueryView, held
from index.source import BlockKind
from index.text.analysis import analyse

STATEMENTS = 6
_MOST = 0.5  # part of the topic's weight that a sentence which speaks of it holds
_GOES_ON = 0.6  # how much a sentence counts that only goes on from one that does
_OPENS = 1.3  # how much more one counts that begins with the topic
_FIRST_CHARS = 60


@dataclass(frozen=True, slots=True)
class Mention:
    """A sentence on the topic. `weight`: how surely it is on it. `passage`: the number of its passage."""

    candidate: Candidate
    weight: float
    passage: int


def mentions_of(topic: QueryView, ranked: Sequence[Candidate]) -> list[Mention]:
    """Return the sentences of `ranked` that speak of `topic`, in the order of their sources and places."""
    ordered = sorted(ranked, key=lambda c: (c.source.id, c.sentence.start))
    found: list[Mention] = []
    paragraph, last = 0, (-1, "")
    for candidate in ordered:
        block = candidate.source.block_at(candidate.sentence.start)
        here = (block.start if block else candidate.sentence.start, candidate.source.id)
        follows = here == last
        if not follows:
            paragraph, last, spoken = paragraph + 1, here, False
        text = candidate.sentence.read
        holds = _holds(topic, text)
        spoken = spoken or holds
        if candidate.sentence.block is not BlockKind.HEADING and spoken:
            opens = _OPENS if holds and _holds(topic, text[:_FIRST_CHARS]) else 1.0
            found.append(Mention(candidate, opens if holds else _GOES_ON, paragraph))
    return found


def _holds(topic: QueryView, text: str) -> bool:
    here = topic.weights * held(topic, [analyse(text)])
    return bool(len(here)) and (here.max() == topic.weights.max() or here.sum() >= _MOST * topic.weights.sum())


def about(topic: QueryView, mentions: Sequence[Mention], embedder: Embedder) -> list[Candidate]:
    """Return the sentences that tell most: the one that says best what the topic is, then the others."""
    texts = [m.candidate.sentence.read for m in mentions]
    vectors = embedder.embed_passages(texts)
    near = 1.0 + np.clip(vectors @ embedder.embed_queries([topic.read.text])[0], 0.0, 1.0)
    cosine = np.clip(vectors @ vectors.T, 0.0, 1.0).astype(np.float64)
    rank = lexrank(cosine) * near * np.array([m.weight for m in mentions])
    chosen = [mentions[i] for i in diverse(rank, cosine, [m.passage for m in mentions], STATEMENTS)]
    lead = max(chosen, key=lambda m: (m.weight > 1.0, m.candidate.score))
    others = sorted(
        (m for m in chosen if m is not lead), key=lambda m: m.candidate.source.id != lead.candidate.source.id
    )
    return [lead.candidate, *(m.candidate for m in others)]
