"""Whatever happens to a build, the index that served goes on serving: processes are really killed here."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index.build.build import build
from index.build.verify import verify
from index.errors import CorpusError
from index.settings import IndexSettings
from index.storage.generation import Generation, current_id, open_current
from tests.fakes import HashedWords, small_corpus, write_source

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
Trial = Callable[..., dict[str, Any]]

_STEPS = (
    "read begin source passages take-over catalog-commit vectors-taken compare vectors count lexical "
    "lexical-commit sync manifest rename:manifest.json switch rename:current rename rename:build.holder"
).split()


@pytest.fixture(scope="module")
def trial() -> Iterator[Trial]:
    """Run one build in a child process of its own; how it ended."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.crash"], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def run(settings: IndexSettings, **how: Any) -> dict[str, Any]:
            assert process.stdin is not None
            assert process.stdout is not None
            print(
                json.dumps({"home": str(settings.home), "corpus": str(settings.corpus), **how}),
                file=process.stdin,
                flush=True,
            )
            answer: dict[str, Any] = json.loads(process.stdout.readline())
            return answer

        yield run
        process.stdin.close()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two generations (so that the next build removes one) and a corpus that has changed since."""
    folder = tmp_path_factory.mktemp("crash")
    settings = IndexSettings(home=folder / "home", corpus=small_corpus(folder / "corpus"))
    build(settings, embedder=HashedWords())
    write_source(settings.corpus, "late", "A late report. It names the mayor.")
    build(settings, embedder=HashedWords())
    write_source(settings.corpus, "dam", "The dam was built in 1932. A commission corrected the year.")
    return folder


@pytest.fixture
def settings(template: Path, tmp_path: Path) -> IndexSettings:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return IndexSettings(home=tmp_path / "home", corpus=tmp_path / "corpus")


def _words(settings: IndexSettings) -> str:
    """What a reader finds about the dam now, by the way a question takes."""
    generation = open_current(settings)
    try:
        vector = HashedWords().embed_queries(["when was the dam built"])[0]
        best = generation.vectors.query(vector, 1)[0][0]
        assert best in [n for n, _ in generation.lexical.search("dam built", 5)]
        return generation.passages([best])[0].text
    finally:
        generation.close()


def _serves(settings: IndexSettings, before: str | None) -> None:
    """The current index is sound and is the old one or, whole, the new one; the next build mends the rest."""
    report = verify(settings)
    assert report.problems == ()
    assert report.generation == current_id(settings.home)
    assert ("1931" if report.generation == before else "1932") in _words(settings)
    after = build(settings, embedder=HashedWords())
    assert after.previous == report.generation
    assert "1932" in _words(settings)
    folders = {p.name for p in (settings.home / "generations").iterdir()}
    assert folders <= {after.generation, after.previous, before}
    assert {p.name for p in settings.home.iterdir()} <= {"current", "generations", "build.lock"}
    assert verify(settings).problems == ()


@pytest.mark.parametrize(
    ("step", "when"),
    [(step, "before") for step in _STEPS]
    # What follows a step is mostly what precedes the next; these leave something of their own behind.
    + [(step, "after") for step in ("begin", "vectors", "lexical", "rename:manifest.json", "rename:current")],
)
def test_killed_at_a_step(trial: Trial, settings: IndexSettings, step: str, when: str) -> None:
    before = current_id(settings.home)
    ended = trial(settings, at=step, when=when)
    assert ended["killed"]
    switched = step == "rename" or (step, when) == ("rename:current", "after")
    assert (current_id(settings.home) != before) == switched
    _serves(settings, before)


def test_killed_at_any_time(trial: Trial, settings: IndexSettings, template: Path) -> None:
    longest = trial(settings)["seconds"]
    chance = random.Random(20241115)
    killed = 0
    for n in range(30):
        folder = settings.home.parent / str(n)
        shutil.copytree(template, folder)
        own = IndexSettings(home=folder / "home", corpus=folder / "corpus")
        before = current_id(own.home)
        ended = trial(own, after=chance.uniform(0, longest))
        if ended["killed"]:
            killed += 1
            _serves(own, before)
        else:
            longest = min(longest, ended["seconds"])
        if killed == 8:
            return
    pytest.fail(f"only {killed} of 30 builds were killed before they ended")


def test_killed_before_there_was_an_index(trial: Trial, tmp_path: Path) -> None:
    settings = IndexSettings(home=tmp_path / "home", corpus=small_corpus(tmp_path / "corpus"))
    assert trial(settings, at="switch", when="before")["killed"]
    assert current_id(settings.home) is None
    report = build(settings, embedder=HashedWords())
    assert report.previous is None
    assert [p.name for p in (settings.home / "generations").iterdir()] == [report.generation]


def test_leftovers_go_before_a_build_asks_for_room_of_its_own(trial: Trial, settings: IndexSettings) -> None:
    """So that one build that filled the disk does not make every later one fail."""
    before = {p.name for p in (settings.home / "generations").iterdir()}
    assert trial(settings, at="sync", when="before")["killed"]
    assert {p.name for p in (settings.home / "generations").iterdir()} > before
    write_source(settings.corpus, "dam", "The dam.", published="a year that is none")
    with pytest.raises(CorpusError):
        build(settings, embedder=HashedWords())
    assert {p.name for p in (settings.home / "generations").iterdir()} == before


@pytest.mark.parametrize(
    ("limit", "step"),
    [(100, None), (30_000, None), (200_000, None), (10, "lexical"), (10, "lexical-commit"), (10, "sync")],
)
def test_no_room_on_the_disk(trial: Trial, settings: IndexSettings, limit: int, step: str | None) -> None:
    """A file-size limit fails writes as a full disk does, at different stages of the build."""
    write_source(settings.corpus, "long", "\n\n".join(f"Line {n} of a long list." for n in range(4000)))
    before = current_id(settings.home)
    ended = trial(settings, file_limit=limit, **{"from": step})
    assert ended.get("error") == "StoreError", ended.get("message")
    assert "\n" not in ended["message"]
    assert "free space" in ended["message"]
    assert current_id(settings.home) == before
    assert "1931" in _words(settings)
    assert verify(settings).problems == ()


def test_a_home_that_may_not_be_written(trial: Trial, template: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        home = Path(shutil.copytree(template, Path(folder) / "own", dirs_exist_ok=True)) / "home"
        settings = IndexSettings(home=home, corpus=home.parent / "corpus")
        who: dict[str, int] = {}
        if os.geteuid() == 0:
            who = {"user": 65534}  # nobody: permissions do not bind root
        else:
            home.chmod(0o555)
        ended = trial(settings, **who)
        home.chmod(0o755)
    assert ended.get("error") == "StoreError", ended.get("message")
    assert "FOOTNOTE_HOME" in ended["message"]
    assert "\n" not in ended["message"]


def test_a_reader_goes_on_while_its_index_is_replaced_and_pruned(trial: Trial, settings: IndexSettings) -> None:
    """Builds run in another process; the reader's generation would be removed by the second of them."""
    reader = open_current(settings)
    assert trial(settings)["exit"] == 0
    write_source(settings.corpus, "dam", "The dam was built in 1933.")
    assert trial(settings)["exit"] == 0
    old = Generation.open(settings.home, reader.id)
    assert old is not None
    old.close()
    best = reader.vectors.query(HashedWords().embed_queries(["the dam was built in 1931"])[0], 1)[0][0]
    assert "1931" in reader.passages([best])[0].text
    assert reader.lexical.count() == reader.manifest.passages
    reader.close()
    write_source(settings.corpus, "dam", "The dam was built in 1934.")
    assert trial(settings)["exit"] == 0
    assert Generation.open(settings.home, reader.id) is None
