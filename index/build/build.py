"""Corpus -> generation: built beside the current one, from what changed, and switched in at once.

read ── split, prove ── catalog ─┬─ embed what is new, take over the rest ── vectors
                                 └─ lexical ── manifest ── switch ── prune
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from importlib.metadata import version
from pathlib import Path

from index.build.progress import BuildProgress, BuildReport, Clock, Quiet
from index.build.reuse import Vectors
from index.build.upkeep import Changes, is_stale, prune, remove, sweep
from index.build.verify import misreadings, verify
from index.embedding.embedder import Embedder, prepare_embedder
from index.errors import DamagedIndexError, QuoteError, StoreError
from index.files import FREE_SPACE, file_errors, file_sha256, sync_tree, write_atomic
from index.passage import Source
from index.read.corpus import file_digests, read_corpus
from index.read.split import split
from index.settings import FORMAT_VERSION, IndexSettings
from index.storage import home as homes
from index.storage.catalog import Catalog, source_digest
from index.storage.generation import (
    LEXICAL,
    MUTABLE,
    VECTORS,
    FileStamp,
    Generation,
    Manifest,
    SourceStamp,
    differs,
    store_kind,
)
from index.storage.lexical import LexicalIndex, LexicalRow
from index.storage.vectors import VectorStore

__all__ = ["BuildProgress", "BuildReport", "build", "is_stale", "prune", "verify"]

_log = logging.getLogger(__name__)
_BATCH = 2048  # passages a round: lets the embedder sort by length, keeps vectors of 384 floats under 4 MB


def build(
    settings: IndexSettings,
    *,
    full: bool = False,
    wait: bool = True,
    progress: BuildProgress | None = None,
    embedder: Embedder | None = None,
) -> BuildReport:
    """Bring the index up to date with the corpus; `full` embeds everything anew.

    The current generation serves until the new one is complete, and goes on serving if the build fails.
    Raises CorpusError, ModelError, StoreError, BuildLockedError (only if not `wait`).
    """
    watcher = progress or Quiet()
    with homes.build_lock(settings.home, wait, watcher.note):
        run = _Build(settings, full, watcher)
        try:
            return run.run(embedder)
        finally:
            run.close()


class _Build:
    """One run, under the build lock."""

    def __init__(self, settings: IndexSettings, full: bool, progress: BuildProgress) -> None:
        self.settings, self.full, self.progress = settings, full, progress
        self.clock = Clock()
        self.notes: list[str] = []
        self.embedded = self.reused = 0
        self.current: str | None = None
        self.former: Generation | None = None

    def close(self) -> None:
        if self.former is not None:
            self.former.close()

    def run(self, embedder: Embedder | None) -> BuildReport:
        home = self.settings.home
        self.former = self._open_former()
        previous = self.former.id if self.former else None
        self._sweep({self.current}, unfinished_only=True)
        with self.clock("read"):
            stamps, sources = self._read()
        with self.clock("model"):
            embedder = embedder or prepare_embedder(self.settings, self.progress.note)
        before = self.former.manifest.sources if self.former else {}
        changes = Changes.between(before, stamps)
        if self.former and not self.full and not changes and self._is_same(self.former.manifest, embedder):
            pruned = self._sweep({previous, self.former.manifest.previous})
            return self._report(self.former.manifest, previous, changes, built=False, pruned=pruned)
        name = homes.new_name()
        try:
            manifest = self._write(name, previous, sources, stamps, embedder)
        except BaseException:
            self._discard(name)
            raise
        with file_errors("switching to the new index"):
            homes.switch(home, name)
        pruned = self._sweep({name, self.current})
        return self._report(manifest, previous, changes, built=True, pruned=pruned)

    def _open_former(self) -> Generation | None:
        """The current generation, or None (with a note) if there is none that can be read."""
        try:
            name = self.current = homes.current_id(self.settings.home)
            return Generation.open(self.settings.home, name, self.settings.store_url) if name else None
        except DamagedIndexError as error:
            self._note(f"the former index is damaged and nothing is taken over from it ({error})")
            return None

    def _is_same(self, former: Manifest, embedder: Embedder) -> bool:
        return differs(former, self.settings) is None and former.model == embedder.name

    def _read(self) -> tuple[dict[str, SourceStamp], tuple[Source, ...]]:
        """Sources and their stamps. Hashed first: a file that changes meanwhile is seen next time."""
        self.progress.stage("read", 1)
        digests = file_digests(self.settings.corpus)
        sources = read_corpus(self.settings.corpus)
        self.progress.advance(1)
        return {
            s.id: SourceStamp(
                file=s.file,
                file_sha256=digests.get(s.file, ""),
                text_sha256=s.sha256,
                record_sha256=source_digest(s),
            )
            for s in sources
        }, sources

    def _write(
        self,
        name: str,
        previous: str | None,
        sources: Sequence[Source],
        stamps: dict[str, SourceStamp],
        embedder: Embedder,
    ) -> Manifest:
        """All files of generation `name`, the manifest last."""
        with file_errors("making the new index"):
            folder = homes.begin(self.settings.home, name)
        with self.clock("split"):
            catalog = Catalog.create(folder)
        try:
            with self.clock("split"):
                owners = self._fill(catalog, sources, embedder)
                catalog.commit()
            self._write_vectors(name, folder, catalog, owners, embedder)
            with self.clock("lexical"):
                self._write_lexical(folder, catalog, owners)
        finally:
            catalog.close()
        return self._commit(name, previous, folder, stamps, embedder, len(owners))

    def _fill(self, catalog: Catalog, sources: Sequence[Source], embedder: Embedder) -> list[Source]:
        """Split, prove and record; the source of each passage, in the order of their ids (1, 2, ...)."""
        self.progress.stage("split", len(sources))
        owners: list[Source] = []
        for n, source in enumerate(sources, 1):
            passages = split(source, embedder, self.settings.passage_tokens)
            for passage in passages:
                for problem in misreadings(source, passage):
                    raise QuoteError(
                        f"{source.file or source.id}: {problem}; nothing was built: report this with the file"
                    )
            catalog.add_source(n, source)
            catalog.add_passages(len(owners) + 1, n, passages)
            owners.extend([source] * len(passages))
            self.progress.advance(1)
        return owners

    def _write_vectors(
        self, name: str, folder: Path, catalog: Catalog, owners: Sequence[Source], embedder: Embedder
    ) -> None:
        former = None if self.full else self.former
        vectors = Vectors(catalog, embedder, former, self.clock, self.progress.advance, self._note)
        with self.clock("store"):
            where = self.settings.store_url or folder / VECTORS
            store = VectorStore.create(where, name, embedder.dimension, len(owners))
        self.progress.stage("embed", len(owners))
        try:
            for ids in _rounds(len(owners)):
                some = vectors.of(ids)
                with self.clock("store"):
                    store.add(ids, some, [owners[n - 1] for n in ids])
            if store.count() != len(owners):
                raise StoreError(f"Chroma holds {store.count()} of {len(owners)} vectors; {FREE_SPACE}")
        finally:
            store.close()
        self.embedded, self.reused = vectors.embedded, vectors.reused

    def _write_lexical(self, folder: Path, catalog: Catalog, owners: Sequence[Source]) -> None:
        self.progress.stage("lexical", len(owners))
        try:
            with closing(LexicalIndex.create(folder / LEXICAL)) as index:
                for ids in _rounds(len(owners)):
                    rows = zip(ids, catalog.passages(ids), strict=True)
                    index.add([LexicalRow(n, p.header, p.text, owners[n - 1]) for n, p in rows])
                    self.progress.advance(len(ids))
                index.commit()
                if index.count() != len(owners):
                    raise StoreError(f"the lexical index holds {index.count()} of {len(owners)} passages; {FREE_SPACE}")
        except (OSError, ValueError) as error:  # tantivy gives a full disk as a ValueError
            said = str(error).partition("\n")[0].partition(" at path")[0]
            raise StoreError(f"writing the lexical index: {said}; {FREE_SPACE}") from error

    def _commit(
        self,
        name: str,
        previous: str | None,
        folder: Path,
        stamps: dict[str, SourceStamp],
        embedder: Embedder,
        passages: int,
    ) -> Manifest:
        self.progress.stage("commit", 1)
        with self.clock("commit"), file_errors("writing the new index to disk"):
            files = {
                p.relative_to(folder).as_posix(): FileStamp(size=p.stat().st_size, sha256=file_sha256(p))
                for p in sorted(folder.rglob("*"))
                if p.is_file() and p.relative_to(folder).as_posix() not in MUTABLE
            }
            sync_tree(folder)
        manifest = Manifest(
            format=FORMAT_VERSION,
            generation=name,
            previous=previous,
            created=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            fingerprint=self.settings.fingerprint(),
            settings=self.settings.parts(),
            store=store_kind(self.settings),
            model=embedder.name,
            dimension=embedder.dimension,
            versions={
                "chromadb": version("chromadb"),
                "sentencex": version("sentencex"),
            },
            sources=stamps,
            passages=passages,
            files=files,
            timings=dict(self.clock.seconds),
        )
        with file_errors("writing the new index to disk"):
            write_atomic(folder / homes.MANIFEST, manifest.model_dump_json(indent=1))
        self.progress.advance(1)
        return manifest

    def _discard(self, name: str) -> None:
        """Remove what a failed build wrote. Should that fail too, the next build sweeps it."""
        try:
            remove(self.settings, name)
        except (StoreError, OSError) as error:
            _log.warning("an unfinished index stays until the next build: %s", error)

    def _sweep(self, keep: set[str | None], unfinished_only: bool = False) -> tuple[str, ...]:
        """A build does not fail because old files cannot be removed; the report says so."""
        try:
            return tuple(sweep(self.settings, keep, unfinished_only))
        except StoreError as error:
            self._note(f"old indexes stay: {error}")
            return ()

    def _note(self, text: str) -> None:
        self.notes.append(text)
        self.progress.note(text)

    def _report(
        self,
        manifest: Manifest,
        previous: str | None,
        changes: Changes,
        built: bool,
        pruned: tuple[str, ...] = (),
    ) -> BuildReport:
        return BuildReport(
            generation=manifest.generation,
            previous=previous,
            built=built,
            sources=changes,
            passages=manifest.passages,
            embedded=self.embedded,
            reused=self.reused,
            pruned=pruned,
            notes=tuple(self.notes),
            seconds=dict(self.clock.seconds),
        )


def _rounds(passages: int) -> Iterator[range]:
    """Passage ids 1..n in rounds."""
    for first in range(1, passages + 1, _BATCH):
        yield range(first, min(first + _BATCH, passages + 1))
