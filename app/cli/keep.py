"""`footnote replay` and `footnote feedback`: what was kept of answers, checked again and listed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from index.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from app.bundle.replay import Replay, ReplayedQuote
    from app.engine import Engine
    from app.feedback import Feedback
    from app.records import Answer

Home = Annotated[Path | None, typer.Option("--home", help="Folder for everything that is generated [.footnote].")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_HERE = {
    "same": "unchanged",
    "words": "changed, words still there",
    "changed": "changed, words gone",
    "absent": "not in the index",
}
_WIDTH = 150  # columns where the output is no terminal
_SPANS_FROM = 110  # columns from which there is room for start:end
_FLEXIBLE = {"source": 2, "quotation": 3}  # columns of the table that share the room that is left, in these parts


def _home(home: Path | None) -> Path:
    from app.settings import load_settings

    return load_settings(home=home).home


def _console() -> Any:
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH)


def save_bundle(path: Path, answer: Answer, engine: Engine) -> None:
    """Write `answer` with its evidence to `path`. Raises UsageError if the file cannot be written."""
    from app.bundle.write import pack

    data = pack([answer], engine.sources(), engine.settings, answer.question)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); name a file in a folder of yours") from None
    typer.echo(f"Saved {path}; check it with: footnote replay {path}", err=True)


def replay(
    bundle: Annotated[Path, typer.Argument(help="The zip that the chat or `footnote ask --bundle` saved.")],
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Check every quotation of BUNDLE again, offline (exit code 1 if one is not proved)."""
    from app.bundle.replay import replay as check

    found = check(bundle, _home(home))
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        _print_replay(found)
    if not found.ok:
        raise typer.Exit(1)


def _print_replay(found: Replay) -> None:
    from rich.text import Text

    from app.render.visible import visible

    console = _console()
    console.print(Text(visible(found.title), style="bold"))
    console.print(
        f"Made {visible(found.made)} by Footnote {visible(found.footnote)}, SHA-256 {found.sha256}", markup=False
    )
    table = _replay_table(found, console.width)
    if found.quotes:
        console.print()
        console.print(table)
    console.print()
    for quote in found.quotes:
        if quote.reason:
            console.print(f"Not proved: [{quote.answer}.{quote.number}] {visible(quote.reason)}.", markup=False)
    for problem in found.problems:
        console.print(f"Bundle: {visible(problem)}.", markup=False)
    for text in _about_index(found):
        console.print(visible(text), markup=False)
    console.print(Text(_verdict(found), style="bold"))


def _replay_table(found: Replay, width: int) -> Table:
    """A line a quotation; source and quotation give way where the screen is narrow, the verdict never."""
    from rich.table import Table
    from rich.text import Text

    from app.render.visible import visible

    rows = [_row(quote, found, spans=width >= _SPANS_FROM) for quote in found.quotes]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), expand=True)
    for name in rows[0] if rows else ():
        longest = max(len(name), *(len(row[name]) for row in rows))
        if name in _FLEXIBLE:
            table.add_column(name, no_wrap=True, overflow="ellipsis", ratio=_FLEXIBLE[name], max_width=longest)
        else:
            table.add_column(name, no_wrap=True, min_width=longest)
    for row in rows:
        table.add_row(*(Text(visible(cell)) for cell in row.values()))
    return table


def _row(quote: ReplayedQuote, found: Replay, *, spans: bool) -> dict[str, str]:
    cells = {  # cut, since a stranger's numbers and names may have any length
        "no.": f"{quote.answer}.{quote.number}"[:12],
        "check": "proved" if quote.proved else "NOT PROVED",
        "source": quote.source_id[:200],
        "span": f"{quote.start}:{quote.end}"[:20],
        "quotation": " ".join(quote.text[:500].split()),
        "source here": _HERE.get(quote.here or "", ""),
    }
    left_out = {"" if spans else "span", "" if found.generation else "source here"}
    return {name: cell for name, cell in cells.items() if name not in left_out}


def _about_index(found: Replay) -> list[str]:
    lines = []
    if found.generation:
        lines.append(f"Sources compared with index {found.generation}.")
        told = {q.source_id: q.differs for q in found.quotes if q.differs}
        lines += [f"This index describes {source} otherwise: {', '.join(f)}." for source, f in told.items()]
    elif found.note:
        lines.append(f"{found.note[:1].upper()}{found.note[1:]}")
    else:
        lines.append("There is no index here to compare the sources with; the bundle was checked from itself alone.")
    return lines


def _verdict(found: Replay) -> str:
    answers = "one answer" if found.answers == 1 else f"{found.answers} answers"
    if not found.quotes:
        return f"No quotation in {answers}" + ("." if found.ok else ", and the bundle is not as it was made.")
    count = f"{found.proved} of {len(found.quotes)} quotations in {answers} proved"
    if found.ok:
        return f"{count}."
    return f"{count}; the bundle is not as it was made." if found.problems else f"{count}."


def feedback(
    down: Annotated[bool, typer.Option("--down", help="Only answers that were found bad.")] = False,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """List what readers thought of answers in the chat, newest first."""
    from app.feedback import FILE, read

    log = read(_home(home))
    entries = [e for e in log.entries if e.verdict == "down" or not down]
    for number in log.unreadable:
        typer.echo(f"footnote: {FILE}: line {number} cannot be read and is left out", err=True)
    if as_json:
        typer.echo(json.dumps([e.model_dump() for e in entries], ensure_ascii=False, indent=2))
    elif entries:
        _print_feedback(entries)
    else:
        which = "No answer was found bad." if down and log.entries else "There is no feedback yet."
        typer.echo(f"{which} In the chat (footnote serve), thumbs below each answer say what you think of it.")


def _print_feedback(entries: Sequence[Feedback]) -> None:
    from rich.table import Table
    from rich.text import Text

    from app.render.visible import visible

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), expand=True)
    table.add_column("time", no_wrap=True)
    table.add_column("", no_wrap=True)
    table.add_column("question", ratio=3)
    table.add_column("reason", ratio=2)
    table.add_column("answer", no_wrap=True)
    for e in entries:
        when = e.time.replace("T", " ").removesuffix("Z")
        mark = Text("good", style="green") if e.verdict == "up" else Text("bad", style="red")
        question, reason = (Text(visible(" ".join(t.split()))) for t in (e.question, e.reason))
        table.add_row(Text(visible(when)), mark, question, reason, Text(visible(e.answer_id)))
    console = _console()
    console.print(table)
    bad = sum(e.verdict == "down" for e in entries)
    console.print(f"{len(entries)} in all, {bad} bad. Times are UTC; --json shows every field.", markup=False)
