"""The figures of a sentence: which of them count, which tell, and the spans of figures and dates."""

from __future__ import annotations

from index.text.analysis import analyse
from index.text.numbers import Number

_TELLING_DIGITS = 3  # of a figure without the noughts at its ends


def counts(text: str) -> tuple[Number, ...]:
    """Return the figures of `text` that count or measure: neither '82nd' nor 'Article 407'."""
    return analyse(text).counts


def is_exact(figure: str) -> bool:
    """Return whether two texts that hold `figure` hardly do so by chance: 4,817 tells, 30,000 does not."""
    return any(len(n.term.replace(".", "").strip("0")) >= _TELLING_DIGITS for n in analyse(figure).numbers)


def figures_and_dates(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans (start, end) of `text` that hold a figure or a date, in order, without overlaps."""
    read = analyse(text)
    return tuple(sorted([*((n.start, n.end) for n in read.counts), *((d.start, d.end) for d in read.dates)]))
