"""Damage every file of an index in turn, ask of it, and count what must not be: python -m tests.damage [--rounds N]

Each trial spoils one file (cut short, one bit flipped, zeros, noise, gone), asks a few questions in a child process,
lets `verify` look, and puts the file back. A question may be answered as before or be refused in words. Counted are
`wrong` (another answer than that of the sound index), `traceback` (an error that is none of Footnote's), `dead` (the
process was killed by a signal), `hung` (no answer in time) and `missed` (refused, while `verify` finds all in order).
Exit code 1 if any of them is not 0.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import chromadb.api.rust  # noqa: F401  (imported before the fork, so that a trial need not)
import tantivy  # noqa: F401

from app.engine import Engine
from app.settings import Settings
from index.build.build import build
from index.build.verify import verify
from index.errors import FootnoteError
from index.retrieve import Retriever
from index.storage.generation import current_id, open_current
from index.storage.manifest import generations
from tests.fakes import HashedWords

CORPUS = Path(__file__).resolve().parent.parent / "corpus"
QUESTIONS = (
    "How many criminal proceedings were registered in October 2024?",
    "Why do soldiers desert?",
    "What does the article say?",
    "Which sources are there?",
)
HARM = ("wrong", "traceback", "dead", "hung", "missed")
_PATIENCE = 60  # seconds for one trial


@dataclass(frozen=True)
class Trial:
    """What was done to which file, and how it ended: 'same', 'refused' or one of `HARM`."""

    file: str
    damage: str
    outcome: str
    detail: str = ""


def damaged(data: bytes, damage: str, rng: random.Random) -> bytes | None:
    """Return the spoilt bytes of a file; None: it is to be deleted."""
    if damage == "gone":
        return None
    if not data:
        return rng.randbytes(8) if damage == "noise" else data
    start = rng.randrange(len(data))
    length = min(rng.choice((1, 16, 512, len(data))), len(data) - start)
    match damage:
        case "truncate":
            return data[:start]
        case "flip":
            return data[:start] + bytes([data[start] ^ 1 << rng.randrange(8)]) + data[start + 1 :]
        case "zeros":
            return data[:start] + bytes(length) + data[start + length :]
        case _:
            return data[:start] + rng.randbytes(length) + data[start + length :]


DAMAGES = ("truncate", "flip", "zeros", "noise", "gone")


def answers(settings: Settings) -> list[Any]:
    """What an engine says on the index of `settings`."""
    index = settings.index
    engine = Engine(settings, Retriever(index, open_current(index), HashedWords()))
    said: list[Any] = [engine.answer(q).model_dump(mode="json", exclude={"timings_ms"}) for q in QUESTIONS]
    said.append(engine.compare(QUESTIONS[0]).model_dump(mode="json"))
    said.append(engine.contents().model_dump(mode="json"))
    said.append([[s.id, s.sha256] for s in engine.sources()])
    return said


def _outcome(settings: Settings, sound: list[Any]) -> tuple[str, str]:
    try:
        try:
            said, refused = json.loads(json.dumps(answers(settings))), ""
        except FootnoteError as error:
            said, refused = sound, str(error)
        if said != sound:
            return "wrong", next(json.dumps(a)[:300] for a, b in zip(said, sound, strict=True) if a != b)
        return (_verified(settings), refused[:300]) if refused else ("same", "")
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is what is counted
        return "traceback", f"{type(error).__name__}: {error}"[:300]


def _verified(settings: Settings) -> str:
    """Look at an index that refused to answer."""
    try:
        return "missed" if verify(settings.index).ok else "refused"
    except FootnoteError:
        return "refused"


def in_a_child(run: Callable[[], Any]) -> tuple[int, Any]:
    """Return the signal that ended a child process (0: none) and what `run` returned in it.

    Everything that starts threads happens in children, so that this process can go on forking.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what a library says as it panics
        signal.alarm(_PATIENCE)
        try:
            with os.fdopen(writing, "w") as pipe:
                json.dump(run(), pipe)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    return os.WTERMSIG(status), json.loads(said) if said else None


def sound_index(home: Path) -> tuple[Settings, list[Any]]:
    """Build the repository's corpus in `home`; return its settings and what is answered from it."""
    settings = Settings(home=home, corpus=CORPUS, reader="none")
    ended, said = in_a_child(lambda: [build(settings.index, embedder=HashedWords()).built, answers(settings)])
    assert not ended, "the sound index cannot be built or asked"
    return settings, said[1]


def trials(settings: Settings, sound: list[Any], rounds: int, seed: int = 0) -> Iterator[Trial]:
    """Damage each file of the current index in each way, `rounds` times; the files are as before afterwards."""
    rng = random.Random(seed)
    folder = generations(settings.home) / (current_id(settings.home) or "")
    files = [settings.home / "current", *sorted(p for p in folder.rglob("*") if p.is_file())]
    for path, damage in (pair for _ in range(rounds) for pair in product(files, DAMAGES)):
        data = path.read_bytes()
        spoilt = damaged(data, damage, rng)
        if spoilt is None:
            path.unlink()
        else:
            path.write_bytes(spoilt)
        try:
            killed_by, said = in_a_child(lambda: _outcome(settings, sound))
        finally:
            path.write_bytes(data)
        name = path.relative_to(folder if folder in path.parents else settings.home).as_posix()
        if killed_by:
            said = ["hung" if killed_by == signal.SIGALRM else "dead", signal.Signals(killed_by).name]
        yield Trial(name, damage, *said)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=2, help="how often each file is damaged in each way [2]")
    parser.add_argument("--seed", type=int, default=0, help="where the damage is [0]")
    args = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="footnote-damage-"))
    try:
        settings, sound = sound_index(work / "home")
        done = Counter[str]()
        for trial in trials(settings, sound, args.rounds, args.seed):
            done[trial.outcome] += 1
            if trial.outcome in HARM:
                print(f"{trial.outcome:10}{trial.damage:9}{trial.file}: {trial.detail}", flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print(f"{done.total()} trials: " + ", ".join(f"{n} {name}" for name, n in done.most_common()))
    return 1 if any(done[name] for name in HARM) else 0


if __name__ == "__main__":
    sys.exit(main())
