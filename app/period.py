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

from index.analyse import Date, dates
from index.dates import MONTHS


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included: ISO 8601 dates of full or reduced precision ('2024', '2024-10').

    An empty `first` or `last` is an open end ('since 2022' has no last).
    """

    first: str
    last: str

    @property
    def is_closed(self) -> bool:
        return bool(self.first and self.last)

    @property
    def length(self) -> tuple[str, int] | None:
        """('day', days) where a day is stated, else ('month', months); None if an end is open."""
        if not self.is_closed:
            return None
        (y1, m1, d1), (y2, m2, d2) = _parts(self.first, 0), _parts(self.last, 1)
        if len(self.first) == len("2024-10-21") or len(self.last) == len("2024-10-21"):
            return "day", _ordinal(y2, m2, d2) - _ordinal(y1, m1, d1) + 1
        return "month", (y2 - y1) * 12 + m2 - m1 + 1

    @property
    def same(self) -> tuple[str, str]:
        """What is equal for two ways to say one period: '2024' and 'January to December 2024'."""
        if not self.is_closed or len(self.first) > len("2024-10") or len(self.last) > len("2024-10"):
            return self.first, self.last
        (y1, m1, _), (y2, m2, _) = _parts(self.first, 0), _parts(self.last, 1)
        return f"{y1:04}-{m1:02}", f"{y2:04}-{m2:02}"

    @property
    def words(self) -> str:
        """'October 2024', 'January to September 2024', 'since 2022', 'up to 1 May 1912'."""
        if not self.first:
            return f"up to {_words(self.last)}"
        if not self.last:
            return f"since {_words(self.first)}"
        if self.first == self.last:
            return _words(self.first)
        first, last = _words(self.first), _words(self.last)
        if self.first[:4] == self.last[:4] and len(self.first) > len("2024"):
            first = first.removesuffix(f" {self.first[:4]}")
        return f"{first} to {last}"


@dataclass(frozen=True, slots=True)
class Stated:
    """What a stretch of text says of time. `period` is None if it says nothing, or (`clear` false) nothing plain.

    `spans` (start, end): the words that say it, prepositions included.
    """

    period: Period | None
    clear: bool
    spans: tuple[tuple[int, int], ...] = ()


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
# Time that only the day of writing, or the text around, could tell.
_RELATIVE = re.compile(
    r"\b(?:(?:this|last|next|past|previous|following|coming|same|each|every|recent|that|first|second|third|fourth|"
    r"final) (?:\w+ )?(?:years?|months?|weeks?|days?|quarters?|halves|half|periods?|spring|summer|autumn|fall|winter)"
    r"|yesterday|today|tomorrow|now|currently|recently|lately|so far|to date|at present|at the moment|ago|"
    r"earlier|later|meanwhile|then|previously|(?:mon|tues|wednes|thurs|fri|satur|sun)day|since|until|till)\b",
    re.IGNORECASE,
)


def stated(text: str, start: int = 0, end: int | None = None) -> Stated:
    """The period that `text[start:end]` states; spans are offsets into `text`."""
    stop = len(text) if end is None else end
    found = [d for d in dates(text) if start <= d.start and d.end <= stop]
    units = list(_units(text, found, start))
    spans = tuple((u.start, u.end) for u in units)
    left = _without(text, start, stop, spans)
    if _RELATIVE.search(left):
        return Stated(None, False, spans)
    if not units:
        return Stated(None, True)
    periods = [_period(u) for u in units]
    if None in periods:
        return Stated(None, False, spans)
    known = [p for p in periods if p is not None]
    if len(known) == 1:
        return Stated(known[0], True, spans)
    opened = [p for p in known if not p.last]
    until = [p for p in known if not p.first]
    if len(known) == 2 and len(opened) == len(until) == 1:  # 'since 2022, as of 1 September 2025'
        return Stated(Period(opened[0].first, until[0].last), True, spans)
    return Stated(None, False, spans)


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


def _period(unit: _Unit) -> Period | None:
    """The period that a date with its preposition states; None if it is not plain."""
    first, last = unit.first.iso, unit.last.iso
    if not first or not last or unit.first.part or unit.last.part:
        return None
    if unit.first is not unit.last:
        fits = unit.lead in _SPAN | {"from", "between"} and first <= last
        return Period(first, last) if fits else None
    if unit.lead in _SPAN or (unit.lead == "on" and unit.first.day is not None):
        return Period(first, last)
    if unit.lead in _OPEN_END:
        return Period(first, "")
    return Period("", last) if unit.lead in _OPEN_START else None


def _without(text: str, start: int, end: int, spans: Sequence[tuple[int, int]]) -> str:
    kept, at = [], start
    for a, b in spans:
        kept.append(text[at:a])
        at = b
    return " | ".join([*kept, text[at:end]])


def _parts(iso: str, end: int) -> tuple[int, int, int]:
    """Year, month and day of the first (`end` 0) or last (1) day that `iso` may mean."""
    year, month, day = [*map(int, iso.split("-")), 0, 0][:3]
    month = month or (12 if end else 1)
    return year, month, day or (calendar.monthrange(year, month)[1] if end else 1)


def _ordinal(year: int, month: int, day: int) -> int:
    return date(year, month, day).toordinal()


def _words(iso: str) -> str:
    year, month, day = ([*iso.split("-"), "", ""])[:3]
    name = MONTHS[int(month) - 1].capitalize() if month else ""
    return " ".join(w for w in (day.lstrip("0"), name, year) if w)
