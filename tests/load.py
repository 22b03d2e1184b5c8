"""Readers ask the real server over HTTP while the index is rebuilt: python -m tests.load [--readers 50] [--seconds 60]

The readers ask as the page does; some leave in the middle of an answer. Meanwhile the corpus changes and is built
again, `--rebuilds` times. Told are the answers, and what the server holds before and after: memory, file descriptors,
threads, temporary folders, and the generations on disk once `prune` has run. Exit code 1 if an answer is wrong or
missing, or more is left than `ALLOWED`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parent.parent
FOOTNOTE = [sys.executable, "-c", "from app.cli.main import main; main()"]
# A question with words that its answer must hold; the numbers of the sources do not change with the rebuilds.
QUESTIONS: Mapping[str, str] = {
    "How many criminal proceedings were registered in October 2024?": "forty-eight",
    "Who wrote the article?": "",
    "Why do soldiers desert?": "",
}
# How much more the server may hold after the load than before: the pools of threads grow to their limit once.
ALLOWED = {"mib": 60, "descriptors": 8, "threads": 8, "folders": 0, "generations": 0}


@dataclass(frozen=True)
class Held:
    """What the server holds. `mib`: resident memory; `folders`: temporary ones; `generations`: on disk."""

    mib: int
    descriptors: int
    threads: int
    folders: int
    generations: int


@dataclass(frozen=True)
class Loaded:
    """What a load came to. `answers`: by outcome."""

    answers: Counter[str]
    rebuilds: int
    before: Held
    after: Held
    left: int  # temporary folders after the server has stopped

    @property
    def grown(self) -> dict[str, int]:
        """Return what the server holds beyond what it may."""
        before, after = asdict(self.before), asdict(self.after)
        return {name: after[name] - before[name] for name in ALLOWED if after[name] - before[name] > ALLOWED[name]}


class Server:
    """`footnote serve` in a process of its own, with a home, a corpus and a folder for temporary files of its own."""

    def __init__(self, work: Path) -> None:
        self.work, self.corpus = work, work / "corpus"
        shutil.copytree(ROOT / "corpus", self.corpus)
        (work / "tmp").mkdir()
        own = {"FOOTNOTE_HOME": str(work / "home"), "FOOTNOTE_CORPUS": str(self.corpus), "TMPDIR": str(work / "tmp")}
        self.env = os.environ | own | {"FOOTNOTE_READER": "none", "PYTHONPATH": str(ROOT)}
        self.changes = 0

    def footnote(self, *args: str) -> None:
        subprocess.run([*FOOTNOTE, *args], cwd=ROOT, env=self.env, check=True, capture_output=True, timeout=300)

    def rebuild(self) -> None:
        """Change one source and build."""
        self.changes += 1
        path = sorted((self.corpus / "sources").glob("*.md"))[self.changes % 5]
        path.write_text(path.read_text("utf-8") + f"\nA remark, number {self.changes}, was added here.\n", "utf-8")
        self.footnote("index", "build")

    @contextmanager
    def running(self) -> Iterator[str]:
        """The address, as long as the block lasts."""
        command = [*FOOTNOTE, "serve", "--port", "0"]
        with subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=subprocess.PIPE, text=True) as process:
            self.pid = process.pid
            try:
                assert process.stdout is not None
                for line in process.stdout:
                    if found := re.search(r"http://[\d.:]+", line):
                        yield found[0]
                        break
                else:
                    raise AssertionError("the server did not start")
            finally:
                process.terminate()

    def held(self) -> Held:
        process = Path(f"/proc/{self.pid}")
        memory = re.search(r"VmRSS:\s+(\d+)", (process / "status").read_text())
        assert memory is not None
        self.footnote("index", "prune")
        return Held(
            mib=int(memory[1]) // 1024,
            descriptors=len([*(process / "fd").iterdir()]),
            threads=len([*(process / "task").iterdir()]),
            folders=self.folders(),
            generations=len([*(self.work / "home" / "generations").iterdir()]),
        )

    def folders(self) -> int:
        return len([*(self.work / "tmp").glob("footnote-reader-*")])


class Page:
    """A browser tab, as far as the server sees it."""

    def __init__(self, address: str) -> None:
        self.api = f"{address}/gradio_api"
        self.client = httpx.Client(timeout=120)
        config = self.client.get(f"{address}/config").raise_for_status().json()
        ids = {c["id"]: c["props"].get("elem_id") for c in config["components"]}
        # The dependency that streams the conversation: from the question box, to the region of that name.
        self.asking = next(
            d["id"] for d in config["dependencies"]
            if any(ids.get(t[0]) == "question" and t[1] == "submit" for t in d["targets"])
        )  # fmt: skip

    def ask(self, question: str, session: str, leave_after: int | None = None) -> str | None:
        """Return the page's conversation with the answer; None if the reader left after so many messages.

        `session`: the tab's name; the server keeps a tab's state, so that one that asks often is no new one each time.
        """
        state = json.dumps({"conversation_id": session, "turns": 0, "records": []})
        body = {"data": [question, state, None, None], "fn_index": self.asking, "session_hash": session}
        event = self.client.post(f"{self.api}/queue/join", json=body).raise_for_status().json()["event_id"]
        shown = ""
        with self.client.stream("GET", f"{self.api}/queue/data", params={"session_hash": session}) as stream:
            for n, line in enumerate(line for line in stream.iter_lines() if line.startswith("data:")):
                if n == leave_after:
                    return None
                message = json.loads(line[5:])
                if message.get("event_id") != event:
                    continue
                if message["msg"] == "process_completed":
                    return shown if message["success"] else f"failed: {message}"
                if message["msg"] == "process_generating":
                    shown = grown(shown, message["output"]["data"][0])
        return "the stream ended early"


def grown(shown: str, change: object) -> str:
    """Apply what the server says of the conversation: the whole, or what is appended or replaced."""
    if isinstance(change, str):
        return change
    assert isinstance(change, list), change
    for action, _, value in change:
        shown = shown + value if action == "append" else value
    return shown


def read(address: str, number: int, until: float, answers: Counter[str], rng: random.Random) -> None:
    page, tab = Page(address), 0
    while time.monotonic() < until:
        question, words = rng.choice([*QUESTIONS.items()])
        leaving = rng.randrange(1, 4) if rng.random() < 0.2 else None
        try:
            shown = page.ask(question, f"load{number}x{tab}", leaving)
        except httpx.HTTPError as error:
            answers[f"error {type(error).__name__}"] += 1
            continue
        if shown is None:
            answers["left"] += 1
            tab += 1
        elif 'aria-busy="false"' in shown and 'class="problem' not in shown and words in shown:
            answers["right"] += 1
        else:
            answers["wrong"] += 1
            print(shown[:600], file=sys.stderr)


def load(readers: int, seconds: float, rebuilds: int) -> Loaded:
    """Run the load on an index of the repository's corpus."""
    work = Path(tempfile.mkdtemp(prefix="footnote-load-"))
    try:
        server = Server(work)
        server.footnote("index", "build")
        with server.running() as address:
            for _ in range(min(rebuilds, 4)):  # pools, caches and the heap grow to their size
                crowd(address, readers, min(seconds, 5))
                server.rebuild()
            crowd(address, readers, 1)
            time.sleep(2)
            before = server.held()
            rebuilding = threading.Thread(target=lambda: [server.rebuild() for _ in range(rebuilds)])
            rebuilding.start()
            answers = crowd(address, readers, seconds)
            while rebuilding.is_alive():
                answers += crowd(address, readers, 5)
            answers += crowd(address, readers, 1)  # somebody has to notice the last rebuild
            time.sleep(2)
            after = server.held()
        return Loaded(answers, rebuilds, before, after, server.folders())
    finally:
        shutil.rmtree(work, ignore_errors=True)


def crowd(address: str, readers: int, seconds: float) -> Counter[str]:
    answers = Counter[str]()
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(target=read, args=(address, n, until, answers, random.Random(n))) for n in range(readers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=50, help="how many ask at once [50]")
    parser.add_argument("--seconds", type=float, default=60, help="how long they ask, at least [60]")
    parser.add_argument("--rebuilds", type=int, default=10, help="builds meanwhile [10]")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the server ends too
    done = load(args.readers, args.seconds, args.rebuilds)
    print(f"answers: {dict(done.answers)}; {done.rebuilds} rebuilds")
    print(f"before: {done.before}\nafter:  {done.after}\ntemporary folders left: {done.left}")
    wrong = done.answers.total() - done.answers["right"] - done.answers["left"]
    return 1 if wrong or done.grown or done.left else 0


if __name__ == "__main__":
    sys.exit(main())
