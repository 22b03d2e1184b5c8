"""Damage that keeps a file's size, and a folder that may only be read: never another word, a crash or a hang."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index.build.build import build
from index.build.prune import prune
from index.build.status import stale_reason
from index.build.verify import verify
from index.errors import DamagedIndexError, StoreError
from index.files import IndexFile
from index.settings import IndexSettings
from index.storage.generation import Generation, current_id, open_current
from index.storage.private import PrivateFolder
from tests.conftest import Footnote
from tests.fakes import HashedWords, small_corpus, write_source

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> IndexSettings:
    folder = tmp_path_factory.mktemp("sound")
    settings = IndexSettings(home=folder / "home", corpus=small_corpus(folder / "corpus"))
    build(settings, embedder=HashedWords())
    return settings


@pytest.fixture
def own(template: IndexSettings, tmp_path: Path) -> IndexSettings:
    """A copy of the index that a test may break."""
    shutil.copytree(template.home, tmp_path / "home")
    return template.model_copy(update={"home": tmp_path / "home"})


def folder_of(settings: IndexSettings) -> Path:
    return settings.home / "generations" / (current_id(settings.home) or "")


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {str(p): (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.rglob("*") if p.is_file()}


def read_all(settings: IndexSettings) -> None:
    """Read whatever an answer may show or search."""
    opened = open_current(settings)
    try:
        opened.sources()
        opened.passages(range(1, opened.manifest.passages + 1))
        for source in opened.sources():
            opened.passages_of(source.id)
        opened.vectors.query(HashedWords().embed_queries(["water in the dam"])[0], 3)
        opened.vectors.vectors([1, 2])
        opened.lexical.search("dam water", 3)
    finally:
        opened.close()


_CHANGES = {
    "text": "UPDATE source SET text = replace(text, '1931', '1932')",
    "title": "UPDATE source SET record = replace(record, 'Title of dam', 'Title of dan')",
    "date": "UPDATE source SET record = replace(record, '2024-10-21', '2024-10-12')",
    "publisher": "UPDATE source SET record = replace(record, 'Example', 'Exempla')",
    "passage": "UPDATE passage SET text = replace(text, '1931', '1932')",
    "header": "UPDATE passage SET header = replace(header, 'Example', 'Exempla')",
    "offsets": "UPDATE passage SET start = start + 1, end = end + 1 WHERE n = 2",
    "sentences": "UPDATE passage SET sentences = replace(sentences, '[0,', '[4,')",
    "owner": "UPDATE passage SET source = 3 - source WHERE n <= 2 AND source < 3",
    "one less": "DELETE FROM passage WHERE n = 1",
}


def change(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "catalog.sqlite") as catalog:
        assert catalog.execute(statement).rowcount
    catalog.close()


@pytest.mark.parametrize("what", _CHANGES)
def test_changed_words_dates_and_offsets_are_never_given_out(own: IndexSettings, what: str) -> None:
    change(folder_of(own), _CHANGES[what])
    with pytest.raises(DamagedIndexError, match=r"[^\n]+footnote index build --full`$"):
        read_all(own)
    assert "damaged" in (stale_reason(own) or "")
    assert not verify(own).ok


@pytest.mark.parametrize("what", ["text", "date", "passage", "offsets", "sentences"])
def test_words_that_change_while_the_index_is_open(own: IndexSettings, what: str) -> None:
    """A server reads rows long after it has opened the catalog."""
    opened = open_current(own)
    assert opened.catalog.source_ids()
    change(folder_of(own), _CHANGES[what])
    with pytest.raises(DamagedIndexError):
        opened.sources() and opened.passages(range(1, opened.manifest.passages + 1))
    opened.close()


def test_an_engine_never_opens_a_file_of_which_a_bit_is_another(own: IndexSettings) -> None:
    """Chroma's graph ends the process on some of them, tantivy panics."""
    rng = random.Random(3)
    folder = folder_of(own)
    for path in sorted(p for part in ("vectors", "lexical") for p in (folder / part).rglob("*") if p.is_file()):
        data = path.read_bytes()
        if data:
            at = rng.randrange(len(data))
            path.write_bytes(data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :])
            with pytest.raises(DamagedIndexError, match=f"{path.name}: is not the file that was written"):
                read_all(own)
            assert "damaged" in (stale_reason(own) or "")
            path.write_bytes(data)
    read_all(own)


