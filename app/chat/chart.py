"""Figures of several sources for one kind of thing, as a dot plot in inline SVG.

Every row has a line from zero to the largest figure and a dot on it, so that distance is size and no axis is
cut. Places are percentages of the width: the words keep their size on a phone.
"""

from __future__ import annotations

from markupsafe import Markup

from app.chat.markup import html, join
from app.chat.texts import Texts
from app.compare import Chart, Dot
from app.visible import visible

_ROW = 42  # CSS pixels a row: a line of words and the line with the dot
_WORDS, _LINE = 14, 28  # baseline of the words and height of the line within a row
_ROOM = 98.0  # per cent of the width that the largest figure takes; the rest holds half a dot


def chart_html(chart: Chart, number: int, turn: str, texts: Texts) -> Markup:
    """A figure with its caption, which says what every dot counts, and a text alternative with all figures."""
    most = max((d.high if d.high is not None else d.value) for d in chart.dots) or 1.0
    name = f"{turn}-chart-{number}"
    return html(
        '<figure class="chart"><figcaption id="{name}">{counts}</figcaption>'
        '<svg role="img" aria-labelledby="{name}" aria-describedby="{name}-dots" width="100%" height="{height}">'
        '{rows}</svg><ul class="for-ears" id="{name}-dots">{words}</ul></figure>',
        name=name,
        counts=texts.chart_counts.format(counts=visible(chart.counts)),
        height=_ROW * len(chart.dots),
        rows=join(_dot(d, n, most) for n, d in enumerate(chart.dots)),
        words=join(html("<li>{w}</li>", w=_words(d, texts)) for d in chart.dots),
    )


def _words(dot: Dot, texts: Texts) -> str:
    label = ", ".join(p for p in (dot.label, dot.period) if p)
    return visible(texts.chart_dot.format(label=label, text=dot.text))


def _dot(dot: Dot, place: int, most: float) -> Markup:
    top = place * _ROW
    x = max(0.0, dot.value) / most * _ROOM
    high = max(0.0, dot.high) / most * _ROOM if dot.high is not None else x
    label = ", ".join(p for p in (dot.label, dot.period) if p)
    reach = html(
        '<line class="chart-range" x1="{a}%" x2="{b}%" y1="{y}" y2="{y}"></line>'
        '<circle class="chart-dot" cx="{b}%" cy="{y}" r="5"></circle>',
        a=f"{x:.2f}", b=f"{high:.2f}", y=top + _LINE,
    ) if high != x else Markup("")  # fmt: skip
    return html(
        '<text class="chart-label" x="0" y="{words}">{label}</text>'
        '<text class="chart-figure" x="100%" y="{words}" text-anchor="end">{text}</text>'
        '<line class="chart-line" x1="0" x2="100%" y1="{y}" y2="{y}"></line>{reach}'
        '<circle class="chart-dot" cx="{x}%" cy="{y}" r="5"></circle>',
        words=top + _WORDS,
        label=visible(label),
        text=visible(dot.text),
        y=top + _LINE,
        x=f"{x:.2f}",
        reach=reach,
    )
