"""What a request meets before any page: its host, its size, its text. With a plain application behind the door."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from app.middleware import MAX_BODY, AllowedHosts, BodyLimit, ErrorWords, HostCheck

CHUNK = b"x" * (64 << 10)


class Exchange:
    """A request that is sent in `chunks`; `taken` counts those that were asked for."""

    def __init__(self, chunks: Sequence[bytes] = (), kind: str = "http", query: str = "", **headers: str | list[str]):
        self.chunks, self.taken, self.sent = list(chunks), 0, []  # type: ignore[var-annotated]
        lines = [(k.replace("_", "-"), v) for k, vs in headers.items() for v in ([vs] if isinstance(vs, str) else vs)]
        self.scope: dict[str, Any] = {
            "type": kind, "method": "POST", "path": "/x", "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in lines],
        }  # fmt: skip

    async def receive(self) -> dict[str, Any]:
        self.taken += 1
        if not self.chunks:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": self.chunks.pop(0), "more_body": bool(self.chunks)}

    async def send(self, message: dict[str, Any]) -> None:
        self.sent.append(message)

    def through(self, app: Any) -> Exchange:
        asyncio.run(app(self.scope, self.receive, self.send))
        return self

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(m.get("body", b"") for m in self.sent)


async def echo(_: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


@pytest.mark.parametrize(
    ("listens", "further", "host", "allowed"),
    [
        ("127.0.0.1", (), "localhost:7860", True),
        ("127.0.0.1", (), "LOCALHOST.", True),
        ("127.0.0.1", (), "127.0.0.1", True),
        ("127.0.0.1", (), "[::1]:7860", True),
        ("127.0.0.1", (), "evil.example", False),
        ("127.0.0.1", (), "evil.example:7860", False),
        ("127.0.0.1", (), "localhost.evil.example", False),
        ("127.0.0.1", (), "localhost@evil.example", False),
        ("127.0.0.1", (), "evil.example@localhost", False),
        ("127.0.0.1", (), "10.0.0.5:7860", False),
        ("127.0.0.1", (), "", False),
        ("127.0.0.1", (), "[::1", False),
        ("box.lan", (), "box.lan:80", True),
        ("127.0.0.1", ("a.example", "[fd00::5]"), "A.example", True),
        ("127.0.0.1", ("a.example", "[fd00::5]"), "[fd00:0::5]:1", True),
        ("0.0.0.0", (), "192.168.1.7:7860", True),
        ("::", (), "[fe80::1]", True),
        ("0.0.0.0", (), "rebound.example", False),
    ],
)
def test_a_host_is_allowed_by_its_name(listens: str, further: tuple[str, ...], host: str, allowed: bool) -> None:
    found = Exchange(host=host).through(HostCheck(echo, AllowedHosts.of(listens, further)))
    assert found.status == (200 if allowed else 403)
    if not allowed:
        assert "setting 'hosts'" in json.loads(found.body)["detail"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "localhost:7860", "origin": "http://localhost:7860"}, 200),
        ({"host": "localhost:7860", "origin": "https://evil.example"}, 403),
        ({"host": "localhost:7860", "origin": "http://localhost:3000"}, 403),
        ({"host": "localhost:7860", "origin": "null"}, 403),
        ({"host": "localhost:7860", "origin": "https://a.example"}, 200),
        ({"host": "localhost:7860", "x_forwarded_host": "a.example", "origin": "https://a.example"}, 200),
        ({"host": "localhost:7860", "x_forwarded_host": "evil.example"}, 403),
        ({"host": ["localhost", "evil.example"]}, 403),
        ({}, 403),
    ],
)
def test_a_page_of_another_site_is_refused(headers: dict[str, Any], status: int) -> None:
    found = Exchange(**headers).through(HostCheck(echo, AllowedHosts.of("127.0.0.1", ["a.example"])))
    assert found.status == status


def test_a_refusal_is_a_page_for_a_browser_and_closes_a_socket() -> None:
    door = HostCheck(echo, AllowedHosts.of("127.0.0.1"))
    page = Exchange(host="evil.example", accept="text/html,*/*").through(door)
    assert b"<p>Footnote does not answer" in page.body
    socket = Exchange(kind="websocket", host="evil.example").through(door)
    assert [m["type"] for m in socket.sent] == ["websocket.close"]


def test_a_body_that_says_its_length_is_refused_before_it_is_read() -> None:
    taken: list[int] = []
    asked = Exchange([CHUNK] * 1024, host="localhost", content_length=str(64 << 20))

    async def noting(message: dict[str, Any]) -> None:
        taken.append(asked.taken)
        await Exchange.send(asked, message)

    asyncio.run(BodyLimit(echo)(asked.scope, asked.receive, noting))  # type: ignore[arg-type]
    assert asked.status == 413
    assert "4 MiB" in json.loads(asked.body)["detail"]
    assert "2,000 characters" in json.loads(asked.body)["detail"]
    assert taken[0] == 0, "the answer comes first; what is still sent is thrown away"


def test_a_body_of_unknown_length_is_refused_once_it_is_too_long() -> None:
    taken: list[int] = []
    asked = Exchange([CHUNK] * 1024, host="localhost", transfer_encoding="chunked")

    async def noting(message: dict[str, Any]) -> None:
        taken.append(asked.taken)
        await Exchange.send(asked, message)

    asyncio.run(BodyLimit(echo)(asked.scope, asked.receive, noting))  # type: ignore[arg-type]
    assert asked.status == 413
    assert taken[0] == MAX_BODY // len(CHUNK) + 1


def test_what_is_small_enough_arrives_whole() -> None:
    chunks = [CHUNK] * (MAX_BODY // len(CHUNK))
    found = Exchange(chunks, host="localhost", transfer_encoding="chunked").through(BodyLimit(echo))
    assert (found.status, len(found.body)) == (200, MAX_BODY)
    assert Exchange(query="q=" + "a" * 40_000).through(BodyLimit(echo)).status == 414
    assert Exchange(query="q=" + "%F0%9F%A6%84" * 2000).through(BodyLimit(echo)).status == 200


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [
        (rb'"a \ud800 b"', rb'"a \ufffd b"'),
        (rb'"\uDC00\uD800"', rb'"\ufffd\ufffd"'),
        (rb'"\ud83e\udd84"', rb'"\ud83e\udd84"'),
        (rb'"\\ud800"', rb'"\\ud800"'),
        (rb'"\\\ud800"', rb'"\\\ufffd"'),
        (rb'"\u00e9 \n"', rb'"\u00e9 \n"'),
    ],
)
def test_half_a_character_does_not_come_through(sent: bytes, arrives: bytes) -> None:
    cut = len(sent) // 2
    headers = {"content_type": "application/json", "transfer_encoding": "chunked"}
    assert Exchange([sent[:cut], sent[cut:]], **headers).through(BodyLimit(echo)).body == arrives


def test_an_error_that_nobody_caught_is_a_reference_and_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def failing(*_: object) -> None:
        raise RuntimeError("the question was: who is secret?")

    found = Exchange().through(ErrorWords(failing))
    assert found.status == 500
    assert "secret" not in found.body.decode() + caplog.text
    assert "RuntimeError" in caplog.text
    assert "in failing" in caplog.text
