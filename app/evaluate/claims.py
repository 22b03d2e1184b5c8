"""Scores a checker on statements whose labels are known.

A file holds one JSON object a line: claim, sentences (of the passage), evidence (numbers of the sentences that show it,
from 0), label (supported, partly, contradicted, not mentioned), and title, header, kind, source if you like.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.outside import read_records
from app.support.check import Checker
from app.support.records import Evidence, Guard, Label, Verdict
from index.errors import UsageError

KEPT = 0.85  # of the right statements, where the rate of wrong ones that pass is told


class Truth(StrEnum):
    """What the sentences do with a statement."""

    SUPPORTED = "supported"
    PARTLY = "partly"
    CONTRADICTED = "contradicted"
    NOT_MENTIONED = "not mentioned"


_SAID: dict[Label, Truth | None] = {
    Label.QUOTED: Truth.SUPPORTED,
    Label.SUPPORTED: Truth.SUPPORTED,
    Label.PARTLY: Truth.PARTLY,
    Label.CONTRADICTED: Truth.CONTRADICTED,
    Label.NOT_SUPPORTED: Truth.NOT_MENTIONED,
    Label.UNSURE: None,
}


class Claim(BaseModel):
    """One line of a file of statements."""

    model_config = ConfigDict(frozen=True)

    claim: str
    sentences: tuple[str, ...] = Field(min_length=1)
    evidence: tuple[int, ...]
    label: Truth
    title: str = ""
    header: str = ""
    kind: str = ""
    source: str = ""

    @model_validator(mode="after")
    def _evidence_stands_in_the_passage(self) -> Claim:
        if any(not 0 <= n < len(self.sentences) for n in self.evidence):
            raise ValueError(f"evidence {list(self.evidence)} lies outside the {len(self.sentences)} sentences")
        return self

    def shown(self, whole: bool) -> Evidence:
        """Return what the checker gets: the `whole` passage, or the sentences of `evidence`, if there are any."""
        head = ". ".join(part for part in (self.title, self.header) if part)
        chosen = range(len(self.sentences)) if whole or not self.evidence else self.evidence
        return Evidence(tuple(self.sentences[n] for n in chosen), head, " ".join(self.sentences))


@dataclass(frozen=True, slots=True)
class PerLabel:
    """`precision`, `recall`: 0..1; None where nothing is labelled so."""

    label: Truth
    n: int
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True)
class Score:
    """How a checker did; parts of statements, 0..1.

    `balanced`: mean recall of the labels. `auroc`: that a right statement looks better than a wrong one, ties counting
    half. `right_kept`, `wrong_passed`: of right and wrong ones, those that are labelled quoted or supported.
    `wrong_at`: wrong ones that pass where at least 85% of the right ones do.
    """

    name: str
    n: int
    balanced: float
    auroc: float
    right_kept: float
    wrong_passed: float
    wrong_at: float
    labels: tuple[PerLabel, ...]


@dataclass(frozen=True, slots=True)
class GuardGain:
    """Parts of the right and of the wrong statements (0..1) that a guard speaks against."""

    guard: Guard
    right: float
    wrong: float


def read_claims(path: Path) -> list[Claim]:
    """Read the statements of a JSON Lines file. Raises UsageError with the line that cannot be read."""
    claims = read_records(path, Claim)
    if not {c.label is Truth.SUPPORTED for c in claims} >= {True, False}:
        raise UsageError(f"{path}: there must be statements that are supported and others that are not")
    return claims


def verdicts(checker: Checker, claims: Sequence[Claim], whole: bool) -> list[Verdict]:
    """Check all statements. Raises what the checker raises."""
    return checker.check_all([(c.claim, c.shown(whole)) for c in claims])


def score(name: str, claims: Sequence[Claim], found: Sequence[Verdict]) -> Score:
    """Score the verdicts on `claims`."""
    passed = [v.label.holds for v in found]
    return _score(name, claims, [_SAID[v.label] for v in found], passed, [looks(v) for v in found])


def majority(claims: Sequence[Claim]) -> Score:
    """Score what gives every statement the commonest label."""
    labels = [c.label for c in claims]
    common = max(Truth, key=labels.count)
    n = len(claims)
    return _score("majority", claims, [common] * n, [common is Truth.SUPPORTED] * n, [0.0] * n)


def looks(verdict: Verdict) -> float:
    """Return how good a statement looks, higher is better: its probability, or its label and
    how few guards speak against it."""
    if verdict.label is Label.QUOTED:
        return 1.0
    if verdict.probability is not None:
        return verdict.probability if verdict.label.holds else verdict.probability - 1
    return 0.0 if verdict.label.holds else -1.0 - len(verdict.reasons)


def gains(claims: Sequence[Claim], found: Sequence[Verdict]) -> list[GuardGain]:
    """Return what each guard speaks against."""
    rows = []
    for guard in Guard:
        fired = [any(r.guard is guard for r in v.reasons) for v in found]
        rows.append(GuardGain(guard, _part(claims, fired, lambda right: right), _part(claims, fired, lambda r: not r)))
    return rows


def _score(
    name: str, claims: Sequence[Claim], said: Sequence[Truth | None], passed: Sequence[bool], looking: Sequence[float]
) -> Score:
    right = np.array([c.label is Truth.SUPPORTED for c in claims])
    rows = tuple(_per_label(label, claims, said) for label in Truth)
    recalls = [row.recall for row in rows if row.recall is not None]
    return Score(
        name,
        len(claims),
        sum(recalls) / len(recalls),
        _auroc(right, np.array(looking)),
        _part(claims, passed, lambda r: r),
        _part(claims, passed, lambda r: not r),
        _wrong_at(right, np.array(looking)),
        rows,
    )


def _per_label(label: Truth, claims: Sequence[Claim], said: Sequence[Truth | None]) -> PerLabel:
    true = sum(c.label is label for c in claims)
    both = sum(c.label is label is s for c, s in zip(claims, said, strict=True))
    named = said.count(label)
    return PerLabel(label, true, both / named if named else None, both / true if true else None)


def _part(claims: Sequence[Claim], marked: Iterable[bool], which: Callable[[bool], bool]) -> float:
    chosen = [m for c, m in zip(claims, marked, strict=True) if which(c.label is Truth.SUPPORTED)]
    return sum(chosen) / len(chosen) if chosen else 0.0


def _auroc(right: NDArray[np.bool_], looking: NDArray[np.float64]) -> float:
    """Return the area under the curve: of each right one, how many wrong ones look worse, ties counting half."""
    good, bad = looking[right], np.sort(looking[~right])
    worse = (np.searchsorted(bad, good, "left") + np.searchsorted(bad, good, "right")) / 2
    return float(worse.mean() / len(bad))


def _wrong_at(right: NDArray[np.bool_], looking: NDArray[np.float64]) -> float:
    best = np.sort(looking[right])[::-1]
    least = best[int(np.ceil(KEPT * len(best))) - 1]
    return float((looking[~right] >= least).mean())
