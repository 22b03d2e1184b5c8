"""Which sources a question names, by publisher, author, title, date or 'the article'."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

from index.passage import Kind, Source
from index.text.analysis import dates

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
# Words that say 'a source' without naming one, and words without content in a question about sources.
_GENERIC = frozenset(
    "article articles source sources piece pieces text texts report reports note notes story stories page post "
    "document documents paper publication publications interview study feature item this that these those "
    "original news website site newspaper magazine outlet agency".split()
)
_EMPTY = frozenset(
    "a an the of on in at to for from by with and or is are was were be been do does did has have had it its "
    "there here you your me i we us can could please tell show give list name what which who whom whose when where "
    "how s about".split()
)
_THE_ARTICLE = frozenset({"article", "text", "this"})
_TITLE_SHARE = 0.6  # of a title's content words a question must hold to name the source by its title
_TITLE_WORDS = 2


@dataclass(frozen=True, slots=True)
class Named:
    """Sources that a text names, and the words of the text that name nothing and carry content."""

    sources: tuple[Source, ...]
    rest: tuple[str, ...]


@lru_cache(maxsize=50_000)
def words(text: str) -> tuple[str, ...]:
    """Lower-case ASCII words of `text`, possessive endings dropped; kept, since every question reads every title."""
    plain = anyascii(text).lower()
    return tuple(re.sub(r"'s$", "", w) for w in _WORD.findall(plain))


def named_sources(text: str, sources: Sequence[Source]) -> Named:
    """The sources that `text` names; several of one publisher are narrowed by a date or by 'the article'."""
    spans = dates(text)
    without_dates = text
    for span in reversed(spans):
        without_dates = without_dates[: span.start] + " " + without_dates[span.end :]
    asked = words(without_dates)
    found: dict[str, Source] = {}
    used: set[str] = set()
    for source in sources:
        hit = _names(source, asked)
        if hit:
            found[source.id] = source
            used |= hit
    if not found and _THE_ARTICLE & set(asked):
        found = {s.id: s for s in sources if s.kind is Kind.ARTICLE}
    chosen = _narrow(list(found.values()), asked, [_iso(d.year, d.month, d.day) for d in spans])
    rest = [w for w in asked if w not in used | _GENERIC | _EMPTY]
    return Named(tuple(chosen), tuple(rest))


def _names(source: Source, asked: Sequence[str]) -> set[str]:
    """The words of `asked` that name `source`; empty if they do not."""
    held = set(asked)
    publisher = [w for w in words(source.publisher) if w not in _EMPTY]
    used: set[str] = set()
    if publisher and held.issuperset(publisher) and not set(publisher) <= _GENERIC:
        used |= set(publisher)
    used |= _short_names(source.publisher) & held
    title = {w for w in words(source.title) if w not in _EMPTY | _GENERIC}
    shared = title & held
    if len(shared) >= _TITLE_WORDS and len(shared) >= _TITLE_SHARE * len(title):
        used |= shared
    author = [w for w in words(source.author or "") if len(w) > 2 and w not in _EMPTY]
    surname = author[-1:] if source.author and len(author) <= 3 else []
    if surname and surname[0] in held:
        used |= set(author) & held
    return used


def _short_names(publisher: str) -> set[str]:
    """What a publisher goes by: its initials ('AP', 'WSWS') and words in capitals ('BBC')."""
    parts = [w for w in re.split(r"[\s.-]+", publisher) if w.lower() not in _EMPTY]
    capitals = {w.lower() for w in parts if len(w) > 1 and w.isupper()}
    initials = "".join(w[0] for w in parts if w[0].isupper()).lower()
    return capitals | ({initials} if len(parts) > 1 and len(initials) == len(parts) else set())


def _narrow(found: list[Source], asked: Sequence[str], when: Sequence[str]) -> list[Source]:
    dated = [s for s in found if s.published and any(s.published.startswith(d) for d in when)]
    if dated:
        found = dated
    if len(found) > 1 and "article" in asked:
        found = [s for s in found if s.kind is Kind.ARTICLE] or found
    if len(found) > 1:  # a title that is named in full beats a publisher that many sources share
        scores = [len({w for w in words(s.title) if w not in _EMPTY} & set(asked)) for s in found]
        best = max(scores)
        if best >= _TITLE_WORDS and scores.count(best) < len(found):
            found = [s for s, n in zip(found, scores, strict=True) if n == best]
    return found


def _iso(year: int | None, month: int | None, day: int | None) -> str:
    parts = [f"{year:04d}" if year else "", f"{month:02d}" if month else "", f"{day:02d}" if day else ""]
    return "-".join(p for p in parts if p) if year else "?"
