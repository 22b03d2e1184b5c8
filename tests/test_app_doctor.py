"""`footnote doctor`: what it finds in order, what amiss, and what it says would leave the machine."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from app.llm.reach import whereto
from index.errors import ModelError
from tests.conftest import Footnote
from tests.fakes import HashedWords, free_port
from tests.llm_server import MODEL, LlmServer, Say


@pytest.fixture
def doctor(footnote_here: Footnote, monkeypatch: pytest.MonkeyPatch) -> Footnote:
    monkeypatch.setattr("index.embedding.embedder.open_embedder", lambda _: HashedWords())
    monkeypatch.setattr("index.build.status.mismatch", lambda *_: None)  # the index is the stand-in's
    return lambda *args, **env: footnote_here("doctor", *args, **env)


def test_without_a_language_model_nothing_leaves(doctor: Footnote) -> None:
    done = doctor()
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert [line.split("  ")[1].split(":")[0] for line in lines] == [
        "index", "embedding model", "reader", "checker of statements", "disk", "language model", "what leaves",
    ]  # fmt: skip
    assert lines[-1].startswith("in order  what leaves: Nothing leaves this machine. Pages are asked for only by ")
    found = json.loads(doctor("--json").stdout)
    assert all(f["ok"] for f in found)
    assert found[0]["facts"]["passages"] > 0


def test_a_damaged_reader_of_claims_is_found(doctor: Footnote, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged() -> None:
        raise ModelError("the reader in 'claims' is damaged")

    monkeypatch.setattr("app.support.reader.OnnxClaimReader.open", damaged)
    done = doctor()
    assert done.returncode == 1
    assert "checker of statements: the reader in 'claims' is damaged" in done.stdout


def test_a_model_that_answers(doctor: Footnote, server: LlmServer) -> None:
    server.say = Say("ready")
    done = doctor("--llm", server.url, "--model", MODEL)
    assert done.returncode == 0, done.stdout
    assert re.search(rf"{re.escape(MODEL)} answers, its first word after \d+\.\d s", done.stdout)
    assert "it takes 8,192 tokens, llm_window is 4,096" in done.stdout
    assert "Nothing leaves this machine: the language model's server is on it." in done.stdout
    facts = json.loads(doctor("--llm", server.url, "--model", MODEL, "--json").stdout)[-2]["facts"]
    assert (facts["models"], facts["context"]) == ([MODEL], 8192)
    server.models = [{"id": MODEL, "meta": {"n_ctx_train": 2048}}]
    small = doctor("--llm", server.url, "--model", MODEL)
    assert small.returncode == 1
    assert "set llm_window = 2048" in small.stdout


@pytest.mark.parametrize("models", [7, "all", {"id": MODEL}, [7, {"id": 7}]])
def test_a_server_whose_list_of_models_is_none(doctor: Footnote, server: LlmServer, models: Any) -> None:
    server.say, server.models = Say("ready"), models
    assert "answers, its first word after" in doctor("--llm", server.url, "--model", MODEL).stdout


def test_a_model_that_does_not(doctor: Footnote, server: LlmServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.say = Say(status=404, error="model not found")
    done = doctor("--llm", server.url, "--model", "other")
    assert done.returncode == 1
    assert f"does not have this model. It has: {MODEL}." in done.stdout
    server.say = Say(status=401)
    assert "does not accept the key" in doctor("--llm", server.url, "--model", MODEL).stdout
    nobody = f"http://127.0.0.1:{free_port()}/v1"
    assert "cannot be reached" in doctor("--llm", nobody, "--model", MODEL).stdout
    assert "give --llm URL and --model NAME" in doctor("--llm", server.url).stdout
    monkeypatch.setattr("app.llm.client.find_spec", lambda _: None)
    assert "pip install" in doctor("--llm", server.url, "--model", MODEL).stdout


def test_without_an_index_it_says_what_to_do(doctor: Footnote, tmp_path: object) -> None:
    done = doctor("--home", f"{tmp_path}/none")
    assert done.returncode == 1
    assert "AMISS     index: there is no index yet; run: footnote index build" in done.stdout


def test_it_says_in_words_what_leaves_and_whereto(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FOOTNOTE_LLM_KEY", "sk-secret")
    far = whereto("https://llm.example.com/v1")
    assert "goes to llm.example.com (on the internet)" in far
    assert "The key in FOOTNOTE_LLM_KEY goes with it." in far
    assert "unencrypted" not in far
    assert "sk-secret" not in far
    near = whereto("http://192.168.1.5:8080/v1")
    assert "goes to 192.168.1.5:8080 (in your own network)" in near
    assert "unencrypted" in near
    monkeypatch.setenv("https_proxy", "http://proxy:3128")
    assert "through the proxy" in whereto("https://llm.example.com/v1")
    assert "proxy" not in whereto("http://localhost:1/v1")
