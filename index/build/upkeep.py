"""Is the index up to date, and which generations may go."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import partial

from pydantic import BaseModel, ConfigDict

from index.errors import DamagedIndexError
from index.files import file_errors
from index.read.corpus import file_digests
from index.settings import IndexSettings
from index.storage import home as homes
from index.storage.generation import check_files, differs, read_manifest
from index.storage.vectors import VectorStore

_log = logging.getLogger(__name__)
_NAMED = 3  # names a message gives of each list


class Changes(BaseModel):
    """Sources by what happened to them since the former generation. False if nothing did."""

    model_config = ConfigDict(frozen=True)

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]

    @classmethod
    def between(cls, before: Mapping[str, object], after: Mapping[str, object]) -> Changes:
        both = [key for key in after if key in before]
        return cls(
            added=tuple(key for key in after if key not in before),
            changed=tuple(key for key in both if before[key] != after[key]),
            removed=tuple(key for key in before if key not in after),
            unchanged=tuple(key for key in both if before[key] == after[key]),
        )

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        parts = []
        for word, names in (("added", self.added), ("changed", self.changed), ("removed", self.removed)):
            if names:
                more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
                parts.append(f"{word} {', '.join(names[:_NAMED])}{more}")
        return "; ".join(parts) or "nothing changed"


def is_stale(settings: IndexSettings) -> str | None:
    """Why the index should be built again, in words; None if it is current. Loads no model.

    Raises CorpusError if the corpus cannot be read.
    """
    try:
        name = homes.current_id(settings.home)
        if name is None:
            return "there is no index yet"
        manifest = read_manifest(settings.home, name)
        check_files(homes.generations(settings.home) / name, manifest)
    except DamagedIndexError as error:
        return f"the index is damaged: {error}"
    reason = differs(manifest, settings)
    if reason is not None:
        return reason
    before = {stamp.file: stamp.file_sha256 for stamp in manifest.sources.values()}
    changes = Changes.between(before, file_digests(settings.corpus))
    return f"the corpus changed: {changes}" if changes else None


def prune(settings: IndexSettings) -> list[str]:
    """Remove every generation but the current one and those that somebody has open; their names.

    Raises BuildLockedError while a build runs.
    """
    with homes.build_lock(settings.home, wait=False, notify=_log.info):
        return sweep(settings, {homes.current_id(settings.home)})


def sweep(settings: IndexSettings, keep: set[str | None], unfinished_only: bool = False) -> list[str]:
    """Remove generations that are not in `keep` and that nobody reads. The caller holds the build lock."""
    removed = []
    with file_errors("removing old indexes"):
        homes.empty_trash(settings.home)
        for name in homes.names(settings.home):
            finished = (homes.generations(settings.home) / name / homes.MANIFEST).is_file()
            if name not in keep and not (finished and unfinished_only) and remove(settings, name):
                removed.append(name)
    return removed


def remove(settings: IndexSettings, name: str) -> bool:
    """Remove one generation, on the Chroma server too. False if somebody reads it."""
    return homes.remove(settings.home, name, partial(_drop_collection, settings, name))


def _drop_collection(settings: IndexSettings, name: str) -> None:
    try:
        kind = read_manifest(settings.home, name).store
    except DamagedIndexError:  # unfinished: it was begun with the settings that are in force, as a rule
        kind = "server" if settings.store_url else "embedded"
    if kind == "server" and settings.store_url:
        VectorStore.drop(settings.store_url, name)
    elif kind == "server":
        _log.warning("the collection '%s' stays on its Chroma server: store_url is not set", name)
