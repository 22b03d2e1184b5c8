"""Patterns and helpers that several language rules share."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator

# Neighbouring capitalised words, with 'of' and the like between them: 'Anne of Kyiv'.
_CAPITAL = r"[^\W\d_a-zа-яґєії][\w'’-]*"
CAPITALISED = re.compile(rf"{_CAPITAL}(?:\s+(?:(?:of|de|von|van)\s+)?{_CAPITAL})*")
CYRILLIC = re.compile("[\u0400-\u052f]")
_PLACE = re.compile(r"\d+|[A-Za-z]+|[$€£₴₽]")
_BEFORE = re.compile(r"(?<![\w’'-])(?:[\w’'-]+\.?\s){0,2}(?:[\w’'-]+\.?\s|[\w’'-]+\.|[№#§]\s?)\Z")
_AFTER = re.compile(r"[\s-]([^\W\d_]+)")
_WINDOW = 40  # characters: three words


def one_of(words: Iterable[str]) -> str:
    """Return a pattern for any of `words`, longer ones first."""
    return f"(?:{'|'.join(sorted(words, key=len, reverse=True))})"


def places(text: str, begins: Collection[str]) -> Iterator[int]:
    """Return the places of figures, currency signs and the words `begins`.

    A long pattern that is tried only there reads several times faster.
    """
    for match in _PLACE.finditer(text):
        if not match[0].isalpha() or match[0].lower() in begins:
            yield match.start()


def words_before(text: str, at: int) -> list[str]:
    """Return up to three words directly before `at`, the nearest last; empty if there are none.

    A full stop stays with its word ('No.'), and the signs №, # and § are words.
    """
    match = _BEFORE.search(text, max(0, at - _WINDOW), at)
    return match[0].split() if match else []


def word_before(text: str, at: int) -> str:
    """Return the word directly before `at`; empty if there is none."""
    return next(reversed(words_before(text, at)), "")


def word_after(text: str, at: int) -> str:
    """Return the word in lower case behind the blank or hyphen at `at`; empty if there is none."""
    match = _AFTER.match(text, at)
    return match[1].lower() if match else ""
