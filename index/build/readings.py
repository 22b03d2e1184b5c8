"""What was read of files that cost time to read, kept in the home folder: a changed file costs that file, and a build
that was killed does not read again what is done.

home/read/<key>   one document as JSON, its SHA-256 before it; the key is made of the file's bytes and its reader
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from index.files import file_errors
from index.read.document import Document
from index.source import Block, BlockKind, Mark, MarkKind

_FOLDER = "read"
_DIGEST = 64  # hex digits


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
            path = self._folder / _name(sha256, version)
            beside = path.with_suffix(".tmp")
            beside.write_text(hashlib.sha256(body.encode()).hexdigest() + body, "utf-8")
            beside.replace(path)

    def forget_unused(self) -> None:
        """Remove what no file of this build needs. Raises StoreError."""
        with file_errors("removing what was read before"):
            for path in self._folder.glob("*"):
                if path.name not in self._used:
                    path.unlink(missing_ok=True)


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
