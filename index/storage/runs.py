"""What an index takes over unchanged from the one before: sources in a row, with all that was made of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Run:
    """Sources in a row that are as they were, with their passages: the first numbers now and before, and how many."""

    source: int
    source_before: int
    sources: int
    passage: int
    passage_before: int
    passages: int


def read_only(path: Path) -> str:
    """Return what SQLite opens a finished database by: nobody writes to it, so no locks and no files beside it."""
    return f"{path.absolute().as_uri()}?mode=ro&immutable=1"
