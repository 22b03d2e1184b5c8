"""Dates in running English text, and which bare numbers are years."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_MONTH_NUMBER = {m[:3]: i for i, m in enumerate(MONTHS, 1)}

_FULL = "|".join(MONTHS)
_SHORT = r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?"
_MONTH = rf"(?:(?:{_FULL})\b|{_SHORT})"
_NOT_A_DAY = r"(?![\d%]|[.,]\d)"  # 'January 3,448' gives a figure for January, not its third day
_DAY = rf"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?\b{_NOT_A_DAY}"
_YEAR = r"(?:1[5-9]|20)\d\d\b(?![,.]\d|\s?%)"  # years before 1500 are written with words around them
_DASH = "[-–—‑]"
_TO = rf"(?:\s?{_DASH}\s?|\s(?:to|and|or|until|through)\s|\s?/\s?)"
_PART = r"(?:(?P<{0}>early|mid|late)[\s-]+|(?P<{0}_of>beginning|start|middle|end)\sof\s)?"

# Alternatives in the order of how much they pin down; the first that fits at a place is taken.
_DATE = re.compile(
    rf"""
      (?<![\w.,/-]) (?P<iso_y>(?:1[5-9]|20)\d\d) (?P<iso>[-/.]) (?P<iso_m>0[1-9]|1[0-2])
          (?:(?P=iso)(?P<iso_d>0[1-9]|[12]\d|3[01]))? (?![\w/-]|\.\d)
    | (?<![\w.,/-]) (?P<dot_d>0?[1-9]|[12]\d|3[01])\.(?P<dot_m>0?[1-9]|1[0-2])\.(?P<dot_y>(?:1[5-9]|20)\d\d)
          (?![\w-]|\.\d)
    | (?<![\w.,$€£-]) (?P<d1>{_DAY}) (?:{_TO}(?P<d2>{_DAY}))? (?:\sof)? \s (?P<dm>{_MONTH})
          (?:,?\s(?P<dy>{_YEAR}))?
    | \b (?P<md>{_MONTH}) \s (?P<m1>{_DAY}) (?:{_TO}(?P<m2>{_DAY}))? (?!\s{_MONTH}) (?:,?\s(?P<my>{_YEAR}))?
    | \b {_PART.format("p")} (?P<list>{_MONTH}(?:(?:,\s|{_TO}){_MONTH})*) (?:,?\s|\sof\s) (?P<ly>{_YEAR})
    | \b {_PART.format("q")} (?P<bare>{_FULL}) \b
    | (?<![\w.,/$€£№#]) (?<![^\W\d_]-) {_PART.format("r")} (?P<y>{_YEAR}) (?![\w]|-[^\W\d_])
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Trying the pattern only where a date can begin makes reading several times faster.
_PLACE = re.compile(r"\d+|[A-Za-z]+")
_BEGINS = frozenset([*MONTHS, *_MONTH_NUMBER, "sept", "early", "mid", "late", "beginning", "start", "middle", "end"])
_MONTH_RE = re.compile(_MONTH, re.IGNORECASE)
_AMBIGUOUS = frozenset({"march", "may"})  # also verbs
_BEFORE_A_MONTH = re.compile(
    r"\b(?:in|since|of|until|till|by|from|for|during|before|after|about|last|next|this|every|through|and|on)\s\Z",
    re.IGNORECASE,
)
_LABEL = re.compile(r"(?:\b(?:no|nos|nr|article|articles|art|section|part|page|pages|pp?)\.?\s?)\Z", re.IGNORECASE)
# What follows a count and not a year. Edited English writes other counts above 999 with a comma, so a bare
# number of four digits in the range of years is otherwise a year.
_COUNTED = re.compile(
    r"\s(?:people|persons?|men|women|children|soldiers|troops|servicemen|fighters|civilians|cases|times|copies|"
    r"per\s?cent|percent|dollars|euros|pounds|hryvnias?|rubles|roubles|zloty|kilomet(?:re|er)s|met(?:re|er)s|km|miles|"
    r"tonn?e?s|kg|hours|days|weeks|months|years|hundred|thousand|million|billion)\b",
    re.IGNORECASE,
)
_OF = {"beginning": "early", "start": "early", "middle": "mid", "end": "late"}


@dataclass(frozen=True, slots=True)
class Date:
    """What text[start:end] tells of a date; None where it tells nothing. `part` is '', early, mid or late.

    Of a range or list ('January–September 2024', '5 to 7 October') each end is a Date of its own, with the
    month and year that it shares with the other.
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
    """1..12 for a month's English name or its usual abbreviation, else None."""
    return _MONTH_NUMBER.get(word[:3].lower()) if _MONTH_RE.fullmatch(word) else None


def dates(text: str) -> list[Date]:
    """All dates in `text` in reading order; they do not overlap."""
    found: list[Date] = []
    end = 0
    for place in _PLACE.finditer(text):
        start = place.start()
        if start >= end and (place[0].isdecimal() or place[0].lower() in _BEGINS):
            match = _DATE.match(text, start)
            if match is not None:
                found.extend(_read(text, match))
                end = match.end()
    return found


def _number(digits: str | None) -> int | None:
    return int(re.sub(r"\D", "", digits)) if digits else None


def _part(match: re.Match[str], name: str) -> str:
    of = match[f"{name}_of"]
    return _OF[of.lower()] if of else (match[name] or "").lower()


def _read(text: str, match: re.Match[str]) -> Iterator[Date]:
    start, end = match.span()
    if match["iso_y"]:
        yield Date(start, end, int(match["iso_y"]), int(match["iso_m"]), _number(match["iso_d"]))
    elif match["dot_y"]:
        yield Date(start, end, int(match["dot_y"]), int(match["dot_m"]), int(match["dot_d"]))
    elif match["d1"]:
        yield from _days(match, "d1", "d2", match["dm"], match["dy"])
    elif match["m1"]:
        yield from _days(match, "m1", "m2", match["md"], match["my"])
    elif match["list"]:
        yield from _months(match)
    elif match["bare"]:
        if _is_month(text, match):
            yield Date(start, end, None, month_number(match["bare"]), None, _part(match, "q"))
    elif _is_year(text, match):
        yield Date(start, end, int(match["y"]), None, None, _part(match, "r"))


def _days(match: re.Match[str], first: str, second: str, month: str, year: str | None) -> Iterator[Date]:
    number = month_number(month)
    start, end = match.span()
    if match[second] is None:
        yield Date(start, end, _number(year), number, _number(match[first]))
        return
    cut = match.end(first)
    yield Date(start, cut, _number(year), number, _number(match[first]))
    yield Date(match.start(second), end, _number(year), number, _number(match[second]))


def _months(match: re.Match[str]) -> Iterator[Date]:
    found = list(_MONTH_RE.finditer(match.string, *match.span("list")))
    for i, month in enumerate(found):
        start = match.start() if i == 0 else month.start()
        end = match.end() if i == len(found) - 1 else month.end()
        part = _part(match, "p") if i == 0 else ""
        yield Date(start, end, int(match["ly"]), month_number(month[0]), None, part)


def _is_month(text: str, match: re.Match[str]) -> bool:
    if match["bare"].lower() not in _AMBIGUOUS or match["q"] or match["q_of"]:
        return True
    if match["bare"][0].isupper() and re.match(r"\s\d", text[match.end() : match.end() + 2]):
        return True  # 'March 4,715'
    before = text[max(0, match.start() - 12) : match.start()]
    found = _BEFORE_A_MONTH.search(before)
    return found is not None and (match["bare"][0].isupper() or found[0].lower().strip() in {"in", "since", "until"})


def _is_year(text: str, match: re.Match[str]) -> bool:
    return not _LABEL.search(text[max(0, match.start() - 12) : match.start()]) and not _COUNTED.match(text, match.end())
