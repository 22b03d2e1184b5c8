"""`footnote eval`: questions with known answers -> a table, a curve, a JSON report."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.evaluate.scoring import CurvePoint, Outcome, Summary


def evaluate(
    questions: Annotated[Path, typer.Argument(help="JSON Lines file of questions, as corpus/questions.jsonl.")],
    selector: Annotated[
        bool, typer.Option("--selector", help="QUESTIONS is a calibration file: measure the sentence selector alone.")
    ] = False,
    picture: Annotated[
        Path | None, typer.Option(help="With --selector: draw risk over coverage into this SVG file.")
    ] = None,
    json_out: Annotated[Path | None, typer.Option("--json", help="Write the report to this file.")] = None,
    curve: Annotated[bool, typer.Option(help="Print the trade between the two errors of refusal.")] = True,
    failures: Annotated[bool, typer.Option(help="Print each question that was not answered right.")] = False,
    home: Annotated[Path | None, typer.Option(help="Folder of the index [.footnote].")] = None,
) -> None:
    """Run QUESTIONS and print, for each kind, what was found, answered, proved and refused."""
    from rich.console import Console

    if selector:
        _evaluate_selector(questions, json_out, picture, failures, home)
        return
    from app.engine import Engine
    from app.evaluate.scoring import UNANSWERABLE, judge, read_questions, summarise
    from app.evaluate.scoring import curve as trade
    from app.render.terminal import print_curve, print_summary
    from app.settings import load_settings

    gold = read_questions(questions)
    engine = Engine.open(load_settings(home=home))
    engine.warm()
    sources = {s.id: s for s in engine.sources()}
    outcomes = []
    for q in gold:
        start = time.perf_counter()
        answer = engine.answer(q.question, q.history)
        outcomes.append(judge(q, answer, sources, time.perf_counter() - start))
    kinds: dict[str, list[Outcome]] = defaultdict(list)
    for o in outcomes:
        kinds[o.question.kind].append(o)
    rows = [summarise(kind, found) for kind, found in kinds.items()]
    groups = [
        ("answerable", [o for o in outcomes if o.answerable]),
        (UNANSWERABLE, kinds.get(UNANSWERABLE, [])),
        ("all", outcomes),
    ]
    rows += [summarise(f"= {name}", found) for name, found in groups if found]
    points = trade(outcomes)
    console = Console(highlight=False, width=130)
    print_summary(console, rows)
    if curve:
        console.print()
        print_curve(console, points, engine.threshold)
    if failures:
        for o in outcomes:
            if not o.right:
                console.print(f"\n{o.question.id} {o.question.kind}: {o.question.question}", markup=False)
                console.print(f"   {o.answer.text[:600]}", markup=False)
    if json_out:
        json_out.write_text(json.dumps(_report(rows, points, outcomes), indent=2, ensure_ascii=False), "utf-8")


def _evaluate_selector(
    file: Path, json_out: Path | None, picture_out: Path | None, failures: bool, home: Path | None
) -> None:
    from rich.console import Console

    from app.settings import load_settings
    from index.training.data import read
    from index.training.evaluate import picture, report, run_selector

    ranked, rows = run_selector(file, load_settings(home=home).index, Console(highlight=False, width=160), failures)
    if json_out:
        json_out.write_text(json.dumps(report(rows, ranked), indent=2), "utf-8")
    if picture_out:
        picture_out.write_text(picture(ranked, [e.dataset for e in read(file)]), "utf-8")


def _report(rows: list[Summary], points: list[CurvePoint], outcomes: list[Outcome]) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "summary": [asdict(r) for r in rows],
        "curve": [asdict(p) for p in points],
        "outcomes": [
            {
                "id": o.question.id,
                "kind": o.question.kind,
                "question": o.question.question,
                "right": o.right,
                "leads": o.leads,
                "rank": o.rank,
                "answer": o.answer.model_dump(mode="json"),
            }
            for o in outcomes
        ],
    }
