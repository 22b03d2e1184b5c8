"""`footnote index prune`: remove generations that are neither current nor open in a reader."""

from __future__ import annotations

import logging
import shutil

from index.errors import DamagedIndexError, StaleIndexError
from index.files import file_errors, sync
from index.settings import IndexSettings
from index.storage.generation import current_id, generation_names
from index.storage.locks import build_lock, no_readers
from index.storage.manifest import MANIFEST, generations, read_manifest, store_kind
from index.storage.vectors import VectorStore

_log = logging.getLogger(__name__)
_TRASH = ".trash-"


def prune(settings: IndexSettings) -> list[str]:
    """Remove every generation except the current one and those that are open; return their names.

    Raises BuildLockedError while a build runs.
    """
    with build_lock(settings.home, wait=False, notify=_log.info):
        return remove_unused(settings, {current_id(settings.home)})


def remove_unused(settings: IndexSettings, keep: set[str | None], unfinished_only: bool = False) -> list[str]:
    """Remove generations that are not in `keep` and not open. The caller holds the build lock.

    `unfinished_only`: only those that an interrupted build left.
    """
    removed = []
    with file_errors("removing old indexes"):
        for left in generations(settings.home).glob(_TRASH + "*"):  # by an interrupted removal
            shutil.rmtree(left)
        for name in generation_names(settings.home):
            finished = (generations(settings.home) / name / MANIFEST).is_file()
            if name not in keep and not (finished and unfinished_only) and remove(settings, name):
                removed.append(name)
    return removed


def remove(settings: IndexSettings, name: str) -> bool:
    """Remove one generation, on the Chroma server too; return False if somebody has it open."""
    folder = generations(settings.home) / name
    with no_readers(folder) as free:
        if free:
            _drop_collection(settings, name)
            # Renamed first: a crash during the deletion must not leave half a generation.
            trash = folder.with_name(_TRASH + name)
            folder.rename(trash)
            sync(folder.parent)
            shutil.rmtree(trash)
    return free


def _drop_collection(settings: IndexSettings, name: str) -> None:
    try:
        kind = read_manifest(settings.home, name).store
    except (DamagedIndexError, StaleIndexError):  # unfinished, so most likely begun with these settings
        kind = store_kind(settings)
    if kind == "server" and settings.store_url:
        VectorStore.drop(settings.store_url, name)
    elif kind == "server":
        _log.warning("the collection '%s' stays on its Chroma server: store_url is not set", name)
