"""The names and years in a question, by rule: capitalised words of English that stand together, and dates.

The words that go with names and are none (titles, kinds of things) serve `app.question.follow_up` as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.question.language import is_plainly_english
from index.storage.lexical_terms import may_be_name
from index.text.analysis import Token, dates, tokens, without_possessive

TITLES = frozenset(
    "president prime minister general colonel lieutenant lieutenant-colonel major captain sergeant chancellor senator "
    "judge professor sir king queen pope mr mrs ms dr".split()
)
# What a name is the name of.
KINDS = frozenset(
    """
    region oblast province district county city town village state republic federation union ministry office
    department bureau army forces force brigade battalion regiment division corps unit court law act code bill article
    war operation group party university agency service council committee commission parliament government newspaper
    magazine company
    """.split()
)
WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
# Another text may call it otherwise, or leave it out.
_NO_NAMES = TITLES | KINDS | WEEKDAYS
_BETWEEN = re.compile(r"\s+(?:(?:of|of the|de|del|la|von|van|der)\s+)?")
_ARTICLES = frozenset(("the", "a", "an"))  # capitalised in names: 'The Guardian'
_BEFORE_A_SENTENCE = ("", ".", "?", "!", "(")  # a follow-up has the question before it in brackets
_SHORTENED = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Prof|Gen|Col|Lt|Maj|Capt|Sgt|St|No)\.\s*\Z")


class Name(NamedTuple):
    """`text`: the name as it stands in the question; `words`: its words, what it is the name of left out."""

    text: str
    words: tuple[str, ...]


def names(query: str) -> list[Name]:
    """The names in `query` but for the first word of a sentence, which has a capital in any case.

    Abbreviations are no names here: they may be spelled out. Nor is anything in a text set like a headline ('How Did
    It'), or in one that is not plainly English: other languages set capitals by other rules, and inflect names.
    """
    if not is_plainly_english(query):
        return []
    words = [t for t in tokens(query) if not t.extra]
    if any(_is_headline(query, t) for t in words):
        return []
    return [
        Name(without_possessive(query[run[0].start : run[-1].end]), tuple(without_possessive(t.surface) for t in run))
        for run in _runs(query, words)
    ]


def years(query: str) -> list[str]:
    """The years that the dates in `query` are of, each once."""
    return [str(y) for y in dict.fromkeys(d.year for d in dates(query) if d.year is not None)]


def _runs(query: str, words: Sequence[Token]) -> Iterator[list[Token]]:
    """Capitalised words that stand together, 'of' and the like between them allowed ('Anne of Kyiv')."""
    dated = [(d.start, d.end) for d in dates(query)]
    run: list[Token] = []
    for token in words:
        if _begins(query, token) or any(a <= token.start < b for a, b in dated) or not _is_name(token):
            continue
        if run and not _BETWEEN.fullmatch(query, run[-1].end, token.start):
            yield run
            run = []
        run.append(token)
        if token.surface != without_possessive(token.surface):  # 'the Guardian's Luke Harding' are two
            yield run
            run = []
    if run:
        yield run


def _is_headline(query: str, token: Token) -> bool:
    """Whether a word has a capital that has none in running text."""
    word = token.surface
    plain = len(word) == 1 or word.lower() in _ARTICLES
    return token.is_stop and word[0].isupper() and not plain and not _begins(query, token)


def _begins(query: str, token: Token) -> bool:
    """Whether a sentence begins with `token`."""
    before = query[: token.start]
    return before.rstrip()[-1:] in _BEFORE_A_SENTENCE and not _SHORTENED.search(before)


def _is_name(token: Token) -> bool:
    """A capitalised word that is neither a figure ('Nine') nor an abbreviation ('UN', 'MPs')."""
    word = without_possessive(token.surface)
    capital = word[0].isupper() and word[1:2].islower() and word.isalpha()
    return capital and may_be_name(token) and not token.is_stop and word.lower() not in _NO_NAMES
