"""Fit the rerankers' weights: python -m index.training.combine DATA [--selector DIR] [--write quick combined]

As in a search, each question has its own paragraph and those nearest to it as candidates. The quick reranker's weights
are fitted on questions that the selector was trained on, which they do not look at; those that weigh the selector only
on pages held out from its training, and on the same questions made unanswerable (see `near_miss`). Everything is
reported on the calibration file, which nothing is fitted on.
"""

from __future__ import annotations

import argparse
import datetime
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from index.embedding.embedder import prepare_embedder
from index.errors import in_plain_words
from index.rerank import quick
from index.rerank import selector as combined
from index.rerank.card import GRAPH, SHIPPED
from index.rerank.features import NAMES
from index.rerank.logistic import Weights, confidence_row
from index.rerank.runtime import Selector
from index.settings import IndexSettings
from index.training.baselines import by_weights
from index.training.data import CALIBRATION, TRAIN, Example, hold_out, read
from index.training.fit import fit_listwise, fit_logistic
from index.training.metrics import Prediction, auroc, columns, precision_at_1
from index.training.near_miss import drop_answer, edit_question, names_of
from index.training.queries import Query, build_queries

SEED = 2


def with_near_misses(examples: Sequence[Example]) -> list[Example]:
    """Return `examples`, and for each answerable one two that are not: its answer dropped, its question edited."""
    rng = random.Random(SEED)
    found = list(examples)
    for example in examples:
        if example.answerable:
            made = drop_answer(example), edit_question(example, names_of(example.sentences), rng)
            found += [e for e in made if e is not None]
    return found


def fit_weights(sentence: tuple[str, ...], confidence: tuple[str, ...], queries: Sequence[Query]) -> Weights:
    """Fit sentence weights on all rows whose label is certain, and confidence with both outcomes weighing the same.

    `sentence`: names of the first columns of the queries' rows; `confidence`: as in `index.rerank.logistic.Weights`.
    The threshold is left at 0.5.
    """
    rows = [q.rows[:, : len(sentence)] for q in queries]
    ranking = fit_listwise(sentence, [(x[q.certain], q.labels[q.certain]) for x, q in zip(rows, queries, strict=True)])
    best = np.array([confidence_row(sentence, confidence, ranking.log_odds(x), x) for x in rows])
    answerable = np.array([q.answerable for q in queries])
    balance = np.where(answerable, 0.5 / answerable.mean(), 0.5 / (1 - answerable.mean()))
    return Weights(
        sentence=ranking, confidence=fit_logistic(confidence, best, answerable, balance), threshold=0.5, made=""
    )


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


def by_feature(query: Query, name: str) -> Prediction:
    """Rank by one feature alone."""
    scores = query.rows[:, combined.SENTENCE.index(name)].tolist()
    return Prediction(tuple(query.labels.tolist()), tuple(scores), max(scores))


def finish(name: str, weights: Weights, queries: Sequence[Query], path: Path, to_write: bool) -> None:
    """Report on the calibration questions, print the weights, and write them if asked to.

    The threshold in the file `path` is kept.
    """
    found = report(name, queries, [by_weights(q, weights) for q in queries])
    for part in (weights.sentence, weights.confidence):
        print("  ".join(f"{n} {w:+.2f}" for n, w in zip(part.features, part.weights, strict=True)))
    if to_write:
        made = f"{datetime.date.today()}, python -m index.training.combine; on the calibration file: {found}"
        threshold = Weights.model_validate_json(path.read_bytes()).threshold if path.exists() else weights.threshold
        weights = weights.model_copy(update={"threshold": threshold, "made": made})
        path.write_text(weights.model_dump_json(indent=1) + "\n", "utf-8")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--selector", type=Path, default=SHIPPED, help=f"folder with {GRAPH}")
    parser.add_argument("--questions", type=int, default=3000, help="training questions to fit the quick weights on")
    parser.add_argument("--home", type=Path, default=Path(".footnote"))
    parser.add_argument(
        "--write",
        nargs="+",
        choices=("quick", "combined"),
        default=(),
        help="weights to write, keeping their thresholds: the quick reranker's, those that weigh it and the selector",
    )
    args = parser.parse_args()
    embedder = prepare_embedder(IndexSettings(home=args.home))
    train, held = hold_out(read(args.data / TRAIN))
    selector = Selector.open(args.selector)
    some = train[:: max(1, len(train) // args.questions)]
    fitted = fit_weights(NAMES, quick.CONFIDENCE, build_queries(some, embedder, None))
    tested = build_queries(read(args.data / CALIBRATION), embedder, selector)
    for name in ("cosine", "cover", *(["selector"] if selector else [])):
        report(name, tested, [by_feature(q, name) for q in tested])
    finish("quick", fitted, tested, quick.WEIGHTS, "quick" in args.write)
    if selector is None:
        print(f"no {GRAPH} in '{args.selector}': nothing to combine; python -m index.training.publish makes one")
        return
    near = build_queries(with_near_misses(held), embedder, selector, pool=held)
    fitted = fit_weights(combined.SENTENCE, combined.CONFIDENCE, near)
    finish("combined", fitted, tested, combined.WEIGHTS, "combined" in args.write)


if __name__ == "__main__":
    in_plain_words(main)
