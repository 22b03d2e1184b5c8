"""The words of a corpus as its texts spell them, and which of them are near to one that it lacks."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.embedding.english import english_words, is_english
from index.source import Source
from index.storage.lexical import LexicalIndex
from index.text.analysis import stem

_WORD = re.compile(r"[^\W\d_]+")
_BEGINS = frozenset('.?!:\n"“(«„')  # before a capital that says nothing
# Characters of all sources together: about 0.1 s. The words of a larger corpus are counted in the beginnings.
_MOST = 2_000_000
_SHORTEST = 4  # letters of an English word that may be meant
_SMALL = 0.1  # share of the places in which a word is written small that makes it no name


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word as the corpus writes it, small if it ever does. `count`: how often; 0 if it has other forms only."""

    word: str
    count: int

    @property
    def capitalised(self) -> bool:
        return self.word[0].isupper()


class Vocabulary:
    """What one generation's texts are written in. Counted at the first question that has a strange word."""

    def __init__(self, lexical: LexicalIndex, sources: Callable[[], Sequence[Source]]) -> None:
        self._lexical, self._sources = lexical, sources

    def holds(self, word: str) -> bool:
        """Return whether the corpus has `word`, another form of it, or another spelling of the name.

        Raises DamagedIndexError.
        """
        return self._has(word) or any(not is_english(s) for s in self._lexical.spellings(word))

    def _has(self, word: str) -> bool:
        term = stem(word)
        return not term or self._lexical.document_frequencies([term])[term] > 0

    def romanised(self, word: str) -> str:
        """Return how the corpus spells a name in another script ('Бойко'): 'Boiko'; '' if it has no such name.

        A name in another case ('Зеленського') is found by its stem. Raises DamagedIndexError.
        """
        if self._has(word):
            return ""
        ways = (s for w in (word, stem(word)) for s in self._lexical.spellings(w))
        return next((s for s in ways if s.isascii()), "")

    def spelling(self, word: str) -> Spelling | None:
        """Return how the corpus writes `word`: 'october' -> 'October'."""
        return self._spellings.get(word.lower())

    def near(self, word: str, most: int) -> list[tuple[Spelling, int]]:
        """Return the words within `most` edits of `word`, each with its distance (optimal string alignment).

        An English word counts if the corpus has another form of it. The first letter is taken to be right, or to
        have changed places with the second. Raises DamagedIndexError.
        """
        low = word.lower()
        swapped = low[1:2] + low[:1] + low[2:]
        found = dict.fromkeys((w for w in (swapped,) if w in self._spellings), 1)
        for words in (self._by_letter, _english_by_letter()):
            close = process.extract(low, words[low[:1]], scorer=OSA.distance, score_cutoff=most, limit=None)
            found |= {w: int(distance) for w, distance, _ in close}
        held = {w: self._spellings.get(w) or Spelling(w, 0) for w in found}
        return [(s, found[w]) for w, s in held.items() if s.count or self._has(w)]

    @cached_property
    def _spellings(self) -> dict[str, Spelling]:
        """Every word in lower case with its spelling; a capital at the beginning of a sentence does not count."""
        counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
        seen: Counter[str] = Counter()
        for word, begins in self._words():
            low = word.lower()
            seen[low] += 1
            counted[low][word] += 0 if begins else 1
        return {low: Spelling(_usual(low, ways), seen[low]) for low, ways in counted.items()}

    @cached_property
    def _by_letter(self) -> Mapping[str, list[str]]:
        return _by_letter(self._spellings)

    def _words(self) -> Iterator[tuple[str, bool]]:
        """Return each word, and whether a sentence may begin with it."""
        sources = self._sources()
        share = _MOST // max(1, len(sources))
        for source in sources:
            text = source.text[:share]
            for match in _WORD.finditer(text):
                before = text[max(0, match.start() - 2) : match.start()].strip(" ")
                yield match[0], not before or before[-1] in _BEGINS


def _usual(low: str, ways: Counter[str]) -> str:
    """Return the spelling of a word from how often it has each inside sentences."""
    return low if ways[low] >= _SMALL * ways.total() else max(ways, key=lambda w: (ways[w], w))


@cache
def _english_by_letter() -> Mapping[str, list[str]]:
    return _by_letter(w for w in english_words() if w.isascii() and w.isalpha() and len(w) >= _SHORTEST)


def _by_letter(words: Iterable[str]) -> defaultdict[str, list[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        found[word[:1]].append(word)
    return found
