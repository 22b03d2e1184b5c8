"""Where the files of removed sources lie, until they are thrown away.

home/trash/<time>-<hex>/<name in the corpus>   what one removal took out
"""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from index.errors import StoreError
from index.files import file_errors
from index.records import Record

KEPT = timedelta(days=30)  # as the trash of most mail programs and file managers keeps things
_FOLDER = "trash"
_TIME = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{8}\Z")


class Trashed(Record):
    """What one removal took out. `removed`: when (UTC). `files`: their names in the corpus' folder, sorted.

    `links`: those of them that are only links to files.
    """

    removed: datetime
    folder: Path
    files: tuple[str, ...]
    links: tuple[str, ...] = ()

    @property
    def goes(self) -> datetime:
        """When it may be thrown away."""
        return self.removed + KEPT


def new_folder(home: Path, now: datetime) -> Path:
    """Return a folder for what is removed now; it is not made yet."""
    return home / _FOLDER / f"{now.strftime(_TIME)}-{os.urandom(4).hex()}"


def in_trash(home: Path) -> tuple[Trashed, ...]:
    """Return what lies in the trash, the oldest first. Raises StoreError."""
    with file_errors("looking into the trash"):
        top = home / _FOLDER
        folders = sorted(f for f in top.iterdir() if _NAME.match(f.name) and f.is_dir()) if top.is_dir() else []
        return tuple(_trashed(f) for f in folders)


def empty(home: Path, now: datetime | None = None) -> tuple[Trashed, ...]:
    """Throw away what lies in the trash; with `now`, only what was kept its time. Return it. Raises StoreError."""
    gone = tuple(t for t in in_trash(home) if now is None or t.goes <= now)
    with file_errors("emptying the trash"):
        for old in gone:
            while old.folder.exists():
                with suppress(FileNotFoundError):  # another command empties the trash too
                    shutil.rmtree(old.folder)
    return gone


def empty_old(home: Path, now: datetime) -> tuple[tuple[Trashed, ...], tuple[str, ...]]:
    """Throw away what was kept its time, after a change that is done. Return it, and a line if that failed."""
    try:
        return empty(home, now), ()
    except StoreError as error:
        return (), (f"the trash could not be emptied of what is old: {error}",)


def _trashed(folder: Path) -> Trashed:
    """Return what lies in a folder; no files if it goes meanwhile."""
    try:
        found = {p.relative_to(folder).as_posix(): p.is_symlink() for p in folder.rglob("*") if _is_file(p)}
    except FileNotFoundError:
        found = {}
    return Trashed(
        removed=datetime.strptime(folder.name.partition("-")[0], _TIME).replace(tzinfo=UTC),
        folder=folder,
        files=tuple(sorted(found)),
        links=tuple(sorted(name for name, is_link in found.items() if is_link)),
    )


def _is_file(path: Path) -> bool:
    """Whether it is a file or a link, wherever that leads."""
    return path.is_symlink() or path.is_file()
