"""One complete, immutable index on disk, opened for reading: catalog, vectors, lexical index, manifest."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from index.errors import DamagedIndexError, NoIndexError, StaleIndexError
from index.files import REBUILD, file_errors
from index.passage import Passage, Source
from index.records import Record
from index.settings import IndexSettings
from index.storage.catalog import Catalog
from index.storage.home import MANIFEST, Lease, current_id, generations
from index.storage.lexical import LexicalIndex
from index.storage.vectors import DATABASE, VectorStore

if TYPE_CHECKING:
    from index.embedding.embedder import Embedder

__all__ = ["Generation", "Manifest", "current_id", "open_current"]

VECTORS, LEXICAL = "vectors", "lexical"
MUTABLE = (f"{VECTORS}/{DATABASE}", "lease")  # files of a generation that may change after the build
_RETRIES = 50  # a reader may lose this many races against builds that end, 10 ms apart


class SourceStamp(Record):
    """A source as it was indexed: SHA-256 (hex) of its file, its canonical text, its whole record."""

    file: str
    file_sha256: str
    text_sha256: str
    record_sha256: str


class FileStamp(Record):
    size: int
    sha256: str


class Manifest(Record):
    """What a generation was built from. Written last: a folder without it is an unfinished build."""

    format: int
    generation: str
    previous: str | None
    created: str
    fingerprint: str
    settings: dict[str, str | int]
    store: str
    model: str
    dimension: int
    versions: dict[str, str]
    sources: dict[str, SourceStamp]
    passages: int
    files: dict[str, FileStamp]
    timings: dict[str, float]


def store_kind(settings: IndexSettings) -> str:
    return "server" if settings.store_url else "embedded"


def read_manifest(home: Path, name: str) -> Manifest:
    """Raises DamagedIndexError if it is missing, malformed or another generation's."""
    with file_errors(f"reading the manifest of {name}"):
        raw = (generations(home) / name / MANIFEST).read_bytes()
    try:
        manifest = Manifest.model_validate_json(raw)
    except ValidationError as error:
        raise DamagedIndexError(f"the manifest of {name} cannot be read; {REBUILD}") from error
    if manifest.generation != name:
        raise DamagedIndexError(f"the manifest of {name} is that of {manifest.generation}; {REBUILD}")
    return manifest


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raises DamagedIndexError if a file is missing or has another size: Chroma would search what is left."""
    for file, stamp in manifest.files.items():
        with file_errors(f"opening {manifest.generation}"):
            size = (folder / file).stat().st_size
        if size != stamp.size:
            raise DamagedIndexError(
                f"{manifest.generation}: {file} has {size} bytes, not the {stamp.size} built; {REBUILD}"
            )


class Generation:
    """An open, immutable generation. Safe to use from several threads; close it when done.

    While it is open no build and no `prune`, of this process or another, removes its files.
    """

    def __init__(self, folder: Path, manifest: Manifest, lease: Lease, store_url: str = "") -> None:
        self.id, self.manifest, self.folder = manifest.generation, manifest, folder
        self._lease, self._store_url = lease, store_url
        self._catalog = Catalog.open(folder)
        self._sources: tuple[Source, ...] | None = None
        self._vectors: VectorStore | None = None
        self._lexical: LexicalIndex | None = None
        self._lock = threading.Lock()

    @classmethod
    def open(cls, home: Path, name: str, store_url: str = "", check: bool = True) -> Generation | None:
        """None if it is gone. Raises DamagedIndexError if files are missing or (if `check`) cut short."""
        folder = generations(home) / name
        lease = Lease.take(folder)
        if lease is None:
            return None
        try:
            manifest = read_manifest(home, name)
            if check:
                check_files(folder, manifest)
            return cls(folder, manifest, lease, store_url if manifest.store == "server" else "")
        except BaseException:
            lease.release()
            raise

    @property
    def catalog(self) -> Catalog:
        return self._catalog

    @property
    def vectors(self) -> VectorStore:
        """Opened at first use (importing Chroma is the dearest part of a cold question)."""
        with self._lock:
            if self._vectors is None:
                self._vectors = VectorStore.open(self._store_url or self.folder / VECTORS, self.id)
            return self._vectors

    @property
    def lexical(self) -> LexicalIndex:
        """Opened at first use."""
        with self._lock:
            if self._lexical is None:
                with file_errors("opening the lexical index"):
                    self._lexical = LexicalIndex.open(self.folder / LEXICAL)
            return self._lexical

    def source(self, source_id: str) -> Source:
        """Raises UnknownSourceError, which names ids that look alike."""
        return self._catalog.source(source_id)

    def sources(self) -> tuple[Source, ...]:
        """All sources in the corpus' order, the article first; kept in memory once asked for."""
        if self._sources is None:
            self._sources = tuple(self._catalog.sources())
        return self._sources

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """In the order asked. Raises DamagedIndexError for an id that is not there."""
        return self._catalog.passages(ids)

    def passages_of(self, source_id: str) -> list[Passage]:
        """In reading order. Raises UnknownSourceError."""
        return self._catalog.passages_of(source_id)

    def check_embedder(self, embedder: Embedder) -> None:
        """Raises StaleIndexError if questions would be embedded by another model than the passages were."""
        if embedder.name != self.manifest.model:
            raise StaleIndexError(
                f"the index was built with the model '{self.manifest.model}', questions use "
                f"'{embedder.name}'; run `footnote index build`"
            )

    def close(self) -> None:
        with self._lock:
            if self._vectors is not None:
                self._vectors.close()
            if self._lexical is not None:
                self._lexical.close()
            self._vectors = self._lexical = None
            self._catalog.close()
            self._lease.release()


def open_current(settings: IndexSettings) -> Generation:
    """Open the generation that serves now.

    Raises NoIndexError, StaleIndexError (built with other settings), DamagedIndexError.
    """
    for _ in range(_RETRIES):
        name = current_id(settings.home)
        if name is None:
            raise NoIndexError("there is no index yet; run `footnote index build`")
        generation = Generation.open(settings.home, name, settings.store_url)
        if generation is not None:
            reason = differs(generation.manifest, settings)
            if reason is None:
                return generation
            generation.close()
            raise StaleIndexError(f"{reason}; run `footnote index build`")
        if current_id(settings.home) == name and not (generations(settings.home) / name).is_dir():
            raise DamagedIndexError(f"the current index {name} has no folder; {REBUILD}")
        time.sleep(0.01)
    raise DamagedIndexError(f"the current index {name} cannot be held for reading; {REBUILD}")


def differs(manifest: Manifest, settings: IndexSettings) -> str | None:
    """What the index was built with and the settings want otherwise, in words; None if they agree."""
    if manifest.store != store_kind(settings):
        return f"the index keeps its vectors in '{manifest.store}', the settings want '{store_kind(settings)}'"
    if manifest.fingerprint == settings.fingerprint():
        return None
    wanted = settings.parts()
    found = [
        f"{key} {manifest.settings.get(key)!r}, the settings want {value!r}"
        for key, value in wanted.items()
        if manifest.settings.get(key) != value
    ]
    return "the index was built with " + ("; ".join(found) or "another version of Footnote")
