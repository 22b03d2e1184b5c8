"""What figures of a sentence are good for: which of them count, which tell, where they and the dates stand."""

from __future__ import annotations

from index.text.dates import dates
from index.text.numbers import Number, numbers

_TELLING_DIGITS = 3  # of a figure without the noughts at its ends


def counts(text: str) -> list[Number]:
    """Return the figures of `text` that count or measure: neither '82nd' nor 'Article 407'."""
    return [n for n in numbers(text) if not n.ordinal and not n.label]


def is_exact(figure: str) -> bool:
    """Whether two texts that hold `figure` hardly do so by chance: 4,817 tells, 30,000 does not."""
    return any(len(n.term.replace(".", "").strip("0")) >= _TELLING_DIGITS for n in numbers(figure))


def figures_and_dates(text: str) -> tuple[tuple[int, int], ...]:
    """Return the spans (start, end) of `text` that hold a figure or a date, in order, without overlaps."""
    spans = [*((n.start, n.end) for n in counts(text)), *((d.start, d.end) for d in dates(text))]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return tuple(kept)
