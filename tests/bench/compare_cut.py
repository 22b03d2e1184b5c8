"""Which sources the comparison shows, on questions with known support: python -m tests.bench.compare_cut [QUESTIONS]

For the cut in use (`app.compare.relevance.CUT`) and its neighbours: `support` rows that quote listed words, `sources`
with listed words that have a row at all, `other` rows of sources without listed words (mostly, not always, off the
matter), rows on `unanswerable` questions, and `several`: questions that ask for several sources and have that many
supporting rows. Read a dozen comparisons beside the table; `footnote compare` prints them.
"""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterator
from pathlib import Path

from app.answer.same_figure import telling_figure
from app.compare.relevance import CUT, Cut, Found
from app.compare.rows import choose, gather
from app.engine import Engine
from app.evaluate.scoring import UNANSWERABLE, GoldQuestion, read_questions
from app.query import Query
from app.question.classify import Question
from app.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
ROAD = frozenset({"factoid", "explain", "who-says", "compare", "list", "followup", UNANSWERABLE})
STEPS = {
    "floor": (0.0, 0.005, 0.02, 0.05),
    "share": (0.02, 0.04, 0.1, 0.2),
    "sure": (0.0, 0.5, 0.75),
    "words": (0.0, 0.3, 0.6),
    "cover": (0.0, 0.15, 0.35),
    "near": (0.3, 0.7, 9.0),
    "timely": (1.0, 2.0, 5.0),
}

Gathered = tuple[GoldQuestion, Question, list[Found], list[Found]]


def gathered(questions: list[GoldQuestion], engine: Engine) -> Iterator[Gathered]:
    for q in questions:
        with engine.run(Query(q.question, q.history)) as run:
            asked, answerer, rows = run.asked, run.answerer, ([], [])
            if ranked := answerer.evidence(asked).ranked:
                figure, scope = telling_figure(ranked[0]), answerer.scope(asked)
                rows = gather(asked, figure, run.retriever, answerer.sources, scope, answerer.satisfying)
        yield q, asked, *rows


def supports(found: Found, q: GoldQuestion) -> bool:
    quotes = [s.quote for s in q.support if s.source == found.source_id]
    return any(quote in found.text or found.text in quote for quote in quotes)


def measure(rows: list[Gathered], cut: Cut) -> dict[str, int]:
    total = dict.fromkeys(("support", "sources", "other", "unanswerable", "several"), 0)
    for q, asked, ranked, named in rows:
        chosen = choose(asked, ranked, named, cut) if ranked else []
        if q.kind == UNANSWERABLE:
            total["unanswerable"] += len(chosen)
            continue
        listed = {s.source for s in q.support}
        right = {f.source_id for f in chosen if supports(f, q)}
        shown = {f.source_id for f in chosen}
        total["support"] += len(right)
        total["sources"] += len(shown & listed)
        total["other"] += len(shown - listed)
        total["several"] += q.min_sources > 1 and len(right) >= q.min_sources
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", nargs="?", type=Path, default=ROOT / "corpus" / "questions.jsonl")
    parser.add_argument("--home", type=Path)
    args = parser.parse_args()
    settings = load_settings(home=args.home)
    questions = [q for q in read_questions(args.questions) if q.kind in ROAD]
    rows = list(gathered(questions, Engine.open(settings)))
    listed = sum(len({s.source for s in q.support}) for q in questions)
    several = sum(q.min_sources > 1 for q in questions)
    print(f"{len(questions)} questions, {listed} supporting sources, {several} that ask for several")
    cuts = [("in use", CUT)]
    cuts += [
        (f"{name} {value:g}", dataclasses.replace(CUT, **{name: value}))
        for name, step in STEPS.items()
        for value in step
    ]
    for name, cut in cuts:
        print(f"{name:14}", "  ".join(f"{k} {v:3}" for k, v in measure(rows, cut).items()))


if __name__ == "__main__":
    main()
