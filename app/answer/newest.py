"""Which of several statements is the newest word: by the latest date that it names itself, else by its source's."""

from __future__ import annotations

from collections.abc import Sequence

from app.answer.candidates import Candidate
from index.source import date_range
from index.text.analysis import analyse
from index.text.dates import year_of

_AS_SURE = 0.5  # part of the best one's confidence that a newer word needs to lead
_EVER = 0


def newest_first(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Return `ranked` (best first, not empty) with those in front that are nearly as sure as the best, newest first."""
    lead = ranked[0]
    sure = [c for c in ranked if c.confidence >= _AS_SURE * lead.confidence and c.alone >= _AS_SURE * lead.alone]
    rest = [c for c in ranked if c not in sure]
    return [*sorted(sure, key=day_of, reverse=True), *rest]


def day_of(candidate: Candidate) -> int:
    """Return the day that a sentence speaks of, as YYYYMMDD: the latest it names, else its source's; 0 if none."""
    published = date_range(candidate.source.published)
    source_day = published[1] if published else _EVER
    named = [
        year_of(date, source_day) * 10_000 + (date.month or 12) * 100 + (date.day or 31)
        for date in analyse(candidate.sentence.read).dates
        if date.year or source_day
    ]
    return max(named, default=source_day)
