"""A note's words beside its original: what the original does with them goes with the statement that quotes them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from app.records import RESTING, Statement, Support, as_one
from index.source import Kind, Source

if TYPE_CHECKING:
    from app.support.originals import OriginalCheck

Find = Callable[[str], Source | None]
"""Gives the source with an id, None if the index has none."""


@cache
def installed_check() -> OriginalCheck:
    """Return the one check of this process, which keeps what it found."""
    from app.support.originals import OriginalCheck

    return OriginalCheck()


def beside_original(statement: Statement, find: Find, check: OriginalCheck | None = None) -> Statement:
    """Return `statement`; where it quotes a note whose original is in the index, with what the original does with that.

    Headings, a note's words on the article and on itself claim nothing that its original could bear out. Raises
    ModelError if the reader of claims is damaged or fails.
    """
    if not statement.quotes or not (statement.support is Support.QUOTED or statement.support in RESTING):
        return statement
    note = find(statement.quotes[-1].source_id)
    original = find(note.original) if note and note.kind is Kind.NOTE and note.original else None
    if original is None or statement.heading or statement.on_article:
        return statement
    from app.question.readable import is_read  # where no original is in the index nothing of this is loaded
    from app.support.originals import speaks_of_itself

    words = as_one(statement.quotes)
    if speaks_of_itself(words):
        return statement
    found = (check or installed_check()).check(words, original, is_read(words, original))
    return statement.model_copy(update={"of_original": found})
