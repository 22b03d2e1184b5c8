"""A folder of files, or one file -> Sources, validated.

All metadata values are text, so that '2024-10' stays a month and '2012' a year. A file that begins as a source does,
with front matter, and breaks a rule stops the reading: it would be missed. One that cannot be read is passed over and
named, and so is one with the text of another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from index.errors import CorpusError
from index.read.document import Document
from index.read.facts import facts_of, id_of
from index.read.folder import ARTICLE, base_of, corpus_files, entries, sidecar_of, why_no_source
from index.read.formats import FORMATS, Format, refuse_misnamed
from index.read.front_matter import FENCE, begins_with_front_matter, read_fields
from index.source import STATED, UNPRINTABLE, BlockKind, Source

LARGEST = 100  # MB of a file that is opened, unless a setting says otherwise
DOCUMENT = "document"  # the field of a sidecar for what came as a llama-index document
_MB = 1_000_000
_TITLES = frozenset({BlockKind.HEADING, BlockKind.TABLE_HEAD})


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file or folder that is no source. `reason` says why, and what to do about it."""

    name: str
    reason: str

    def __str__(self) -> str:
        return f"{self.name}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Corpus:
    """What a folder holds. `digests`: the SHA-256 (hex) of every file that was looked into, by its name.

    `passed_over`: what else is there, in order of the names.
    """

    sources: tuple[Source, ...]
    passed_over: tuple[PassedOver, ...]
    digests: Mapping[str, str]


class Keeper(Protocol):
    """Keeps what was read, so that a file that has not changed is not read again."""

    def get(self, sha256: str, version: str) -> Document | None: ...

    def put(self, sha256: str, version: str, document: Document) -> None: ...


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


class _NoSourceError(Exception):
    """Says why a file is no source."""


def read_corpus(folder: Path) -> tuple[Source, ...]:
    """Read all sources of `folder`. Raises what `read_folder` raises."""
    return read_folder(folder).sources


def read_folder(
    folder: Path,
    largest: int = LARGEST,
    keeper: Keeper | None = None,
    advance: Callable[[int, int], None] = lambda _done, _of: None,
) -> Corpus:
    """Read all sources of `folder`, and note what else is there.

    `largest`: MB of a file that is opened. `advance` is called after each file, with how many are done and how many
    there are. Raises CorpusError for the first source that breaks a rule, and if there is no source at all.
    """
    found = _Found(folder, keeper)
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
    return Corpus(tuple(found.sources), tuple(passed), found.digests)


def read_new(
    folder: Path, files: Sequence[NewFile], largest: int = LARGEST, keeper: Keeper | None = None
) -> tuple[Source, ...]:
    """Read files that are to be put into `folder`, which may be empty, as they will be read there.

    Raises what `read_folder` raises, and CorpusError for a file that would not become a source of its own.
    """
    found = _Found(folder, keeper)
    for path, reason in entries(folder, largest * _MB):
        found.add(path, reason)
    return tuple(found.add_new(file, largest * _MB) for file in files)


class _Found:
    """Gathers what a folder holds."""

    def __init__(self, folder: Path, keeper: Keeper | None) -> None:
        self._folder, self._keeper = base_of(folder), keeper
        self._files: dict[str, str] = {}
        self._texts: dict[str, str] = {}
        self.sources: list[Source] = []
        self.passed_over: list[PassedOver] = []
        self.digests: dict[str, str] = {}

    def add(self, path: Path, reason: str) -> None:
        name = path.relative_to(self._folder).as_posix()
        if not reason:
            raw = _read_bytes(path, name)
            self.digests[name] = hashlib.sha256(raw).hexdigest()
            try:
                sidecar = self._sidecar(path)
                source, has_id = _source(raw, path, name, sidecar, self._keeper)
                self._keep(source, has_id)
            except _NoSourceError as error:
                reason = str(error)
            else:
                return
        self.passed_over.append(PassedOver(UNPRINTABLE.sub("\ufffd", name), reason))

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
            source, _ = _source(file.raw, path, file.name, file.stated, self._keeper)
            if not file.is_article and (
                ARTICLE in (source.kind, source.relation) or file.name == f"{ARTICLE}{path.suffix}"
            ):
                raise _NoSourceError(f"the article of a corpus is its file {ARTICLE}{path.suffix}; put it there")
            if source.sha256 in self._texts and source.id not in self._files:
                raise _NoSourceError(f"it holds the same text as {self._texts[source.sha256]}")
        except _NoSourceError as error:
            raise CorpusError(f"{file.label}: {error}") from None
        self.digests[file.name] = digest
        self._keep(source, has_id=True)
        return source

    def _sidecar(self, path: Path) -> dict[str, object]:
        beside = sidecar_of(path)
        if not beside.is_file():
            return {}
        name = beside.relative_to(self._folder).as_posix()
        raw = _read_bytes(beside, name)
        self.digests[name] = hashlib.sha256(raw).hexdigest()
        return _sidecar_fields(raw, name)

    def _keep(self, source: Source, has_id: bool) -> None:
        if not has_id:
            if source.id in self._files:
                source = replace(source, id=id_of(source.file, again=True))
            if source.sha256 in self._texts:
                raise _NoSourceError(f"it holds the same text as {self._texts[source.sha256]}; remove one of the two")
        if source.id in self._files:
            raise CorpusError(
                f"{source.file}: field 'id': '{source.id}' is already the id of {self._files[source.id]}; "
                "give each file an id of its own"
            )
        self._files[source.id] = source.file
        self._texts.setdefault(source.sha256, source.file)
        self.sources.append(source)


