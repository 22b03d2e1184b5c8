"""Figures of a sentence with all that a fair comparison needs: qualifier, unit, what is counted, period.

Only figures whose sentence tells plainly what they count are returned: a figure behind a pronoun ('they lost 40'),
a share of something ('12 of the 40'), a change ('rose by 300') or an unclear date is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.clause import Clause, clause
from app.counted import Noun, Qualifier, like, noun_after, noun_before, qualifiers
from app.period import Period
from index.analyse import Number, Token, dates, numbers, tokens


@dataclass(frozen=True, slots=True)
class Figure:
    """text[start:end] is the figure as it stands, qualifier included ('more than 100,000').

    `low`..`high`: its value; `high` is None unless it is a range. `unit`: '' for a count, else as `Number.unit`.
    `head`: stem of the noun it counts, '' with a unit. `narrowed`: the words that narrow the count; they compare
    in order if `ordered`. `counts` says in the sentence's own words what is counted, without the period.
    """

    start: int
    end: int
    low: Decimal
    high: Decimal | None
    unit: str
    head: str
    narrowed: tuple[Qualifier, ...]
    ordered: bool
    period: Period | None
    counts: str

    def counts_like(self, other: Figure) -> bool:
        """Whether both count the same, the period aside."""
        same = (self.unit, self.head, self.ordered) == (other.unit, other.head, other.ordered)
        return same and like(self.narrowed, other.narrowed, self.ordered)


_BEFORE = re.compile(
    r"(?:\b(?:(?:a |the )?total of|as (?:many|much|few|little|high|low) as|(?:well |just |slightly |far )?"
    r"(?:over|under|above|below)|(?:no )?(?:more|fewer|less|greater|higher|lower) than|at (?:least|most)|"
    r"up to|about|around|some|roughly|approximately|approx\.|nearly|almost|close to|an? estimated|estimated|"
    r"in excess of|upwards of|exceed(?:s|ed|ing)?|circa|ca?\.|between|exactly)\s)+\Z|[~≈><≥≤]\s?\Z",
    re.IGNORECASE,
)
_MOST, _LONGEST = 20, 1000  # figures and characters; beyond, a sentence is a table in prose, or no sentence
_TELLING_DIGITS = 3  # of a figure without the noughts at its ends
_REACH = 60  # characters before a figure that its qualifier can take
_BEHIND = re.compile(r"\s(?:or|and) (?:so|more|fewer|less|above|over)\b|\+(?!\w)", re.IGNORECASE)
_TO = re.compile(r"\s?[-–—‑]\s?|\s(?:to|or)\s", re.IGNORECASE)
_AND = re.compile(r"\sand\s", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s(?:about\s|some\s)?\Z", re.IGNORECASE)
_CHANGES = re.compile(r"\b(?:by|from)\s\Z", re.IGNORECASE)
_SHARE = re.compile(r"\s(?:out )?of\b", re.IGNORECASE)
_AUXILIARY = re.compile(r"\s(?:(?:is|are|was|were|has|have|had)\s)+(?:been\s)?", re.IGNORECASE)
_EXISTS = re.compile(r"\W*there (?:is|are|was|were|have been|had been)\W*\Z", re.IGNORECASE)


def figures(text: str, speakers: frozenset[str] = frozenset()) -> list[Figure]:
    """The figures of one sentence that tell what they count, in reading order.

    `speakers`: names, in lower case, of those whose report this is ('reuters'): 'Reuters says that' narrows nothing.
    """
    every = counts(text) if len(text) <= _LONGEST else []
    if not 0 < len(every) <= _MOST:
        return []
    found = tokens(text)
    made = (_figure(text, first, last, every, found, speakers) for first, last in _pairs(text, every))
    return [figure for figure in made if figure is not None]


def counts(text: str) -> list[Number]:
    """Figures that count or measure: neither '82nd' nor 'Article 407'."""
    return [n for n in numbers(text) if not n.ordinal and not n.label]


def is_exact(figure: str) -> bool:
    """Whether two texts that hold `figure` hardly do so by chance: 4,817 tells, 30,000 does not."""
    return any(len(n.term.replace(".", "").strip("0")) >= _TELLING_DIGITS for n in numbers(figure))


def emphasised(text: str) -> tuple[tuple[int, int], ...]:
    """Spans of `text` that hold a figure or a date, in order; none lies over another."""
    spans = [*((n.start, n.end) for n in counts(text)), *((d.start, d.end) for d in dates(text))]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return tuple(kept)


def _pairs(text: str, every: Sequence[Number]) -> Iterator[tuple[Number, Number | None]]:
    """Each figure, with the other end where two make a range ('5,000 to 6,000', 'between 3 and 5 thousand')."""
    n = 0
    while n < len(every):
        first, second = every[n], every[n + 1] if n + 1 < len(every) else None
        paired = second is not None and _is_range(text, first, second)
        yield first, second if paired else None
        n += 2 if paired else 1


def _is_range(text: str, first: Number, second: Number) -> bool:
    gap = text[first.end : second.start]
    between = _AND.fullmatch(gap) and _BETWEEN.search(text[max(0, first.start - _REACH) : first.start])
    return first.unit == second.unit and first.value < second.value and bool(_TO.fullmatch(gap) or between)


def _figure(
    text: str,
    first: Number,
    second: Number | None,
    every: Sequence[Number],
    found: Sequence[Token],
    speakers: frozenset[str],
) -> Figure | None:
    before = _BEFORE.search(text[max(0, first.start - _REACH) : first.start])
    start = max(0, first.start - _REACH) + before.start() if before else first.start
    end = (second or first).end
    behind = _BEHIND.match(text, end)
    end = behind.end() if behind else end
    if _CHANGES.search(text[max(0, start - _REACH) : start]) or (not first.unit and _SHARE.match(text, end)):
        return None
    noun = None if first.unit else noun_after(text, end) or noun_before(text, 0, start)
    around = clause(text, start, end, every, speakers) if first.unit or noun is not None else None
    if around is None or (noun is not None and noun.lead < around.start):
        return None
    skip = [(start, end), *around.skip, *around.time.spans]
    pivot, led = (start, end), False
    if noun is not None:
        skip += [(noun.lead, noun.start), (noun.head_start, noun.end)]
        led = noun.end <= start
        pivot = (noun.lead, noun.end) if led else pivot
    inside = [t for t in found if around.start <= t.start and t.end <= around.end]
    narrowed = qualifiers(inside, pivot, skip, [(n.start, n.end) for n in every], neutral=led)
    if noun is None and not (first.unit and narrowed):
        return None
    return Figure(
        start=start,
        end=end,
        low=first.value,
        high=second.value if second else None,
        unit=first.unit,
        head=noun.head if noun else "",
        narrowed=tuple(narrowed),
        ordered=not around.alone,
        period=around.time.period,
        counts=_in_words(text, around, start, end, noun),
    )


def _in_words(text: str, around: Clause, start: int, end: int, noun: Noun | None) -> str:
    """'ships built in the yard'; where words stand before the figure, they stay: 'The yard built … ships'."""
    hidden = [*around.skip, *around.time.spans]
    front = _kept(text, around.start, start, hidden)
    rest = _kept(text, end, around.end, hidden)
    if noun is not None and noun.start >= end and (not re.search(r"\w", front) or _EXISTS.fullmatch(front)):
        behind = _kept(text, noun.end, around.end, hidden)
        auxiliary = _AUXILIARY.match(behind)
        return _tidy(f"{text[noun.start : noun.end]} {behind[auxiliary.end() :] if auxiliary else behind}")
    return _tidy(f"{front} … {rest}")


def _kept(text: str, start: int, end: int, hidden: Sequence[tuple[int, int]]) -> str:
    """text[start:end] without the spans `hidden`."""
    parts, at = [], start
    for a, b in sorted(hidden):
        if start <= a and b <= end:
            parts.append(text[at:a])
            at = b
    return " ".join([*parts, text[at:end]])


def _tidy(text: str) -> str:
    """One blank between words, none before a comma, one comma for several, no stop at either end."""
    close = re.sub(r"\s+([,.)])", r"\1", re.sub(r"\s+", " ", text))
    return re.sub(r",[,\s]*,", ",", close).strip(' ,.;:–—-“”"')
