"""A statement and the quoted words -> a verdict. Guards first, then a reader where there is one.

quoted ── guards ── reader ── verdict
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from app import __version__
from app.support.figures import strange_figures
from app.support.guards import findings
from app.support.reader import Belief, ClaimReader, OnnxClaimReader
from app.support.records import Evidence, Guard, Label, Reason, Verdict
from app.support.wording import resting_on, shared, terms
from index.text.analysis import analyse

# A statement with one of these does not hold, whatever a reader thinks of it.
DECISIVE = frozenset(
    {
        Guard.FIGURE,
        Guard.UNIT,
        Guard.DATE,
        Guard.NAME,
        Guard.QUALIFIER,
        Guard.NEGATION,
        Guard.OPPOSITE,
        Guard.ADDED,
        Guard.DOUBT,
    }
)
_LESS = frozenset({Guard.QUALIFIER, Guard.ADDED, Guard.SPEAKER, Guard.DOUBT})  # the source says it, but not so much
_ABOUT = 0.5  # part of a statement's telling words that a sentence must share: guards cannot read a free paraphrase
_RELATED = 0.25  # ... with less of them a sentence speaks of something else
SURE = 0.7  # chosen with tests/bench/claim_levels.py


class Checker:
    """Checks statements; `reader`: None where there is no model. Safe to use from several threads if the reader is.

    `sure`: the probability (0..1) from which on the reader is believed that a source says less or otherwise.
    """

    def __init__(self, reader: ClaimReader | None = None, sure: float = SURE) -> None:
        self.reader, self._sure = reader, sure

    @property
    def name(self) -> str:
        """Which checker this is: two with one name label alike."""
        return f"Footnote {__version__}: {self.reader.name if self.reader else 'guards alone'}"

    def leaves_open(self, statement: str, evidence: Evidence, verdict: Verdict) -> bool:
        """Return whether nobody can say: the reader is not sure, or none has read what may be a free paraphrase."""
        if verdict.label is Label.UNSURE:
            return True
        if verdict.reader or verdict.reasons or verdict.label is not Label.NOT_SUPPORTED:
            return False
        return not terms(statement) or shared(statement, evidence.sentences[verdict.sentence]) >= _RELATED

    def check_figures(self, statement: str, evidence: Evidence) -> Verdict | None:
        """Check the figures of a statement in another language; None where they tell nothing against it."""
        reasons = tuple(strange_figures(statement, evidence))
        return Verdict(label=Label.NOT_SUPPORTED, reasons=reasons) if reasons else None

    def check(self, statement: str, evidence: Evidence) -> Verdict:
        """Return how `statement` rests on `evidence`. Raises ModelError if the reader fails."""
        return self.check_all([(statement, evidence)])[0]

    def check_all(self, pairs: Sequence[tuple[str, Evidence]]) -> list[Verdict]:
        """Check several statements, each against its own evidence, in one run of the reader."""
        open_pairs = [pair for pair in pairs if not _quoted(*pair)]
        beliefs = iter(self.reader.read(open_pairs)) if self.reader and open_pairs else None
        return [
            Verdict(label=Label.QUOTED, sentence=_where(*pair))
            if _quoted(*pair)
            else self._verdict(*pair, next(beliefs) if beliefs else None)
            for pair in pairs
        ]

    def _verdict(self, statement: str, evidence: Evidence, belief: Belief | None) -> Verdict:
        rests_on = resting_on(statement, evidence.sentences)
        reasons = tuple(sorted(findings(statement, evidence, rests_on), key=lambda r: r.guard not in DECISIVE))
        nearest = max(rests_on, key=lambda n: shared(statement, evidence.sentences[n]))
        if belief is None or self.reader is None:
            return Verdict(label=_by_guards(statement, evidence, nearest, reasons), reasons=reasons, sentence=nearest)
        return Verdict(
            label=_by_reader(belief, self.reader.least, self._sure, reasons),
            reasons=reasons,
            sentence=belief.sentence,
            probability=belief.supported,
            reader=self.reader.name,
        )


@cache
def installed() -> Checker:
    """Return the checker with the reader of claims that is installed, if one is. Raises ModelError if it is damaged."""
    return Checker(OnnxClaimReader.open())


def _by_guards(statement: str, evidence: Evidence, nearest: int, reasons: Sequence[Reason]) -> Label:
    bare = not terms(statement) and bool(analyse(statement).numbers or analyse(statement).dates)  # 'Forty in 1912.'
    if not bare and shared(statement, evidence.sentences[nearest]) < _ABOUT:
        return Label.NOT_SUPPORTED
    label = _label_of(reasons[0]) if reasons else Label.SUPPORTED
    # A sentence that differs in two things speaks of something else.
    several = sum(r.guard in DECISIVE for r in reasons) > 1
    return Label.NOT_SUPPORTED if several and label is Label.CONTRADICTED else label


def _label_of(reason: Reason) -> Label:
    """Return what a reason makes of a statement: the source says less, says otherwise, or does not say it."""
    if reason.guard in _LESS:
        return Label.PARTLY
    return Label.CONTRADICTED if reason.given else Label.NOT_SUPPORTED


def _by_reader(belief: Belief, least: float, sure: float, reasons: Sequence[Reason]) -> Label:
    """Take the reader's word where it is sure enough; a decisive guard speaks against what it lets pass.

    Of a statement that it read in part it cannot say that it holds, of evidence read in part not what it lacks.
    """
    against = [r for r in reasons if r.guard in DECISIVE]
    if belief.supported >= least and not against:
        return Label.SUPPORTED if belief.whole_statement else Label.UNSURE
    if belief.supported >= least:
        return _label_of(against[0])
    likeliest = max(belief[:4])
    if belief.partly >= sure or (belief.partly == likeliest and any(r.guard in _LESS for r in reasons)):
        return Label.PARTLY
    if belief.contradicted >= sure:
        return Label.CONTRADICTED
    read_all = belief.whole_statement and belief.whole_evidence
    return Label.NOT_SUPPORTED if belief.not_mentioned == likeliest and read_all else Label.UNSURE


def _plain(text: str) -> str:
    return " ".join(text.split()).strip("“”\"'‘’ .").casefold()


def _quoted(statement: str, evidence: Evidence) -> bool:
    """Return whether the statement is words of a sentence, from its beginning to its end.

    Part of a sentence is not enough: a piece may have lost what qualifies it.
    """
    return any(_plain(statement) == _plain(sentence) for sentence in evidence.sentences)


def _where(statement: str, evidence: Evidence) -> int:
    return next(n for n, sentence in enumerate(evidence.sentences) if _plain(statement) == _plain(sentence))
