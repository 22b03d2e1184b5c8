"""Who may change the generated files: one build at a time, and never a generation that somebody reads.

home/build.lock            held by the one build that runs; the system frees it if that process dies
home/build.holder          who holds it, for the message
home/generations/<name>/lease   locked by the readers of a generation (shared) and by its removal (exclusive)
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from index.errors import BuildLockedError, StoreError
from index.files import file_errors, write_atomic

LEASE = "lease"
_STEP = 0.5  # seconds between two looks at whether to go on waiting


@contextmanager
def build_lock(
    home: Path, wait: bool, notify: Callable[[str], None], waiting: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Hold the right to change `home`. Raises BuildLockedError if another build has it and `wait` is False.

    `waiting` is called again and again while another build has it; what it raises ends the waiting.
    """
    with file_errors("opening the index folder"):
        try:
            home.mkdir(parents=True, exist_ok=True)
        except FileNotFoundError as error:  # not damage: the folder above cannot hold folders
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
            while not lock.is_locked:
                waiting()
                with suppress(Timeout):
                    lock.acquire(timeout=_STEP)
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
        return "a process that is just starting or ending"


class Lease:
    """A reader's shared lock on a generation: while it is held, no build or prune removes the generation."""

    def __init__(self, fd: int) -> None:
        self._fd: int | None = fd

    @classmethod
    def take(cls, folder: Path) -> Lease | None:
        """Lock a generation's folder; return None if it is gone or being removed. Needs no right to write.

        Raises StoreError if the folder may not be read.
        """
        with file_errors("opening the index"):
            try:
                fd = os.open(folder / LEASE, os.O_RDONLY)
            except FileNotFoundError:
                return None
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
            # If it was removed between open and lock, the lock is granted but the name is gone.
            if os.path.samestat(os.fstat(fd), os.stat(folder / LEASE)):
                return cls(fd)
        except (BlockingIOError, FileNotFoundError):
            pass
        os.close(fd)
        return None

    def release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


@contextmanager
def no_readers(folder: Path) -> Iterator[bool]:
    """Yield whether nobody reads the generation in `folder`; if so, nobody can begin to inside the block."""
    fd = os.open(folder / LEASE, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        free = True
    except BlockingIOError:
        free = False
    try:
        yield free
    finally:
        os.close(fd)
