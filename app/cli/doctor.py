"""`footnote doctor`: what is in order, what is reachable, and what would leave the machine."""

from __future__ import annotations

import typer

from app.cli.options import Corpus, Home, Json, Llm, LlmModel, settings
from app.cli.output import say, say_json


def doctor(
    llm: Llm = None, model: LlmModel = None, as_json: Json = False, corpus: Corpus = None, home: Home = None
) -> None:
    """Look at the index, models and disk, and say what leaves the machine. Exit code 1 if something is wrong."""
    from app.doctor import examine

    wanted = settings(home=home, corpus=corpus, llm_url=llm, llm_model=model)
    found = []
    for finding in examine(wanted):
        found.append(finding)
        if not as_json:
            say(f"{'in order' if finding.ok else 'AMISS   '}  {finding.name}: {finding.words}")
    if as_json:
        say_json([finding.model_dump() for finding in found])
    if not all(finding.ok for finding in found):
        raise typer.Exit(1)
