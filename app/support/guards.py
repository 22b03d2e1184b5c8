"""The guards: what a statement has and the quoted words have not, or the other way round, without a model.

Numbers, dates and names are held against the quoted words whatever the statement's wording. The other guards look only
where a statement keeps most words of a sentence: there a word that is dropped or added changes what is said, while
in a free paraphrase it may be said otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.support.cues import (
    ABSOLUTES,
    ATTRIBUTED,
    CAUSES,
    DENIALS,
    DOUBTS,
    GROUNDS,
    NEGATIONS,
    OPPOSITES,
    SAYS,
    TOTALITIES,
)
from app.support.figures import dates_of, figures_of
from app.support.records import Evidence, Guard, Reason
from app.support.wording import clause, shared
from index.text.analysis import analyse, stem
from index.text.countries import country_words
from index.text.names import same_name
from index.text.words import MONTHS, WEEKDAYS

_CLOSE, _CLOSER = 0.6, 0.75  # parts of a statement's telling words that a sentence must share; docs/quality.md
_OPPOSED = tuple(tuple(frozenset(map(stem, side.split())) for side in sides) for sides in OPPOSITES)


def findings(statement: str, evidence: Evidence, rests_on: Sequence[int]) -> tuple[Reason, ...]:
    """Return what speaks against `statement`; `rests_on`: the numbers of the sentences that it is held against."""
    quoted = " ".join(evidence.sentences[n] for n in rests_on)
    found = [
        *figures_of(statement, evidence, quoted),
        *dates_of(statement, evidence, quoted),
        *_names(statement, evidence),
    ]
    nearest = max((evidence.sentences[n] for n in rests_on), key=lambda s: shared(statement, s))
    near = shared(statement, nearest)
    if near >= _CLOSE:
        found += _added(statement, nearest)
        found += _opposites(statement, clause(statement, nearest))
    if near >= _CLOSER:
        found += _negation(statement, clause(statement, nearest))
        found += _speaker(statement, nearest)
    return tuple(dict.fromkeys(found))


def _names(statement: str, evidence: Evidence) -> Iterator[Reason]:
    """Yield a reason for each name that stands nowhere about: neither quoted nor around the quotation."""
    around = analyse("\n".join((*evidence.sentences, evidence.header, evidence.context)))
    capitals = [t.surface for t in around.tokens if t.surface[:1].isupper()]
    for token in analyse(statement).tokens:
        word = token.surface
        is_name = word[:1].isupper() and not word.isupper() and len(word) > 2 and token.start > 0
        if not is_name or token.extra or token.is_stop or word.lower() in WEEKDAYS or word.lower() in MONTHS:
            continue
        spelled = {stem(w) for way in country_words(word) for w in way}
        if token.term in around.terms or spelled & around.terms or any(same_name(word, c) for c in capitals):
            continue
        if any(c.lower().startswith(word.lower()[:4]) for c in capitals):  # 'Texan', 'Texas'
            continue
        yield Reason(guard=Guard.NAME, said=word)


def _added(statement: str, sentence: str) -> Iterator[Reason]:
    """Find a word that claims more: 'only', 'first', 'because'."""
    given = analyse(sentence).words
    if not given & TOTALITIES:
        for word in sorted(analyse(statement).words & ABSOLUTES):
            yield Reason(guard=Guard.ADDED, said=word)
    cause = CAUSES.search(statement)
    if cause and not GROUNDS.search(sentence):
        yield Reason(guard=Guard.ADDED, said=cause[0].lower())


def _opposites(statement: str, words: str) -> Iterator[Reason]:
    """Find a word whose opposite the source has."""
    said, given = analyse(statement), analyse(words)
    for sides in _OPPOSED:
        ours, theirs = ([side for side in sides if side & read.terms] for read in (said, given))
        if len(ours) == len(theirs) == 1 and ours != theirs:
            shown = next(t.surface for t in given.tokens if t.term in theirs[0])
            own = next(t.surface for t in said.tokens if t.term in ours[0])
            yield Reason(guard=Guard.OPPOSITE, said=own, given=shown)


def _negation(statement: str, words: str) -> Iterator[Reason]:
    """Find a 'not' that was lost."""
    tokens = [t for t in analyse(words).tokens if not words.startswith(".", t.end)]  # 'no. 9' denies nothing
    given = [w for w in (t.surface.lower() for t in tokens) if _negates(w)]
    said = (t.surface.lower() for t in analyse(statement).tokens)
    if given and not any(_negates(w) or w in DENIALS for w in said):
        yield Reason(guard=Guard.NEGATION, given=given[0])


def _negates(word: str) -> bool:
    return word in NEGATIONS or word.endswith(("n't", "n’t"))


def _speaker(statement: str, sentence: str) -> Iterator[Reason]:
    """Find what the source leaves to somebody, or leaves open, and the statement tells as a fact."""
    if ATTRIBUTED.search(statement) or DOUBTS.search(statement):
        return
    doubt = DOUBTS.search(clause(statement, sentence))
    says = next((t.surface for t in analyse(sentence).tokens if t.surface in SAYS), "")
    if doubt:
        yield Reason(guard=Guard.DOUBT, given=doubt[0])
    elif says:
        yield Reason(guard=Guard.SPEAKER, given=says)
