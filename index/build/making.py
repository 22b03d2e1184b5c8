"""Makes the files of a new generation: what is unchanged is taken over from the former one, the rest is made.

The result is that of a whole build: the same ids, passages and terms, and the same vectors under keys of their own.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from index.build.passage_vectors import PassageVectors
from index.build.progress import BuildProgress, Clock
from index.build.verify import span_errors
from index.embedding.embedder import Embedder
from index.errors import DamagedIndexError, QuoteError, StoreError
from index.files import FREE_SPACE, file_errors
from index.read.corpus import Corpus
from index.read.split import split
from index.settings import IndexSettings
from index.source import Source, SourceFacts
from index.storage.catalog import Catalog
from index.storage.generation import LEXICAL, VECTORS, Generation
from index.storage.lexical import LexicalIndex, searched
from index.storage.reuse import Reuse
from index.storage.runs import Run
from index.storage.vector_keys import Keys
from index.storage.vectors import VectorStore, compact

_BATCH = 2048  # passages a round: keeps vectors of 384 floats under 4 MB
# Rounds after which Chroma saves its graph, at least, and how often at most: until it is saved, it takes 2.5 KB more a
# vector, and each time all of it is written.
_SAVED, _MOST_SAVES = 8, 16
# Of the vectors: beyond this share that was given up, the graph is made anew, since each of them costs room and time.
_MOST_GONE = 0.25


class Making:
    """The passages of a new generation in `folder`, file by file. `counts`: source id -> number of its passages;
    `passages`: their sum.

    `former`: the generation before, None if nothing of it is used. `kept`: the ids of its sources that are taken over;
    without any, only vectors are.
    """

    def __init__(
        self, folder: Path, settings: IndexSettings, embedder: Embedder, progress: BuildProgress, clock: Clock,
        former: Generation | None, kept: Container[str],
    ) -> None:  # fmt: skip
        self._folder, self._settings, self._embedder = folder, settings, embedder
        self._progress, self._clock = progress, clock
        self._former, self._kept = former, kept
        self.counts: dict[str, int] = {}
        self.passages = 0
        self._owners: dict[int, SourceFacts] = {}  # of each passage that is made, by its id
        self._runs: list[Run] = []

    def write(
        self, corpus: Corpus, vectors: PassageVectors, note: Callable[[str], None], traceless: bool = False
    ) -> None:
        """Write catalog, vectors (all anew if `traceless`) and lexical index.

        Raises CorpusError, QuoteError, ModelError, StoreError.
        """
        former = self._former
        with (
            closing(Catalog.create(self._folder, former.catalog if former else None)) as catalog,
            closing(Reuse.create(self._folder, former.folder if former and self._kept else None)) as reuse,
        ):
            with self._clock("split"):
                self._write_catalog(catalog, corpus, former)
            with self._clock("store"):
                copied = None if traceless else self._copied(note)
            self._write_vectors(catalog, vectors, copied)
            with self._clock("lexical"):
                reuse.add_corpus(corpus)
                self._write_lexical(catalog, reuse)

    def _write_catalog(self, catalog: Catalog, corpus: Corpus, former: Generation | None) -> None:
        """Split and store the sources in order; those that are kept in a row are taken over at once."""
        self._progress.stage("split", len(corpus.entries))
        before = _places(former) if former is not None else {}
        row: list[tuple[int, int, int]] = []  # sources to take over: number before, first passage before, passages
        for n, entry in enumerate(corpus.entries, 1):
            place = before[entry.id] if entry.id in self._kept else None
            if row and (place is None or place[0] != row[-1][0] + 1):
                self._take_over(catalog, row, n - len(row))
                row = []
            if place is not None:
                self.counts[entry.id] = place[2]
                self.passages += place[2]
                row.append(place)
            else:
                self._add(catalog, n, corpus.load(entry))
            self._progress.advance(1)
        if row:
            self._take_over(catalog, row, len(corpus.entries) + 1 - len(row))
        catalog.commit()

    def _take_over(self, catalog: Catalog, row: Sequence[tuple[int, int, int]], source: int) -> None:
        assert self._former is not None, "only a former index has what can be taken over"
        passages = sum(count for _, _, count in row)
        run = Run(source, row[0][0], len(row), self.passages - passages + 1, row[0][1], passages)
        catalog.take_over(run, self._former.catalog)
        self._runs.append(run)

    def _add(self, catalog: Catalog, n: int, source: Source) -> None:
        passages = split(source, self._embedder, self._settings.passage_tokens)
        for passage in passages:
            for problem in span_errors(source, passage):
                raise QuoteError(f"{source.file or source.id}: {problem}; nothing was built: report this with the file")
        first = self.passages + 1
        catalog.add_source(n, source)
        catalog.add_passages(first, n, passages)
        self.counts[source.id] = len(passages)
        self.passages += len(passages)
        self._owners.update(dict.fromkeys(range(first, first + len(passages)), source.facts))

    def _write_vectors(self, catalog: Catalog, vectors: PassageVectors, store: VectorStore | None) -> None:
        """Add the vectors that `store` lacks; all of them to a new one if it is None."""
        with self._clock("store"):
            new = [*self._owners] if store else [*range(1, self.passages + 1)]
            is_whole = store is None
            rounds = _even_rounds(new) if is_whole else [*_rounds(new)]
            store = store or self._empty(rounds)
        with closing(store):
            with self._clock("reuse"):
                vectors.look_up(catalog, new)
            self._progress.stage("embed", self.passages)
            self._progress.advance(self.passages - len(new))
            for ids in rounds:
                made = vectors.of(ids, catalog)
                with self._clock("store"):
                    store.add(ids, made, self._facts(catalog, ids))
            if store.count() != self.passages:
                raise StoreError(f"Chroma holds {store.count()} of {self.passages} vectors; {FREE_SPACE}")
        vectors.reused += self.passages - len(new)
        if is_whole and not self._settings.store_url:
            with self._clock("store"):
                compact(self._folder / VECTORS)

    def _copied(self, note: Callable[[str], None]) -> VectorStore | None:
        """Return a copy of the former store without what is gone; None if all vectors are to be stored anew."""
        former = self._former
        if former is None or not self._runs or former.manifest.store != "embedded" or self._settings.store_url:
            return None
        folder = self._folder / VECTORS
        try:
            before = Keys.read(former.folder / VECTORS) or Keys.counted(former.manifest.passages)
            keys = before.taken_over(self._runs, self.passages)
            if keys.gone > _MOST_GONE * self.passages:
                return None
            with file_errors("taking over vectors"):
                shutil.copytree(former.folder / VECTORS, folder)
            store = VectorStore.go_on(folder, former.id, self._folder.name, keys, before.without(keys))
            try:
                is_whole = store.count() == self.passages - len(self._owners)
            except BaseException:
                store.close()
                raise
            if is_whole:
                return store
            store.close()
            note("the former index's vectors are not all there and are stored anew")
        except DamagedIndexError as error:
            note(f"the former index's vectors are stored anew ({error})")
        shutil.rmtree(folder, ignore_errors=True)
        return None

    def _empty(self, rounds: Sequence[Sequence[int]]) -> VectorStore:
        """Make a store that saves its graph after every so many rounds, the last time with the last of them."""
        where = self._settings.store_url or self._folder / VECTORS
        least, most = min(map(len, rounds)), _between_saves(len(rounds))
        saved = most * least if len(rounds) > most <= least else self.passages
        return VectorStore.create(where, self._folder.name, self._embedder.dimension, saved)

    def _facts(self, catalog: Catalog, ids: Sequence[int]) -> list[SourceFacts]:
        """Return what is known of the source of each passage; of one that was taken over it is read."""
        missing = [n for n in ids if n not in self._owners]
        if not missing:
            return [self._owners[n] for n in ids]
        assert self._former is not None, "only a former index has what can be taken over"
        there = {n: p.source_id for n, p in zip(missing, catalog.passages(missing), strict=True)}
        facts = {i: self._former.catalog.outline(i).facts for i in {*there.values()}}
        return [self._owners.get(n) or facts[there[n]] for n in ids]

    def _write_lexical(self, catalog: Catalog, reuse: Reuse) -> None:
        self._progress.stage("lexical", self.passages)
        for run in self._runs:
            reuse.take_over(run)
        for ids in _rounds([*self._owners]):
            passages = catalog.passages(ids)
            reuse.add((n, searched(p, self._owners[n])) for n, p in zip(ids, passages, strict=True))
        with closing(LexicalIndex.create(self._folder / LEXICAL)) as index:
            for rows in reuse.rounds():
                index.add(rows)
                self._progress.advance(len(rows))
            index.commit()
            if index.count() != self.passages:
                raise StoreError(f"the lexical index holds {index.count()} of {self.passages} passages; {FREE_SPACE}")
        reuse.commit()


def _places(former: Generation) -> dict[str, tuple[int, int, int]]:
    """Return source id -> its number, the id of its first passage, how many it has."""
    found, first = {}, 1
    for n, source_id in enumerate(former.manifest.sources, 1):
        count = former.manifest.passages_of.get(source_id, 0)
        found[source_id] = (n, first, count)
        first += count
    return found


def _even_rounds(ids: Sequence[int]) -> list[Sequence[int]]:
    """Divide ids of passages into rounds of one size, give or take one, the last of them one after which is saved."""
    count = -(-len(ids) // _BATCH)
    most = _between_saves(count)
    if count > most:
        count = -(-count // most) * most
    ends = [len(ids) * n // count for n in range(count + 1)]
    return [ids[a:b] for a, b in pairwise(ends)]


def _between_saves(rounds: int) -> int:
    """Return after how many of so many rounds the graph is saved."""
    return max(_SAVED, -(-rounds // _MOST_SAVES))


def _rounds(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield ids of passages in rounds."""
    for first in range(0, len(ids), _BATCH):
        yield ids[first : first + _BATCH]
