"""Large folders: a build that was killed goes on where it was, and says how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from app.cli import progress
from app.cli.progress import ConsoleProgress
from index.build import making
from index.build.build import build
from index.build.verify import verify
from index.settings import IndexSettings
from tests.fakes import HashedWords

FILES = 12


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IndexSettings:
    """A folder of texts, three passages of which are embedded at once."""
    monkeypatch.setattr(making, "_BATCH", 3)
    (tmp_path / "notes").mkdir()
    for n in range(FILES):
        (tmp_path / "notes" / f"{n}.txt").write_text(f"Boat number {n} was sold to the bank of the island.", "utf-8")
    return IndexSettings(home=tmp_path / "home", corpus=tmp_path / "notes")


class KilledError(BaseException):
    pass


class Dies(HashedWords):
    """Embeds so many texts and no more."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        if len(self.calls) >= self.after:
            raise KilledError
        return super().embed_passages(texts, progress)


def stop(settings: IndexSettings, after: int, *, full: bool = False) -> None:
    with pytest.raises(KilledError):
        build(settings, embedder=Dies(after), full=full)


def test_a_build_that_was_killed_embeds_only_what_is_left(settings: IndexSettings) -> None:
    stop(settings, 6)
    stop(settings, 3)  # and once more: nothing is lost
    embedder = HashedWords()
    report = build(settings, embedder=embedder)
    assert (report.passages, report.embedded, report.reused) == (FILES, FILES - 9, 9)
    assert len(embedder.calls) == FILES - 9
    assert not (settings.home / "embedded").exists()
    assert verify(settings).ok


def test_what_is_kept_of_a_killed_build_must_be_whole_and_of_the_same_model(settings: IndexSettings) -> None:
    stop(settings, 6)
    assert build(settings, embedder=HashedWords("another")).embedded == FILES
    (settings.corpus / "new.txt").write_text("A ferry came.", "utf-8")
    stop(settings, 0, full=True)
    stop(settings, 6, full=True)
    for path in (settings.home / "embedded").rglob("*.npy"):
        path.write_bytes(path.read_bytes()[:-7])
    assert build(settings, embedder=HashedWords()).embedded == FILES + 1


def test_a_whole_build_uses_nothing_that_was_kept(settings: IndexSettings) -> None:
    stop(settings, 6)
    assert build(settings, embedder=HashedWords(), full=True).embedded == FILES


def test_without_a_terminal_a_line_now_and_then_says_how_far_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = 0.0
    monkeypatch.setattr(progress, "monotonic", lambda: now)
    with ConsoleProgress() as shown:
        shown.stage("read", 10_000)
        for _ in range(25):
            now += 1
            shown.advance(100)
    assert capsys.readouterr().err.splitlines() == [
        "Reading sources: 10000",
        "Reading sources: 1,000 of 10,000, 100/s, 1 min 30 s left",
        "Reading sources: 2,000 of 10,000, 100/s, 1 min 20 s left",
    ]
