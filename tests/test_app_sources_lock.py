"""The lock of the sources: the same anywhere, and line by line what is not as it was."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from app.sources.lock import lock_of, lock_path, read_lock, verify, write_lock
from index.build.build import build
from index.errors import NoIndexError, StaleIndexError, UsageError
from index.read import formats
from index.settings import IndexSettings
from index.storage.generation import Generation, open_current
from index.storage.seals import PASSAGES
from tests.conftest import CORPUS, Footnote
from tests.documents import column, pdf
from tests.fakes import HashedWords, write_source


def made(place: Path, corpus: Path) -> IndexSettings:
    """A copy of a corpus in a place of its own, indexed there."""
    settings = IndexSettings(home=place / "home", corpus=Path(shutil.copytree(corpus, place / "corpus")))
    build(settings, embedder=HashedWords())
    return settings


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "harbour"
    write_source(folder, "paper", "The yard built forty ships.", kind="article", relation="article")
    write_source(folder, "union", "The union counted 31 ships.", relation="disputes", licence="by permission, 3 May")
    (folder / "sources" / "report.pdf").write_bytes(pdf([column(["Hanno Wirt bought the harbour of Esk."])]))
    (folder / "sources" / "report.pdf.meta.yaml").write_text("url: https://esk.example/report.pdf\n")
    return folder


@pytest.fixture
def settings(corpus: Path, tmp_path: Path) -> IndexSettings:
    return made(tmp_path / "one", corpus)


def passages_of(generation: Generation) -> list[str]:
    return [repr(p) for s in generation.sources() for p in generation.passages_of(s.id)]


@pytest.mark.parametrize("which", ["made up", "bundled"])
def test_two_builds_in_two_folders_are_the_same_byte_for_byte(corpus: Path, tmp_path: Path, which: str) -> None:
    """Lock, ids and passages; also where the second came about in another order."""
    original = corpus if which == "made up" else CORPUS
    one, two = made(tmp_path / "one", original), made(tmp_path / "further" / "two", original)
    extra = two.corpus / "sources" / "zzz.txt"
    extra.write_text("Words that come and go.")
    build(two, embedder=HashedWords())
    extra.unlink()
    build(two, embedder=HashedWords())
    write_lock(one)
    write_lock(two)
    assert lock_path(one).read_bytes() == lock_path(two).read_bytes()
    first, second = open_current(one), open_current(two)
    assert (first.folder / PASSAGES).read_bytes() == (second.folder / PASSAGES).read_bytes()
    assert passages_of(first) == passages_of(second)
    assert first.manifest.sources == second.manifest.sources
    assert first.manifest.fingerprint == second.manifest.fingerprint
    assert verify(one, read_lock(lock_path(two))) == ()
    assert str(tmp_path) not in lock_path(one).read_text("utf-8")


def test_the_lock_names_what_proves_a_source(settings: IndexSettings) -> None:
    write_lock(settings)
    kept = json.loads(lock_path(settings).read_bytes())
    assert list(kept["sources"]) == ["paper", "report.pdf", "union"]
    report, union = kept["sources"]["report.pdf"], kept["sources"]["union"]
    assert report["url"] == "https://esk.example/report.pdf"
    assert report["reader"].split()[:3:2] == ["pdf", "pypdfium2"]
    assert (union["licence"], union["published"], union["passages"]) == ("by permission, 3 May", "2024-10-21", 1)
    assert len(union["sha256"]) == len(union["passages_sha256"]) == len(report["sidecar_sha256"]) == 64
    assert build(settings, embedder=HashedWords()).built is False  # the lock itself is no source
    assert lock_of(settings).written() == lock_path(settings).read_text("utf-8")


def said(settings: IndexSettings) -> list[str]:
    return [str(one) for one in verify(settings, read_lock(lock_path(settings)))]


def test_what_differs_is_said_line_by_line(settings: IndexSettings) -> None:
    write_lock(settings)
    sources = settings.corpus / "sources"
    (sources / "report.pdf.meta.yaml").write_text("published: 2024-05\n")
    write_source(settings.corpus, "union", "The union counted 33 ships.", relation="disputes")
    lines = said(settings)
    assert lines[0].startswith("the index is not up to date: the corpus changed: changed sources/union.md")
    assert any(line.startswith("union: the file's SHA-256: ") for line in lines)
    build(settings, embedder=HashedWords())
    (sources / "new.txt").write_text("Words of a new source.")
    (sources / "report.pdf").unlink()
    (sources / "report.pdf.meta.yaml").unlink()
    build(settings, embedder=HashedWords())
    lines = said(settings)
    assert "new.txt: is not in the lock" in lines
    assert "report.pdf: is in the lock and not in the index" in lines
    assert "union: licence: none; locked was 'by permission, 3 May'" in lines
    assert any(line.startswith("union: the SHA-256 of its passages: ") for line in lines)
    assert lines[-1].startswith("the fingerprint of all passages: ")
    assert not any(line.startswith("paper") for line in lines)


def test_another_version_of_a_reader_is_named(settings: IndexSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The index was made with the former one, so it is out of date, too."""
    write_lock(settings)
    former = formats.READER_VERSION
    monkeypatch.setattr(formats, "READER_VERSION", former + 1)
    assert said(settings)[0].startswith(f"the index is not up to date: article.md was read with markdown {former} ")
    with pytest.raises(StaleIndexError, match="was read with"):
        lock_of(settings)
    build(settings, embedder=HashedWords())
    lines = said(settings)
    assert len(lines) == 3
    assert lines[0].startswith(f"paper: reader: 'markdown {former + 1} ")


