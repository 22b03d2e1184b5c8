"""A large folder: python -m tests.bench.large [--files 10000] [--paragraphs 3] [--kinds txt,md] [--records]

Makes files of all kinds that cost little to make, and builds their index four times, each time in a process of its own:
a build that dies when all is read, the one that goes on from there, one after a changed file, one after no change. Says
how long each took, and how much memory the process held at the peak, and before it read the first file. A bag of words
of 384 dimensions stands in for the embedding model: what is measured is Footnote, and Chroma with vectors of that size.

--records counts instead what Python keeps in memory of each file: builds as many files and twice as many, in this
process, and takes the difference. Counting is slow: 400 files take a minute. Of fewer it says too much, since caches
fill meanwhile.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import subprocess
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.build.build import build
from index.build.progress import BuildProgress
from index.settings import IndexSettings
from tests.bench.files import most_memory
from tests.fakes import HashedWords
from tests.office import docx, word_paragraph

ROOT = Path(__file__).resolve().parents[2]
KINDS = ("txt", "md", "html", "docx", "csv")
_WORDS = (
    "harbour council berth bank fishermen quay protest Monday evening master crane repair pier ferry passengers pilot "
    "meeting town hall report boat island spring storm vote budget price strike union mayor letter court ruling paid"
).split()
_SENTENCES, _LENGTH = 4, 18  # of a paragraph; words of a sentence


@dataclass(frozen=True, slots=True)
class Built:
    """A build in a process of its own. `cpu`: seconds of processor; `read`: seconds until all was read.

    `memory`: the most MB that the process held, `before`: before its first file, `divided`: before its first vector.
    """

    seconds: float
    cpu: float
    read: float
    memory: float
    before: float
    divided: float
    passages: int


class Words(HashedWords):
    """The stand-in without its list of what it was given, which would be the largest thing in memory."""

    def __init__(self, dimension: int, dies: str) -> None:
        super().__init__(dimension=dimension)
        self.dies = dies

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if self.dies == "split":
            raise _KilledError
        return super().count_tokens(texts)

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        if self.dies == "embed":
            raise _KilledError
        try:
            return super().embed_passages(texts, progress)
        finally:
            self.calls.clear()


class _Peak(BuildProgress):
    """Notes how much memory was held when all was divided."""

    memory = 0.0

    def stage(self, name: str, total: int) -> None:  # noqa: ARG002
        if name == "embed":
            self.memory = most_memory()


class _Kept(BuildProgress):
    """Notes how many bytes of Python's objects there are as each stage begins; dies when all is divided."""

    def __init__(self) -> None:
        self.bytes: dict[str, int] = {}

    def stage(self, name: str, total: int) -> None:  # noqa: ARG002
        gc.collect()
        self.bytes[name] = tracemalloc.get_traced_memory()[0]
        if name == "embed":
            raise _KilledError


class _KilledError(BaseException):
    pass


def make_files(folder: Path, files: int, paragraphs: int, kinds: Sequence[str] = KINDS) -> None:
    """Write so many files of about 0.5 KB a paragraph, the kinds in turn, no two with the same text."""
    folder.mkdir(parents=True)
    chance = random.Random(0)
    for n in range(files):
        words = [chance.choices(_WORDS, k=_LENGTH) for _ in range(paragraphs * _SENTENCES)]
        sentences = [f"{' '.join(w).capitalize()} in {n}." for w in words]
        made = [" ".join(sentences[i : i + _SENTENCES]) for i in range(0, len(sentences), _SENTENCES)]
        kind = kinds[n % len(kinds)]
        (folder / f"file-{n:06}.{kind}").write_bytes(_as(kind, f"Report number {n}", made))


def _as(kind: str, title: str, paragraphs: Sequence[str]) -> bytes:
    match kind:
        case "md":
            return _lines(f"# {title}", paragraphs)
        case "html":
            body = "".join(f"<p>{p}</p>" for p in paragraphs)
            return f"<html><head><title>{title}</title></head><body><article>{body}</article></body></html>".encode()
        case "docx":
            return docx("".join(map(word_paragraph, paragraphs)))
        case "csv":
            return "\n".join(("part,words", *(f"{n},{p}" for n, p in enumerate(paragraphs)))).encode()
    return _lines(title, paragraphs)


