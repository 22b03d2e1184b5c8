"""Shared fixtures: the repository's corpus, one real index for the whole run, child processes without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser import Pages
    from tests.chat_engine import OverlapEngine

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's machine reaches a test."""
    for name in list(os.environ):
        if name.startswith("FOOTNOTE_"):
            monkeypatch.delenv(name)


@pytest.fixture
def child_env(tmp_path: Path) -> dict[str, str]:
    """Environment of a child process that cannot reach the network and notes each attempt in `attempts`."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("FOOTNOTE_", "HF_", "TRANSFORMERS_"))}
    path = [str(ROOT / "tests" / "offline"), str(ROOT)]
    return env | {
        "PYTHONPATH": os.pathsep.join(path),
        "FOOTNOTE_TEST_ATTEMPTS": str(tmp_path / "attempts"),
        "NO_COLOR": "1",
        "COLUMNS": "200",
    }


Footnote = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def footnote(child_env: dict[str, str], tmp_path: Path) -> Iterator[Footnote]:
    """Run the command `footnote` as a user does; fails the test if it tried to reach the network."""

    def run(*args: str, cwd: Path = tmp_path, **env: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from app.cli.main import main; main()", *args]
        return subprocess.run(
            command, cwd=cwd, env=child_env | env, text=True, capture_output=True, timeout=300, check=False
        )

    yield run
    attempts = tmp_path / "attempts"
    assert not attempts.exists(), f"reached for the network: {attempts.read_text()}"


@pytest.fixture(scope="session")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FOOTNOTE_HOME with a real index of the repository's corpus, built once; do not write to it."""
    from index.build.build import build
    from index.settings import IndexSettings

    home = tmp_path_factory.mktemp("home")
    build(IndexSettings(home=home, corpus=CORPUS))
    return home


@pytest.fixture
def own_home(built_home: Path, tmp_path: Path) -> Path:
    """A copy of `built_home` that a test may change."""
    return Path(shutil.copytree(built_home, tmp_path / "home"))


@pytest.fixture
def own_corpus(tmp_path: Path) -> Path:
    """A copy of the corpus that a test may change."""
    return Path(shutil.copytree(CORPUS, tmp_path / "corpus"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One Chromium for the tests of a file; its event loop must not outlive them."""
    from tests.browser import launched

    with launched() as browser:
        yield browser


@pytest.fixture
def pages(chromium: Browser) -> Iterator[Pages]:
    """Opens pages; fails the test for a script error, a dialog or a request to another host."""
    from tests.browser import Pages

    opened = Pages(chromium)
    yield opened
    opened.close()
    assert opened.wrong == []


@pytest.fixture(scope="session")
def engine() -> OverlapEngine:
    """The engine behind `address`, over the repository's corpus; it pauses between statements, so that they stream."""
    from index.read.corpus import read_corpus
    from tests.chat_engine import OverlapEngine

    return OverlapEngine(read_corpus(CORPUS), pause=0.1)


@pytest.fixture(scope="session")
def address(engine: OverlapEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the chat for tests that change nothing of its engine."""
    from tests.browser import serving

    with serving(engine, tmp_path_factory.mktemp("served")) as url:
        yield url
