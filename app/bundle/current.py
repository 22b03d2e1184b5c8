"""How a source that was once quoted compares with this machine's index."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from index.errors import StoreError
from index.source import Source, SourceFacts
from index.storage.generation import Generation, current_id

_TRIES = 20  # a reader may lose this many races against builds that end


class SourceState(StrEnum):
    """The source in the index, beside the version that was quoted."""

    SAME = "same"  # the very text
    WORDS = "words"  # another text that still has the quoted words
    CHANGED = "changed"  # another text, in which they do not
    ABSENT = "absent"  # no source with this id


@dataclass(frozen=True, slots=True)
class CurrentIndex:
    """The sources of the current generation, '' if there is none. `note` says why it could not be read."""

    generation: str = ""
    note: str = ""
    sources: Mapping[str, Source] = field(default_factory=dict)

    @classmethod
    def read(cls, home: Path | None) -> CurrentIndex:
        """Read the current generation under `home`; an index that cannot be read is none, and noted."""
        for _ in range(_TRIES):
            try:
                name = current_id(home) if home else None
                index = Generation.open(home, name) if home and name else None
                if index is not None:
                    with closing(index):
                        return cls(index.id, "", {s.id: s for s in index.sources()})
            except StoreError as error:
                return cls(note=f"sources were not compared with the index here: {error}")
        return cls()

    def find(self, source_id: str, sha256: str, words: str) -> SourceState | None:
        """Return how the source compares with the index; None if there is no index."""
        if not self.generation:
            return None
        source = self.sources.get(source_id)
        if source is None:
            return SourceState.ABSENT
        if source.sha256 == sha256:
            return SourceState.SAME
        return SourceState.WORDS if words in source.text else SourceState.CHANGED

    def differences(self, facts: SourceFacts) -> tuple[str, ...]:
        """Return the fields in which the index describes the same source differently."""
        source = self.sources.get(facts.id)
        return source.differences(facts) if source else ()
