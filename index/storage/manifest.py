"""The manifest of a generation: what it was built from, and whether that is what the settings ask for."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from pydantic import Field, ValidationError

from index.errors import DamagedIndexError, StaleIndexError
from index.files import IndexFile, damaged_files, file_errors
from index.records import Record
from index.settings import FORMAT_VERSION, IndexSettings
from index.storage.seals import SourceStamp

MANIFEST = "manifest.json"


class Manifest(Record):
    """What a generation was built from. Written last: a folder without it is an unfinished build.

    `passed_over`: name -> SHA-256 (hex) of the files that the build looked into and that are no sources.
    `files`: all files but the manifest itself and the lease. `passages_of`: source id -> number of its passages.
    `seal`: SHA-256 (hex) over all the other fields.
    """

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
    passed_over: dict[str, str] = Field(default_factory=dict)
    passages: int
    passages_of: dict[str, int]
    files: dict[str, IndexFile]
    timings: dict[str, float]
    seal: str = ""

    def sealed(self) -> Manifest:
        """Return the manifest with its seal."""
        return self.model_copy(update={"seal": self._digest()})

    @property
    def is_whole(self) -> bool:
        return self.seal == self._digest()

    def files_in(self, folder: str) -> dict[str, IndexFile]:
        """Return the files of a folder of the generation, by their paths in it."""
        return {
            name.removeprefix(f"{folder}/"): stamp
            for name, stamp in self.files.items()
            if name.startswith(f"{folder}/")
        }

    def _digest(self) -> str:
        return hashlib.sha256(self.model_dump_json(exclude={"seal"}).encode()).hexdigest()


def generations(home: Path) -> Path:
    return home / "generations"


def read_manifest(home: Path, name: str) -> Manifest:
    """Return a generation's manifest.

    Raises DamagedIndexError if it is missing, malformed, changed or another's, StaleIndexError if its format is old.
    """
    with file_errors(f"reading the manifest of {name}"):
        raw = (generations(home) / name / MANIFEST).read_bytes()
    try:
        manifest = Manifest.model_validate_json(raw)
    except ValidationError as error:
        if _format_of(raw) not in (None, FORMAT_VERSION):
            raise StaleIndexError("another version of Footnote built the index; run `footnote index build`") from error
        raise DamagedIndexError(f"the manifest of {name} cannot be read") from error
    if manifest.generation != name:
        raise DamagedIndexError(f"the manifest of {name} is that of {manifest.generation}")
    if not manifest.is_whole:
        raise DamagedIndexError(f"the manifest of {name} is not as it was written")
    return manifest


def _format_of(manifest: bytes) -> int | None:
    """Return the format that a manifest names, None if it names none."""
    try:
        found = json.loads(manifest)["format"]
    except (ValueError, TypeError, KeyError):
        return None
    return found if isinstance(found, int) else None


def check_files(folder: Path, manifest: Manifest, *, hashes: bool) -> None:
    """Raise DamagedIndexError if a file is missing or has another size or (if `hashes`) SHA-256 than was written."""
    for damage in damaged_files(folder, manifest.files, hashes=hashes):
        raise DamagedIndexError(f"{manifest.generation}: {damage}")


def store_kind(settings: IndexSettings) -> str:
    return "server" if settings.store_url else "embedded"


def mismatch(manifest: Manifest, settings: IndexSettings) -> str | None:
    """Return in words where the index and the settings differ; None if they agree."""
    if manifest.store != store_kind(settings):
        return f"the index keeps its vectors in '{manifest.store}', the settings want '{store_kind(settings)}'"
    if manifest.fingerprint == settings.fingerprint():
        return None
    found = [
        f"{key} {manifest.settings.get(key)!r}, the settings want {value!r}"
        for key, value in settings.fingerprinted().items()
        if manifest.settings.get(key) != value
    ]
    return "the index was built with " + ("; ".join(found) or "another version of Footnote")
