"""Where a source that was read waits until it is divided, so that a large folder is never in memory as a whole."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Protocol

from index.read.folder import SIDECAR, sidecar_of
from index.read.formats import FORMATS, reader_of
from index.read.known import KnownSource
from index.read.one_file import Keeper, read_bytes, sidecar_fields, source_of
from index.read.record import source_digest
from index.source import Source


class Shelf(Protocol):
    """Holds sources by keys. Methods raise StoreError."""

    def put(self, key: str, source: Source, has_id: bool) -> None:
        """Lay a source down. `has_id`: whether its id was stated."""

    def get(self, key: str) -> tuple[Source, bool] | None:
        """Return what lies there; None if nothing does."""


class InMemory:
    """A shelf for what is small."""

    def __init__(self) -> None:
        self._sources: dict[str, tuple[Source, bool]] = {}

    def put(self, key: str, source: Source, has_id: bool) -> None:
        self._sources[key] = (source, has_id)

    def get(self, key: str) -> tuple[Source, bool] | None:
        return self._sources.get(key)


class Nowhere:
    """No shelf, for who needs to know of sources and not their texts."""

    def put(self, key: str, source: Source, has_id: bool) -> None:
        pass

    def get(self, key: str) -> None:  # noqa: ARG002
        return None


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file as it lies there. `sidecar`: the bytes of the one beside it, None without; SHA-256 in hex, '' of none."""

    path: Path
    name: str
    raw: bytes
    sha256: str
    sidecar: bytes | None
    sidecar_sha256: str

    @classmethod
    def at(cls, path: Path, name: str) -> FoundFile:
        """Open a file and its sidecar. Raises NoSourceError."""
        beside = sidecar_of(path)
        raw = read_bytes(path)
        sidecar = read_bytes(beside) if beside.is_file() else None
        return cls(path, name, raw, _sha256(raw), sidecar, "" if sidecar is None else _sha256(sidecar))

    @property
    def key(self) -> str:
        """Stand for all that the source is made of."""
        made_of = (self.name, self.sha256, self.sidecar_sha256, reader_of(self.name))
        return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()


def _sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def shelve(found: FoundFile, shelf: Shelf, keeper: Keeper | None) -> KnownSource:
    """Read a file, unless its source lies on the shelf, and lay it there.

    Raises CorpusError for a source that breaks a rule, NoSourceError for what is none.
    """
    key = found.key
    there = shelf.get(key)
    if there is None:
        sidecar = {} if found.sidecar is None else sidecar_fields(found.sidecar, found.name + SIDECAR)
        there = source_of(found.raw, found.path, found.name, sidecar, keeper)
        shelf.put(key, *there)
        return entry_of(found, *there)
    entry = entry_of(found, *there)
    still_used(entry, keeper)
    return entry


def still_used(entry: KnownSource, keeper: Keeper | None) -> None:
    """Have kept what was read of a file that did not have to be read again."""
    if keeper is not None and FORMATS[PurePath(entry.file).suffix.lower()].is_costly:
        keeper.still_used(entry.file_sha256, entry.reader)


def entry_of(found: FoundFile, source: Source, has_id: bool) -> KnownSource:
    """Return what is kept in memory of a source that was read."""
    return KnownSource(
        id=source.id,
        file=found.name,
        file_sha256=found.sha256,
        sidecar_sha256=found.sidecar_sha256,
        sha256=source.sha256,
        record_sha256=source_digest(source),
        reader=reader_of(found.name),
        has_id=has_id,
        kind=source.kind,
        url=source.url,
        original=source.original,
        key=found.key,
    )
