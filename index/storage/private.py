"""A reader's own copy of an engine's folder, because Chroma and tantivy write where they read.

Chroma adds a row to its database at every opening, tantivy opens a lock file for writing. Neither may touch what a
build has hashed, and the folder may be read-only. So each reader gets a folder among the temporary files, with copies
of the small files and links to the large ones, which both engines only read. Every file is checked on its way there.

<TMPDIR>/footnote-reader-<random>/   locked while its reader lives; the next reader removes what a killed one left
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from index.errors import DamagedIndexError
from index.files import IndexFile, file_crc32, file_errors, not_stored

_PREFIX = "footnote-reader-"
_LINKED = 1 << 20  # bytes; a larger file is linked, a smaller one sooner copied than both engines asked not to write it


class PrivateFolder:
    """Copies and links of the files of one engine, in `path`. Close it when the engine is closed."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        # Also when the program ends; not in a child that was forked meanwhile.
        self._removal = weakref.finalize(self, _remove, path, lock, os.getpid())

    @classmethod
    def of(cls, folder: Path, stamps: Mapping[str, IndexFile], written: Collection[str] = ()) -> PrivateFolder:
        """Copy or link the files that `stamps` names in `folder`; those in `written` are copied, whatever their size.

        Raises DamagedIndexError for a file that is not the one stamped, StoreError if there is no room for copies.
        """
        private = cls(*_make())
        try:
            for name, stamp in stamps.items():
                target = private.path / name
                with _temporary_errors():
                    target.parent.mkdir(parents=True, exist_ok=True)
                if not _provide(folder / name, target, stamp, name in written):
                    raise DamagedIndexError(f"{folder.name}/{name}: is not the file that was written")
        except BaseException:
            private.close()
            raise
        return private

    def close(self) -> None:
        self._removal()


def _provide(source: Path, target: Path, stamp: IndexFile, written: bool) -> bool:
    """Make `target` a copy of `source`, or a link to it; return whether what will be read there is as stamped."""
    if stamp.size <= _LINKED:
        with file_errors("opening the index"):
            data = source.read_bytes()
        with _temporary_errors():
            target.write_bytes(data)
        return hashlib.sha256(data).hexdigest() == stamp.sha256
    with _temporary_errors():
        if written and source.is_file():
            shutil.copyfile(source, target)
        else:
            target.symlink_to(source.absolute())
    with file_errors("opening the index"):
        return file_crc32(target) == stamp.crc32


def _make() -> tuple[Path, int]:
    """Make and lock a folder that only this user can read; return it with the lock's file descriptor."""
    with _temporary_errors():
        _remove_abandoned(Path(tempfile.gettempdir()))
        while True:
            path = Path(tempfile.mkdtemp(prefix=_PREFIX))
            try:
                lock = os.open(path, os.O_RDONLY)
            except FileNotFoundError:  # another reader took it for abandoned, since it was not locked yet
                continue
            # systemd-tmpfiles, which removes old temporary files, also leaves locked folders alone.
            fcntl.flock(lock, fcntl.LOCK_EX)
            if path.is_dir():
                return path, lock
            os.close(lock)


def _remove_abandoned(folder: Path) -> None:
    """Remove the folders in `folder` that readers of this user left when they were killed."""
    for path in folder.glob(_PREFIX + "*"):
        try:
            lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:  # gone meanwhile, another user's, or no folder
            continue
        try:
            if os.fstat(lock).st_uid == os.geteuid():
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
        except BlockingIOError:  # its reader lives
            continue
        finally:
            os.close(lock)


def _remove(path: Path, lock: int, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


@contextmanager
def _temporary_errors() -> Iterator[None]:
    """Map OSError on temporary files to StoreError: nothing of the index is wrong, there is no room to open it."""
    try:
        yield
    except OSError as error:
        raise not_stored(
            f"opening the index needs room for temporary files ({error.strerror or error}); "
            "free space, or name another folder with TMPDIR",
            error,
        ) from error
