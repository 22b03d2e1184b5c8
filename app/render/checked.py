"""What `footnote eval-claims` prints."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from app.evaluate.claims import KEPT, GuardGain, Score
from app.render.console import SafeConsole


def print_scores(console: SafeConsole, scores: Sequence[Score]) -> None:
    """Print a row a checker, then precision and recall a label."""
    table = Table("", box=None, pad_edge=False)
    for name in ("n", "balanced", "AUROC", "right kept", "wrong passed", f"wrong at {KEPT:.0%} kept"):
        table.add_column(name, justify="right")
    for s in scores:
        parts = (s.balanced, s.auroc, s.right_kept, s.wrong_passed, s.wrong_at)
        table.add_row(s.name, str(s.n), *(f"{part:.3f}" for part in parts))
    console.print(table)
    console.print()
    table = Table("precision / recall", box=None, pad_edge=False)
    for row in scores[0].labels:
        table.add_column(f"{row.label} ({row.n})", justify="right")
    for s in scores:
        table.add_row(s.name, *(f"{_figure(row.precision)} / {_figure(row.recall)}" for row in s.labels))
    console.print(table)


def print_gains(console: SafeConsole, head: str, rows: Sequence[GuardGain]) -> None:
    """Print what each guard speaks against."""
    table = Table(head, box=None, pad_edge=False)
    for name in ("of right ones", "of wrong ones", "ratio"):
        table.add_column(name, justify="right")
    for row in rows:
        ratio = f"{row.wrong / row.right:.1f}" if row.right else "-"
        table.add_row(row.guard, f"{row.right:.3f}", f"{row.wrong:.3f}", ratio)
    console.print(table)


def _figure(part: float | None) -> str:
    return "-" if part is None else f"{part:.2f}"