def test_rows_that_change_in_chroma(own: IndexSettings) -> None:
    with sqlite3.connect(folder_of(own) / "vectors" / "chroma.sqlite3") as database:
        assert database.execute("UPDATE embeddings SET embedding_id = embedding_id || '0'").rowcount
    database.close()
    with pytest.raises(DamagedIndexError, match=r"chroma.sqlite3: is not the file that was written"):
        read_all(own)
    report = verify(own)
    assert len([p for p in report.problems if "chroma.sqlite3" in p]) == 1


def test_a_changed_manifest(own: IndexSettings) -> None:
    path = folder_of(own) / "manifest.json"
    path.write_text(path.read_text().replace('"created": "20', '"created": "21'))
    with pytest.raises(DamagedIndexError, match="is not as it was written"):
        open_current(own)


def test_the_next_build_mends_damage_that_keeps_the_size(own: IndexSettings) -> None:
    change(folder_of(own), _CHANGES["text"])
    report = build(own, embedder=HashedWords())
    assert report.built
    assert "damaged" in report.notes[0]
    read_all(own)
    assert verify(own).ok


@pytest.mark.slow
def test_every_file_of_an_index_damaged_in_turn() -> None:
    command = [sys.executable, "-m", "tests.damage", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, timeout=500, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    counted = dict(reversed(part.split()) for part in done.stdout.split(": ")[1].split(", "))
    assert int(done.stdout.split()[0]) == sum(map(int, counted.values())) >= 100
    assert int(counted["refused"]) > 50


# Reading writes nothing


@pytest.mark.parametrize("passages", [1, 7])
def test_reading_leaves_every_file_as_it_was_built(tmp_path: Path, passages: int) -> None:
    """With one vector Chroma has saved no graph, and makes the files of one at every opening."""
    settings = IndexSettings(home=tmp_path / "home", corpus=tmp_path / "corpus")
    for n in range(passages):
        kind = {"kind": "article", "relation": "article"} if n == 0 else {}
        write_source(settings.corpus, f"source-{n}", f"The dam number {n} was built in 1931.", **kind)
    assert build(settings, embedder=HashedWords()).passages == passages
    assert verify(settings).problems == ()
    before = snapshot(settings.home)
    for _ in range(2):
        opened = open_current(settings)
        assert len(opened.vectors.query(HashedWords().embed_queries(["the dam"])[0], 3)) == min(3, passages)
        assert opened.lexical.search("dam", 3)
        opened.close()
    assert verify(settings).problems == ()
    assert snapshot(settings.home) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_home_that_is_mounted_to_be_read_only(template: IndexSettings) -> None:
    code = f"""if True:
        from pathlib import Path
        from index.build.verify import verify
        from index.settings import IndexSettings
        from tests.test_index_damage import read_all
        settings = IndexSettings(home=Path({str(template.home)!r}), corpus=Path({str(template.corpus)!r}))
        try:
            (settings.home / "note").touch()
        except OSError:
            read_all(settings)
            assert verify(settings).problems == ()
            print("read")
    """
    mount = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && exec "$2" -c "$3"'
    command = ["unshare", "-m", "sh", "-c", mount, "sh", str(template.home), sys.executable, code]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, timeout=120, check=False)
    if "mount" in done.stderr or "unshare" in done.stderr:
        pytest.skip("no right to mount here")
    assert (done.stdout.strip(), done.returncode) == ("read", 0), done.stderr


