"""The command `footnote`. Errors become one line on standard error and an exit code here, and only here.

Exit codes: 0 done; 1 it could not be done; 2 wrong input (arguments, settings, corpus); 130 interrupted.
Heavy modules are imported inside the commands, so that `--help` is quick.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app import __version__
from index.errors import FootnoteError, UsageError

if TYPE_CHECKING:
    from app.records import Turn
    from app.settings import Settings
    from index.filters import Filters

app = typer.Typer(
    help="A chat with an article and its sources; every statement carries a footnote that can be proved.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_INTERRUPTED = 130  # 128 + SIGINT, as shells count

Home = Annotated[Path | None, typer.Option("--home", help="Folder for everything that is generated [.footnote].")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SourceFilter = Annotated[
    list[str] | None, typer.Option("--source", help="Only this source (id); may be given several times.")
]


def main() -> None:
    """Entry point: runs a command and turns what it raises into words and an exit code."""
    try:
        code = app(prog_name="footnote", standalone_mode=False)
        if code == _INTERRUPTED:
            typer.echo("footnote: interrupted", err=True)
        if isinstance(code, int):  # outside standalone mode typer gives an exit code back as a value
            sys.exit(code)
    except FootnoteError as error:
        typer.echo(f"footnote: {error}", err=True)
        sys.exit(error.exit_code)
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("footnote: interrupted", err=True)
        sys.exit(_INTERRUPTED)
    except BrokenPipeError:
        # The reader of our output has left; nothing more can be said to it, not even by the interpreter's flush.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        if _is_click_usage(error):
            error.show()  # type: ignore[attr-defined]
            sys.exit(2)
        raise


def _is_click_usage(error: Exception) -> bool:
    """Whether the argument parser raised `error` (typer may carry its own copy of click)."""
    return hasattr(error, "show") and hasattr(error, "format_message")


def _settings(**flags: Any) -> Settings:
    from app.settings import load_settings

    return load_settings(**flags)


def _print_json(data: Any, indent: int | None = 2) -> None:
    typer.echo(json.dumps(data, ensure_ascii=False, indent=indent))


def _version(value: bool) -> None:
    if value:
        typer.echo(f"footnote {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    pass


@app.command()
def search(
    query: str,
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="Number of passages.")] = 5,
    source: SourceFilter = None,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Find the passages nearest to QUERY; score 0..1, higher is better."""
    from app.engine import Engine
    from app.render.terminal import print_hits

    if not query.strip():
        raise UsageError("the query is empty; write what to look for")
    engine = Engine.open(_settings(home=home))
    hits = engine.search(query, k, _filters(engine, source))
    if as_json:
        rows = [
            {
                "source_id": h.passage.source_id,
                "start": h.passage.start,
                "end": h.passage.end,
                "score": h.score,
                "similarity": h.similarity,
                "dense_rank": h.dense_rank,
                "lexical_rank": h.lexical_rank,
                "text": h.passage.text,
            }
            for h in hits
        ]
        _print_json(rows)
        return
    print_hits(_console(), hits, {s.id: s for s in engine.sources()})


def _filters(engine: Any, source: list[str] | None) -> Filters:
    from index.filters import Filters

    for source_id in source or ():
        engine.source(source_id)  # says which ids come near if there is none
    return Filters(sources=frozenset(source or ()))


