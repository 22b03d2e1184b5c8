"""Shared fixtures: the repository's corpus, its index once for the whole run, child processes without a network."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from app.engine import Engine
    from tests.browser import Pages
    from tests.chat_engine import OverlapEngine
    from tests.llm_server import LlmServer
    from tests.shipyard import Shipyard

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT / "corpus"

# `make quick` tries fewer examples a property (--hypothesis-profile quick); `make test` all of them.
# A machine with other work is slow, not wrong: no example has a time.
settings.register_profile("all", deadline=None)
settings.register_profile("quick", max_examples=20, deadline=None)
settings.load_profile("all")

# Fixtures that cost more than a quick test may: the index of the real model, a server.
_COSTLY = {"built_home", "address"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Who takes a costly fixture is slow, without having to say so."""
    for item in items:
        if _COSTLY.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's machine reaches a test; the small reader decides, which is quicker."""
    for name in list(os.environ):
        if name.startswith("FOOTNOTE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FOOTNOTE_READER", "small")


@pytest.fixture
def guards_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no reader of claims be installed."""
    from app.answer.beside_original import installed_check
    from app.support.check import installed
    from app.support.reader import OnnxClaimReader

    monkeypatch.setattr(OnnxClaimReader, "open", lambda: None)
    for remembered in (installed, installed_check):
        remembered.cache_clear()
    yield
    for remembered in (installed, installed_check):
        remembered.cache_clear()


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


@pytest.fixture
def footnote_here(
    hashed_engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Footnote:
    """As `footnote`, but in this process and over `hashed_engine`'s index: for what needs no process of its own."""
    from tests.fakes import HashedWords

    monkeypatch.setattr("index.retrieve.open_embedder", lambda _: HashedWords())
    monkeypatch.chdir(tmp_path)
    index = {"FOOTNOTE_HOME": str(hashed_engine.settings.home), "FOOTNOTE_CORPUS": str(CORPUS)}
    return in_this_process(index, monkeypatch, capsys)


def in_this_process(
    settings: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Footnote:
    """Return what runs `footnote` in this process, under `settings` (environment variables)."""
    from app.cli.main import main

    def run(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
        code = 0
        with monkeypatch.context() as patch:
            for name, value in {"NO_COLOR": "1", "COLUMNS": "200", **settings, **env}.items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["footnote", *args])
            try:
                main()
            except SystemExit as stop:
                code = int(stop.code or 0)
        said = capsys.readouterr()
        return subprocess.CompletedProcess(args, code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def built_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FOOTNOTE_HOME with a real index of the repository's corpus, built once; do not write to it."""
    from index.build.build import build
    from index.settings import IndexSettings

    home = tmp_path_factory.mktemp("home")
    build(IndexSettings(home=home, corpus=CORPUS))
    return home


@pytest.fixture(scope="session")
def hashed_engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine over the repository's corpus in which the embedder alone is a stand-in; do not write to its home."""
    from app.settings import Settings
    from tests.fakes import open_hashed

    return open_hashed(Settings(home=tmp_path_factory.mktemp("hashed"), corpus=CORPUS))


@pytest.fixture(scope="session")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine over three short sources, for answers by a language model; a test sets up its own."""
    from tests.llm_server import open_yard

    return open_yard(tmp_path_factory.mktemp("yard"))


@pytest.fixture
def server() -> Iterator[LlmServer]:
    """A scripted server of language models."""
    from tests.llm_server import llm_server

    with llm_server() as scripted:
        yield scripted


@pytest.fixture(scope="session")
def real_engine(built_home: Path) -> Engine:
    """An engine over the repository's corpus as a user has it."""
    from app.engine import Engine
    from app.settings import Settings

    return Engine.open(Settings(home=built_home, corpus=CORPUS, reader="deep"))


@pytest.fixture(scope="session", params=["hashed_engine", pytest.param("real_engine", marks=pytest.mark.slow)])
def either_engine(request: pytest.FixtureRequest) -> Engine:
    """`hashed_engine` in the quick tier, and then `real_engine` too."""
    engine: Engine = request.getfixturevalue(request.param)
    return engine


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


@pytest.fixture
def shipyard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Shipyard]:
    """A corpus with a note on a page of a web on loopback, and the command line over it."""
    from tests.shipyard import open_shipyard

    with open_shipyard(tmp_path, monkeypatch, capsys) as made:
        yield made
