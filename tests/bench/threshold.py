"""Choose the confidence below which Footnote refuses: python -m tests.bench.threshold QUESTIONS [--write]

Asks every question with no threshold at all and takes the highest one that refuses at most `--refused` of the
answerable questions, half-way to the next lower confidence. With --write it goes into the weights of the reranker
in use (index/rerank/weights/combination.json, or index/rerank/weights/quick.json with FOOTNOTE_SELECTOR=none).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from app.engine import Engine
from app.evaluate.scoring import UNANSWERABLE, read_questions
from app.settings import load_settings
from index.rerank import quick, selector
from index.rerank.logistic import Weights


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--refused", type=float, default=0.08, help="part of answerable questions that may be refused")
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    settings = load_settings(answer_threshold=0.0)
    engine = Engine.open(settings)
    yes: list[float] = []
    no: list[float] = []
    questions = read_questions(args.questions)
    answerable = sum(bool(q.answers) for q in questions)
    for q in questions:
        confidence = engine.answer(q.question, q.history).confidence
        if confidence is not None:
            (no if q.kind == UNANSWERABLE else yes).append(confidence)
    yes.sort()
    may = int(args.refused * answerable)  # those that do not search, metadata and summaries, are never refused
    chosen = round((yes[may] + (yes[may - 1] if may else 0.0)) / 2, 3) if may else round(yes[0] * 0.999, 3)
    refused = sum(c < chosen for c in yes) / answerable
    answered = sum(c >= chosen for c in no) / len(no) if no else 0.0
    print(f"threshold {chosen}: answerable refused {refused:.2f} of {answerable}, unanswerable answered {answered:.2f}")
    if args.write:
        path = quick.WEIGHTS if settings.selector == "none" else selector.WEIGHTS
        weights = Weights.model_validate_json(path.read_bytes()).model_copy(update={"threshold": chosen})
        path.write_text(weights.model_dump_json(indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
