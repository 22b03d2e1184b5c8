"""The options by which a command is told of a source what its file would leave to be guessed."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any

import typer

from app.outside import whole_characters

# By the field of a source's facts: the option and its help.
_OPTIONS = {
    "title": ("--title", "Title."),
    "author": ("--author", "Author, as printed."),
    "published": ("--date", "Date of publication: YYYY-MM-DD, YYYY-MM or YYYY."),
    "publisher": ("--publisher", "Publisher."),
    "language": ("--language", "Language, by its ISO 639 code."),
    "url": ("--url", "Address on the web, for a file."),
    "licence": ("--licence", "Licence, or who allowed you to keep it."),
    "id": ("--id", "Id in footnotes and commands."),
}


def stated(**values: object) -> dict[str, str]:
    """Return what options state of a source, by the names of its fields; None is not stated."""
    return {name: whole_characters(str(value)) for name, value in values.items() if value is not None}


def states_facts(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command these options in the place of its parameter `facts`, and it their values in that, by field.

    Typer reads a command's options from its signature, so the signature is what is changed.
    """
    parameters: list[inspect.Parameter] = []
    for parameter in inspect.signature(command, eval_str=True).parameters.values():
        parameters += map(_parameter, _OPTIONS) if parameter.name == "facts" else [parameter]

    @wraps(command)
    def run(**given: Any) -> None:
        facts = stated(**{name: given.pop(name) for name in _OPTIONS})
        command(facts=facts, **given)

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    return run


def _parameter(field: str) -> inspect.Parameter:
    option, explained = _OPTIONS[field]
    kind = Annotated[str | None, typer.Option(option, help=explained)]
    return inspect.Parameter(field, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=kind)
