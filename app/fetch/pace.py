"""How often a host is asked: once a second, and more seldom if it wants that."""

from __future__ import annotations

import threading
import time

_PAUSE = 1.0  # seconds between two requests to one host, at least


class Pace:
    """Waits before a request until its host may be asked again. Thread-safe."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}
        self._turns: dict[str, threading.Lock] = {}

    def wait(self, host: str, seconds: float = _PAUSE) -> None:
        """Wait until `seconds`, and at least one, have gone by since `host` was last asked here."""
        with self._turns.setdefault(host, threading.Lock()):
            if (last := self._last.get(host)) is not None:
                left = last + max(seconds, _PAUSE) - time.monotonic()
                if left > 0:
                    time.sleep(left)
            self._last[host] = time.monotonic()
