"""`footnote index build`: corpus -> generation, built beside the current one and switched in at once.

read ── split, check the spans ── catalog ─┬─ embed what is new, reuse the rest ── vectors
                                           └─ lexical ── manifest ── switch ── remove old generations
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from index.build.inputs import looked_into, refuse_passed_over, stamps_of
from index.build.passage_vectors import PassageVectors, forget_embedded
from index.build.progress import BuildProgress, BuildReport, Clock
from index.build.prune import remove_unused
from index.build.readings import Readings
from index.build.status import Changes
from index.build.verify import span_errors
from index.embedding.embedder import Embedder, prepare_embedder
from index.errors import DamagedIndexError, QuoteError, StaleIndexError, StoreError
from index.fetched.sources import with_originals
from index.files import FREE_SPACE, IndexFile, file_errors, sync_tree, write_atomic
from index.read.corpus import Corpus, read_folder
from index.read.split import split
from index.settings import FORMAT_VERSION, IndexSettings
from index.source import Source
from index.storage.catalog import Catalog
from index.storage.generation import (
    LEXICAL,
    MANIFEST,
    VECTORS,
    Generation,
    Manifest,
    check_files,
    create_folder,
    current_id,
    mismatch,
    store_kind,
    switch_to,
)
from index.storage.lexical import LexicalIndex
from index.storage.locks import LEASE, build_lock
from index.storage.seals import SourceStamp
from index.storage.vectors import VectorStore, compact

_BATCH = 2048  # passages a round: keeps vectors of 384 floats under 4 MB


def build(
    settings: IndexSettings,
    *,
    full: bool = False,
    wait: bool = True,
    strict: bool = False,
    progress: BuildProgress | None = None,
    embedder: Embedder | None = None,
) -> BuildReport:
    """Bring the index up to date with the corpus; `full` embeds everything again.

    `strict`: raise CorpusError for anything in the corpus' folder that would be passed over.

    The current generation serves until the new one is complete, and afterwards if the build fails.
    Raises CorpusError, ModelError, StoreError, BuildLockedError (only if not `wait`).
    """
    watcher = progress or BuildProgress()
    with build_lock(settings.home, wait, watcher.note), closing(_Build(settings, full, strict, watcher)) as run:
        return run.run(embedder)


class _Build:
    """One run, under the build lock."""

    def __init__(self, settings: IndexSettings, full: bool, strict: bool, progress: BuildProgress) -> None:
        self.settings, self.full, self.strict, self.progress = settings, full, strict, progress
        self.clock = Clock()
        self.readings = Readings(settings.home)
        self.notes: list[str] = []
        self.vectors: PassageVectors | None = None  # once some are made
        self.current: str | None = None  # as the pointer says
        self.former = self._open_former()  # the same, if it can be read

    def close(self) -> None:
        if self.former is not None:
            self.former.close()

    def run(self, embedder: Embedder | None) -> BuildReport:
        former = self.former.manifest if self.former else None
        self._remove_unused({self.current}, unfinished_only=True)
        with self.clock("read"):
            corpus = self._read()
            stamps = stamps_of(corpus)
        with self.clock("model"):
            self.embedder = embedder or prepare_embedder(self.settings, self.progress.note)
        changes = Changes.between(former.sources if former else {}, stamps)
        same = former and mismatch(former, self.settings) is None and former.model == self.embedder.name
        without_text = looked_into(corpus)
        same = same and former is not None and former.passed_over == without_text
        if former and same and not changes and not self.full:
            manifest, keep = former, {former.generation, former.previous}
        else:
            manifest = self._make(corpus.sources, stamps, without_text)
            keep = {manifest.generation, self.current}
        pruned = self._remove_unused(keep)
        self.readings.forget_unused()
        forget_embedded(self.settings.home)
        return BuildReport(
            generation=manifest.generation,
            previous=former.generation if former else None,
            built=manifest is not former,
            sources=changes,
            passages=manifest.passages,
            embedded=self.vectors.embedded if self.vectors else 0,
            reused=self.vectors.reused if self.vectors else 0,
            pruned=pruned,
            notes=tuple(self.notes),
            passed_over=tuple(map(str, corpus.passed_over)),
            files_read=self.readings.read,
            files_reused=self.readings.reused,
            seconds=dict(self.clock.seconds),
        )

    def _open_former(self) -> Generation | None:
        """Open the current generation; return None, with a note, if it cannot be read or a file of it is damaged."""
        former = None
        try:
            name = self.current = current_id(self.settings.home)
            former = Generation.open(self.settings.home, name, self.settings.store_url) if name else None
            if former is not None:
                check_files(former.folder, former.manifest, hashes=True)
            return former
        except StaleIndexError as error:
            self._note(f"nothing of the former index is reused ({error})")
            return None
        except DamagedIndexError as error:
            if former is not None:
                former.close()
            self._note(f"the former index is damaged and nothing of it is reused ({error})")
            return None

    def _read(self) -> Corpus:
        corpus = read_folder(self.settings.corpus, self.settings.largest_file, self.readings, self._has_read)
        corpus = with_originals(corpus, self.settings.home, self.readings)
        if self.strict:
            refuse_passed_over(corpus)
        return corpus

    def _has_read(self, done: int, of: int) -> None:
        if done == 1:
            self.progress.stage("read", of)
        self.progress.advance(1)

    def _make(self, sources: Sequence[Source], stamps: dict[str, SourceStamp], passed_over: dict[str, str]) -> Manifest:
        """Write all files of a new generation, the manifest last, and let it serve."""
        with file_errors("making the new index"):
            folder = create_folder(self.settings.home)
        try:
            with closing(Catalog.create(folder)) as catalog:
                with self.clock("split"):
                    owners = self._write_catalog(catalog, sources)
                self._write_vectors(folder, catalog, owners)
                with self.clock("lexical"):
                    self._write_lexical(folder, catalog, owners)
            manifest = self._write_manifest(folder, stamps, passed_over, owners)
        except BaseException:
            self._remove_unused({self.current}, unfinished_only=True)
            raise
        with file_errors("switching to the new index"):
            switch_to(self.settings.home, folder.name)
        return manifest

    def _write_catalog(self, catalog: Catalog, sources: Sequence[Source]) -> list[Source]:
        """Split and store the sources; return the source of each passage, in the order of their ids (1, 2, ...)."""
        self.progress.stage("split", len(sources))
        owners: list[Source] = []
        for n, source in enumerate(sources, 1):
            passages = split(source, self.embedder, self.settings.passage_tokens)
            for passage in passages:
                for problem in span_errors(source, passage):
                    raise QuoteError(
                        f"{source.file or source.id}: {problem}; nothing was built: report this with the file"
                    )
            catalog.add_source(n, source)
            catalog.add_passages(len(owners) + 1, n, passages)
            owners.extend([source] * len(passages))
            self.progress.advance(1)
        catalog.commit()
        return owners

    def _write_vectors(self, folder: Path, catalog: Catalog, owners: Sequence[Source]) -> None:
        if self.full:
            forget_embedded(self.settings.home)
        former = None if self.full else self.former
        made = self.vectors = PassageVectors(
            self.settings.home, self.embedder, former, self.progress, self.clock, self._note
        )
        with self.clock("reuse"):
            made.look_up(catalog)
        with self.clock("store"):
            where = self.settings.store_url or folder / VECTORS
            store = VectorStore.create(where, folder.name, self.embedder.dimension, len(owners))
        self.progress.stage("embed", len(owners))
        with closing(store):
            for ids in _rounds(len(owners)):
                vectors = made.of(ids, catalog)
                with self.clock("store"):
                    store.add(ids, vectors, [owners[n - 1] for n in ids])
            if store.count() != len(owners):
                raise StoreError(f"Chroma holds {store.count()} of {len(owners)} vectors; {FREE_SPACE}")
        if isinstance(where, Path):
            with self.clock("store"):
                compact(where)

    def _write_lexical(self, folder: Path, catalog: Catalog, owners: Sequence[Source]) -> None:
        self.progress.stage("lexical", len(owners))
        with closing(LexicalIndex.create(folder / LEXICAL)) as index:
            for ids in _rounds(len(owners)):
                index.add(zip(ids, catalog.passages(ids), (owners[n - 1] for n in ids), strict=True))
                self.progress.advance(len(ids))
            index.commit()
            if index.count() != len(owners):
                raise StoreError(f"the lexical index holds {index.count()} of {len(owners)} passages; {FREE_SPACE}")

    def _write_manifest(
        self, folder: Path, stamps: dict[str, SourceStamp], passed_over: dict[str, str], owners: Sequence[Source]
    ) -> Manifest:
        self.progress.stage("commit", 1)
        counts = Counter(s.id for s in owners)
        with file_errors("writing the new index to disk"):
            with self.clock("commit"):
                names = {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}
                files = {name: IndexFile.of(path) for name, path in names.items() if name != LEASE}
                sync_tree(folder)
            manifest = Manifest(
                format=FORMAT_VERSION,
                generation=folder.name,
                previous=self.former.id if self.former else None,
                created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                fingerprint=self.settings.fingerprint(),
                settings=self.settings.fingerprinted(),
                store=store_kind(self.settings),
                model=self.embedder.name,
                dimension=self.embedder.dimension,
                versions={name: version(name) for name in ("chromadb", "sentencex")},
                sources=stamps,
                passed_over=passed_over,
                passages=len(owners),
                passages_of={source_id: counts[source_id] for source_id in stamps},
                files=files,
                timings=dict(self.clock.seconds),
            ).sealed()
            write_atomic(folder / MANIFEST, manifest.model_dump_json(indent=1))
        self.progress.advance(1)
        return manifest

    def _remove_unused(self, keep: set[str | None], unfinished_only: bool = False) -> tuple[str, ...]:
        """Remove old generations. A failure does not fail the build; the report says so."""
        try:
            return tuple(remove_unused(self.settings, keep, unfinished_only))
        except StoreError as error:
            self._note(f"old indexes stay: {error}")
            return ()

    def _note(self, text: str) -> None:
        self.notes.append(text)
        self.progress.note(text)


def _rounds(passages: int) -> Iterator[range]:
    """Yield the passage ids 1, 2, ... `passages` in rounds."""
    for first in range(1, passages + 1, _BATCH):
        yield range(first, min(first + _BATCH, passages + 1))
