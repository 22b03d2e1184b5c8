"""Figures in running text, in digits or English words, with their values."""

from __future__ import annotations

import importlib
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Protocol

from index.text.dates import MONTHS, Date, dates

_SCALES = {
    "hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "k": 10**3, "mn": 10**6, "mln": 10**6, "bn": 10**9, "m": 10**6,
    "тис": 10**3, "тыс": 10**3, "млн": 10**6, "млрд": 10**9,
}  # fmt: skip
_CURRENCIES = {
    "dollar": "$", "usd": "$", "euro": "€", "eur": "€", "pound": "£", "gbp": "£",
    "hryvnia": "₴", "hryvnya": "₴", "uah": "₴", "ruble": "₽", "rouble": "₽", "rub": "₽",
    "zloty": "zł", "pln": "zł",
}  # fmt: skip
_SIGNS = "$€£₴₽"
# Thousands are set apart by a comma, a dot (twice or more, else it is a decimal point), an apostrophe or a
# blank: plain, no-break, thin or narrow no-break (the last two as in SI, BIPM brochure, 5.4.4).
_DIGITS = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)"
    r"|\d{1,3}(?:\.\d{3}){2,}(?!\d)"
    r"|\d{1,3}(?:['’]\d{3})+(?!\d)"
    r"|\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)"
    r"|\d+\.\d+|\d+,\d{1,2}(?!\d)|\d+"
)
_UNITS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth fortieth fiftieth sixtieth "
    "seventieth eightieth ninetieth hundredth thousandth millionth"
)
_WORD = "|".join(f"{_UNITS} {_TENS} zero hundred thousand million billion trillion {_ORDINALS}".split())
_RUN = rf"\b(?:{_WORD})(?:(?:\s?[-‑]\s?|\s)(?:and[\s-])?(?:{_WORD}))*\b"
_SCALE = r"hundred|thousand|million|billion|trillion|mln|bn|mn|тис\.?|тыс\.?|млн\.?|млрд\.?"
_MONEY = r"(?:US\s)?dollars?|USD|euros?|EUR|pounds?|GBP|hryvn[iy]as?|UAH|r(?:o)?ubles?|RUB|zlotys?|PLN"
_NUMBER = re.compile(
    rf"""
      \b (?P<half>half\sa) \s (?P<half_scale>hundred|thousand|million|billion|trillion) \b
    | (?<![\w.,/:]) (?<![^\W\d_][-‑]) (?P<sign>(?:US\s?)?[{_SIGNS}]\s?)?
      (?P<digits>{_DIGITS}) (?P<ordinal>st|nd|rd|th)? (?P<k>[kK](?!\w)|m(?!\w)|bn(?!\w))?
      (?![^\W\d]|[-‑](?-i:[A-ZА-Я])|[.,:/]\d|\d)
      (?:\s?[-‑]?(?P<scale>{_SCALE})(?!\w))?
      (?:\s?(?P<percent>%|per\s?cent\b|percent\b))?
      (?:\s(?P<money>{_MONEY})\b)?
    | (?P<run>{_RUN}) (?:\s(?P<run_percent>per\s?cent|percent)\b)? (?:\s(?P<run_money>{_MONEY})\b)?
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PLACE = re.compile(rf"\d+|[A-Za-z]+|[{_SIGNS}]")
_BEGINS = frozenset(["us", "half", *_WORD.split("|")])
_PIECE = re.compile(r"\w+|[^\w\s]|\s+")
_FRACTION = re.compile(r"[\s-](?:half|halves|thirds|quarters?|(?:four|fif|six|seven|eigh|nin|ten)ths)\b", re.IGNORECASE)
_A = re.compile(r"\b(?:an?|one)\s\Z", re.IGNORECASE)
_RANGE = re.compile(r"\s?[-–—‑]\s?|\s(?:to|or)\s", re.IGNORECASE)
_AND = re.compile(r"\sand\s", re.IGNORECASE)
_BETWEEN = re.compile(r"\bbetween\s(?:about\s|some\s)?\Z", re.IGNORECASE)
_NO = re.compile(r"(?:\b(?:nos?|nr|art|pp?)\.\s?|[№#§]\s?)\Z", re.IGNORECASE)
_CAPITALISED = re.compile(r"\b(?P<word>[^\W\d_][\w’'-]*)\s\Z")
_LISTED = re.compile(r"\s?(?:,|and|or|to|&|[-–])\s?\Z", re.IGNORECASE)
# Words that begin a sentence before a count; any other capitalised word before a bare number is its name.
_QUANTIFIERS = frozenset(
    """
    a about above after all almost among approximately around as at before below besides between but by
    during even every exactly few first for from had has have in just last less like many more most nearly
    no not of on only or other out over roughly since so some such than that the then there these this those
    to under until up was were when where which while with within
    """.split()
)


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
    plain: bool  # without a group sign or scale of its own


def plain(value: Decimal) -> str:
    """`value` without exponent or idle zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def numbers(text: str, known: Sequence[Date] | None = None) -> list[Number]:
    """All figures in `text` in reading order; days and years of dates are not figures.

    `known` are the text's dates if the caller has them. A lone 'one' is mostly a pronoun and is left out;
    so are fractions in words ('two-thirds'). Numbers in words are read by text2num, English only.
    """
    taken = dates(text) if known is None else known
    found: list[_Found] = []
    for match in _matches(text):
        over = bisect_left(taken, match.end(), key=lambda d: d.start) - 1  # the last date that begins before
        if over >= 0 and taken[over].end > match.start():
            found.extend(_beside_date(text, match, taken[over].end))
        elif match["run"]:
            found.extend(_words(text, match))
        else:
            found.append(_digits(text, match))
    return _ranges(text, found)


def _matches(text: str) -> Iterator[re.Match[str]]:
    """What `_NUMBER.finditer` finds, several times faster: tried only where a number can begin."""
    end = 0
    for place in _PLACE.finditer(text):
        start = place.start()
        if start < end or (place[0].isalpha() and place[0].lower() not in _BEGINS):
            continue
        match = _NUMBER.match(text, start)
        if match is not None:
            yield match
            end = match.end()


def _beside_date(text: str, match: re.Match[str], end: int) -> list[_Found]:
    """'October 24 200 men': the date has taken the front of what looked like one number."""
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
        word = money.lower().removeprefix("us").strip()
        return _CURRENCIES.get(word) or _CURRENCIES.get(word.removesuffix("s"), "")
    return ""


def _digits(text: str, match: re.Match[str]) -> _Found:
    if match["half"]:
        scale = _SCALES[match["half_scale"].lower()]
        return _Found(Number(match.start(), match.end(), Decimal(scale) / 2), scale, False)
    raw = match["digits"]
    compact = re.sub(r"[\s'’]", "", raw)
    if re.fullmatch(r"\d+,\d{1,2}", compact) or re.fullmatch(r"\d+,\d{1,2}", raw[-3:].strip()):
        compact = compact.replace(",", ".")  # decimal comma
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
    before = text[max(0, start - 40) : start]
    if _NO.search(before):
        return True
    found = _CAPITALISED.search(before)
    if found is None or not found["word"][0].isupper():
        return False
    word = found["word"].lower()
    return word not in _QUANTIFIERS and word not in MONTHS


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
    """(start, end, value, ordinal) of each number in a run of number words, by text2num."""
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
        fraction = _A.search(text[max(0, first - 5) : first]) if ordinal else _FRACTION.match(text, stop)
        if fraction or run[start:end].lower() == "one":
            continue
        unit = _unit(match["run_percent"], match["run_money"], None) if last else ""
        stop = match.end() if last and unit else stop
        words = run[start:end].lower().split()
        scale = _SCALES.get(words[-1], 1) if len(words) > 1 else 1
        found.append(_Found(Number(first, stop, value, unit, ordinal), scale, scale == 1))
    return found


def _ranges(text: str, found: list[_Found]) -> list[Number]:
    """Give the first end of a range what it shares with the second: '5–10%', 'between 3 and 5 thousand'."""
    made = [f.number for f in found]
    for i in range(len(found) - 2, -1, -1):
        first, second = found[i], found[i + 1]
        gap = text[first.number.end : second.number.start]
        low, high = made[i], made[i + 1]
        between = _AND.fullmatch(gap) and _BETWEEN.search(text[max(0, low.start - 20) : low.start])
        if _RANGE.fullmatch(gap) or between:
            shares = second.scale > 1 and first.scale == 1 and low.value < high.value / second.scale
            value = low.value * second.scale if shares and first.plain else low.value
            made[i] = replace(low, value=value, unit=low.unit or high.unit)
            if low.unit in _SIGNS and not high.unit and low.unit:
                made[i + 1] = replace(high, unit=low.unit)
        if first.number.label and second.plain and not high.unit and _LISTED.fullmatch(gap):
            made[i + 1] = replace(made[i + 1], label=True)
    return made
