"""A process that builds the index and is killed, or hits a wall, where it is told. Run by test_index_crash.py.

Reads one JSON line a trial from stdin, forks a child for it (imports are done once, so a trial is cheap),
and answers with one JSON line: how the child ended. Trials:

    {"home": ..., "corpus": ..., "at": "switch", "when": "before"}   SIGKILL itself around that step
    {"home": ..., "corpus": ..., "after": 0.123}                     killed by its parent after so many seconds
    {"home": ..., "corpus": ..., "file_limit": 40000}                no file may grow beyond so many bytes
    {"home": ..., "corpus": ..., "file_limit": 4, "from": "lexical"} the same, from that step on
    {"home": ..., "corpus": ..., "user": 65534}                      works as that user
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any

import chromadb.api.rust  # noqa: F401  (imported before the fork, so that a trial need not)
import tantivy  # noqa: F401

import index.build.build as building
from index import files
from index.build import prune
from index.build.unfinished import Unfinished
from index.errors import FootnoteError
from index.settings import IndexSettings
from index.storage.catalog import Catalog
from index.storage.lexical import LexicalIndex
from index.storage.vectors import VectorStore
from tests.fakes import HashedWords

# The steps of a build, in the order in which they happen.
STEPS: dict[str, tuple[Any, str]] = {
    "read": (Unfinished, "put"),
    "begin": (building, "create_folder"),
    "source": (Catalog, "add_source"),
    "passages": (Catalog, "add_passages"),
    "catalog-commit": (Catalog, "commit"),
    "compare": (Catalog, "same_keys"),
    "take-over": (Catalog, "take_over"),
    "vectors-taken": (VectorStore, "go_on"),
    "vectors": (VectorStore, "add"),
    "count": (VectorStore, "count"),
    "lexical": (LexicalIndex, "add"),
    "lexical-commit": (LexicalIndex, "commit"),
    "sync": (building, "sync_tree"),
    "manifest": (building, "write_atomic"),
    "switch": (building, "switch_to"),
    "rename": (prune, "sync"),  # an old generation is out of sight and not yet deleted
}


def _die_at(step: str, when: str) -> None:
    owner, name = STEPS[step]
    real = getattr(owner, name)

    def deadly(*args: Any, **named: Any) -> Any:
        if when == "after":
            real(*args, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, name, deadly)


def _die_in_rename(target: str, when: str) -> None:
    """Around the rename that puts the file `target` in its place."""
    real = os.replace

    def deadly(source: Any, destination: Any) -> None:
        hit = Path(destination).name == target
        if not hit or when == "after":
            real(source, destination)
        if hit:
            os.kill(os.getpid(), signal.SIGKILL)

    files.os.replace = deadly  # type: ignore[assignment]


def _limit(size: int, step: str | None) -> None:
    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    if step is None:
        return limit()
    owner, name = STEPS[step]
    real = getattr(owner, name)

    def limited(*args: Any, **named: Any) -> Any:
        limit()
        return real(*args, **named)

    return setattr(owner, name, limited)


def _child(trial: dict[str, Any], answer: int) -> None:
    settings = IndexSettings(home=Path(trial["home"]), corpus=Path(trial["corpus"]))
    if trial.get("at", "").startswith("rename:"):
        _die_in_rename(trial["at"].removeprefix("rename:"), trial["when"])
    elif "at" in trial:
        _die_at(trial["at"], trial["when"])
    if "file_limit" in trial:
        _limit(trial["file_limit"], trial.get("from"))
    if "user" in trial:
        os.setuid(trial["user"])
    try:
        report = building.build(settings, embedder=HashedWords())
        said = {"built": report.generation}
    except FootnoteError as error:
        said = {"error": type(error).__name__, "message": str(error)}
    os.write(answer, json.dumps(said).encode())


def _try(trial: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    begun = time.perf_counter()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        try:
            _child(trial, writing)
        finally:
            os._exit(70 if sys.exc_info()[0] else 0)
    os.close(writing)
    if "after" in trial:
        time.sleep(trial["after"])
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return {
        "killed": killed,
        "exit": None if killed else os.waitstatus_to_exitcode(status),
        "seconds": time.perf_counter() - begun,
        **(json.loads(said) if said else {}),
    }


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(_try(json.loads(line))), flush=True)
