"""A folder of files -> Sources, validated. Layout: `article.md` and `sources/**/*.md`.

To add a file format, write `index/read/<format>.py` with a function like `read_markdown` (bytes -> Document; its
ValueError says where, what is wrong, and what to do) and add it to `READERS`. All metadata values are text, so that
'2024-10' stays a month and '2012' a year.

A file that begins as a source does, with front matter, and breaks a rule stops the reading: it would be missed. One
that is no source (a README, a kind that cannot be read, a text without a sentence) is passed over and named.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from index.errors import CorpusError
from index.read.document import Document
from index.read.front_matter import FENCE
from index.read.markdown import read_markdown
from index.source import UNPRINTABLE, BlockKind, Source, SourceFacts

# By the file's suffix in lower case.
READERS: dict[str, Callable[[bytes], Document]] = {".md": read_markdown, ".markdown": read_markdown}

_FACTS = TypeAdapter(SourceFacts)
_FIELDS = tuple(f.name for f in fields(SourceFacts))
_BEGINS_AS_SOURCE = re.compile(rb"(?:\xef\xbb\xbf)?" + FENCE.encode() + rb"[ \t]*(?:\r?\n|\Z)")
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


class _NoSourceError(Exception):
    """Says why a file is no source."""


def corpus_files(folder: Path) -> list[Path]:
    """Return the files that may be sources, the article first. Raises CorpusError if there are none."""
    files = [p for p, reason in _entries(folder) if not reason]
    if not files:
        raise CorpusError(
            f"{folder}: no article.md and no sources/*.md here; name the folder that holds them with --corpus"
        )
    return files


def _entries(folder: Path) -> Iterator[tuple[Path, str]]:
    """Yield every file and linked folder that is in sight with the reason to pass it over, '' for none."""
    beside = sorted(p for p in folder.glob("*") if p.suffix.lower() in READERS and p.is_file())
    articles = [p for p in beside if p.stem == "article"]
    yield from ((p, _amiss(p)) for p in articles)
    for path in beside:
        if path not in articles and not path.name.startswith("."):
            yield path, "it lies beside sources/; move it there to have it read"
    for top, folders, names in os.walk(folder / "sources"):
        linked = [n for n in folders if Path(top, n).is_symlink()]
        folders[:] = sorted(n for n in folders if not n.startswith(".") and n not in linked)
        yield from ((Path(top, n), "a linked folder is not entered; move or copy it here") for n in sorted(linked))
        for path in (Path(top, n) for n in sorted(names)):
            if not path.name.startswith(".") or path.suffix.lower() in READERS:
                yield path, _amiss(path)


def _amiss(path: Path) -> str:
    """Say why a file is not opened; '' if it is."""
    if path.name.startswith("."):
        return "it is hidden; rename it to have it read"
    if UNPRINTABLE.search(path.name):
        return "its name holds a control character; rename it"
    if path.suffix.lower() not in READERS:
        return f"files of this kind cannot be read; save it as {' or '.join(READERS)}"
    return "" if path.is_file() else "it is no file, or a link that leads nowhere"


def read_corpus(folder: Path) -> tuple[Source, ...]:
    """Read all sources of `folder`. Raises what `read_folder` raises."""
    return read_folder(folder).sources


def read_folder(folder: Path) -> Corpus:
    """Read all sources of `folder`, and note what else is there.

    Raises CorpusError for the first source that cannot be read, and if there is no source at all.
    """
    found = _Found(folder)
    for path, reason in _entries(folder):
        found.add(path, reason)
    if not found.sources:
        corpus_files(folder)
        raise CorpusError(
            f"{folder}: no source can be read here; the first that is passed over: {found.passed_over[0]}"
        )
    passed = sorted(found.passed_over, key=lambda p: p.name)
    return Corpus(tuple(found.sources), tuple(passed), found.digests)


class _Found:
    """Gathers what a folder holds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[str, str] = {}
        self.sources: list[Source] = []
        self.passed_over: list[PassedOver] = []
        self.digests: dict[str, str] = {}

    def add(self, path: Path, reason: str) -> None:
        name = path.relative_to(self._folder).as_posix()
        if not reason:
            raw = _read_bytes(path, name)
            self.digests[name] = hashlib.sha256(raw).hexdigest()
            try:
                source = _source(raw, path, name)
            except _NoSourceError as error:
                reason = str(error)
            else:
                self._keep(source)
                return
        self.passed_over.append(PassedOver(UNPRINTABLE.sub("\ufffd", name), reason))

    def _keep(self, source: Source) -> None:
        if source.id in self._files:
            raise CorpusError(
                f"{source.file}: field 'id': '{source.id}' is already the id of {self._files[source.id]}; "
                "give each file an id of its own"
            )
        self._files[source.id] = source.file
        self.sources.append(source)


def file_digests(folder: Path) -> dict[str, str]:
    """Return relative file name -> SHA-256 (hex) of its bytes: a cheap way to see that the corpus changed."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(_read_bytes(p, p.name)).hexdigest()
        for p in corpus_files(folder)
    }


def read_source(path: Path, name: str) -> Source:
    """Read one file. Raises CorpusError: one line with `name`, field, what is wrong, what to do."""
    try:
        return _source(_read_bytes(path, name), path, name)
    except _NoSourceError as error:
        raise CorpusError(f"{name}: {error}") from None


def _source(raw: bytes, path: Path, name: str) -> Source:
    """Read one file. Raises CorpusError for a source that breaks a rule, _NoSourceError for what is none."""
    try:
        document = READERS[path.suffix.lower()](raw)
    except ValueError as error:
        if _BEGINS_AS_SOURCE.match(raw):
            raise CorpusError(f"{name}: {error}") from None
        raise _NoSourceError(str(error)) from None
    facts = _validate(document.fields, name)
    if not document.blocks:
        raise _NoSourceError(f"the body is empty; write the text below the second '{FENCE}' line")
    if all(b.kind in _TITLES for b in document.blocks):
        raise _NoSourceError("it holds headings only; write the text to be quoted")
    return Source(
        **{name: getattr(facts, name) for name in _FIELDS},
        text=document.text,
        blocks=document.blocks,
        marks=document.marks,
        lines=document.lines,
        file=name,
    )


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{name}: cannot be read ({error.strerror}); repair the file or its permissions") from error


def _validate(data: dict[str, object], name: str) -> SourceFacts:
    try:
        return _FACTS.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        message = f"{name}: field '{'.'.join(map(str, first['loc']))}': {_words(first)}"
        raise CorpusError(UNPRINTABLE.sub("\ufffd", message)) from None


def _words(error: object) -> str:
    """Return a pydantic error in words, with a remedy."""
    assert isinstance(error, dict)
    given, kind = error.get("input"), error["type"]
    if kind == "missing":
        return "is missing; add it to the front matter"
    if kind == "unexpected_keyword_argument":
        return f"is not a field; remove it or use one of {', '.join(_FIELDS)}"
    if kind == "enum":
        return f"'{given}' is not allowed; use {error['ctx']['expected']}"
    if kind == "string_too_short":
        return "is empty; fill it in"
    if kind == "string_pattern_mismatch":
        return f"'{given}' has a form that is not allowed; use letters, digits, '.', '_' and '-'"
    message = str(error["msg"]).removeprefix("Value error, ")
    return message if str(given) in message else f"'{given}': {message}"
