"""`footnote sources`: what the index holds; `sources_change.py` and `sources_lock.py` have the other commands."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.asking_pages import Ids
from app.cli.options import Home, Json, settings
from app.cli.output import say, say_json, table_console
from app.cli.source_facts import facts_json, facts_table, in_words
from app.cli.sources_change import add, remove, trash
from app.cli.sources_check import check
from app.cli.sources_fetch import fetch
from app.cli.sources_lock import lock, verify
from app.outside import whole_characters
from app.render.style import Style

if TYPE_CHECKING:
    from app.sources.contents import SourceEntry

sources_app = typer.Typer(help="See, add, fetch, check, remove and lock the sources.", no_args_is_help=True)


@sources_app.callback()
def _group() -> None:
    pass


@sources_app.command("list")
def list_sources(as_json: Json = False, home: Home = None) -> None:
    """List the sources of the index with their ids, in reading order."""
    from app.sources.contents import contents_of
    from index.storage.generation import open_current

    entries = contents_of(open_current(settings(home=home).index)).entries
    if as_json:
        say_json([_fields(entry) for entry in entries])
    else:
        _print(entries)


@sources_app.command("show")
def show_source(
    source_id: Annotated[str, typer.Argument(help="The source, by its id.")], as_json: Json = False, home: Home = None
) -> None:
    """Show what is known of a source, and what of that is guessed from its file."""
    from app.sources.contents import entry_of
    from index.storage.generation import open_current

    loaded = settings(home=home)
    generation = open_current(loaded.index)
    entry = entry_of(generation, whole_characters(source_id))
    stamp = generation.manifest.sources[entry.id]
    page, of_page = _page_lines(loaded.home, entry.id)
    if as_json:
        known = facts_json(entry.facts) | {"guessed": entry.guessed, "file": entry.file}
        sizes = {"characters": entry.characters, "passages": entry.passages, "pages": entry.pages}
        say_json(known | sizes | {"sha256": stamp.file_sha256, "reader": stamp.reader} | page)
        return
    pages = f", pages: {entry.pages}" if entry.pages else ""
    more = [
        ("file", entry.file),
        ("text", f"{entry.characters:,} characters, passages: {entry.passages}{pages}"),
        ("read with", stamp.reader),
        ("SHA-256", stamp.file_sha256),
        *of_page,
    ]
    table_console().print(facts_table(entry.facts, entry.guessed, more))
    if entry.guessed:
        say(f"To correct what is guessed, state it in {entry.file}.meta.yaml and run: footnote index build")


sources_app.command("add")(add)
sources_app.command("fetch")(fetch)
sources_app.command("check")(check)
sources_app.command("remove")(remove)
sources_app.command("trash")(trash)
sources_app.command("lock")(lock)
sources_app.command("verify")(verify)


@sources_app.command("cite")
def cite_sources(
    source_ids: Ids = None,
    style: Annotated[Style, typer.Option(help="The style of the references.")] = Style.CHICAGO,
    home: Home = None,
) -> None:
    """Print sources as references. A note is cited as a note on its original; the day of access is today."""
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
        values = _fields(entry) | {"guessed": ", ".join(in_words(name) for name in entry.guessed)}
        table.add_row(*(Text("" if v is None else str(v)) for v in list(values.values())[: len(table.columns)]))
    table_console().print(table)


def _page_lines(home: Path, source_id: str) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Return what is known of a source's page: as JSON, and in lines for the terminal."""
    from index.fetched.store import find_page, read_pages

    page = find_page(read_pages(home), source_id)
    if page is None:
        return {}, []
    from app.cli.page_words import page_rows

    return {"page": page.model_dump(exclude={"about", "original", "file"})}, page_rows(page)
