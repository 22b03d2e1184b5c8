"""The facts of a source in the terminal: a line each, with a mark where nobody stated them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

    from index.source import SourceFacts

_NAMES = {"published": "date"}  # as the options are called
_ORDER = ("title", "author", "publisher", "published", "language", "url", "licence", "kind", "relation", "basis", "via")


def in_words(field: str) -> str:
    """Return what the terminal calls a field."""
    return _NAMES.get(field, field)


def facts_json(facts: SourceFacts) -> dict[str, Any]:
    """Return the facts, ready for JSON."""
    return {"id": facts.id} | {name: getattr(facts, name) for name in _ORDER}


def facts_table(facts: SourceFacts, guessed: Collection[str], more: Iterable[tuple[str, str]]) -> Table:
    """Return the facts that there are, and `more` lines behind them."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name in _ORDER:
        if value := getattr(facts, name):
            words = ", ".join(value) if isinstance(value, tuple) else str(value)
            if name != "basis" or facts.kind == "note":
                mark = ("  (guessed)", "yellow") if name in guessed else ""
                table.add_row(in_words(name), Text.assemble(words, mark))
    for name, words in more:
        table.add_row(name, Text(words))
    return table
