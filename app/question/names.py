"""The names and years in a question, by rule: neighbouring capitalised words of English, and dates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.question.language import is_plainly_english
from index.storage.lexical_terms import may_be_name
from index.text.analysis import Analysis, Token, without_possessive
from index.text.patterns import word_before
from index.text.words import KINDS, SHORT_TITLES, TITLES, WEEKDAYS

# Another text may call it otherwise, or leave it out.
_NO_NAMES = TITLES | KINDS | WEEKDAYS
_BETWEEN = re.compile(r"\s+(?:(?:of|of the|de|del|la|von|van|der)\s+)?")
_ARTICLES = frozenset(("the", "a", "an"))  # capitalised in names: 'The Guardian'
_BEFORE_A_SENTENCE = ("", ".", "?", "!", "(")  # a follow-up has the question before it in brackets


class Name(NamedTuple):
    """`text`: the name as the question has it; `words`: its words, without what it is the name of."""

    text: str
    words: tuple[str, ...]


def names(query: Analysis) -> list[Name]:
    """Return the names in `query` but for the first word of a sentence, which has a capital in any case.

    Abbreviations are no names here: they may be spelled out. Nor is anything in a text set like a headline ('How Did
    It'), or in one that is not plainly English: other languages set capitals by other rules, and inflect names.
    """
    if not is_plainly_english(query.text) or any(_is_headline(query.text, t) for t in query.tokens):
        return []
    return [
        Name(
            without_possessive(query.text[run[0].start : run[-1].end]),
            tuple(without_possessive(t.surface) for t in run),
        )
        for run in _runs(query)
    ]


def years(query: Analysis) -> list[str]:
    """Return the years that the dates in `query` are of, each once."""
    return [str(y) for y in dict.fromkeys(d.year for d in query.dates if d.year is not None)]


def _runs(query: Analysis) -> Iterator[list[Token]]:
    """Return runs of capitalised words, with 'of' and the like between them ('Anne of Kyiv')."""
    run: list[Token] = []
    for token in query.tokens:
        dated = any(d.start <= token.start < d.end for d in query.dates)
        if dated or not _is_name(token) or _begins(query.text, token):
            continue
        if run and not _BETWEEN.fullmatch(query.text, run[-1].end, token.start):
            yield run
            run = []
        run.append(token)
        if token.surface != without_possessive(token.surface):  # 'the Guardian's Luke Harding' are two
            yield run
            run = []
    if run:
        yield run


def _is_headline(query: str, token: Token) -> bool:
    """Return whether a word has a capital that has none in running text."""
    word = token.surface
    plain = len(word) == 1 or word.lower() in _ARTICLES
    return token.is_stop and word[0].isupper() and not plain and not _begins(query, token)


def _begins(query: str, token: Token) -> bool:
    """Return whether a sentence begins with `token`."""
    before = query[: token.start]
    return before.rstrip()[-1:] in _BEFORE_A_SENTENCE and word_before(query, token.start).lower() not in SHORT_TITLES


def _is_name(token: Token) -> bool:
    """Return whether it is a capitalised word, and neither a figure ('Nine') nor an abbreviation ('UN', 'MPs')."""
    word = without_possessive(token.surface)
    capital = word[0].isupper() and word[1:2].islower() and word.isalpha()
    return capital and may_be_name(token) and not token.is_stop and word.lower() not in _NO_NAMES
