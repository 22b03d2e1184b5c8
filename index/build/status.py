"""`footnote index status`: whether the index is up to date, and what changed in the corpus since it was built."""

from __future__ import annotations

from collections.abc import Mapping

from index.errors import DamagedIndexError, StaleIndexError
from index.fetched.sources import is_original, original_digests
from index.read.corpus import file_digests
from index.read.formats import reader_of
from index.records import Record
from index.settings import IndexSettings
from index.storage.generation import current_id
from index.storage.manifest import Manifest, check_files, generations, mismatch, read_manifest
from index.storage.reuse import has_these_rules

_NAMED = 3  # names a message gives of each list


class Changes(Record):
    """The sources by what happened to them since the former generation. False if nothing changed."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]

    @classmethod
    def between(cls, before: Mapping[str, object], after: Mapping[str, object]) -> Changes:
        both = [key for key in after if key in before]
        return cls(
            added=tuple(key for key in after if key not in before),
            changed=tuple(key for key in both if before[key] != after[key]),
            removed=tuple(key for key in before if key not in after),
            unchanged=tuple(key for key in both if before[key] == after[key]),
        )

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        parts = []
        for word, names in (("added", self.added), ("changed", self.changed), ("removed", self.removed)):
            if names:
                more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
                parts.append(f"{word} {', '.join(names[:_NAMED])}{more}")
        return "; ".join(parts) or "nothing changed"


def stale_reason(settings: IndexSettings) -> str | None:
    """Return in words why the index should be built again, None if it is up to date. Loads no model.

    Raises CorpusError if the corpus cannot be read.
    """
    try:
        name = current_id(settings.home)
        if name is None:
            return "there is no index yet"
        manifest = read_manifest(settings.home, name)
        check_files(generations(settings.home) / name, manifest, hashes=True)
    except StaleIndexError:
        return "another version of Footnote built the index"
    except DamagedIndexError as error:
        return f"the index is damaged: {error}"
    difference = mismatch(manifest, settings)
    if difference is not None:
        return difference
    before = _files(manifest)
    now = file_digests(settings.corpus, settings.largest_file) | original_digests(settings.home, manifest.sources)
    changes = Changes.between(before, now)
    if changes:
        return f"the corpus changed: {changes}"
    other = next((s for s in manifest.sources.values() if s.reader != reader_of(s.file)), None)
    if other:
        return f"{other.file} was read with {other.reader}, here is {reader_of(other.file)}"
    if not has_these_rules(generations(settings.home) / name):
        return "the index was built by another version of Footnote, of Python or of a library that it rests on"
    return None


def has_other_originals(settings: IndexSettings, manifest: Manifest) -> bool:
    """Whether other originals are kept now than an index was made from. Raises StoreError."""
    before = {name: digest for name, digest in _files(manifest).items() if is_original(name)}
    return before != original_digests(settings.home, manifest.sources)


def _files(manifest: Manifest) -> dict[str, str]:
    """Return name -> SHA-256 (hex) of all files that a build looked into."""
    return {stamp.file: stamp.file_sha256 for stamp in manifest.sources.values()} | manifest.passed_over
