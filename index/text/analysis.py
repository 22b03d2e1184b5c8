"""Text -> terms: one analysis for the index, for questions and for the re-ranker.

A term is what two spellings of a word have in common: compatibility forms and case folded (Unicode NFKC and
case folding), transliterated to ASCII, stemmed by Snowball (English for Latin script, Russian for Cyrillic).
Figures and dates become terms of their own, so that '95,296' meets '95296', and '21 October 2024' meets
'2024-10-21'.
"""

from __future__ import annotations

import importlib
import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple, Protocol

from index.text.dates import MONTHS, Date, dates, month_number
from index.text.names import ascii_letters
from index.text.numbers import Number, numbers

__all__ = [
    "STOP_WORDS",
    "Date",
    "Number",
    "Token",
    "dates",
    "numbers",
    "query_terms",
    "stem",
    "terms",
    "tokens",
]

# Longer runs of letters are no words; the rest of one is cut off so that a term stays short.
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
_POSSESSIVE = re.compile(r"['’ʼ][sS]\Z")
_CYRILLIC = re.compile(r"[\u0400-\u052f]")
_DESIGNATIONS = re.compile(r"[a-z]*\d{1,3}s")  # several of one: 'F-16s', 'Leopard 2s'; but '1990s' is a decade
_ORDINAL_DIGITS = re.compile(r"\d+(?:st|nd|rd|th)", re.IGNORECASE)

# Words that a question is made of and that say nothing about its answer: articles, pronouns, auxiliary verbs,
# prepositions, question words. BM25 weighs a word by how rare it is in passages, and 'who' or 'did' is rarer
# there than in questions. Words of quantity, comparison, negation and saying stay: without them the ranking
# of the development questions was worse (docs/lexical.md).
STOP_WORDS = frozenset(
    """
    a about also am an and any are as at be because been being but by can could did do does doing for from
    had has have having he her hers him his how i if in into is it its itself me my of on or our ours she
    should some than that the their theirs them then there these they this those to too was we were what
    when where which while who whom whose why will with would you your yours dont didnt doesnt isnt wasnt
    werent cant whats whos hows а без бы был была були было быть був в во вы где да для до если есть же з за
    из и или й к как какая какие какой когда кто ли мне мы на над не него нее но о об он она они от по под
    при про с со та так там те то ты у что чтобы это этот я або але від він вона вони де до є за зі із й
    коли ми на не ні по та те ти хто це цей чи чому що щоб як яка яке який які
    """.split()
)


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
    """'Ukraine's' -> 'Ukraine'."""
    return _POSSESSIVE.sub("", word)


@lru_cache(maxsize=200_000)
def _plain(word: str) -> str:
    """Case folded, without possessive and apostrophes, in its own script."""
    folded = unicodedata.normalize("NFKC", without_possessive(word)).casefold()
    return re.sub(r"['’ʼ\u00ad]", "", folded)


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The term of one word: 'Desertions' -> 'desert', 'Świętoszów' -> 'swietoszow'; '' if nothing is left."""
    plain = _plain(word[:_LONGEST])
    if _CYRILLIC.search(plain):
        return ascii_letters(_snowball("russian").stemWord(plain)) or ascii_letters(plain)
    letters = ascii_letters(plain)
    if letters.isalpha():
        return _snowball("english").stemWord(letters)
    return letters[:-1] if _DESIGNATIONS.fullmatch(letters) else letters


_ORDER = itemgetter(0, 4, 1)  # start, extra, end


def tokens(text: str) -> list[Token]:
    """All tokens of `text`, by start; stop words are among them (`Token.is_stop`)."""
    known = dates(text)
    figures = numbers(text, known)
    found = [*_words(text, known, figures), *_figures(text, figures), *_whole_dates(text, known)]
    found.sort(key=_ORDER)
    return found


def terms(text: str) -> list[str]:
    """The terms of all tokens, stop words and extra ones included: what the index holds of a text."""
    return [t.term for t in tokens(text)]


def query_terms(text: str) -> list[Token]:
    """The tokens to search a question by, one for each term; stop words only if there is nothing else."""
    found = tokens(text)
    telling = [t for t in found if not t.is_stop] or found
    return list({t.term: t for t in reversed(telling)}.values())[::-1]


_FAR = (1 << 60, 1 << 60)


def _words(text: str, known: list[Date], figures: list[Number]) -> Iterator[Token]:
    taken = iter([*((n.start, n.end) for n in figures), _FAR])
    dated = iter([*((d.start, d.end) for d in known), _FAR])
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
    """'3902-IX' and 'anti-war' as one term each."""
    start, end = parts[0].start, parts[-1].end
    letters = "".join(p.surface for p in parts)
    whole = stem(letters)
    if whole and not letters.isdecimal():
        yield Token(start, end, text[start:end], whole, extra=True)


def _figures(text: str, figures: list[Number]) -> Iterator[Token]:
    for number in figures:
        start, end = number.start, number.end
        surface = text[start:end]
        yield Token(start, end, surface, f"{number.term}th" if number.ordinal else number.term)
        if number.ordinal and _ORDINAL_DIGITS.fullmatch(surface):
            yield Token(start, end, surface, number.term, extra=True)
        elif re.fullmatch(r"\d{1,3}\.\d{3}", surface):  # a point may set thousands apart
            yield Token(start, end, surface, surface.replace(".", ""), extra=True)
        for match in _WORD.finditer(text, start, end):
            if match["sign"]:
                yield Token(*match.span(), match[0], _SIGNS[match[0]], extra=True)
            elif match["word"] and match[0].isalpha() and _is_unit(match, number, text):
                yield Token(*match.span(), match[0], stem(match[0]), extra=True)
        percent = re.search(r"per\s?cent\Z", surface, re.IGNORECASE)
        if percent:
            yield Token(start + percent.start(), end, percent[0], "percent", extra=True)


_SCALE_WORD = re.compile(r"hundred|thousand|million|billion|trillion", re.IGNORECASE)


def _is_unit(match: re.Match[str], number: Number, text: str) -> bool:
    """The scale and currency words inside a figure; its other words are in its value."""
    if _SCALE_WORD.fullmatch(match[0]):
        return True
    return number.unit not in ("", "%") and match.end() == number.end and not text[match.start()].isdigit()


def _whole_dates(text: str, known: list[Date]) -> Iterator[Token]:
    for date in known:
        if date.year is None or date.month is None:
            continue
        surface = text[date.start : date.end]
        month = f"{date.year:04}-{date.month:02}"
        yield Token(date.start, date.end, surface, month, extra=True)
        if date.day is not None:
            yield Token(date.start, date.end, surface, date.iso, extra=True)
        if surface[:4].isdigit() and not re.search(r"[^\W\d]", surface):  # written in digits: name the month too
            yield Token(date.start, date.end, surface, stem(MONTHS[date.month - 1]), extra=True)
