"""Like figures of several sources as dots on one axis. Unlike ones never share a chart.

Figures are alike if they count the same noun, narrowed by the same words, in the same unit (`app.figures`), over
the same period; over different periods of one length they stand on a time axis. Where the sentences leave room for
doubt there is no chart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel, ConfigDict

from app.figures import Figure, figures
from app.period import Period

SOURCES = 3  # different sources that a chart needs; two figures are read more easily in the table


class Dot(BaseModel):
    """One figure of one source.

    `row`: number of the row that quotes it. `value`, `high`: the figure, and its other end where the source gives a
    range. `text`: as it stands, qualifier included ('more than 100,000'). `label`: who says it, and when.
    `period`: in words, empty if none is said. `at`: ISO 8601 date on which it begins, on a time axis; else empty.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    row: int
    value: float
    high: float | None = None
    text: str
    label: str
    period: str = ""
    at: str = ""


class Chart(BaseModel):
    """Like figures of at least three sources. `counts` says what every dot counts; `unit`: '', '%', '$', ...

    `axis`: 'value': dots of one period, in the rows' order; 'date': a period a dot, in the order of time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    counts: str
    unit: str = ""
    axis: Literal["value", "date"] = "value"
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence of a source, with its row and what its dots are called.

    `speakers`: names, in lower case, of those whose report it is.
    """

    row: int
    source_id: str
    label: str
    text: str
    speakers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Item:
    said: Said
    figure: Figure


def charts(sentences: Sequence[Said]) -> tuple[Chart, ...]:
    """The charts that `sentences` allow, those of most dots first."""
    groups: list[list[_Item]] = []
    for said in sentences:
        for figure in figures(said.text, said.speakers):
            home = next((g for g in groups if g[0].figure.counts_like(figure)), None)
            if home is None:
                groups.append(home := [])
            home.append(_Item(said, figure))
    made = [chart for group in groups for chart in _of_group(group)]
    return tuple(sorted(made, key=lambda c: -len(c.dots)))


def _of_group(group: Sequence[_Item]) -> Iterator[Chart]:
    """Charts of figures that count the same: one a period that enough sources speak of, else one over time."""
    periods: dict[tuple[str, str] | None, list[_Item]] = {}
    for item in group:
        period = item.figure.period
        if period is None or period.last:  # 'since 2022' ends on a day that the sentence leaves open
            periods.setdefault(period.same if period else None, []).append(item)
    full = [items for items in periods.values() if _enough(items)]
    if full:
        yield from (_chart(items, "value") for items in full)
        return
    lengths: dict[tuple[str, int], list[_Item]] = {}
    for items in periods.values():
        period = items[0].figure.period
        if period is not None and period.length is not None:
            lengths.setdefault(period.length, []).extend(items)
    yield from (_chart(items, "date") for items in lengths.values() if _enough(items) and _apart(items))


def _enough(items: Sequence[_Item]) -> bool:
    return len({i.said.source_id for i in items}) >= SOURCES


def _apart(items: Sequence[_Item]) -> bool:
    """Whether no two periods overlap, unless they are the same."""
    spans = sorted({_period(i).same for i in items})
    return all(a[1] < b[0] for a, b in pairwise(spans))


def _chart(items: Sequence[_Item], axis: Literal["value", "date"]) -> Chart:
    dots: dict[tuple[object, ...], Dot] = {}
    for item in items:
        figure, period = item.figure, item.figure.period
        dot = Dot(
            row=item.said.row,
            value=float(figure.low),
            high=None if figure.high is None else float(figure.high),
            text=item.said.text[figure.start : figure.end],
            label=item.said.label,
            period=period.words if period else "",
            at=_period(item).first if axis == "date" else "",
        )
        dots.setdefault((dot.row, dot.value, dot.high, dot.at), dot)
    order = sorted(dots.values(), key=lambda d: (d.at, d.row))
    return Chart(counts=_title(items, axis), unit=items[0].figure.unit, axis=axis, dots=tuple(order))


def _title(items: Sequence[_Item], axis: str) -> str:
    """What every dot counts, in the words of the source that says it most shortly."""
    words = min((i.figure.counts for i in items), key=lambda w: ("…" in w, len(w)))
    period = items[0].figure.period
    if period is None:
        return f"{words} (period not stated)"
    if axis == "value":
        return f"{words}, {period.words}"
    unit, number = period.length or ("month", 1)
    if unit == "month" and number % 12 == 0:
        unit, number = "year", number // 12
    return f"{words}, by {unit}" if number == 1 else f"{words}, by {number} {unit}s"


def _period(item: _Item) -> Period:
    """The period of an item that has one."""
    assert item.figure.period is not None
    return item.figure.period
