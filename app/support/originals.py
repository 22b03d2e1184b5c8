"""A note's sentences held against its original's, and against nothing else."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from decimal import Decimal
from heapq import nlargest
from itertools import accumulate
from typing import TypeVar

from app.support.check import Checker, installed
from app.support.evidence import evidence_of
from app.support.records import Backing, Evidence, Guard, Label, OfOriginal, Reason, Verdict
from app.support.wording import shared, terms
from index.source import BlockKind, Source
from index.text.analysis import analyse
from index.text.sentences import sentence_spans

# What a note says of itself, and of how its author knows what it says: of a text that was read, not of a verdict. Of
# 385 sentences of the bundled notes 21 are such; all are on the note, and 15 would count as not found in an original.
_TEXT = r"\b(?:originals?|articles?|reports?|pages?|texts?|features?|openings?|copy|copies|summary|summaries|note)\b"
_READ_SO = r"\b(?:(?:was|were)(?: not| only)? read|not found in|we (?:have )?read)\b"
_OF_ITSELF = re.compile(
    rf"\b(?:this|our) (?:note|summary)\b|{_TEXT}[^;]*?{_READ_SO}|{_READ_SO}[^;]*?{_TEXT}", re.IGNORECASE
)
_NEAR = 0.25  # part of a sentence's telling words that the nearest one must share to be shown
_MISSING = 0.5  # ... that the whole original must have, for it to be told that it does not say this
_SAME = 0.5  # part of its telling words that a sentence on the same matter has
_READ, _FIT = 6, 1200  # sentences, and their characters, that a reader gets of an original
_KEPT_TEXTS, _KEPT = 64, 4096  # originals, and findings, that are kept
_T = TypeVar("_T")
_FIGURES = frozenset({Guard.FIGURE, Guard.UNIT, Guard.DATE})


def speaks_of_itself(sentence: str) -> bool:
    """Tell whether a note's sentence is about the note, so that no original can bear it out."""
    return _OF_ITSELF.search(sentence) is not None


@dataclass(frozen=True, slots=True)
class _Text:
    """An original: its sentences with their places, what a sentence is held against, and all its figures and words."""

    spans: tuple[tuple[int, int], ...]
    evidence: Evidence
    figures: frozenset[Decimal]
    terms: frozenset[str]


class OriginalCheck:
    """Holds sentences against originals; what was found is kept. `opened`: gives the checker, with the first sentence.

    Safe to use from several threads if the checker is.
    """

    def __init__(self, opened: Callable[[], Checker] = installed) -> None:
        self._opened = opened
        self._texts: OrderedDict[Hashable, _Text] = OrderedDict()
        self._found: OrderedDict[Hashable, OfOriginal] = OrderedDict()

    @property
    def name(self) -> str:
        """The checker's name. Raises ModelError."""
        return self._opened().name

    @property
    def is_reading(self) -> bool:
        """Whether a model reads the sentences; else only words are compared. Raises ModelError."""
        return self._opened().reader is not None

    def check(self, sentence: str, original: Source, is_read: bool) -> OfOriginal:
        """Return what `original` does with a note's `sentence`.

        `is_read`: whether both are in English; else only figures are compared. Raises ModelError if the reader is
        damaged or fails.
        """
        checker = self._opened()
        key = (sentence, original.id, original.sha256, is_read, checker.name)
        found = self._found.get(key)
        return found or _keep(self._found, key, self._checked(sentence, original, is_read, checker), _KEPT)

    def _checked(self, sentence: str, original: Source, is_read: bool, checker: Checker) -> OfOriginal:
        key = (original.id, original.sha256)
        text = self._texts.get(key) or _keep(self._texts, key, _read(original), _KEPT_TEXTS)
        stamp = {"source_id": original.id, "source_sha256": original.sha256, "checker": checker.name}
        if not is_read:
            strange = checker.check_figures(sentence, text.evidence)
            if strange is None:
                return OfOriginal(backing=Backing.UNCLEAR, **stamp)
            return OfOriginal(backing=Backing.NOT_FOUND, reasons=strange.reasons, **stamp)
        spans, evidence = _nearest(sentence, text) if checker.reader else (text.spans, text.evidence)
        verdict = checker.check(sentence, evidence)
        backing = _backing(sentence, text, verdict, max(shared(sentence, other) for other in evidence.sentences))
        shows = backing in (Backing.BORNE_OUT, Backing.CONTRADICTED)
        place = _nearest_place(sentence, evidence) if shows else verdict.sentence
        if backing in (Backing.NOT_FOUND, Backing.UNCLEAR) and shared(sentence, evidence.sentences[place]) < _NEAR:
            return OfOriginal(backing=backing, reasons=verdict.reasons, **stamp)
        start, end = spans[place]
        return OfOriginal(
            backing=backing, start=start, end=end, text=original.text[start:end], reasons=verdict.reasons, **stamp
        )


