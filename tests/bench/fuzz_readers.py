"""Reads damaged documents of every format until the time is up: python -m tests.bench.fuzz_readers [--minutes 10]

A small whole document of each format is damaged: bytes changed, cut out, doubled; words of its format put in, also by
the thousand; the parts of an archive damaged, renamed, left out. Each must become a source whose passages hold its
words, or be refused with an error of the tree. The reader runs in a process of its own, with limits to memory and to
the processor's time, so that a hang or an abort of a library is seen and costs that process alone. What fails is kept
in --out, one file a fault; --replay FILE reads it again. The same --seed makes the same documents.
"""

from __future__ import annotations

import argparse
import multiprocessing
import random
import resource
import signal
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from app.pages.links import links_of, with_links
from index.build.verify import span_errors
from index.errors import FootnoteError
from index.read.corpus import NewFile, read_new
from index.read.split import split
from tests.bench.damaged import KINDS, damaged
from tests.fakes import HashedWords

SECONDS = 20  # of the processor for one document of some kilobytes, on a machine that does other things, too
STUCK = 300  # seconds of the clock: it waits for something
MEMORY = 3_000_000_000  # bytes of addresses, with the libraries
ROUND = 200  # documents that one process reads
ADDRESS = "https://example.org/news/harbour"


def read(raw: bytes, name: str, folder: Path) -> str:
    """Read a document as a build does; return 'read' or 'refused'. Raises what no build may raise."""
    try:
        (source,) = read_new(folder, [NewFile(raw, name, name, {})])
    except FootnoteError as error:
        if "\n" in str(error):
            raise AssertionError(f"an error of more than one line: {error!r}") from error
        return "refused"
    if name.endswith(".html"):  # as the article of a new project is read
        links_of(with_links(raw, ".html", ADDRESS), raw, ".html", ADDRESS)
    source.text.encode("utf-8")
    for passage in split(source, HashedWords(), 128):
        problems = list(span_errors(source, passage))
        assert not problems, problems[0]
    return "read"


def _run(seed: int, suffix: str, work: Path, until: float) -> None:
    """Read damaged documents, in a process of its own; the one that is being read lies in `work`."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    rng, done, longest = random.Random(seed), Counter[str](), 0.0
    for _ in range(ROUND):
        if time.monotonic() > until:
            break
        raw = damaged(rng, KINDS[suffix])
        (work / "now").write_bytes(raw)
        # No handler: these end the process wherever it is, in a library, too.
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        signal.alarm(STUCK)
        try:
            done[read(raw, f"a{suffix}", work / "empty")] += 1
        except Exception:  # noqa: BLE001 - each is what is looked for
            (work / "fault").write_text(traceback.format_exc(), "utf-8")
            raise SystemExit(1) from None
        spent = SECONDS - signal.getitimer(signal.ITIMER_PROF)[0]
        if spent > longest:
            longest = spent
            (work / "slow").write_bytes(raw)
        (work / "done").write_text(f"{done['read']} {done['refused']} {longest}")


@dataclass
class Fuzz:
    """What was found: documents read and refused, and the faults by their names."""

    out: Path
    read: int = 0
    refused: int = 0
    slowest: dict[str, float] = field(default_factory=dict)  # seconds of the processor
    faults: Counter[str] = field(default_factory=Counter)

    def round(self, seed: int, suffix: str, until: float) -> None:
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            (work / "empty").mkdir()
            child = multiprocessing.get_context("fork").Process(target=_run, args=(seed, suffix, work, until))
            child.start()
            child.join()
            if (work / "done").exists():
                read_, refused, seconds = map(float, (work / "done").read_text().split())
                self.read, self.refused = self.read + int(read_), self.refused + int(refused)
                if seconds > self.slowest.get(suffix, 0.0):
                    self.slowest[suffix] = seconds
                    self.out.mkdir(parents=True, exist_ok=True)
                    (self.out / f"slowest{suffix}").write_bytes((work / "slow").read_bytes())
            if child.exitcode:
                self._keep(work, suffix, child.exitcode)

    def _keep(self, work: Path, suffix: str, code: int) -> None:
        name, told = (signal.Signals(-code).name, "") if code < 0 else ("error", "")
        if (work / "fault").exists():
            told = (work / "fault").read_text("utf-8")
            last = told.strip().splitlines()
            where = next((line.strip() for line in reversed(last) if line.lstrip().startswith("File ")), "")
            name = f"{last[-1][:100]} {where[:160]}"
        self.faults[f"{suffix} {name}"] += 1
        if self.faults[f"{suffix} {name}"] == 1:
            self.out.mkdir(parents=True, exist_ok=True)
            kept = self.out / f"fault-{len(self.faults)}{suffix}"
            kept.write_bytes((work / "now").read_bytes())
            print(f"{kept}: {name}\n{told}", flush=True)


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10, help="for all formats together [10]")
    parser.add_argument("--only", action="append", choices=KINDS, help="this format; may be given several times")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=Path("build/fuzz"), help="where faults are kept [build/fuzz]")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="read this document and no other")
    args = parser.parse_args(argv)
    if args.replay:
        with tempfile.TemporaryDirectory() as folder:
            print(read(args.replay.read_bytes(), f"a{args.replay.suffix}", Path(folder)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for suffix, kind in KINDS.items():  # what is imported and loaded here is so for all the processes
            assert read(kind.whole(), f"a{suffix}", Path(folder)) == "read", suffix
    fuzz = Fuzz(args.out)
    formats = args.only or list(KINDS)
    for n, suffix in enumerate(formats):
        before, until = (fuzz.read, fuzz.refused), time.monotonic() + args.minutes * 60 / len(formats)
        rounds = 0
        while time.monotonic() < until:
            fuzz.round(args.seed * 1_000_003 + rounds * 101 + n, suffix, until)
            rounds += 1
        found = f"{fuzz.read - before[0]} read, {fuzz.refused - before[1]} refused"
        print(f"{suffix}: {found}, at most {fuzz.slowest.get(suffix, 0):.1f} s each", flush=True)
    print(f"{fuzz.read + fuzz.refused} documents, {fuzz.read} of them read; {len(fuzz.faults)} faults")
    return int(bool(fuzz.faults))


if __name__ == "__main__":
    raise SystemExit(main())
