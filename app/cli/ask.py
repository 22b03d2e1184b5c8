"""`footnote ask` and `footnote compare`: questions to the sources."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.options import AsTyped, Home, Json, Llm, LlmModel, QuotationsOnly, Sources, filters, open_engine
from app.cli.output import console, say, say_json, say_record, table_console
from app.render.style import Style
from index.errors import FootnoteError, UsageError

if TYPE_CHECKING:
    from app.engine import Engine
    from app.query import Query
    from app.records import Answer, Turn

_BATCH = (
    "JSON Lines file of {id, question}, optionally with history and as_typed. Prints one answer a line; add --json."
)
_PRINTED = ("--markdown", "--json", "--cite")  # how an answer is printed
_OF_A_QUESTION = ("--markdown", "--cite", "--bundle", "--history", "--as-typed", "--show-prompt")


def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    history: Annotated[Path | None, typer.Option(help="JSON file with earlier turns: [{role, text}, ...].")] = None,
    batch: Annotated[Path | None, typer.Option(help=_BATCH)] = None,
    as_typed: AsTyped = False,
    source: Sources = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown with references.")] = False,
    cite: Annotated[
        Style | None, typer.Option(help="Print the sources that the answer quotes, as references in this style.")
    ] = None,
    bundle: Annotated[
        Path | None, typer.Option(help="Save the answer and its evidence as a zip for `footnote replay`.")
    ] = None,
    llm: Llm = None,
    model: LlmModel = None,
    quotations_only: QuotationsOnly = False,
    show_prompt: Annotated[
        bool, typer.Option("--show-prompt", help="Print what a language model would be told, and ask none.")
    ] = False,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Answer QUESTION from the sources, with a footnote for every statement.

    With --batch, the exit code is 3 if a line could not be answered; its output says why.
    """
    given: dict[str, object] = {"--markdown": markdown, "--json": as_json, "--cite": cite, "--bundle": bundle}
    given |= {"--history": history, "--as-typed": as_typed, "--show-prompt": show_prompt}
    _check_options(question, batch, given)
    if batch is not None:
        from app.cli.batch import ask_batch

        ask_batch(batch, home, source, quotations_only=quotations_only, llm_url=llm, llm_model=model)
        return
    from app.query import Query

    turns = _read_history(history) if history else ()
    engine = open_engine(home, llm_url="" if show_prompt else llm, llm_model="" if show_prompt else model)
    query = Query(question or "", turns, filters(engine, source), as_typed, quotations_only)
    if show_prompt:
        say_prompt(engine, query, as_json=as_json)
        return
    answer = engine.answer(query)
    if bundle is not None:
        save_bundle(bundle, answer, engine)
    _print(answer, engine, as_json=as_json, cite=cite, markdown=markdown)


def _check_options(question: str | None, batch: Path | None, given: Mapping[str, object]) -> None:
    """Raise UsageError for options that do not go together. `given`: by their names; what is not given is false."""
    if (question is None) == (batch is None):
        raise UsageError("give either a QUESTION or --batch FILE.jsonl")
    if sum(bool(given[name]) for name in _PRINTED) > 1:
        raise UsageError("--markdown, --json and --cite exclude each other; give one of them")
    if batch is None:
        return
    if any(given[name] for name in _OF_A_QUESTION):
        raise UsageError(
            "--markdown, --cite, --bundle, --history, --as-typed and --show-prompt go with a QUESTION; --batch "
            "prints JSON, and its lines have history and as_typed of their own"
        )
    if not given["--json"]:
        raise UsageError("--batch prints one JSON object a line; add --json")


def _print(answer: Answer, engine: Engine, *, as_json: bool, cite: Style | None, markdown: bool) -> None:
    if as_json:
        say_record(answer)
    elif cite is not None:
        _print_citations(answer, cite)
    elif markdown:
        from app.render.markdown import answer_markdown
        from index.fetched.seen import PagesSeen

        say(answer_markdown(answer, engine.sources(), looked=PagesSeen(engine.settings.home)), nl=False)
    else:
        from app.render.terminal import print_answer

        print_answer(console(), answer, {s.id: s for s in engine.sources()})


def say_prompt(engine: Engine, query: Query, *, as_json: bool) -> None:
    """Print the messages that a model would get for a question, those of each part of it one after the other."""
    prompts = engine.prompts(query)
    if as_json:
        say_json([[m._asdict() for m in messages] for messages in prompts])
        return
    for messages in prompts:
        for message in messages:
            say(f"--- {message.role}\n{message.text}")
    if not prompts:
        say("No model would be asked: the sources do not answer, or the question is not about what they say.")


def _print_citations(answer: Answer, style: Style) -> None:
    from datetime import UTC, datetime

    from app.render.citations import cite_all

    if not answer.sources:
        raise FootnoteError("the answer quotes no source, so there is nothing to cite")
    say(cite_all([s.facts for s in answer.sources], style, datetime.now(UTC).date()))


def compare(
    question: Annotated[str, typer.Argument(help="The question.")],
    as_typed: AsTyped = False,
    source: Sources = None,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Show what each source says on QUESTION, by date."""
    from app.query import Query
    from app.render.terminal import print_comparison

    engine = open_engine(home)
    found = engine.compare(Query(question, filters=filters(engine, source), as_typed=as_typed))
    if as_json:
        say_record(found)
    else:
        print_comparison(table_console(), found)


def _read_history(path: Path) -> tuple[Turn, ...]:
    from pydantic import TypeAdapter, ValidationError

    from app.outside import read_json
    from app.records import Turn

    try:
        return TypeAdapter(tuple[Turn, ...]).validate_json(read_json(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise UsageError(f'{path}: {where}: {first["msg"]}; write [{{"role": "user", "text": "..."}}, ...]') from None


def save_bundle(path: Path, answer: Answer, engine: Engine) -> None:
    """Write the evidence bundle of an answer. Raises UsageError if it cannot be written."""
    from app.bundle.write import pack

    data = pack([answer], engine.sources(), engine.settings, answer.question)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}); name a file in a folder of yours") from None
    say(f"Saved {path}. Check it with: footnote replay {path}", err=True)
