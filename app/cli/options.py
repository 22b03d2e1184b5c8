"""The options that commands share, and what every command begins with. Nothing heavy is imported here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.outside import whole_characters

if TYPE_CHECKING:
    from app.engine import Engine
    from app.settings import Settings
    from index.filters import Filters

Home = Annotated[Path | None, typer.Option("--home", help="Folder for generated files [.footnote].")]
Corpus = Annotated[
    Path | None,
    typer.Option("--corpus", help="Folder with the article and its sources, or with any texts, or one file [corpus]."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
AsTyped = Annotated[
    bool, typer.Option("--as-typed", help="Ask the question exactly as typed: use no earlier turn, mend no word.")
]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Ask only this source (id). Repeatable.")]
Llm = Annotated[
    str | None,
    typer.Option("--llm", metavar="URL", help="Use the language model of the server at this address, '/v1' included."),
]
LlmModel = Annotated[str | None, typer.Option("--model", metavar="NAME", help="The model, as its server names it.")]
QuotationsOnly = Annotated[
    bool, typer.Option("--quotations-only", help="Ask no language model, even if one is set up.")
]


def settings(**flags: Any) -> Settings:
    """Load the settings with the command's flags on top. Raises UsageError."""
    from app.settings import load_settings

    return load_settings(**flags)


def corpus_settings(corpus: Path | None, home: Path | None) -> Settings:
    """Load the settings for what changes a corpus and its index together. Raises UsageError.

    The home of a folder that `footnote chat FOLDER` has indexed is in that folder, unless one is named.
    """
    loaded = settings(home=home, corpus=corpus)
    if corpus is None or "home" in loaded.model_fields_set:
        return loaded
    from index.read.folder import base_of

    own = base_of(corpus) / ".footnote"
    return settings(home=own, corpus=corpus) if (own / "current").exists() else loaded


def open_engine(home: Path | None, **flags: Any) -> Engine:
    """Open the current index, with further settings on top. Raises what `Engine.open` raises."""
    from app.engine import Engine

    return Engine.open(settings(home=home, **flags))


def filters(engine: Engine, sources: list[str] | None) -> Filters:
    """Return the filters of --source. Raises UnknownSourceError, which names ids that look alike."""
    from index.filters import Filters

    ids = [whole_characters(source_id) for source_id in sources or ()]
    for source_id in ids:
        engine.source(source_id)
    return Filters(sources=frozenset(ids))
