"""`footnote sources check`: has a page changed since its text was indexed? Per passage, and per quotation ever kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field

from app.fetch.fetcher import Fetched, Fetcher
from app.pages.compare import Fate, Held, PageText, Span
from app.pages.content import read_page
from app.pages.judge import judge
from app.pages.kept import Kept
from app.pages.originals import Plan, Skipped, Wanted, host_of, now, seen_page, validators_of
from index.errors import FetchError
from index.fetched.records import Page, Why
from index.fetched.store import PageStore
from index.passage import Passage
from index.records import Record
from index.source import Kind, Source

_NO_VALIDATORS = {"validated": "", "etag": "", "last_modified": ""}
_STANDS = frozenset({Fate.UNCHANGED, Fate.MOVED})


class HeldQuote(Held):
    """A kept quotation, held against the page. `where`: who keeps it."""

    where: str


class Checked(Record):
    """What came of one page. `passages`: how many are in which state (`Fate`); `differing`: those that do not stand.

    `quotations`: every kept one of this source. `seen`: when the page was last seen to hold the whole text, ISO 8601.
    `why`, `reason`: how the page could not be had.
    """

    source_id: str
    url: str
    state: Literal["unchanged", "changed", "failed"]
    passages: dict[str, int] = Field(default_factory=dict)
    differing: tuple[Held, ...] = ()
    quotations: tuple[HeldQuote, ...] = ()
    seen: str = ""
    why: Why | None = None
    reason: str = ""


class KeptOut(Record):
    """A kept quotation that was not held against a page, and why."""

    where: str
    source_id: str
    text: str
    reason: str


def plan_check(sources: Sequence[Source], pages: Mapping[str, Page], ids: Sequence[str]) -> Plan:
    """Say which pages will be asked for: of the sources named by `ids`, or of all with an address. A note's own words
    stand on no page; its original's do.
    """
    originals = {p.about: p.original for p in pages.values() if p.original}
    known = {s.id for s in sources}
    chosen = dict.fromkeys(o if (o := originals.get(i, i)) in known else i for i in ids)
    wanted, skipped = [], []
    for source in (s for s in sources if s.id in chosen or not ids):
        if source.kind is Kind.NOTE:
            if source.id in chosen:
                reason = "it is a note, whose words stand on no page; fetch its original first (footnote sources fetch)"
                skipped.append(Skipped(about=source.id, reason=reason))
        elif not source.url:
            skipped.append(Skipped(about=source.id, reason="it names no address"))
        else:
            wanted.append(Wanted(about=source.id, url=source.url, host=host_of(source.url)))
    return Plan(wanted=tuple(wanted), skipped=tuple(skipped))


def left_out(
    quotations: Sequence[Kept], sources: Sequence[Source], checked: Sequence[Checked], ids: Sequence[str]
) -> Iterator[KeptOut]:
    """Yield the kept quotations that no page was asked for, or none could be had, and why; of `ids` alone, if any."""
    kinds = {s.id: s.kind for s in sources}
    states = {c.source_id: c for c in checked}
    for kept in quotations:
        found = states.get(kept.source_id)
        if found is not None and (found.state != "failed" or found.why is Why.GONE):
            continue
        if found is not None:
            reason = "its page could not be had"
        elif ids and kept.source_id not in ids:
            continue
        elif kept.source_id not in kinds:
            reason = "its source is not in the index"
        elif kinds[kept.source_id] is Kind.NOTE:
            reason = "they are words of a note, which stand on no page"
        else:
            reason = "its source names no address"
        yield KeptOut(where=kept.where, source_id=kept.source_id, text=kept.text, reason=reason)


class Checker:
    """Holds sources against their pages, and keeps what it saw."""

    def __init__(self, fetcher: Fetcher, store: PageStore, quotations: Sequence[Kept]) -> None:
        self._fetcher, self._store, self._quotations = fetcher, store, quotations

    def check(self, source: Source, passages: Sequence[Passage]) -> Checked:
        """Ask for the page of `source` and compare. Raises StoreError."""
        page = self._page(source)
        spans = list(dict.fromkeys((p.start, p.end, p.text) for p in passages))
        try:
            fetched = self._fetcher.fetch(source.url, validators_of(page))
            held, quotes = self._compare(source, fetched, spans)
        except FetchError as error:
            return self._failed(source, page, spans, error)
        found = dict(Counter(h.fate.value for h in held))
        stands = all(h.fate in _STANDS for h in held)
        if stands:
            page = seen_page(page, fetched)
        if any(h.fate is not Fate.UNCHANGED for h in held):  # this version of the page is not the one that is indexed
            page = page.model_copy(update=_NO_VALIDATORS)
        looked = {"asked": fetched.at, "why": None, "reason": "", "final_url": fetched.final_url}
        page = page.model_copy(update={**looked, "found": found, "compared": fetched.at})
        self._store.put(page)
        return Checked(
            source_id=source.id,
            url=source.url,
            state="unchanged" if stands else "changed",
            passages=found,
            differing=tuple(h for h in held if h.fate is not Fate.UNCHANGED),
            quotations=quotes,
            seen=page.seen,
        )

    def _failed(self, source: Source, page: Page, spans: Sequence[Span], error: FetchError) -> Checked:
        """Keep why the page could not be had. Of one that is gone all words are."""
        why = Why(error.why)
        self._store.put(page.model_copy(update={"asked": now(), "why": why, "reason": str(error)}))
        is_gone = why is Why.GONE
        quotes = [
            HeldQuote(start=k.start, end=k.end, text=k.text, fate=Fate.GONE, where=k.where)
            for k in self._quotations
            if is_gone and k.source_id == source.id
        ]
        return Checked(
            source_id=source.id,
            url=source.url,
            state="failed",
            passages={Fate.GONE.value: len(spans)} if is_gone else {},
            quotations=tuple(quotes),
            seen=page.seen,
            why=why,
            reason=str(error),
        )

    def _page(self, source: Source) -> Page:
        """Return what is known of a source's page: of an original it is kept under its note's id.

        What was found of another text than the source has now says nothing of it.
        """
        known = self._store.find(source.id)
        page = known if known and known.url == source.url else Page(about=source.id, url=source.url)
        if page.text_sha256 == source.sha256:
            return page
        other = {"text_sha256": source.sha256, "seen": "", "found": {}, "compared": "", **_NO_VALIDATORS}
        return page.model_copy(update=other)

    def _compare(
        self, source: Source, fetched: Fetched, spans: Sequence[Span]
    ) -> tuple[tuple[Held, ...], tuple[HeldQuote, ...]]:
        """Hold passages and quotations against what came. Raises FetchError if that is another page."""
        if fetched.content is None:
            held = tuple(Held(start=a, end=z, text=words, fate=Fate.UNCHANGED) for a, z, words in spans)
            return held, tuple(self._quoted(source, spans, PageText(source, source.language)))
        page = read_page(fetched)
        text = PageText(page.document, source.language)
        held = text.hold(spans)
        if 2 * sum(h.fate is Fate.GONE for h in held) > len(held):
            judge(page.document, page.signs, source.title, fetched.url, fetched.final_url)
        return held, tuple(self._quoted(source, spans, text))

    def _quoted(self, source: Source, spans: Sequence[Span], text: PageText) -> Iterator[HeldQuote]:
        """Yield the fates of the kept quotations; one of another version of the source has no order among `spans`."""
        for kept in (k for k in self._quotations if k.source_id == source.id):
            others = spans if kept.source_sha256 == source.sha256 else ()
            found = text.hold_among((kept.start, kept.end, kept.text), others)
            yield HeldQuote(**found.model_dump(), where=kept.where)
