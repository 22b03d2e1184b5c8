"""A page of the web for the sources panel: fetched as `footnote sources add URL` fetches it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from app.fetch.connection import MB, Limits
from app.fetch.fetcher import Fetcher
from app.pages.add import download
from app.settings import Settings
from app.sources.incoming import Incoming
from index.errors import UsageError
from index.fetched.store import changing_pages

_MOST = 4  # pages at a time: each holds a thread of the server, for minutes if its site is slow

# What an address brought, and what to call with the id of the source that it became (raises StoreError).
Page = tuple[Incoming, Callable[[str], None]]


class PageFetcher:
    """Fetches a few pages at a time, all of them at one pace a host. Thread-safe."""

    def __init__(self, settings: Settings) -> None:
        self._home = settings.home
        limits = Limits(whole=settings.fetch_seconds, largest=settings.largest_file * MB)
        self._fetcher, self._free = Fetcher(settings.fetch_hosts, limits), threading.BoundedSemaphore(_MOST)

    def fetch(self, url: str) -> Page:
        """Raises FetchError: one line, for an address that is refused and a page that cannot be had or read.

        Raises UsageError if too many are on their way.
        """
        if not self._free.acquire(blocking=False):
            raise UsageError(f"{_MOST} pages are being fetched already; try again in a moment")
        try:
            page = download(url, {}, self._fetcher)
        finally:
            self._free.release()

        def added(source_id: str) -> None:
            with changing_pages(self._home) as store:
                page.note(source_id, store)

        return page.incoming, added
