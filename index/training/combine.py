"""Fit what weighs the scores: python -m index.training.combine DATA [--selector DIR] [--write combined]

As in a search, each question is set before its own paragraph and those nearest to it, so that sentences of other
paragraphs are negatives. The quick reranker's weights are fitted on questions the selector was trained on too (they
do not look at it); those that weigh the selector only on pages held out from its training, and on the same questions
made unanswerable (see `near_miss`). Everything is reported on the calibration file, which nothing is fitted on.
"""

from __future__ import annotations

import argparse
import datetime
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.embedding.embedder import prepare_embedder
from index.errors import in_plain_words
from index.rerank import quick
from index.rerank import selector as reranker
from index.rerank.card import SHIPPED
from index.rerank.features import NAMES, Floats
from index.rerank.logistic import Logistic, fit
from index.rerank.quick import Weights
from index.rerank.runtime import Selector
from index.settings import IndexSettings
from index.training.candidates import Asked, Asker
from index.training.data import CALIBRATION, TRAIN, Example, distinct_paragraphs, hold_out, read
from index.training.listwise import fit_listwise
from index.training.measure import auroc
from index.training.near_miss import change, names_of, take_away

SEED = 2


@dataclass(frozen=True)
class Kind:
    """A reranker's features: names, rows of one question's sentences, and the row that its confidence looks at."""

    sentence: tuple[str, ...]
    confidence: tuple[str, ...]
    rows: Callable[[Asked], Floats]
    confidence_row: Callable[[float, Floats], Floats]


QUICK = Kind(NAMES, quick.CONFIDENCE, lambda a: a.features, quick.confidence_row)
COMBINED = Kind(reranker.SENTENCE, reranker.CONFIDENCE, lambda a: a.rows, reranker.confidence_row)


@dataclass(frozen=True)
class Fitted:
    """A reranker's weights."""

    kind: Kind
    sentence: Logistic
    confidence: Logistic

    def scores(self, asked: Asked) -> Floats:
        """Log-odds of each sentence."""
        return self.sentence.log_odds(self.kind.rows(asked))

    def sure(self, asked: Asked) -> float:
        """Log-odds that the best sentence answers."""
        row = best_row(self.kind, self.sentence, asked)
        return float(self.confidence.log_odds(row[None])[0])


def with_near_misses(examples: Sequence[Example]) -> list[Example]:
    """`examples`, and of the answerable ones two that are not: without the answering sentence, and changed."""
    rng = random.Random(SEED)
    found = list(examples)
    for example in examples:
        if example.answerable:
            made = take_away(example), change(example, names_of(example.sentences), rng)
            found += [e for e in made if e is not None]
    return found


def fit_kind(kind: Kind, asked: Sequence[Asked]) -> Fitted:
    """Sentence weights on all rows whose label is certain; confidence with both outcomes weighing the same."""
    sentence = fit_listwise(kind.sentence, [(kind.rows(a)[a.known], a.labels[a.known]) for a in asked])
    best = np.array([best_row(kind, sentence, a) for a in asked])
    answered = np.array([a.example.answerable for a in asked])
    balance = np.where(answered, 0.5 / answered.mean(), 0.5 / (1 - answered.mean()))
    return Fitted(kind, sentence, fit(kind.confidence, best, answered, balance))


def best_row(kind: Kind, sentence: Logistic, asked: Asked) -> Floats:
    rows = kind.rows(asked)
    odds = sentence.log_odds(rows)
    best = int(odds.argmax())
    return kind.confidence_row(float(odds[best]), rows[best])


def report(
    name: str, asked: Sequence[Asked], scores: Callable[[Asked], Floats], sure: Callable[[Asked], float]
) -> dict[str, float]:
    """P@1 within the own paragraph and among all, AUROC of `sure` for 'is answered'; printed."""
    answerable = [a for a in asked if a.example.answerable]
    values = {
        "p1_paragraph": float(np.mean([a.labels[a.own][int(scores(a)[a.own].argmax())] for a in answerable])),
        "p1_search": float(np.mean([a.labels[int(scores(a).argmax())] for a in answerable])),
        "auroc": auroc([a.example.answerable for a in asked], [sure(a) for a in asked]),
    }
    values = {k: round(v, 3) for k, v in values.items()}
    print(f"{name:<12}" + "  ".join(f"{k} {v:.3f}" for k, v in values.items()), flush=True)
    return values


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--selector", type=Path, default=SHIPPED, help="folder with selector.onnx")
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
    calibration = read(args.data / CALIBRATION)
    selector = Selector.open(args.selector)
    some = train[:: max(1, len(train) // args.questions)]
    fitted = fit_kind(QUICK, Asker(distinct_paragraphs(some), embedder, None).ask(some))
    tested = Asker(distinct_paragraphs(calibration), embedder, selector).ask(calibration)
    for name in ("cosine", "cover", *(["selector"] if selector else [])):
        column = reranker.SENTENCE.index(name)
        report(
            name,
            tested,
            lambda a, column=column: a.rows[:, column],  # type: ignore[misc]
            lambda a, column=column: float(a.rows[:, column].max()),  # type: ignore[misc]
        )
    finish("quick", fitted, tested, quick.WEIGHTS, "quick" in args.write)
    if selector is None:
        print(f"no selector in {args.selector.name}: nothing to combine; python -m index.training.publish makes one")
        return
    near = Asker(distinct_paragraphs(held), embedder, selector).ask(with_near_misses(held))
    finish("combined", fit_kind(COMBINED, near), tested, reranker.WEIGHTS, "combined" in args.write)


def finish(name: str, fitted: Fitted, tested: Sequence[Asked], path: Path, to_write: bool) -> None:
    """Report on the calibration questions, print the weights, and write them if asked to."""
    found = report(name, tested, fitted.scores, fitted.sure)
    for part in (fitted.sentence, fitted.confidence):
        print("  ".join(f"{n} {w:+.2f}" for n, w in zip(part.features, part.weights, strict=True)))
    if to_write:
        write(path, fitted, found)


def write(path: Path, fitted: Fitted, found: Mapping[str, float]) -> None:
    """Replace the weights in `path`, keeping the threshold that stands there."""
    threshold = Weights.model_validate_json(path.read_bytes()).threshold if path.exists() else 0.5
    made = f"{datetime.date.today()}, python -m index.training.combine; on the calibration file: {dict(found)}"
    weights = Weights(sentence=fitted.sentence, confidence=fitted.confidence, threshold=threshold, made=made)
    path.write_text(weights.model_dump_json(indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    in_plain_words(main)
