"""Figures in running text, in digits or English words, with their values."""

from __future__ import annotations

import importlib
import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

from index.text.dates import Date, dates, month_number
from index.text.patterns import one_of, places, word_after, word_before, words_before
from index.text.words import CURRENCIES, FRACTIONS, LABELS, NUMBER_WORDS, QUANTIFIERS, RANGES, SCALES, SHORT_SCALES

# Thousands are set apart by a comma, a dot (twice or more, else it is a decimal point), an apostrophe or a
# blank: plain, no-break, thin or narrow no-break (the last two as in SI, BIPM brochure, 5.4.4).
_DIGITS = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)"
    r"|\d{1,3}(?:\.\d{3}){2,}(?!\d)"
    r"|\d{1,3}(?:['’]\d{3})+(?!\d)"
    r"|\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)"
    r"|\d+\.\d+|\d+,\d{1,2}(?!\d)|\d+"
)
_SIGNS = "$€£₴₽"
_WORD = one_of(NUMBER_WORDS)
_RUN = rf"\b{_WORD}(?:(?:\s?[-‑]\s?|\s)(?:and[\s-])?{_WORD})*\b"
_MONEY = rf"{one_of(CURRENCIES)}s?"
_NUMBER = re.compile(
    rf"""
      \b (?P<half>half\sa) \s (?P<half_scale>{one_of(SCALES)}) \b
    | (?<![\w.,/:]) (?<![^\W\d_][-‑]) (?P<sign>(?:US\s?)?[{_SIGNS}]\s?)?
      (?P<digits>{_DIGITS}) (?P<ordinal>st|nd|rd|th)? (?P<k>[kK](?!\w)|m(?!\w)|bn(?!\w))?
      (?![^\W\d]|[-‑](?-i:[A-ZА-Я])|[.,:/]\d|\d)
      (?:\s?[-‑]?(?P<scale>{one_of(SCALES)}|{one_of(SHORT_SCALES.keys() - {"k", "m"})}\.?)(?!\w))?
      (?:\s?(?P<percent>%|per\s?cent\b))?
      (?:\s(?:US\s)?(?P<money>{_MONEY})\b)?
    | (?P<run>{_RUN}) (?:\s(?P<run_percent>per\s?cent)\b)? (?:\s(?:US\s)?(?P<run_money>{_MONEY})\b)?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BEGINS = NUMBER_WORDS | {"us", "half"}
_PIECE = re.compile(r"\w+|[^\w\s]|\s+")
_SCALES = SCALES | SHORT_SCALES


@dataclass(frozen=True, slots=True)
class Number:
    """A figure: text[start:end] says `value` (percents as written: 40 for '40%').

    `unit`: '' or '%', '$', '€', '£', '₴', '₽', 'zł'. `ordinal`: '82nd', 'third'. `label`: it names something
    and counts nothing ('Article 407', 'No. 11322'). The span holds scale and unit words.
    """

    start: int
    end: int
    value: Decimal
    unit: str = ""
    ordinal: bool = False
    label: bool = False

    @property
    def term(self) -> str:
        """The value in plain digits: '95296', '2.161'; one spelling for each value."""
        return plain(self.value)


@dataclass(frozen=True, slots=True)
class _Found:
    number: Number
    scale: int
    plain: bool  # plain digits, without separators or scale


def plain(value: Decimal) -> str:
    """Return `value` without exponent or idle zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def numbers(text: str, known: Sequence[Date] | None = None) -> list[Number]:
    """Return all figures in `text` in reading order; days and years of dates are not figures.

    `known` are the text's dates if the caller has them. A lone 'one' is mostly a pronoun and is left out;
    so are fractions in words ('two-thirds'). text2num reads numbers in words, English only.
    """
    taken = dates(text) if known is None else known
    found: list[_Found] = []
    end = 0
    for start in places(text, _BEGINS):
        match = _NUMBER.match(text, start) if start >= end else None
        if match is None:
            continue
        end = match.end()
        over = bisect_left(taken, end, key=lambda d: d.start) - 1  # the last date that begins before
        if over >= 0 and taken[over].end > start:
            found.extend(_beside_date(text, match, taken[over].end))
        elif match["run"]:
            found.extend(_words(text, match))
        else:
            found.append(_digits(text, match))
    return _ranges(text, found)


def _beside_date(text: str, match: re.Match[str], end: int) -> list[_Found]:
    """Return the number behind a date that took the front of what looked like one number: 'October 24 200 men'."""
    rest = _NUMBER.match(text, end + 1) if end < match.end() and text[end : end + 1].isspace() else None
    if rest is None or rest["run"]:
        return []
    return [_digits(text, rest)]


def _unit(percent: str | None, money: str | None, sign: str | None) -> str:
    if percent:
        return "%"
    if sign:
        return sign.strip()[-1]
    if money:
        return CURRENCIES[money.lower().removesuffix("s")]
    return ""


def _digits(text: str, match: re.Match[str]) -> _Found:
    if match["half"]:
        scale = SCALES[match["half_scale"].lower()]
        return _Found(Number(match.start(), match.end(), Decimal(scale) / 2), scale, False)
    raw = match["digits"]
    compact = re.sub(r"[\s'’]", "", raw)
    whole, comma, rest = compact.rpartition(",")
    if comma and len(rest) <= 2:  # decimal comma
        compact = f"{whole}.{rest}"
    elif compact.count(".") > 1:
        compact = compact.replace(".", "")
    value = Decimal(compact.replace(",", ""))
    short = (match["k"] or "").lower()
    scale, end = 1, match.end()
    if short == "m" and not match["sign"]:
        end, scale = match.end("digits"), 1  # '5m' is metres unless it is money
    elif short or match["scale"]:
        scale = _SCALES[(match["scale"] or short).lower().rstrip(".")] * (
            _SCALES[short] if short and match["scale"] else 1
        )
    unit = _unit(match["percent"], match["money"], match["sign"])
    bare = compact == raw and not short and not match["scale"]
    ordinal = match["ordinal"] is not None
    label = bare and not unit and not ordinal and _is_label(text, match.start())
    return _Found(Number(match.start(), end, value * scale, unit, ordinal, label), scale, bare)


def _is_label(text: str, start: int) -> bool:
    """Return whether the word before a bare number makes it a label: such a word, or any word with a capital."""
    word = word_before(text, start)
    named = word[:1].isupper() and not word.endswith(".") and month_number(word) is None
    return word.lower() in LABELS or (named and word.lower() not in QUANTIFIERS)


class _Word:
    """The shape of token that text2num reads."""

    def __init__(self, text: str) -> None:
        self._text = text

    def text(self) -> str:
        return self._text

    def nt_separated(self, previous: object) -> bool:  # noqa: ARG002
        return False

    def not_a_number_part(self) -> bool:
        return False


class _Occurrence(Protocol):
    """A number that text2num found: offsets in its tokens. The library has no type stubs."""

    start: int
    end: int
    value: float
    is_ordinal: bool


@lru_cache(maxsize=10_000)
def _read_run(run: str) -> tuple[tuple[int, int, Decimal, bool], ...]:
    """Return (start, end, value, ordinal) of each number in a run of number words, by text2num."""
    pieces = list(_PIECE.finditer(run))
    read = importlib.import_module("text_to_num").find_numbers
    found: list[_Occurrence] = read([_Word(p[0]) for p in pieces], "en", 0.0)
    return tuple((pieces[o.start].start(), pieces[o.end - 1].end(), Decimal(str(o.value)), o.is_ordinal) for o in found)


def _words(text: str, match: re.Match[str]) -> list[_Found]:
    run = match["run"]
    found: list[_Found] = []
    read = _read_run(run.lower())
    for i, (start, end, value, ordinal) in enumerate(read):
        last = i == len(read) - 1
        first, stop = match.start() + start, match.start() + end
        of_one = word_before(text, first).lower() in ("a", "an", "one")
        fraction = of_one if ordinal else word_after(text, stop) in FRACTIONS
        if fraction or run[start:end].lower() == "one":
            continue
        unit = _unit(match["run_percent"], match["run_money"], None) if last else ""
        stop = match.end() if last and unit else stop
        words = run[start:end].lower().split()
        scale = SCALES.get(words[-1], 1) if len(words) > 1 else 1
        found.append(_Found(Number(first, stop, value, unit, ordinal), scale, scale == 1))
    return found


def _ranges(text: str, found: list[_Found]) -> list[Number]:
    """Give the first end of a range what it shares with the second: '5–10%', 'between 3 and 5 thousand'."""
    made = [f.number for f in found]
    for i in range(len(found) - 2, -1, -1):
        first, second = found[i], found[i + 1]
        gap = text[first.number.end : second.number.start].strip().lower()
        low, high = made[i], made[i + 1]
        if gap in RANGES or gap == "or" or (gap == "and" and "between" in words_before(text.lower(), low.start)):
            shares = second.scale > 1 and first.scale == 1 and low.value < high.value / second.scale
            value = low.value * second.scale if shares and first.plain else low.value
            made[i] = replace(low, value=value, unit=low.unit or high.unit)
            if low.unit in _SIGNS and not high.unit and low.unit:
                made[i + 1] = replace(high, unit=low.unit)
        if first.number.label and second.plain and not high.unit and (gap in RANGES or gap in (",", "and", "or", "&")):
            made[i + 1] = replace(made[i + 1], label=True)
    return made
