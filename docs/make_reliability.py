"""Draws docs/reliability.svg: `python docs/make_reliability.py REPORT [--out FILE]`.

REPORT is written by `python -m tests.bench.calibrate --json REPORT`: how sure Footnote said it was, by tenths, and how
often it could be answered.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

PICTURE = Path(__file__).resolve().parent / "reliability.svg"
_SIDE, _LEFT, _TOP = 300, 60, 20  # of the square, in pixels


def picture(table: list[dict[str, float]], error: float) -> str:
    """Draw what came true over what was said as SVG; a circle's area is the number of questions."""
    bottom, most = _TOP + _SIDE, max(row["n"] for row in table)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _SIDE + 40} {bottom + 60}" '
        'font-family="sans-serif" font-size="12" role="img">',
        f"<title>Reliability: confidence said, and what came true (expected calibration error {error:.3f})</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<line x1="{_LEFT}" y1="{bottom}" x2="{_LEFT + _SIDE}" y2="{_TOP}" stroke="#8a8577" stroke-dasharray="4 4"/>',
    ]
    for tick in range(0, 11, 2):
        at = tick / 10 * _SIDE
        parts.append(
            f'<line x1="{_LEFT}" x2="{_LEFT + _SIDE}" y1="{bottom - at}" y2="{bottom - at}" stroke="#e0dcd2"/>'
        )
        parts.append(f'<text x="{_LEFT - 8}" y="{bottom - at + 4}" text-anchor="end">{tick * 10}%</text>')
        parts.append(f'<text x="{_LEFT + at}" y="{bottom + 18}" text-anchor="middle">{tick * 10}%</text>')
    parts.append(f'<text x="{_LEFT + _SIDE / 2}" y="{bottom + 40}" text-anchor="middle">confidence</text>')
    parts.append(
        f'<text x="16" y="{_TOP + _SIDE / 2}" text-anchor="middle" '
        f'transform="rotate(-90 16 {_TOP + _SIDE / 2})">answerable</text>'
    )
    for row in table:
        x, y, r = _LEFT + row["said"] * _SIDE, bottom - row["true"] * _SIDE, 3 + 9 * (row["n"] / most) ** 0.5
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{r:.1f}" fill="#1c4f82" fill-opacity=".75"/>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("report", type=Path)
    parser.add_argument("--out", type=Path, default=PICTURE)
    args = parser.parse_args()
    report = json.loads(args.report.read_text("utf-8"))
    args.out.write_text(picture(report["reliability"], report["ece"]), "utf-8")


if __name__ == "__main__":
    main()
