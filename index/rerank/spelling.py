"""A question in the spelling of the passage that it is read with: a reader takes Ugledar and Vuhledar for two towns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from index.passage import Passage
from index.text.analysis import Token, analyse

Spellings = Callable[[str], Sequence[str]]  # of a name, as the passages of an index write it; none for other words


class Respelling:
    """Spells the names of one question as each passage does."""

    def __init__(self, query: str, spellings: Spellings) -> None:
        self._query = query
        words = [t for t in analyse(query).tokens if not t.extra and t.surface.isalpha()]
        self._names = [(t, found) for t in words if (found := spellings(t.surface))]

    def as_in(self, passage: Passage) -> str:
        """Return the question with each name that the passage spells otherwise, and only so, in its spelling."""
        if not self._names:
            return self._query
        words = analyse(passage.embedded_text).words
        text = self._query
        for token, spellings in reversed(self._names):
            other = _other(token, spellings, words)
            text = text[: token.start] + other + text[token.end :] if other else text
        return text


def _other(token: Token, spellings: Sequence[str], words: frozenset[str]) -> str | None:
    if token.surface.lower() in words:
        return None
    return next((s for s in spellings if s.lower() in words), None)
