"""Large folders: a build that was killed goes on where it was, and says how far it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from pkgutil import resolve_name

import numpy as np
import pytest
from numpy.typing import NDArray

from app.cli import progress
from app.cli.progress import ConsoleProgress
from app.sources.lock import lock_of
from index.build import making
from index.build.build import build
from index.build.verify import verify
from index.settings import IndexSettings
from index.storage.generation import open_current
from tests.bench.large import build_apart, make_files
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


@pytest.fixture
def mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> IndexSettings:
    """Files of the kinds that are quickly read, one with a sidecar, two with one text."""
    monkeypatch.setattr(making, "_BATCH", 3)
    folder = tmp_path / "mixed"
    folder.mkdir()
    for n in range(4):
        (folder / f"a{n}.txt").write_text(f"Boat number {n} was sold to the bank of the island.", "utf-8")
        (folder / f"b{n}.md").write_text(f"# Pier {n}\n\nPier number {n} was *closed* in spring.", "utf-8")
        (folder / f"c{n}.csv").write_text(f"boat,price\nAda {n},{n + 2}\n", "utf-8")
    (folder / "a0.txt.meta.yaml").write_text("title: The first boat\npublished: 2024-04\n", "utf-8")
    (folder / "z.txt").write_text((folder / "a1.txt").read_text("utf-8"), "utf-8")
    return IndexSettings(home=tmp_path / "home", corpus=folder)


class Readers:
    """Counts the files that are read, and dies before the one after so many."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.read, self.most = 0, 1000
        for module, function in (("plain_text", "read_plain_text"), ("markdown", "read_markdown"),
                                 ("csv_table", "read_csv")):  # fmt: skip
            reader = resolve_name(f"index.read.{module}:{function}")
            patch.setattr(f"index.read.{module}.{function}", self.counting(reader))

    def counting(self, reader: Callable[[bytes], object]) -> Callable[[bytes], object]:
        def read(raw: bytes) -> object:
            if self.read == self.most:
                raise KilledError
            self.read += 1
            return reader(raw)

        return read


@pytest.fixture
def readers(monkeypatch: pytest.MonkeyPatch) -> Readers:
    return Readers(monkeypatch)


def whole(settings: IndexSettings) -> str:
    """The lock of a build that nothing interrupted: texts, passages and places."""
    other = settings.model_copy(update={"home": settings.home.with_name("whole")})
    build(other, embedder=HashedWords())
    return lock_of(other).written()


def test_a_build_that_was_killed_reads_no_text_twice(mixed: IndexSettings, readers: Readers) -> None:
    for readers.most in (5, 9):  # killed while it reads, twice
        with pytest.raises(KilledError):
            build(mixed, embedder=HashedWords())
    readers.most = 1000
    stop(mixed, 3)  # and while it embeds
    assert readers.read == 13
    report = build(mixed, embedder=HashedWords())
    assert (readers.read, report.passages, len(report.passed_over)) == (13, 12, 1)
    assert {p.name for p in mixed.home.iterdir()} == {"build.lock", "current", "generations"}
    assert verify(mixed).ok
    assert lock_of(mixed).written() == whole(mixed)


def test_what_was_changed_after_the_kill_is_read(mixed: IndexSettings, readers: Readers) -> None:
    stop(mixed, 0)
    (mixed.corpus / "b2.md").write_text("# Pier 2\n\nIt was opened again.", "utf-8")
    (mixed.corpus / "a0.txt.meta.yaml").write_text("title: The oldest boat\n", "utf-8")
    (mixed.corpus / "c1.csv").unlink()
    before = readers.read
    build(mixed, embedder=HashedWords())
    assert readers.read == before + 2
    assert lock_of(mixed).written() == whole(mixed)
    with closing(open_current(mixed)) as opened:
        assert opened.source("a0.txt").title == "The oldest boat"


@pytest.mark.parametrize("what", ["cut", "changed", "of other rules", "empty"])
def test_what_was_read_before_the_kill_must_be_whole_and_of_the_same_rules(
    mixed: IndexSettings, readers: Readers, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    stop(mixed, 0)
    kept = mixed.home / "read.unfinished"
    raw = kept.read_bytes()
    match what:
        case "cut":
            kept.write_bytes(raw[:-9])
        case "changed":
            kept.write_bytes(raw.replace(b"Boat number 3", b"Boat number 8"))
        case "of other rules":
            monkeypatch.setattr("index.build.build.rules", lambda: "those of another version")
        case "empty":
            kept.write_bytes(b"")
    stop(mixed, 0)  # what is read now is kept, too
    again = readers.read - 13
    assert again == {"cut": 1, "changed": 10, "of other rules": 13, "empty": 13}[what]
    build(mixed, embedder=HashedWords())
    assert readers.read == 13 + again
    monkeypatch.undo()
    assert lock_of(mixed).written() == whole(mixed)


def test_a_whole_build_reads_all_again(mixed: IndexSettings, readers: Readers) -> None:
    stop(mixed, 0)
    build(mixed, embedder=HashedWords(), full=True)
    assert readers.read == 26


@pytest.mark.slow
def test_memory_does_not_grow_with_the_texts_of_a_folder(tmp_path: Path) -> None:
    peaks = []
    for files in (300, 1200):
        make_files(tmp_path / f"{files}", files, 40, ("txt", "md"))
        assert (tmp_path / f"{files}" / "file-000000.txt").stat().st_size > 20_000
        built = build_apart(tmp_path / f"home-{files}", tmp_path / f"{files}", "--dies", "embed")
        peaks.append(built.divided)
    # 18 MB of texts more, 34 MB as Python's objects; what stays of a file and a passage is some 9 MB.
    assert peaks[1] - peaks[0] < 20, peaks
