"""Fit a reranker's confidence and its levels of caution: python -m tests.bench.calibrate [--write]

Asks the questions of several corpora without ever refusing, and lets the reader read passages that were held out from
its training (with --data). Fits one curve from log-odds to the probability that the best passage answers, each corpus
weighing the same (Platt, 1999), and prints how far the curve is from what came true: expected calibration error, and
a reliability table by tenths. A level's threshold is the highest that wrongly refuses at most its part of the
answerable questions, on average over the corpora of questions. The reranker is that of the settings (FOOTNOTE_READER).
With --write the curve and the levels go into its card, or into index/rerank/weights/quick.json.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from app.engine import Engine
from app.evaluate.scoring import UNANSWERABLE, read_questions
from app.query import Query
from app.settings import load_settings
from index.rerank.card import CARD, SHIPPED, Platt, ReaderCard
from index.rerank.logistic import Weights, log_odds, sigmoid
from index.rerank.quick import WEIGHTS
from index.rerank.readers import Readers, open_readers
from index.rerank.reading import DEEP_PARTS, PRIOR, SMALL_PARTS, any_of
from index.rerank.reranker import Thresholds
from index.training.data import hold_out, read, read_sets
from index.training.fit import fit_logistic
from index.training.metrics import calibration_error

ROOT = Path(__file__).resolve().parents[2]
CORPORA = {
    "development": (ROOT / "corpus/questions.jsonl", ".footnote"),
    "near misses": (ROOT / "tests/bench/near_misses.jsonl", ".footnote"),
    "meters": (ROOT / "tests/bench/meters/questions.jsonl", "build/meters"),
}
LEVELS = {"cautious": 0.10, "balanced": 0.06, "generous": 0.02}  # part of answerable questions refused
BINS = 10


@dataclass(frozen=True)
class Asked:
    """What one corpus showed: log-odds of the best passage, shape (n,), and whether it could be answered."""

    name: str
    odds: np.ndarray
    answerable: np.ndarray


def of_questions(curve: Platt) -> Iterator[Asked]:
    """Ask the questions of each corpus; those that do not search are left out."""
    for name, (file, home) in CORPORA.items():
        engine = Engine.open(load_settings(home=Path(home)), refusing=False)
        found = [(q, engine.answer(Query(q.question, q.history)).confidence) for q in read_questions(file)]
        asked = [(q.kind != UNANSWERABLE, c) for q, c in found if c is not None]
        odds = (log_odds(np.array([c for _, c in asked])) - curve.bias) / curve.slope
        yield Asked(name, odds, np.array([a for a, _ in asked]))


def of_passages(readers: Readers, data: Path, limit: int) -> Iterator[Asked]:
    """Read the calibration file, and what was held out of the hand-written sets: `limit` questions of each.

    No search ranked these passages, so the quick reranker has no say.
    """
    sets = {s.file.split(".")[0]: hold_out(examples)[1] for s, examples in read_sets(data)}
    sets = {name: held for name, held in sets.items() if name.startswith(("contrast", "affairs"))}
    sets["calibration"] = read(data / "calibration.jsonl.gz")
    for name, examples in sets.items():
        some = examples[:: max(1, len(examples) // limit)]
        rows = [(e.question, e.header or e.title, e.sentences) for e in some]
        assert readers.small is not None
        before = [np.array(r.sentences) - PRIOR for r in readers.small.read_many(rows)]
        own, part = [b + PRIOR for b in before], SMALL_PARTS.confidence
        if readers.deep:
            own, part = [np.array(r.sentences) for r in readers.deep.read_many(rows)], DEEP_PARTS.confidence
        odds = [any_of(o, b, part) for o, b in zip(own, before, strict=True)]
        yield Asked(name, np.array(odds), np.array([e.answerable for e in some]))


def fit(corpora: list[Asked]) -> Platt:
    """Fit the curve, each corpus weighing the same, and in each the answerable and the others."""
    weights = []
    for c in corpora:
        share = c.answerable.mean()
        weights.append(np.where(c.answerable, 0.5 / share, 0.5 / (1 - share)) / len(c.odds))
    odds, answerable = (np.concatenate([getattr(c, part) for c in corpora]) for part in ("odds", "answerable"))
    weight = np.concatenate(weights) * len(odds) / len(corpora)
    found = fit_logistic(("log_odds",), odds[:, None], answerable, weight, 1e-6)
    slope = found.weights[0] / found.scale[0]
    return Platt(slope=round(slope, 5), bias=round(found.bias - slope * found.mean[0], 5))


def probabilities(corpus: Asked, curve: Platt) -> np.ndarray:
    """Return the confidence of each question."""
    return sigmoid(curve.slope * corpus.odds + curve.bias)


def thresholds(corpora: list[Asked], curve: Platt) -> Thresholds:
    """Choose the highest thresholds that cost at most what `LEVELS` allows."""
    sure = [probabilities(c, curve)[c.answerable] for c in corpora]
    every = np.unique(np.concatenate([[0.0], *sure]))
    refused = np.array([np.mean([(s < t).mean() for s in sure]) for t in every])
    return Thresholds(**{name: round(float(every[refused <= part].max()) * 0.999, 3) for name, part in LEVELS.items()})


def report(corpora: list[Asked], curve: Platt, levels: Thresholds) -> dict[str, object]:
    """Print the costs of each level and the reliability; return both."""
    rows = []
    for c in corpora:
        p = probabilities(c, curve)
        costs = {
            name: (int((p[c.answerable] < t).sum()), int((p[~c.answerable] >= t).sum()))
            for name, t in levels.model_dump().items()
        }
        ece = calibration_error(c.answerable.astype(np.float64), p)
        rows.append({"corpus": c.name, "questions": len(p), "answerable": int(c.answerable.sum()), "ece": ece, **costs})
        shown = "  ".join(f"{name} refused {r}, answered {a}" for name, (r, a) in costs.items())
        print(f"{c.name:16} {c.answerable.sum():4} of {len(p):4} answerable  ECE {ece:.3f}  {shown}")
    p = np.concatenate([probabilities(c, curve) for c in corpora])
    right = np.concatenate([c.answerable for c in corpora]).astype(np.float64)
    print(f"all: ECE {calibration_error(right, p):.3f}")
    bin_of = np.minimum((p * BINS).astype(int), BINS - 1)
    table = [
        {"said": float(p[bin_of == b].mean()), "true": float(right[bin_of == b].mean()), "n": int((bin_of == b).sum())}
        for b in range(BINS)
        if (bin_of == b).any()
    ]
    for row in table:
        print(f"  said {row['said']:.2f}  came true {row['true']:.2f}  of {row['n']}")
    return {"corpora": rows, "reliability": table, "ece": calibration_error(right, p)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="training data, for the passages held out from it")
    parser.add_argument("--limit", type=int, default=400, help="held-out questions of each set that are read")
    parser.add_argument("--json", type=Path, help="write the tables to this file")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    settings = load_settings()
    folder = SHIPPED / settings.reader
    card = ReaderCard.model_validate_json((folder / CARD).read_bytes()) if settings.reader != "none" else None
    before = card.curve if card else Platt(slope=1.0, bias=0.0)
    asked = list(of_questions(before))
    corpora = list(asked)
    if card and args.data:
        corpora += of_passages(open_readers(settings.reader), args.data, args.limit)
    curve = fit(corpora) if card else before
    levels = thresholds(asked, curve)
    print(f"curve {curve}, levels {levels}")
    found = report(corpora, curve, levels)
    if args.json:
        args.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    if args.write and card:
        card = card.model_copy(update={"curve": curve, "thresholds": levels})
        (folder / CARD).write_text(card.model_dump_json(indent=1) + "\n", "utf-8")
    elif args.write:
        weights = Weights.model_validate_json(WEIGHTS.read_bytes()).model_copy(update={"thresholds": levels})
        WEIGHTS.write_text(weights.model_dump_json(indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
