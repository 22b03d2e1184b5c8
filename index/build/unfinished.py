"""The sources that a build has read and not yet divided, in a file of the home folder instead of in memory.

home/read.unfinished   by which rules they were read, then a line a source: SHA-256 of the rest, key, source as JSON

A build that was killed leaves the file, so that the next one reads nothing again; one that is done removes it.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import BinaryIO

from index.errors import DamagedIndexError
from index.files import file_errors
from index.read.record import record_of, source_from
from index.source import Source

FILE = "read.unfinished"
_DIGEST = _KEY = 64  # hex digits


class Unfinished:
    """A shelf (`index.read.shelf`) on disk. `rules`: what the sources depend on besides their files."""

    def __init__(self, home: Path, rules: str) -> None:
        self._path, self._rules = home / FILE, rules
        self._places: dict[str, tuple[int, int]] = {}  # key -> where its line begins, and its bytes
        self._end = 0
        self._file: BinaryIO | None = None

    def put(self, key: str, source: Source, has_id: bool) -> None:
        """Write a source at once: what was read is not lost with this process. Raises StoreError."""
        line = _line(key, json.dumps([has_id, source.text, record_of(source)], ensure_ascii=False))
        with file_errors("keeping what was read"):
            file = self._opened()
            file.seek(self._end)
            try:
                _write(file, line)
            except OSError:
                self.forget()  # or a disk that is full would stay so
                raise
        self._places[key] = (self._end, len(line))
        self._end += len(line)

    def get(self, key: str) -> tuple[Source, bool] | None:
        """Return a source and whether its id was stated; None if it is not there. Raises StoreError."""
        with file_errors("taking up what was read"):
            if self._file is None and not self._path.exists():
                return None
            file = self._opened()
            if key not in self._places:
                return None
            start, length = self._places[key]
            file.seek(start)
            line = file.read(length)
        if not _is_whole(line):
            raise DamagedIndexError(f"taking up what was read: {FILE} was changed; build the index again")
        has_id, text, record = json.loads(line[_DIGEST + _KEY + 2 :])
        return source_from(text, record), has_id

    def forget(self) -> None:
        """Remove all. Raises StoreError."""
        self.close()
        with file_errors("removing what was read before"):
            self._path.unlink(missing_ok=True)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file, self._places, self._end = None, {}, 0

    def _opened(self) -> BinaryIO:
        """Return the file; what a killed build left is taken up as far as it is whole and of the same rules."""
        if self._file is None:
            self._path.touch()
            self._file = self._path.open("r+b", buffering=0)
            head = _line("rules".ljust(_KEY), self._rules)
            if self._file.read(len(head)) == head:
                self._take_up(len(head))
            else:
                self._file.truncate(0)
                self._file.seek(0)
                _write(self._file, head)
                self._end = len(head)
        return self._file

    def _take_up(self, end: int) -> None:
        with self._path.open("rb") as lines:
            lines.seek(end)
            for line in lines:
                if not _is_whole(line):
                    break  # it was being written
                self._places[line[_DIGEST + 1 : _DIGEST + 1 + _KEY].decode("ascii")] = (end, len(line))
                end += len(line)
        self._end = end


def _write(file: BinaryIO, line: bytes) -> None:
    """Write all of a line; an unbuffered file may take a part of it at a time."""
    left = memoryview(line)
    while left:
        left = left[file.write(left) :]


def _line(key: str, body: str) -> bytes:
    rest = f"{key} {body}\n".encode("utf-8", "surrogatepass")
    return hashlib.sha256(rest).hexdigest().encode("ascii") + b" " + rest


def _is_whole(line: bytes) -> bool:
    return hashlib.sha256(line[_DIGEST + 1 :]).hexdigest().encode("ascii") == line[:_DIGEST]
