"""The words of a message, and its beginning: what joins it to the talk before it ('ok, thanks! and ...')."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from app.question.classify import smalltalk
from index.text.words import AUXILIARIES, COUNTED, FUNCTION_WORDS, PREPOSITIONS, QUESTION_WORDS, REQUESTS, SAYING

_WORD = re.compile(r"[^\W_]+(?:[.,](?=\d)\d+|['’.-][^\W_]+)*")
_ENDING = re.compile(r"(?<=n)['’]t$|['’](?:s|re|ve|ll|d|m)$")
_PRONOUNS = frozenset(("he", "she", "it", "they", "that", "there"))
_PUNCTUATION = re.compile(r"[,;:.?!–—]|\s-\s")
_CIVIL = re.compile(r"([^.!?,;]+)[.!?,;]+\s*")
_FILLER = re.compile(
    r"(?:ok(?:ay)?|well|now|so|then|also|please|thanks|thank you|i meant?)\b[\s,]*|(?:yes|no|right)\s*[,;!]\s*", re.I
)
_JOINER = re.compile(
    r"(?:(?:what|how) about|what of|(?:the )?same (?:question |thing )?(?:for|in|with)|and|but|or|"
    r"(?P<back>(?:go(?:ing)? )?back to))\b[\s,]*",
    re.I,
)
STARTERS = QUESTION_WORDS | AUXILIARIES | REQUESTS - {"me", "here"}


class Word(NamedTuple):
    """text[start:end] without a contracted ending; `low`: in lower case, as it is when written out."""

    start: int
    end: int
    surface: str
    low: str

    @property
    def is_capital(self) -> bool:
        """Return whether it is written like a name."""
        return self.surface[0].isupper() and self.low not in FUNCTION_WORDS

    @property
    def is_plural(self) -> bool:
        """Return whether it looks like a noun in the plural."""
        plural = self.low.endswith("s") and not self.low.endswith(("ss", "us", "is")) and self.low.isalpha()
        return (plural and self.low not in FUNCTION_WORDS | SAYING) or self.low in COUNTED


def words(text: str) -> list[Word]:
    """Return the words and figures of `text` in reading order; 'what's' and 'whats' are two, 'what' and 'is'."""
    return [word for match in _WORD.finditer(text) for word in _parts(match)]


def _parts(match: re.Match[str]) -> Iterator[Word]:
    start, end = match.span()
    surface = _ENDING.sub("", match[0])
    low = surface.lower()
    short = low.removesuffix("s") if low == match[0].lower() and low.removesuffix("s") in QUESTION_WORDS else low
    negated = low.removesuffix("nt" if surface == match[0] else "n")  # 'didnt', 'didn't'
    yield Word(start, start + len(surface), surface, negated if negated in AUXILIARIES else short)
    if short != low or (surface != match[0] and low in QUESTION_WORDS | _PRONOUNS):
        yield Word(start + len(surface), end, match[0][len(surface) :] or "s", "is")


@dataclass(frozen=True)
class Message:
    """`text`: what was typed without its beginning. `joined`: whether that begins with 'and', 'what about' or the like.

    `back`: whether it goes back to an earlier matter.
    """

    text: str
    joined: bool = False
    back: bool = False

    @cached_property
    def words(self) -> list[Word]:
        return words(self.text)

    def parted(self, n: int) -> bool:
        """Return whether punctuation stands before word `n`."""
        return n > 0 and _PUNCTUATION.search(self.text, self.words[n - 1].end, self.words[n].start) is not None

    @cached_property
    def is_clause(self) -> bool:
        """Return whether it, or a part of it behind a comma, begins as a question does, or has a verb of its own."""
        relative = False  # within 'the soldiers who were punished'
        for n, word in enumerate(self.words):
            begins = n == 0 or self.parted(n)
            fronted = self.words[0].low in PREPOSITIONS | {"of"} and word.low in ("how", "what", "why")
            asks = begins or fronted or (n == 1 and self.words[0].low not in DETERMINED)
            relative = (relative and not asks) or (word.low in QUESTION_WORDS | {"that"} and not asks)
            if not relative and word.low in (STARTERS if asks else AUXILIARIES):
                return True
        return False


DETERMINED = frozenset(("the", "a", "an"))  # 'the name' names something, and asks for nothing


def read(typed: str) -> Message:
    """Take thanks, fillers and conjunctions off the beginning of a message."""
    text, joined, back = typed.strip(), False, False
    while True:
        civil = _CIVIL.match(text)
        if civil and smalltalk(civil[1]) and text[civil.end() :]:
            text = text[civil.end() :]
        elif found := _JOINER.match(text):
            text, joined, back = text[found.end() :], True, back or found["back"] is not None
        elif (found := _FILLER.match(text)) and text[found.end() :].strip(" ?.!"):
            text = text[found.end() :]
        else:
            return Message(text, joined, back)
