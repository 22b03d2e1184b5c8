"""Statements with a passage each, and what it does with them: the data of the reader of claims.

A data folder holds the files of `SETS` (those that are there are used). A line of claims.jsonl.gz, written by hand, is
a JSON object: n (number of the passage), title, header (what stands above the passage), sentences, claim, label (a
`Stance`), evidence (numbers of the sentences that show it, from 0). Lines of the two public sets have question, verdict
and labels (1: shows it) instead.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from index.errors import UsageError
from index.training.data import MAX_SENTENCE, clean

_HELD_OUT = 12  # every so many-th written passage is kept from training
_PUBLIC = 0.4  # weight of a public statement, which is less carefully labelled


class Stance(StrEnum):
    """What sentences do with a statement; in the order of the network's logits."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    CONTRADICTED = "contradicted"
    NOT_MENTIONED = "not mentioned"


@dataclass(frozen=True, slots=True)
class Statement:
    """`evidence`: numbers of the sentences that show its stance; None where nobody has said which."""

    claim: str
    title: str
    header: str
    sentences: tuple[str, ...]
    stance: Stance
    evidence: tuple[int, ...] | None
    number: int = -1  # of the written passage
    weight: float = 1.0  # beside others

    def on(self, other: Statement) -> Statement:
        """Return it with another one's passage, which does not mention it."""
        bare = replace(self, title=other.title, header=other.header, sentences=other.sentences)
        return replace(bare, stance=Stance.NOT_MENTIONED, evidence=())

    def cut(self, kept: Sequence[int]) -> Statement:
        """Return it with some sentences of its passage only, given as numbers in their order."""
        at = {n: place for place, n in enumerate(kept)}
        evidence = None if self.evidence is None else tuple(at[n] for n in self.evidence if n in at)
        return replace(self, sentences=tuple(self.sentences[n] for n in kept), evidence=evidence)


_WICE = {
    "supported": Stance.SUPPORTED,
    "partially_supported": Stance.PARTLY,
    "not_supported": Stance.NOT_MENTIONED,
}


def _written(row: dict[str, Any]) -> Statement:
    about = str(row["title"]), str(row.get("header") or ""), _sentences(row)
    return Statement(str(row["claim"]), *about, Stance(row["label"]), tuple(row["evidence"]), int(row["n"]))


def _fever(row: dict[str, Any]) -> Statement:
    """Read a line of FEVER (Thorne et al., 2018). Nobody has marked the sentences that refute."""
    supports = row["verdict"] == "SUPPORTS"
    evidence = _marked(row["labels"]) if supports else None
    stance = Stance.SUPPORTED if supports else Stance.CONTRADICTED
    return Statement(clean(row["question"]), _title(row), "", _sentences(row), stance, evidence, weight=_PUBLIC)


def _wice(row: dict[str, Any]) -> Statement:
    """Read a line of WiCE (Kamoi et al., 2023)."""
    stance = _WICE[row["verdict"]]
    evidence = _marked(row["labels"] if stance is Stance.SUPPORTED else row.get("partial") or ())
    known = evidence or stance is not Stance.SUPPORTED
    return Statement(
        clean(row["question"]), _title(row), "", _sentences(row), stance, evidence if known else None, weight=_PUBLIC
    )


SETS: dict[str, Callable[[dict[str, Any]], Statement]] = {
    "claims.jsonl.gz": _written,
    "fever-claims.jsonl.gz": _fever,
    "wice-claims.jsonl.gz": _wice,
}
WRITTEN = "claims.jsonl.gz"


def _title(row: dict[str, Any]) -> str:
    return str(row["title"]).replace("_", " ")


def _sentences(row: dict[str, Any]) -> tuple[str, ...]:
    return tuple(clean(s)[:MAX_SENTENCE] for s in row["sentences"])


def _marked(labels: Sequence[int]) -> tuple[int, ...]:
    return tuple(n for n, label in enumerate(labels) if label)


def read_statements(path: Path) -> list[Statement]:
    """Read all statements of a file named as one of `SETS`. Raises UsageError if it cannot be read."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            return [SETS[path.name](json.loads(line)) for line in lines]
    except (OSError, EOFError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path}: cannot be read as statements ({type(error).__name__}: {error}); "
            "index/training/claim_data.py describes a line"
        ) from None


def read_claim_sets(folder: Path) -> tuple[list[Statement], list[Statement], list[Statement]]:
    """Return the written statements to train on, those held out (by passage), and the public ones.

    Raises UsageError if the folder lacks the written ones, or a file cannot be read.
    """
    if not (folder / WRITTEN).is_file():
        raise UsageError(f"{folder} holds no {WRITTEN}; name a folder with statements")
    written = read_statements(folder / WRITTEN)
    others = (folder / name for name in SETS if name != WRITTEN)
    public = [statement for path in others if path.is_file() for statement in read_statements(path)]
    train = [s for s in written if s.number % _HELD_OUT]
    return train, [s for s in written if s.number % _HELD_OUT == 0], public
