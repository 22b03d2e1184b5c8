"""A generation: one complete, immutable index (catalog, vectors, lexical index, manifest), and which one serves.

home/current               one line: the name of the generation that serves; `switch_to` replaces it in one rename
home/generations/<name>/   the files of one generation; without a manifest it is an unfinished build
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import DamagedIndexError, NoIndexError, StaleIndexError
from index.files import file_errors, sync, write_atomic
from index.passage import Passage
from index.settings import IndexSettings
from index.source import Source
from index.storage.catalog import Catalog, Outline
from index.storage.lexical import LexicalIndex
from index.storage.locks import LEASE, Lease
from index.storage.manifest import Manifest, check_files, generations, mismatch, read_manifest
from index.storage.once import Once
from index.storage.private import PrivateFolder
from index.storage.seals import PASSAGES, Seals
from index.storage.vectors import DATABASE, VectorStore, load_library

if TYPE_CHECKING:
    from index.embedding.embedder import Embedder

VECTORS, LEXICAL = "vectors", "lexical"
_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}\Z")
_RETRIES = 50  # a reader may lose this many races against builds that end, 10 ms apart


def generation_names(home: Path) -> list[str]:
    """Return the names of all generations that have a folder, finished or not, oldest first."""
    return sorted(p.name for p in generations(home).glob("*") if _NAME.match(p.name))


def create_folder(home: Path) -> Path:
    """Make the folder of a new generation. Its name, UTC time and 32 random bits, fits a Chroma collection."""
    folder = generations(home) / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.urandom(4).hex()}"
    folder.mkdir(parents=True)
    (folder / LEASE).touch()
    return folder


def current_id(home: Path) -> str | None:
    """Return the name of the generation that serves, None if nothing was built. Reads one tiny file.

    Raises DamagedIndexError if the file does not hold a name.
    """
    with file_errors("reading which index is current"):
        try:
            raw = (home / "current").read_bytes()
        except FileNotFoundError:
            return None
    name = raw.decode("ascii", "replace").strip()
    if not _NAME.match(name):
        raise DamagedIndexError("the file 'current' does not name an index")
    return name


def switch_to(home: Path, name: str) -> None:
    """Let the generation `name` serve, in one atomic rename, once its folder is sure to be found after a power cut."""
    sync(generations(home))
    write_atomic(home / "current", name + "\n")


class Generation:
    """An open generation. Thread-safe; close it when done.

    While it is open, no build and no `prune`, of this process or another, removes its files. Nothing of it is used
    unchecked: the engines' files are hashed before an engine opens them, since a damaged one can end the process;
    the catalog's rows when they are read. Nothing is written to its folder.
    """

    def __init__(self, folder: Path, manifest: Manifest, lease: Lease, store_url: str) -> None:
        self.id, self.manifest, self.folder = manifest.generation, manifest, folder
        self._lease = lease
        self._catalog = Once(partial(_open_catalog, folder, manifest))
        self._vectors = Once(partial(_open_vectors, folder, manifest, store_url))
        self._lexical = Once(partial(_open_lexical, folder, manifest))
        self._sources: tuple[Source, ...] | None = None
        self._outlines: tuple[Outline, ...] | None = None

    @classmethod
    def open(cls, home: Path, name: str, store_url: str = "", check: bool = True) -> Generation | None:
        """Open a generation; return None if it is gone.

        Raises DamagedIndexError if files are missing or (if `check`) have another size than was built.
        """
        folder = generations(home) / name
        lease = Lease.take(folder)
        if lease is None:
            return None
        try:
            manifest = read_manifest(home, name)
            if check:
                check_files(folder, manifest, hashes=False)
            return cls(folder, manifest, lease, store_url if manifest.store == "server" else "")
        except BaseException:
            lease.release()
            raise

    @property
    def catalog(self) -> Catalog:
        return self._catalog.get()

    @property
    def vectors(self) -> VectorStore:
        """The vector store, opened at first use: importing Chroma is the slowest part of a cold question."""
        return self._vectors.get()

    @property
    def lexical(self) -> LexicalIndex:
        """The lexical index, opened at first use."""
        return self._lexical.get()

    def source(self, source_id: str) -> Source:
        """Return one source. Raises UnknownSourceError, which names similar ids."""
        return self.catalog.source(source_id)

    def find(self, source_id: str) -> Source | None:
        """Return one source, None if there is none with this id."""
        return self.catalog.source(source_id) if source_id in self.manifest.sources else None

    def sources(self) -> tuple[Source, ...]:
        """Return all sources in the corpus' order, the article first; they stay in memory."""
        if self._sources is None:
            self._sources = tuple(self.catalog.sources())
        return self._sources

    def outlines(self) -> tuple[Outline, ...]:
        """Return what is known of all sources besides their texts, in the corpus' order; it stays in memory."""
        if self._outlines is None:
            self._outlines = tuple(self.catalog.outlines())
        return self._outlines

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Return passages in the order of `ids`. Raises DamagedIndexError for an id that does not exist."""
        return self.catalog.passages(ids)

    def passages_of(self, source_id: str) -> list[Passage]:
        """Return a source's passages in reading order. Raises UnknownSourceError."""
        return list(self.catalog.passages_of(source_id).values())

    def check_embedder(self, embedder: Embedder) -> None:
        """Raise StaleIndexError if questions would be embedded by another model than the passages were."""
        if embedder.name != self.manifest.model:
            raise StaleIndexError(
                f"the index was built with the model '{self.manifest.model}', questions use "
                f"'{embedder.name}'; run `footnote index build`"
            )

    def close(self) -> None:
        for part in (self._vectors, self._lexical, self._catalog):
            if (opened := part.take()) is not None:
                opened.close()
        self._lease.release()


def _open_catalog(folder: Path, manifest: Manifest) -> Catalog:
    seals = Seals.read(folder, manifest.files.get(PASSAGES), manifest.sources, manifest.passages_of)
    return Catalog.open(folder, seals)


def _open_vectors(folder: Path, manifest: Manifest, store_url: str) -> VectorStore:
    if store_url:
        return VectorStore.open(store_url, manifest.generation)
    with ThreadPoolExecutor(1) as beside:
        # Hashed while Chroma is imported: a large index takes about as long.
        private = beside.submit(PrivateFolder.of, folder / VECTORS, manifest.files_in(VECTORS), {DATABASE})
        load_library()
    return VectorStore.open_private(private.result(), manifest.generation)


def _open_lexical(folder: Path, manifest: Manifest) -> LexicalIndex:
    return LexicalIndex.open_private(PrivateFolder.of(folder / LEXICAL, manifest.files_in(LEXICAL)))


def open_current(settings: IndexSettings) -> Generation:
    """Open the generation that serves now.

    Raises NoIndexError, StaleIndexError (built with other settings), DamagedIndexError.
    """
    for _ in range(_RETRIES):
        name = current_id(settings.home)
        if name is None:
            raise NoIndexError
        generation = Generation.open(settings.home, name, settings.store_url)
        if generation is not None:
            difference = mismatch(generation.manifest, settings)
            if difference is None:
                return generation
            generation.close()
            raise StaleIndexError(f"{difference}; run `footnote index build`")
        if current_id(settings.home) == name and not (generations(settings.home) / name).is_dir():
            raise DamagedIndexError(f"the current index {name} has no folder")
        time.sleep(0.01)
    raise DamagedIndexError(f"the current index {name} cannot be locked for reading")
