"""The folder of generated files: which generation is current, who builds, who reads, what may go.

home/current               one line: the name of the generation that serves
home/build.lock            held by the one build that runs; the system frees it if that process dies
home/build.holder          who holds it, for the message
home/generations/<name>/   one immutable generation each; <name>/lease is locked (shared) by its readers
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import BuildLockedError, DamagedIndexError, StoreError
from index.files import REBUILD, file_errors, sync_folder, write_atomic

MANIFEST = "manifest.json"
_LEASE = "lease"
_TRASH = ".trash-"
_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}\Z")


def generations(home: Path) -> Path:
    return home / "generations"


def new_name() -> str:
    """A name of its own: UTC time and 32 random bits. Sorts by time, fits a Chroma collection."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.urandom(4).hex()}"


def current_id(home: Path) -> str | None:
    """The current generation's name, None if nothing was built. Reads one tiny file.

    Raises DamagedIndexError if the file does not hold a name.
    """
    with file_errors("reading which index is current"):
        try:
            raw = (home / "current").read_bytes()
        except FileNotFoundError:
            return None
    name = raw.decode("ascii", "replace").strip()
    if not _NAME.match(name):
        raise DamagedIndexError(f"the file 'current' does not name an index; {REBUILD}")
    return name


def switch(home: Path, name: str) -> None:
    """Make `name` current, in one atomic rename."""
    write_atomic(home / "current", name + "\n")


@contextmanager
def build_lock(home: Path, wait: bool, notify: Callable[[str], None]) -> Iterator[None]:
    """Hold the right to change `home`. Raises BuildLockedError if another holds it and `wait` is False."""
    with file_errors("opening the index folder"):
        try:
            generations(home).mkdir(parents=True, exist_ok=True)
        except FileNotFoundError as error:  # no damage: the folder above it cannot hold folders
            raise StoreError(
                f"the index folder cannot be made ({error.strerror}); name another one with FOOTNOTE_HOME"
            ) from error
        lock = FileLock(home / "build.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            if not wait:
                raise BuildLockedError(
                    f"another build is running: {_holder(home)}; wait for it to end and try again"
                ) from None
            notify(f"waiting for another build: {_holder(home)}")
            lock.acquire()
    try:
        with file_errors("opening the index folder"):
            started = datetime.now(UTC).isoformat(timespec="seconds")
            write_atomic(home / "build.holder", json.dumps({"pid": os.getpid(), "started": started}))
        yield
    finally:
        (home / "build.holder").unlink(missing_ok=True)
        lock.release()


def _holder(home: Path) -> str:
    try:
        data = json.loads((home / "build.holder").read_bytes())
        return f"process {int(data['pid'])}, started {data['started']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "a process that has only just begun or is ending"


class Lease:
    """A reader's shared hold on a generation: while it lasts, no build or prune removes the generation."""

    def __init__(self, fd: int) -> None:
        self._fd: int | None = fd

    @classmethod
    def take(cls, folder: Path) -> Lease | None:
        """None if the generation is gone or being removed: read again which one is current."""
        try:
            fd = os.open(folder / _LEASE, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
            # Removed between open and lock: the name is gone although the lock was given.
            if os.path.samestat(os.fstat(fd), os.stat(folder / _LEASE)):
                return cls(fd)
        except (BlockingIOError, FileNotFoundError):
            pass
        os.close(fd)
        return None

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def begin(home: Path, name: str) -> Path:
    """Make the folder of a new generation, with the file that its readers will lock."""
    folder = generations(home) / name
    folder.mkdir()
    (folder / _LEASE).touch()
    return folder


def remove(home: Path, name: str, before: Callable[[], None]) -> bool:
    """Remove a generation's folder unless somebody reads it; first call `before`, once nobody can.

    The caller holds the build lock.
    """
    folder = generations(home) / name
    fd = os.open(folder / _LEASE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        before()
        # First out of sight in one step: a crash half way through must not leave half a generation.
        trash = generations(home) / (_TRASH + name)
        folder.rename(trash)
        sync_folder(generations(home))
        shutil.rmtree(trash)
    except BlockingIOError:
        return False
    finally:
        os.close(fd)
    return True


def names(home: Path) -> list[str]:
    """All generations that have a folder, finished or not, oldest first."""
    with suppress(FileNotFoundError):
        return sorted(p.name for p in generations(home).iterdir() if _NAME.match(p.name))
    return []


def empty_trash(home: Path) -> None:
    """Delete what an interrupted removal left behind."""
    for path in generations(home).glob(_TRASH + "*"):
        shutil.rmtree(path)
