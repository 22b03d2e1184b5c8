"""The figures and dates of a statement against those of the quoted words: compared as values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import combinations

from app.support.cues import BOUNDS, UNITS
from app.support.records import Evidence, Guard, Reason
from index.text.analysis import Analysis, analyse
from index.text.dates import Date
from index.text.numbers import Number
from index.text.patterns import word_after, words_before
from index.text.words import QUALIFIERS

_SMALL = 12  # counts up to here are often counted out of a list: 'the second question', 'both', 'three were left'
_ROUND = Decimal("0.1")  # how far a hedged figure may be from the exact one
_FIGURE = re.compile(r"[0-9]{1,3}(?:[.,'’ \u00a0\u2009\u202f][0-9]{3})+(?![0-9])|[0-9]+(?:[.,][0-9]+)*")
_NO_DIGIT = re.compile(r"[^0-9]+")
_MOST = 16  # figures of a text that are put together
_ANY = sorted({*QUALIFIERS} - {"only", "just", "not", "no"}, key=len, reverse=True)
# Those that tell when they are lost: 'over' and the like stand as often for a time or a place: 'over six weeks'.
_TELLING = [q for q in _ANY if q not in ("over", "under", "above", "below")]
# Figures in other words, as values; a share as percent too.
_SPELLED: dict[str, tuple[Decimal, ...]] = {
    "dozen": (Decimal(12),), "fortnight": (Decimal(14), Decimal(2)), "decade": (Decimal(10),),
    "century": (Decimal(100),), "twice": (Decimal(2),), "once": (Decimal(1),), "half": (Decimal("0.5"), Decimal(50)),
    "quarter": (Decimal("0.25"), Decimal(25), Decimal(15)), "third": (Decimal(1) / 3, Decimal(33)),
    "fifth": (Decimal("0.2"), Decimal(20)), "tenth": (Decimal("0.1"), Decimal(10)),
}  # fmt: skip


def figures_of(statement: str, evidence: Evidence, quoted: str) -> Iterator[Reason]:
    """Yield a reason for each figure of `statement` that `quoted` does not give as it does.

    A figure may be calculated from all sentences of `evidence`; one that names something ('Article 407', 'the 72nd
    Brigade') may stand around them, as a name may.
    """
    said, given = analyse(statement), analyse(quoted)
    whole = " ".join(evidence.sentences)
    known, all_known = _values(given), _values(analyse(whole))
    around = _values(analyse(f"{evidence.header}\n{evidence.context}"))
    for number in said.numbers:
        if (number.label or number.ordinal) and number.value in around:
            continue
        words = statement[number.start : number.end]
        if number.value in known:
            yield from _as_given(statement, number, quoted, given)
        elif number.value > _SMALL and number.value not in all_known and not _near(statement, number, all_known):
            if any(_same(number.value, v) for v in _derived(all_known)):
                yield Reason(guard=Guard.DERIVED, said=words)
            else:
                yield Reason(guard=Guard.FIGURE, said=words, given=_instead(given))


def dates_of(statement: str, evidence: Evidence, quoted: str) -> Iterator[Reason]:
    """Yield a reason for each date of `statement` that neither `quoted` nor what stands around it gives."""
    around = analyse(f"{quoted}\n{evidence.header}\n{evidence.context}").dates
    told = [quoted[d.start : d.end] for d in analyse(quoted).dates]
    for date in analyse(statement).dates:
        if not any(_meets(date, other) for other in around):
            instead = told[0] if len(told) == 1 else ""
            yield Reason(guard=Guard.DATE, said=statement[date.start : date.end], given=instead)


def strange_figures(statement: str, evidence: Evidence) -> Iterator[Reason]:
    """Yield a reason for each figure of a `statement` in any language whose digits `evidence` has nowhere.

    Points, commas and blanks between digits do not count: each language sets its own.
    """
    given = "\n".join((*evidence.sentences, evidence.header, evidence.context))
    digits = {_NO_DIGIT.sub("", figure) for figure in _FIGURE.findall(given)}
    known = _values(analyse(given))
    for figure in _FIGURE.findall(statement):
        bare = _NO_DIGIT.sub("", figure)
        if Decimal(bare) > _SMALL and bare not in digits and Decimal(bare) not in known:
            yield Reason(guard=Guard.FIGURE, said=figure)


def _as_given(statement: str, number: Number, quoted: str, given: Analysis) -> Iterator[Reason]:
    """Compare the unit and the qualifier of a figure that both have."""
    same = [n for n in given.numbers if n.value == number.value]
    if not same:
        return
    own, others = _unit(statement, number), {_unit(quoted, n) for n in same}
    if own and all(others) and own not in others:
        yield Reason(guard=Guard.UNIT, said=_measure(statement, number), given=_measure(quoted, same[0]))
    lost = [_qualifier(quoted, n, _TELLING) for n in same]
    if all(lost) and not _qualifier(statement, number, _ANY) and not BOUNDS.search(statement):
        before, count = words_before(quoted, same[0].start), len(lost[0].split())
        words = before[-count - (before[-1].lower() == "a") :]
        yield Reason(guard=Guard.QUALIFIER, given=" ".join((*words, quoted[same[0].start : same[0].end])))


def _values(read: Analysis) -> frozenset[Decimal]:
    """Return the values of all figures, days and years, those in words ('a dozen', 'a third') included."""
    found = {n.value for n in read.numbers}
    found |= {Decimal(part) for d in read.dates for part in (d.day, d.year) if part is not None}
    found |= {value for word in read.words for value in _SPELLED.get(word.removesuffix("s"), ())}
    return frozenset(found)


def _near(statement: str, number: Number, known: Iterable[Decimal]) -> bool:
    """Return whether a hedged figure rounds one that is given."""
    return bool(_qualifier(statement, number, _ANY)) and any(_same(number.value, v, _ROUND) for v in known)


def _same(one: Decimal, other: Decimal, within: Decimal = Decimal("0.006")) -> bool:
    return abs(one - other) <= within * max(abs(one), abs(other))


def _derived(known: frozenset[Decimal]) -> Iterator[Decimal]:
    """Yield sums, differences, products, ratios and shares of the figures given."""
    given = sorted(known)[-_MOST:]
    for a, b in combinations(given, 2):
        yield from (a + b, b - a, a * b)
        if a and b:
            yield from (b / a, 100 * a / b, 100 * (b - a) / a, 100 * (b - a) / b)
    for three in combinations(given, 3):
        yield sum(three, Decimal(0))
        yield max(three) - sum(three, -max(three))
    for a in given:
        yield from (2 * a, a / 2, 100 - a)
    yield sum(given, Decimal(0))


def _meets(date: Date, other: Date) -> bool:
    """Return whether `other` tells all that `date` tells, as far as it tells it."""
    if date.month is not None and other.month is None:
        return False
    pairs = ((date.year, other.year), (date.month, other.month), (date.day, other.day))
    return all(None in pair or pair[0] == pair[1] for pair in pairs)


def _word(text: str, number: Number) -> str:
    word = word_after(text, number.end).lower()
    return word if word in UNITS else ""


def _unit(text: str, number: Number) -> str:
    return number.unit or _word(text, number).removesuffix("s").replace("feet", "foot")


def _measure(text: str, number: Number) -> str:
    """Return a figure with the unit behind it."""
    return f"{text[number.start : number.end]} {_word(text, number)}".rstrip()


def _qualifier(text: str, number: Number, qualifiers: Sequence[str]) -> str:
    before = " ".join(words_before(text, number.start)).lower().removesuffix(" a")  # 'more than a million'
    return next((q for q in qualifiers if before == q or before.endswith(f" {q}")), "")


def _instead(given: Analysis) -> str:
    """Return the only figure of the source, which stands where the statement has another; '' if it has several."""
    counts = list(dict.fromkeys(given.text[n.start : n.end] for n in given.counts))
    return counts[0] if len(counts) == 1 else ""
