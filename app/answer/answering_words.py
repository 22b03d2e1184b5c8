"""The answering words: the part of a quoted sentence that a reader needs first, cut out of it exactly.

The reader finds them. They stand out only where nearly all of its probability is on one place of the sentence: a
sentence with two figures of which either may be meant has none, rather than the wrong one.
`python -m tests.bench.direct` measures `SURE`.
"""

from __future__ import annotations

import re

from app.answer.candidates import Candidate
from index.passage import Span
from index.text.patterns import one_of
from index.text.words import QUALIFIERS, QUALIFIERS_BEHIND

SURE = 0.9  # least share of the probability
LONGEST = 160  # characters: more is no answer in short
_NO_END = " \t\n,;:.!?…—–-·|*_"
_PAIRS = {")": "(", "]": "[", "”": "“", "»": "«"}
_QUALIFIER = re.compile(rf"(?<!\w)(?<!add )(?<!adds )(?<!added )(?<!adding ){one_of(QUALIFIERS)}\s+$", re.IGNORECASE)
_BEHIND = re.compile(rf"(?:\s+[^\W\d_]+)?\s+{one_of(QUALIFIERS_BEHIND)}(?!\w)", re.IGNORECASE)
_BESIDE = re.compile(r"[\w$€£₴%.,/–−-]")
_FRACTION = re.compile(r"[-–−.]?\.?\d")  # what opens a figure: '-12', '.5'


def answering_words(candidate: Candidate) -> Span | None:
    """Return the characters of the sentence's own text that answer; None where other words may as well."""
    found, text = candidate.answer, candidate.sentence.text
    if found is None or found.share < SURE:
        return None
    start, end = trimmed(text, *whole(text, found.start, found.end))
    return (start, end) if 0 < end - start <= LONGEST else None


def whole(text: str, start: int, end: int) -> Span:
    """Widen a span to whole words and ranges ('5–10%'), and to what qualifies them ('up to 12', '40 at most')."""
    while start and _BESIDE.match(text[start - 1]) and _BESIDE.match(text[start]):
        start -= 1
    while end < len(text) and _BESIDE.match(text[end]) and _BESIDE.match(text[end - 1]):
        end += 1
    while qualifier := _QUALIFIER.search(text, max(0, start - 30), start):
        start = qualifier.start()
    if behind := _BEHIND.match(text, end):
        end = behind.end()
    return start, end


def trimmed(text: str, start: int, end: int) -> Span:
    """Narrow a span by signs at its ends that belong to the sentence, and by a bracket without its other half."""
    before = None
    while before != (start, end):
        before = start, end
        while start < end and text[start] in _NO_END and not _FRACTION.match(text, start):
            start += 1
        while start < end and text[end - 1] in _NO_END:
            end -= 1
        last, first = text[end - 1 : end], text[start : start + 1]
        if last in _PAIRS and text.count(last, start, end) > text.count(_PAIRS[last], start, end):
            end -= 1
        if first in _PAIRS.values():
            other = next(k for k, v in _PAIRS.items() if v == first)
            if text.count(first, start, end) > text.count(other, start, end):
                start += 1
    return start, end
