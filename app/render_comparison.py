"""A comparison for the terminal: a table of rows, and charts as bars of text."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.chart import Chart, Dot
from app.compare import Comparison, Row
from app.visible import visible

_BAR = 40  # characters of the longest bar
_FULL, _RANGE = "█", "░"  # up to the figure; from the low to the high end of a range


def print_comparison(console: Console, found: Comparison) -> None:
    """The rows, the charts, and how many sources have nothing on the question."""
    if found.standalone_question != found.question.strip():
        console.print(Text(f"Understood as: {visible(found.standalone_question)}", style="dim"))
    if not found.rows:
        console.print(f"No source says anything on this that was found ({found.searched} searched).")
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 1, 0), show_header=False)
    table.add_column(justify="right", style="green")
    table.add_column(max_width=40)
    table.add_column()
    for row in found.rows:
        who = Text.assemble((visible(row.speaker), "cyan"), "\n", (row.relation, "dim"))
        table.add_row(str(row.number), who, _quoted(row))
    console.print(table)
    for chart in found.charts:
        console.print()
        console.print(Text(visible(chart.counts) + (f" ({chart.unit})" if chart.unit else ""), style="bold"))
        console.print(_bars(chart))
    if found.silent:
        console.print(Text(f"\nNothing on this in {len(found.silent)} of {found.searched} sources.", style="dim"))


def _quoted(row: Row) -> Text:
    """The quotation with its figures in bold, and the command that opens it in its place."""
    words = Text(visible(row.quote.text))
    for start, end in row.emphasis:
        words.stylize("bold", start, end)
    place = f"\nfootnote show {row.source_id} --span {row.quote.start}:{row.quote.end}"
    return Text.assemble("“", words, "”", (place, "dim"))


def _bars(chart: Chart) -> Table:
    table = Table.grid(padding=(0, 1))
    for justify in ("right", "left", "right", "left"):
        table.add_column(justify=justify, no_wrap=True)
    most = max(dot.high or dot.value for dot in chart.dots) or 1.0
    for dot in chart.dots:
        when = f"{dot.period}, {dot.label}" if chart.axis == "date" else dot.label
        table.add_row(
            Text(f"[{dot.row}]", style="green"), Text(visible(when)), Text(visible(dot.text)), _bar(dot, most)
        )
    return table


def _bar(dot: Dot, most: float) -> Text:
    low = round(_BAR * dot.value / most)
    high = round(_BAR * dot.high / most) if dot.high is not None else low
    return Text((_FULL * low or "▏") + _RANGE * (high - low))
