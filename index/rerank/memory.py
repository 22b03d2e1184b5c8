"""Results that are kept because the same texts come up again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import islice
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memory(Generic[K, V]):
    """Keeps the newest `size` results of a function; safe to use from several threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: dict[K, V] = {}
        self._lock = threading.Lock()

    def get(self, keys: Sequence[K], compute: Callable[[list[K]], Iterable[V]]) -> list[V]:
        """Return one result a key; `compute` is called once, with the keys that are not kept, each once."""
        with self._lock:
            found = {k: self._kept[k] for k in keys if k in self._kept}
        missing = [k for k in dict.fromkeys(keys) if k not in found]
        if missing:
            fresh = dict(zip(missing, compute(missing), strict=True))
            found |= fresh
            with self._lock:
                self._kept |= fresh
                for old in list(islice(self._kept, max(0, len(self._kept) - self._size))):
                    del self._kept[old]
        return [found[k] for k in keys]
