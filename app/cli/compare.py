"""`footnote compare`: what each source says on a question, as a table and, where figures are alike, as bars."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

_WIDTH = 150  # columns where the output is no terminal


def compare(
    question: str,
    source: Annotated[
        list[str] | None, typer.Option("--source", help="Only this source (id); may be given several times.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    home: Annotated[
        Path | None, typer.Option("--home", help="Folder for everything that is generated [.footnote].")
    ] = None,
) -> None:
    """Set side by side what each source says on QUESTION, in order of date."""
    from rich.console import Console

    from app.engine import Engine
    from app.render.terminal import print_comparison
    from app.settings import load_settings
    from index.filters import Filters

    engine = Engine.open(load_settings(home=home))
    for source_id in source or ():
        engine.source(source_id)  # says which ids come near if there is none
    found = engine.compare(question, filters=Filters(sources=frozenset(source or ())))
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        print_comparison(Console(highlight=False, width=None if sys.stdout.isatty() else _WIDTH), found)
