"""`footnote eval`: questions with known answers -> a table, a curve, a JSON report."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import typer

from app.cli.output import table_console


def evaluate(
    questions: Annotated[Path, typer.Argument(help="JSON Lines file of questions, such as corpus/questions.jsonl.")],
    json_out: Annotated[Path | None, typer.Option("--json", help="Write the report to this file.")] = None,
    curve: Annotated[bool, typer.Option(help="Print the wrong refusals and answers at each threshold.")] = True,
    failures: Annotated[bool, typer.Option(help="Print each question that was not answered correctly.")] = False,
    home: Annotated[Path | None, typer.Option(help="Folder of the index [.footnote].")] = None,
) -> None:
    """Run QUESTIONS and print, for each kind, what was found, answered, proved and refused."""
    from app.engine import Engine
    from app.evaluate.scoring import read_questions, report, score, summarise, thresholds
    from app.query import Query
    from app.render.terminal import print_curve, print_summary
    from app.settings import load_settings

    read = read_questions(questions)
    engine = Engine.open(load_settings(home=home, llm_url="", llm_model=""))
    engine.warm()
    sources = {s.id: s for s in engine.sources()}
    outcomes = []
    for question in read:
        start = time.perf_counter()
        answer = engine.answer(Query(question.question, question.history))
        outcomes.append(score(question, answer, sources, time.perf_counter() - start))
    rows, points = summarise(outcomes), thresholds(outcomes)
    console = table_console(130)
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
        json_out.write_text(json.dumps(report(rows, points, outcomes), indent=2, ensure_ascii=False), "utf-8")
