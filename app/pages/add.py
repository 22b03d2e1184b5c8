"""A page that is named by its address, as a file of the corpus with what its sidecar shall state."""

from __future__ import annotations

from app.fetch.fetcher import Fetched, Fetcher
from app.pages.content import read_page, suggested_name
from app.pages.judge import judge_unnamed
from app.pages.originals import host_of, seen_page, text_sha256
from app.sources.incoming import Incoming
from index.fetched.records import Page
from index.fetched.store import PageStore


class Download:
    """A page that was fetched to be added: bytes with a name and their address, as any other way brings in a source."""

    def __init__(self, fetched: Fetched, facts: dict[str, str]) -> None:
        """Raises FetchError: one line, for what cannot be read, holds no text or is a wall before it."""
        self._fetched = fetched
        page = read_page(fetched)
        judge_unnamed(page.document, page.signs, fetched.url, fetched.final_url)
        self.suffix, self.final_url = page.suffix, fetched.final_url
        self._text_sha256 = text_sha256(page.document)
        stated = {"url": fetched.url, **facts}
        if "publisher" not in page.document.hints:
            stated.setdefault("publisher", host_of(fetched.final_url).removeprefix("www."))
        name = suggested_name(fetched.final_url, page.suffix)
        self.incoming = Incoming(page.raw, name, stated, fetched.url)

    def note(self, source_id: str, store: PageStore) -> None:
        """Keep, for later checks, when the page of the source that was made of it was seen so. Raises StoreError."""
        page = Page(
            about=source_id, url=self.incoming.facts["url"], fetched=self._fetched.at, text_sha256=self._text_sha256
        )
        store.put(seen_page(page, self._fetched))


def download(url: str, facts: dict[str, str], fetcher: Fetcher) -> Download:
    """Fetch a page to be added, of which `facts` are stated. Raises FetchError."""
    return Download(fetcher.fetch(url), facts)
