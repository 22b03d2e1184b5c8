"""`footnote ask --batch`: a file of questions, an answer a line. A bad line costs no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.cli.options import filters, open_engine
from app.cli.output import say, say_record
from app.outside import amiss, read_json_lines
from app.query import Query
from app.records import Turn
from index.errors import QuoteError, UsageError

if TYPE_CHECKING:
    from app.engine import Engine
    from app.records import Answer
    from index.filters import Filters

_SOME_FAILED = 3  # exit code


class BatchQuestion(BaseModel):
    """One line: what is asked, under which id, after which turns or word for word. Other fields are the file's own."""

    model_config = ConfigDict(frozen=True, extra="ignore", coerce_numbers_to_str=True)

    id: str = ""
    question: str
    history: tuple[Turn, ...] = ()
    as_typed: bool = False


class Unanswered(BaseModel):
    """What stands in the place of an answer: the line's number from 1, its id if it has one, and what is wrong."""

    id: str = Field("", coerce_numbers_to_str=True)
    line: int = 0
    error: str = ""


def ask_batch(
    file: Path, home: Path | None, sources: list[str] | None, *, quotations_only: bool = False, **flags: Any
) -> None:
    """Print a line of JSON for each line of `file`; `flags`: further settings.

    Raises typer.Exit(3) if one of them could not be answered.
    """
    lines = read_json_lines(file)
    engine = open_engine(home, **flags)
    asked_of = filters(engine, sources)
    failed = 0
    for result in _results(lines, engine, asked_of, quotations_only):
        failed += isinstance(result, Unanswered)
        say_record(result, indent=None)
    if failed:
        say(f"footnote: {failed} of {len(lines)} lines could not be answered; each says why in 'error'", err=True)
        raise typer.Exit(_SOME_FAILED)


def _results(
    lines: list[tuple[int, bytes]], engine: Engine, asked_of: Filters, quotations_only: bool
) -> Iterator[Answer | Unanswered]:
    for number, line in lines:
        try:
            asked = BatchQuestion.model_validate_json(line)
        except ValidationError as error:
            yield Unanswered(id=_id(line), line=number, error=amiss(error))
            continue
        try:
            answer = engine.answer(Query(asked.question, asked.history, asked_of, asked.as_typed, quotations_only))
        except (UsageError, QuoteError) as error:
            yield Unanswered(id=asked.id, line=number, error=str(error))
            continue
        yield answer.model_copy(update={"id": asked.id}) if asked.id else answer


def _id(line: bytes) -> str:
    """Return the id of a line that is no question, if it has one."""
    try:
        return Unanswered.model_validate_json(line).id
    except ValidationError:
        return ""
