"""What a reader says of passages, kept: a question's passages come up again when its figure is looked up."""

from __future__ import annotations

from collections.abc import Sequence

from index.passage import Passage
from index.rerank.memory import Memory
from index.rerank.runtime import Reader, Reading
from index.rerank.spelling import Respelling, Spellings

_KEPT = 2_000  # readings


class Readings:
    """Reads passages with `reader`, each once a question, and the question in each one's spelling of names.

    Safe to use from several threads.
    """

    def __init__(self, reader: Reader, spellings: Spellings) -> None:
        self.reader = reader
        self._spellings = spellings
        self._kept: Memory[tuple[str, str], Reading] = Memory(_KEPT)

    def read(self, query: str, passages: Sequence[Passage]) -> list[Reading]:
        """Return one reading a passage. Raises ModelError if the reader fails."""
        found = {p.key: p for p in passages}

        def fresh(keys: list[tuple[str, str]]) -> list[Reading]:
            missing, question = [found[key] for _, key in keys], Respelling(query, self._spellings)
            return self.reader.read_many(
                [(question.as_in(p), p.header, [s.read for s in p.sentences]) for p in missing]
            )

        return self._kept.get([(query, p.key) for p in passages], fresh)
