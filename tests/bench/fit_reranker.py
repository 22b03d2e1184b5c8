"""Fit the weights of `index.score.FittedReranker`: python -m tests.bench.fit_reranker DATA_DIR [--write]

DATA_DIR holds train.jsonl.gz and calibration.jsonl.gz: one JSON object a line with title, question, sentences
(one paragraph), labels (1: the sentence holds the answer), answers. As in a search, each question is set before
its own paragraph and those nearest to it, so that sentences of other paragraphs are negatives. Three of ten
questions are put in lower case without a question mark, as people type them.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import json
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

from index.embed import Embedder, prepare_embedder
from index.features import NAMES, passage_features, query_view, text_view
from index.score import WEIGHTS, Confidence, Weights
from index.settings import IndexSettings

SEED = 2
PARAGRAPHS = 8  # a question is set before so many paragraphs, its own among them
TYPED = 0.3  # part of the questions that are put in lower case
Floats = NDArray[np.float32]


def clean(sentence: str) -> str:
    """Undo the blanks that tokenised text has around punctuation."""
    text = re.sub(r"\s+([.,;:!?%)\]])", r"\1", sentence)
    text = re.sub(r"([(\[])\s+", r"\1", text)
    for spaced, joined in (("`` ", '"'), (" ''", '"'), (" 's", "'s"), (" n't", "n't")):
        text = text.replace(spaced, joined)
    return text


@dataclass
class Data:
    """Questions and the paragraphs they are asked of. `own[i]`: the paragraph of question i."""

    rows: list[dict[str, Any]]
    paragraphs: list[tuple[str, list[str]]]
    own: list[int]


def load(path: Path, limit: int) -> Data:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    titles = sorted({r["title"] for r in rows})
    random.Random(SEED).shuffle(titles)
    chosen: list[dict[str, Any]] = []
    by_title: dict[str, list[dict[str, Any]]] = {}
    for r in rows:
        by_title.setdefault(r["title"], []).append(r)
    for title in titles:
        if len(chosen) >= limit:
            break
        chosen += by_title[title]
    numbers: dict[tuple[str, tuple[str, ...]], int] = {}
    own = [
        numbers.setdefault((r["title"].replace("_", " "), tuple(map(clean, r["sentences"]))), len(numbers))
        for r in chosen
    ]
    return Data(chosen, [(t, list(s)) for t, s in numbers], own)


@dataclass
class Table:
    """Feature rows with their label, question and whether the row is of the question's own paragraph."""

    x: NDArray[np.float64]
    y: NDArray[np.int64]
    question: NDArray[np.int64]
    own: NDArray[np.bool_]
    sets: list[str]


def table(data: Data, embedder: Embedder) -> Table:
    """Features of every sentence of the paragraphs that each question is set before."""
    titled = [f"{title}. {' '.join(sentences)}" for title, sentences in data.paragraphs]
    paragraph = embedder.embed_passages([_fitting(t, embedder) for t in titled])
    sentence = embedder.embed_passages([_fitting(s, embedder) for _, p in data.paragraphs for s in p])
    bounds = np.cumsum([0, *(len(p) for _, p in data.paragraphs)])
    queries = embedder.embed_queries([r["question"] for r in data.rows])
    frequency = _frequencies(data)
    typed = random.Random(SEED)
    rows: list[tuple[NDArray[np.float64], int, int, bool]] = []
    for number, row in enumerate(data.rows):
        asked = row["question"]
        if typed.random() < TYPED:
            asked = asked.lower().rstrip("?")
        view = query_view(asked, frequency, len(data.paragraphs))
        cosine = paragraph @ queries[number]
        near = np.argsort(-cosine)[:PARAGRAPHS].tolist()
        if data.own[number] not in near:
            near[-1] = data.own[number]
        for n in near:
            title, sentences = data.paragraphs[n]
            own = sentence[bounds[n] : bounds[n + 1]] @ queries[number]
            features = passage_features(view, title, sentences, own.astype(np.float64), float(cosine[n]))
            rows += _labelled(row, features, sentences, number, n == data.own[number])
    x, y, question, own_rows = zip(*rows, strict=True)
    sets = [r["set"] for r in data.rows]
    return Table(np.array(x), np.array(y), np.array(question), np.array(own_rows), sets)


def _labelled(
    row: Mapping[str, Any], features: NDArray[np.float64], sentences: Sequence[str], number: int, own: bool
) -> Iterable[tuple[NDArray[np.float64], int, int, bool]]:
    """Rows of one paragraph; a sentence of another one that holds the answer's words is no certain negative."""
    answers = [a.lower() for a in row.get("answers") or [] if a]
    for i, sentence in enumerate(sentences):
        if own:
            yield features[i], int(row["labels"][i]), number, True
        elif not any(a in sentence.lower() for a in answers):
            yield features[i], 0, number, False


