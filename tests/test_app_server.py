"""The server: its health, its files, what it does not tell, and how it starts and stops."""

from __future__ import annotations

import contextlib
import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi.testclient import TestClient

from app.chat.blocks import SESSIONS
from app.server import create_app, serve
from app.settings import Settings
from index.errors import UsageError
from index.read.corpus import read_corpus
from tests.chat_engine import OverlapEngine
from tests.conftest import CORPUS, ROOT
from tests.fakes import free_port
from tests.soak import MOST_A_SESSION, resident, server, soak

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


def test_no_host_name_but_its_own_gets_anything(client: TestClient) -> None:
    """What a page that reaches this machine by DNS rebinding can do."""
    paths = ("/", "/config", "/health", "/chat-files/chat.js", "/gradio_api/heartbeat/x",
             "/gradio_api/queue/data?session_hash=x")  # fmt: skip
    for path in paths:
        assert client.get(path, headers={"host": "evil.example:7860"}).status_code == 403, path
    for path in ("/gradio_api/queue/join", "/gradio_api/run/predict"):
        for headers in ({"host": "evil.example"}, {"origin": "https://evil.example"}):
            refused = client.post(path, json={"data": [], "fn_index": 4, "session_hash": "x"}, headers=headers)
            assert refused.status_code == 403, path
            assert refused.headers["content-security-policy"]
    for host in ("localhost:7860", "127.0.0.1", "[::1]:7860"):
        assert client.get("/health", headers={"host": host}).status_code == 200


def test_gradio_offers_nothing_but_what_the_page_takes(client: TestClient) -> None:
    for path in ("/openapi.json", "/docs", "/redoc", "/gradio_api/openapi.json", "/gradio_api/info", "/gradio_api/runs",
                 "/gradio_api/file=/etc/passwd", "/gradio_api/file=~/x", "/gradio_api/deep_link?session_hash=x",
                 "/gradio_api/vibe-code", "/monitoring", "/gradio_api/proxy=http://127.0.0.1/"):  # fmt: skip
        answer = client.get(path)
        assert (answer.status_code, answer.text) == (404, '{"detail":"Not Found"}'), path


SECRET = "who is the secret admirer of the unicorn king"


def test_what_is_asked_amiss_stays_out_of_the_log_and_tells_nothing(
    client: TestClient, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Too few inputs, wrong kinds, unknown events, over each of Gradio's own roads."""
    events = client.get("/config").json()["dependencies"]
    told = []
    for event in events:
        for data in ([SECRET], [SECRET] * 9, [{SECRET: [SECRET]}] * len(event["inputs"])):
            body = {"data": data, "fn_index": event["id"], "session_hash": "amiss", "event_data": {"turn": SECRET}}
            told.append(client.post("/gradio_api/run/predict", json=body))
    for body in ({"data": [SECRET], "fn_index": 99}, {"data": [SECRET], "fn_index": 99, "session_hash": "x"}):
        told.append(client.post("/gradio_api/run/predict", json=body))
        told.append(client.post("/gradio_api/queue/join", json=body))
    said = capfd.readouterr()
    assert SECRET not in said.out + said.err + caplog.text
    assert "Traceback" not in said.out + said.err + caplog.text
    for answer in told:
        if answer.status_code >= 400:
            assert not re.search(r"[/~]\w+/|file:|FOOTNOTE_|inputs|site-packages|Error\(", answer.text), answer.text
    assert any("under" in a.text for a in told if a.status_code == 500), "a reference instead"


def test_a_question_of_a_megabyte_is_answered_in_words(client: TestClient) -> None:
    ask = next(d["id"] for d in client.get("/config").json()["dependencies"] if d["api_name"] == "ask")
    body = {"data": ["why? " * 200_000, "{}", None, None], "fn_index": ask, "session_hash": "long"}
    answer = client.post("/gradio_api/run/predict", json=body)
    assert answer.status_code == 200
    assert "Footnote takes at most 2000" in answer.text
    assert len(answer.content) < 50_000
    body["data"] = ["x" * (5 << 20), "{}", None, None]
    for path in ("/gradio_api/run/predict", "/gradio_api/queue/join"):
        refused = client.post(path, json=body)
        assert refused.status_code == 413
        assert "2,000 characters" in refused.json()["detail"]
    assert client.get("/", params={"q": "x" * 40_000}).status_code == 414


def test_half_a_character_over_http_is_no_error(client: TestClient) -> None:
    ask = next(d["id"] for d in client.get("/config").json()["dependencies"] if d["api_name"] == "ask")
    body = b'{"data": ["why \\ud800?", "{}", null, null], "fn_index": %d, "session_hash": "half\\udfff"}' % ask
    answer = client.post("/gradio_api/run/predict", content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 200
    assert "why \ufffd?" in answer.text


def test_a_body_of_64_mib_does_not_grow_the_server() -> None:
    """Sent whole and in pieces of unannounced length, to a process of its own."""
    port = free_port()
    with server(port, None) as pid:
        for head in ({"content-length": str(64 << 20)}, {"transfer-encoding": "chunked"}):
            before = resident(pid)
            with socket.create_connection(("127.0.0.1", port)) as sent:
                sent.settimeout(20)
                lines = [f"{k}: {v}" for k, v in ({"host": f"127.0.0.1:{port}"} | head).items()]
                start = ["POST /gradio_api/queue/join HTTP/1.1", "content-type: application/json", *lines]
                sent.sendall("\r\n".join([*start, "", ""]).encode())
                piece = b"x" * (1 << 20)
                with contextlib.suppress(OSError):  # the server has heard enough
                    for _ in range(64):
                        sent.sendall(b"100000\r\n" + piece + b"\r\n" if "transfer-encoding" in head else piece)
                answer = b""
                with contextlib.suppress(OSError):
                    while chunk := sent.recv(1 << 16):
                        answer += chunk
            assert answer.startswith(b"HTTP/1.1 413"), answer[:100]
            assert resident(pid) - before < 24, "MB"
        assert httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200


def test_sessions_that_come_and_go_leave_nothing_behind() -> None:
    """A short soak without questions; `python -m tests.soak --minutes 10` is the long one with them."""
    found = soak(240, ask=False, port=free_port(), sessions=3 * SESSIONS)
    assert found.problems == []
    assert found.sessions >= 3 * SESSIONS
    assert found.left_behind < MOST_A_SESSION


@pytest.mark.parametrize(("host", "warned"), [("127.0.0.1", False), ("0.0.0.0", True)])
def test_to_listen_beyond_this_machine_is_warned_of(
    child_env: dict[str, str], settings: Settings, host: str, warned: bool
) -> None:
    code = f"from app.cli.main import main; import sys; sys.argv[1:] = ['serve', '--host', '{host}', '--port', '0', "
    code += f"'--home', {str(settings.home)!r}]; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code], env=child_env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        while "Footnote is at" not in child.stdout.readline():
            assert child.poll() is None
        child.kill()
        _, err = child.communicate()
    assert ("WARNING" in err) is warned
    assert ("Everybody who can reach" in err) is warned


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
