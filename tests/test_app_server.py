"""The server: its health, its files, what it does not tell, and how it starts and stops."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.server import create_app, serve
from app.settings import Settings
from index.errors import UsageError
from index.read.corpus import read_corpus
from tests.chat_engine import OverlapEngine
from tests.conftest import CORPUS, ROOT

HERE = "http://127.0.0.1:7860"
pytestmark = pytest.mark.slow  # gradio is seconds of importing


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(home=tmp_path_factory.mktemp("server") / "no-index-here", corpus=CORPUS)


@pytest.fixture(scope="module")
def client(settings: Settings) -> TestClient:
    return TestClient(create_app(settings, OverlapEngine(read_corpus(CORPUS), generation="g7")), base_url=HERE)


def test_health_counts_what_is_served(client: TestClient) -> None:
    answer = client.get("/health")
    assert answer.status_code == 200
    body = answer.json()
    assert body["status"] == "ok"
    assert body["generation"] == "g7"
    assert body["sources"] == len(read_corpus(CORPUS))
    assert body["passages"] > body["sources"]


def test_without_an_index_health_and_page_say_what_to_do(settings: Settings) -> None:
    client = TestClient(create_app(settings), base_url=HERE)
    health, page = client.get("/health"), client.get("/")
    assert health.status_code == 503
    assert "footnote index build" in health.json()["problem"]
    assert page.status_code == 200
    assert "footnote index build" in page.text
    assert "no-index-here" not in health.text + page.text


def test_no_page_tells_where_it_is_installed(client: TestClient) -> None:
    for path in ("/", "/config", "/gradio_api/info", "/theme.css", "/chat-files/chat.js", "/nothing-here"):
        text = client.get(path).text
        assert str(ROOT) not in text, path
        assert str(Path.home()) not in text or Path.home() == Path("/"), path
        assert sys.prefix not in text, path


def test_the_page_names_no_other_host(client: TestClient) -> None:
    for path in ("/", "/theme.css", "/chat-files/chat.css", "/chat-files/chat.js"):
        loaded = re.findall(r"""(?:src=|href=|url\(|import\()["']?(https?://[^"') ]+)""", client.get(path).text)
        assert [u for u in loaded if not u.startswith(HERE)] == [], path


def test_files_and_headers(client: TestClient) -> None:
    script, style = client.get("/chat-files/chat.js"), client.get("/chat-files/chat.css")
    assert script.headers["content-type"].startswith("text/javascript")
    assert style.headers["content-type"].startswith("text/css")
    assert client.get("/chat-files/layout.py").status_code == 404
    assert client.get("/chat-files/%2e%2e/layout.py").status_code == 404
    page = client.get("/")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"


def test_uploads_are_refused(client: TestClient) -> None:
    answer = client.post("/gradio_api/upload", files={"files": ("a.txt", b"some bytes")})
    assert answer.status_code >= 400


def test_a_taken_port_is_one_plain_sentence(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match="--port") as caught:
            serve(settings, port=port)
    assert str(port) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_host_is_a_usage_error(settings: Settings) -> None:
    with pytest.raises(UsageError, match="--host"):
        serve(settings, host="999.1.1.1", port=0)


@pytest.fixture
def served(child_env: dict[str, str], settings: Settings) -> Iterator[subprocess.Popen[str]]:
    code = (
        "from app.settings import Settings; from app.server import serve; "
        f"serve(Settings(home={str(settings.home)!r}, corpus={str(settings.corpus)!r}), port=0)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], env=child_env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # a shell's & ignores SIGINT
    )  # fmt: skip
    yield child
    if child.poll() is None:
        child.kill()
    child.communicate()


def test_it_says_where_it_is_answers_and_stops_quietly(
    served: subprocess.Popen[str], child_env: dict[str, str]
) -> None:
    assert served.stdout is not None
    first = served.stdout.readline()
    assert "footnote index build" in first, "there is no index, and it says so before it serves"
    lines = [first]
    while "Footnote is at" not in lines[-1]:
        lines.append(served.stdout.readline())
        assert lines[-1], f"ended early: {lines}"
    address = re.search(r"http://127\.0\.0\.1:\d+", lines[-1])
    assert address is not None
    with pytest.raises(urllib.request.HTTPError) as refused:
        urllib.request.urlopen(address[0] + "/health", timeout=20)
    assert refused.value.code == 503
    assert json.load(refused.value)["status"] == "unavailable"
    page = urllib.request.urlopen(address[0] + "/gradio_api/heartbeat/one", timeout=20)
    assert page.status == 200, "the stream that an open page holds"
    served.send_signal(signal.SIGINT)
    out, err = served.communicate(timeout=30)
    assert served.returncode in {0, 130}
    assert err == ""
    assert out.strip() == "Stopped."
    page.close()
    attempts = Path(child_env["FOOTNOTE_TEST_ATTEMPTS"])
    assert not attempts.exists(), f"reached for the network: {attempts.read_text()}"
