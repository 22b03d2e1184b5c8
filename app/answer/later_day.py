"""Whether a note speaks of a later day than its original's, so that the original's date says nothing of the words."""

from __future__ import annotations

import calendar

from index.source import Kind, Source, SourceFacts, date_range
from index.text.dates import Date, dates, year_of


def names_later_day(note: Source, start: int, end: int, article: SourceFacts | None = None) -> bool:
    """Tell whether the sentence `start:end` of `note`, or else its paragraph before it, names a later day.

    The sentence's own dates decide; only a sentence without any is read with what its paragraph says before it.
    A date without a year is taken to be of the year that was named last, at first as the original means it. The day of
    the `article` itself ('the Courier's article of 21 March 2019') names that text, and dates nothing else.
    """
    published = date_range(note.published)
    if note.kind is not Kind.NOTE or published is None:
        return False
    block = note.block_at(start)
    year, last = 0, published[1]
    own: list[bool] = []
    before: list[bool] = []
    at = block.start if block else start
    for date in dates(note.text[at:end]):
        year = date.year or year
        if article is not None and date.iso == article.published:
            continue
        (own if at + date.start >= start else before).append(_first_day(date, year or year_of(date, last)) > last)
    return any(own or before)


def _first_day(date: Date, year: int) -> int:
    """Return the first day (YYYYMMDD) that `date` may mean."""
    month = date.month or 1
    day = min(date.day or 1, calendar.monthrange(year, month)[1])
    return year * 10000 + month * 100 + day
