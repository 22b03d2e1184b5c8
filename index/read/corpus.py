"""A folder of files, or one file -> Sources, validated, read one by one: their texts go to a shelf.

All metadata values are text, so that '2024-10' stays a month and '2012' a year. A file that begins as a source does,
with front matter, and breaks a rule stops the reading: it would be missed. One that cannot be read is passed over and
named, and so is one with the text of another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.errors import CorpusError, StoreError
from index.read.facts import id_of
from index.read.folder import ARTICLE, SIDECAR, base_of, corpus_files, entries, sidecar_of, why_no_source
from index.read.formats import reader_of
from index.read.known import NOTHING_KNOWN, Known, KnownSource, SeenFile
from index.read.one_file import Keeper, NoSourceError, read_bytes, source_of
from index.read.shelf import FoundFile, InMemory, Nowhere, Shelf, entry_of, shelve, still_used
from index.source import UNPRINTABLE, Source

LARGEST = 100  # MB of a file that is opened, unless a setting says otherwise
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file or folder that is no source. `reason` says why, and what to do about it."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a folder holds: what is known of its sources, in order; their texts are on the shelf.

    `passed_over`: what else is there, in order of the names. `digests`: the SHA-256 (hex) of every file that was looked
    into, by its name; `seen`: the same files of the folder as they were. `known`: whoever has what was not read.
    """

    entries: tuple[KnownSource, ...]
    passed_over: tuple[PassedOver, ...]
    digests: Mapping[str, str]
    shelf: Shelf
    seen: Mapping[str, SeenFile] = field(default_factory=dict)
    known: Known = NOTHING_KNOWN

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources that were read, all at once: all of them, if nothing was known. Raises what `load` raises."""
        return tuple(self.load(e) for e in self.entries if e.key)

    def load(self, entry: KnownSource) -> Source:
        """Return one of the sources. Raises StoreError."""
        if entry.key:
            there = self.shelf.get(entry.key)
            if there is None:
                raise StoreError(f"{entry.file}: what was read of it is no longer there; build the index again")
            source = there[0]
        else:
            assert self.known.load is not None, "who knows sources without reading them can load them"
            source = self.known.load(entry.id)
        if (source.id, source.original) == (entry.id, entry.original):
            return source
        return replace(source, id=entry.id, original=entry.original)


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is to become a source. `name`: its name in the corpus' folder. `stated`: what its sidecar will say.

    `label`: what a message calls it. `is_article`: it is to be the article, of a corpus that has none.
    """

    raw: bytes
    name: str
    label: str
    stated: Mapping[str, str]
    is_article: bool = False


def read_corpus(folder: Path) -> tuple[Source, ...]:
    """Read all sources of `folder`. Raises what `read_folder` raises."""
    return read_folder(folder).sources


def read_folder(
    folder: Path,
    largest: int = LARGEST,
    keeper: Keeper | None = None,
    advance: Callable[[int, int], None] = lambda _done, _of: None,
    known: Known = NOTHING_KNOWN,
    shelf: Shelf | None = None,
) -> Corpus:
    """Read all sources of `folder`, and note what else is there.

    `largest`: MB of a file that is opened. `advance` is called after each file, with how many are done and how many
    there are. A file whose bytes are `known`, or whose source lies on the `shelf` (one in memory without), is not read.
    Raises CorpusError for the first source that breaks a rule, and if there is no source at all; StoreError.
    """
    shelf = shelf or InMemory()
    found = _Found(folder, keeper, known, shelf)
    every = list(entries(folder, largest * _MB))
    for n, (path, reason) in enumerate(every, 1):
        found.add(path, reason)
        advance(n, len(every))
    if not found.sources:
        corpus_files(folder, largest * _MB)
        raise CorpusError(
            f"{folder}: no source can be read here; the first that is passed over: {found.passed_over[0]}"
        )
    passed = sorted(found.passed_over, key=lambda p: p.name)
    return Corpus(tuple(found.sources), tuple(passed), found.digests, shelf, found.seen, known)


def read_new(
    folder: Path,
    files: Sequence[NewFile],
    largest: int = LARGEST,
    keeper: Keeper | None = None,
    known: Known = NOTHING_KNOWN,
) -> tuple[Source, ...]:
    """Read files that are to be put into `folder`, which may be empty, as they will be read there.

    Files there that are `known` and have the size and time that they had are not opened: whoever indexes the folder
    reads them. Raises what `read_folder` raises, and CorpusError for a file that would not become a source of its own.
    """
    found = _Found(folder, keeper, known, Nowhere())
    for path, reason in entries(folder, largest * _MB):
        found.add_untouched(path) if not reason and found.is_untouched(path) else found.add(path, reason)
    return tuple(found.add_new(file, largest * _MB) for file in files)


