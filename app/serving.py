"""Which index answers now, and when an old one is closed: not while an answer reads from it, and not later."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from index.retrieve import Retriever
from index.storage.generation import current_id


class Serving:
    """A retriever on the generation that serves. Each user holds it for as long as it answers. Thread-safe.

    After a rebuild the next user gets a new retriever; the old one is closed by the last who holds it, so that its
    files, threads and memory go and `prune` may remove it.
    """

    def __init__(self, retriever: Retriever) -> None:
        self._latest = retriever
        self._users: dict[Retriever, int] = {}
        self._opening = threading.Lock()  # held while a newer generation is opened
        self._counting = threading.Lock()

    @property
    def latest(self) -> Retriever:
        """The retriever that the last user got, for what is said of it; search with `current`."""
        return self._latest

    @contextmanager
    def current(self) -> Iterator[Retriever]:
        """Hold a retriever on the current generation. Raises what opening a newer generation raises."""
        retriever = self._take()
        try:
            yield retriever
        finally:
            self._give_back(retriever)

    @contextmanager
    def in_use(self) -> Iterator[tuple[Retriever, ...]]:
        """Hold the current retriever and the older ones that others still answer from, the current one first."""
        latest = self._take()
        with self._counting:
            held = (latest, *(r for r in self._users if r is not latest))
            for older in held[1:]:
                self._users[older] += 1
        try:
            yield held
        finally:
            for retriever in held:
                self._give_back(retriever)

    def close(self) -> None:
        """Close the index unless somebody still answers from it, as when a server is stopped."""
        with self._counting:
            unused = self._latest not in self._users
        if unused:
            self._latest.close()

    def _take(self) -> Retriever:
        with self._opening:
            name = current_id(self._latest.settings.home)
            if name is not None and name != self._latest.generation.id:
                self._switch_to(self._latest.reopen())
            with self._counting:
                self._users[self._latest] = self._users.get(self._latest, 0) + 1
                return self._latest

    def _switch_to(self, newer: Retriever) -> None:
        with self._counting:
            older, self._latest = self._latest, newer
            unused = older not in self._users
        if unused:
            older.close()

    def _give_back(self, retriever: Retriever) -> None:
        with self._counting:
            self._users[retriever] -= 1
            if self._users[retriever]:
                return
            del self._users[retriever]
            if retriever is self._latest:
                return
        retriever.close()