def _console() -> Any:
    from rich.console import Console

    # Piped output is not wrapped: what reads it expects a statement a line.
    return Console(highlight=False, soft_wrap=not sys.stdout.isatty())


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    history: Annotated[Path | None, typer.Option(help="JSON file with earlier turns: [{role, text}, ...].")] = None,
    batch: Annotated[
        Path | None, typer.Option(help="JSON Lines file of {id, question, history}; one answer a line.")
    ] = None,
    source: SourceFilter = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, with references.")] = False,
    bundle: Annotated[
        Path | None, typer.Option(help="Save the answer with its evidence to this zip, for `footnote replay`.")
    ] = None,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Answer QUESTION from the sources, every statement with its footnote."""
    from app.engine import Engine

    if (question is None) == (batch is None):
        raise UsageError("give either a QUESTION or --batch FILE.jsonl")
    if markdown and as_json:
        raise UsageError("--markdown and --json exclude each other; give one of them")
    if batch is not None:
        if markdown or bundle is not None:
            raise UsageError("--markdown and --bundle go with a QUESTION; --batch prints JSON")
        _ask_batch(batch, as_json, home, source)
        return
    turns = _read_history(history) if history else ()
    engine = Engine.open(_settings(home=home))
    answer = engine.answer(question or "", turns, _filters(engine, source))
    if bundle is not None:
        from app.cli.keep import save_bundle

        save_bundle(bundle, answer, engine)
    if as_json:
        typer.echo(answer.model_dump_json(indent=2))
    elif markdown:
        from app.render.markdown import answer_markdown

        typer.echo(answer_markdown(answer, engine.sources()), nl=False)
    else:
        from app.render.terminal import print_answer

        print_answer(_console(), answer, {s.id: s for s in engine.sources()})


def _ask_batch(batch: Path, as_json: bool, home: Path | None, source: list[str] | None) -> None:
    from app.engine import Engine
    from app.evaluate.scoring import read_questions

    if not as_json:
        raise UsageError("--batch prints one JSON object a line; add --json")
    questions = read_questions(batch)
    engine = Engine.open(_settings(home=home))
    filters = _filters(engine, source)
    for q in questions:
        answer = engine.answer(q.question, q.history, filters)
        typer.echo(answer.model_copy(update={"id": q.id}).model_dump_json())


def _read_history(path: Path) -> tuple[Turn, ...]:
    from pydantic import TypeAdapter, ValidationError

    from app.records import Turn

    try:
        return TypeAdapter(tuple[Turn, ...]).validate_json(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); name a JSON file") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise UsageError(f'{path}: {where}: {first["msg"]}; write [{{"role": "user", "text": "..."}}, ...]') from None


@app.command()
def show(
    source_id: str,
    span: Annotated[str | None, typer.Option(help="START:END, character offsets.")] = None,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Print a source, or the words at START:END in their place."""
    from app.render.terminal import print_span
    from index.passage import Quote
    from index.storage.generation import open_current

    source = open_current(_settings(home=home).index).source(source_id)
    start, end = _span(span) if span else (0, len(source.text))
    quote = Quote.of(source, start, end)
    if as_json:
        _print_json(
            {
                "source_id": source.id,
                "source_sha256": source.sha256,
                "start": start,
                "end": end,
                "text": quote.text,
                "file": source.file,
                "line": source.line_at(start),
                "url": source.url,
            }
        )
    else:
        print_span(_console(), source, start, end)


def _span(text: str) -> tuple[int, int]:
    first, colon, last = text.partition(":")
    if not (colon and first.isdecimal() and last.isdecimal()):
        raise UsageError(f"--span '{text}' is not START:END; write two numbers, as in --span 120:184")
    return int(first), int(last)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to serve on [127.0.0.1].")] = None,
    port: Annotated[int | None, typer.Option(help="Port to serve on [7860]; 0 for any free one.")] = None,
    home: Home = None,
) -> None:
    """Serve the chat in a browser."""
    from app.server import serve as run

    settings = _settings(home=home, host=host, port=port)
    run(settings, host=settings.host, port=settings.port)


def _add_groups() -> None:
    from app.cli.compare import compare
    from app.cli.eval import evaluate
    from app.cli.index import index_app
    from app.cli.keep import feedback, replay

    app.add_typer(index_app, name="index")
    app.command()(compare)
    app.command("eval")(evaluate)
    app.command()(replay)
    app.command()(feedback)


_add_groups()
