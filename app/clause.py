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
_WHO = r"(?P<who>(?:[^\s,;:]+\s){1,8}?)"
_FRONT = (
    re.compile(r"\W*according to (?P<who>[^,;]*),\s", re.IGNORECASE),
    re.compile(rf"\W*{_WHO}{_SAY}\s(?P<aside>[^,;:]{{1,60}}?\s)?that\s", re.IGNORECASE),
    re.compile(rf"\W*{_WHO}(?<!was )(?<!were )(?<!been ){_STATES}\s(?!(?:by|in|as|to|for|with)\b)", re.IGNORECASE),
)
_BACK = (
    re.compile(r",?\saccording to (?P<who>[^,;]*)\Z", re.IGNORECASE),
    re.compile(rf",\s{_WHO}{_SAY}(?P<aside>\s(?:on|in|at)\s[^,]*)?\W*\Z", re.IGNORECASE),
    re.compile(r",\s(?:said|says|reported|wrote)\s(?P<who>[^,]*)\Z", re.IGNORECASE),
)
# Those who only report. Any other subject may be what is counted: 'Kiel reported 40 cases, Danzig 31'.
_REPORTERS = frozenset(
    """
    police official officials authority authorities ministry minister ministers government union unions agency agencies
    spokesman spokeswoman spokesperson prosecutor prosecutors investigator investigators expert experts researcher
    researchers analyst analysts journalist journalists reporter reporters editor editors author authors observer
    observers witness witnesses report reports study studies survey surveys census register registers record records
    article articles paper papers newspaper newspapers magazine book books page pages site website note notes
    data figures statistics statement statements estimate estimates document documents media press news he she they it
    """.split()
)
_DAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_ARTICLES = frozenset(["the", "a", "an", "one", "some", "its", "their", "his", "her"])
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


def clause(
    text: str, start: int, end: int, every: Sequence[Number], speakers: frozenset[str] = frozenset()
) -> Clause | None:
    """The clause of the figure text[start:end]; None if it leaves open what, or when, the figure counts.

    `every`: the sentence's figures. `speakers`: names, in lower case, of those whose report this is.
    """
    brackets = [m.span() for m in _BRACKET.finditer(text)]
    if any((a < end and start < b) or dates(text[a:b]) for a, b in brackets):
        return None  # the figure is an aside, or an aside may say where and when: '(Kiel, 1912)'
    low, high = _bounds(text, start, end, speakers)
    skip = tuple((a, b) for a, b in brackets if low <= a and b <= high and any(a <= n.start < b for n in every))
    others = [n for n in every if not (start <= n.start < end) and not any(a <= n.start < b for a, b in skip)]
    time = stated(_blank(text, skip), low, high)
    if not time.clear or _POINTS.search(text, low, start) or _POINTS.search(text, end, high):
        return None
    if time.period is None and _dated_elsewhere(text, low, high):
        return None
    if _SAID.search(text) and any(_ON.match(text, a) for a, _ in time.spans):
        return None  # the day may be that on which it was said
    return Clause(low, high, skip, time, not any(low <= n.start < high for n in others))


def _bounds(text: str, start: int, end: int, speakers: frozenset[str]) -> tuple[int, int]:
    low, high = 0, len(text)
    for match in _BREAK.finditer(text):
        if match.end() <= start:
            low = match.end()
        elif match.start() >= end:
            high = match.start()
            break
    for rule in _FRONT:
        found = rule.match(text, low, start)
        if found is not None and _reports(found, speakers):
            low = found.end()
            break
    for rule in _BACK:
        found = rule.search(text, end, high)
        if found is not None and _reports(found, speakers):
            high = found.start()
            break
    return low, high


def _reports(found: re.Match[str], speakers: frozenset[str]) -> bool:
    """Whether an attribution names only who reports, and when: no place, nobody that the figure may be about."""
    words = [w for w in re.findall(r"[\w’'-]+", found["who"].lower()) if w not in _ARTICLES]
    aside = found.groupdict().get("aside") or ""
    names = [w for w in re.findall(r"[\w’'-]+", aside) if w[0].isupper() and not dates(w) and w.lower() not in _DAYS]
    return bool(words) and not names and (all(w in _REPORTERS for w in words) or " ".join(words) in speakers)


def _dated_elsewhere(text: str, low: int, high: int) -> bool:
    """Whether a date outside the clause may be meant for it as well; one in its own attribution is not."""
    outside = [d for d in dates(text) if not (low <= d.start and d.end <= high)]
    return any(d.end > low or _BREAK.search(text, d.end, low) is not None for d in outside)


def _blank(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """`text` with `spans` blanked out, offsets kept."""
    for a, b in spans:
        text = text[:a] + " " * (b - a) + text[b:]
    return text
