"""Vectors for the passages of a new generation: taken over where the same model embedded the same text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from index.build.progress import Clock
from index.errors import DamagedIndexError, ModelError, StoreError
from index.storage.catalog import Catalog
from index.storage.generation import Generation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.embedding.embedder import Embedder

_UNIT = 1e-3  # a vector's length may differ from 1 by the rounding of half precision


class Vectors:
    """`embedded` and `reused` count passages. `note` is told in words why something is not taken over."""

    def __init__(
        self,
        catalog: Catalog,
        embedder: Embedder,
        former: Generation | None,
        clock: Clock,
        advance: Callable[[int], None],
        note: Callable[[str], None],
    ) -> None:
        self._catalog, self._embedder, self._former = catalog, embedder, former
        self._clock, self._advance, self._note = clock, advance, note
        self.embedded = self.reused = 0
        with clock("reuse"):
            self._known = self._find_known()

    def of(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """(len(ids), dimension), L2-normalised. Raises ModelError if the model gives anything else."""
        import numpy as np

        out = np.empty((len(ids), self._embedder.dimension), dtype=np.float32)
        old = [i for i, n in enumerate(ids) if n in self._known]
        taken = self._take_over([self._known[ids[i]] for i in old])
        if taken is None:
            old = []
        else:
            out[old] = taken
        self.reused += len(old)
        self._advance(len(old))
        skip = set(old)
        new = [i for i in range(len(ids)) if i not in skip]
        if new:
            texts = [p.embedded_text for p in self._catalog.passages([ids[i] for i in new])]
            with self._clock("embed"):
                vectors = self._embedder.embed_passages(texts, self._advance)
            out[new] = check_vectors(vectors, len(new), self._embedder.dimension)
        self.embedded += len(new)
        return out

    def _find_known(self) -> dict[int, int]:
        """Passage id -> id in the former generation of a passage with the same key and model."""
        former = self._former
        if former is None or former.manifest.model != self._embedder.name:
            return {}
        try:
            known = self._catalog.same_keys(former.folder)
            if known and former.vectors.count() != former.manifest.passages:
                raise DamagedIndexError("they are not complete")
        except StoreError as error:
            self._note(f"the former index's vectors are not taken over ({error})")
            return {}
        return known

    def _take_over(self, ids: list[int]) -> NDArray[np.float32] | None:
        if not ids or self._former is None:
            return None
        try:
            with self._clock("reuse"):
                return check_vectors(self._former.vectors.vectors(ids), len(ids), self._embedder.dimension)
        except (StoreError, ModelError) as error:
            self._note(f"the former index's vectors are not taken over ({error})")
            self._known = {}
            return None


def check_vectors(vectors: NDArray[np.float32], n: int, dimension: int) -> NDArray[np.float32]:
    """`vectors` if they are (n, dimension) and of length 1. Raises ModelError."""
    import numpy as np

    if vectors.shape != (n, dimension):
        raise ModelError(f"the model gave vectors of shape {vectors.shape}, not ({n}, {dimension})")
    lengths = np.linalg.norm(vectors, axis=1)
    if not bool(np.all(np.abs(lengths - 1.0) <= _UNIT)):  # false for NaN too
        raise ModelError("the model gave vectors that are not of length 1; choose another model or backend")
    return vectors
