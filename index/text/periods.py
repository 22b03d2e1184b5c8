"""Which period a sentence states for what it counts: 'January to September 2024', 'since 2022', 'by 1 May 1912'.

Rules over the dates of English text and the words before them. A period is taken only where the sentence says it
plainly: 'last year', 'on Monday' or a date without a preposition leave it unclear, which is not the same as none.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from index.text.analysis import Analysis
from index.text.dates import Date
from index.text.patterns import words_before
from index.text.words import RANGES

_OPEN_END = frozenset(("since", "from", "starting", "starting in"))
_OPEN_START = frozenset(("by", "until", "till", "to", "through", "as of", "as at"))
_RATE = re.compile(r"\b(?:per|each|every|averaged?|daily|weekly|monthly|annual|yearly)\b", re.IGNORECASE)
_DAYS = 27  # a time that is shorter is no month
_LONGER = 1.15  # times the length: 'late 1911 to spring 1912' is no shorter than 'November 1911 to April 1912'
_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()


def may_overlap(text: Analysis, other: Analysis) -> bool:
    """Return whether a time that `text` names may meet one that `other` names.

    True as well if either names none with its year.
    """
    there = _times(other)
    here = _times(text) if there else ()
    return not here or any(a <= d and c <= b for a, b in here for c, d in there)


def holds_count_for(text: Analysis, other: Analysis) -> bool:
    """Return `may_overlap`, for a text that counts: no count over a closed time is one for a part of that time.

    But a rate or average is, and of a day a count is often given with its month alone.
    """
    there = _times(other)
    here = _times(text) if there else ()
    if _RATE.search(text.text) or any(d - c < _DAYS for c, d in there):
        return may_overlap(text, other)
    return not here or any(
        a <= d and c <= b and (a == _FIRST or b == _LAST or b - a <= _LONGER * (d - c) + 1)
        for a, b in here
        for c, d in there
    )


def same_time(text: Analysis, other: Analysis) -> bool:
    """Return whether both name one period: '2024-10' and 'October 2024', 'January–September' of one year."""
    return bool({*_times(text)} & {*_times(other)})


@lru_cache(maxsize=4096)  # a question is set against every sentence that may answer it
def _times(text: Analysis) -> tuple[tuple[int, int], ...]:
    """Return the first and last day (proleptic Gregorian ordinals) of each time; none if a year is left open."""
    found: list[tuple[int, int]] = []
    for first, last, leads in _ranges(text):
        if not first.iso or not last.iso:
            return ()
        low = _FIRST if leads & _OPEN_START and first is last else _day(first, 1, 1)
        high = _LAST if leads & _OPEN_END and first is last else _day(last, 12, 31)
        if found and high != _LAST and low == _FIRST and found[-1][1] == _LAST and found[-1][0] < high:
            low = found.pop()[0]  # 'since February 2022, by November 2025'
        found.append((min(low, high), max(low, high)))
    return tuple(found)


def _ranges(text: Analysis) -> Iterator[tuple[Date, Date, set[str]]]:
    """Return each date twice, or two dates that make a range, with the one and the two words before them."""
    found = list(text.dates)
    while found:
        first = last = found.pop(0)
        before = [word for word in words_before(text.text, first.start) if word != "the"]
        leads = {" ".join(before[-n:]).lower() for n in (1, 2)}
        gap = text.text[first.end : found[0].start].strip().lower() if found else ""
        if gap in RANGES or (gap == "and" and "between" in leads):
            last = found.pop(0)
        yield first, last, leads


def _day(of: Date, month: int, day: int) -> int:
    """Return the day of a date as an ordinal; `month` and `day` for what it leaves open."""
    assert of.year is not None
    month = of.month or month
    return date(of.year, month, of.day or min(day, calendar.monthrange(of.year, month)[1])).toordinal()
