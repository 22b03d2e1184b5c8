"""Rankings, best first: several fused into one, and one without repeats."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

K = 60  # the constant of the paper, section 3

T = TypeVar("T", bound=Hashable)
Item = TypeVar("Item")


def reciprocal_rank_fusion(
    rankings: Sequence[Sequence[T]], weights: Sequence[float] | None = None, k: int = K
) -> list[tuple[T, float]]:
    """Return the items of all `rankings` (each best first) with their fused score, best first.

    Reciprocal rank fusion merges them from ranks alone (Cormack, Clarke and Büttcher, 'Reciprocal Rank Fusion
    outperforms Condorcet and individual Rank Learning Methods', SIGIR 2009): score(d) = sum over rankings of
    1 / (k + rank(d)), ranks from 1.
    The score lies in (0, sum(weights) / (k + 1)], higher is better. Ties keep the order of first appearance.
    Raises ValueError if `weights` and `rankings` differ in length.
    """
    scores: dict[T, float] = {}
    for ranking, weight in zip(rankings, weights or [1.0] * len(rankings), strict=True):
        for rank, item in enumerate(dict.fromkeys(ranking), start=1):
            scores[item] = scores.get(item, 0.0) + weight / (k + rank)
    return sorted(scores.items(), key=lambda pair: -pair[1])


def distinct(ranking: Iterable[Item], key: Callable[[Item], Hashable]) -> list[Item]:
    """Return `ranking` with the first, which is the best, of the items that share a key."""
    first: dict[Hashable, Item] = {}
    for item in ranking:
        first.setdefault(key(item), item)
    return [*first.values()]
