"""Files that survive a crash: written beside, forced to disk, renamed; and their failures in our words."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import DamagedIndexError, StoreError

REBUILD = "run `footnote index build --full`"
FREE_SPACE = "free space or mend its permissions, or name another folder with FOOTNOTE_HOME"
# SQLite's primary result codes for a file that is not what it should be (https://sqlite.org/rescode.html).
_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}


@contextmanager
def file_errors(what: str) -> Iterator[None]:
    """Map OSError and sqlite3.Error inside the block to StoreError or DamagedIndexError, in one line.

    `what` says what was being done ('writing the catalog'). A file that is missing or malformed is damage;
    a full disk, a read-only folder and the like are not.
    """
    try:
        yield
    except FileNotFoundError as error:
        name = Path(str(error.filename or "")).name
        raise DamagedIndexError(f"{what}: the file '{name}' is missing; {REBUILD}") from error
    except OSError as error:
        name = Path(str(error.filename or "")).name
        where = f" ({name})" if name else ""
        raise StoreError(f"{what}: {error.strerror or error}{where}; {FREE_SPACE}") from error
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        if code is None or code & 0xFF in _DAMAGE:
            raise DamagedIndexError(f"{what}: {error}; {REBUILD}") from error
        raise StoreError(f"{what}: {error}; {FREE_SPACE}") from error


def write_atomic(path: Path, text: str) -> None:
    """Replace `path` by `text` in one step that a crash or power cut cannot halve.

    One writer at a time (the build's lock): the file beside it has a fixed name, so none are left over.
    """
    beside = path.with_name(path.name + ".tmp")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Force the folder's entries (new names, renames) to disk."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def sync_tree(folder: Path) -> None:
    """Force every file and folder below `folder` to disk."""
    for parent, _, names in os.walk(folder):
        for name in names:
            fd = os.open(os.path.join(parent, name), os.O_RDONLY)
            try:
                os.fsync(fd)
            finally:
                os.close(fd)
        sync_folder(Path(parent))


def file_sha256(path: Path) -> str:
    """SHA-256 (hex) of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
