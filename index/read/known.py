"""What is known of a corpus from the last time that it was indexed by the same rules, so that it need not be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from index.source import Kind, Source


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file when it was read: its size in bytes, when it was last changed (ns), the SHA-256 (hex) of its bytes."""

    size: int
    changed: int
    sha256: str

    @classmethod
    def of(cls, found: os.stat_result, sha256: str) -> SeenFile:
        return cls(found.st_size, found.st_mtime_ns, sha256)


@dataclass(frozen=True, slots=True)
class KnownSource:
    """What is known of a source without its text. `sha256`: of its text; `sidecar_sha256`: '' without a sidecar;
    `record_sha256`: of all its fields, '' if they are others than those that were read; all in hex.

    `reader`: what reads it. `has_id`: whether its id was stated. `original`: as in `SourceFacts`. `key`: where it lies
    on the shelf of those that were read; '' if it is as it was indexed.
    """

    id: str
    file: str
    file_sha256: str
    sidecar_sha256: str
    sha256: str
    record_sha256: str
    reader: str
    has_id: bool
    kind: Kind
    url: str
    original: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """The sources by their files, and all files that were looked into by their names. `load`: gives one by its id."""

    sources: Mapping[str, KnownSource] = field(default_factory=dict)
    files: Mapping[str, SeenFile] = field(default_factory=dict)
    load: Callable[[str], Source] | None = None

    def as_it_was(self, name: str, sha256: str, sidecar_sha256: str, reader: str) -> KnownSource | None:
        """Return the source of a file, if that would be read as it was; None if not, or if it is not known."""
        source = self.sources.get(name)
        here = (sha256, sidecar_sha256, reader)
        return source if source and here == (source.file_sha256, source.sidecar_sha256, source.reader) else None

    def digest(self, path: Path, name: str) -> str:
        """Return the SHA-256 of a file that has not been touched since; '' if it has, or is not known."""
        seen = self.files.get(name)
        if seen is None:
            return ""
        try:
            return seen.sha256 if SeenFile.of(path.stat(), seen.sha256) == seen else ""
        except OSError:
            return ""


NOTHING_KNOWN = Known()
