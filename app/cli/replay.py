"""`footnote replay`: the quotations of a bundle, checked again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import Home, Json, settings
from app.cli.output import say_record, table_console

if TYPE_CHECKING:
    from rich.table import Table

    from app.bundle.replay import Replay, ReplayedQuote

_HERE = {
    "same": "unchanged",
    "words": "changed, words still there",
    "changed": "changed, words gone",
    "absent": "not in the index",
}
_SPANS_FROM = 110  # columns from which there is room for start:end
_FLEXIBLE = {"source": 2, "quotation": 3}  # columns of the table that share the room that is left, in these parts


def replay(
    bundle: Annotated[Path, typer.Argument(help="The zip that the chat or `footnote ask --bundle` saved.")],
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Check every quotation of BUNDLE again, offline. Exit code 1 if one is not proved."""
    from app.bundle.replay import replay as check

    found = check(bundle, settings(home=home).home)
    if as_json:
        say_record(found)
    else:
        _print_replay(found)
    if not found.ok:
        raise typer.Exit(1)


def _print_replay(found: Replay) -> None:
    from rich.text import Text

    console = table_console()
    console.print(Text(found.title, style="bold"))
    console.print(f"Made {found.made} by Footnote {found.footnote}, SHA-256 {found.sha256}", markup=False)
    if found.quotes:
        console.print()
        console.print(_replay_table(found, console.width))
    console.print()
    for quote in found.quotes:
        if quote.reason:
            console.print(f"Not proved: [{quote.answer}.{quote.number}] {quote.reason}.", markup=False)
    for problem in found.problems:
        console.print(f"Bundle: {problem}.", markup=False)
    if found.unchecked:
        console.print(f"Not checked: {found.unchecked}.", markup=False)
    for text in (*_about_labels(found), *_about_index(found)):
        console.print(text, markup=False)
    console.print(Text(_verdict(found), style="bold"))


def _replay_table(found: Replay, width: int) -> Table:
    """Return a line a quotation; on a narrow screen source and quotation are cut, the verdict never."""
    from rich.table import Table
    from rich.text import Text

    rows = [_row(quote, found, spans=width >= _SPANS_FROM) for quote in found.quotes]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), expand=True)
    for name in rows[0]:
        longest = max(len(name), *(len(row[name]) for row in rows))
        if name in _FLEXIBLE:
            table.add_column(name, no_wrap=True, overflow="ellipsis", ratio=_FLEXIBLE[name], max_width=longest)
        else:
            table.add_column(name, no_wrap=True, min_width=longest)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row.values()))
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


def _about_labels(found: Replay) -> list[str]:
    """Say what was checked again of a language model's statements, and where another checker labelled otherwise."""
    lines = [f"Statements of a language model checked again by {found.checker}."] if found.checker else []
    for other in found.labels:
        by = f"by {other.by}" if other.by else "in the bundle"
        here = f"here '{other.here}'" if other.differs == "label" else "here for other reasons"
        lines.append(f"Statement {other.answer}.{other.statement} is labelled '{other.label}' {by}, {here}.")
    return lines


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
    amiss = "; the bundle is not as it was made" if found.problems else ""
    return f"{found.proved} of {len(found.quotes)} quotations in {answers} proved{amiss}."
