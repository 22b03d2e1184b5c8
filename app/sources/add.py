"""Adding sources: what they are taken for is known before anything is written, and all are added or none.

incoming ── read as they will be read, held to the rules ── Addition ── its files ── build
                                                                          │
                                   taken back, whatever goes wrong ───────┘
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.sources.incoming import Incoming
from index.build.build import build
from index.build.inputs import known_now
from index.build.progress import BuildProgress, BuildReport
from index.build.readings import Readings
from index.errors import CorpusError, StoreError, add_words
from index.files import not_stored, sync
from index.read.corpus import NewFile, read_new
from index.read.folder import SIDECAR, place_of_new, sidecar_of
from index.read.front_matter import write_fields
from index.records import Record
from index.settings import IndexSettings
from index.source import STATED, Source, SourceFacts
from index.storage.generation import open_current

if TYPE_CHECKING:
    from index.embedding.embedder import Embedder

_OPENING = 200  # characters of a text that are shown


class Proposal(Record):
    """What a new source is taken for. `file`: its name in the corpus' folder. `stated`, `guessed`: fields of `facts`.

    `characters`: the length of its text; `pages`: how many it has, None without pages; `opening`: its first words.
    """

    facts: SourceFacts
    file: str
    stated: tuple[str, ...]
    guessed: tuple[str, ...]
    characters: int
    pages: int | None
    opening: str


class Addition:
    """Sources that were read and may be added, and `proposals`: what each is taken for."""

    def __init__(self, settings: IndexSettings, files: Sequence[NewFile], sources: Sequence[Source]) -> None:
        self._settings, self._files, self.sources = settings, files, tuple(sources)
        self.proposals = tuple(_proposal(s, f) for s, f in zip(sources, files, strict=True))
        self.kept: frozenset[str] = frozenset()  # ids of those that stay, since the index holds them, though it failed

    def commit(self, progress: BuildProgress | None = None, embedder: Embedder | None = None) -> BuildReport:
        """Put the files into the corpus, each with a sidecar for what was stated, and bring the index up to date.

        If that fails or is interrupted, all is taken back but what the index that serves holds by then, since another's
        build may have taken some of it in, and what was edited meanwhile. Raises StoreError, and what a build raises.
        """
        written, before = dict[Path, bytes](), self._held()
        try:
            for file in self._files:
                path = self._settings.corpus / file.name
                if file.stated:
                    _create(sidecar_of(path), write_fields(file.stated).encode(), file.label, written)
                _create(path, file.raw, file.label, written)
            report = build(self._settings, progress=progress, embedder=embedder)
            if not self._serves():
                raise CorpusError(f"{self._files[0].label}: the corpus was changed meanwhile; try again")
        except BaseException as error:
            self.kept = self._held() - before
            stay = {self._settings.corpus / s.file for s in self.sources if s.id in self.kept}
            edited, left = _take_back({path: raw for path, raw in written.items() if _file_of(path) not in stay})
            if edited:
                stays = "edited meanwhile, and stays in the corpus for the next build"
                add_words(error, f"{stays}: {', '.join(edited)}")
            if left:
                add_words(error, f"remove from the corpus what could not be taken back: {', '.join(left)}")
            if self.kept:
                add_words(error, f"in the index all the same: {', '.join(sorted(self.kept))}")
            raise
        return report

    def _serves(self) -> bool:
        """Whether the index that serves holds all these sources."""
        try:
            with closing(open_current(self._settings)) as generation:
                held = generation.manifest.sources
        except StoreError:  # none, damaged, of another version, or not to be read
            return False
        stamps = [(s, held.get(s.id)) for s in self.sources]
        return all(stamp is not None and stamp.file == s.file for s, stamp in stamps)

    def _held(self) -> frozenset[str]:
        """Return the ids of those that the index holds just as they are: the file and all that is stated."""
        try:
            with closing(open_current(self._settings)) as generation:
                stamps = generation.manifest.sources
                pairs = [(s, f) for s, f in zip(self.sources, self._files, strict=True) if s.id in stamps]
                same = [s for s, f in pairs if stamps[s.id].file_sha256 == hashlib.sha256(f.raw).hexdigest()]
                return frozenset(s.id for s in same if _is_as_stated(generation.source(s.id), s))
        except StoreError:  # none, damaged, of another version, or not to be read
            return frozenset()


def _is_as_stated(held: Source, source: Source) -> bool:
    facts = replace(held.facts, original=source.original)  # which is found out beside other sources
    return (held.file, facts, held.document) == (source.file, source.facts, source.document)


def prepare(settings: IndexSettings, incoming: Sequence[Incoming], *, keep: bool = True) -> Addition:
    """Read what is to be added, and write nothing into the corpus. Of the files there, those are opened that are new or
    were changed since they were indexed.

    `keep`: keep what was read in the home folder, so that the build need not read it again.
    Raises CorpusError: one line, for the first that cannot become a source, or that the corpus has already.
    """
    place = "sources/" if any(i.is_article for i in incoming) else place_of_new(settings.corpus)
    files = [
        NewFile(i.raw, i.file_name if i.is_article else place + i.file_name, i.called, dict(i.facts), i.is_article)
        for i in incoming
    ]
    keeper = Readings(settings.home) if keep else None
    sources = read_new(settings.corpus, files, settings.largest_file, keeper, known_now(settings))
    return Addition(settings, files, sources)


def _proposal(source: Source, file: NewFile) -> Proposal:
    return Proposal(
        facts=source.facts,
        file=file.name,
        stated=tuple(name for name in STATED if name in file.stated),
        guessed=source.guessed,
        characters=len(source.text),
        pages=source.pages[-1][1] if source.pages else None,
        opening=" ".join(source.text[:_OPENING].split()),
    )


def _take_back(written: Mapping[Path, bytes]) -> tuple[list[str], list[str]]:
    """Remove files that hold what was written. Return those that were edited, and those that stay, with the reason.

    Beside an edited file its sidecar stays, and beside an edited sidecar its file.
    """
    edited, left, stay = [], [], set[Path]()
    for path, raw in written.items():
        try:
            if path.read_bytes() != raw:
                edited.append(path.name)
                stay.add(_file_of(path))
        except FileNotFoundError:
            continue
        except OSError as error:
            left.append(f"{path.name} ({error.strerror})")
            stay.add(_file_of(path))
    for path in reversed([p for p in written if _file_of(p) not in stay]):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            left.append(f"{path.name} ({error.strerror})")
    return edited, left


def _file_of(path: Path) -> Path:
    """Return the file to which a sidecar belongs; of any other file, the file."""
    return path.with_name(path.name.removesuffix(SIDECAR))


def _create(path: Path, raw: bytes, label: str, written: dict[Path, bytes]) -> None:
    """Write a new file in one step, and note it in `written`. Raises CorpusError if there is one, StoreError."""
    beside = path.with_name(f".{os.urandom(4).hex()}.tmp")  # not read, were it left
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            beside.write_bytes(raw)
            sync(beside)
            _move_without_overwriting(beside, path)
            written[path] = raw
            sync(path.parent)
        finally:
            beside.unlink(missing_ok=True)
    except FileExistsError:
        raise CorpusError(f"{label}: the corpus has a file {path.name} already; state an id of its own") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise not_stored(
            f"{label}: cannot be put into the corpus ({reason}); free space, or fix the folder's permissions", error
        ) from error


def _move_without_overwriting(beside: Path, path: Path) -> None:
    try:
        os.link(beside, path)
    except FileExistsError:
        raise
    except OSError as error:  # a file system without hard links
        if path.exists():
            raise FileExistsError(path) from error
        beside.replace(path)
