"""Speed, measured beside a plain pipeline and the raw engine in one run: python -m tests.bench [--runs N] [--json OUT]

The machine is taken as it is: every figure is the median of several runs that alternate with what it is compared
to, and ratios are what counts.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.build.build import build
from index.embedding.embedder import prepare_embedder
from index.embedding.models import export_folder, known_identity
from index.embedding.onnx import GRAPH, TOKENIZER
from index.embedding.session import physical_cores
from index.read.corpus import read_corpus
from index.retrieve import Retriever
from index.settings import IndexSettings
from index.storage.generation import open_current
from index.text.sentences import sentence_spans
from tests.bench.page import page_speed

ROOT = Path(__file__).resolve().parents[2]
OFFLINE = os.environ | {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
QUESTION = "How many criminal proceedings were registered in October 2024?"
SECOND_QUESTION = "Why do soldiers desert?"
SOURCES, PARAGRAPHS, SENTENCES = 30, 25, 4  # of the made corpus: about 1,000 passages


def made_corpus(folder: Path) -> None:
    """Sources of the size of real reports, from shuffled sentences of the repository's corpus."""
    rng = random.Random(0)
    sentences = [
        s.text[a:b] for s in read_corpus(ROOT / "corpus") for a, b in sentence_spans(s.text, "en") if b - a > 60
    ]
    (folder / "sources").mkdir(parents=True)
    for n in range(SOURCES):
        body = "\n\n".join(" ".join(rng.sample(sentences, SENTENCES)) for _ in range(PARAGRAPHS))
        front = f"id: made-{n}\ntitle: Made source {n}\npublisher: Bench\nurl: https://example.org/{n}\n"
        text = f"---\n{front}kind: fulltext\nrelation: background\n---\n\n{body}\n"
        (folder / "sources" / f"made-{n}.md").write_text(text, "utf-8")


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def build_speed(work: Path, models: Path, runs: int) -> dict[str, float]:
    """Passages a second of `index build`, of the raw session and of the plain pipeline, on the same passages."""
    made_corpus(work / "made")
    ours, raw, plain = [], [], []
    for n in range(runs):
        home = work / f"home-{n}"
        shutil.copytree(models, home / "models")
        settings = IndexSettings(home=home, corpus=work / "made")
        ours.append(seconds(lambda settings=settings: build(settings)))
        generation = open_current(settings)
        texts = [p.embedded_text for s in generation.sources() for p in generation.passages_of(s.id)]
        generation.close()
        raw.append(raw_seconds(settings, texts))
        (work / "passages.json").write_text(json.dumps(texts), "utf-8")
        plain.append(run_plain("build", str(work / f"plain-{n}"), str(work / "passages.json")))
    count = len(texts)
    best = {"ours": count / statistics.median(ours), "raw": count / statistics.median(raw)}
    best["plain"] = count / statistics.median(plain)
    return {"passages": count, **best, "to_plain": best["ours"] / best["plain"], "to_raw": best["ours"] / best["raw"]}


def raw_seconds(settings: IndexSettings, texts: list[str]) -> float:
    """Nothing but the exported model in ONNX Runtime: texts cut into tokens before, the vectors thrown away.

    One text a run on as many threads as there are cores, which is the quickest way found.
    """
    import onnxruntime
    from tokenizers import Tokenizer

    identity = known_identity(settings)
    assert identity is not None
    folder = export_folder(settings.home, identity)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(folder / GRAPH, options, providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokens = [np.array([e.ids], dtype=np.int64) for e in tokenizer.encode_batch(texts)]

    def run(ids: NDArray[np.int64]) -> None:
        session.run(None, {"input_ids": ids})

    with ThreadPoolExecutor(physical_cores()) as pool:
        list(pool.map(run, tokens[:8]))
        return seconds(lambda: list(pool.map(run, tokens)))


def run_plain(*args: str) -> float:
    """Seconds that the plain pipeline itself reports, its imports and model loading left out."""
    command = [sys.executable, "-m", "tests.bench.plain", *args]
    done = subprocess.run(command, cwd=ROOT, env=OFFLINE, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1])["seconds"])


