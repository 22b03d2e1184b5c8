"""The labels of a language model's statements, checked again from the sources that a bundle holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from app.answer.beside_original import beside_original
from app.llm.checking import Checking, support_of
from app.records import RESTING, Answer, AnswerQuote, Support
from app.support.originals import OriginalCheck
from app.support.records import Verdict
from index.records import Record
from index.source import Source


class Relabelled(Record):
    """Statement `statement` (from 1) of answer `answer`, which the check here labels otherwise than the bundle.

    `label`: the bundle's, by the checker named `by`; `here`: that of this machine. `differs`: 'label', or 'reasons'
    where only what speaks against the statement is told otherwise.
    """

    answer: int
    statement: int
    label: Support
    by: str
    here: Support
    differs: str


def is_labelled(answer: Answer) -> bool:
    """Return whether `answer` has statements that a checker labels."""
    return any(s.support in RESTING for s in answer.statements)


def relabelled(
    n: int, answer: Answer, source: Callable[[AnswerQuote], Source | None], checking: Checking
) -> Iterator[Relabelled]:
    """Yield what `checking` labels otherwise; statements whose `source` is not at hand are passed over.

    Raises ModelError if the reader of claims is damaged.
    """
    by = answer.model.checker if answer.model else ""
    for place, statement in enumerate(answer.statements, 1):
        found = source(statement.quotes[-1]) if statement.support in RESTING and statement.quotes else None
        if found is None:
            continue
        verdict = checking.verdict(statement.text, found, statement.quotes)
        here = support_of(verdict)
        if here is not statement.support:
            differs = "label"
        elif _told(verdict) != _told(statement.verdict):
            differs = "reasons"
        else:
            continue
        yield Relabelled(answer=n, statement=place, label=statement.support, by=by, here=here, differs=differs)


def held_otherwise(answer: Answer, sources: Mapping[tuple[str, str], Source], check: OriginalCheck) -> Iterator[int]:
    """Yield the statements (from 1) of which `answer` says something else of a note's original than `check` finds.

    `sources`: by id and SHA-256. What another checker has found is passed over, and what is not at hand.
    Raises ModelError if the reader of claims is damaged.
    """
    for place, statement in enumerate(answer.statements, 1):
        found = statement.of_original
        if found is None or found.checker != check.name or not statement.quotes:
            continue
        note = sources.get((statement.quotes[-1].source_id, statement.quotes[-1].source_sha256))
        original = sources.get((found.source_id, found.source_sha256))
        if note is None or original is None:
            continue
        beside = {note.id: note, original.id: original}
        if beside_original(statement, beside.get, check).of_original != found:
            yield place


def _told(verdict: Verdict | None) -> object:
    """Return what a page tells of a verdict; a probability may differ a little from machine to machine."""
    return (verdict.label, verdict.reasons, verdict.reader) if verdict else None
