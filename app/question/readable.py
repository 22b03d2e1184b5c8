"""Can the checker of statements read both a statement and its source? Guards and reader are made for English alone."""

from __future__ import annotations

from app.question.language import detect, is_plainly_english
from index.source import Source


def is_read(statement: str, source: Source) -> bool:
    """Return whether statement and source are in English."""
    if source.language.partition("-")[0] != "en":
        return False
    letters = [c for c in statement if c.isalpha()]
    if 2 * sum(c > "\u024f" for c in letters) > len(letters):
        return False
    if is_plainly_english(statement):
        return True
    found = detect(statement)
    return found is None or found.code == "en"
