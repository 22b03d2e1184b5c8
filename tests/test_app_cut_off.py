"""A full disk and Ctrl-C while something is fetched, checked or uploaded: nothing half kept, one clear line."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.adding.pages import PageFetcher
from app.adding.routes import UPLOAD, routes
from app.adding.service import Adding
from index.build.status import stale_reason
from tests.fakes import write_source
from tests.local_web import Answer, page
from tests.shipyard import FORTY, LONG, TITLE, Shipyard

FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
SQLITE_FULL = sqlite3.OperationalError("database or disk is full")
SQLITE_FULL.sqlite_errorcode = sqlite3.SQLITE_FULL
CUTS = [(FULL, 2, "No space left on device"), (KeyboardInterrupt(), 130, "footnote: interrupted")]
NEXT = page(TITLE, FORTY.replace("forty", "fifty"), LONG)


def kept(shipyard: Shipyard) -> dict[str, bytes]:
    """Every file of what is fetched, and which index serves."""
    home = shipyard.settings.home
    files = {p.name: p.read_bytes() for p in (home / "originals").rglob("*") if p.is_file()}
    return {n: raw for n, raw in files.items() if n not in (".gitignore", "lock")} | {
        "current": (home / "current").read_bytes()
    }


def cut_off(monkeypatch: pytest.MonkeyPatch, end: str, error: BaseException) -> None:
    """Let the writing of a file whose name has this end break off half way."""
    write = Path.write_bytes

    def half(path: Path, data: bytes) -> int:
        if not path.name.removesuffix(".tmp").endswith(end):
            return write(path, data)
        write(path, data[: len(data) // 2])
        raise error

    monkeypatch.setattr(Path, "write_bytes", half)


def broken(shipyard: Shipyard, said: tuple[int, str], *args: str) -> None:
    """Run a command that breaks off: one clear line; what is kept, and the index, are as they were."""
    before = kept(shipyard)
    done = shipyard.run("sources", *args, "--yes")
    assert (done.returncode, done.stderr.count("\n")) == (said[0], 1), done.stderr
    assert said[1] in done.stderr
    assert str(shipyard.folder) not in done.stderr
    assert kept(shipyard) == before


@pytest.mark.parametrize("first", [True, False], ids=["first", "again"])
@pytest.mark.parametrize("end", [".html", ".meta.yaml", "pages.json"])
@pytest.mark.parametrize(("error", "code", "said"), CUTS, ids=["full", "ctrl-c"])
def test_a_fetch_that_breaks_off_keeps_nothing_half(
    shipyard: Shipyard, monkeypatch: pytest.MonkeyPatch, first: bool, end: str, error: OSError, code: int, said: str
) -> None:
    if not first:
        shipyard.fetch()
        shipyard.web.paths["/yard"] = Answer(NEXT, headers={"ETag": '"2"'})
    with monkeypatch.context() as patch:
        cut_off(patch, end, error)
        broken(shipyard, (code, said), "fetch")
    assert shipyard.run("search", "ships").returncode == 0
    assert shipyard.run("index", "verify").returncode == 0
    assert shipyard.fetch()["note"]["state"] == "fetched"
    assert ("forty" if first else "fifty") in shipyard.sources()["note-original"]


@pytest.mark.parametrize(("error", "code", "said"), CUTS, ids=["full", "ctrl-c"])
def test_a_check_that_breaks_off_keeps_nothing_half(
    shipyard: Shipyard, monkeypatch: pytest.MonkeyPatch, error: OSError, code: int, said: str
) -> None:
    shipyard.fetch()
    shipyard.web.paths["/yard"] = Answer(NEXT, headers={"ETag": '"2"'})
    with monkeypatch.context() as patch:
        cut_off(patch, "pages.json", error)
        broken(shipyard, (code, said), "check")
    assert shipyard.run("search", "ships").returncode == 0
    assert shipyard.json("check", "--yes", code=1)["pages"][0]["state"] == "changed"


@pytest.mark.parametrize(
    ("where", "error"),
    [
        ("index.build.unfinished._write", FULL),
        ("index.storage.catalog.record_of", SQLITE_FULL),
        ("index.build.passage_vectors._saved", FULL),
        ("chromadb.Collection.add", ValueError("Failed to apply logs to the hnsw segment writer")),
        ("index.storage.lexical._schema", ValueError("An IO error occurred: 'No space left on device (os error 28)'")),
        ("index.build.build.sync_tree", FULL),
    ],
    ids=["texts", "catalog", "embedded", "vectors", "lexical", "commit"],
)
def test_a_build_on_a_full_disk_is_one_line_and_the_index_stays(
    shipyard: Shipyard, monkeypatch: pytest.MonkeyPatch, where: str, error: Exception
) -> None:
    """As the disk and each library says it; Chroma does not, so the disk is asked."""
    write_source(shipyard.settings.corpus, "late", "A late report. It names the mayor.")
    before = kept(shipyard)

    def full(*_args: object, **_named: object) -> NoReturn:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(where, full)
        patch.setattr("index.storage.chroma_errors.shutil.disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 0))
        done = shipyard.run("index", "build")
    assert (done.returncode, kept(shipyard)) == (2, before), done.stderr
    (said,) = [line for line in done.stderr.splitlines() if line.startswith("footnote: ")]
    assert "full" in said or "No space left on device" in said
    assert done.stderr.endswith(f"{said}\n")
    assert shipyard.run("search", "ships").returncode == 0
    assert shipyard.run("index", "build").returncode == 0


def test_no_room_for_temporary_files_is_one_line(shipyard: Shipyard, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_named: object) -> NoReturn:
        raise FULL

    monkeypatch.setattr("index.storage.private.tempfile.mkdtemp", full)
    done = shipyard.run("search", "ships")
    assert (done.returncode, done.stderr.count("\n"), "TMPDIR" in done.stderr) == (2, 1, True)


@pytest.mark.parametrize("command", ["fetch", "check"])
def test_ctrl_c_while_a_page_is_asked_for(shipyard: Shipyard, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    shipyard.fetch()

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("app.fetch.fetcher.Fetcher.fetch", interrupted)
        broken(shipyard, (130, "footnote: interrupted"), command)
    assert shipyard.fetch()["note"]["state"] == "unchanged", "the lock is free again"


@pytest.mark.parametrize("forget", [False, True], ids=["fetch", "forget"])
def test_what_breaks_off_before_the_index_is_built_is_mended_by_the_same_command(
    shipyard: Shipyard, monkeypatch: pytest.MonkeyPatch, forget: bool
) -> None:
    shipyard.fetch()
    shipyard.web.paths["/yard"] = Answer(NEXT, headers={"ETag": '"2"'})
    args = ("--forget", "note") if forget else ("--yes",)

    def interrupted(*_: object, **__: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("index.build.build.build", interrupted)
        assert shipyard.run("sources", "fetch", *args).returncode == 130
    assert "forty" in shipyard.sources()["note-original"]
    done = shipyard.run("sources", "fetch", *args)
    assert done.returncode == 0, done.stderr
    if forget:
        assert "note-original" not in shipyard.sources()
        assert "Removed note-original." in done.stdout
        assert shipyard.run("sources", "fetch", *args).returncode == 2
    else:
        assert "has not changed" in done.stdout
        assert "fifty" in shipyard.sources()["note-original"]
    assert stale_reason(shipyard.settings.index) is None


@pytest.fixture
def adding(shipyard: Shipyard) -> Iterator[Adding]:
    made = Adding(shipyard.settings.index, PageFetcher(shipyard.settings))
    yield made
    made.close()


def waiting(shipyard: Shipyard) -> list[Path]:
    return [p for p in (shipyard.settings.home / "incoming").rglob("*") if p.is_file()]


@pytest.mark.parametrize("size", [2_000, 200_000], ids=["as it ends", "as it comes"])
def test_an_upload_to_a_full_disk_is_one_line(
    shipyard: Shipyard, adding: Adding, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """A small file meets the full disk only when it is closed."""
    app, before = FastAPI(), kept(shipyard)
    app.include_router(routes(shipyard.settings, adding))
    client = TestClient(app, base_url="http://127.0.0.1:7860", headers={"X-Footnote": "1"}, client=("127.0.0.1", 5000))
    text = b"The tide at Esk rises nine metres. " * (size // 35)
    real = os.fdopen

    def full(fd: int, *more: Any) -> Any:
        os.close(fd)
        return real(os.open("/dev/full", os.O_WRONLY), *more)

    with monkeypatch.context() as patch:
        patch.setattr("app.adding.drafts.os.fdopen", full)
        answer = client.post(f"{UPLOAD}?name=tide.txt", content=text)
        pasted = client.post("/new-sources/text", json={"text": text.decode()})
    for refused in (answer, pasted):
        problem = refused.json()["problem"]
        assert (refused.status_code, "\n" in problem) == (422, False)
        assert "No space left on device" in problem
        assert str(shipyard.folder) not in problem
    assert (waiting(shipyard), kept(shipyard)) == ([], before)
    assert client.post(f"{UPLOAD}?name=tide.txt", content=text).status_code == 200, "there is room again"
    assert shipyard.run("search", "ships").returncode == 0


def test_ctrl_c_during_an_upload_leaves_nothing(shipyard: Shipyard, adding: Adding) -> None:
    before = kept(shipyard)

    def interrupted() -> None:
        with adding.upload("tide.txt") as upload:
            upload.write(b"The tide at Esk")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert waiting(shipyard) == []
    with adding.upload("tide.txt") as upload:
        upload.write(b"The tide at Esk")
        adding.close()  # the server ends while it comes
    assert (list((shipyard.settings.home / "incoming").rglob("*")), kept(shipyard)) == ([], before)
    assert shipyard.run("search", "ships").returncode == 0
