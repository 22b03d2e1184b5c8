"""What the sources say of somebody or something: the central sentences that speak of it, each quoted.

A sentence speaks of a topic if it holds the topic's last word, where that tells, or most of its words, by their rarity
in the index; or if it goes on with a pronoun from one that does ('He was dismissed in January'). Which of them tell
most is LexRank's business, see `app.answer.summary`, and the reader's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.answer.candidates import Candidate, InFull
from app.answer.going_on import going_on
from app.answer.summary import diverse, lexrank
from app.records import QuestionKind
from index.embedding.embedder import Embedder
from index.rerank.features import QueryView, held
from index.source import BlockKind
from index.text.analysis import analyse

STATEMENTS = 6
_MOST = 0.5  # part of the topic's weight that a sentence which speaks of it holds
_TELLING = 0.55  # part of the rarest word's weight that the last word needs to stand for the topic: a surname has it
_GOES_ON = 0.5  # how much a sentence counts that goes on from one that speaks of it
_OPENS, _DEFINES = 1.2, 1.7  # ... that begins with the topic, and that says there what it is
_FIRST_CHARS = 60
_IS = re.compile(r"\W{0,2}(?:,|\(|:| is | are | was | were )")
_PRONOUN = re.compile(r"(?:he|she|it|they|his|her|its|their|this|these)\b", re.IGNORECASE)
_UNASKED = 0.5  # what centrality counts where the reader sees no answer; the best answer adds 1
_SHORT = 50  # characters: a shorter sentence tells little


@dataclass(frozen=True, slots=True)
class Mention:
    """A sentence on the topic. `weight`: how surely it is on it. `paragraph`: the number of its paragraph."""

    candidate: Candidate
    weight: float
    paragraph: int


def mentions_of(topic: QueryView, ranked: Sequence[Candidate]) -> list[Mention]:
    """Return the sentences of `ranked` that speak of `topic`, in the order of their sources and places."""
    found: list[Mention] = []
    paragraph, last, spoken = 0, (-1, ""), False
    for candidate in sorted(ranked, key=lambda c: (c.source.id, c.sentence.start)):
        block = candidate.source.block_at(candidate.sentence.start)
        here = (block.start if block else candidate.sentence.start, candidate.source.id)
        if here != last:
            paragraph, last, spoken = paragraph + 1, here, False
        if candidate.sentence.block is BlockKind.HEADING:
            continue
        weight = _weight(topic, candidate.sentence.read, spoken)
        spoken = weight > 0
        if weight:
            found.append(Mention(candidate, weight, paragraph))
    return found


def _weight(topic: QueryView, text: str, spoken: bool) -> float:
    """Return how much a sentence counts; `spoken`: the one before it speaks of the topic."""
    if not _holds(topic, text):
        return _GOES_ON if spoken and _PRONOUN.match(text) else 0.0
    if _is_only_named(topic, text):
        return 0.0
    if len(text) < _SHORT:
        return _GOES_ON
    if not _holds(topic, text[:_FIRST_CHARS]):
        return 1.0
    last = next((t for t in reversed(analyse(text[: 2 * _FIRST_CHARS]).tokens) if t.term == topic.terms[-1].term), None)
    return _DEFINES if last and _IS.match(text, last.end) else _OPENS


def _is_only_named(topic: QueryView, text: str) -> bool:
    """Return whether a text names the topic and says nothing of it, as a signature."""
    return {t.term for t in analyse(text).tokens if not t.is_stop} <= {t.term for t in topic.terms}


def _holds(topic: QueryView, text: str) -> bool:
    here = topic.weights * held(topic, [analyse(text)])
    if not len(here):
        return False
    by_last = here[-1] >= _TELLING * topic.weights.max()
    return bool(by_last or here.sum() >= _MOST * topic.weights.sum())


def about(topic: QueryView, mentions: Sequence[Mention], in_full: InFull, embedder: Embedder) -> list[Candidate]:
    """Return the sentences that tell most: the one that says best what the topic is, what goes on from it, then others.

    `in_full`: what a source says behind a sentence.
    """
    texts = [m.candidate.sentence.read for m in mentions]
    vectors = embedder.embed_passages(texts)
    near = 1.0 + np.clip(vectors @ embedder.embed_queries([topic.read.text])[0], 0.0, 1.0)
    cosine = np.clip(vectors @ vectors.T, 0.0, 1.0).astype(np.float64)
    scores = np.array([m.candidate.alone for m in mentions])
    weights = np.array([m.weight for m in mentions]) * (_UNASKED + scores / (scores.max() or 1.0))
    chosen = [
        mentions[i]
        for i in diverse(lexrank(cosine) * near * weights, cosine, [m.paragraph for m in mentions], STATEMENTS)
    ]
    lead = max(chosen, key=lambda m: m.weight * (_UNASKED + m.candidate.alone))
    others = sorted(
        (m for m in chosen if m is not lead), key=lambda m: m.candidate.source.id != lead.candidate.source.id
    )
    opening = [lead.candidate, *going_on(QuestionKind.ABOUT, lead.candidate, in_full)]
    return [*opening, *(m.candidate for m in others if m.candidate not in opening)]
