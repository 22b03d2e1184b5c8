"""All that the commands print. Nothing of a source, a file's name or a question can steer the terminal through it."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Any

import typer

from app.render.visible import terminal_json, terminal_safe

if TYPE_CHECKING:
    from pydantic import BaseModel

    from app.render.console import SafeConsole

_WIDTH = 150  # columns of a table where the output is not a terminal


def say(text: str, *, err: bool = False, nl: bool = True) -> None:
    """Print text as it is, but for what could steer a terminal."""
    typer.echo(terminal_safe(text), err=err, nl=nl)


def say_json(data: Any) -> None:
    """Print JSON-ready data."""
    typer.echo(terminal_json(json.dumps(data, ensure_ascii=False, indent=2)))


def say_record(record: BaseModel, *, indent: int | None = 2) -> None:
    """Print a record as JSON: with `indent` None on one line."""
    typer.echo(terminal_json(record.model_dump_json(indent=indent)))


class _SafeFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return terminal_safe(super().format(record))


def make_log_safe() -> None:
    """Have Python's own handler, which prints warnings where no other is set, let nothing steer the terminal."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(_SafeFormatter())


def console() -> SafeConsole:
    """Return a console for lines of text: piped output is not wrapped, since its reader expects a statement a line."""
    from app.render.console import SafeConsole

    return SafeConsole(highlight=False, soft_wrap=not sys.stdout.isatty())


def table_console(width: int = _WIDTH) -> SafeConsole:
    """Return a console for tables; `width`: its columns where the output is not a terminal."""
    from app.render.console import SafeConsole

    return SafeConsole(highlight=False, width=None if sys.stdout.isatty() else width)


def progress_console(*, quiet: bool) -> SafeConsole:
    """Return a console on standard error."""
    from app.render.console import SafeConsole

    return SafeConsole(stderr=True, quiet=quiet, highlight=False)


def counted(count: int, what: str) -> str:
    """Say how many of a thing there are, whose plural ends in -s: '1 source', '1,204 sources'."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
