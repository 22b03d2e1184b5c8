"""`footnote sources`: what the index holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.options import Home, Json, settings
from app.cli.output import say, say_json, table_console
from app.outside import whole_characters
from app.render.style import Style

if TYPE_CHECKING:
    from app.sources import SourceEntry

_NAMES = {"published": "date"}  # as the columns are headed

sources_app = typer.Typer(help="See which sources there are.", no_args_is_help=True)


@sources_app.callback()
def _group() -> None:
    pass


@sources_app.command("list")
def list_sources(as_json: Json = False, home: Home = None) -> None:
    """List the sources of the index with their ids, in reading order."""
    from app.sources import contents_of
    from index.storage.generation import open_current

    entries = contents_of(open_current(settings(home=home).index)).entries
    if as_json:
        say_json([_fields(entry) for entry in entries])
    else:
        _print(entries)


@sources_app.command("cite")
def cite_sources(
    source_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Sources; all without one.")] = None,
    style: Annotated[Style, typer.Option(help="The style of the references.")] = Style.CHICAGO,
    home: Home = None,
) -> None:
    """Print sources as references. A note is cited as a note on its original; today is the day of access."""
    from datetime import UTC, datetime

    from app.render.citations import cite_all
    from index.storage.generation import open_current

    generation = open_current(settings(home=home).index)
    chosen = [generation.source(whole_characters(i)) for i in source_ids or ()] or generation.sources()
    say(cite_all([s.facts for s in chosen], style, datetime.now(UTC).date()))


def _fields(entry: SourceEntry) -> dict[str, Any]:
    facts = entry.facts
    return {
        "id": facts.id,
        "kind": facts.kind,
        "relation": facts.relation,
        "title": facts.title,
        "publisher": facts.publisher,
        "published": facts.published,
        "passages": entry.passages,
        "file": entry.file,
        "guessed": list(entry.guessed),
    }


def _print(entries: Sequence[SourceEntry]) -> None:
    """Print a row a source; on a narrow screen titles and publishers wrap, the id never."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("id", no_wrap=True, style="cyan")
    for name in ("kind", "relation", "title", "publisher", "date"):
        table.add_column(name, overflow="fold")
    table.add_column("passages", justify="right")
    table.add_column("file", overflow="fold")
    if any(entry.guessed for entry in entries):
        table.add_column("guessed", overflow="fold")
    for entry in entries:
        values = _fields(entry) | {"guessed": ", ".join(_NAMES.get(name, name) for name in entry.guessed)}
        table.add_row(*(Text("" if v is None else str(v)) for v in list(values.values())[: len(table.columns)]))
    table_console().print(table)
