"""The folder of what was fetched, private to this machine and to its owner.

home/originals/pages.json            what is known of each page, by the id of the source that names it
home/originals/<id>.<suffix>         a page as it came, or a PDF, ...
home/originals/<id>.<suffix>.meta.yaml   its facts, as beside any file of a corpus
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import Field, ValidationError

from index.errors import BuildLockedError, StoreError
from index.fetched.records import Page
from index.files import file_errors, file_sha256, write_together
from index.read.folder import sidecar_of
from index.read.front_matter import write_fields
from index.records import Record
from index.source import STATED, SourceFacts

FOLDER = "originals"
PAGES, _LOCK = "pages.json", "lock"


class _Pages(Record):
    format: int = 1
    pages: dict[str, Page] = Field(default_factory=dict)


def folder_of(home: Path) -> Path:
    return home / FOLDER


def read_pages(home: Path) -> dict[str, Page]:
    """Return what is known of pages, by the id of the source that names each. Raises StoreError."""
    with file_errors("reading what was fetched"):
        try:
            raw = (folder_of(home) / PAGES).read_bytes()
        except FileNotFoundError:
            return {}
    try:
        return _Pages.model_validate_json(raw).pages
    except ValidationError as error:
        raise StoreError(f"{FOLDER}/{PAGES} cannot be read; remove it and run `footnote sources fetch`") from error


@contextmanager
def changing_pages(home: Path) -> Iterator[PageStore]:
    """Hold the right to change what was fetched. Raises BuildLockedError if another command has it, StoreError."""
    folder = folder_of(home)
    with file_errors("making the folder of what is fetched"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        (folder / ".gitignore").write_text("*\n", "utf-8")  # others' texts: not to be published by mistake
        lock = FileLock(folder / _LOCK)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise BuildLockedError(
                "another command is fetching or checking pages; wait for it to end and try again"
            ) from None
    try:
        yield PageStore(home)
    finally:
        lock.release()


class PageStore:
    """What was fetched, to be changed. Every change is on disk when the call returns."""

    def __init__(self, home: Path) -> None:
        self._folder, self._pages = folder_of(home), read_pages(home)

    def get(self, about: str) -> Page | None:
        return self._pages.get(about)

    def find(self, source_id: str) -> Page | None:
        return find_page(self._pages, source_id)

    def forget(self, source_id: str) -> Page | None:
        """Remove the kept text of an original, named by its id or its note's; return None if none is kept.

        Raises StoreError.
        """
        page = self.find(source_id)
        if page is None or not page.file:
            return None
        path = self._folder / page.file
        with file_errors("removing a page that is kept"):
            path.unlink(missing_ok=True)
            sidecar_of(path).unlink(missing_ok=True)
        self.put(Page(about=page.about, url=page.url))
        return page

    def has_text(self, page: Page) -> bool:
        """Return whether the kept text of a page is there, and as it was fetched. Raises StoreError."""
        with file_errors("reading a page that is kept"):
            path = self._folder / page.file
            return bool(page.file) and path.is_file() and file_sha256(path) == page.sha256

    def put(self, page: Page) -> None:
        """Keep what is known of a page. Raises StoreError."""
        self._write({}, page)

    def keep_text(self, page: Page, content: bytes, suffix: str, facts: Mapping[str, str]) -> None:
        """Keep a page's bytes and the facts of its text under the id `page.original`. Raises StoreError."""
        name = f"{page.original}{suffix}"
        path = self._folder / name
        kept = page.model_copy(update={"file": name, "sha256": hashlib.sha256(content).hexdigest()})
        self._write({path: content, sidecar_of(path): write_fields(facts)}, kept)
        former = [p for p in self._folder.glob(f"{page.original}.*") if not p.name.startswith(name)]
        with file_errors("removing the former text of a page"):
            for old in former:
                if old.name.removeprefix(page.original).count(".") in (1, 3):  # '.html', '.html.meta.yaml'
                    old.unlink(missing_ok=True)

    def _write(self, files: Mapping[Path, str | bytes], page: Page) -> None:
        """Write files and what is known of their page: all of it or nothing."""
        pages = self._pages | {page.about: page}
        known = _Pages(pages=dict(sorted(pages.items()))).model_dump_json(indent=1)
        with file_errors("keeping a page" if files else "keeping what is known of a page"):
            write_together({**files, self._folder / PAGES: known})
        self._pages = pages


def find_page(pages: Mapping[str, Page], source_id: str) -> Page | None:
    """Return what is known of the page that the text of a source was, or is to be, read from."""
    return next((p for p in pages.values() if p.original == source_id), pages.get(source_id))


def facts_fields(facts: SourceFacts) -> dict[str, str]:
    """Return the facts of an original as its sidecar states them."""
    stated = {name: getattr(facts, name) for name in STATED}
    return {name: str(value) for name, value in stated.items() if value and not isinstance(value, tuple)}
