"""Words looked for in the sources: the passages that the retriever finds, and where in them the words stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.chat.session.engine import ChatEngine
from index.filters import Filters
from index.passage import Hit
from index.source import Source
from index.text.analysis import analyse

MOST = 20  # passages


@dataclass(frozen=True)
class Found:
    """A passage `start:end` of `source`. `words`: spans of the words looked for, in any form; none if it is close only
    in meaning. `place`: the sentence to open at."""

    source: Source
    start: int
    end: int
    words: tuple[tuple[int, int], ...]
    place: tuple[int, int]


def find(engine: ChatEngine, query: str, within: str = "") -> tuple[Found, ...]:
    """Return the passages of all sources, or of the source `within`: those with most of the words first.

    Raises what `Engine.search` raises, and UnknownSourceError.
    """
    filters = Filters(sources=frozenset({engine.source(within).id})) if within else Filters()
    terms = {t.term for t in analyse(query).tokens if not t.is_stop} or analyse(query).terms
    found = [_found(h, engine.source(h.passage.source_id), terms) for h in engine.search(query, MOST, filters)]
    return tuple(f for _, f in sorted(found, key=lambda pair: -pair[0]))  # stable: the retriever's order within


def _found(hit: Hit, source: Source, terms: Iterable[str]) -> tuple[int, Found]:
    """Return how many of `terms` a passage holds, and the passage."""
    passage = hit.passage
    wanted = frozenset(terms)
    held = [t for t in analyse(source.text[passage.start : passage.end]).tokens if t.term in wanted]
    words = tuple(sorted({(passage.start + t.start, passage.start + t.end) for t in held}))
    sentences = [(s.start, s.end) for s in passage.sentences] or [(passage.start, passage.end)]
    place = max(sentences, key=lambda span: sum(span[0] <= start < span[1] for start, _ in words))
    return len({t.term for t in held}), Found(source, passage.start, passage.end, words, place)