def cold(command: list[str]) -> float:
    return seconds(lambda: subprocess.run(command, cwd=ROOT, env=OFFLINE, capture_output=True, check=True))


def ask_speed(work: Path, home: Path, runs: int) -> dict[str, float]:
    """Wall seconds of `footnote ask` and of the plain pipeline's script, each in a process of its own."""
    script = [sys.executable, "-c", "from app.cli.main import main; main()", "ask", QUESTION, "--home", str(home)]
    plain = [sys.executable, "-m", "tests.bench.plain", "ask", str(work / "plain-0"), QUESTION]
    pairs = [(cold(script), cold(plain)) for _ in range(runs)]
    ours, theirs = (statistics.median(p[i] for p in pairs) for i in (0, 1))
    return {"ours": ours, "plain": theirs, "to_plain": theirs / ours}


def search_speed(home: Path) -> dict[str, float]:
    """Milliseconds of one warm search over the repository's corpus, re-ranking included."""
    retriever = Retriever.open(IndexSettings(home=home, corpus=ROOT / "corpus"))
    lines = (ROOT / "corpus" / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    for question in questions:
        retriever.retrieve(question)
    # A blank more makes a new question of it: what was read for the same one would be read from memory.
    fresh = [question + " " * n for n in range(1, 4) for question in questions]
    times = [seconds(lambda q=q: retriever.retrieve(q)) * 1000 for q in fresh]
    return {"p50_ms": float(np.percentile(times, 50)), "p95_ms": float(np.percentile(times, 95))}


def rebuild_speed(work: Path, home: Path) -> dict[str, float]:
    """Seconds of a build after one of the corpus' files has changed, beside a whole one."""
    corpus, own = work / "corpus", work / "rebuild"
    shutil.copytree(ROOT / "corpus", corpus)
    shutil.copytree(home / "models", own / "models")
    settings = IndexSettings(home=own, corpus=corpus)
    whole = seconds(lambda: build(settings))
    changed = sorted((corpus / "sources").glob("*.md"))[0]
    changed.write_text(changed.read_text("utf-8") + "\nOne more sentence stands here now.\n", "utf-8")
    again = seconds(lambda: build(settings))
    return {"whole": whole, "one_file": again}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        home = work / "home"
        settings = IndexSettings(home=home, corpus=ROOT / "corpus")
        prepare_embedder(settings)
        build(settings)
        report = {
            "build": build_speed(work, home / "models", args.runs),
            "search": search_speed(home),
            "ask": ask_speed(work, home, args.runs),
            "rebuild": rebuild_speed(work, home),
            "page": page_speed(home, ROOT / "corpus", [QUESTION, SECOND_QUESTION], args.runs),
        }
    b, s, a, r, p = (report[k] for k in ("build", "search", "ask", "rebuild", "page"))
    print(f"index build       {b['ours']:7.1f} passages/s over {b['passages']:.0f} passages")
    print(f"  plain pipeline  {b['plain']:7.1f} passages/s   ratio {b['to_plain']:.2f} (goal 3.5)")
    print(f"  raw ONNX session{b['raw']:7.1f} passages/s   ratio {b['to_raw']:.2f} (goal 0.85)")
    print(f"search, warm      {s['p50_ms']:7.1f} ms p50, {s['p95_ms']:.1f} ms p95")
    print(
        f"footnote ask, cold{a['ours']:7.2f} s (goal < 2), plain script {a['plain']:.2f} s: ratio {a['to_plain']:.1f}"
    )
    print(f"rebuild           {r['one_file']:7.2f} s after one changed file, {r['whole']:.2f} s whole")
    print(f"chat, warm        {p['paint']:7.2f} s until something is painted")
    print(f"                  {p['interactive']:7.2f} s until the page takes a question (goal < 2)")
    print(f"                  {p['first_word'] * 1000:7.0f} ms from Enter to the first word (goal < 300)")
    if args.json:
        args.json.write_text(json.dumps(report, indent=2), "utf-8")


if __name__ == "__main__":
    main()
