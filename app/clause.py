"""The stretch of a sentence that speaks of one figure, without who says it.

Strict on purpose: a stretch that may lack a word that narrows the figure is reported as None.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.period import Stated, stated
from index.analyse import Number, dates

_SAY = (
    r"(?:says?|said|reports?|reported|writes?|wrote|states?|stated|claims?|claimed|announces?|announced|estimates?|"
    r"estimated|counts?|counted|records?|recorded|cites?|cited|quotes?|quoted|tells?|told|notes?|noted|adds?|added|"
    r"confirms?|confirmed|mentions?|mentioned|shows?|showed|suggests?|suggested)"
)
# Without 'that', only verbs that hardly ever mean an act of their own ('the yard added 40 ships').
_STATES = (
    r"(?:say|says|said|report|reports|reported|estimate|estimates|estimated|count|counts|counted|cite|cites|cited)"
)
_WORDS = r"(?:[^\s,;:]+\s){1,8}?"
_FRONT = (
    re.compile(r"\W*according to [^,;]*,\s", re.IGNORECASE),
    re.compile(rf"\W*{_WORDS}{_SAY}\s(?:[^,;:]{{1,60}}?\s)?that\s", re.IGNORECASE),
    re.compile(
        rf"\W*{_WORDS}(?<!was )(?<!were )(?<!been ){_STATES}\s(?!by\b|in\b|as\b|to\b|for\b|with\b)", re.IGNORECASE
    ),
)
_BACK = (
    re.compile(r",?\saccording to [^,;]*\Z", re.IGNORECASE),
    re.compile(rf",\s{_WORDS}{_SAY}(?:\s(?:on|in|at)\s[^,]*)?\W*\Z", re.IGNORECASE),
    re.compile(r",\s(?:said|says|reported|wrote)\s[^,]*\Z", re.IGNORECASE),
)
_SAID = re.compile(rf"\b{_SAY}\b", re.IGNORECASE)
_ON = re.compile(r"\s*on\b", re.IGNORECASE)
# Where a figure's statement ends and a comparison or another statement begins.
_BREAK = re.compile(
    r";|,\s(?=(?:(?:up|down) from|compared (?:with|to)|against|versus|twice|half|including|whereas|while|but|"
    r"of (?:which|whom|them))\b)",
    re.IGNORECASE,
)
_BRACKET = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
# Words that point outside the sentence: what is counted cannot be told from it.
_POINTS = re.compile(
    r"\b(?:this|these|those|such|same|it|its|they|them|their|he|him|his|she|her|we|us|our|i|me|my|you|your|here|former|"
    r"latter|respectively|both)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Clause:
    """text[start:end] speaks of one figure; `skip` are spans inside that say nothing of it; `time`: its period.

    `alone`: no other figure stands in it.
    """

    start: int
    end: int
    skip: tuple[tuple[int, int], ...]
    time: Stated
    alone: bool


def clause(text: str, start: int, end: int, every: Sequence[Number]) -> Clause | None:
    """The clause of the figure text[start:end]; None if it leaves open what, or when, the figure counts.

    `every`: the sentence's figures.
    """
    brackets = [m.span() for m in _BRACKET.finditer(text)]
    if any(a < end and start < b for a, b in brackets):
        return None
    low, high = _bounds(text, start, end)
    skip = tuple((a, b) for a, b in brackets if low <= a and b <= high and _aside(text[a:b], every, a, b))
    others = [n for n in every if not (start <= n.start < end) and not any(a <= n.start < b for a, b in skip)]
    time = stated(_blank(text, skip), low, high)
    if not time.clear or _POINTS.search(text, low, start) or _POINTS.search(text, end, high):
        return None
    if time.period is None and _dated_elsewhere(text, low, high, skip):
        return None
    if _SAID.search(text) and any(_ON.match(text, a) for a, _ in time.spans):
        return None  # the day may be that on which it was said
    return Clause(low, high, skip, time, not any(low <= n.start < high for n in others))


def _bounds(text: str, start: int, end: int) -> tuple[int, int]:
    low, high = 0, len(text)
    for match in _BREAK.finditer(text):
        if match.end() <= start:
            low = match.end()
        elif match.start() >= end:
            high = match.start()
            break
    for rule in _FRONT:
        found = rule.match(text, low, start)
        if found is not None:
            low = found.end()
            break
    for rule in _BACK:
        found = rule.search(text, end, high)
        if found is not None:
            high = found.start()
            break
    return low, high


def _aside(bracket: str, every: Sequence[Number], start: int, end: int) -> bool:
    """Whether a bracket is about something else: figures of its own, or who says it and when."""
    return any(start <= n.start < end for n in every) or bool(dates(bracket))


def _dated_elsewhere(text: str, low: int, high: int, skip: Sequence[tuple[int, int]]) -> bool:
    """Whether a date before or behind the clause may be meant for it as well."""
    outside = [d for d in dates(text) if not (low <= d.start and d.end <= high)]
    said = [d for d in outside if low and d.end <= low and not _BREAK.search(text, d.end, low)]
    return any(d not in said and not any(a <= d.start < b for a, b in skip) for d in outside)


def _blank(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """`text` with `spans` blanked out, offsets kept."""
    for a, b in spans:
        text = text[:a] + " " * (b - a) + text[b:]
    return text
