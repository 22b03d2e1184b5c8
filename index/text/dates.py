"""Dates in running English text, dates of Chinese, Japanese and Korean, and which bare numbers are years."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.text.patterns import one_of, places, word_after, word_before
from index.text.words import BEFORE_A_MONTH, COUNTED, LABELS, MONTH_NUMBER, MONTHS, PARTS, PARTS_OF

_FULL = one_of(MONTHS)
_MONTH = rf"(?:{_FULL}\b|{one_of(MONTH_NUMBER.keys() - set(MONTHS))}\b\.?)"
_NOT_A_DAY = r"(?![\d%]|[.,]\d)"  # 'January 3,448' gives a figure for January, not its third day
_DAY = rf"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?\b{_NOT_A_DAY}"
_YEAR = r"(?:1[5-9]|20)\d\d\b(?![,.]\d|\s?%)"  # years before 1500 are written with words around them
_TO = r"(?:\s?[-–—‑]\s?|\s(?:to|and|or|until|through)\s|\s?/\s?)"
_PART = rf"(?:(?P<{{0}}>{one_of(PARTS)})[\s-]+|(?P<{{0}}_of>{one_of(PARTS_OF)})\sof\s)?"

# Alternatives in the order of how much they pin down; the first that fits at a place is taken.
_DATE = re.compile(
    rf"""
      (?<![\w.,/-]) (?P<iso_y>(?:1[5-9]|20)\d\d) (?P<iso>[-/.]) (?P<iso_m>0[1-9]|1[0-2])
          (?:(?P=iso)(?P<iso_d>0[1-9]|[12]\d|3[01]))? (?![\w/-]|\.\d)
    | (?<![\w.,/-]) (?P<dot_d>0?[1-9]|[12]\d|3[01])\.(?P<dot_m>0?[1-9]|1[0-2])\.(?P<dot_y>(?:1[5-9]|20)\d\d)
          (?![\w-]|\.\d)
    | (?<![\d.,]) (?P<cjk_y>(?:1\d|20)\d\d)\s?[年년]
          (?:\s?(?P<cjk_m>1[0-2]|0?[1-9])\s?[月월](?:\s?(?P<cjk_d>[12]\d|3[01]|0?[1-9])\s?[日일])?)?
    | (?<![\w.,$€£-]) (?P<d1>{_DAY}) (?:{_TO}(?P<d2>{_DAY}))? (?:\sof)? \s (?P<dm>{_MONTH})
          (?:,?\s(?P<dy>{_YEAR}))?
    | \b (?P<md>{_MONTH}) \s (?P<m1>{_DAY}) (?:{_TO}(?P<m2>{_DAY}))? (?!\s{_MONTH}) (?:,?\s(?P<my>{_YEAR}))?
    | \b {_PART.format("p")} (?P<list>{_MONTH}(?:(?:,\s|{_TO}){_MONTH})*) (?:,?\s|\sof\s) (?P<ly>{_YEAR})
    | \b {_PART.format("q")} (?P<bare>{_FULL}) \b
    | (?<![\w.,/$€£№#]) (?<![^\W\d_]-) {_PART.format("r")} (?P<y>{_YEAR}) (?![\w]|-[^\W\d_])
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BEGINS = MONTH_NUMBER.keys() | PARTS.keys() | PARTS_OF.keys()
_HALF_A_YEAR = 6  # months
_AMBIGUOUS = ("march", "may")  # also verbs


@dataclass(frozen=True, slots=True)
class Date:
    """What text[start:end] tells of a date; None where it tells nothing. `part` is '', early, mid or late.

    Each end of a range or list ('January–September 2024', '5 to 7 October') is one Date, with the month and year that
    it shares with the other end.
    """

    start: int
    end: int
    year: int | None
    month: int | None
    day: int | None
    part: str = ""

    @property
    def iso(self) -> str:
        """'2024', '2024-10' or '2024-10-21'; empty if the year is not known."""
        if self.year is None:
            return ""
        text = f"{self.year:04}"
        if self.month is not None:
            text += f"-{self.month:02}"
            if self.day is not None:
                text += f"-{self.day:02}"
        return text


def month_number(word: str) -> int | None:
    """Return 1..12 for a month's English name or its usual abbreviation, else None."""
    return MONTH_NUMBER.get(word.lower().removesuffix("."))


def may_be(one: Date, other: Date) -> bool:
    """Return whether two dates may be the same: no year or month that both tell differs."""
    return all(None in pair or pair[0] == pair[1] for pair in ((one.year, other.year), (one.month, other.month)))


def year_of(date: Date, day: int) -> int:
    """Return the date's year; of a date that names none, as a text of `day` (YYYYMMDD) means it.

    A month more than half a year ahead is the past one: a text of January that says 'in December' looks back.
    """
    if date.year is not None:
        return date.year
    ahead = (date.month or 0) - day // 100 % 100
    return day // 10_000 - (ahead > _HALF_A_YEAR)


def dates(text: str) -> list[Date]:
    """Return all dates in `text` in reading order; they do not overlap."""
    found: list[Date] = []
    end = 0
    for start in places(text, _BEGINS):
        match = _DATE.match(text, start) if start >= end else None
        if match is not None:
            found.extend(_read(text, match))
            end = match.end()
    return found


def _number(digits: str | None) -> int | None:
    return int(digits.rstrip("stndrhSTNDRH")) if digits else None


def _part(match: re.Match[str], name: str) -> str:
    part, part_of = match[name], match[f"{name}_of"]
    return PARTS_OF[part_of.lower()] if part_of else (part or "").lower()


def _read(text: str, match: re.Match[str]) -> Iterator[Date]:
    start, end = match.span()
    if match["iso_y"]:
        yield Date(start, end, int(match["iso_y"]), int(match["iso_m"]), _number(match["iso_d"]))
    elif match["dot_y"]:
        yield Date(start, end, int(match["dot_y"]), int(match["dot_m"]), int(match["dot_d"]))
    elif match["cjk_y"]:
        yield Date(start, end, int(match["cjk_y"]), _number(match["cjk_m"]), _number(match["cjk_d"]))
    elif match["d1"]:
        yield from _days(match, "d1", "d2", match["dm"], match["dy"])
    elif match["m1"]:
        yield from _days(match, "m1", "m2", match["md"], match["my"])
    elif match["list"]:
        yield from _months(match)
    elif match["bare"]:
        if _is_month(text, match):
            yield Date(start, end, None, month_number(match["bare"]), None, _part(match, "q"))
    elif word_before(text, start).lower() not in LABELS | {"no"} and word_after(text, end) not in COUNTED:
        yield Date(start, end, int(match["y"]), None, None, _part(match, "r"))


def _days(match: re.Match[str], first: str, second: str, month: str, year: str | None) -> Iterator[Date]:
    number = month_number(month)
    start, end = match.span()
    if match[second] is None:
        yield Date(start, end, _number(year), number, _number(match[first]))
        return
    yield Date(start, match.end(first), _number(year), number, _number(match[first]))
    yield Date(match.start(second), end, _number(year), number, _number(match[second]))


def _months(match: re.Match[str]) -> Iterator[Date]:
    starts = [match.start("list") + at for at in places(match["list"], MONTH_NUMBER)]
    for n, start in enumerate(starts):
        first, last = n == 0, n == len(starts) - 1
        end = start + len(re.split(r"[^A-Za-z]", match.string[start : match.end()], maxsplit=1)[0])
        month = month_number(match.string[start:end])
        yield Date(
            match.start() if first else start, match.end() if last else end, int(match["ly"]), month, None,
            _part(match, "p") if first else "",
        )  # fmt: skip


def _is_month(text: str, match: re.Match[str]) -> bool:
    word, end = match["bare"], match.end()
    if word.lower() not in _AMBIGUOUS or match["q"] or match["q_of"]:
        return True
    if word[0].isupper() and text[end : end + 1].isspace() and text[end + 1 : end + 2].isdecimal():
        return True  # 'March 4,715'
    before = word_before(text, match.start()).lower()
    return before in BEFORE_A_MONTH and (word[0].isupper() or before in ("in", "since", "until"))
