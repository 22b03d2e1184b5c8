"""What is read of a text: dates, numbers and terms, for the index, for questions and for the reranker.

A term is what the spellings of a word have in common: the word normalised (Unicode NFKC), case folded,
transliterated to ASCII and stemmed by Snowball (English for Latin script, Russian for Cyrillic).
Figures and dates are terms as well: '95,296' matches '95296', and '21 October 2024' matches '2024-10-21'.
"""

from __future__ import annotations

import importlib
import re
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from operator import itemgetter
from typing import NamedTuple, Protocol

from index.text.dates import Date, dates, month_number
from index.text.names import ascii_letters, name_key
from index.text.numbers import Number, numbers
from index.text.patterns import CYRILLIC
from index.text.words import MONTHS, SCALES, STOP_WORDS

# Longer runs of letters are not words; they are cut to keep terms short.
_LONGEST = 64
_MARK = r"[\u0300-\u036f\u00ad\u200c\u200d]"  # combining marks, soft hyphen, joiners: inside a word
_LETTER = r"[^\W_\u3040-\u30ff\u3400-\u9fff]"  # letter or digit of a script that sets blanks between words
_WORD = re.compile(
    rf"""
      (?P<initials> (?<!\w)(?:[^\W\d_]\.){{2,}} )
    | (?P<word> {_LETTER}+(?:{_MARK}+{_LETTER}*)* (?:['’ʼ][^\W\d_]+(?:{_MARK}+{_LETTER}*)*)* )
    | (?P<single> [\u3040-\u30ff\u3400-\u9fff] )
    | (?P<sign> [%$€£₴₽] )
    """,
    re.VERBOSE,
)
_SIGNS = {"%": "percent", "$": "dollar", "€": "euro", "£": "pound", "₴": "hryvnia", "₽": "rubl"}
_HYPHENS = frozenset("-‐‑")
_POSSESSIVES = ("'s", "’s", "ʼs")
_INSIDE = str.maketrans("", "", "'’ʼ\u00ad")
_DESIGNATIONS = re.compile(r"[a-z]*\d{1,3}s")  # plurals: 'F-16s', 'Leopard 2s'; but '1990s' is a decade
_PERCENT = re.compile(r"per\s?cent\Z", re.IGNORECASE)
_KEPT = 4096  # analyses kept: the passages and sentences that some twenty questions read


class Token(NamedTuple):
    """A word, figure or date: text[start:end] == surface; `term` is what is indexed and asked for.

    Tokens with `extra` lie over others and let further spellings meet: the parts of a figure or an
    identifier ('3902' in '3902-IX'), a compound in one word ('antiwar' in 'anti-war'), a whole date
    ('2024-10-21'). Those without it are in reading order and do not overlap.
    """

    start: int
    end: int
    surface: str
    term: str
    extra: bool = False

    @property
    def is_stop(self) -> bool:
        return not self.extra and _plain(self.surface) in STOP_WORDS


class _Stemmer(Protocol):
    """What is used of PyStemmer, which has no type stubs."""

    def stemWord(self, word: str) -> str: ...


_stemmers = threading.local()  # a Stemmer is not safe to share between threads


def _snowball(language: str) -> _Stemmer:
    found: _Stemmer | None = getattr(_stemmers, language, None)
    if found is None:
        found = importlib.import_module("Stemmer").Stemmer(language, 0)
        setattr(_stemmers, language, found)
    return found


def without_possessive(word: str) -> str:
    """Return 'Ukraine' for 'Ukraine's'."""
    return word[:-2] if word[-2:].lower() in _POSSESSIVES else word


@lru_cache(maxsize=200_000)
def _plain(word: str) -> str:
    """Return `word` case folded, without possessive and apostrophes, in the script it is written in."""
    return unicodedata.normalize("NFKC", without_possessive(word)).casefold().translate(_INSIDE)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Return the term of one word: 'Desertions' -> 'desert', 'Świętoszów' -> 'swietoszow'; '' if nothing is left."""
    plain = _plain(word[:_LONGEST])
    if CYRILLIC.search(plain):
        return ascii_letters(_snowball("russian").stemWord(plain)) or ascii_letters(plain)
    letters = ascii_letters(plain)
    if letters.isalpha():
        return _snowball("english").stemWord(letters)
    return letters[:-1] if _DESIGNATIONS.fullmatch(letters) else letters


_ORDER = itemgetter(0, 4, 1)  # start, extra, end


@dataclass(frozen=True, eq=False)
class Analysis:
    """What is read of a text, each part once and the tokens when they are first asked for."""

    text: str
    dates: tuple[Date, ...]
    numbers: tuple[Number, ...]

    @property
    def counts(self) -> tuple[Number, ...]:
        """The figures that count or measure: neither '82nd' nor 'Article 407'."""
        return tuple(n for n in self.numbers if not n.ordinal and not n.label)

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """All tokens by start; stop words are among them (`Token.is_stop`)."""
        found = [*_words(self), *_figures(self), *_whole_dates(self)]
        return tuple(sorted(found, key=_ORDER))

    @cached_property
    def terms(self) -> frozenset[str]:
        """The terms of all tokens."""
        return frozenset(t.term for t in self.tokens)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The terms of the tokens that are not extra, in reading order."""
        return tuple(t.term for t in self.tokens if not t.extra)

    @cached_property
    def words(self) -> frozenset[str]:
        """The tokens that are not extra in lower case, as they are spelled."""
        return frozenset(t.surface.lower() for t in self.tokens if not t.extra)

    @cached_property
    def names(self) -> Mapping[str, tuple[str, ...]]:
        """The capitalised words by the key of their name."""
        found: dict[str, list[str]] = {}
        for token in self.tokens:
            if token.surface[:1].isupper() and (key := name_key(token.surface)):
                found.setdefault(key, []).append(token.surface)
        return {key: tuple(words) for key, words in found.items()}

    @cached_property
    def query_terms(self) -> tuple[Token, ...]:
        """The tokens to search a question by, one for each term; stop words only if there is nothing else."""
        telling = [t for t in self.tokens if not t.is_stop] or self.tokens
        return tuple({t.term: t for t in reversed(telling)}.values())[::-1]


