"""Writes docs/cli.md from the commands themselves: `python docs/make_cli.py`. A test keeps it true.

The words are those of `footnote ... --help`, set without the boxes and colours of a terminal, so that the page is the
same wherever it is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from app.cli.main import app

WIDTH = 100  # columns
PAGE = Path(__file__).resolve().parent / "cli.md"
HEAD = """\
# Commands

Every command with its options, as its `--help` prints them. Exit codes: 0 done; 1 it could not be done, or a check
failed; 2 wrong input (arguments, settings, corpus), a page that is not fetched, or a full disk; 3 some lines of a batch
could not be answered; 130 interrupted. [settings.md](settings.md) says what applies if you leave an option out;
[json.md](json.md) names the fields of what is printed as JSON.
"""


def page() -> str:
    """Return the page as it should be."""
    parts = [f"## {name}\n\n```text\n{text}\n```\n" for name, text in _helps(get_command(app), "footnote", None)]
    return "\n".join([HEAD, *parts])


def _helps(command: Any, name: str, parent: Any) -> Iterator[tuple[str, str]]:
    """Name and help of a command and of each one below it, in the order in which they are listed."""
    command.rich_markup_mode = None
    context = command.context_class(command, parent, name, terminal_width=WIDTH, max_content_width=WIDTH)
    text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
    yield context.command_path, text.strip()
    for below in command.list_commands(context) if hasattr(command, "list_commands") else ():
        yield from _helps(command.get_command(context, below), below, context)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