def _fitting(text: str, embedder: Embedder) -> str:
    while embedder.count_tokens([text])[0] > embedder.max_tokens:
        text = text[: len(text) * 4 // 5]
    return text


def _frequencies(data: Data) -> Callable[[Iterable[str]], Mapping[str, int]]:
    counts: Counter[str] = Counter()
    for title, sentences in data.paragraphs:
        counts.update(frozenset().union(text_view(title).terms, *(text_view(s).terms for s in sentences)))
    return lambda terms: {t: counts[t] for t in terms}


def report(name: str, scores: NDArray[np.float64], t: Table) -> dict[str, float]:
    """P@1 within the own paragraph and among all, and AUROC of the best score for 'is answered'; printed."""
    own_first, first, best, answered = [], [], [], []
    for number in np.unique(t.question):
        at = np.flatnonzero(t.question == number)
        best.append(scores[at].max())
        answered.append(bool(t.y[at].any()))
        if answered[-1]:
            first.append(t.y[at][scores[at].argmax()])
            mine = at[t.own[at]]
            own_first.append(t.y[mine][scores[mine].argmax()])
    found = {
        "p1_paragraph": round(float(np.mean(own_first)), 3),
        "p1_search": round(float(np.mean(first)), 3),
        "auroc": round(float(roc_auc_score(answered, best)), 3),
    }
    print(f"{name:<12}" + "  ".join(f"{k} {v:.3f}" for k, v in found.items()))
    return found


def best_rows(t: Table, odds: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """For each question what `Confidence` looks at, shape (questions, 3), and whether a sentence answers it."""
    rows, answered = [], []
    for number in np.unique(t.question):
        at = np.flatnonzero(t.question == number)
        best = at[odds[at].argmax()]
        rows.append((odds[best], t.x[best, NAMES.index("cosine")], t.x[best, NAMES.index("cosine_passage")]))
        answered.append(bool(t.y[at].any()))
    return np.array(rows), np.array(answered)


def fit_confidence(t: Table, odds: NDArray[np.float64]) -> Confidence:
    """Fit on the sets that hold unanswerable questions, both kinds weighing the same."""
    rows, answered = best_rows(t, odds)
    sets = np.array([t.sets[n] for n in np.unique(t.question)])
    both = [s for s in set(sets) if 0 < answered[sets == s].mean() < 1]
    chosen = np.isin(sets, both)
    model = LogisticRegression(class_weight="balanced").fit(rows[chosen], answered[chosen])
    values = [round(float(v), 4) for v in (*model.coef_[0], model.intercept_[0])]
    return Confidence(log_odds=values[0], cosine=values[1], cosine_passage=values[2], bias=values[3])


def report_confidence(confidence: Confidence, t: Table, odds: NDArray[np.float64]) -> None:
    rows, answered = best_rows(t, odds)
    scores = [confidence.probability(1 / (1 + np.exp(-o)), c, p) for o, c, p in rows]
    print(f"{'confidence':<12}auroc {roc_auc_score(answered, scores):.3f}  {confidence}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--questions", type=int, default=4000, help="questions to fit on")
    parser.add_argument("--home", type=Path, default=Path(".footnote"))
    parser.add_argument("--write", action="store_true", help=f"write index/{WEIGHTS}")
    args = parser.parse_args()
    embedder = prepare_embedder(IndexSettings(home=args.home))
    train = table(load(args.data / "train.jsonl.gz", args.questions), embedder)
    held = table(load(args.data / "calibration.jsonl.gz", args.questions), embedder)
    scaler = StandardScaler().fit(train.x)
    model = LogisticRegression(max_iter=1000).fit(scaler.transform(train.x), train.y)
    report("cosine", held.x[:, NAMES.index("cosine")], held)
    report("overlap", held.x[:, NAMES.index("cover")], held)
    found = report("fitted", model.predict_proba(scaler.transform(held.x))[:, 1], held)
    for name, weight in zip(NAMES, model.coef_[0], strict=True):
        print(f"  {name:<18} {weight:+.3f}")
    confidence = fit_confidence(train, model.decision_function(scaler.transform(train.x)))
    odds = model.decision_function(scaler.transform(held.x))
    report_confidence(confidence, held, odds)
    if args.write:
        made = (
            f"{datetime.date.today()}, python -m tests.bench.fit_reranker --questions {args.questions}; {len(train.y)} "
            f"sentences of SQuAD, QED and SelQA (see NOTICE); held out: {found}"
        )
        weights = Weights(
            features=NAMES,
            mean=tuple(np.round(scaler.mean_, 5)),
            scale=tuple(np.round(scaler.scale_, 5)),
            weights=tuple(np.round(model.coef_[0], 5)),
            bias=round(float(model.intercept_[0]), 5),
            confidence=confidence,
            made=made,
        )
        Path("index", WEIGHTS).write_text(weights.model_dump_json(indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
