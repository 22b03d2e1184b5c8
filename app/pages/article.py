"""The article of a new project: a page that is fetched, or a file, as the corpus will hold it, and what it links to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from app.fetch.fetcher import Fetcher
from app.pages.add import Download, download
from app.pages.content import read_file
from app.pages.judge import refuse_lists
from app.pages.links import Link, links_of, with_links
from app.sources.incoming import Incoming, read_incoming
from index.read.document import Document
from index.read.facts import facts_of
from index.read.folder import ARTICLE
from index.source import Kind, Relation

_BY_NAME = ("title", "publisher", "published")  # guessed of a file's name, where it says nothing itself
_THE_ARTICLE = {"kind": Kind.ARTICLE.value, "relation": Relation.ARTICLE.value}


@dataclass(frozen=True, slots=True)
class Article:
    """`guessed`: facts that are stated of its file only because it loses its name. `download`: None for a file."""

    incoming: Incoming
    guessed: tuple[str, ...]
    links: tuple[Link, ...]
    download: Download | None


def fetched_article(url: str, facts: Mapping[str, str], fetcher: Fetcher) -> Article:
    """Fetch the page that is to be the article, of which `facts` are stated.

    Raises FetchError, for what is no article too, and CorpusError for facts that are not allowed.
    """
    page = download(url, {**_THE_ARTICLE, **facts}, fetcher)
    document = with_links(page.incoming.raw, page.suffix, page.final_url)
    refuse_lists(document, url)
    links = links_of(document, page.incoming.raw, page.suffix, url, page.final_url)
    incoming, guessed = _as_article(page.incoming, document)
    return Article(incoming, guessed, links, page)


def filed_article(path: Path, facts: Mapping[str, str], largest: int) -> Article:
    """Read the file that is to be the article. `largest`: MB. Raises UsageError, CorpusError, FetchError."""
    incoming = read_incoming(path, {**_THE_ARTICLE, **facts}, largest)
    suffix = PurePath(incoming.file_name).suffix.lower()
    base = facts.get("url", "")
    document = read_file(incoming.raw, suffix, str(path))
    base = base or document.hints.get("url", "")
    document = with_links(incoming.raw, suffix, base) if base else document
    incoming, guessed = _as_article(incoming, document)
    return Article(incoming, guessed, links_of(document, incoming.raw, suffix, *([base] if base else [])), None)


def _as_article(incoming: Incoming, document: Document) -> tuple[Incoming, tuple[str, ...]]:
    """Return what comes as the article, and which facts are stated since its own name tells them and 'article' not."""
    suffix = PurePath(incoming.file_name).suffix.lower()
    by_name = facts_of(document, incoming.file_name, incoming.facts).facts
    renamed = facts_of(document, f"{ARTICLE}{suffix}", incoming.facts).facts
    lost = {n: str(getattr(by_name, n)) for n in _BY_NAME if getattr(by_name, n) != getattr(renamed, n)}
    stated = {**incoming.facts, **{n: value for n, value in lost.items() if value != "None"}}
    return replace(incoming, facts=stated, is_article=True), tuple(lost)
