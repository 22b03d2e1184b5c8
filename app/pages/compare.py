"""A text that was indexed, held against the page as it is now: what stands there still, elsewhere, otherwise, no more.

Pure functions. Blanks and the forms of quotation marks, apostrophes and dashes make no difference: sites change them
without touching a word.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from heapq import nlargest
from itertools import accumulate
from typing import Literal

from rapidfuzz import fuzz, process

from index.read.document import Document
from index.records import Record
from index.source import Source
from index.text.sentences import sentence_spans

_FORMS = str.maketrans({**dict.fromkeys("“”„«»‟", '"'), **dict.fromkeys("‘’‚‹›ʼ", "'"), **dict.fromkeys("–—−‑", "-")})
_ALIKE = 65  # of 100 (rapidfuzz's ratio): unrelated sentences of one language reach 50, a changed one mostly 80
_WINDOWS = 12  # places of a page that share the most words with what is looked for, and are compared letter by letter
_PIECE = re.compile(r"\w+|\s+|[^\w\s]")


class Fate(StrEnum):
    """What became of words. MOVED: they stand in another order among the others."""

    UNCHANGED = "unchanged"
    MOVED = "moved"
    CHANGED = "changed"
    GONE = "gone"


class Piece(Record):
    """A part of a difference: words of both texts, of the indexed one alone, or of the page alone."""

    of: Literal["both", "index", "page"]
    text: str


class Held(Record):
    """Words of an indexed text, held against the page. `differs`: where they were changed, the difference."""

    start: int
    end: int
    text: str
    fate: Fate
    differs: tuple[Piece, ...] = ()


Span = tuple[int, int, str]
"""Start, end and words."""


class PageText:
    """The text of a page as it is now, or of a source that still says what its page says."""

    def __init__(self, document: Document | Source, language: str) -> None:
        self._text, self._language = document.text, language
        self._plain = plain(document.text)
        self._sentences = [
            (b.start + a, b.start + z)
            for b in document.blocks
            for a, z in sentence_spans(document.text[b.start : b.end], language)
        ]

        self._words = [set(plain(document.text[a:z]).split()) for a, z in self._sentences]

    def hold(self, spans: Sequence[Span]) -> tuple[Held, ...]:
        """Hold spans of the indexed text, in its order, against the page."""
        known = plain(" ".join(words for _, _, words in spans))
        places = list(self._places(spans))
        in_order = _longest_ascending([p for p in places if p is not None])
        return tuple(self._held(span, place, in_order, known) for span, place in zip(spans, places, strict=True))

    def hold_among(self, span: Span, others: Sequence[Span]) -> Held:
        """Hold one span, which lies in the indexed text between `others` and maybe overlaps some, against the page."""
        before = [s for s in others if s[1] <= span[0]]
        order = [*before, span, *(s for s in others if s[0] >= span[1])]
        places = list(self._places(order))
        in_order = _longest_ascending([p for p in places if p is not None])
        return self._held(span, places[len(before)], in_order, plain(span[2]))

    def _places(self, spans: Iterable[Span]) -> Iterator[int | None]:
        at = 0
        for _, _, words in spans:
            wanted = plain(words)
            place = self._plain.find(wanted, at)
            place = place if place >= 0 else self._plain.find(wanted)
            if place >= 0:
                at = place
            yield place if place >= 0 else None

    def _held(self, span: Span, place: int | None, in_order: set[int], known: str) -> Held:
        start, end, words = span
        if place is not None or self._stands_in_parts(words, known):
            fate = Fate.UNCHANGED if place in in_order else Fate.MOVED
            return Held(start=start, end=end, text=words, fate=fate)
        now = self._nearest(words)
        if now is None:
            return Held(start=start, end=end, text=words, fate=Fate.GONE)
        return Held(start=start, end=end, text=words, fate=Fate.CHANGED, differs=tuple(difference(words, now)))

    def _stands_in_parts(self, words: str, known: str) -> bool:
        """Return whether all sentences stand on the page, parted by nothing that the index does not know."""
        at, ascends, is_new = 0, True, False
        for a, z in sentence_spans(words, self._language):
            sentence = plain(words[a:z])
            place = self._plain.find(sentence)
            if place < 0:
                return False
            between = self._plain[at:place].strip()
            ascends = ascends and place >= at
            is_new = is_new or (at > 0 and between not in known)
            at = place + len(sentence)
        return not (ascends and is_new)

    def _nearest(self, words: str) -> str | None:
        """Return the sentences of the page that are most like `words`, as many as these are, or one more or less."""
        count = len(sentence_spans(words, self._language))
        wanted = set(plain(words).split())
        shared = [0, *accumulate(len(wanted & of_sentence) for of_sentence in self._words)]
        windows = [
            self._text[self._sentences[n][0] : self._sentences[n + size - 1][1]]
            for size in range(max(1, count - 1), count + 2)
            for n in nlargest(
                _WINDOWS, range(len(self._sentences) - size + 1), key=lambda n: shared[n + size] - shared[n]
            )
        ]
        best = process.extractOne(words, windows, scorer=fuzz.ratio, score_cutoff=_ALIKE)
        return best[0] if best else None


def plain(text: str) -> str:
    """Return `text` as it is compared."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_FORMS).split())


def difference(old: str, new: str) -> Iterator[Piece]:
    """Yield where two texts differ, word by word."""
    a, b = _PIECE.findall(old), _PIECE.findall(new)
    for what, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if what == "equal" or plain("".join(a[i:j])) == plain("".join(b[k:m])):
            yield Piece(of="both", text="".join(b[k:m]))
            continue
        if i < j:
            yield Piece(of="index", text="".join(a[i:j]))
        if k < m:
            yield Piece(of="page", text="".join(b[k:m]))


def _longest_ascending(places: Sequence[int]) -> set[int]:
    """Return the longest run of places that ascends: what stands outside of it was moved."""
    tails: list[int] = []  # the place that ends the best run of each length, as its index in `places`
    before: list[int] = []
    for n, place in enumerate(places):
        at = bisect_left(tails, place + 1, key=lambda t: places[t])
        before.append(tails[at - 1] if at else -1)
        tails[at : at + 1] = [n]
    found, n = set(), tails[-1] if tails else -1
    while n >= 0:
        found.add(places[n])
        n = before[n]
    return found
