"""Under which keys Chroma holds the vectors of an index that took over most of them from another.

Passages are numbered anew in each index, in the order of the corpus; a vector that stays keeps its key. In an index
that was built whole both are the same, and there is no file.

vectors/keys.npy   the key of each passage, in the order of their ids; last, the key of the next vector
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import DamagedIndexError
from index.files import file_errors
from index.storage.runs import Run

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FILE = "keys.npy"


class Keys:
    """The keys of an index's vectors. `following`: the next key that was never given."""

    def __init__(self, keys: NDArray[np.int64], following: int) -> None:
        self.keys, self.following = keys, following
        self._numbers: NDArray[np.int64] | None = None

    @classmethod
    def counted(cls, passages: int) -> Keys:
        """Return the keys of an index that was built whole."""
        import numpy as np

        return cls(np.arange(1, passages + 1, dtype=np.int64), passages + 1)

    @classmethod
    def read(cls, folder: Path) -> Keys | None:
        """Return the keys in a vector store's folder; None if each is its passage's id. Raises DamagedIndexError."""
        import numpy as np

        if not (folder / FILE).is_file():
            return None
        with file_errors("opening the vector store"):
            try:
                found = np.load(folder / FILE)
            except ValueError as error:
                raise DamagedIndexError(f"{FILE}: cannot be read") from error
        return cls(found[:-1], int(found[-1]))

    def write(self, folder: Path) -> None:
        import numpy as np

        with file_errors("writing vectors"):
            np.save(folder / FILE, np.append(self.keys, self.following))

    @property
    def gone(self) -> int:
        """How many vectors were given up: Chroma's graph still leads over them."""
        return self.following - 1 - len(self.keys)

    def taken_over(self, runs: Sequence[Run], passages: int) -> Keys:
        """Return the keys of an index of so many `passages`: in `runs` as they are here, new ones elsewhere."""
        import numpy as np

        keys = np.zeros(passages, dtype=np.int64)
        for run in runs:
            first, before = run.passage - 1, run.passage_before - 1
            keys[first : first + run.passages] = self.keys[before : before + run.passages]
        new = np.flatnonzero(keys == 0)
        keys[new] = np.arange(self.following, self.following + len(new))
        return Keys(keys, self.following + len(new))

    def without(self, other: Keys) -> list[int]:
        """Return the keys that are not among those of `other`."""
        import numpy as np

        found: list[int] = np.setdiff1d(self.keys, other.keys).tolist()
        return found

    def of(self, ids: Sequence[int]) -> list[int]:
        """Return the keys of passages."""
        import numpy as np

        found: list[int] = self.keys[np.asarray(ids, dtype=np.int64) - 1].tolist()
        return found

    def numbers(self, keys: Sequence[int]) -> list[int]:
        """Return the ids of the passages that have these keys. Raises DamagedIndexError."""
        import numpy as np

        numbers = self._numbers
        if numbers is None:
            numbers = np.zeros(self.following, dtype=np.int64)
            numbers[self.keys] = np.arange(1, len(self.keys) + 1)
            self._numbers = numbers  # once it is filled: another thread may ask at the same time
        found: list[int] = [int(numbers[key]) if 0 < key < self.following else 0 for key in keys]
        if 0 in found:
            raise DamagedIndexError("the vector store holds a vector of no passage")
        return found
