"""A real server process with OpenAI's interface, `transformers serve`, and a model with random weights on it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.engine import Engine
from app.events import Done, Writing
from app.llm.client import ServerModel
from app.llm.generate import LanguageModel
from app.llm.reach import reach
from app.query import Query
from app.settings import Settings
from tests.conftest import ROOT
from tests.fakes import free_port
from tests.llm_server import YARD

pytestmark = pytest.mark.slow


class Served:
    """The process, the address and the model's name."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, model: str) -> None:
        self.process, self.model, self.url = process, model, f"http://127.0.0.1:{port}/v1"

    def settings(self, **more: object) -> Settings:
        return Settings(**{"llm_url": self.url, "llm_model": self.model, "llm_window": 16000, **more})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("tiny")
    path = os.pathsep.join([str(ROOT / "tests" / "offline"), str(ROOT), os.environ.get("PYTHONPATH", "")])
    attempts = folder / "attempts"
    env = os.environ | {"PYTHONPATH": path, "HF_HOME": str(folder / "hub"), "HF_HUB_OFFLINE": "1"}
    env["FOOTNOTE_TEST_ATTEMPTS"] = str(attempts)
    model, port = str(folder / "model"), free_port()
    subprocess.run([sys.executable, "-m", "tests.tiny_model", model], cwd=ROOT, env=env, check=True, timeout=120)
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", model, "--device", "cpu"]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, env=env, stdout=log, stderr=log) as process:
        try:
            _wait(f"http://127.0.0.1:{port}/health", process, folder / "log")
            yield Served(process, port, model)
        finally:
            process.terminate()
    assert not attempts.exists(), attempts.read_text()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while True:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)


def speaking(yard: Engine, settings: Settings) -> Engine:
    yard.model = LanguageModel(ServerModel.of(settings))
    return yard


def test_nonsense_ends_in_quotations_and_is_kept_as_evidence(yard: Engine, served: Served) -> None:
    answer = speaking(yard, served.settings(llm_tokens=60)).answer(YARD)
    assert answer.model is not None
    (call,) = answer.model.calls
    assert answer.model.failure in ("rambling", "unproved", "empty", "cut")
    assert call.reply
    assert answer.model.name == "model"  # not the folder that it is in
    assert (call.first_ms or 0) > 0
    assert answer.statements == yard.answer(Query(YARD, quotations_only=True)).statements


def test_the_limit_of_time_holds(yard: Engine, served: Served) -> None:
    began = time.monotonic()
    answer = speaking(yard, served.settings(llm_tokens=600, llm_whole=0.5)).answer(YARD)
    assert answer.model is not None
    assert answer.model.failure in ("slow", "slow-start")
    assert time.monotonic() - began < 15


def test_a_reader_who_leaves_does_not_wait(yard: Engine, served: Served) -> None:
    with closing(speaking(yard, served.settings(llm_tokens=600)).ask(YARD)) as events:
        assert any(isinstance(event, Writing) for event in events)
        began = time.monotonic()
    assert time.monotonic() - began < 1


def test_the_doctor_finds_it_answering(served: Served) -> None:
    found = reach(ServerModel.of(served.settings()))
    assert found.failure == ""
    assert (found.answers_ms or 0) > 0


def test_a_server_killed_in_the_middle_leaves_proved_footnotes(yard: Engine, served: Served) -> None:
    """The last test of this file: it kills the server."""
    done = None
    for event in speaking(yard, served.settings(llm_tokens=600)).ask(YARD):
        if isinstance(event, Writing) and event.tokens:
            served.process.kill()
        done = event if isinstance(event, Done) else done
    assert done is not None
    assert done.answer.model is not None
    assert done.answer.model.failure in ("cut", "server")
    assert done.answer.quotes
    again = yard.answer(YARD)
    assert again.model is not None
    assert again.model.failure == "unreachable"