@lru_cache(maxsize=_KEPT)
def analyse(text: str) -> Analysis:
    """Return the analysis of `text`; kept, since a sentence is read for many questions and by many rules."""
    return _read(text)


def tokens(text: str) -> list[Token]:
    """Return all tokens of `text`, by start, and keep nothing: for a text that is read once, as at a build."""
    return [*_read(text).tokens]


def terms(text: str) -> list[str]:
    """Return the terms of all tokens, stop words and extra ones included: what the index holds of a text."""
    return [t.term for t in tokens(text)]


def query_terms(text: str) -> list[Token]:
    """Return the tokens to search a question by: `Analysis.query_terms`."""
    return [*analyse(text).query_terms]


def _read(text: str) -> Analysis:
    known = dates(text)
    return Analysis(text, tuple(known), tuple(numbers(text, known)))


_FAR = (1 << 60, 1 << 60)


def _words(read: Analysis) -> Iterator[Token]:
    text = read.text
    taken = iter([*((n.start, n.end) for n in read.numbers), _FAR])
    dated = iter([*((d.start, d.end) for d in read.dates), _FAR])
    (taken_start, taken_end), (date_start, date_end) = next(taken), next(dated)
    compound: list[Token] = []
    last = -1  # where the last word ended
    for match in _WORD.finditer(text):
        start, end = match.span()
        while taken_end <= start:
            taken_start, taken_end = next(taken)
        while date_end <= start:
            date_start, date_end = next(dated)
        linked = start == last + 1 and text[last] in _HYPHENS
        if compound and not linked:
            if len(compound) > 1:
                yield from _joined(text, compound)
            compound = []
        if end > taken_start:
            if (start, end) == (taken_start, taken_end):  # '3902' of '3902-ix'
                compound.append(Token(start, end, match[0], match[0]))
                last = end
            continue
        surface = match[0]
        kind = match.lastgroup
        term = stem(surface) if kind == "word" and start < date_start else _term(surface, kind, start >= date_start)
        if term:
            token = Token(start, end, surface, term)
            yield token
            if kind == "word":
                compound.append(token)
                last = end
    if len(compound) > 1:
        yield from _joined(text, compound)


def _term(surface: str, kind: str | None, in_date: bool) -> str:
    if kind == "sign":
        return _SIGNS[surface]
    if kind == "initials":
        return ascii_letters(surface)
    if in_date:
        month = month_number(surface)
        if month is not None:
            return stem(MONTHS[month - 1])
        if surface.isdecimal():
            return surface.lstrip("0") or "0"
    return stem(surface)


def _joined(text: str, parts: list[Token]) -> Iterator[Token]:
    """Return '3902-IX' and 'anti-war' as one term each."""
    start, end = parts[0].start, parts[-1].end
    letters = "".join(p.surface for p in parts)
    whole = stem(letters)
    if whole and not letters.isdecimal():
        yield Token(start, end, text[start:end], whole, extra=True)


def _figures(read: Analysis) -> Iterator[Token]:
    text = read.text
    for number in read.numbers:
        start, end = number.start, number.end
        surface = text[start:end]
        yield Token(start, end, surface, f"{number.term}th" if number.ordinal else number.term)
        if number.ordinal and surface[:-2].isdecimal():  # '82nd'
            yield Token(start, end, surface, number.term, extra=True)
        elif re.fullmatch(r"\d{1,3}\.\d{3}", surface):  # a point may set thousands apart
            yield Token(start, end, surface, surface.replace(".", ""), extra=True)
        for match in _WORD.finditer(text, start, end):
            if match["sign"]:
                yield Token(*match.span(), match[0], _SIGNS[match[0]], extra=True)
            elif match["word"] and match[0].isalpha() and _is_unit(match, number, text):
                yield Token(*match.span(), match[0], stem(match[0]), extra=True)
        percent = _PERCENT.search(surface)
        if percent:
            yield Token(start + percent.start(), end, percent[0], "percent", extra=True)


def _is_unit(match: re.Match[str], number: Number, text: str) -> bool:
    """Return whether a word inside a figure is a scale or currency; its other words are in its value."""
    if match[0].lower() in SCALES:
        return True
    return number.unit not in ("", "%") and match.end() == number.end and not text[match.start()].isdigit()


def _whole_dates(read: Analysis) -> Iterator[Token]:
    for date in read.dates:
        if date.year is None or date.month is None:
            continue
        surface = read.text[date.start : date.end]
        month = f"{date.year:04}-{date.month:02}"
        yield Token(date.start, date.end, surface, month, extra=True)
        if date.day is not None:
            yield Token(date.start, date.end, surface, date.iso, extra=True)
        if not any(map(str.isalpha, surface)):  # written in digits: name the month too
            yield Token(date.start, date.end, surface, stem(MONTHS[date.month - 1]), extra=True)
