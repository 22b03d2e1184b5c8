"""Removing sources: their files go to the trash, or for good, and the index is built without them."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.sources.aside import Aside, serving
from app.sources.trash import empty_old
from index.build.build import build
from index.build.progress import BuildProgress, BuildReport
from index.build.prune import prune
from index.errors import BuildLockedError, CorpusError, UsageError
from index.fetched.sources import is_original
from index.fetched.store import PageStore, changing_pages
from index.files import file_errors, file_sha256
from index.read.folder import base_of, sidecar_of
from index.records import Record
from index.settings import IndexSettings
from index.source import Kind
from index.storage.generation import current_id, generation_names, open_current

if TYPE_CHECKING:
    from index.embedding.embedder import Embedder

_LATER = "when that has ended, run: footnote index prune"


class RemovedSource(Record):
    """A source that was taken out. `files`: it and its sidecar, by their names in the corpus' folder.

    `links`: those of them that were only links to files, which stay.
    """

    id: str
    title: str
    files: tuple[str, ...]
    links: tuple[str, ...] = ()


class Removal(Record):
    """What was removed. `trash`: the folder that holds the files now; None if they are gone for good.

    `emptied`: folders of earlier removals that were in the trash for long enough, and are gone now. `notes`: what is
    left to be done, such as older indexes that were in use and could not be deleted for good.
    """

    sources: tuple[RemovedSource, ...]
    trash: Path | None
    emptied: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()
    index: BuildReport


def remove(
    settings: IndexSettings,
    source_ids: Sequence[str],
    progress: BuildProgress | None = None,
    embedder: Embedder | None = None,
    *,
    for_good: bool = False,
) -> Removal:
    """Move the files of sources to the trash, or delete them `for_good`, and bring the index up to date.

    For good also go the originals of notes and older indexes, which hold the words too. What has lain in the trash for
    longer than `trash.KEPT` goes each time. If the build fails or is interrupted, what the index still holds is put
    back.

    Raises NoIndexError, UnknownSourceError, UsageError for the article and for all that there is, CorpusError if the
    corpus is not that of the index, BuildLockedError if it is to be for good while pages are fetched, and what a build
    raises.
    """
    removed = _chosen(settings, list(dict.fromkeys(source_ids)))
    now = datetime.now(UTC)
    aside, notes = Aside(settings, now), list[str]()
    with changing_pages(settings.home) if for_good else nullcontext() as pages:
        try:
            for source in removed:
                aside.put(source.files)
            report = build(settings, traceless=for_good, progress=progress, embedder=embedder)
        except BaseException as error:
            aside.put_back(error, _out_of_the_index(settings, removed))
            raise
        if pages is not None:
            notes += _delete(settings, pages, removed, aside.folder)
    old, failed = empty_old(settings.home, now)
    return Removal(
        sources=tuple(removed),
        trash=None if for_good else aside.folder,
        emptied=tuple(t.folder for t in old),
        notes=(*notes, *failed),
        index=report,
    )


def _chosen(settings: IndexSettings, source_ids: Sequence[str]) -> list[RemovedSource]:
    with closing(open_current(settings)) as generation:
        chosen = [generation.source(source_id) for source_id in source_ids]
        stamps = generation.manifest.sources
    for source in chosen:
        if source.kind is Kind.ARTICLE:
            raise UsageError(
                f"'{source.id}' is the article, which the corpus is about; to remove it, delete {source.file} and run "
                "`footnote index build`"
            )
        if is_original(source.file):
            raise UsageError(
                f"'{source.id}' was fetched and is no file of the corpus; "
                f"run: footnote sources fetch --forget {source.id}"
            )
    if len(chosen) == len(stamps):
        raise UsageError("these are all the sources, and an index needs one; remove the folder instead")
    base, found = base_of(settings.corpus), []
    for source in chosen:
        path = base / source.file
        if not path.is_file() or file_sha256(path) != stamps[source.id].file_sha256:
            raise CorpusError(
                f"{source.file}: the file in the corpus is not the one that is indexed; run `footnote index build`, or "
                "name the corpus with --corpus"
            )
        beside = sidecar_of(path)
        names = (source.file, *([beside.relative_to(base).as_posix()] if beside.is_file() else []))
        links = tuple(n for n in names if (base / n).is_symlink())
        found.append(RemovedSource(id=source.id, title=source.title, files=names, links=links))
    return found


def _out_of_the_index(settings: IndexSettings, removed: Sequence[RemovedSource]) -> frozenset[str]:
    """Return the files of those sources that the index which serves holds no more. Another's build may have run."""
    manifest = serving(settings)
    if manifest is None:
        return frozenset()
    return frozenset(name for source in removed if source.id not in manifest.sources for name in source.files)


def _delete(settings: IndexSettings, pages: PageStore, removed: Sequence[RemovedSource], trash: Path) -> list[str]:
    """Delete the files of removed sources and whatever else holds their words; return a line for what is in use."""
    for source in removed:
        pages.forget(source.id)
    with file_errors("deleting what was removed"):
        shutil.rmtree(trash)
    try:
        prune(settings)
    except BuildLockedError:
        return [f"another build is running, and older indexes may still hold the words; {_LATER}"]
    older = set(generation_names(settings.home)) - {current_id(settings.home)}
    return [f"an older index is in use, as by an open chat, and may still hold the words; {_LATER}"] if older else []
