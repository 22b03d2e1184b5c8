"""A soak: browser sessions come and go, and the server's memory stays where it is.

    python -m tests.soak --minutes 10 --home .footnote

Each session is what a browser does: the page, its open stream, the first event, a question with its streamed answer.
Without --home the answers are those of `tests.chat_engine`, which need no index.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from app.chat.blocks import SESSIONS
from tests.conftest import CORPUS, ROOT

READERS = 4  # at the same time
EVERY = 2.0  # seconds between two looks at the memory
MOST_A_SESSION = 0.01  # MB that a session may leave behind; 0.11 if every session is kept
QUESTIONS = (
    "How many criminal proceedings were registered in October 2024?",
    "How many criminal cases of desertion were opened by September 2024?",
    "What is the favourite colour of the unicorn king?",
)
_STAND_IN = """
from collections import deque
from pathlib import Path
import uvicorn
from app.server import create_app
from app.settings import Settings
from index.read.corpus import read_corpus
from tests.chat_engine import OverlapEngine
corpus = Path({corpus!r})
engine = OverlapEngine(read_corpus(corpus))
engine.asked = engine.filtered = deque(maxlen=1)
app = create_app(Settings(home=Path({home!r}), corpus=corpus), engine)
uvicorn.run(app, port={port}, log_level="warning")
"""


@dataclass
class Soak:
    """What was seen: (sessions so far, resident MB of the server) every `EVERY` seconds; `problems` in words."""

    seen: list[tuple[int, float]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    sessions: int = 0

    @property
    def settled(self) -> list[tuple[int, float]]:
        """What was seen once as many sessions had come as the server remembers."""
        return [s for s in self.seen if s[0] > SESSIONS * 1.2]

    @property
    def left_behind(self) -> float:
        """MB a session, from the middle to the last third of what was seen then: what is in use reaches its full size
        with the sessions, and the allocator's free lists a while later.
        """
        third = max(len(self.settled) // 3, 1)
        first, last = self.settled[third : 2 * third], self.settled[-third:]
        sessions = median(s for s, _ in last) - median(s for s, _ in first)
        return (median(mb for _, mb in last) - median(mb for _, mb in first)) / max(sessions, 1)


@contextmanager
def server(port: int, home: Path | None) -> Iterator[int]:
    """A server in a process of its own, as long as the block lasts; its process id."""
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    if home is None:
        code = _STAND_IN.format(corpus=str(CORPUS), home=tempfile.mkdtemp(), port=port)
    else:
        code = f"import sys; sys.argv[1:] = ['serve', '--port', '{port}', '--home', {str(home)!r}]; "
        code += "from app.cli.main import main; main()"
    process = subprocess.Popen([sys.executable, "-c", code], env=env, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/health", timeout=20)
                break
            except httpx.TransportError:
                assert process.poll() is None, "the server ended while it started"
                assert time.monotonic() < deadline, "the server did not start"
                time.sleep(0.2)
        yield process.pid
    finally:
        process.terminate()
        process.wait(20)


def resident(pid: int) -> float:
    """MB that the process holds in memory."""
    match = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert match is not None
    return int(match[1]) / 1024


class Reader:
    """One browser after another."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=60)
        found = self.client.get("/config").json()["dependencies"]
        self.events = {d["api_name"]: d["id"] for d in found}

    def session(self, number: int, *, ask: bool) -> None:
        """A page that is opened, asks one question or two (or none) and is closed."""
        name = f"soak{number}"
        if not ask:
            self._run("load", ["{}"], name)
            return
        self.client.get("/").raise_for_status()
        with self.client.stream("GET", f"/gradio_api/heartbeat/{name}"):
            self._run("load", ["{}"], name)
            for n in range(1 + number % 2):
                self._ask(QUESTIONS[(number + n) % len(QUESTIONS)], name, n)

    def _run(self, event: str, data: list[Any], name: str) -> None:
        body = {"data": data, "fn_index": self.events[event], "session_hash": name}
        self.client.post("/gradio_api/run/predict", json=body).raise_for_status()

    def _ask(self, question: str, name: str, turns: int) -> None:
        state = json.dumps({"turns": turns})
        body = {"data": [question, state, None, None], "fn_index": self.events["ask"], "session_hash": name}
        self.client.post("/gradio_api/queue/join", json=body).raise_for_status()
        with self.client.stream("GET", "/gradio_api/queue/data", params={"session_hash": name}) as stream:
            for line in stream.iter_lines():
                if '"process_completed"' in line:
                    assert '"success":true' in line, line[:300]
                    return


def soak(
    seconds: float, *, home: Path | None = None, ask: bool = True, port: int = 7999, sessions: float = math.inf
) -> Soak:
    """Let `READERS` open sessions for `seconds`, but no more than `sessions`."""
    found, lock, over = Soak(), threading.Lock(), threading.Event()

    def read(url: str) -> None:
        reader = Reader(url)
        while not over.is_set():
            with lock:
                found.sessions += 1
                number = found.sessions
            try:
                reader.session(number, ask=ask)
            except (httpx.HTTPError, AssertionError) as error:
                found.problems.append(f"session {number}: {type(error).__name__} {error}")

    with server(port, home) as pid:
        readers = [threading.Thread(target=read, args=(f"http://127.0.0.1:{port}",)) for _ in range(READERS)]
        for reader in readers:
            reader.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end and found.sessions < sessions:
            time.sleep(EVERY)
            found.seen.append((found.sessions, resident(pid)))
        over.set()
        for reader in readers:
            reader.join(60)
    return found


def main() -> None:
    """Run the soak and print what was seen; exit code 1 if memory grew or a session failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--home", type=Path, help="serve this index instead of the stand-in's answers")
    parser.add_argument("--port", type=int, default=7999)
    given = parser.parse_args()
    found = soak(given.minutes * 60, home=given.home, port=given.port)
    for sessions, mb in found.seen[:: max(len(found.seen) // 20, 1)]:
        print(f"{sessions:6} sessions  {mb:7.1f} MB")
    print(f"{found.left_behind * 1000:.2f} KB a session left behind after the first {SESSIONS}; ", end="")
    print(f"{len(found.problems)} of {found.sessions} sessions failed", *found.problems[:5], sep="\n")
    sys.exit(found.left_behind > MOST_A_SESSION or bool(found.problems))


if __name__ == "__main__":
    main()
