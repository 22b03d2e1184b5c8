"""The originals that were fetched, as sources of the index: each stands before the note that is about it."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from index.errors import CorpusError
from index.fetched.records import Page
from index.fetched.store import FOLDER, folder_of, read_pages
from index.files import file_sha256
from index.read.corpus import Corpus, PassedOver
from index.read.folder import sidecar_of
from index.read.formats import reader_of
from index.read.known import KnownSource, SeenFile
from index.read.one_file import Keeper, NoSourceError
from index.read.shelf import FoundFile, shelve, still_used
from index.source import Kind

_ABOVE = f".{FOLDER}/"  # before a file's name: a corpus' own hidden folders are never entered, so no name is taken


def with_originals(corpus: Corpus, home: Path, keeper: Keeper | None = None) -> Corpus:
    """Return the corpus with the originals of its notes that are kept in `home`; they lie on its shelf, too.

    An original that was changed since it was fetched, or whose id or text is there already, is passed over and named.
    Notes on one address share an original.
    """
    taken, texts = {e.id for e in corpus.entries}, {e.sha256: e.file for e in corpus.entries}
    entries: list[KnownSource] = []
    fetched: set[tuple[str, str]] = set()  # address and text of the originals
    passed, digests, seen = list(corpus.passed_over), dict(corpus.digests), dict(corpus.seen)
    pages = read_pages(home)
    for entry in corpus.entries:
        page = pages.get(entry.id)
        if page and page.file:
            found = _read(page, entry, home, corpus, keeper)
            if not isinstance(found, KnownSource):
                passed.append(found)
            elif (page.url, found.sha256) in fetched:
                pass  # another note's original is this note's, too
            elif found.id in taken or found.sha256 in texts:
                passed.append(_passed(page, f"its text or id is that of {texts.get(found.sha256, found.id)}"))
            else:
                entries.append(found)
                taken.add(found.id)
                texts[found.sha256] = found.file
                fetched.add((page.url, found.sha256))
            seen |= (here := _kept(page, home))
            digests |= {name: file.sha256 for name, file in here.items()}
        entries.append(entry)
    return replace(corpus, entries=tuple(_named(entries)), passed_over=tuple(passed), digests=digests, seen=seen)


def _named(entries: Sequence[KnownSource]) -> Iterator[KnownSource]:
    """Yield the sources, each note with the id of the one that has the text at its address."""
    by_url = {e.url: e.id for e in reversed(entries) if e.kind is Kind.FULLTEXT and e.url}
    for entry in entries:
        original = by_url.get(entry.url, "") if entry.kind is Kind.NOTE else ""
        is_named = original == entry.original
        yield entry if is_named else replace(entry, original=original, record_sha256="")


def original_digests(home: Path, notes: Container[str] | None = None) -> dict[str, str]:
    """Return name -> SHA-256 (hex) of the kept files, as a build stamps them; only of those of `notes` (ids)."""
    found: dict[str, str] = {}
    for about, page in read_pages(home).items():
        if page.file and (notes is None or about in notes):
            found |= {name: file.sha256 for name, file in _kept(page, home).items()}
    return found


def is_original(file: str) -> bool:
    """Tell by the name of a source's file whether it is an original that was fetched."""
    return file.startswith(_ABOVE)


def _kept(page: Page, home: Path) -> dict[str, SeenFile]:
    """Return the kept files of a page, by the names that a build calls them; one that cannot be read is left out."""
    path, found = folder_of(home) / page.file, dict[str, SeenFile]()
    for kept in (path, sidecar_of(path)):
        with suppress(OSError):
            found[_ABOVE + kept.name] = SeenFile.of(kept.stat(), file_sha256(kept))
    return found


def _read(page: Page, note: KnownSource, home: Path, corpus: Corpus, keeper: Keeper | None) -> KnownSource | PassedOver:
    if note.url != page.url:
        return _passed(page, "its note names another address now")
    path = folder_of(home) / page.file
    try:
        if file_sha256(path) != page.sha256:
            return _passed(page, "it was changed since it was fetched")
        found = FoundFile.at(path, _ABOVE + page.file)
        known = corpus.known.as_it_was(found.name, found.sha256, found.sidecar_sha256, reader_of(found.name))
        if known is None:
            return shelve(found, corpus.shelf, keeper)
        still_used(known, keeper)
        return known
    except FileNotFoundError:
        return _passed(page, "it is missing")
    except OSError as error:
        return _passed(page, f"it cannot be read ({error.strerror})")
    except (CorpusError, NoSourceError) as error:
        return _passed(page, str(error))


def _passed(page: Page, reason: str) -> PassedOver:
    return PassedOver(_ABOVE + page.file, f"{reason}; run: footnote sources fetch {page.about}")
