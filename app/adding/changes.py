"""Changes of the sources on their way: one after the other, beside the chat, which answers from what there was."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from app.chat.session.problems import problem_words
from app.words.texts import Texts
from index.build.progress import BuildProgress
from index.errors import UsageError

_REMEMBERED = 100  # changes that have ended, for pages that still ask


class _Stopped(BaseException):
    """The server ends: the change is taken back, as after Ctrl-C."""


@dataclass
class Change:
    """One change. `words`: what it did, or why it failed. `stage`, `done`, `of`: how far the build is."""

    texts: Texts
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    state: str = "waiting"  # then 'running', then 'done' or 'failed'
    words: str = ""
    stage: str = ""
    done: int = 0
    of: int = 0


Work = Callable[[BuildProgress], str]


class _Progress(BuildProgress):
    """Writes how far a build is into its change, and stops it when the server ends."""

    def __init__(self, change: Change, ending: threading.Event) -> None:
        self._change, self._ending = change, ending

    def stage(self, name: str, total: int) -> None:
        self._look()
        self._change.stage, self._change.done, self._change.of = name, 0, total

    def advance(self, steps: int) -> None:
        self._look()
        self._change.done += steps

    def waiting(self) -> None:
        self._look()
        self._change.stage = "wait"

    def _look(self) -> None:
        if self._ending.is_set():
            raise _Stopped


class Changes:
    """The changes of one server. Thread-safe. Close it when the server ends."""

    def __init__(self) -> None:
        self._ending = threading.Event()
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="change")
        self._changes: dict[str, Change] = {}
        self._guard = threading.Lock()

    def begin(self, work: Work, texts: Texts) -> Change:
        """Have `work` done once it is its turn; it returns what to say then. Raises UsageError if the server ends."""
        change = Change(texts)
        with self._guard:
            if self._ending.is_set():
                raise UsageError("the server is about to end; start it again")
            ended = [c.id for c in self._changes.values() if c.state in ("done", "failed")]
            for old in ended[:-_REMEMBERED]:
                del self._changes[old]
            self._changes[change.id] = change
            running = self._worker.submit(self._run, change, work)
        running.add_done_callback(_end_quietly)
        return change

    @property
    def running(self) -> str:
        """The id of the latest change that has not ended; '' if none is on its way."""
        with self._guard:
            return next((c.id for c in reversed(self._changes.values()) if c.state in ("waiting", "running")), "")

    def find(self, change_id: str) -> Change:
        """Raises UsageError if there is none, as after the server was started again."""
        with self._guard:
            found = self._changes.get(change_id)
        if found is None:
            raise UsageError(
                "this change is unknown, as after a restart of the server; the list of sources shows what is there"
            )
        return found

    def close(self) -> None:
        """Stop the change on its way, which is then taken back, and begin no other."""
        with self._guard:
            self._ending.set()
        self._worker.shutdown(wait=True, cancel_futures=True)

    def _run(self, change: Change, work: Work) -> None:
        progress = _Progress(change, self._ending)
        change.state = "running"
        try:
            words = work(progress)
        except _Stopped:
            raise
        except BaseException as error:  # noqa: BLE001 - the last stop before the browser: logged, and said in words
            change.words, change.state = problem_words(error, change.texts), "failed"
        else:
            change.words, change.state = words, "done"


def _end_quietly(running: Future[None]) -> None:
    """Take note of how a change ended, so that nothing is printed of one that the server's end has stopped."""
    if not running.cancelled():
        running.exception()
