"""The names and years in a question, by rule: neighbouring capitalised words of English, numbers, and dates."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.question.language import is_plainly_english
from index.storage.lexical_terms import may_be_name
from index.text.analysis import Analysis, Token, stem, without_possessive
from index.text.countries import country_words
from index.text.patterns import word_after, word_before
from index.text.words import (
    COUNTED,
    KINDS,
    LABELS,
    NUMBERED,
    QUANTIFIERS,
    SAYING,
    SHORT_TITLES,
    STOP_WORDS,
    TITLES,
    WEEKDAYS,
)

# Another text may call it otherwise, or leave it out.
_NO_NAMES = TITLES | KINDS | WEEKDAYS
_BETWEEN = re.compile(r"\s+(?:(?:of|of the|de|del|la|von|van|der)\s+)?")
_ARTICLES = frozenset(("the", "a", "an"))  # capitalised in names: 'The Guardian'
_BEFORE_A_SENTENCE = ("", ".", "?", "!", "(")  # a follow-up has the question before it in brackets

# '409', '3903-IX', '4/2', '12(a)' or '83rd': in bare digits, and no money, share, time or decimal.
NUMBER = re.compile(
    r"(?<![\w.,:/$€£₴₽-])(?P<digits>\d+)"
    r"(?:(?P<th>st|nd|rd|th)|(?P<suffix>(?:[-‑–][A-ZА-ЯІЇЄ]{1,5}|/\d+|\([a-z\d]{1,3}\))*))"
    r"(?![\w%]|[.,:/]\d|\s?per\s?cent)"
)
_NO = re.compile(r"(?:\b(?P<noun>[^\W\d_][\w’'-]*)\s+)?(?:\b[Nn](?:o|os|r)\.\s?|\b(?:No|Nos|Nr)\s|[№#§]\s?)\Z")
_AND = re.compile(r"(?:,|,?\s(?:and|or|to)|\s?[-–&])\s?(?:the\s)?")  # between two numbers of one noun
_WORD = re.compile(r"[\s-]([^\W\d_][\w’']*)")
_WINDOW = 60  # characters before a number that can hold its noun
_KIND_STEMS = frozenset(map(stem, NUMBERED))
_MOST_BETWEEN = 2  # small words between '116th' and 'brigade': 'territorial defence'

_HYPHENS = ("-", "‑", "–")
_OF_SEVERAL = frozenset(("are", "were", "have"))  # verbs behind a count: 'the Guardian 500 were there'
_BEING = frozenset(("is", "are", "was", "were"))  # before a person and an age: 'Was Hryb 33?'

Span = tuple[int, int]


class Name(NamedTuple):
    """`text`: the name as the question has it; `words`: its words, without what it is the name of.

    `number`: the number in it, as it is spelled there ('83rd', '3903-IX'); empty if it has none.
    """

    text: str
    words: tuple[str, ...]
    number: str = ""


def names(query: Analysis) -> list[Name]:
    """Return the names in `query` but for the first word of a sentence, which has a capital in any case.

    Abbreviations are no names here: they may be spelled out. Nor is anything in a text set like a headline ('How Did
    It'), or in one that is not plainly English: other languages set capitals by other rules, and inflect names.
    """
    if not is_plainly_english(query.text) or any(_is_headline(query.text, t) for t in query.tokens):
        return []
    runs = [*_runs(query)]
    found = [*_numbered(query, runs)]
    free = [r for r in runs if not any(_meet(r, span) for span, _, _ in found)]
    found += [((r[0].start, r[-1].end), r, "") for r in free]
    return [
        Name(without_possessive(query.text[start:end]), tuple(without_possessive(t.surface) for t in run), number)
        for (start, end), run, number in sorted(found, key=lambda f: f[0])
    ]


def years(query: Analysis) -> list[str]:
    """Return the years that the dates in `query` are of, each once."""
    return [str(y) for y in dict.fromkeys(d.year for d in query.dates if d.year is not None)]


def is_numbered(word: str) -> bool:
    """Return whether things of the kind `word` have numbers for names: brigades, bills, articles."""
    return word.lower() in LABELS or stem(word) in _KIND_STEMS


def is_counted(text: str, end: int) -> bool:
    """Return whether the number that ends at `end` counts what follows: '409 cases'."""
    word = word_after(text, end)
    return word in COUNTED or (word.endswith("s") and not word.endswith("ss") and word not in STOP_WORDS | SAYING)


def are_listed(text: str, end: int, start: int) -> bool:
    """Return whether two numbers, of which one ends and the other begins there, share a noun: '407, 408'."""
    return _AND.fullmatch(text, end, start) is not None


def _numbered(query: Analysis, runs: Sequence[list[Token]]) -> Iterator[tuple[Span, list[Token], str]]:
    """Return each name that a number is part of: its span, the words of `runs` in it, and the number."""
    text = query.text
    found = [m for m in NUMBER.finditer(text) if not any(d.start <= m.start() < d.end for d in query.dates)]
    for match, span in zip(found, _spans(text, found), strict=True):
        if span:
            inside = [r for r in runs if _meet(r, span)]
            start = min([span[0], *(r[0].start for r in inside)])
            end = max([span[1], *(r[-1].end for r in inside)])
            yield (start, end), [t for r in inside for t in r if not is_numbered(t.surface)], match[0]


def _meet(run: Sequence[Token], span: Span) -> bool:
    return span[0] < run[-1].end and run[0].start < span[1]


def _spans(text: str, found: Sequence[re.Match[str]]) -> list[Span | None]:
    """Return where the name of each number lies; None for a number that is part of no name.

    Numbers share a noun: 'Articles 407 and 408', 'the 82nd and 83rd brigades'.
    """
    spans = [_ordinal_span(text, m) if m["th"] else _label_span(text, m) for m in found]
    for n in range(1, len(found)):
        if not spans[n] and spans[n - 1] and not found[n]["th"] and _share_noun(text, found[n - 1], found[n]):
            spans[n] = found[n].span()
    for n in reversed(range(1, len(found))):
        if not spans[n - 1] and spans[n] and found[n - 1]["th"] and _share_noun(text, found[n - 1], found[n]):
            spans[n - 1] = found[n - 1].span()
    return spans


def _share_noun(text: str, first: re.Match[str], second: re.Match[str]) -> bool:
    if bool(first["th"]) != bool(second["th"]) or (not second["th"] and is_counted(text, second.end())):
        return False
    return are_listed(text, first.end(), second.start())


def _ordinal_span(text: str, match: re.Match[str]) -> Span | None:
    """Return where the name that begins with '83rd' lies: with capitalised words, or with the kind of such things."""
    end = at = match.end()
    small = 0
    while word := _WORD.match(text, at):
        plain, at = without_possessive(word[1]), word.end()
        if is_numbered(plain):
            return match.start(), at
        if plain[0].isupper() and not small and plain.lower() not in WEEKDAYS:
            end = at
        elif plain.lower() in STOP_WORDS or small == _MOST_BETWEEN:
            break
        else:
            small += 1
    return (match.start(), end) if end > match.end() else None


def _label_span(text: str, match: re.Match[str]) -> Span | None:
    """Return where the name that ends with a number lies: 'Article 409', 'bill No. 11323', 'Sonant 3'."""
    start, end = match.span()
    numbered = _NO.search(text, max(0, start - _WINDOW), start)
    if numbered:
        noun = numbered["noun"]
        return (numbered.start() if not noun or noun.lower() not in STOP_WORDS else numbered.end("noun") + 1), end
    word = word_before(text, start)
    if not word:
        return None
    lettered = match["suffix"][:1] in _HYPHENS
    if lettered or word.lower() in LABELS or _is_numbered_by(text, word, match):
        return (start if word.lower() in STOP_WORDS else start - len(word) - 1), end
    return None


def _is_numbered_by(text: str, word: str, match: re.Match[str]) -> bool:
    """Return whether a number tells things of the name `word` apart, and is no count: 'brigade 83', 'Sonant 3'."""
    start, end = match.span()
    if is_counted(text, end):
        return False
    if is_numbered(word):
        return True
    after = word_after(text, end)
    ends = not after or after in STOP_WORDS - _OF_SEVERAL  # else it may count: 'gave Ukraine 31 Abrams tanks'
    return ends and _is_thing(text, word, start - len(word) - 1)


def _is_thing(text: str, word: str, at: int) -> bool:
    """Return whether a word may be the name of a thing: capitalised, and not a person's of whom an age is given."""
    before = word_before(text, at)
    aged = before.lower() in _BEING or (before[:1].isupper() and before.lower() not in _ARTICLES)
    capital = word[0].isupper() and word.isalpha() and not _begins_at(text, at) and not aged
    return capital and word.lower() not in QUANTIFIERS | _NO_NAMES and len(country_words(word)) == 1


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
    return _begins_at(query, token.start)


def _begins_at(query: str, start: int) -> bool:
    before = query[:start].rstrip()
    return before[-1:] in _BEFORE_A_SENTENCE and word_before(query, start).lower() not in SHORT_TITLES


def _is_name(token: Token) -> bool:
    """Return whether it is a capitalised word, and neither a figure ('Nine') nor an abbreviation ('UN', 'MPs')."""
    word = without_possessive(token.surface)
    capital = word[0].isupper() and word[1:2].islower() and word.isalpha()
    return capital and may_be_name(token) and not token.is_stop and word.lower() not in _NO_NAMES
