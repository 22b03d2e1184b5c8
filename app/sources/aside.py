"""Files of the corpus that are put into the trash while the index is built without them, and back if that fails."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from app.sources.trash import new_folder
from index.errors import StoreError, add_words
from index.files import not_stored
from index.read.folder import base_of
from index.settings import IndexSettings
from index.storage.generation import current_id
from index.storage.manifest import Manifest, read_manifest


class Aside:
    """What one change takes out of the corpus; `folder` holds it."""

    def __init__(self, settings: IndexSettings, now: datetime | None = None) -> None:
        self._base = base_of(settings.corpus)
        self.folder = new_folder(settings.home, now or datetime.now(UTC))
        self._moved = list[str]()

    def put(self, names: Iterable[str]) -> None:
        """Move files out of the corpus, by their names in it. Raises StoreError."""
        for name in names:
            self._moved.append(name)
            there = self.folder / name
            try:
                there.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(self._base / name, there)
            except OSError as error:
                reason = error.strerror or str(error)
                raise not_stored(
                    f"{name}: cannot be moved to the trash ({reason}); free space, or fix the folder's permissions",
                    error,
                ) from error

    def put_back(self, error: BaseException, but: Collection[str] = ()) -> None:
        """Put all back where it was, `but` these names: the index is without them already. `error` says what stays."""
        left = []
        for name in (n for n in self._moved if n not in but):
            path, there = self._base / name, self.folder / name
            try:
                if not _is_there(there):
                    continue
                if not _is_there(path):
                    shutil.move(there, path)
                elif _is_copy(there, path):
                    there.unlink()
                else:
                    left.append(f"{name} (the corpus has another file there by now)")
            except OSError as reason:
                left.append(f"{path.name} ({reason.strerror})")
        if left:
            add_words(error, f"put back into the corpus what lies in {self.folder}: {', '.join(left)}")
        _remove_empty(self.folder)


def _is_copy(there: Path, path: Path) -> bool:
    """Whether what lies in the trash is the corpus' own file, or its beginning: a move to another disk broke off."""
    if there.is_symlink():
        return path.is_symlink() and there.readlink() == path.readlink()
    return path.read_bytes().startswith(there.read_bytes())


def _is_there(path: Path) -> bool:
    """Whether a file or a link lies at a path, wherever the link leads. Raises OSError."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    return True


def _remove_empty(folder: Path) -> None:
    """Remove a folder and its subfolders, but none that holds something."""
    for place, _, _ in os.walk(folder, topdown=False):
        with suppress(OSError):
            os.rmdir(place)


def serving(settings: IndexSettings) -> Manifest | None:
    """Return what the index that serves was made from; None without one, or if it cannot be read."""
    try:
        name = current_id(settings.home)
        return read_manifest(settings.home, name) if name else None
    except StoreError:
        return None
