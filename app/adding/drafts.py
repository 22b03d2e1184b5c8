"""What waits to become a source: read and shown, but not yet added. Its bytes lie in a private folder until then.

home/incoming/<random>/<draft>   one file; the folder is locked while its server lives, and goes with it
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from app.sources.add import Proposal, prepare
from app.sources.incoming import Incoming
from index.errors import DamagedIndexError, UsageError
from index.files import file_errors
from index.settings import IndexSettings
from index.source import Source

FOLDER = "incoming"
MOST = 50  # drafts that wait, and uploads under way, at the same time
_TIMES = 4  # so many times the largest file is what all of them may take
_KEPT = 3600.0  # seconds that one waits for its reader
_MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Draft:
    """Bytes in a file, what they are (`about`, without the bytes) and what they would be as a source.

    `added`: called with the id of the source that it became. `size`: in bytes. `since`: by the monotonic clock.
    """

    id: str
    path: Path
    about: Incoming
    proposal: Proposal
    added: Callable[[str], None]
    size: int
    since: float = field(default_factory=time.monotonic)

    @property
    def label(self) -> str:
        return self.about.called

    def incoming(self, corrected: Mapping[str, str]) -> Incoming:
        """Return it with its bytes, its facts and corrections. Raises UsageError if it was discarded, StoreError."""
        try:
            raw = _bytes(self.path)
        except DamagedIndexError:  # its file is gone
            raise _waits_no_longer() from None
        return replace(self.about, raw=raw, facts={**self.about.facts, **corrected})


class Upload:
    """A file on its way in. Whoever began it drops it if it is not kept.

    `claim` is called with the bytes that it needs, and raises UsageError if there is no room; `end` gives them back.
    """

    def __init__(self, path: Path, claim: Callable[[int], None], end: Callable[[], None]) -> None:
        self.path, self.size = path, 0
        self._expected, self._claim, self._end = 0, claim, end
        with file_errors("taking an upload"):
            self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    def expect(self, size: int) -> None:
        """Raises UsageError if so many bytes are too many."""
        self._claim(size)
        self._expected = size

    def write(self, chunk: bytes) -> None:
        """Raises UsageError as soon as it is too large, StoreError if the disk is full."""
        self.size += len(chunk)
        self._claim(max(self.size, self._expected))
        with file_errors("taking an upload"):
            self._file.write(chunk)

    def close(self) -> None:
        with file_errors("taking an upload"):
            self._file.close()

    def drop(self) -> None:
        """Remove what has come of it."""
        with suppress(OSError):  # what could not be written cannot be written now
            self._file.close()
        self.path.unlink(missing_ok=True)
        self._end()


class Drafts:
    """The drafts of one server. Thread-safe. Close it when the server ends."""

    def __init__(self, settings: IndexSettings) -> None:
        self._settings = settings
        self._drafts: dict[str, Draft] = {}
        self._under_way: dict[str, int] = {}  # uploads by the names of their files, with the bytes that they need
        self._guard = threading.Lock()
        self._reading = threading.Lock()  # one at a time: a large file takes much memory
        self._folder: Path | None = None
        self._lock = -1

    @property
    def largest(self) -> int:
        """The size of an upload in bytes, at most."""
        return self._settings.largest_file * _MB

    def receive(self, label: str) -> Upload:
        """Begin to take a file, which is to be dropped if anything goes wrong then.

        Raises UsageError if too much waits already, StoreError.
        """
        with self._guard:
            self._drop_old()
            if len(self._drafts) + len(self._under_way) >= MOST or self._room() <= 0:
                raise _too_many(label)
            path = self._own_folder() / secrets.token_hex(8)
            self._under_way[path.name] = 0
        end = partial(self._end, path.name)
        try:
            return Upload(path, partial(self._claim, path.name, label), end)
        except BaseException:
            end()
            raise

    def keep(
        self, upload: Upload, incoming: Incoming, added: Callable[[str], None] | None = None
    ) -> tuple[Draft, Source]:
        """Read what has come whole, its upload closed, and let it wait; `incoming`: what it is, without its bytes.

        Raises CorpusError, StoreError.
        """
        with self._reading:
            addition = prepare(self._settings, [replace(incoming, raw=_bytes(upload.path))])
        draft = Draft(
            upload.path.name, upload.path, incoming, addition.proposals[0], added or (lambda _: None), upload.size
        )
        with self._guard:
            self._drafts[draft.id] = draft
            del self._under_way[draft.id]
        return draft, addition.sources[0]

    def find(self, draft_id: str) -> Draft:
        """Raises UsageError if it waits no longer."""
        with self._guard:
            self._drop_old()
            found = self._drafts.get(draft_id)
        if found is None:
            raise _waits_no_longer()
        return found

    def drop(self, draft_id: str) -> None:
        """Forget a draft, and remove its file."""
        with self._guard:
            self._drop(draft_id)

    def close(self) -> None:
        with self._guard:
            self._drafts.clear()
            if self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
                os.close(self._lock)
                self._folder = None

    def _room(self) -> int:
        """Return the bytes that may come beside what waits and what is under way."""
        waiting = sum(d.size for d in self._drafts.values()) + sum(self._under_way.values())
        return _TIMES * self.largest - waiting

    def _claim(self, name: str, label: str, size: int) -> None:
        """Count an upload with `size` bytes. Raises UsageError if they are too many."""
        if size > self.largest:
            most = self._settings.largest_file
            raise UsageError(
                f"{label}: it has more than the {most:,} MB that `largest_file` allows; divide it, or raise the setting"
            )
        with self._guard:
            if size - self._under_way[name] > self._room():
                raise _too_many(label)
            self._under_way[name] = size

    def _end(self, name: str) -> None:
        with self._guard:
            self._under_way.pop(name, None)

    def _drop(self, draft_id: str) -> None:
        draft = self._drafts.pop(draft_id, None)
        if draft is not None:
            draft.path.unlink(missing_ok=True)

    def _drop_old(self) -> None:
        latest = time.monotonic() - _KEPT
        for draft_id in [d.id for d in self._drafts.values() if d.since < latest]:
            self._drop(draft_id)

    def _own_folder(self) -> Path:
        if self._folder is None:
            with file_errors("making the folder for uploads"):
                above = self._settings.home / FOLDER
                above.mkdir(mode=0o700, parents=True, exist_ok=True)
                with _alone_in(above):
                    remove_abandoned(above)
                    folder = above / secrets.token_hex(8)
                    folder.mkdir(mode=0o700)
                    self._lock = os.open(folder, os.O_RDONLY)
                    fcntl.flock(self._lock, fcntl.LOCK_EX)
            self._folder = folder
        return self._folder


def _bytes(path: Path) -> bytes:
    with file_errors("reading what was uploaded"):
        return path.read_bytes()


def _waits_no_longer() -> UsageError:
    return UsageError("this waits no longer to be added; give the file again")


def _too_many(label: str) -> UsageError:
    return UsageError(f"{label}: too many files wait to be looked at; add or discard some first")


@contextmanager
def _alone_in(above: Path) -> Iterator[None]:
    """Keep other servers from removing a folder that was made and is not yet locked."""
    lock = os.open(above, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def remove_abandoned(above: Path) -> None:
    """Remove what servers left that were killed: the folders that nobody holds."""
    for folder in above.iterdir():
        try:
            lock = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:  # its server has just ended
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(lock)
