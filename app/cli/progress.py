"""A build's progress: one bar a stage and notes above it; plain lines where there is no terminal."""

from __future__ import annotations

from types import TracebackType

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from app.cli.output import progress_console
from index.build.progress import BuildProgress

_STAGES = {
    "read": "Reading sources",
    "split": "Splitting into passages",
    "embed": "Embedding passages",
    "lexical": "Indexing words",
    "commit": "Switching to the new index",
}


class ConsoleProgress(BuildProgress):
    """Shows a build on standard error, so that standard output stays the report's."""

    def __init__(self, quiet: bool = False) -> None:
        self._console = progress_console(quiet=quiet)
        columns = (TextColumn("{task.description:<20}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._progress = Progress(*columns, console=self._console, disable=quiet or not self._console.is_terminal)
        self._task: TaskID | None = None
        self._total = 0

    def __enter__(self) -> ConsoleProgress:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def stage(self, name: str, total: int) -> None:
        self._task = self._progress.add_task(_STAGES.get(name, name), total=max(total, 1))
        if not self._console.is_terminal:
            self._console.print(f"{_STAGES.get(name, name)}: {total}")

    def advance(self, steps: int) -> None:
        if self._task is not None:
            self._progress.advance(self._task, steps)

    def note(self, text: str) -> None:
        self._console.print(text, markup=False)
