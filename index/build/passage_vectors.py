"""The vectors of a new generation's passages: of the former generation, of a build that was killed, or embedded now.

home/embedded/<model>/<n>.npy   the vectors of one round, and <n>.keys.npy: the digests of the texts that they stand for

What is embedded takes longest of all, so each round is kept until a build is done.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.build.progress import BuildProgress, Clock
from index.embedding.embedder import Embedder, check_vectors
from index.errors import DamagedIndexError, ModelError, StoreError
from index.files import file_errors
from index.storage.catalog import Catalog
from index.storage.generation import Generation

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FOLDER = "embedded"
_KEY = 16  # bytes of a digest: enough that no two texts share one


def forget_embedded(home: Path) -> None:
    """Remove what is kept for the case that a build is killed. Raises StoreError."""
    with file_errors("removing what was embedded before"):
        if (home / _FOLDER).exists():
            shutil.rmtree(home / _FOLDER)


class PassageVectors:
    """Gives vectors, and counts how many were `embedded` and how many `reused`.

    `former`: the generation whose vectors may be used again; None to embed everything.
    """

    def __init__(
        self, home: Path, embedder: Embedder, former: Generation | None, progress: BuildProgress, clock: Clock,
        note: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._embedder, self._progress, self._clock, self._note = embedder, progress, clock, note
        self._former = former if former is not None and former.manifest.model == embedder.name else None
        self._kept = _Kept(home, embedder)
        self._known: dict[int, int] = {}
        self.embedded = self.reused = 0

    def look_up(self, catalog: Catalog, ids: Sequence[int]) -> None:
        """Find out which passages in `ids` have a vector in the former generation, or from a build that was killed."""
        self._kept.load()
        if self._former is None or not ids:
            return
        try:
            self._known = catalog.same_keys(ids)
            if self._known and self._former.vectors.count() != self._former.manifest.passages:
                raise DamagedIndexError("some are missing")
        except StoreError as error:
            self._known = {}
            self._note(f"the former index's vectors are not reused ({error})")

    def of(self, ids: Sequence[int], catalog: Catalog) -> NDArray[np.float32]:
        """Return (len(ids), dimension) vectors of length 1. Raises ModelError, StoreError."""
        import numpy as np

        out = np.empty((len(ids), self._embedder.dimension), dtype=np.float32)
        old = self._from_former(ids, out)
        new = [i for i in range(len(ids)) if i not in old]
        self.reused += len(old)
        if new:
            texts = [p.embedded_text for p in catalog.passages([ids[i] for i in new])]
            left = self._kept.fill(texts, new, out)
            self._progress.advance(len(new) - len(left))
            if left:
                with self._clock("embed"):
                    made = self._embedder.embed_passages([texts[n] for n in left], self._progress.advance)
                places = [new[n] for n in left]
                out[places] = check_vectors(made, len(left), self._embedder.dimension)
                with self._clock("store"):
                    self._kept.keep([texts[n] for n in left], out[places])
            self.embedded += len(left)
            self.reused += len(new) - len(left)
        return out

    def _from_former(self, ids: Sequence[int], out: NDArray[np.float32]) -> frozenset[int]:
        """Fill in the vectors that the former generation has; return their places. It is given up on damage."""
        old = [i for i, n in enumerate(ids) if n in self._known]
        if not old or self._former is None:
            return frozenset()
        try:
            with self._clock("reuse"):
                found = self._former.vectors.vectors([self._known[ids[i]] for i in old])
                out[old] = check_vectors(found, len(old), self._embedder.dimension)
        except (StoreError, ModelError) as error:
            self._note(f"the former index's vectors are not reused ({error})")
            self._known.clear()
            return frozenset()
        self._progress.advance(len(old))
        return frozenset(old)


class _Kept:
    """The vectors of a build that did not come to its end, by their texts."""

    def __init__(self, home: Path, embedder: Embedder) -> None:
        self._folder = home / _FOLDER / hashlib.sha256(embedder.name.encode()).hexdigest()[:_KEY]
        self._dimension = embedder.dimension
        self._places: dict[bytes, tuple[NDArray[np.float32], int]] = {}

    def load(self) -> None:
        import numpy as np

        for path in sorted(self._folder.glob("*.keys.npy")):
            try:
                keys = np.load(path)
                vectors = np.load(path.with_name(path.name.replace(".keys", "")), mmap_mode="r")
                check_vectors(vectors, len(keys), self._dimension)
            except (OSError, ValueError, ModelError):
                continue  # half written, or damaged: these are embedded again
            self._places.update({bytes(key): (vectors, n) for n, key in enumerate(keys)})

    def fill(self, texts: Sequence[str], places: Sequence[int], out: NDArray[np.float32]) -> list[int]:
        """Write the vectors of `texts` to their places in `out`; return the numbers of those that are not kept."""
        left = []
        for n, text in enumerate(texts):
            found = self._places.get(_key(text)) if self._places else None
            if found is None:
                left.append(n)
            else:
                out[places[n]] = found[0][found[1]]
        return left

    def keep(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> None:
        import numpy as np

        with file_errors("keeping what was embedded"):
            self._folder.mkdir(parents=True, exist_ok=True)
            number = len(list(self._folder.glob("*.keys.npy")))
            (self._folder / f"{number:06}.npy").write_bytes(_saved(vectors))
            # Last, and in one step: without its keys a round does not count.
            beside = self._folder / "keys.tmp"
            beside.write_bytes(_saved(np.frombuffer(b"".join(map(_key, texts)), dtype=np.uint8).reshape(-1, _KEY)))
            beside.replace(self._folder / f"{number:06}.keys.npy")


def _saved(array: NDArray[Any]) -> bytes:
    """Return what `numpy.save` writes; into a file it does not say why a write failed."""
    import numpy as np

    into = BytesIO()
    np.save(into, array)
    return into.getvalue()


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:_KEY]
