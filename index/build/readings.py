"""What was read of files that cost time to read, kept in the home folder: a changed file costs that file, and a build
that was killed does not read again what is done.

home/read/<key>   one document as JSON, its SHA-256 before it; the key is made of the file's bytes and its reader
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from dataclasses import asdict
from pathlib import Path

from index.files import file_errors
from index.read.document import Document
from index.source import Block, BlockKind, Mark, MarkKind

_FOLDER = "read"
_DIGEST = 64  # hex digits
_UNFINISHED = ".tmp-"  # begins the name of a file that is being written, or that a killed build left
_DAY = 86_400  # seconds


class Readings:
    """The documents that were read, by the digest of their files."""

    def __init__(self, home: Path) -> None:
        self._folder = home / _FOLDER
        self._used: set[str] = set()
        self.read = self.reused = 0

    def get(self, sha256: str, version: str) -> Document | None:
        """Return what was read of the file; None if that is not known, or not as it was written."""
        name = _name(sha256, version)
        self._used.add(name)
        try:
            text = (self._folder / name).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return None  # not there, or damaged: the file itself is read
        digest, body = text[:_DIGEST], text[_DIGEST:]
        if hashlib.sha256(body.encode()).hexdigest() != digest:
            return None
        self.reused += 1
        return _document(body)

    def put(self, sha256: str, version: str, document: Document) -> None:
        """Keep a document. Raises StoreError if the disk is full."""
        self.read += 1
        body = json.dumps(asdict(document), ensure_ascii=True)
        with file_errors("keeping what was read"):
            self._folder.mkdir(parents=True, exist_ok=True)
            # A name of its own: a source may be looked at while a build reads it.
            beside = self._folder / f"{_UNFINISHED}{os.getpid()}-{os.urandom(4).hex()}"
            try:
                beside.write_text(hashlib.sha256(body.encode()).hexdigest() + body, "utf-8")
                beside.replace(self._folder / _name(sha256, version))
            finally:
                beside.unlink(missing_ok=True)

    def still_used(self, sha256: str, version: str) -> None:
        """Keep what was read of a file, though this build does not even have to look at it."""
        self._used.add(_name(sha256, version))
        self.reused += 1

    def forget_unused(self) -> None:
        """Remove what no file of this build needs. Raises StoreError."""
        with file_errors("removing what was read before"):
            for path in self._folder.glob("*"):
                if path.name not in self._used and not _is_being_written(path):
                    path.unlink(missing_ok=True)


def _is_being_written(path: Path) -> bool:
    try:
        return path.name.startswith(_UNFINISHED) and path.stat().st_mtime > time.time() - _DAY
    except FileNotFoundError:
        return True  # by now it is written


def _name(sha256: str, version: str) -> str:
    return hashlib.sha256(f"{sha256} {version}".encode()).hexdigest()[:40]


def _document(body: str) -> Document:
    values = json.loads(body)
    return Document(
        text=values["text"],
        blocks=tuple(
            Block(b["start"], b["end"], BlockKind(b["kind"]), b["level"], b["under"]) for b in values["blocks"]
        ),
        marks=tuple(Mark(m["start"], m["end"], MarkKind(m["kind"]), m["href"]) for m in values["marks"]),
        lines=tuple((a, b) for a, b in values["lines"]),
        fields=values["fields"],
        pages=tuple((a, b) for a, b in values["pages"]),
        hints=values["hints"],
    )
