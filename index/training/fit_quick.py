"""Fit the quick reranker's weights: python -m index.training.fit_quick DATA [--write]

As in a search, each question has its own paragraph and those nearest to it as candidates. The weights are fitted on
questions of the varied training sets, less those held out; everything is reported on the calibration file, which
nothing is fitted on. --write keeps the thresholds of the file that is there: `python -m tests.bench.calibrate`
measures them.
"""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.embedding.embedder import prepare_embedder
from index.errors import UsageError, in_plain_words
from index.rerank.features import NAMES
from index.rerank.logistic import Weights, confidence_row
from index.rerank.quick import CONFIDENCE, WEIGHTS
from index.settings import IndexSettings
from index.training.data import CALIBRATION, Example, hold_out, read, read_sets, thin
from index.training.fit import fit_listwise, fit_logistic
from index.training.metrics import Prediction, auroc, columns, precision_at_1
from index.training.queries import Query, build_queries


def to_fit_on(data: Path, limit: int) -> list[Example]:
    """Return at most about `limit` training questions, as many of each data set."""
    train = [e for each, examples in read_sets(data) if each.varied for e in hold_out(examples)[0]]
    return thin(train, limit)


def fit_weights(queries: Sequence[Query]) -> Weights:
    """Fit sentence weights on all rows whose label is certain, and confidence with both outcomes weighing the same.

    The thresholds are those of the weights in use. Raises UsageError if there are questions of one outcome only.
    """
    answerable = np.array([q.answerable for q in queries])
    if answerable.all() or not answerable.any():
        raise UsageError("all of the training questions are of one kind; it takes answerable ones and others")
    ranking = fit_listwise(NAMES, [(q.rows[q.certain], q.labels[q.certain]) for q in queries])
    best = np.array([confidence_row(NAMES, CONFIDENCE, ranking.log_odds(q.rows), q.rows) for q in queries])
    balance = np.where(answerable, 0.5 / answerable.mean(), 0.5 / (1 - answerable.mean()))
    return Weights(
        sentence=ranking,
        confidence=fit_logistic(CONFIDENCE, best, answerable, balance),
        thresholds=Weights.model_validate_json(WEIGHTS.read_bytes()).thresholds,
        made="",
    )


def by_weights(query: Query, weights: Weights) -> Prediction:
    """Rank by fitted weights; scores and confidence are log-odds."""
    odds = weights.sentence.log_odds(query.rows)
    row = confidence_row(NAMES, CONFIDENCE, odds, query.rows)
    confidence = float(weights.confidence.log_odds(row[None])[0])
    return Prediction(tuple(query.labels.tolist()), tuple(odds.tolist()), confidence)


def by_feature(query: Query, name: str) -> Prediction:
    """Rank by one feature alone."""
    scores = query.rows[:, NAMES.index(name)].tolist()
    return Prediction(tuple(query.labels.tolist()), tuple(scores), max(scores))


def report(name: str, queries: Sequence[Query], predictions: Sequence[Prediction]) -> dict[str, float]:
    """Print P@1 within the question's own paragraph and among all candidates, and AUROC of 'is answerable'."""
    own = [
        Prediction(p.labels[: q.own], p.scores[: q.own], p.confidence)
        for q, p in zip(queries, predictions, strict=True)
    ]
    answerable, _, confidence = columns(predictions)
    values = {
        "p1_paragraph": round(float(precision_at_1(own).mean()), 3),
        "p1_search": round(float(precision_at_1(predictions).mean()), 3),
        "auroc": round(auroc(answerable, confidence), 3),
    }
    print(f"{name:<12}" + "  ".join(f"{k} {v:.3f}" for k, v in values.items()), flush=True)
    return values


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--questions", type=int, default=3000, help="fit on about so many questions (0: all)")
    parser.add_argument("--home", type=Path, default=Path(".footnote"))
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name}")
    args = parser.parse_args()
    embedder = prepare_embedder(IndexSettings(home=args.home))
    weights = fit_weights(build_queries(to_fit_on(args.data, args.questions), embedder))
    tested = build_queries(read(args.data / CALIBRATION), embedder)
    for name in ("cosine", "cover"):
        report(name, tested, [by_feature(q, name) for q in tested])
    found = report("fitted", tested, [by_weights(q, weights) for q in tested])
    for part in (weights.sentence, weights.confidence):
        print("  ".join(f"{n} {w:+.2f}" for n, w in zip(part.features, part.weights, strict=True)))
    if args.write:
        made = f"{datetime.date.today()}, python -m index.training.fit_quick; on the calibration file: {found}"
        text = weights.model_copy(update={"made": made}).model_dump_json(indent=1)
        WEIGHTS.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    in_plain_words(main)