def file_digests(folder: Path, largest: int = LARGEST) -> dict[str, str]:
    """Return relative file name -> SHA-256 (hex) of its bytes: a cheap way to see that the corpus changed."""
    base = base_of(folder)
    return {
        p.relative_to(base).as_posix(): hashlib.sha256(_read_bytes(p, p.name)).hexdigest()
        for p in corpus_files(folder, largest * _MB)
    }


def read_source(path: Path, name: str, keeper: Keeper | None = None) -> Source:
    """Read one file. Raises CorpusError: one line with `name`, field, what is wrong, what to do."""
    beside = sidecar_of(path)
    try:
        sidecar = _sidecar_fields(_read_bytes(beside, beside.name), beside.name) if beside.is_file() else {}
        return _source(_read_bytes(path, name), path, name, sidecar, keeper)[0]
    except _NoSourceError as error:
        raise CorpusError(f"{name}: {error}") from None


def _source(
    raw: bytes, path: Path, name: str, sidecar: Mapping[str, object], keeper: Keeper | None
) -> tuple[Source, bool]:
    """Read one file; return it, and whether its id was stated.

    Raises CorpusError for a source that breaks a rule, _NoSourceError for what is none.
    """
    suffix = path.suffix.lower()
    try:
        document = _document(raw, suffix, keeper)
    except ValueError as error:
        if begins_with_front_matter(raw):
            raise CorpusError(f"{name}: {error}") from None
        raise _NoSourceError(str(error)) from None
    except CorpusError as error:
        raise CorpusError(f"{name}: {error}") from error
    stated = dict(sidecar)
    came_as = str(stated.pop(DOCUMENT, ""))
    known = facts_of(document, name, stated)
    if not document.blocks:
        below = f"; write the text below the second '{FENCE}' line" if document.fields else ""
        raise _NoSourceError(f"the body is empty{below}")
    if all(b.kind in _TITLES for b in document.blocks):
        raise _NoSourceError("it holds headings only; write the text to be quoted")
    source = Source(
        **{name: getattr(known.facts, name) for name in STATED},
        text=document.text,
        blocks=document.blocks,
        marks=document.marks,
        lines=document.lines,
        pages=document.pages,
        guessed=known.guessed,
        document=came_as,
        file=name,
    )
    return source, known.has_id


def _document(raw: bytes, suffix: str, keeper: Keeper | None) -> Document:
    refuse_misnamed(raw, suffix)
    kind: Format = FORMATS[suffix]
    if keeper is None or not kind.is_costly:
        return kind.reader()(raw)
    digest, version = hashlib.sha256(raw).hexdigest(), kind.version
    kept = keeper.get(digest, version)
    if kept is None:
        kept = kind.reader()(raw)
        keeper.put(digest, version, kept)
    return kept


def _sidecar_fields(raw: bytes, name: str) -> dict[str, object]:
    try:
        return read_fields(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CorpusError(f"{name}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except ValueError as error:
        raise CorpusError(f"{name}: {error}") from None


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{name}: cannot be read ({error.strerror}); repair the file or its permissions") from error
