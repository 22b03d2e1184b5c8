"""Which period a sentence states for what it counts: 'January to September 2024', 'since 2022', 'by 1 May 1912'.

Rules over the dates of English text and the words before them. A period is taken only where the sentence says it
plainly: 'last year', 'on Monday' or a date without a preposition leave it unclear, which is not the same as none.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from index.text.analysis import Date, dates


@dataclass(frozen=True, slots=True)
class _Unit:
    """A date, or two that make a range, with the preposition before it."""

    start: int
    end: int
    first: Date
    last: Date
    lead: str


_LEAD = re.compile(
    r"\b(?P<lead>in(?: the (?:course|month|year) of)?|during|for|throughout|over|within|of|since|from|between|by|"
    r"until|till|up to|to|through|before|as of|as at|on|starting(?: in)?|after)\s(?:the\s)?\Z",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s?[-–—‑]\s?|\s(?:to|until|till|through)\s|\s(?:up|down)\sto\s", re.IGNORECASE)
_AND = re.compile(r"\sand\s", re.IGNORECASE)
_SPAN = frozenset("in during for throughout over within of".split())
_OPEN_END = frozenset(["since", "from", "starting", "starting in"])
_OPEN_START = frozenset(["by", "until", "till", "up to", "to", "through", "as of", "as at"])
_RATE = re.compile(r"\b(?:per|each|every|average|averaged|daily|weekly|monthly|annual|yearly)\b", re.IGNORECASE)
_DAYS = 27  # a time that is shorter is no month
_LONGER = 1.15  # times the length: 'late 1911 to spring 1912' is no shorter than 'November 1911 to April 1912'


def may_overlap(text: str, other: str) -> bool:
    """Whether a time that `text` names may meet one that `other` names; True if either names none with its year."""
    there = _times(other)
    here = _times(text) if there else ()
    return not here or any(a <= d and c <= b for a, b in here for c, d in there)


def holds_count_for(text: str, other: str) -> bool:
    """`may_overlap`, for a text that counts: a count over a closed time that is longer is no count for a part of it.

    But a rate or average is, and of a day a count is often given with its month alone.
    """
    there = _times(other)
    here = _times(text) if there else ()
    if _RATE.search(text) or any(d - c < _DAYS for c, d in there):
        return may_overlap(text, other)
    return not here or any(
        a <= d and c <= b and (_is_open(a, b) or b - a <= _LONGER * (d - c) + 1) for a, b in here for c, d in there
    )


def _is_open(first: int, last: int) -> bool:
    return first == date.min.toordinal() or last == date.max.toordinal()


def same_time(text: str, other: str) -> bool:
    """Whether both name one period: '2024-10' and 'October 2024', 'January–September' of one year."""
    return bool({*_times(text)} & {*_times(other)})


@lru_cache(maxsize=4096)  # a question is set against every sentence that may answer it
def _times(text: str) -> tuple[tuple[int, int], ...]:
    """First and last day (proleptic Gregorian ordinals) of each time in `text`; none if a year is left open."""
    found = []
    for unit in _units(text, dates(text), 0):
        first, last = unit.first.iso, unit.last.iso
        if not first or not last:
            return ()
        low, high = _ordinal(*_parts(first, 0)), _ordinal(*_parts(last, 1))
        low = date.min.toordinal() if unit.lead in _OPEN_START and unit.first is unit.last else low
        high = date.max.toordinal() if unit.lead in _OPEN_END and unit.first is unit.last else high
        found.append((min(low, high), max(low, high)))
    return tuple(found)


def _units(text: str, found: Sequence[Date], start: int) -> Iterator[_Unit]:
    n = 0
    while n < len(found):
        first = last = found[n]
        match = _LEAD.search(text, start, first.start)
        lead = match["lead"].lower() if match else ""
        if n + 1 < len(found):
            gap = text[first.end : found[n + 1].start]
            if _RANGE.fullmatch(gap) or (lead == "between" and _AND.fullmatch(gap)):
                last = found[n + 1]
                n += 1
        yield _Unit(match.start() if match else first.start, last.end, first, last, lead)
        n += 1


def _parts(iso: str, end: int) -> tuple[int, int, int]:
    """Year, month and day of the first (`end` 0) or last (1) day that `iso` may mean."""
    year, month, day = [*map(int, iso.split("-")), 0, 0][:3]
    month = month or (12 if end else 1)
    return year, month, day or (calendar.monthrange(year, month)[1] if end else 1)


def _ordinal(year: int, month: int, day: int) -> int:
    return date(year, month, day).toordinal()
