"""`footnote feedback`: what readers thought of answers in the chat."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import Home, Json, settings
from app.cli.output import say, say_json, table_console

if TYPE_CHECKING:
    from app.feedback import Feedback


def feedback(
    down: Annotated[bool, typer.Option("--down", help="Only bad answers.")] = False,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """List readers' feedback on answers in the chat, newest first."""
    from app.feedback import FILE, read

    log = read(settings(home=home).home)
    entries = [e for e in log.entries if e.verdict == "down" or not down]
    for number in log.unreadable:
        say(f"footnote: {FILE}: line {number} cannot be read and is left out", err=True)
    if as_json:
        say_json([e.model_dump() for e in entries])
    elif entries:
        _print(entries)
    else:
        which = "No answer was marked as bad." if down and log.entries else "There is no feedback yet."
        say(f"{which} Readers give feedback with the thumbs below an answer in the chat (footnote serve).")


def _print(entries: Sequence[Feedback]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), expand=True)
    table.add_column("time", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("question", ratio=3)
    table.add_column("reason", ratio=2)
    table.add_column("answer", no_wrap=True)
    for e in entries:
        when = e.time.replace("T", " ").removesuffix("Z")
        mark = Text("good", style="green") if e.verdict == "up" else Text("bad", style="red")
        question, reason = (Text(" ".join(t.split())) for t in (e.question, e.reason))
        table.add_row(Text(when), mark, question, reason, Text(e.answer_id))
    console = table_console()
    console.print(table)
    bad = sum(e.verdict == "down" for e in entries)
    console.print(f"{len(entries)} in all, {bad} bad. Times are UTC; --json shows every field.", markup=False)
