"""The pages that an article links to, as sources: each fetched and looked at; what cannot be had is named and left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from app.fetch.fetcher import Fetcher
from app.pages.add import Download, download
from app.pages.judge import refuse_lists
from app.pages.links import Link, with_links
from app.sources.add import prepare
from app.sources.incoming import Incoming, name_apart
from index.errors import CorpusError, FetchError
from index.fetched.records import Why
from index.records import Record
from index.settings import IndexSettings
from index.source import Relation


class Followed(Record):
    """What came of one link. `source`, `title`, `characters`: of the source that its page is to become.

    If it becomes none they are '' and 0; `reason` says why, and `why` how its page failed, None if only its text did.
    """

    url: str
    source: str = ""
    title: str = ""
    characters: int = 0
    why: Why | None = None
    reason: str = ""


@dataclass
class Following:
    """Follows links. `incoming`: the article, and behind it what is to become a source; `downloads`: of each."""

    settings: IndexSettings
    fetcher: Fetcher
    incoming: list[Incoming]
    downloads: list[Download] = field(default_factory=list)

    def follow(self, links: Sequence[Link]) -> Iterator[Followed]:
        """Fetch one page after the other; yield each as soon as it is known what comes of it. Raises StoreError."""
        for link in links:
            try:
                page = download(link.url, {"relation": Relation.CITED.value}, self.fetcher)
                refuse_lists(with_links(page.incoming.raw, page.suffix, page.final_url), link.url)
                yield self._take(link, page)
            except (FetchError, CorpusError) as error:
                why = Why(error.why) if isinstance(error, FetchError) else None
                yield Followed(url=link.url, why=why, reason=str(error))

    def _take(self, link: Link, page: Download) -> Followed:
        """Read a page as the corpus will. Raises CorpusError if it cannot be a source beside those that there are."""
        incoming = page.incoming
        if incoming.file_name in {i.file_name for i in self.incoming}:
            incoming = replace(incoming, name=name_apart(incoming.file_name, sha256(incoming.raw).hexdigest()))
        proposal = prepare(self.settings, [*self.incoming, incoming]).proposals[-1]
        self.incoming.append(incoming)
        self.downloads.append(page)
        return Followed(
            url=link.url, source=proposal.facts.id, title=proposal.facts.title, characters=proposal.characters
        )