def test_what_cannot_be_locked_or_read(settings: IndexSettings, tmp_path: Path) -> None:
    with pytest.raises(StaleIndexError, match="there is no index yet"):
        lock_of(settings.model_copy(update={"home": tmp_path / "none"}))
    with pytest.raises(UsageError, match="there is no lock; make one with `footnote sources lock`"):
        read_lock(lock_path(settings))
    write_lock(settings)
    with pytest.raises(NoIndexError):
        verify(settings.model_copy(update={"home": tmp_path / "none"}), read_lock(lock_path(settings)))
    for wrong in ("", "[]", "{}", "\x00", '{"format": 1}'):
        lock_path(settings).write_text(wrong)
        with pytest.raises(UsageError, match="is no lock of Footnote's"):
            read_lock(lock_path(settings))


def test_lock_and_verify_in_the_terminal(footnote_here: Footnote, settings: IndexSettings) -> None:
    env = {"FOOTNOTE_HOME": str(settings.home), "FOOTNOTE_CORPUS": str(settings.corpus)}
    made = json.loads(footnote_here("sources", "lock", "--json", **env).stdout)
    assert made == json.loads(lock_path(settings).read_text("utf-8")), "it prints the lock that it writes"
    assert set(made["sources"]) == {s.id for s in open_current(settings).sources()}
    locked = footnote_here("sources", "lock", **env)
    assert locked.returncode == 0, locked.stderr
    assert "Locked 3 sources" in locked.stdout
    assert "No licence or permission is noted for 2 of them" in locked.stdout
    assert "As locked: 3 sources, fingerprint " in footnote_here("sources", "verify", **env).stdout
    (settings.corpus / "sources" / "report.pdf.meta.yaml").unlink()
    differs = footnote_here("sources", "verify", **env)
    assert differs.returncode == 1
    assert "report.pdf: the sidecar's SHA-256: none; locked was " in differs.stdout
    as_json = json.loads(footnote_here("sources", "verify", "--json", **env).stdout)
    assert as_json["ok"] is False
    assert {one["source"] for one in as_json["differences"]} == {"", "report.pdf"}
    assert footnote_here("sources", "verify", "nowhere.lock", **env).returncode == 2
