"""`footnote sources fetch`: the originals behind notes, fetched, judged and kept for the index."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Literal
from urllib.parse import urlsplit

from app.fetch.fetcher import Fetched, Fetcher, Validators
from app.pages.content import PageRead, read_page
from app.pages.judge import judge
from index.errors import FetchError, UsageError
from index.fetched.records import Page, Why
from index.fetched.store import PageStore, facts_fields
from index.read.document import Document
from index.records import Record
from index.source import Kind, Source, SourceFacts

_ENDING = "-original"  # behind the id of a note
_LONGEST_ID = 200  # characters of an id (SourceFacts)
_NO_LETTER = re.compile(r"[\W_]+")


class Wanted(Record):
    """A page to be asked for: the address that the source `about` names. `kept`: when its text came, '' if none is."""

    about: str
    url: str
    host: str
    kept: str = ""


class Skipped(Record):
    """A source whose page is not asked for, and why."""

    about: str
    reason: str


class Plan(Record):
    """What will be asked for, and what will not."""

    wanted: tuple[Wanted, ...]
    skipped: tuple[Skipped, ...]

    @property
    def hosts(self) -> dict[str, int]:
        """Return how many pages of each host will be asked for; one that several sources name is asked for once."""
        return dict(Counter({w.url: w.host for w in self.wanted}.values()))


class Outcome(Record):
    """What came of one page. `original`: the id that its text has in the index; '' if none is kept.

    `why`, `reason`: how it failed. A text that was kept before stays then.
    """

    about: str
    url: str
    state: Literal["fetched", "unchanged", "failed"]
    original: str = ""
    characters: int = 0
    why: Why | None = None
    reason: str = ""


def plan_originals(sources: Sequence[Source], pages: Mapping[str, Page], ids: Sequence[str]) -> Plan:
    """Say which originals will be fetched: of the notes named by `ids` (or by an original's id), or of all.

    Raises UsageError for a source that is no note.
    """
    by_original = {p.original: p.about for p in pages.values() if p.original}
    chosen = dict.fromkeys(by_original.get(i, i) for i in ids)
    for source in sources:
        if source.id in chosen and source.kind is not Kind.NOTE:
            raise UsageError(
                f"{source.id} is no note, so it has no original to fetch; name a note (`footnote sources list`), "
                "or see whether its page has changed with `footnote sources check`"
            )
    there = {s.url: s.id for s in sources if s.kind is not Kind.NOTE and s.url and s.id not in by_original}
    wanted, skipped = [], []
    for note in (s for s in sources if s.kind is Kind.NOTE and (s.id in chosen or not ids)):
        if not note.url:
            skipped.append(Skipped(about=note.id, reason="it names no address"))
        elif note.url in there:
            skipped.append(
                Skipped(about=note.id, reason=f"the text at its address is a source already: {there[note.url]}")
            )
        else:
            page = pages.get(note.id)
            kept = page.fetched if page and page.file and page.url == note.url else ""
            wanted.append(Wanted(about=note.id, url=note.url, host=host_of(note.url), kept=kept))
    return Plan(wanted=tuple(wanted), skipped=tuple(skipped))


def host_of(url: str) -> str:
    """Return the host that an address names, with its port; the address itself if it names none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or url
    except ValueError:
        return url


def fetch_originals(
    plan: Plan, notes: Mapping[str, SourceFacts], fetcher: Fetcher, store: PageStore
) -> Iterator[Outcome]:
    """Fetch what is planned, one page after the other; yield each as soon as it is kept. Raises StoreError."""
    came: dict[str, Fetched | FetchError] = {}
    for wanted in plan.wanted:
        yield _Original(notes[wanted.about], store).take(partial(_once, fetcher, wanted.url, came))


def _once(fetcher: Fetcher, url: str, came: dict[str, Fetched | FetchError], known: Validators | None) -> Fetched:
    """Fetch a page once in a run, however many notes are about it."""
    found = came.get(url)
    if found is None or (isinstance(found, Fetched) and found.content is None):
        try:
            found = came[url] = fetcher.fetch(url, known)
        except FetchError as error:
            found = came[url] = error
    if isinstance(found, FetchError):
        raise found
    return found


class _Original:
    """The original of one note."""

    def __init__(self, note: SourceFacts, store: PageStore) -> None:
        self._note, self._store = note, store
        known = store.get(note.id)
        is_same = known is not None and known.url == note.url
        self._page = known if known and is_same else Page(about=note.id, url=note.url)
        self._former = known.original if known and not is_same else ""

    def take(self, fetch: Callable[[Validators | None], Fetched]) -> Outcome:
        page, is_kept = self._page, self._store.has_text(self._page)
        try:
            fetched = fetch(validators_of(page) if is_kept else None)
            if fetched.content is None:
                return self._unchanged(fetched)
            read = read_page(fetched)
            judge(read.document, read.signs, self._note.title, fetched.url, fetched.final_url)
        except FetchError as error:
            why = Why(error.why)
            if self._former:  # of an address that the note names no more: else nothing would know of its file
                self._store.forget(self._former)
            self._store.put(page.model_copy(update={"asked": now(), "why": why, "reason": str(error)}))
            return self._outcome("failed", why=why, reason=str(error))
        if is_kept and text_sha256(read.document) == page.text_sha256:
            return self._unchanged(fetched)
        return self._keep(fetched, read)

    def _unchanged(self, fetched: Fetched) -> Outcome:
        self._page = seen_page(self._page, fetched)
        self._store.put(self._page)
        return self._outcome("unchanged")

    def _keep(self, fetched: Fetched, read: PageRead) -> Outcome:
        original = self._page.original or self._note.id[: _LONGEST_ID - len(_ENDING)] + _ENDING
        update = {"original": original, "text_sha256": text_sha256(read.document), "fetched": fetched.at}
        self._page = seen_page(self._page.model_copy(update=update), fetched)
        facts = _facts(original, self._note, read.document, fetched)
        self._store.keep_text(self._page, read.raw, read.suffix, facts_fields(facts))
        return self._outcome("fetched", characters=len(read.document.text))

    def _outcome(self, state: Literal["fetched", "unchanged", "failed"], **more: object) -> Outcome:
        page = self._page
        return Outcome.model_validate(
            {"about": page.about, "url": page.url, "state": state, "original": page.original, **more}
        )


def validators_of(page: Page) -> Validators:
    return Validators(page.validated, page.etag, page.last_modified)


def seen_page(page: Page, fetched: Fetched) -> Page:
    """Return what is known of a page that was now seen to hold its text."""
    validators = fetched.validators
    update = {"asked": fetched.at, "seen": fetched.at, "why": None, "reason": "", "final_url": fetched.final_url}
    update |= {"validated": validators.url, "etag": validators.etag, "last_modified": validators.last_modified}
    return page.model_copy(update={**update, "found": {}, "compared": ""})


def text_sha256(document: Document) -> str:
    return hashlib.sha256(document.text.encode("utf-8")).hexdigest()


def _facts(original: str, note: SourceFacts, document: Document, fetched: Fetched) -> SourceFacts:
    """Return the facts of an original: what its note says of it, and where it was read if that is another's site."""
    return SourceFacts(
        id=original,
        title=note.title,
        publisher=_publisher(note.publisher, document.hints.get("publisher", ""), fetched.final_url),
        url=note.url,
        kind=Kind.FULLTEXT,
        relation=note.relation,
        author=note.author,
        published=note.published,
        language=note.language,
    )


def _publisher(publisher: str, site: str, url: str) -> str:
    """Name the site behind the publisher, unless it is the publisher's own by its name or its host's."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    wanted = _NO_LETTER.sub("", publisher.casefold())
    own = (_NO_LETTER.sub("", name.casefold()) for name in (site, host))
    if any(wanted in name or (len(name) > 3 and name in wanted) for name in own):
        return publisher
    return f"{publisher} (at {host})"


def now() -> str:
    """Return the time as pages are stamped with it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
