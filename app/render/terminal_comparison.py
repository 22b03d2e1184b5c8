"""A comparison for the terminal: a table of rows."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.compare.rows import Comparison, Row
from app.render.visible import visible


def print_comparison(console: Console, found: Comparison) -> None:
    """The rows, and how many sources have nothing on the question."""
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
    if found.silent:
        console.print(Text(f"\nNothing on this in {len(found.silent)} of {found.searched} sources.", style="dim"))


def _quoted(row: Row) -> Text:
    """The quotation with its figures in bold, and the command that opens it in its place."""
    words = Text(visible(row.quote.text))
    for start, end in row.emphasis:
        words.stylize("bold", start, end)
    place = f"\nfootnote show {row.source_id} --span {row.quote.start}:{row.quote.end}"
    return Text.assemble("“", words, "”", (place, "dim"))
