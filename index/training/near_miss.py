"""Questions that their passage does not answer, though it shares page, names and words with them, made by rule.

Hand-written contrast passages teach this better; these serve for the sets that have few of their own, in the manner
of the unanswerable questions of SQuAD 2.0 (Rajpurkar, Jia and Liang, 2018):

    drop_answer        the passage loses its answering sentence
    swap_paragraph     the question is put to another passage, a near one without the answer
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from index.training.data import Example, Paragraph, holds_answer


def drop_answer(example: Example) -> Example | None:
    """Drop the answering sentences; None if the rest is empty or still holds the answer."""
    kept = tuple(s for s, answers in zip(example.sentences, example.labels, strict=True) if not answers)
    if not kept or holds_answer(example, " ".join(kept)):
        return None
    return replace(example, sentences=kept, labels=(False,) * len(kept))


def swap_paragraph(example: Example, others: Sequence[Paragraph], rng: random.Random) -> Example | None:
    """Put another passage in place of its own: one of `others` (nearest first), the nearer the likelier.

    None where all of them hold the answer.
    """
    usable = [p for p in others if p != example.paragraph and not holds_answer(example, " ".join(p[1]))]
    if not usable:
        return None
    title, sentences = usable[min(int(rng.expovariate(0.5)), len(usable) - 1)]
    return replace(example, title=title, sentences=sentences, labels=(False,) * len(sentences), header="")
