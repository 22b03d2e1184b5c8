"""Fit the classifier of questions for an opinion: python -m tests.bench.fit_opinion FILE... [--facts DATA] [--write]

FILE holds one JSON object a line: q, a question, and opinion, whether it asks for an opinion. DATA is a folder of
training data for the readers, whose hand-written questions ask for facts (those that want something outside their
source are left out). Prints what ten-fold cross-validation finds at several thresholds, and how many of the questions
of `tests/bench` and `corpus` would be taken for one for an opinion, and are. --write writes app/question/opinion.json
with the lowest threshold at which at most `MOST_FALSE` of the questions for facts are.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.evaluate.scoring import read_questions
from app.question.opinion import WEIGHTS, OpinionWeights, model_of, ngrams
from index.embedding.embedder import Embedder, prepare_embedder
from index.errors import UsageError, in_plain_words
from index.settings import IndexSettings
from index.training.extra import load

ROOT = Path(__file__).resolve().parents[2]
FACTS = ("contrast.jsonl.gz", "contrast-more.jsonl.gz")
MOST_FACTS, WEIGHT_OF_FACTS = 14_000, 0.3
NO_FACTS = ("quote", "fut")  # sorts of near misses that ask for an opinion, a forecast, or what no source holds
MOST_FALSE = 0.005
LEVELS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
LEAST_TIMES, LEAST_WEIGHT = 2, 0.1  # of an n-gram: in the questions, and that it is kept for
INVERSE_RIDGE, FOLDS, SEED = 10.0, 10, 1


def read_marked(files: Sequence[Path]) -> dict[str, bool]:
    """Return questions and whether each asks for an opinion."""
    rows = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines() if line.strip()]
    return {str(r["q"]): bool(r["opinion"]) for r in rows}


def read_facts(folder: Path) -> list[str]:
    """Return questions for facts, drawn from the hand-written training data."""
    found = []
    for name in FACTS:
        if (folder / name).is_file():
            with gzip.open(folder / name, "rt", encoding="utf-8") as lines:
                found += [r["question"] for line in lines if (r := json.loads(line)).get("sort") not in NO_FACTS]
    return random.Random(SEED).sample(sorted(set(found)), min(MOST_FACTS, len(set(found))))


def own_questions() -> dict[str, bool]:
    """Return the questions of the repository's files and whether each asks for an opinion."""
    files = [ROOT / "corpus/questions.jsonl", *(ROOT / "tests/bench").glob("*.jsonl")]
    files = [f for f in files if f.name not in ("claims.jsonl", "dialogues.jsonl", "opinion.jsonl")]
    files += [*(ROOT / "tests/bench").glob("*/questions.jsonl"), *(ROOT / "tests/bench/kinds").glob("*.jsonl")]
    return {q.question: q.kind == "opinion" for file in files for q in read_questions(file)}


def fit(questions: Sequence[str], vectors: Any, opinion: Any, weight: Any) -> OpinionWeights:
    """Fit by maximum likelihood with a ridge; `vectors`: (n, numbers), `opinion`, `weight`: (n,)."""
    from scipy.sparse import csr_matrix, hstack

    seen = Counter(n for q in questions for n in ngrams(q))
    column = {n: k for k, n in enumerate(sorted(n for n, times in seen.items() if times >= LEAST_TIMES))}
    rows, columns, values = [], [], []
    for row, question in enumerate(questions):
        known = sorted(column[n] for n in ngrams(question) if n in column)
        rows += [row] * len(known)
        columns += known
        values += [len(known) ** -0.5] * len(known)
    words = csr_matrix((values, (rows, columns)), shape=(len(questions), len(column)))
    model = load("sklearn.linear_model").LogisticRegression(C=INVERSE_RIDGE, max_iter=3000)
    model.fit(hstack([words, csr_matrix(vectors)]).tocsr(), opinion, sample_weight=weight)
    found = np.round(model.coef_[0], 3)
    return OpinionWeights(
        ngrams={n: float(found[k]) for n, k in column.items() if abs(found[k]) >= LEAST_WEIGHT},
        vector=tuple(float(v) for v in found[len(column) :]),
        bias=round(float(model.intercept_[0]), 3),
        model="",
        least=0.5,
        made="",
    )


def held_out(questions: Sequence[str], vectors: Any, opinion: Any, weight: Any) -> Any:
    """Return the probability of each question from weights fitted without it, shape (n,)."""
    fold = np.random.default_rng(SEED).integers(FOLDS, size=len(questions))
    found = np.zeros(len(questions))
    for k in range(FOLDS):
        train, test = np.flatnonzero(fold != k), np.flatnonzero(fold == k)
        made = fit([questions[i] for i in train], vectors[train], opinion[train], weight[train])
        found[test] = [made.probability(questions[i], vectors[i]) for i in test]
    return found


def shares(probability: Any, opinion: Any, level: float) -> tuple[float, float]:
    """Return the parts of the questions for opinions, and of those for facts, that count as ones for opinions."""
    taken = probability >= level
    return float(taken[opinion].mean()), float(taken[~opinion].mean())


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--facts", type=Path, help="folder of the readers' training data")
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name}")
    args = parser.parse_args()
    marked, facts = read_marked(args.files), read_facts(args.facts) if args.facts else []
    if not {*marked.values()} >= {True, False}:
        raise UsageError("there must be questions for opinions and others")
    questions = [*marked, *facts]
    opinion = np.array([*marked.values(), *([False] * len(facts))])
    weight = np.array([1.0] * len(marked) + [WEIGHT_OF_FACTS] * len(facts))
    embedder: Embedder = prepare_embedder(IndexSettings())
    vectors = np.asarray(embedder.embed_queries(questions))
    probability = held_out(questions, vectors, opinion, weight)
    made = fit(questions, vectors, opinion, weight)
    own = own_questions()
    theirs, asked = np.array([*own.values()]), [*own]
    ours = np.array([made.probability(q, v) for q, v in zip(asked, embedder.embed_queries(asked), strict=True)])
    n = len(marked)
    print(f"{n} marked questions, {len(facts)} for facts, {len(own)} of the repository; taken for opinions:")
    print("level  opinions  neighbours  facts   repository: opinions, others")
    for level in LEVELS:
        right, near = shares(probability[:n], opinion[:n], level)
        far = float((probability[n:] >= level).mean()) if facts else float("nan")
        own_right, own_far = shares(ours, theirs, level)
        print(f"{level:5.2f}  {right:8.3f}  {near:10.3f}  {far:5.4f}  {own_right:20.3f}, {own_far:.4f}")
    least = float(np.quantile(probability[n:], 1 - MOST_FALSE)) if facts else 0.5
    print(f"least {least:.3f}: {shares(probability[:n], opinion[:n], least)}, {shares(ours, theirs, least)}")
    if args.write:
        told = f"{datetime.date.today()}, python -m tests.bench.fit_opinion; {n} questions"
        update = {"made": told, "model": model_of(embedder), "least": round(least, 3)}
        text = made.model_copy(update=update).model_dump_json()
        WEIGHTS.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    in_plain_words(main)
