"""A scripted server of language models on loopback: OpenAI's /v1/chat/completions as a stream of events, /v1/models.

It says what a test wants a model to say, breaks in the ways that servers break, and keeps what it was asked.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from app.engine import Engine
from app.llm.client import ServerModel
from app.llm.generate import LanguageModel
from app.settings import Doubted, Settings
from tests.fakes import open_hashed, write_source

MODEL = "test-model"
YARD = "How many ships did the yard build in 1912?"
FORTY = "The yard built forty ships in 1912."
UNION = "The union did not accept the figure of forty ships."
_PASSAGE = re.compile(r"^==\w+== passage (\d+) \|[^\n]*\n(.*?)\n==\w+== end of passage \1$", re.MULTILINE | re.DOTALL)


@dataclass
class Say:
    """One reply. `size`: characters of a chunk. `first`, `pause`: seconds before the first and the other chunks.

    `hold`: where the words `held_at` begin, it waits until this is set. `cut`: characters after which the connection
    breaks. `raw`: sent as the line of an event, as it is.
    """

    text: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    size: int = 7
    first: float = 0.0
    pause: float = 0.0
    hold: threading.Event | None = None
    held_at: str = ""
    cut: int | None = None
    finish: str | None = "stop"
    raw: str = ""
    usage: bool = True


Script = Callable[["Request"], Say]


@dataclass
class Request:
    """What was asked: the body, and the headers with small letters."""

    body: dict[str, Any]
    headers: dict[str, str]

    @property
    def prompt(self) -> str:
        return "\n".join(m["content"] for m in self.body["messages"])

    @property
    def passages(self) -> dict[int, str]:
        """The passages of the prompt by their number, as their fences part them."""
        return {int(n): text for n, text in _PASSAGE.findall(self.prompt)}

    @property
    def wants_json(self) -> bool:
        return "response_format" in self.body

    def number(self, words: str) -> int:
        """The number of the passage that holds `words`."""
        return next(n for n, text in self.passages.items() if words in text)


class LlmServer:
    """`say` is a reply, or makes one of a request. `asked` holds the requests in order."""

    def __init__(self) -> None:
        self.say: Say | Script = Say()
        self.asked: list[Request] = []
        self.closed = threading.Event()  # a client left before the end
        self.models: list[dict[str, Any]] = [{"id": MODEL, "object": "model", "max_model_len": 8192}]
        self.url = ""
        self._port = 0
        self._server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Serve, at the same address as before if it has served already."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), type("Handler", (_Handler,), {"scripted": self}))
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self._port}/v1"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """Refuse connections from now on."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def claims(self, *claims: tuple[str, str, str]) -> None:
        """Reply with statements: (words in the passage that is named, the quotation, the statement)."""

        def say(request: Request) -> Say:
            numbered = [(request.number(words) if words else 0, quote, text) for words, quote, text in claims]
            return Say(as_reply(request, numbered))

        self.say = say


def as_reply(request: Request, numbered: list[tuple[int, str, str]]) -> str:
    """The claims in the form that the request wants."""
    if request.wants_json:
        return json.dumps({"statements": [{"passage": n, "quote": q, "text": t} for n, q, t in numbered]})
    return "\n".join(f'[{n}] "{q}" -> {t}' for n, q, t in numbered)


@contextmanager
def llm_server() -> Iterator[LlmServer]:
    """Serve as long as the block lasts."""
    scripted = LlmServer()
    scripted.start()
    try:
        yield scripted
    finally:
        scripted.stop()


class _Handler(BaseHTTPRequestHandler):
    scripted: LlmServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Print nothing."""

    def do_GET(self) -> None:
        self._whole(200, {"object": "list", "data": self.scripted.models})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        request = Request(body, {k.lower(): v for k, v in self.headers.items()})
        self.scripted.asked.append(request)
        say = self.scripted.say(request) if callable(self.scripted.say) else self.scripted.say
        try:
            if say.status != 200:
                self._whole(say.status, {"error": {"message": say.error, "type": "error"}}, say.headers)
            else:
                self._stream(say)
        except (BrokenPipeError, ConnectionResetError):
            self.scripted.closed.set()

    def _whole(self, status: int, content: object, headers: Mapping[str, str] | None = None) -> None:
        data = json.dumps(content).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, say: Say) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        time.sleep(say.first)
        if say.raw:
            self._event(say.raw)
        text = say.text if say.cut is None else say.text[: say.cut]
        held = text.find(say.held_at) if say.hold else -1
        for at in range(0, len(text), say.size):
            if say.hold and at <= held < at + say.size:
                say.hold.wait(30)
            self._event(_chunk({"content": text[at : at + say.size]}, None))
            time.sleep(say.pause)
        if say.cut is not None:
            self.close_connection = True
            self.connection.close()
            return
        if say.finish:
            self._event(_chunk({}, say.finish))
        if say.usage:
            self._event(json.dumps({**_BASE, "choices": [], "usage": _USAGE}))
        self._event("[DONE]")
        self.wfile.write(b"0\r\n\r\n")

    def _event(self, data: str) -> None:
        line = f"data: {data}\n\n".encode()
        self.wfile.write(f"{len(line):x}\r\n".encode() + line + b"\r\n")
        self.wfile.flush()


_BASE = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": MODEL}
_USAGE = {"prompt_tokens": 321, "completion_tokens": 45, "total_tokens": 366}


def _chunk(delta: dict[str, str], finish: str | None) -> str:
    return json.dumps({**_BASE, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def open_yard(folder: Path) -> Engine:
    """An engine over an article on a yard, a note that disputes it, and one on the weather."""
    text = f"{FORTY} Anna Berg runs the yard.\n\n“We were ‘very’ proud”, said\nAnna Berg."
    write_source(folder / "corpus", "article", text, kind="article", relation="article")
    write_source(folder / "corpus", "union", f"{UNION} It counted 31 ships built by the yard in 1912.")
    write_source(folder / "corpus", "weather", "No rain fell in June. July brought storms and hail.")
    return open_hashed(Settings(home=folder / "home", corpus=folder / "corpus", reader="small"))


def speaking(engine: Engine, server: LlmServer, **settings: object) -> Engine:
    """The engine with the server's model set up."""
    wanted = Settings(**{"llm_url": server.url, "llm_model": MODEL, **settings})  # type: ignore[arg-type]
    engine.model = LanguageModel(ServerModel.of(wanted), doubted=wanted.llm_doubted is Doubted.LAST)
    return engine
