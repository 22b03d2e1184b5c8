"""A small web on loopback for the tests: pages as they are, and pages as nobody should have to meet them."""

from __future__ import annotations

import gzip
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
CERTIFICATE = FOLDER / "localhost.pem"  # self-signed, for the name localhost, with its key


@dataclass
class Answer:
    """What a path answers. `headers` replace those that would be sent."""

    body: bytes | str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[["Handling"], None]


@dataclass
class Asked:
    """A request: the path with its query, and the headers with small letters."""

    path: str
    headers: Mapping[str, str]


class Handling(BaseHTTPRequestHandler):
    """One request on its way; a `Handler` writes what it likes to `wfile`."""

    protocol_version = "HTTP/1.1"
    web: Web

    def do_GET(self) -> None:
        self.web.asked.append(Asked(self.path, {k.lower(): v for k, v in self.headers.items()}))
        found = self.web.paths.get(self.path.partition("?")[0])
        self.close_connection = True
        if found is None:
            found = Answer("<title>404 Not Found</title><h1>Not Found</h1>", 404)
        if callable(found):
            with suppress(OSError):  # the client has left, as it should
                found(self)
            return
        self.answer(found)

    def answer(self, answer: Answer) -> None:
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        headers = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body))} | answer.headers
        etag = headers.get("ETag")
        if etag and self.headers.get("If-None-Match") == etag:
            answer, body = Answer("", 304), b""
            headers = {"ETag": etag}
        self.send_response(answer.status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Web:
    """`paths` holds what each path answers; all others are not found. `asked` holds the requests in order."""

    def __init__(self, port: int, scheme: str) -> None:
        self.paths: dict[str, Answer | Handler] = {}
        self.asked: list[Asked] = []
        self.port, self.scheme = port, scheme

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"

    @property
    def pages_asked(self) -> list[str]:
        """The paths that were asked for, without robots.txt."""
        return [a.path for a in self.asked if a.path != "/robots.txt"]


@contextmanager
def local_web(certificate: Path | None = None) -> Iterator[Web]:
    """A web on a loopback port, as long as the block lasts; over TLS with a certificate."""
    handling = type("Bound", (Handling,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handling)
    server.daemon_threads = True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    web = handling.web = Web(server.server_address[1], "https" if certificate else "http")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def page(title: str, *paragraphs: str, head: str = "", more: str = "") -> str:
    """A page as a paper makes it: a menu, an article, a footer."""
    body = "".join(f"<p>{p}</p>\n" for p in paragraphs)
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>{title} - Harbour Papers</title>{head}</head><body>'
        f'<nav><a href="/">Home</a> <a href="/sport">Sport</a></nav><main><article><h1>{title}</h1>\n{body}'
        f"</article></main>{more}<footer>Harbour Papers 2024</footer></body></html>"
    )


def redirect(to: str, status: int = 302) -> Answer:
    return Answer("", status, {"Location": to})


def endless(handling: Handling) -> None:
    """A chunked response that never ends."""
    handling.send_response(200)
    handling.send_header("Content-Type", "text/html")
    handling.send_header("Transfer-Encoding", "chunked")
    handling.end_headers()
    while True:
        handling.wfile.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")


def dripping(stop: threading.Event) -> Handler:
    """A response that sends a byte now and then, for ever."""

    def drip(handling: Handling) -> None:
        handling.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not stop.wait(0.05):
            handling.wfile.write(b"X")

    return drip


def silent(stop: threading.Event) -> Handler:
    """No answer at all."""

    def say_nothing(_: Handling) -> None:
        stop.wait(10)

    return say_nothing


def bomb(megabytes: int) -> Answer:
    """A few kilobytes that unpack to many megabytes."""
    packed = gzip.compress(b" " * (megabytes * 1_000_000))
    return Answer(packed, headers={"Content-Encoding": "gzip"})
