"""Which sources a question names, by publisher, author, title, date or 'the article'."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from anyascii import anyascii

from index.source import Kind, Source
from index.text.analysis import analyse
from index.text.words import FUNCTION_WORDS, SOURCES

_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_EMPTY = FUNCTION_WORDS | {"us"}  # a country as well, but not in a question about sources
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
    """Return the lower-case ASCII words of `text` without possessive endings; kept: every question reads all titles."""
    return tuple(w.removesuffix("'s") for w in _WORD.findall(anyascii(text).lower()))


def named_sources(text: str, sources: Sequence[Source]) -> Named:
    """Return the sources that `text` names; several of one publisher are narrowed by a date or by 'the article'."""
    spans = analyse(text).dates
    without_dates = text
    for span in reversed(spans):
        without_dates = without_dates[: span.start] + " " + without_dates[span.end :]
    asked = words(without_dates)
    named = [(source, by) for source in sources if (by := _names(source, asked))]
    found = [source for source, _ in named]
    if not found and _THE_ARTICLE & set(asked):
        found = [s for s in sources if s.kind is Kind.ARTICLE]
    used = SOURCES.union(_EMPTY, *(by for _, by in named))
    chosen = _narrow(found, asked, [d.iso or "?" for d in spans])
    return Named(tuple(chosen), tuple(w for w in asked if w not in used))


def is_its_author(text: str, source: Source) -> bool:
    """Return whether `text` names the author of `source`, and none of its texts: not 'the letter of Konrad Weil'."""
    held, author = set(words(text)), words(source.author or "")
    return bool(author) and author[-1] in held and not held & SOURCES


def _names(source: Source, asked: Sequence[str]) -> set[str]:
    """Return the words of `asked` that name `source`; empty if they do not."""
    held = set(asked)
    publisher = [w for w in words(source.publisher) if w not in _EMPTY]
    used: set[str] = set()
    if publisher and held.issuperset(publisher) and not set(publisher) <= SOURCES:
        used |= set(publisher)
    used |= _short_names(source.publisher) & held
    title = {w for w in words(source.title) if w not in _EMPTY | SOURCES}
    shared = title & held
    if len(shared) >= _TITLE_WORDS and len(shared) >= _TITLE_SHARE * len(title):
        used |= shared
    author = [w for w in words(source.author or "") if len(w) > 2 and w not in _EMPTY]
    if 1 <= len(author) <= 3 and author[-1] in held:
        used |= set(author) & held
    return used


def _short_names(publisher: str) -> set[str]:
    """Return what a publisher goes by: its initials ('AP', 'WSWS') and words in capitals ('BBC')."""
    parts = [w for w in re.split(r"[\s.-]+", publisher) if w.lower() not in _EMPTY]
    capitals = {w.lower() for w in parts if len(w) > 1 and w.isupper()}
    initials = "".join(w[0] for w in parts if w[0].isupper()).lower()
    return capitals | ({initials} if len(parts) > 1 and len(initials) == len(parts) else set())


def _narrow(found: list[Source], asked: Sequence[str], when: Sequence[str]) -> list[Source]:
    found = [s for s in found if s.published and s.published.startswith(tuple(when))] or found
    if len(found) > 1 and "article" in asked:
        found = [s for s in found if s.kind is Kind.ARTICLE] or found
    if len(found) > 1:  # a title that is named in full beats a publisher that many sources share
        scores = [len({w for w in words(s.title) if w not in _EMPTY} & set(asked)) for s in found]
        best = max(scores)
        if best >= _TITLE_WORDS and scores.count(best) < len(found):
            found = [s for s, n in zip(found, scores, strict=True) if n == best]
    return found
