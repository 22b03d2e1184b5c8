"""`footnote check`: a statement held against the sources."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from app.cli.ask import save_bundle
from app.cli.options import Home, Json, Sources, filters, open_engine
from app.cli.output import console, say_record


def check(
    claim: Annotated[str, typer.Argument(help="The statement, in a sentence.")],
    source: Sources = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Save the sentences and their sources as a zip for `footnote replay`.")
    ] = None,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Show which sentences support or dispute CLAIM, and which come near without saying it.

    A small model that comes with Footnote reads both, and numbers, dates, names, negations and hedges are compared word
    for word. Where the model cannot tell, it leaves the judgement to you. Without its files, only words are compared,
    and the output says so.
    """
    from app.render.terminal import print_check

    engine = open_engine(home)
    found = engine.check(claim, filters(engine, source))
    if bundle is not None:
        save_bundle(bundle, found.answer, engine)
    if as_json:
        say_record(found)
    else:
        print_check(console(), found, {s.id: s for s in engine.sources()})
