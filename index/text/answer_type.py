"""The type of answer that a question asks for, and the words of a sentence that are of that type."""

from __future__ import annotations

import re
from enum import StrEnum

from index.text.dates import dates
from index.text.numbers import numbers


class AnswerType(StrEnum):
    """What the answering words look like."""

    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    REASON = "reason"
    ANY = "any"


_TYPES: tuple[tuple[AnswerType, re.Pattern[str]], ...] = (
    (
        AnswerType.NUMBER,
        re.compile(
            r"\bhow (?:many|much|long|old|far|often|large|big|high|tall|strong)\b|\b(?:number|figure|share|percentage|"
            r"proportion|total|amount|sum|count|rate|price|cost|population|age|size|maximum|minimum)\b|"
            r"\bwhat (?:per ?cent|prison term|sentence|penalty|fine)\b|\bthe most\b|\bwhich (?:article|part|bill|law)\b"
        ),
    ),
    (
        AnswerType.DATE,
        re.compile(r"^(?:and |but )?(?:since |until |by )?when\b|\bwhat (?:date|day|month|year|time)\b|"
                   r"\bwhich (?:date|day|month|year)\b|\bhow long ago\b|\bon which (?:date|day)\b"),
    ),
    (AnswerType.PLACE, re.compile(r"\bwhere\b|\b(?:which|what) (?:town|city|region|village|country|place|district)\b")),
    (AnswerType.REASON, re.compile(r"\bwhy\b|\bhow come\b|\breasons?\b|\bwhat (?:caused|explains)\b")),
    (
        AnswerType.PERSON,
        re.compile(r"\bwho(?:m|se)?\b|\b(?:which|what) (?:officer|minister|person|general|commander|journalist|man|"
                   r"woman|politician|official|lawyer|analyst|author|historian|president|spokes\w+|deput\w+|MP)\b"),
    ),
)  # fmt: skip


_NAME = re.compile(r"[^\W\d_a-zа-яґєії][\w'’-]*(?:\s+(?:[^\W\d_a-zа-яґєії][\w'’-]*|of|de|von|van))*")
_COUNTS = re.compile(r"\bhow (?:many|much)\b", re.IGNORECASE)
_IDENTIFIER = re.compile(r"(?:\b[A-Z][a-z]+\s)?(?:No\.\s?)?\b\d[\w-]*\b")
_CAUSE = re.compile(
    r"\b(?:because|due to|owing to|thanks to|as a result|result of|caused?|causes|reasons?|therefore|so that|"
    r"in order to|blam\w+|since|as (?:the|it|they|he|she)|so (?:the|it|they)|led to|explain\w*|linked|fear\w*|lack of|"
    r"comes? from|for lack|attribut\w+|not because|to (?:avoid|evade|prevent|protect|save))\b",
    re.IGNORECASE,
)


def answer_type(text: str) -> AnswerType:
    """The type of the answering words, by the question word that stands first; ANY if there is none."""
    low = text.lower()
    found = [(m.start(), n, kind) for n, (kind, rule) in enumerate(_TYPES) if (m := rule.search(low))]
    return min(found)[2] if found else AnswerType.ANY


def answer_spans(kind: AnswerType, text: str, query: str) -> list[tuple[int, int]]:
    """Spans (start, end) of `text` that are of type `kind` and that `query` does not hold already.

    Empty for ANY, which has no form of its own.
    """
    asked = query.lower()
    match kind:
        case AnswerType.NUMBER:
            return _number_spans(text, query)
        case AnswerType.DATE:
            given_dates = {(d.year, d.month, d.day) for d in dates(query)}
            return [(d.start, d.end) for d in dates(text) if (d.year, d.month, d.day) not in given_dates]
        case AnswerType.PERSON | AnswerType.PLACE:
            return [m.span() for m in _NAME.finditer(text) if _is_new_name(m, asked)]
        case AnswerType.REASON:
            return [m.span() for m in _CAUSE.finditer(text)]
    return []


def _number_spans(text: str, query: str) -> list[tuple[int, int]]:
    """Figures that the query does not hold; for 'how many' counts only, not 'Article 407' or '82nd'."""
    known = dates(text)
    given = {n.value for n in numbers(query)}
    counts = _COUNTS.search(query) is not None
    spans = [
        (n.start, n.end)
        for n in numbers(text, known)
        if n.value not in given and not (counts and (n.label or n.ordinal))
    ]
    if not spans and not counts:
        asked = query.lower()
        spans = [m.span() for m in _IDENTIFIER.finditer(text) if m.group().lower() not in asked]
    return [s for s in spans if not any(d.start <= s[0] < d.end for d in known)]


def _is_new_name(match: re.Match[str], asked: str) -> bool:
    """Whether a capitalised phrase may be a name that the question does not hold."""
    words = match.group().split()
    if len(words) == 1 and (match.start() == 0 or words[0].isupper()):
        return False  # a capital that the sentence's beginning asks for, or an abbreviation
    return match.group().lower() not in asked and not dates(match.group())
