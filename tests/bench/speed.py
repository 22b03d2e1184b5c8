"""What `python -m tests.bench` measures: one function a figure or group of figures, all on one `Bench`."""

from __future__ import annotations

import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
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
from tests.bench.files import make_folder, make_pdf
from tests.bench.large import measure

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus"
OFFLINE = os.environ | {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
QUESTION = "How many criminal proceedings were registered in October 2024?"
SECOND_QUESTION = "Why do soldiers desert?"
SOURCES, PARAGRAPHS, SENTENCES = 30, 25, 4  # of the made corpus: about 1,000 passages
FOOTNOTE = [sys.executable, "-c", "from app.cli.main import main; main()"]

PAGES, FILES, LARGE = 300, 2000, 10_000

Figures = dict[str, float]


class UnavailableError(Exception):
    """What a figure needs is not on this machine; the message names it."""


@dataclass(frozen=True)
class Bench:
    """A folder to work in and how often to measure; what several figures need is made at the first call for it."""

    work: Path
    runs: int

    @cached_property
    def home(self) -> Path:
        """A home with an index of the repository's corpus."""
        settings = IndexSettings(home=self.work / "home", corpus=CORPUS)
        prepare_embedder(settings)
        build(settings)
        return settings.home

    @property
    def settings(self) -> IndexSettings:
        return IndexSettings(home=self.home, corpus=CORPUS)

    @cached_property
    def questions(self) -> list[str]:
        lines = (CORPUS / "questions.jsonl").read_text("utf-8").splitlines()
        return [json.loads(line)["question"] for line in lines]

    def fresh_home(self, name: str) -> Path:
        """A home without an index, the exported model in it."""
        shutil.copytree(self.home / "models", self.work / name / "models")
        return self.work / name


def seconds(run: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    start = clock()
    run()
    return clock() - start


def cold(command: list[str]) -> float:
    return seconds(lambda: subprocess.run(command, cwd=ROOT, env=OFFLINE, capture_output=True, check=True))


def help_speed(bench: Bench) -> Figures:
    """Seconds of `footnote --help`; the best leaves out what other programs on the machine take."""
    times = [cold([*FOOTNOTE, "--help"]) for _ in range(max(5, bench.runs))]
    return {"best": min(times), "median": statistics.median(times)}


def language_speed(bench: Bench) -> Figures:
    """Milliseconds of this process that the language of one question takes, once its model is loaded."""
    from app.question.language import detect

    detect(QUESTION)
    times = [seconds(lambda: [detect(q) for q in bench.questions], time.process_time) for _ in range(bench.runs)]
    return {"ms": min(times) / len(bench.questions) * 1000}


def sources_speed(bench: Bench) -> Figures:
    """Milliseconds of this process that the list of all sources takes, which each opened page shows."""
    from app.sources.contents import contents_of

    generation = open_current(bench.settings)
    contents_of(generation)
    times = [seconds(lambda: contents_of(generation), time.process_time) for _ in range(max(5, bench.runs))]
    generation.close()
    return {"ms": min(times) * 1000}


def search_speed(bench: Bench) -> Figures:
    """Milliseconds of one warm search over the repository's corpus, re-ranking included."""
    retriever = Retriever.open(bench.settings)
    for question in bench.questions:
        retriever.retrieve(question)
    # A blank more makes a new question of it: what was read for the same one would be read from memory.
    fresh = [question + " " * n for n in range(1, 4) for question in bench.questions]
    times = [seconds(lambda q=q: retriever.retrieve(q)) * 1000 for q in fresh]
    return {"p50_ms": float(np.percentile(times, 50)), "p95_ms": float(np.percentile(times, 95))}


def pdf_speed(bench: Bench) -> Figures:
    """Pages a second of a PDF of 300 pages, beside llama-index's SimpleDirectoryReader with pypdf."""
    if find_spec("pypdf") is None:
        raise UnavailableError("no pypdf to compare with; run: pip install -c constraints.txt -e '.[test]'")
    folder = bench.work / "pdf"
    folder.mkdir()
    make_pdf(folder / "report.pdf", PAGES)
    return _beside_llama_index(bench, folder, PAGES)


def files_speed(bench: Bench) -> Figures:
    """Files a second of a folder of texts, made passages of, beside llama-index; raw: its reader takes them as is."""
    make_folder(bench.work / "files", FILES)
    found = _beside_llama_index(bench, bench.work / "files", FILES, "--to-passages")
    raw = _beside_llama_index(bench, bench.work / "files", FILES)
    return found | {f"raw_{name}": value for name, value in raw.items()}


def _beside_llama_index(bench: Bench, folder: Path, count: int, *more: str) -> Figures:
    """Return rates and peak memory (MB) of reading `count` things in a folder, each run in a process of its own."""
    found: dict[str, list[Figures]] = {"ours": [], "plain": []}
    env = OFFLINE | {"FOOTNOTE_HOME": str(bench.home)}
    for _ in range(bench.runs):
        for whose, figures in found.items():
            command = [sys.executable, "-m", "tests.bench.files", whose, str(folder), *more]
            done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
            figures.append(json.loads(done.stdout.splitlines()[-1]))
    rates = {whose: count / statistics.median(f["seconds"] for f in figures) for whose, figures in found.items()}
    memory = {f"{whose}_mb": max(f["memory"] for f in figures) for whose, figures in found.items()}
    return {**rates, **memory, "to_plain": rates["ours"] / rates["plain"]}


def rebuild_speed(bench: Bench) -> Figures:
    """Seconds of a build after one of the corpus' files has changed, beside a whole one."""
    corpus = Path(shutil.copytree(CORPUS, bench.work / "corpus"))
    settings = IndexSettings(home=bench.fresh_home("rebuild"), corpus=corpus)
    whole = seconds(lambda: build(settings))
    changed = sorted((corpus / "sources").glob("*.md"))[0]
    changed.write_text(changed.read_text("utf-8") + "\nOne more sentence stands here now.\n", "utf-8")
    return {"whole": whole, "one_file": seconds(lambda: build(settings))}


def large_speed(bench: Bench) -> Figures:
    """Files a second, memory (MB) and seconds of builds of a folder of 10,000 files, each in a process of its own."""
    small, large = (measure(bench.work / f"large-{files}", files, 3) for files in (1_000, LARGE))
    went_on = large["taken up"]
    return {
        "passages": went_on.passages,
        "read": LARGE / large["read"].read,
        "again": LARGE / went_on.read,
        "whole": large["read"].seconds + went_on.seconds - went_on.read,
        "one_file": large["one changed"].seconds,
        "one_file_cpu": large["one changed"].cpu,
        "same": large["no change"].seconds,
        "mb": max(b.memory for b in large.values()),
        "small_mb": max(b.memory for b in small.values()),
        "before_mb": max(b.before for b in large.values()),
    }


def ask_speed(bench: Bench) -> Figures:
    """Wall seconds of `footnote ask` and of the plain pipeline's script, each in a process of its own."""
    store = str(bench.work / "plain")
    run_plain("build", store, passages_file(bench.work, embedded_texts(bench.settings)))
    script = [*FOOTNOTE, "ask", QUESTION, "--home", str(bench.home)]
    plain = [sys.executable, "-m", "tests.bench.plain", "ask", store, QUESTION]
    pairs = [(cold(script), cold(plain)) for _ in range(bench.runs)]
    ours, theirs = (statistics.median(p[i] for p in pairs) for i in (0, 1))
    return {"ours": ours, "plain": theirs, "to_plain": theirs / ours}


def build_speed(bench: Bench) -> Figures:
    """Passages a second of `index build`, of the raw session and of the plain pipeline, on the same passages."""
    made_corpus(bench.work / "made")
    ours, raw, plain = [], [], []
    for n in range(bench.runs):
        settings = IndexSettings(home=bench.fresh_home(f"home-{n}"), corpus=bench.work / "made")
        ours.append(seconds(lambda settings=settings: build(settings)))
        texts = embedded_texts(settings)
        raw.append(raw_seconds(settings, texts))
        plain.append(run_plain("build", str(bench.work / f"plain-{n}"), passages_file(bench.work, texts)))
    count = len(texts)
    rates = {name: count / statistics.median(s) for name, s in (("ours", ours), ("raw", raw), ("plain", plain))}
    to = {"to_plain": rates["ours"] / rates["plain"], "to_raw": rates["ours"] / rates["raw"]}
    return {"passages": count, **rates, **to}


def page_speed(bench: Bench) -> Figures:
    """Seconds until the chat is painted, until it takes a question and from Enter to the first word."""
    if shutil.which("chromium") is None:
        raise UnavailableError("no command 'chromium' on PATH; install Debian's package chromium")
    from tests.bench.page import measure

    return measure(bench.home, CORPUS, [QUESTION, SECOND_QUESTION], bench.runs)


def made_corpus(folder: Path) -> None:
    """Sources of the size of real reports, from shuffled sentences of the repository's corpus."""
    rng = random.Random(0)
    sentences = [s.text[a:b] for s in read_corpus(CORPUS) for a, b in sentence_spans(s.text, "en") if b - a > 60]
    (folder / "sources").mkdir(parents=True)
    for n in range(SOURCES):
        body = "\n\n".join(" ".join(rng.sample(sentences, SENTENCES)) for _ in range(PARAGRAPHS))
        front = f"id: made-{n}\ntitle: Made source {n}\npublisher: Bench\nurl: https://example.org/{n}\n"
        text = f"---\n{front}kind: fulltext\nrelation: background\n---\n\n{body}\n"
        (folder / "sources" / f"made-{n}.md").write_text(text, "utf-8")


def embedded_texts(settings: IndexSettings) -> list[str]:
    """The texts of the present index's passages, as they were embedded."""
    generation = open_current(settings)
    texts = [p.embedded_text for s in generation.sources() for p in generation.passages_of(s.id)]
    generation.close()
    return texts


def passages_file(work: Path, texts: list[str]) -> str:
    """The file that the plain pipeline reads its passages from."""
    (work / "passages.json").write_text(json.dumps(texts), "utf-8")
    return str(work / "passages.json")


def run_plain(*args: str) -> float:
    """Seconds that the plain pipeline itself reports, its imports and model loading left out."""
    command = [sys.executable, "-m", "tests.bench.plain", *args]
    done = subprocess.run(command, cwd=ROOT, env=OFFLINE, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1])["seconds"])


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
