"""Sources in plain words: what the screen, the terminal and the answers call them."""

from __future__ import annotations

import re

from index.filters import date_range
from index.passage import Basis, Kind, Relation, Source
from index.text.words import MONTHS

_MONTHS = tuple(m[:3].title() for m in MONTHS)
_SMALL_WORDS = {"of", "the", "and", "for", "de", "la", "le", "del"}

RELATION_WORDS = {
    Relation.ARTICLE: "the article itself",
    Relation.CITED: "cited by the article",
    Relation.CORROBORATES: "corroborates the article",
    Relation.DISPUTES: "disputes the article",
    Relation.LAW: "a law the article refers to",
    Relation.BACKGROUND: "background to the article",
    Relation.LATER: "later than the article",
}


def short_date(published: str | None) -> str:
    """'15 Nov 2024', 'Nov 2024', '2012', or 'undated'."""
    if published is None:
        return "undated"
    date_range(published)  # a text that is no date must not pass for one
    year, month, day = ([*published.split("-"), "", ""])[:3]
    words = [day.lstrip("0"), _MONTHS[int(month) - 1] if month else "", year]
    return " ".join(w for w in words if w)


def acronym(publisher: str) -> str:
    """'WSWS' for 'World Socialist Web Site'; names of fewer than three large words stay as they are."""
    words = [w for w in re.split(r"[\s-]+", publisher) if w.lower() not in _SMALL_WORDS]
    if len(words) < 3 or not all(w[:1].isupper() and w.isalpha() for w in words):
        return publisher
    return "".join(w[0] for w in words)


def dated_name(source: Source) -> str:
    """A source by publisher and date: 'WSWS, 15 Nov 2024'."""
    return f"{acronym(source.publisher)}, {short_date(source.published)}"


def speaker(source: Source) -> str:
    """Whose words a quotation from `source` is, and when: 'WSWS, 15 Nov 2024'.

    A note speaks for itself, of an original: 'our note on Financial Times, 30 Nov 2024'.
    """
    name = dated_name(source)
    return f"our note on {name}" if source.kind is Kind.NOTE else name


def source_label(source: Source) -> str:
    """What kind of source this is, in plain words."""
    if source.kind is Kind.ARTICLE:
        return "the article"
    if source.kind is Kind.FULLTEXT:
        return f"the full text of the {source.publisher} page"
    known = "read in the original" if source.basis is Basis.ORIGINAL else "known through other pages"
    return f"our note on the {source.publisher} text, {known}"


def relation_words(relation: Relation) -> str:
    """How a source stands to the article, in plain words."""
    return RELATION_WORDS[relation]
