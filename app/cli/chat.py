"""`footnote chat`: index a folder and serve the chat, in one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.index import build_index
from app.cli.options import Corpus, Home, settings
from index.errors import UsageError

if TYPE_CHECKING:
    from app.settings import Settings


def chat(
    folder: Annotated[
        Path | None,
        typer.Argument(metavar="[FOLDER]", help="Folder with texts of any kind, or one file. Without it: the corpus."),
    ] = None,
    corpus: Corpus = None,
    host: Annotated[str | None, typer.Option(help="Address to serve on [127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on [7860]; 0 for any free one.")] = None,
    home: Home = None,
) -> None:
    """Index a folder of Markdown, text, web pages, PDFs and other files if needed, then serve the chat.

    The index of FOLDER is kept in FOLDER/.footnote, unless --home or a setting says otherwise.
    """
    from app.server import serve

    if folder is not None and corpus is not None:
        raise UsageError(f"the folder is named twice, {folder} and --corpus {corpus}; name it once")
    loaded = _settings(folder or corpus, home, host, port)
    build_index(loaded.index, if_stale=True)
    serve(loaded, host=loaded.host, port=loaded.port)


def _settings(folder: Path | None, home: Path | None, host: str | None, port: int | None) -> Settings:
    if folder is not None and not folder.exists():
        raise UsageError(f"{folder}: there is no such folder or file; name one that exists")
    loaded = settings(home=home, corpus=folder, host=host, port=port)
    if folder is None or "home" in loaded.model_fields_set:
        return loaded
    from index.read.folder import base_of

    return settings(home=base_of(folder) / ".footnote", corpus=folder, host=host, port=port)