def _keep(kept: OrderedDict[Hashable, _T], key: Hashable, value: _T, most: int) -> _T:
    kept[key] = value
    while len(kept) > most:
        kept.popitem(last=False)
    return value


def _read(original: Source) -> _Text:
    """Cut an original into its sentences. Its dates stand around each of them: a note may take a day from any place."""
    spans = tuple(
        (block.start + a, block.start + z)
        for block in original.blocks
        if block.kind is not BlockKind.TABLE_HEAD
        for a, z in sentence_spans(original.text[block.start : block.end], original.language)
    ) or ((0, len(original.text)),)
    sentences = tuple(original.text[a:z] for a, z in spans)
    dates = dict.fromkeys(s[d.start : d.end] for s in sentences for d in analyse(s).dates)
    header = evidence_of(original, spans[:1]).header
    figures = frozenset(n.value for s in sentences for n in analyse(s).numbers)
    return _Text(
        spans, Evidence(sentences, header, "; ".join(dates)), figures, frozenset().union(*map(terms, sentences))
    )


def _nearest(sentence: str, text: _Text) -> tuple[tuple[tuple[int, int], ...], Evidence]:
    """Return the sentences that share the most words with `sentence`, in their order: a reader takes a few."""
    every = text.evidence.sentences
    nearest = nlargest(_READ, range(len(every)), key=lambda n: shared(sentence, every[n]))
    lengths = accumulate(len(every[n]) for n in nearest)
    best = sorted({nearest[0], *(n for n, length in zip(nearest, lengths, strict=True) if length <= _FIT)})
    chosen = Evidence(tuple(every[n] for n in best), text.evidence.header, text.evidence.context)
    return tuple(text.spans[n] for n in best), chosen


def _nearest_place(sentence: str, evidence: Evidence) -> int:
    """Return which sentence has most of the figures of `sentence`, and then of its words."""
    figures = {n.value for n in analyse(sentence).numbers}

    def nearness(n: int) -> tuple[int, float]:
        other = evidence.sentences[n]
        return len(figures.intersection(x.value for x in analyse(other).numbers)), shared(sentence, other)

    return max(range(len(evidence.sentences)), key=nearness)


def _backing(sentence: str, text: _Text, verdict: Verdict, nearness: float) -> Backing:
    """Return what a verdict says of a note.

    `nearness`: part of the sentence's telling words (0..1) that one of the original's has. A reader says of sentences
    on another matter too often that they say less or otherwise, words alone say so too often of any but figures.
    """
    if verdict.label.holds:
        return Backing.BORNE_OUT
    near = bool(verdict.reader) and nearness >= _SAME
    if verdict.label is Label.PARTLY and (near or not verdict.reader):
        return Backing.PARTLY
    plain = bool(verdict.reasons) and _is_plain(verdict.reasons[0], text)
    if verdict.label is Label.CONTRADICTED and (near or plain):
        return Backing.CONTRADICTED
    if verdict.reader:
        return Backing.NOT_FOUND if verdict.label is Label.NOT_SUPPORTED else Backing.UNCLEAR
    if verdict.reasons:
        return Backing.NOT_FOUND
    # No reader has read a free paraphrase, which may put several sentences together.
    wanted = terms(sentence)
    return Backing.NOT_FOUND if len(wanted & text.terms) < _MISSING * len(wanted) else Backing.UNCLEAR


def _is_plain(reason: Reason, text: _Text) -> bool:
    """Tell whether the original has another figure, date or unit, and the note's figure nowhere."""
    if reason.guard is Guard.FIGURE and not text.figures.isdisjoint(n.value for n in analyse(reason.said).numbers):
        return False
    return reason.guard in _FIGURES and reason.given != ""