# A reader's own folder


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[Path]]:
    """A folder for temporary files of the test's own; what readers have in it."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setenv("TMPDIR", str(folder))
    return lambda: sorted(folder.iterdir())


def test_a_readers_folder_goes_with_its_index(template: IndexSettings, temporary: Callable[[], list[Path]]) -> None:
    opened = open_current(template)
    assert opened.vectors.count()
    assert opened.lexical.count()
    assert len(temporary()) == 2
    assert {p.stat().st_mode & 0o777 for p in temporary()} == {0o700}
    opened.close()
    assert temporary() == []


def test_large_files_are_linked_and_those_that_are_written_are_copied(tmp_path: Path) -> None:
    (tmp_path / "engine").mkdir()
    for name, size in (("large", 2 << 20), ("database", 2 << 20), ("small", 10)):
        (tmp_path / "engine" / name).write_bytes(os.urandom(size))
    stamps = {p.name: IndexFile.of(p) for p in (tmp_path / "engine").iterdir()}
    private = PrivateFolder.of(tmp_path / "engine", stamps, written={"database"})
    assert {p.name for p in private.path.iterdir() if p.is_symlink()} == {"large"}
    assert all((private.path / n).read_bytes() == (tmp_path / "engine" / n).read_bytes() for n in stamps)
    private.close()
    for name in stamps:
        data = bytearray((tmp_path / "engine" / name).read_bytes())
        data[5] ^= 4
        (tmp_path / "engine" / name).write_bytes(data)
        with pytest.raises(DamagedIndexError, match=f"engine/{name}: is not the file that was written"):
            PrivateFolder.of(tmp_path / "engine", {name: stamps[name]}, written={"database"})


_READER = """if True:
    import sys
    from pathlib import Path
    from index.settings import IndexSettings
    from index.storage.generation import open_current
    opened = open_current(IndexSettings(home=Path(sys.argv[1]), corpus=Path(sys.argv[2])))
    opened.vectors, opened.lexical
    print("open", flush=True)
    sys.stdin.read()
"""


def reader(settings: IndexSettings) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _READER, str(settings.home), str(settings.corpus)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def test_what_a_killed_reader_left_is_removed_by_the_next(
    template: IndexSettings, temporary: Callable[[], list[Path]]
) -> None:
    killed, living = reader(template), reader(template)
    assert len(temporary()) == 4
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    assert len(temporary()) == 4
    read_all(template)
    assert len(temporary()) == 2, "those of the reader that lives"
    living.communicate()  # ends it
    assert living.returncode == 0
    assert temporary() == [], "a reader that ends of itself leaves nothing, though it closed nothing"


def test_no_room_for_temporary_files_is_no_damage(template: IndexSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/proc/none")
    opened = open_current(template)
    with pytest.raises(StoreError, match=r"temporary files .*; free space, or name another folder with TMPDIR") as said:
        opened.vectors.count()
    assert not isinstance(said.value, DamagedIndexError)
    opened.close()


def test_what_is_closed_may_be_pruned(own: IndexSettings) -> None:
    opened = open_current(own)
    assert opened.vectors.count()
    build(own, full=True, embedder=HashedWords())
    assert prune(own) == []
    opened.close()
    assert prune(own) == [opened.id]
    assert Generation.open(own.home, opened.id) is None


@pytest.mark.slow
def test_the_command_line_never_quotes_changed_words(footnote: Footnote, own_home: Path) -> None:
    index = {"FOOTNOTE_HOME": str(own_home)}
    question = "How many criminal proceedings were registered in October 2024?"
    assert "Nine-thousand-forty-eight" in footnote("ask", question, **index).stdout
    settings = IndexSettings(home=own_home)
    change(folder_of(settings), "UPDATE source SET text = replace(text, 'Nine-thousand', 'Five-thousand')")
    asked, status = footnote("ask", question, **index), footnote("index", "status", **index)
    assert (asked.returncode, asked.stdout) == (1, "")
    assert asked.stderr.count("\n") == 1
    assert "footnote index build --full" in asked.stderr
    assert status.returncode == 1
    assert "damaged" in status.stdout
