"""When the page behind a source was last seen to say so, as the fetches and checks of its user found it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from index.fetched.records import Page, Why
from index.fetched.store import PAGES, find_page, folder_of, read_pages
from index.files import file_errors
from index.records import Record

_DIFFERS = frozenset({"changed", "gone"})  # of what a check says of passages


class Seen(Record):
    """How a page stood to the text of a source on the day `on` (YYYY-MM-DD, UTC)."""

    state: Literal["so", "changed", "gone"]
    on: str


Looked = Callable[[str, str], Seen | None]
"""Tells, by a source's id and the SHA-256 of its text, when its page was seen; None if it never was."""


def never(_source_id: str, _sha256: str) -> Seen | None:
    return None


def seen_of(page: Page, sha256: str) -> Seen | None:
    """Return how a page stood to the text with this SHA-256; None if it was never held against that."""
    if page.text_sha256 != sha256:
        return None
    if page.why is Why.GONE:
        return Seen(state="gone", on=page.asked[:10])
    if page.compared and not _DIFFERS.isdisjoint(page.found):
        return Seen(state="changed", on=page.compared[:10])
    return Seen(state="so", on=page.seen[:10]) if page.seen else None


class PagesSeen:
    """What is known of the pages of a home, read again once it has changed. A `Looked`."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._stamp: tuple[int, int] | None = None
        self._pages: dict[str, Page] = {}

    def __call__(self, source_id: str, sha256: str) -> Seen | None:
        """Raises StoreError if what is kept of pages cannot be read."""
        stamp = self._stamped()
        if stamp != self._stamp:
            self._pages, self._stamp = read_pages(self._home), stamp
        page = find_page(self._pages, source_id)
        return seen_of(page, sha256) if page else None

    def _stamped(self) -> tuple[int, int] | None:
        with file_errors("reading what was fetched"):
            try:
                found = (folder_of(self._home) / PAGES).stat()
            except FileNotFoundError:
                return None
        return found.st_mtime_ns, found.st_size
