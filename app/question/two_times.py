"""A question about two times is two questions: 'How did the fare change from 2019 to 2024?' asks for both fares."""

from __future__ import annotations

import re

from index.text.analysis import analyse
from index.text.dates import Date

_CHANGE = re.compile(
    r"^(?:and )?how (?:much )?(?:did|has|have|had|does|do) (?P<what>.{3,80}?) (?:chang|develop|evolv|grow|risen?|fall|"
    r"increas|decreas|mov|shift|climb|dropp?)\w*\b",
    re.IGNORECASE,
)
_COUNT = re.compile(r"^the (?:total |overall )?number of ", re.IGNORECASE)
_TO = re.compile(r"(?:\s*(?:to|until|till|and)(?: in)?\s*|\s*[–-]\s*)", re.IGNORECASE)  # between the dates of a change
_AND = re.compile(r"\s*(?:,? and|as well as)(?: (?:in|on|for|at))?\s*", re.IGNORECASE)
_WHEN = re.compile(r"(?:and |so )?(?:when|do|does|did|compare)\b", re.IGNORECASE)  # asks for times, or of both at once
_BEFORE = re.compile(r"\b(?P<word>between|from|in|on|for|at|of|by)\s+$", re.IGNORECASE)


def at_two_times(question: str) -> tuple[str, ...]:
    """Return the question for each of its two times, the earlier named first; empty if it has no such two."""
    dates = analyse(question).dates
    if len(dates) != 2:
        return ()
    first, last = dates
    before = _BEFORE.search(question[: first.start])
    gap = question[first.end : last.start]
    if before is None:
        return ()
    start, times = before.start(), (_with_year(question, first, last), question[last.start : last.end])
    if (change := _CHANGE.match(question)) and change.end() <= start and _TO.fullmatch(gap):
        return tuple(f"{_state(change['what'])} {_at(time)}" for time in times)
    if before["word"].lower() in ("between", "from") or not _AND.fullmatch(gap) or _WHEN.match(question):
        return ()
    return tuple(question[: first.start] + time + question[last.end :] for time in times)


def _with_year(question: str, first: Date, last: Date) -> str:
    words = question[first.start : first.end]
    year = first.year or last.year
    return words if not year or str(year) in words else f"{words} {year}"


def _state(what: str) -> str:
    counted = _COUNT.sub("", what)
    return f"How many {counted} were there" if counted != what else f"What was {what}"


def _at(time: str) -> str:
    return f"in {time}"
