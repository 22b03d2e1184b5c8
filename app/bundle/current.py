"""How a source that was once quoted stands in this machine's index now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import StoreError, UnknownSourceError
from index.storage.generation import Generation, current_id

if TYPE_CHECKING:
    from app.bundle.format import SourceCard
    from index.source import Source

_TRIES = 20  # a reader may lose this many races against builds that end


class SourceState(StrEnum):
    """The source in the index, beside the version that was quoted."""

    SAME = "same"  # the very text
    WORDS = "words"  # another text, in which the quoted words still stand
    CHANGED = "changed"  # another text, in which they do not
    ABSENT = "absent"  # no source with this id


class CurrentIndex:
    """The current generation under a home, if there is one. `note` says why there is none to compare with."""

    def __init__(self, index: Generation | None, note: str = "") -> None:
        self._index, self.note = index, note
        self.generation = index.id if index else ""

    @classmethod
    @contextmanager
    def open(cls, home: Path | None) -> Iterator[CurrentIndex]:
        """Hold the current generation while the block lasts; an index that cannot be read is none, and noted."""
        try:
            index = _open(home) if home else None
        except StoreError as error:
            yield cls(None, _not_compared(error))
            return
        present = cls(index)
        try:
            yield present
        finally:
            if present._index:
                present._index.close()

    def find(self, source_id: str, sha256: str, words: str) -> SourceState | None:
        """Return how the source compares with the index; None if there is no index."""
        if self._index is None:
            return None
        source = self._source(source_id)
        if source is None:
            return SourceState.ABSENT if self._index else None
        if source.sha256 == sha256:
            return SourceState.SAME
        return SourceState.WORDS if words in source.text else SourceState.CHANGED

    def differences(self, card: SourceCard) -> tuple[str, ...]:
        """Return the fields in which the index describes the same source differently."""
        source = self._source(card.facts.id)
        return source.differences(card.facts) if source else ()

    def _source(self, source_id: str) -> Source | None:
        index = self._index
        if index is None:
            return None
        try:
            return index.source(source_id)
        except UnknownSourceError:
            return None
        except StoreError as error:
            self._index, self.generation, self.note = None, "", _not_compared(error)
            index.close()
            return None


def _open(home: Path) -> Generation | None:
    for _ in range(_TRIES):
        name = current_id(home)
        if name is None:
            return None
        index = Generation.open(home, name)
        if index is not None:
            return index
    return None


def _not_compared(error: StoreError) -> str:
    return f"sources were not compared with the index here: {error}"
