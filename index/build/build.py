"""`footnote index build`: corpus -> generation, built beside the current one and switched in at once.

read, one by one ── split, check the spans ── catalog ─┬─ embed what is new ── vectors
 (texts: `unfinished`) (what has not changed is taken    └─ lexical ── manifest ── switch ── remove old generations
                        over at each step: `making`)
"""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path

from index.build.inputs import looked_into, refuse_passed_over, stamps_of
from index.build.making import Making
from index.build.passage_vectors import PassageVectors, forget_embedded
from index.build.progress import BuildProgress, BuildReport, Clock
from index.build.prune import remove_unused
from index.build.readings import Readings
from index.build.status import Changes
from index.build.unfinished import Unfinished
from index.embedding.embedder import Embedder, prepare_embedder
from index.errors import DamagedIndexError, StaleIndexError, StoreError
from index.fetched.sources import with_originals
from index.files import IndexFile, file_errors, sync_tree, write_atomic
from index.read.corpus import Corpus, read_folder
from index.read.known import NOTHING_KNOWN, Known
from index.settings import FORMAT_VERSION, IndexSettings
from index.storage.generation import Generation, create_folder, current_id, switch_to
from index.storage.locks import LEASE, build_lock
from index.storage.manifest import MANIFEST, Manifest, check_files, mismatch, store_kind
from index.storage.reuse import known_of, rules
from index.storage.seals import SourceStamp


def build(
    settings: IndexSettings,
    *,
    full: bool = False,
    wait: bool = True,
    strict: bool = False,
    traceless: bool = False,
    progress: BuildProgress | None = None,
    embedder: Embedder | None = None,
) -> BuildReport:
    """Bring the index up to date with the corpus; `full` embeds everything again.

    `strict`: raise CorpusError for anything in the corpus' folder that would be passed over.

    `traceless`: store all vectors anew, so that nothing of a source that is gone stays in a file of the new index.

    The current generation serves until the new one is complete, and afterwards if the build fails.
    Raises CorpusError, QuoteError, ModelError, StoreError, BuildLockedError (only if not `wait`).
    """
    watcher = progress or BuildProgress()
    with (
        build_lock(settings.home, wait, watcher.note, watcher.waiting),
        closing(_Build(settings, full, strict, traceless, watcher)) as run,
    ):
        return run.run(embedder)


class _Build:
    """One run, under the build lock."""

    def __init__(
        self, settings: IndexSettings, full: bool, strict: bool, traceless: bool, progress: BuildProgress
    ) -> None:
        self.settings, self.full, self.strict, self.progress = settings, full, strict, progress
        self.traceless = traceless
        self.clock = Clock()
        self.readings = Readings(settings.home)
        self.shelf = Unfinished(settings.home, rules())
        self.notes: list[str] = []
        self.vectors: PassageVectors | None = None  # once some are made
        self.current: str | None = None  # as the pointer says
        self.former = self._open_former()  # the same, if it can be read

    def close(self) -> None:
        self.shelf.close()
        if self.former is not None:
            self.former.close()

    def run(self, embedder: Embedder | None) -> BuildReport:
        former = self.former.manifest if self.former else None
        self._remove_unused({self.current}, unfinished_only=True)
        if self.full:
            self.shelf.forget()
        known = self._known()
        with self.clock("read"):
            corpus = self._read(known)
        with self.clock("model"):
            self.embedder = embedder or prepare_embedder(self.settings, self.progress.note)
        if known is not None and self.former is not None and self.former.manifest.model != self.embedder.name:
            known = None  # what was not read is loaded from the former index and divided anew
        stamps = stamps_of(corpus, former.sources if former else {})
        changes = Changes.between(former.sources if former else {}, stamps)
        without_text = looked_into(corpus)
        # Other settings, rules or models leave nothing known: what they would make of the same files is not the same.
        if former and known is not None and former.passed_over == without_text and not changes:
            manifest, keep = former, {former.generation, former.previous}
        else:
            kept = frozenset(changes.unchanged) if known is not None else frozenset()
            manifest = self._make(corpus, stamps, without_text, kept)
            keep = {manifest.generation, self.current}
        pruned = self._remove_unused(keep)
        self._forget_unused()
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

    def _known(self) -> Known | None:
        """Return what the former index knows of the corpus; None if it was made in another way."""
        former = self.former
        if former is None or self.full or mismatch(former.manifest, self.settings) is not None:
            return None
        known = known_of(former.folder, former.manifest.sources)
        return replace(known, load=former.source) if known is not None else None

    def _read(self, known: Known | None) -> Corpus:
        corpus = read_folder(
            self.settings.corpus, self.settings.largest_file, self.readings, self._has_read, known or NOTHING_KNOWN,
            self.shelf,
        )  # fmt: skip
        corpus = with_originals(corpus, self.settings.home, self.readings)
        if self.strict:
            refuse_passed_over(corpus)
        return corpus

    def _has_read(self, done: int, of: int) -> None:
        if done == 1:
            self.progress.stage("read", of)
        self.progress.advance(1)

    def _make(
        self, corpus: Corpus, stamps: dict[str, SourceStamp], passed_over: dict[str, str], kept: frozenset[str]
    ) -> Manifest:
        """Write all files of a new generation, the manifest last, and let it serve."""
        with file_errors("making the new index"):
            folder = create_folder(self.settings.home)
        try:
            if self.full:
                forget_embedded(self.settings.home)
            former = None if self.full else self.former
            self.vectors = PassageVectors(
                self.settings.home, self.embedder, former, self.progress, self.clock, self._note
            )
            making = Making(folder, self.settings, self.embedder, self.progress, self.clock, former, kept)
            making.write(corpus, self.vectors, self._note, self.traceless)
            manifest = self._write_manifest(folder, stamps, passed_over, making.counts)
        except BaseException:
            self._remove_unused({self.current}, unfinished_only=True)
            raise
        with file_errors("switching to the new index"):
            switch_to(self.settings.home, folder.name)
        return manifest

    def _write_manifest(
        self, folder: Path, stamps: dict[str, SourceStamp], passed_over: dict[str, str], counts: dict[str, int]
    ) -> Manifest:
        self.progress.stage("commit", 1)
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
                passages=sum(counts.values()),
                passages_of=counts,
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

    def _forget_unused(self) -> None:
        """Remove what was kept for this build only. A failure does not fail the build, whose index serves already."""
        for forget in (self.readings.forget_unused, self.shelf.forget, partial(forget_embedded, self.settings.home)):
            try:
                forget()
            except StoreError as error:
                self._note(f"what is no longer needed stays: {error}")

    def _note(self, text: str) -> None:
        self.notes.append(text)
        self.progress.note(text)