class _Found:
    """Gathers what a folder holds."""

    def __init__(self, folder: Path, keeper: Keeper | None, known: Known, shelf: Shelf) -> None:
        self._folder, self._keeper, self._known, self._shelf = base_of(folder), keeper, known, shelf
        self._files: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self.sources: list[KnownSource] = []
        self.passed_over: list[PassedOver] = []
        self.digests: dict[str, str] = {}
        self.seen: dict[str, SeenFile] = {}

    def add(self, path: Path, reason: str) -> None:
        name = self._name(path)
        if not reason:
            beside = sidecar_of(path)
            try:
                raw = self._read(path, name)
                about = self._read(beside, name + SIDECAR) if beside.is_file() else None
                if not self._is_known(name):
                    beside_sha256 = self.digests.get(name + SIDECAR, "")
                    found = FoundFile(path, name, raw, self.digests[name], about, beside_sha256)
                    self._keep(shelve(found, self._shelf, self._keeper))
            except NoSourceError as error:
                reason = str(error)
            else:
                return
        self.passed_over.append(PassedOver(UNPRINTABLE.sub("\ufffd", name), reason))

    def is_untouched(self, path: Path) -> bool:
        """Whether neither a file nor its sidecar has changed in size or time since it was indexed."""
        name, beside = self._name(path), sidecar_of(path)
        about = name + SIDECAR
        is_same = self._known.digest(beside, about) if beside.is_file() else about not in self._known.files
        return bool(is_same and self._known.digest(path, name))

    def add_untouched(self, path: Path) -> None:
        """Add a file as it is known, without opening it, unless another file has taken its id or its text meanwhile."""
        name = self._name(path)
        source = self._known.sources.get(name)
        if source and not source.has_id and (self._own_id(name) != source.id or source.sha256 in self._texts):
            self.add(path, "")
            return
        self.digests[name] = self._known.files[name].sha256
        if source is None:
            self.passed_over.append(PassedOver(name, "it was passed over when the corpus was indexed"))
        else:
            self._enter(source)

    def add_new(self, file: NewFile, largest: int) -> Source:
        """Read a file that is not there yet. Raises CorpusError."""
        path, digest = Path(file.name), hashlib.sha256(file.raw).hexdigest()
        reason = why_no_source(path.name, len(file.raw), largest)
        if reason:
            raise CorpusError(f"{file.label}: {reason}")
        if same := next((name for name, known in self.digests.items() if known == digest), None):
            raise CorpusError(f"{file.label}: the corpus has this very file already, as {same}")
        if file.name in self.digests or file.name in {p.name for p in self.passed_over}:
            raise CorpusError(f"{file.label}: the corpus has another file {file.name}; give this one an id of its own")
        if sidecar_of(self._folder / path).exists():
            raise CorpusError(f"{file.label}: {sidecar_of(path)} lies in the corpus without its file; remove it")
        try:
            source, _ = source_of(file.raw, path, file.name, file.stated, self._keeper)
            if not file.is_article and (
                ARTICLE in (source.kind, source.relation) or file.name == f"{ARTICLE}{path.suffix}"
            ):
                raise NoSourceError(f"the article of a corpus is its file {ARTICLE}{path.suffix}; put it there")
            if source.sha256 in self._texts and source.id not in self._files:
                raise NoSourceError(f"it holds the same text as {self._texts[source.sha256]}")
        except NoSourceError as error:
            raise CorpusError(f"{file.label}: {error}") from None
        self.digests[file.name] = digest
        self._enter(entry_of(FoundFile(path, file.name, file.raw, digest, None, ""), source, has_id=True))
        return source

    def _name(self, path: Path) -> str:
        return path.relative_to(self._folder).as_posix()

    def _read(self, path: Path, name: str) -> bytes:
        """Return the bytes of a file, and note them. Raises NoSourceError."""
        try:
            found = path.stat()  # before it is read: what is changed meanwhile has another time
        except OSError:
            found = None
        raw = read_bytes(path)
        self.digests[name] = hashlib.sha256(raw).hexdigest()
        if found is not None:
            self.seen[name] = SeenFile.of(found, self.digests[name])
        return raw

    def _is_known(self, name: str) -> bool:
        """Take a source for what it was when it was indexed; return whether it would be the same. Its file was read."""
        beside = self.digests.get(name + SIDECAR, "")
        source = self._known.as_it_was(name, self.digests[name], beside, reader_of(name))
        if source is None or (not source.has_id and self._own_id(name) != source.id):
            return False
        still_used(source, self._keeper)
        self._enter(source)
        return True

    def _keep(self, entry: KnownSource) -> None:
        own = entry.id if entry.has_id else self._own_id(entry.file)
        self._enter(entry if own == entry.id else replace(entry, id=own, record_sha256=""))

    def _own_id(self, name: str) -> str:
        """Return the id that a file has by its name: another one if the first is taken."""
        first = id_of(name)
        return first if first not in self._files else id_of(name, again=True)

    def _enter(self, source: KnownSource) -> None:
        if not source.has_id and source.sha256 in self._texts:
            raise NoSourceError(f"it holds the same text as {self._texts[source.sha256]}; remove one of the two")
        if source.id in self._files:
            raise CorpusError(
                f"{source.file}: field 'id': '{source.id}' is already the id of {self._files[source.id]}; "
                "give each file an id of its own"
            )
        self._files[source.id] = source.file
        self._texts.setdefault(source.sha256, source.file)
        self.sources.append(source)


def file_digests(folder: Path, largest: int = LARGEST) -> dict[str, str]:
    """Return relative file name -> SHA-256 (hex) of its bytes: a cheap way to see that the corpus changed.

    A file that cannot be read is left out, as a build leaves it out.
    """
    base, found = base_of(folder), dict[str, str]()
    for path in corpus_files(folder, largest * _MB):
        with suppress(NoSourceError):
            found[path.relative_to(base).as_posix()] = hashlib.sha256(read_bytes(path)).hexdigest()
    return found