def _lines(title: str, paragraphs: Sequence[str]) -> bytes:
    return "\n\n".join((title, *paragraphs)).encode()


def build_apart(home: Path, corpus: Path, *more: str) -> Built:
    """Build in a process of its own. `more`: options of `_child`."""
    command = [sys.executable, "-m", "tests.bench.large", "--child", str(home), "--corpus", str(corpus), *more]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Built(**json.loads(done.stdout.splitlines()[-1]))


def _child(home: Path, corpus: Path, dimension: int, dies: str) -> Built:
    before, begun, cpu = most_memory(), time.perf_counter(), time.process_time()
    passages, read, peak = 0, 0.0, _Peak()
    try:
        report = build(IndexSettings(home=home, corpus=corpus), embedder=Words(dimension, dies), progress=peak)
        passages, read = report.passages, report.seconds["read"]
    except _KilledError:
        if not dies:
            raise
    seconds = time.perf_counter() - begun
    return Built(seconds, time.process_time() - cpu, read or seconds, most_memory(), before, peak.memory, passages)


def measure(work: Path, files: int, paragraphs: int, kinds: Sequence[str] = KINDS) -> dict[str, Built]:
    """Return what the four builds of a folder with so many files took."""
    home, corpus = work / "home", work / "corpus"
    make_files(corpus, files, paragraphs, kinds)
    found = {"read": build_apart(home, corpus, "--dies", "split"), "taken up": build_apart(home, corpus)}
    changed = corpus / f"file-{files // 2 // len(kinds) * len(kinds):06}.{kinds[0]}"
    changed.write_bytes(_as(kinds[0], "Another title", ["The pier was closed for good, as the mayor said."]))
    return found | {"one changed": build_apart(home, corpus), "no change": build_apart(home, corpus)}


def records(work: Path, files: int, paragraphs: int, kinds: Sequence[str] = KINDS) -> dict[str, float]:
    """Return how many bytes a file Python keeps when all is read ('split') and when all is divided ('embed')."""

    def kept(name: str, number: int) -> dict[str, int]:
        make_files(work / name / "corpus", number, paragraphs, kinds)
        counted = _Kept()
        with suppress(_KilledError):
            build(
                IndexSettings(home=work / name / "home", corpus=work / name / "corpus"),
                embedder=Words(8, ""),
                progress=counted,
            )
        return counted.bytes

    kept("first", 2 * files)  # fills what Python and its libraries keep once
    tracemalloc.start()
    try:
        few, many = kept("few", files), kept("many", 2 * files)
    finally:
        tracemalloc.stop()
    return {name: (many[name] - few[name]) / files for name in ("split", "embed")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000, help="[10000]")
    parser.add_argument("--paragraphs", type=int, default=3, help="of each file, 0.5 KB each [3]")
    parser.add_argument("--kinds", default=",".join(KINDS), help="[%(default)s]")
    parser.add_argument("--records", action="store_true", help="count what is kept in memory of each file instead")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--corpus", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--dimension", type=int, default=384, help=argparse.SUPPRESS)
    parser.add_argument("--dies", choices=("split", "embed"), default="", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.child:
        built = _child(args.child, args.corpus, args.dimension, args.dies)
        print(json.dumps({name: getattr(built, name) for name in Built.__slots__}))
        return
    kinds = args.kinds.split(",")
    with tempfile.TemporaryDirectory() as folder:
        if args.records:
            kept = records(Path(folder), args.files, args.paragraphs, kinds)
            print(
                f"{kept['split'] / 1000:.1f} KB a file when all is read, {kept['embed'] / 1000:.1f} when all is divided"
            )
            return
        for name, b in measure(Path(folder), args.files, args.paragraphs, kinds).items():
            print(
                f"{name:12} {b.seconds:7.1f} s ({b.cpu:.1f} of processor), read {args.files / b.read:7.0f} files/s, "
                f"{b.memory:5.0f} MB at most, {b.before:.0f} before, {b.passages:,} passages",
                flush=True,
            )


if __name__ == "__main__":
    main()
