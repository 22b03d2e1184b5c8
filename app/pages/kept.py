"""Quotations that somebody kept: in the feedback of readers, and in bundles that lie in the project."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.bundle.archive import MAX_FILE
from app.bundle.find import bundles_in
from app.bundle.read import Unpacked
from app.feedback import FILE
from app.feedback import read as read_feedback
from app.records import AnswerQuote
from index.errors import UsageError
from index.records import Record

_OF_A_TEXT = ("source_id", "source_sha256", "start", "end", "text")


class Kept(Record):
    """A quotation that somebody kept. `where`: 'feedback of 2026-11-20' or the name of a bundle; all that have it."""

    where: str
    source_id: str
    source_sha256: str
    start: int
    end: int
    text: str


class Keeping(Record):
    """All quotations that are kept, each once. `bundles`: those that were read. `notes`: what is amiss with what was
    found.
    """

    quotations: tuple[Kept, ...]
    bundles: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def kept_quotations(home: Path, named: Sequence[Path] = ()) -> Keeping:
    """Return the quotations of the feedback, of the bundles that lie in the project, and of those that are `named`.

    The project: the folder that holds `home`, and the one that the command runs in. Raises StoreError, and UsageError
    for a named file that is no bundle; one that was only found is left out with a note.
    """
    log, collected = read_feedback(home), _Collected()
    for entry in log.entries:
        collected.add(f"feedback of {entry.time[:10]}", entry.quotes)
    collected.notes += [f"{FILE}: line {number} cannot be read and is left out" for number in log.unreadable]
    for path in named:
        collected.add_bundle(path)
    for folder in dict.fromkeys((Path.cwd(), Path(os.path.abspath(home)).parent)):
        for path in bundles_in(folder):
            try:
                collected.add_bundle(path)
            except UsageError as error:
                collected.notes.append(f"a bundle is left out: {error}")
    return collected.keeping()


class _Collected:
    """Quotations, each once with all who keep it, and what is to be said of where they come from."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self._bundles: dict[Path, str] = {}
        self._found: dict[tuple[str, str, int], tuple[AnswerQuote, list[str]]] = {}

    def add(self, where: str, quotes: Iterable[AnswerQuote]) -> None:
        for quote in quotes:
            keepers = self._found.setdefault((quote.source_id, quote.text, quote.start), (quote, []))[1]
            if where not in keepers:
                keepers.append(where)

    def add_bundle(self, path: Path) -> None:
        """Add the quotations of a bundle, unless it was read before. Raises UsageError if it is none."""
        if path.resolve() in self._bundles:
            return
        name = _called(path)
        try:
            with path.open("rb") as file:
                unpacked = Unpacked(file.read(MAX_FILE + 1))
            listed = sorted(unpacked.listed, key=lambda q: (q.answer, q.number))
        except OSError as error:
            raise UsageError(f"{name}: cannot be read ({error.strerror}); name the bundle's zip file") from None
        except UsageError as error:
            raise UsageError(f"{name}: {error}") from None
        self._bundles[path.resolve()] = name
        if unpacked.problems:
            self.notes.append(f"{name} is not as it was made; to see what differs, run: footnote replay {name}")
        self.add(name, listed)

    def keeping(self) -> Keeping:
        quotations = tuple(
            Kept.model_validate({"where": ", ".join(where), **{name: getattr(quote, name) for name in _OF_A_TEXT}})
            for quote, where in self._found.values()
        )
        return Keeping(quotations=quotations, bundles=tuple(self._bundles.values()), notes=tuple(self.notes))


def _called(path: Path) -> str:
    """Name a bundle as a user would from where the command runs."""
    whole, here = Path(os.path.abspath(path)), Path.cwd()
    return str(whole.relative_to(here)) if whole.is_relative_to(here) else str(whole)
