"""Statements -> an endless stream of batches, some of them varied: a number changed, a hedge lost, the evidence alone.

What is made by rule is small: most of what tells a wrong statement is in the written ones. A batch has at most so many
tokens, padding included. Everything is drawn from one seed.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from index.rerank.layout import Layout, Row
from index.training.batches import pad
from index.training.claim_data import Stance, Statement

if TYPE_CHECKING:
    from torch import Tensor

TIMES = 2  # the written statements are seen in a pass
MOST_PUBLIC = 7_000  # public ones beside them
_POOL = 2_000  # statements that are sorted by length before they are cut into batches, to save padding
_BARE = 0.1  # part of the rows without a header
_ELSEWHERE = 0.05  # part of the statements that meet another passage
_WITHOUT = 0.05  # ... that have lost the sentence that shows them
_ALONE = 0.08  # ... that meet their evidence alone, or with a neighbour or two
_NUMBER, _HEDGE = 0.13, 0.12  # part of the supported ones in which this is changed
_FROM_PASSAGE = 0.6  # part of the changed numbers that become another number of the passage
_NUMBERS = re.compile(r"(?<![\w.,])\d[\d,.]*\d|(?<![\w.,])\d(?![\w.,])")
_HEDGES = re.compile(
    r"\b(?:up to|nearly|almost|about|around|roughly|more than|over|at least|fewer than|less than|allegedly|reportedly) "
    r"(?=\d|an? |one|two|three|four|five|six|seven|eight|nine|ten|half|the )",
    re.IGNORECASE,
)


def vary(statement: Statement, others: Sequence[Statement], rng: random.Random) -> Statement:
    """Return the statement, or one made of it; `others`: whose passages it may meet."""
    chance = rng.random()
    if chance < _ELSEWHERE:
        other = rng.choice(others)
        return statement.on(other) if other.sentences != statement.sentences else statement
    chance -= _ELSEWHERE
    if chance < _ALONE and statement.evidence and statement.stance is not Stance.NOT_MENTIONED:
        first, last = min(statement.evidence) - rng.randint(0, 2), max(statement.evidence) + rng.randint(0, 2)
        return statement.cut(range(max(0, first), min(len(statement.sentences), last + 1)))
    chance -= _ALONE
    if statement.stance is not Stance.SUPPORTED or not statement.evidence:
        return statement
    if chance < _WITHOUT:
        kept = [n for n in range(len(statement.sentences)) if n not in statement.evidence]
        cut = statement.cut(kept) if len(statement.evidence) == 1 and len(kept) > 1 else None
        return replace(cut, stance=Stance.NOT_MENTIONED, evidence=()) if cut else statement
    chance -= _WITHOUT
    if chance < _NUMBER:
        claim = change_number(statement, rng)
        return replace(statement, claim=claim, stance=Stance.CONTRADICTED) if claim else statement
    if chance < _NUMBER + _HEDGE:
        claim = drop_hedge(statement.claim)
        return replace(statement, claim=claim, stance=Stance.PARTLY) if claim else statement
    return statement


def change_number(statement: Statement, rng: random.Random) -> str:
    """Return the claim with another number of like length in it, '' if it has none."""
    found = list(_NUMBERS.finditer(statement.claim))
    if not found:
        return ""
    match = rng.choice(found)
    old = match.group()
    known = {m.group() for s in statement.sentences for m in _NUMBERS.finditer(s)} - {m.group() for m in found}
    alike = sorted(n for n in known if len(n) == len(old) and ("." in n) == ("." in old))
    if alike and rng.random() < _FROM_PASSAGE:
        new = rng.choice(alike)
    else:
        at = rng.choice([n for n, c in enumerate(old) if c.isdigit()][:2])
        new = old[:at] + rng.choice([d for d in "123456789" if d != old[at]]) + old[at + 1 :]
    return statement.claim[: match.start()] + new + statement.claim[match.end() :]


def drop_hedge(claim: str) -> str:
    """Return the claim without its first hedge, '' if it has none."""
    match = _HEDGES.search(claim)
    if match is None:
        return ""
    bare = claim[: match.start()] + claim[match.end() :]
    return bare[0].upper() + bare[1:]


class ClaimBatches:
    """Draws batches of at most `tokens` tokens, padding included."""

    def __init__(
        self, written: Sequence[Statement], public: Sequence[Statement], layout: Layout, seed: int, tokens: int
    ) -> None:
        self._written, self._public, self._layout = written, public, layout
        self._seed, self._tokens = seed, tokens

    def stream(self, drawing: int = 0, part: int = 0, parts: int = 1) -> Iterator[list[tuple[Statement, Row]]]:
        """Yield batches without end; another `drawing` gives other draws, and `parts` streams share the statements."""
        rng = random.Random(f"{self._seed}:{drawing}:{part}")
        own = self._written[part::parts]
        while own:
            drawn = [vary(s, self._written, rng) for s in own for _ in range(TIMES)]
            drawn += rng.sample(self._public, min(len(self._public), MOST_PUBLIC) // parts)
            rng.shuffle(drawn)
            for start in range(0, len(drawn), _POOL):
                yield from self._cut([(s, self._row(s, rng)) for s in drawn[start : start + _POOL]], rng)

    def _row(self, statement: Statement, rng: random.Random) -> Row:
        return lay_out(replace(statement, title="", header="") if rng.random() < _BARE else statement, self._layout)

    def _cut(self, rows: list[tuple[Statement, Row]], rng: random.Random) -> list[list[tuple[Statement, Row]]]:
        rows.sort(key=lambda pair: len(pair[1].ids))
        batches: list[list[tuple[Statement, Row]]] = [[]]
        for pair in rows:
            if (len(batches[-1]) + 1) * len(pair[1].ids) > self._tokens and batches[-1]:
                batches.append([])
            batches[-1].append(pair)
        rng.shuffle(batches)
        return batches


def lay_out(statement: Statement, layout: Layout) -> Row:
    """Lay out a row: the statement stands in the question's place."""
    claim, head, *sentences = layout.pieces(
        [statement.claim, statement.header or statement.title, *statement.sentences]
    )
    return layout.row(claim, head, sentences)


def collate(pairs: Sequence[tuple[Statement, Row]]) -> dict[str, Tensor]:
    """Pad rows to one batch.

    Shapes: as `index.training.batches.pad`, and stance, weight (rows,); evidence (rows, sentences): 1 where a sentence
    shows the stance, 0 where it does not, -1 where that is not known.
    """
    import torch  # as in `index.training.batches`

    found = pad([row for _, row in pairs])
    evidence = np.full(found["membership"].shape[:2], -1.0, dtype=np.float32)
    for n, (statement, row) in enumerate(pairs):
        for k, (start, end) in enumerate(row.spans):
            if statement.evidence is not None and end > start:
                evidence[n, k] = k in statement.evidence
    order = list(Stance)
    return {
        **{name: torch.from_numpy(value) for name, value in found.items()},
        "evidence": torch.from_numpy(evidence),
        "stance": torch.tensor([order.index(statement.stance) for statement, _ in pairs]),
        "weight": torch.tensor([statement.weight for statement, _ in pairs]),
    }
