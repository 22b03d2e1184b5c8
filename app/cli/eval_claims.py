"""`footnote eval-claims`: statements with known labels -> how well the checker tells them apart."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.cli.output import say, table_console


def evaluate_claims(
    claims: Annotated[Path, typer.Argument(help="JSON Lines file of statements, such as tests/bench/claims.jsonl.")],
    whole: Annotated[
        bool, typer.Option("--whole", help="Show the checker the whole passage, not only the evidence.")
    ] = False,
    failures: Annotated[bool, typer.Option(help="Print each wrong statement that passes.")] = False,
    json_out: Annotated[Path | None, typer.Option("--json", help="Write the report to this file.")] = None,
) -> None:
    """Check CLAIMS and print what passes, by label, beside what guards or the commonest label alone let pass."""
    from app.evaluate.claims import gains, majority, read_claims, score, verdicts
    from app.render.checked import print_gains, print_scores
    from app.support.check import Checker
    from app.support.reader import OnnxClaimReader

    read = read_claims(claims)
    by_guards = verdicts(Checker(), read, whole)
    scores = [majority(read), score("guards alone", read, by_guards)]
    reader, found = OnnxClaimReader.open(), by_guards
    if reader is None:
        say("No reader of claims is installed: the guards alone are measured.", err=True)
    else:
        found = verdicts(Checker(reader), read, whole)
        scores.append(score("guards and reader", read, found))
    console = table_console()
    print_scores(console, scores)
    console.print()
    rows = gains(read, by_guards)
    print_gains(console, "guard", rows)
    if reader is not None:
        sure = [n for n, v in enumerate(found) if (v.probability or 0.0) >= reader.least]
        console.print()
        print_gains(
            console, "guard, where the reader passes it", gains([read[n] for n in sure], [found[n] for n in sure])
        )
    if failures:
        for claim, verdict in zip(read, found, strict=True):
            if verdict.label.holds and claim.label != "supported":
                console.print(f"\n{claim.label} ({claim.kind}): {claim.claim}", markup=False)
                for n in claim.evidence:
                    console.print(f"   {claim.sentences[n]}", markup=False)
    if json_out:
        report = {"scores": [asdict(s) for s in scores], "guards": [asdict(g) for g in rows]}
        json_out.write_text(json.dumps(report, indent=2, ensure_ascii=False), "utf-8")
