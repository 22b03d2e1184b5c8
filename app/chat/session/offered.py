"""Which sources to offer in place of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from index.passage import Kind, Source

MOST = 3


def offered(near: Iterable[str], sources: Sequence[Source]) -> tuple[Source, ...]:
    """`MOST` sources to offer when there is no answer: those with an id in `near` first, then the corpus' own order."""
    by_id = {s.id: s for s in sources if s.kind is not Kind.ARTICLE}
    order = dict.fromkeys([*(i for i in near if i in by_id), *by_id])
    return tuple(by_id[i] for i in order)[:MOST]
