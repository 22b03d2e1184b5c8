"""A model's reply on its way: a stream that keeps nobody waiting longer than he wants, and can be left at any time."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

from app.llm.failure import ModelFailure


@dataclass(frozen=True, slots=True)
class Piece:
    """What came at once. `finish`: why the model ended, None before; tokens as the server counts them."""

    text: str
    finish: str | None = None
    prompt_tokens: int | None = None
    reply_tokens: int | None = None


class Reading:
    """A reply on its way, read on a thread of its own: who waits for it keeps time, and may leave.

    So one slow model holds up nobody else.
    """

    def __init__(self, failed: Callable[[Exception], ModelFailure]) -> None:
        self._failed = failed
        self._queue: queue.Queue[Piece | ModelFailure | None] = queue.Queue()
        self._left = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def next(self, seconds: float) -> Piece | None:
        """Return the next piece, None at the end. Raises queue.Empty after `seconds`, and ModelFailure."""
        found = self._queue.get(timeout=max(seconds, 0.0))
        if isinstance(found, ModelFailure):
            raise found
        return found

    def leave(self) -> None:
        """Close the connection; what still comes is not read."""
        self._left.set()
        loop, task = self._loop, self._task
        if loop is not None and task is not None:
            try:
                loop.call_soon_threadsafe(task.cancel)
            except RuntimeError:  # the loop has ended by itself
                return

    def start(self, pieces: Callable[[], Iterator[Piece]]) -> None:
        """Read an iterator."""

        def work() -> None:
            self._guarded(lambda: self._take(pieces()))

        threading.Thread(target=work, name="footnote-llm", daemon=True).start()

    def start_async(self, pieces: Callable[[], AsyncIterator[Piece]]) -> None:
        """Read an asynchronous iterator, which can be left while it waits."""

        async def read() -> None:
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
            if self._left.is_set():
                return
            async for piece in pieces():
                self._queue.put(piece)

        def work() -> None:
            self._guarded(lambda: asyncio.run(_quietly(read())))

        threading.Thread(target=work, name="footnote-llm", daemon=True).start()

    def _take(self, pieces: Iterator[Piece]) -> None:
        for piece in pieces:
            if self._left.is_set():
                return
            self._queue.put(piece)

    def _guarded(self, read: Callable[[], object]) -> None:
        try:
            read()
        except Exception as error:  # noqa: BLE001 - any LLM may raise anything; told by its kind, never by its text
            self._queue.put(self._failed(error))
        else:
            self._queue.put(None)


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    """Do `work`; to be left is no error."""
    try:
        await work
    except asyncio.CancelledError:
        return
