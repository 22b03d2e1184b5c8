"""`sources.lock`: what every source was when its passages were made, so that others can make the same ones.

The lock holds no time, no folder and no vector: the same files, read by the same versions, give the same lock anywhere.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

from pydantic import ValidationError

from app.outside import amiss, read_json
from index.build.status import stale_reason
from index.errors import StaleIndexError, UsageError
from index.fetched.sources import original_digests
from index.files import not_stored, write_atomic
from index.read.corpus import file_digests
from index.read.folder import LOCK, base_of, sidecar_of
from index.records import Record
from index.settings import IndexSettings
from index.storage.generation import Generation, open_current

_FORMAT = 1  # raise it when a field changes its meaning
_SHOWN = 12  # hex digits of a hash in a message
_HASH = re.compile(r"[0-9a-f]{64}\Z")
_WORDS = {
    "sha256": "the file's SHA-256",
    "sidecar_sha256": "the sidecar's SHA-256",
    "text_sha256": "the SHA-256 of its text",
    "passages": "number of passages",
    "passages_sha256": "the SHA-256 of its passages",
    "published": "date",
    "fingerprint": "the fingerprint of all passages",
}


class LockedSource(Record):
    """One source. `sha256`, `sidecar_sha256`: of its file and its sidecar ('' without one). `licence`: what is stated
    or found of the right to keep it, '' if nothing. `reader`: what read the file, with its libraries' versions.

    `passages_sha256`: over all its passages, with id, places, header and sentences.
    """

    file: str
    title: str
    url: str
    published: str
    licence: str
    sha256: str
    sidecar_sha256: str
    reader: str
    text_sha256: str
    passages: int
    passages_sha256: str


class Lock(Record):
    """All sources by id. `made_with`: the settings and versions that decide how texts become passages.

    `fingerprint`: over the ids and passages of all sources, in the order of the ids.
    """

    format: int
    made_with: dict[str, str | int]
    fingerprint: str
    sources: dict[str, LockedSource]

    def written(self) -> str:
        """Return the lock as a file has it: equal locks are equal byte for byte."""
        return json.dumps(self.model_dump(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


class Difference(Record):
    """Something that is not as it was locked. `source`: the id, '' for what holds for all; '' of a value: none."""

    source: str
    what: str
    locked: str
    now: str

    def __str__(self) -> str:
        where = f"{self.source}: " if self.source else ""
        if self.what == "source":
            return f"{where}is in the lock and not in the index" if self.locked else f"{where}is not in the lock"
        if self.what == "index":
            return f"the index is not up to date: {self.now}; run `footnote index build`"
        return f"{where}{self.what}: {_brief(self.now)}; locked was {_brief(self.locked)}"


def lock_path(settings: IndexSettings) -> Path:
    return base_of(settings.corpus) / LOCK


def lock_of(settings: IndexSettings) -> Lock:
    """Return the lock of the corpus. Raises NoIndexError, and StaleIndexError if the index is not up to date."""
    reason = stale_reason(settings)
    if reason is not None:
        raise StaleIndexError(f"only an index that is up to date can be locked: {reason}; run `footnote index build`")
    return _described(settings, _digests(settings))


def write_lock(settings: IndexSettings) -> Lock:
    """Write the lock into the corpus' folder and return it. Raises what `lock_of` raises, and StoreError."""
    lock = lock_of(settings)
    try:
        write_atomic(lock_path(settings), lock.written())
    except OSError as error:
        raise not_stored(
            f"{LOCK}: cannot be written ({error.strerror}); free space, or fix the folder's permissions", error
        ) from error
    return lock


def read_lock(path: Path) -> Lock:
    """Read a lock. Raises UsageError if there is none, or it is not one."""
    if not path.exists():
        raise UsageError(f"{path}: there is no lock; make one with `footnote sources lock`")
    try:
        lock = Lock.model_validate_json(read_json(path))
    except ValidationError as error:
        raise UsageError(
            f"{path}: is no lock of Footnote's ({amiss(error)}); make one with `footnote sources lock`"
        ) from None
    if lock.format != _FORMAT:
        raise UsageError(f"{path}: another version of Footnote made it; make one with `footnote sources lock`")
    return lock


def verify(settings: IndexSettings, lock: Lock) -> tuple[Difference, ...]:
    """Hold files and index against a lock; return what differs, source by source.

    Raises NoIndexError, StaleIndexError, DamagedIndexError, and CorpusError if the corpus cannot be read.
    """
    on_disk = _digests(settings)
    now, reason = _described(settings, on_disk), stale_reason(settings)
    found = [Difference(source="", what="index", locked="", now=reason)] if reason else []
    found += _differing("", lock.made_with, now.made_with)
    for source_id in sorted(lock.sources.keys() | now.sources.keys()):
        locked, here = lock.sources.get(source_id), now.sources.get(source_id)
        if locked is None or here is None:
            names = [one.file if one else "" for one in (locked, here)]
            found.append(Difference(source=source_id, what="source", locked=names[0], now=names[1]))
        else:
            found += _differing(source_id, locked.model_dump(), _with_files(here, on_disk).model_dump())
    found += _differing("", {"fingerprint": lock.fingerprint}, {"fingerprint": now.fingerprint})
    return tuple(found)


def _digests(settings: IndexSettings) -> Mapping[str, str]:
    return file_digests(settings.corpus, settings.largest_file) | original_digests(settings.home)


def _described(settings: IndexSettings, on_disk: Mapping[str, str]) -> Lock:
    """Return what the index that serves was made from."""
    with closing(open_current(settings)) as generation:
        sources, manifest = _sources(generation, on_disk), generation.manifest
    made_with = {name: manifest.settings[name] for name in ("format", "splitter", "passage_tokens")}
    made_with |= {"model": manifest.model, "sentencex": manifest.versions["sentencex"]}
    all_passages = "".join(f"{source_id} {one.passages_sha256}\n" for source_id, one in sorted(sources.items()))
    fingerprint = hashlib.sha256(all_passages.encode()).hexdigest()
    return Lock(format=_FORMAT, made_with=made_with, fingerprint=fingerprint, sources=sources)


def _sources(generation: Generation, on_disk: Mapping[str, str]) -> dict[str, LockedSource]:
    manifest, digests = generation.manifest, generation.catalog.passage_digests()
    return {
        s.id: LockedSource(
            file=s.file,
            title=s.title,
            url=s.url,
            published=s.published or "",
            licence=s.licence or "",
            sha256=manifest.sources[s.id].file_sha256,
            sidecar_sha256=on_disk.get(_sidecar(s.file), ""),
            reader=manifest.sources[s.id].reader,
            text_sha256=s.sha256,
            passages=manifest.passages_of.get(s.id, 0),
            passages_sha256=digests[s.id],
        )
        for s in generation.sources()
    }


def _with_files(source: LockedSource, on_disk: Mapping[str, str]) -> LockedSource:
    """Return the source with the hash of its file as it is now."""
    return source.model_copy(update={"sha256": on_disk.get(source.file, "")})


def _sidecar(file: str) -> str:
    return sidecar_of(Path(file)).as_posix()


def _differing(source_id: str, locked: Mapping[str, object], now: Mapping[str, object]) -> Iterator[Difference]:
    for name in sorted(locked.keys() | now.keys()):
        before, here = str(locked.get(name, "")), str(now.get(name, ""))
        if before != here:
            yield Difference(source=source_id, what=_WORDS.get(name, name), locked=before, now=here)


def _brief(value: str) -> str:
    return (value[:_SHOWN] + "…" if _HASH.match(value) else f"'{value}'") if value else "none"
