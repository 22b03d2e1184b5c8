"""One file, with its sidecar -> Source, or the reason why it is none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from index.errors import CorpusError
from index.read.document import Document
from index.read.facts import facts_of
from index.read.folder import SIDECAR, sidecar_of
from index.read.formats import FORMATS, Format, refuse_misnamed
from index.read.front_matter import FENCE, begins_with_front_matter, read_fields
from index.source import STATED, BlockKind, Source

DOCUMENT = "document"  # the field of a sidecar for what came as a llama-index document
_TITLES = frozenset({BlockKind.HEADING, BlockKind.TABLE_HEAD})


class Keeper(Protocol):
    """Keeps what was read, so that a file that has not changed is not read again."""

    def get(self, sha256: str, version: str) -> Document | None: ...

    def put(self, sha256: str, version: str, document: Document) -> None: ...

    def still_used(self, sha256: str, version: str) -> None: ...


class NoSourceError(Exception):
    """Says why a file is no source."""


def read_source(path: Path, name: str, keeper: Keeper | None = None) -> Source:
    """Read one file. Raises CorpusError: one line with `name`, field, what is wrong, what to do."""
    beside = sidecar_of(path)
    try:
        sidecar = sidecar_fields(read_bytes(beside), beside.name) if beside.is_file() else {}
        return source_of(read_bytes(path), path, name, sidecar, keeper)[0]
    except NoSourceError as error:
        raise CorpusError(f"{name}: {error}") from None


def source_of(
    raw: bytes, path: Path, name: str, sidecar: Mapping[str, object], keeper: Keeper | None
) -> tuple[Source, bool]:
    """Read one file; return it, and whether its id was stated.

    Raises CorpusError for a source that breaks a rule, NoSourceError for what is none.
    """
    suffix = path.suffix.lower()
    try:
        document = _document(raw, suffix, keeper)
    except ValueError as error:
        if begins_with_front_matter(raw):
            raise CorpusError(f"{name}: {error}") from None
        raise NoSourceError(str(error)) from None
    except CorpusError as error:
        raise CorpusError(f"{name}: {error}") from error
    stated = dict(sidecar)
    came_as = str(stated.pop(DOCUMENT, ""))
    known = facts_of(document, name, stated)
    if not document.blocks:
        below = f"; write the text below the second '{FENCE}' line" if document.fields else ""
        raise NoSourceError(f"the body is empty{below}")
    if all(b.kind in _TITLES for b in document.blocks):
        raise NoSourceError("it holds headings only; write the text to be quoted")
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


def sidecar_fields(raw: bytes, name: str) -> dict[str, object]:
    try:
        return read_fields(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise CorpusError(f"{name}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except ValueError as error:
        raise CorpusError(f"{name}: {error}") from None


def read_bytes(path: Path) -> bytes:
    """Raises NoSourceError for a file that cannot be read, or is gone."""
    try:
        return path.read_bytes()
    except OSError as error:
        what = f"{path.name} beside it" if path.name.endswith(SIDECAR) else "it"
        raise NoSourceError(f"{what} cannot be read ({error.strerror}); repair the file or its permissions") from error
