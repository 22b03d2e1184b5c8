"""`footnote eval FILE --selector`: the sentence selector beside what it has to beat, as a table, JSON and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from markupsafe import escape
from rich.console import Console
from rich.table import Table

from index.embedding.embedder import open_embedder
from index.errors import UsageError
from index.rerank.card import SHIPPED, Platt
from index.rerank.runtime import Selector
from index.settings import IndexSettings
from index.training.data import Example, read
from index.training.measure import Judged, first_right, risk_coverage
from index.training.yardsticks import Measured, Ranked, Value, measured, rank_all

_COLOURS = {
    "selector": "#1c4f82",
    "combined": "#7b3f8c",
    "embedding": "#b5651d",
    "BM25": "#5d7a3a",
    "chance": "#8a8577",
}
_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 320, 240, 46, 30, 34
_STEPS = 200  # points of a curve; more are not seen


def run_selector(
    file: Path, settings: IndexSettings, console: Console, failures: bool = False
) -> tuple[list[Ranked], list[Measured]]:
    """Rank every question of `file` with every ranker and print the table. Raises UsageError, ModelError."""
    examples = read(file)
    folder = SHIPPED if settings.selector in ("bundled", "none") else Path(settings.selector)
    selector = Selector.open(folder)
    if selector is None:
        raise UsageError(f"there is no selector in '{folder.name}'; set `selector` to a folder that has one")
    ranked = rank_all(examples, selector, open_embedder(settings))
    rows = [row for r in ranked for row in measured(r, examples)]
    print_rows(console, rows, ranked)
    if failures:
        print_failures(console, examples, ranked[0])
    return ranked, rows


def print_rows(console: Console, rows: Sequence[Measured], ranked: Sequence[Ranked]) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("ranker", "set", "questions", "P@1", "MAP", "AUROC", "risk", "ECE", "pairs/s"):
        table.add_column(name, justify="left" if name in ("ranker", "set") else "right")
    speed = {r.name: f"{r.pairs_per_second:.0f}" for r in ranked}
    for row in rows:
        table.add_row(
            row.ranker,
            row.dataset,
            str(row.questions),
            _shown(row.p1),
            _shown(row.map),
            _shown(row.auroc),
            _shown(row.risk),
            "-" if row.error is None else f"{row.error:.3f}",
            speed[row.ranker] if row.dataset == "all" else "",
        )
    console.print(table)
    console.print("in brackets: 95% bootstrap intervals; risk: mean over all coverages of the part answered wrongly")


def print_failures(console: Console, examples: Sequence[Example], ranked: Ranked) -> None:
    """Every question whose first sentence does not answer, and every unanswerable one that is taken for answered."""
    assert ranked.curves is not None
    sentence, any_ = ranked.curves
    for e, j in zip(examples, ranked.judged, strict=True):
        best = max(range(len(j.scores)), key=lambda n: j.scores[n])
        sure = any_.probability(j.any)
        if j.answerable and not first_right(j):
            right = next(n for n, label in enumerate(j.labels) if label)
            lines = [_line("shown", e, j, best, sentence), _line("right", e, j, right, sentence)]
        elif not j.answerable and sure >= 0.5:
            lines = [_line("shown", e, j, best, sentence), "nothing answers"]
        else:
            continue
        console.print(f"\n{e.dataset}, {e.title}: {e.question} (answered with probability {sure:.2f})", markup=False)
        for line in lines:
            console.print(f"   {line}", markup=False)


def _line(name: str, example: Example, judged: Judged, number: int, curve: Platt) -> str:
    return f"{name} {curve.probability(judged.scores[number]):.2f}: {example.sentences[number]}"


def _shown(value: Value | None) -> str:
    return "-" if value is None else f"{value.value:.3f} [{value.low:.3f}, {value.high:.3f}]"


def report(rows: Sequence[Measured], ranked: Sequence[Ranked]) -> dict[str, object]:
    """The table as JSON."""
    return {"rows": [asdict(r) for r in rows], "pairs_per_second": {r.name: r.pairs_per_second for r in ranked}}


def picture(ranked: Sequence[Ranked], datasets: Sequence[str]) -> str:
    """Risk over coverage as SVG, a panel a set. `datasets[i]`: the set of example i."""
    names = [n for n in sorted(set(datasets)) if _mixed(ranked[0], datasets, n)]
    width = _LEFT + len(names) * (_WIDTH + _GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_TOP + _HEIGHT + 70}" '
        'font-family="sans-serif" font-size="12" role="img">',
        "<title>Risk over coverage: the part answered wrongly when only the surest questions are answered</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for n, name in enumerate(names):
        parts += _panel(ranked, datasets, name, _LEFT + n * (_WIDTH + _GAP))
    for n, ranker in enumerate(ranked):
        x, y = _LEFT + n * 110, _TOP + _HEIGHT + 54
        parts.append(f'<rect x="{x}" y="{y - 9}" width="18" height="4" fill="{_COLOURS[ranker.name]}"/>')
        parts.append(f'<text x="{x + 24}" y="{y - 2}">{escape(ranker.name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _mixed(ranked: Ranked, datasets: Sequence[str], name: str) -> bool:
    flags = [j.answerable for j, d in zip(ranked.judged, datasets, strict=True) if d == name]
    return any(flags) and not all(flags)


def _panel(ranked: Sequence[Ranked], datasets: Sequence[str], name: str, left: int) -> list[str]:
    parts = [f'<text x="{left}" y="{_TOP - 10}" font-weight="bold">{escape(name)}: answered wrongly</text>']
    for tick in range(0, 11, 2):
        x, y = left + tick / 10 * _WIDTH, _TOP + _HEIGHT - tick / 10 * _HEIGHT
        parts.append(f'<line x1="{left}" x2="{left + _WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e0dcd2"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{tick * 10}%</text>')
        parts.append(f'<text x="{x:.1f}" y="{_TOP + _HEIGHT + 16}" text-anchor="middle">{tick * 10}%</text>')
    parts.append(
        f'<text x="{left + _WIDTH / 2}" y="{_TOP + _HEIGHT + 32}" text-anchor="middle">questions answered</text>'
    )
    for ranker in ranked:
        chosen = [j for j, d in zip(ranker.judged, datasets, strict=True) if d == name]
        coverage, risk = risk_coverage(chosen)
        step = max(1, len(coverage) // _STEPS)
        points = " ".join(
            f"{left + c * _WIDTH:.1f},{_TOP + _HEIGHT - r * _HEIGHT:.1f}"
            for c, r in list(zip(coverage, risk, strict=True))[step - 1 :: step]
        )
        parts.append(f'<polyline points="{points}" fill="none" stroke="{_COLOURS[ranker.name]}" stroke-width="2"/>')
    return parts
