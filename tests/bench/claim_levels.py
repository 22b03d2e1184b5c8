"""How sure the reader of claims must be to be believed: python -m tests.bench.claim_levels FILE... [--whole]

FILE holds statements as `footnote eval-claims` takes them. For each level from which on the reader is believed that the
sources say less or otherwise: of the statements labelled so, the part that are wrong ones of that very kind, the part
that are right ones, and of all statements the part that is left open.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from app.evaluate.claims import Claim, Truth, read_claims
from app.support.check import Checker
from app.support.reader import Belief, OnnxClaimReader
from app.support.records import Evidence, Label
from index.errors import UsageError, in_plain_words

LEVELS = (0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
SAID = {Label.PARTLY: Truth.PARTLY, Label.CONTRADICTED: Truth.CONTRADICTED}


class _Remembering:
    """Reads each statement once."""

    def __init__(self, reader: OnnxClaimReader) -> None:
        self.name, self.least = reader.name, reader.least
        self._reader = reader
        self._beliefs: dict[tuple[str, Evidence], Belief] = {}

    def read(self, pairs: Sequence[tuple[str, Evidence]]) -> list[Belief]:
        new = [p for p in dict.fromkeys(pairs) if p not in self._beliefs]
        self._beliefs |= zip(new, self._reader.read(new), strict=True)
        return [self._beliefs[p] for p in pairs]


def row(checker: Checker, claims: Sequence[Claim], whole: bool) -> tuple[int, float, float, float]:
    """Return how many are labelled partly or contradicted, the part labelled so rightly, right ones, left open."""
    labels = [v.label for v in checker.check_all([(c.claim, c.shown(whole)) for c in claims])]
    said = [(SAID[label], c.label) for label, c in zip(labels, claims, strict=True) if label in SAID]
    n = max(1, len(said))
    rightly, against = sum(a is b for a, b in said), sum(b is Truth.SUPPORTED for _, b in said)
    return len(said), rightly / n, against / n, labels.count(Label.UNSURE) / len(labels)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--whole", action="store_true", help="show the reader the whole passage")
    args = parser.parse_args()
    reader = OnnxClaimReader.open()
    if reader is None:
        raise UsageError("no reader of claims is installed")
    remembering = _Remembering(reader)
    for file in args.files:
        claims = read_claims(file)
        print(f"{file} ({len(claims)} statements)\nlevel  labelled  rightly  right ones  left open")
        for level in LEVELS:
            labelled, rightly, against, unsure = row(Checker(remembering, level), claims, args.whole)
            print(f"{level:5.2f}  {labelled:8}  {rightly:7.2f}  {against:10.2f}  {unsure:9.2f}")


if __name__ == "__main__":
    in_plain_words(main)
