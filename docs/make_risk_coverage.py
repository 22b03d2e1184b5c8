"""Draws docs/risk-coverage.svg from a report: `python docs/make_risk_coverage.py REPORT [--out FILE]`.

REPORT is written by `python -m index.training.evaluate FILE --json REPORT`.
"""

from __future__ import annotations

import argparse
import json
from html import escape
from pathlib import Path

Curves = dict[str, dict[str, list[tuple[float, float]]]]  # data set -> ranker -> (coverage, risk), both 0..1

PICTURE = Path(__file__).resolve().parent / "risk-coverage.svg"
_COLOURS = {
    "deep": "#1c4f82",
    "small": "#7b3f8c",
    "embedding": "#b5651d",
    "BM25": "#5d7a3a",
    "chance": "#8a8577",
}
_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 320, 240, 46, 30, 34  # of a panel, in pixels


def picture(curves: Curves) -> str:
    """Draw risk over coverage as SVG, a panel for each data set."""
    bottom = _TOP + _HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + len(curves) * (_WIDTH + _GAP)} {bottom + 70}" '
        'font-family="sans-serif" font-size="12" role="img">',
        "<title>Risk over coverage: the part answered wrongly when only the surest questions are answered</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for n, (name, lines) in enumerate(curves.items()):
        parts += _panel(name, lines, _LEFT + n * (_WIDTH + _GAP), bottom)
    for n, (ranker, colour) in enumerate(_COLOURS.items()):
        x = _LEFT + n * 110
        parts.append(f'<rect x="{x}" y="{bottom + 45}" width="18" height="4" fill="{colour}"/>')
        parts.append(f'<text x="{x + 24}" y="{bottom + 52}">{ranker}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _panel(name: str, lines: dict[str, list[tuple[float, float]]], left: int, bottom: int) -> list[str]:
    parts = [f'<text x="{left}" y="{_TOP - 10}" font-weight="bold">{escape(name)}: answered wrongly</text>']
    for tick in range(0, 11, 2):
        x, y = left + tick / 10 * _WIDTH, bottom - tick / 10 * _HEIGHT
        parts.append(f'<line x1="{left}" x2="{left + _WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e0dcd2"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{tick * 10}%</text>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{tick * 10}%</text>')
    parts.append(f'<text x="{left + _WIDTH / 2}" y="{bottom + 32}" text-anchor="middle">questions answered</text>')
    for ranker, line in lines.items():
        points = " ".join(f"{left + c * _WIDTH:.1f},{bottom - r * _HEIGHT:.1f}" for c, r in line)
        colour = _COLOURS.get(ranker, "#444444")
        parts.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="2"/>')
    return parts


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--out", type=Path, default=PICTURE)
    args = parser.parse_args()
    args.out.write_text(picture(json.loads(args.report.read_text("utf-8"))["curves"]), "utf-8")


if __name__ == "__main__":
    main()
