"""Files: written so that a crash cannot halve them, checked against size and hash, their errors in plain words."""

from __future__ import annotations

import errno
import hashlib
import os
import sqlite3
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from index.errors import DamagedIndexError, NoRoomError, StoreError
from index.records import Record

FREE_SPACE = "free space, fix the folder's permissions, or name another folder with FOOTNOTE_HOME"
# SQLite's primary result codes for a file that is not what it should be (https://sqlite.org/rescode.html).
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
# A full disk, or one on which this user may store no more; libraries in Rust and SQLite say so in their texts only.
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FULL_WORDS = (*map(os.strerror, _FULL), "database or disk is full")


class FileStamp(Record):
    """A file's size in bytes and SHA-256 (hex)."""

    size: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Self:
        return cls(size=path.stat().st_size, sha256=file_sha256(path))


class IndexFile(FileStamp):
    """A file of an index. Its CRC-32 tells damage eight times as fast as SHA-256: a large file is opened by that."""

    crc32: int

    @classmethod
    def of(cls, path: Path) -> Self:
        return cls(size=path.stat().st_size, sha256=file_sha256(path), crc32=file_crc32(path))


def damaged_files(folder: Path, stamps: Mapping[str, FileStamp], *, hashes: bool) -> Iterator[str]:
    """Yield one line for each file that is missing, unreadable, or of another size or (if `hashes`) SHA-256."""
    for name, stamp in stamps.items():
        path = folder / name
        try:
            if (size := path.stat().st_size) != stamp.size:
                yield f"{name}: has {size} bytes, not the {stamp.size} written"
            elif hashes and file_sha256(path) != stamp.sha256:
                yield f"{name}: its SHA-256 is not the one recorded"
        except FileNotFoundError:
            yield f"{name}: is missing"
        except OSError as error:
            yield f"{name}: cannot be read ({error.strerror})"


@contextmanager
def file_errors(doing: str) -> Iterator[None]:
    """Map OSError and sqlite3.Error inside the block to StoreError or DamagedIndexError, in one line.

    `doing` begins the message ('writing the catalog'). A file that is missing or malformed is damage; a full disk
    (NoRoomError) or a read-only folder is not.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise DamagedIndexError(f"{doing}: the file '{Path(str(error.filename or '')).name}' is missing") from error
    except OSError as error:
        where = f" ({Path(str(error.filename)).name})" if error.filename else ""
        raise not_stored(f"{doing}: {error.strerror or error}{where}; {FREE_SPACE}", error) from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None or code & 0xFF in _DAMAGE:
            raise DamagedIndexError(f"{doing}: {error}") from error
        raise not_stored(f"{doing}: {error}; {FREE_SPACE}", error) from error


def not_stored(message: str, cause: BaseException) -> StoreError:
    """Return what to raise for a file that could not be written: NoRoomError if `cause` says that it had no room."""
    is_full = isinstance(cause, OSError) and cause.errno in _FULL
    return (NoRoomError if is_full or any(words in str(cause) for words in _FULL_WORDS) else StoreError)(message)


def write_atomic(path: Path, content: str | bytes) -> None:
    """Replace `path` by `content` in one step that a crash or power cut cannot halve."""
    write_together({path: content})


def write_together(contents: Mapping[Path, str | bytes]) -> None:
    """Replace files of one folder, in the order given, once all of them are written: a full disk changes none.

    The caller is the only writer (it holds the lock), so the file beside each has a fixed name. None of them stays.
    """
    beside = {path: path.with_name(path.name + ".tmp") for path in contents}
    try:
        for path, content in contents.items():
            beside[path].write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
            sync(beside[path])
        for path in contents:
            os.replace(beside[path], path)
    except BaseException:
        for left in beside.values():
            with suppress(OSError):  # the error that counts is the one on its way
                left.unlink(missing_ok=True)
        raise
    for folder in {path.parent for path in contents}:
        sync(folder)


def sync_tree(folder: Path) -> None:
    """Force a folder and every file and folder below it to disk."""
    for path in (folder, *folder.rglob("*")):
        sync(path)


def sync(path: Path) -> None:
    """Force a file's bytes, or a folder's entries (new names, renames), to disk."""
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def file_sha256(path: Path) -> str:
    """Return the SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_crc32(path: Path) -> int:
    """Return the CRC-32 of a file's bytes."""
    crc = 0
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            crc = zlib.crc32(block, crc)
    return crc
