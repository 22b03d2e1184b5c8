"""What a build reports while it runs and when it is done."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from index.build.status import Changes
from index.records import Record

_log = logging.getLogger(__name__)


class BuildProgress:
    """Watches a build. This one logs the notes; override what is to be shown."""

    def stage(self, name: str, total: int) -> None:
        """Begin a stage of `total` steps: 'read', 'split', 'embed', 'lexical' or 'commit'."""

    def advance(self, steps: int) -> None:
        """Count so many more steps of the stage as done."""

    def waiting(self) -> None:
        """Called again and again while another build has its turn; what it raises ends the waiting."""

    def note(self, text: str) -> None:
        """Show a line: waiting for a lock, exporting a model, a damaged index."""
        _log.info(text)


class BuildReport(Record):
    """What a build did. `built` is False if nothing had changed, so that `generation` is the one before.

    `embedded` + `reused` = `passages` for a new generation. `passed_over`: what lies in the corpus' folder and is no
    source, with the reason, a line each. `files_read`: files of a format that takes time to read (PDF, pages, books)
    that were read; `files_reused`: those that an earlier build had read. `seconds`: stage -> seconds.
    """

    generation: str
    previous: str | None
    built: bool
    sources: Changes
    passages: int
    embedded: int = 0
    reused: int = 0
    pruned: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()
    files_read: int = 0
    files_reused: int = 0
    seconds: dict[str, float]


class Clock:
    """Adds up seconds by stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        begun = perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + perf_counter() - begun, 4)
