"""What the chat needs of the answering engine, and when the engine is opened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Protocol

from app.events import Event, Writing
from app.nearby import Place
from app.query import Query
from app.records import Answer
from index.errors import UnknownSourceError
from index.filters import Filters
from index.passage import Hit
from index.source import Source

if TYPE_CHECKING:
    from app.claim import ClaimCheck
    from app.compare.rows import Comparison
    from app.sources.contents import IndexContents


class ManifestLike(Protocol):
    """What `/health` tells of a generation. `passages`: how many there are."""

    @property
    def passages(self) -> int: ...


class ChatEngine(Protocol):
    """What the chat needs of `app.engine.Engine`. Thread-safe; every method may raise FootnoteError."""

    @property
    def generation(self) -> str: ...

    @property
    def model_name(self) -> str: ...

    @property
    def manifest(self) -> ManifestLike: ...

    def ask(self, query: Query) -> Generator[Event]: ...

    def translated(self, answer: Answer) -> Generator[Writing | Answer]: ...

    def compare(self, query: Query) -> Comparison: ...

    def check(self, claim: str, filters: Filters = Filters()) -> ClaimCheck: ...

    def search(self, query: str, k: int = 5, filters: Filters = Filters()) -> list[Hit]: ...

    def nearby(self, question: str, offered: Mapping[str, Place | None]) -> Generator[tuple[str, ...]]: ...

    def contents(self) -> IndexContents: ...

    def source(self, source_id: str, sha256: str | None = None, generation: str | None = None) -> Source: ...

    def sources(self) -> tuple[Source, ...]: ...

    def close(self) -> None: ...


def holds(engine: ChatEngine, source_id: str) -> bool:
    """Tell whether the index has a source with this id, in whatever version."""
    try:
        engine.source(source_id)
    except UnknownSourceError:
        return False
    return True


class EngineProvider:
    """Opens the engine when it is first needed, and tries again after a failure.

    So a page that was opened before there was an index works once one is built.
    """

    def __init__(self, open_engine: Callable[[], ChatEngine], engine: ChatEngine | None = None) -> None:
        self._open = open_engine
        self._engine = engine
        self._lock = threading.Lock()

    def engine(self) -> ChatEngine:
        """Return the open engine. Raises FootnoteError if it cannot be opened (NoIndexError, ...)."""
        with self._lock:
            if self._engine is None:
                self._engine = self._open()
            return self._engine

    def close(self) -> None:
        """Close the engine, if it is open."""
        with self._lock:
            if self._engine is not None:
                self._engine.close()
                self._engine = None
