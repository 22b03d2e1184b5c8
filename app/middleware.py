"""What every HTTP request passes on its way in: the host it names, its size, its text. And what every answer carries.

A page of another site may not talk to this server. Host and Origin are what a browser says of a request and no page
can forge. By DNS rebinding a page reaches this machine, but under its own name: names that nobody allowed are refused.
"""

from __future__ import annotations

import asyncio
import html
import ipaddress
import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.chat.session.problems import logged
from app.outside import whole_json
from app.question.check import MAX_QUESTION
from app.words.languages import ENGLISH

MIB = 1 << 20
MAX_BODY = 4 * MIB
MAX_QUERY = 32 * 1024  # bytes: a question of the longest kind, each character as four percent-encoded bytes, and more
_LINGER = 2.0  # seconds that a client gets to read a refusal while it is still sending
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_WILDCARDS = frozenset({"0.0.0.0", "::"})
_AUTHORITY = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s:@/\[\]]+))(?::\d*)?")  # RFC 9110, 7.2


@dataclass(frozen=True, slots=True)
class AllowedHosts:
    """The names that this server answers to. `addresses`: also to any IP address, which no rebinding can fake."""

    names: frozenset[str]
    addresses: bool = False

    @classmethod
    def of(cls, host: str, further: Iterable[str] = ()) -> AllowedHosts:
        """Return the names for a server that listens on `host`, and what else the settings name."""
        named = frozenset(map(_plain, (host, *further))) - {""}
        return cls(LOOPBACK | (named - _WILDCARDS), not named.isdisjoint(_WILDCARDS))

    def allow(self, authority: str) -> bool:
        """Tell whether 'name', 'name:port' or '[address]:port' is one of them."""
        name = _name(authority)
        return name in self.names or (self.addresses and _is_address(name))


def _name(authority: str) -> str:
    match = _AUTHORITY.fullmatch(authority.strip())
    return _plain(match[1] or match[2]) if match else ""


def _plain(name: str) -> str:
    name = name.strip().lower().strip("[]").removesuffix(".")
    return ipaddress.ip_address(name).compressed if _is_address(name) else name


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class HostCheck:
    """Refuses a request to a name that is not allowed, and one that a page of another site makes."""

    def __init__(self, app: ASGIApp, allowed: AllowedHosts) -> None:
        self.app, self.allowed = app, allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = self._problem(Headers(scope=scope)) if scope["type"] in ("http", "websocket") else ""
        if not problem:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()  # the wish to connect
            await send({"type": "websocket.close", "code": 1008, "reason": "host not allowed"})
        else:
            await _refuse(scope, send, 403, problem)

    def _problem(self, headers: Headers) -> str:
        hosts = headers.getlist("host")
        forwarded = [part for value in headers.getlist("x-forwarded-host") for part in value.split(",")]
        if len(hosts) != 1 or not all(map(self.allowed.allow, hosts + forwarded)):
            return (
                "Footnote does not answer under this host name. Open it under the address that it printed when it "
                "started, or add the name to its setting 'hosts'."
            )
        origin = headers.get("origin")
        if origin is not None and not self._own(origin, hosts + forwarded):
            return "Footnote takes no requests from pages of another site."
        return ""

    def _own(self, origin: str, hosts: list[str]) -> bool:
        """Tell whether `origin` is the site that is asked, or (behind a proxy) one that the settings name."""
        authority = origin.lower().partition("://")[2]
        return authority in {h.strip().lower() for h in hosts} or _name(authority) in self.allowed.names - LOOPBACK


class BodyLimit:
    """Refuses a request of more than `MAX_BODY` or an address of more than `MAX_QUERY` bytes; nothing of it is kept.

    What is passed on is whole and, if it is JSON, without halves of surrogate pairs, which no UTF-8 can hold.
    `streamed`: the paths whose bodies are passed on as they come, to a route with a limit of its own.
    """

    def __init__(self, app: ASGIApp, streamed: Collection[str] = ()) -> None:
        self.app, self.streamed = app, frozenset(streamed)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if len(scope["query_string"]) + len(scope["path"]) > MAX_QUERY:
            await _refuse(scope, send, 414, _too_large("address"))
            return
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        is_empty = "transfer-encoding" not in headers and length == "0"
        if is_empty or scope["path"] in self.streamed:
            await self.app(scope, receive, send)
            return
        body = None if length.isdecimal() and int(length) > MAX_BODY else await _read(receive)
        if body is None:
            await _refuse(scope, send, 413, _too_large("request"), receive)
            return
        if "json" in headers.get("content-type", ""):
            body = whole_json(body)
            kept = [(k, v) for k, v in scope["headers"] if k not in (b"content-length", b"transfer-encoding")]
            scope = {**scope, "headers": [*kept, (b"content-length", str(len(body)).encode())]}
        await self.app(scope, _replayed(body, receive), send)


async def _read(receive: Receive) -> bytes | None:
    """Return the whole body; None as soon as it is too large."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)  # the client has left; whoever reads on learns it
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives `body` and then what else there is, as a client that leaves."""
    first = True

    async def again() -> Message:
        nonlocal first
        if first:
            first = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return again


def _too_large(what: str) -> str:
    return (
        f"This {what} is longer than Footnote takes. A question may have {MAX_QUESTION:,} characters, a request "
        f"{MAX_BODY // MIB} MiB, an address {MAX_QUERY // 1024} KiB."
    )


async def _refuse(scope: Scope, send: Send, status: int, words: str, receive: Receive | None = None) -> None:
    """Answer in words, as a page for a browser that opens one and as JSON otherwise.

    With `receive` the client is still sending: what comes is thrown away for a moment, or it might see a broken
    connection in place of the words.
    """
    page = "text/html" in Headers(scope=scope).get("accept", "")
    text = f"<!doctype html><meta charset=utf-8><title>Footnote</title><p>{html.escape(words)}</p>"
    body = (text if page else json.dumps({"detail": words, "error": words})).encode()
    headers = [
        (b"content-type", b"text/html; charset=utf-8" if page else b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": True})
    if receive is not None:
        await drain(receive)
    await send({"type": "http.response.body", "body": b""})


async def drain(receive: Receive) -> None:
    """Throw away what a client still sends, for a moment: so it gets to read why it was refused."""
    try:
        async with asyncio.timeout(_LINGER):
            while (message := await receive())["type"] == "http.request" and message.get("more_body", False):
                pass
    except TimeoutError:
        pass


class ErrorWords:
    """Answers an error that nobody caught with words and a reference; the log has its kind and its place."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def noting(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, noting)
        except Exception as error:  # noqa: BLE001 - the last stop: logged, and said in words
            reference = logged(error)
            if scope["type"] == "http" and not started:
                await _refuse(scope, send, 500, ENGLISH.unexpected.format(reference=reference))


class AnswerHeaders:
    """Adds headers to every HTTP answer and leaves streams as they are."""

    def __init__(self, app: ASGIApp, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self.app, self.headers = app, tuple(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", []), *self.headers]}
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)
