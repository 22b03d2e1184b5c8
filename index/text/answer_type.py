"""The type of answer that a question asks for, and the words of a sentence that are of that type."""

from __future__ import annotations

import re
from enum import StrEnum

from index.text.analysis import Analysis, analyse
from index.text.patterns import CAPITALISED


class AnswerType(StrEnum):
    """What the answering words look like."""

    NUMBER = "number"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    REASON = "reason"
    ANY = "any"


# The names of the groups are values of `AnswerType`.
_ASKED = re.compile(
    r"""
      (?P<number> \bhow\ (?:many|much|long(?!\ ago)|old|far|often|large|big|high|tall|strong)\b
        | \b(?:number|figure|share|percentage|proportion|total|amount|sum|count|rate|price|cost|population|age|size
        | maximum|minimum)\b | \bwhat\ (?:per\ ?cent|prison\ term|sentence|penalty|fine)\b | \bthe\ most\b
        | \bwhich\ (?:article|part|bill|law)\b )
    | (?P<date> ^(?:and\ |but\ )?(?:since\ |until\ |by\ )?when\b | \b(?:what|which)\ (?:date|day|month|year|time)\b
        | \bhow\ long\ ago\b | 何年 | 哪一?年 | 何时 | 什么时候 | いつ | 언제 | 몇\ ?년 )
    | (?P<place> \bwhere\b | \b(?:which|what)\ (?:town|city|region|village|country|place|district)\b )
    | (?P<reason> \bwhy\b | \bhow\ come\b | \breasons?\b | \bwhat\ (?:caused|explains)\b )
    | (?P<person> \bwho(?:m|se)?\b | \b(?:which|what)\ (?:officer|minister|person|general|commander|journalist|man
        | woman|politician|official|lawyer|analyst|author|historian|president|spokes\w+|deput\w+|mp)\b )
    """,
    re.VERBOSE,
)
HOW_MANY = re.compile(r"\bhow (many|much|old)\b", re.IGNORECASE)
_IDENTIFIER = re.compile(r"(?:\b[A-Z][a-z]+\s)?(?:No\.\s?)?\b\d[\w-]*\b")
_CAUSE = re.compile(
    r"\b(?:because|due to|owing to|thanks to|as a result|result of|caused?|causes|reasons?|therefore|so that|"
    r"in order to|blam\w+|since|as (?:the|it|they|he|she)|so (?:the|it|they)|led to|explain\w*|linked|fear\w*|lack of|"
    r"comes? from|for lack|attribut\w+|not because|to (?:avoid|evade|prevent|protect|save))\b",
    re.IGNORECASE,
)

Spans = list[tuple[int, int]]


def answer_type(text: str) -> AnswerType:
    """Return the type of the answering words, by the question word that comes first; ANY if there is none."""
    found = _ASKED.search(text.lower())
    return AnswerType(found.lastgroup) if found and found.lastgroup else AnswerType.ANY


def answer_spans(kind: AnswerType, text: Analysis, query: Analysis) -> Spans:
    """Return the spans (start, end) of `text` that are of type `kind` and that `query` does not hold already.

    ANY has no form and thus no spans.
    """
    match kind:
        case AnswerType.NUMBER:
            return _number_spans(text, query)
        case AnswerType.DATE:
            given = {(d.year, d.month, d.day) for d in query.dates}
            return [(d.start, d.end) for d in text.dates if (d.year, d.month, d.day) not in given]
        case AnswerType.PERSON | AnswerType.PLACE:
            asked = query.text.lower()
            return [m.span() for m in CAPITALISED.finditer(text.text) if _is_new_name(m, asked)]
        case AnswerType.REASON:
            return [m.span() for m in _CAUSE.finditer(text.text)]
    return []


def _number_spans(text: Analysis, query: Analysis) -> Spans:
    """Return the figures that the query does not hold; for 'how many' counts only, not 'Article 407' or '82nd'."""
    given = {n.value for n in query.numbers}
    counts = HOW_MANY.search(query.text) is not None
    fitting = text.counts if counts else text.numbers
    spans = [(n.start, n.end) for n in fitting if n.value not in given]
    if not spans and not counts:
        asked = query.text.lower()
        found = (m for m in _IDENTIFIER.finditer(text.text) if m.group().lower() not in asked)
        spans = [m.span() for m in found if not any(d.start <= m.start() < d.end for d in text.dates)]
    return spans


def _is_new_name(match: re.Match[str], asked: str) -> bool:
    """Return whether a capitalised phrase may be a name that the question does not hold."""
    words = match.group().split()
    if len(words) == 1 and (match.start() == 0 or words[0].isupper()):
        return False  # a capital that the sentence's beginning asks for, or an abbreviation
    return match.group().lower() not in asked and not analyse(match.group()).dates
