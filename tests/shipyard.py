"""A corpus with an article and a note on a page of a web on loopback, and the command line over it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.settings import Settings
from index.storage.generation import open_current
from tests.conftest import Footnote, in_this_process
from tests.fakes import HashedWords, open_hashed, write_source
from tests.local_web import Answer, Web, local_web, page

TITLE = "Harbour yard counts forty ships"
LONG = " ".join(f"Ship number {n} was launched from slip {n % 7} in the year {1900 + n}." for n in range(1, 31))
FORTY = "The yard built forty ships before the war, its manager Anna Berg said on Monday."
UNION = "The union counted thirty-one ships and called the figure of the yard a fairy tale."
ORIGINAL = page(TITLE, FORTY, LONG, UNION)


class Shipyard:
    """A corpus with an article and a note on a page of the local web, and the command line over it."""

    def __init__(self, folder: Path, web: Web, run: Footnote) -> None:
        self.web, self.run, self.folder = web, run, folder
        self.settings = Settings(home=folder / "home", corpus=folder / "corpus", reader="none")

    def note(self, name: str, path: str, title: str = TITLE, **fields: str) -> None:
        url = self.web.url(path) if path else ""
        write_source(
            self.settings.corpus, name, f"Our summary of {name}: it speaks of ships.", title=title, url=url, **fields
        )

    def sources(self) -> dict[str, str]:
        """The text of each source of the index."""
        return {s.id: s.text for s in open_current(self.settings.index).sources()}

    def json(self, *args: str, code: int = 0) -> dict[str, list[dict[str, object]]]:
        done = self.run("sources", *args, "--json")
        assert done.returncode == code, done.stderr + done.stdout
        return dict(json.loads(done.stdout))

    def fetch(self, *ids: str, code: int = 0) -> dict[str, dict[str, object]]:
        return {str(p["about"]): p for p in self.json("fetch", *ids, "--yes", code=code)["pages"]}

    def why(self, name: str, code: int = 1) -> tuple[str, str]:
        """Why the original of a note could not be had, in a word and in a line; the index answers as before."""
        found = self.fetch(name, code=code)[name]
        assert found["state"] == "failed"
        assert "\n" not in str(found["reason"])
        assert f"{name}-original" not in self.sources()
        assert self.run("search", "ships").returncode == 0
        return str(found["why"]), str(found["reason"])


@contextmanager
def open_shipyard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Shipyard]:
    """Make the corpus, built, with its page on a web of its own; nobody waits between two requests."""
    monkeypatch.setattr("app.fetch.pace.time.sleep", lambda _: None)
    monkeypatch.setattr("index.retrieve.open_embedder", lambda _: HashedWords())
    monkeypatch.setattr("index.build.build.prepare_embedder", lambda *_: HashedWords())
    monkeypatch.chdir(tmp_path)
    environment = {"FOOTNOTE_HOME": str(tmp_path / "home"), "FOOTNOTE_CORPUS": str(tmp_path / "corpus")}
    environment |= {"FOOTNOTE_FETCH_HOSTS": "127.0.0.1", "FOOTNOTE_READER": "none"}
    run = in_this_process(environment, monkeypatch, capsys)
    with local_web() as web:
        made = Shipyard(tmp_path, web, run)
        write_source(made.settings.corpus, "article", "Ships are built.", kind="article", relation="article", url="")
        made.note("note", "/yard")
        open_hashed(made.settings)
        web.paths["/yard"] = Answer(ORIGINAL, headers={"ETag": '"1"'})
        yield made
