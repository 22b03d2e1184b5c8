"""A build's progress: one bar a stage and notes above it; plain lines where there is no terminal."""

from __future__ import annotations

from time import monotonic
from types import TracebackType

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from app.cli.output import progress_console
from index.build.progress import BuildProgress

_STAGES = {
    "read": "Reading sources",
    "split": "Splitting into passages",
    "embed": "Embedding passages",
    "lexical": "Indexing words",
    "commit": "Switching to the new index",
}


_EVERY = 10  # seconds between two lines where there is no terminal


def _rate(done: float, seconds: float) -> str:
    """Return how many are done a second, in words; '' as long as that is not known."""
    rate = done / seconds if seconds > 0 else 0.0
    return f"{rate:,.0f}/s" if rate >= 10 else f"{rate:.1f}/s" if rate else ""


class _RateColumn(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(_rate(task.completed, task.elapsed or 0.0).rjust(9))


class ConsoleProgress(BuildProgress):
    """Shows a build on standard error, so that standard output stays the report's."""

    def __init__(self, quiet: bool = False) -> None:
        self._console = progress_console(quiet=quiet)
        columns = (
            TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), _RateColumn(), TimeElapsedColumn(),
            TimeRemainingColumn(compact=True),
        )  # fmt: skip
        self._progress = Progress(*columns, console=self._console, disable=quiet or not self._console.is_terminal)
        self._task: TaskID | None = None
        self._name, self._total, self._done = "", 0, 0
        self._begun = self._told = 0.0

    def __enter__(self) -> ConsoleProgress:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def stage(self, name: str, total: int) -> None:
        self._name, self._total, self._done = _STAGES.get(name, name), total, 0
        self._begun = self._told = monotonic()
        self._task = self._progress.add_task(self._name, total=max(total, 1))
        if not self._console.is_terminal:
            self._console.print(f"{self._name}: {total}")

    def advance(self, steps: int) -> None:
        self._done += steps
        if self._task is not None:
            self._progress.advance(self._task, steps)
        now = monotonic()
        if not self._console.is_terminal and now - self._told >= _EVERY and self._done < self._total:
            self._told = now
            self._console.print(self._so_far(now - self._begun))

    def _so_far(self, seconds: float) -> str:
        left = round(seconds / self._done * (self._total - self._done)) if self._done else 0
        minutes = f"{left // 60} min {left % 60} s" if left >= 60 else f"{left} s"
        return f"{self._name}: {self._done:,} of {self._total:,}, {_rate(self._done, seconds)}, {minutes} left"

    def note(self, text: str) -> None:
        self._console.print(text, markup=False)
