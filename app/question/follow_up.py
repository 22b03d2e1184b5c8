"""A follow-up and the turns before it -> a question that stands alone.

Rules, no model: an elliptical follow-up ('and in January?') takes the place of the like part of the question
before it (a date for a date, 'Article 407' for 'Article 408', a name for a name); a personal pronoun takes
the last person named; any other reference keeps the question before it as context.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.question.classify import classify
from app.question.names import KINDS, TITLES, WEEKDAYS
from app.records import QuestionKind, Turn
from index.text.analysis import dates
from index.text.dates import MONTHS

_LEAD = re.compile(
    r"^(?:(?:and|but|or|so|also|then|ok(?:ay)?|what about|how about|what of|and what about|and how about|"
    r"same (?:question )?(?:for|in)|now)\b[\s,]*)+",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(r"^(?:in|for|by|at|on|of|from|during|under|with|to|since|until|after|before)\s+", re.I)
_CLAUSE_WORD = re.compile(
    r"\b(?:who|whom|whose|what|when|where|why|how|which|is|are|was|were|do|does|did|has|have|had|can|could|will|"
    r"would|should|may|might|must|list|name|summari[sz]e|explain|tell|show|compare|said|says)\b",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:he|she|him|his|her|hers|himself|herself)\b", re.IGNORECASE)
_REFERENCE = re.compile(
    r"\b(?:it|its|they|them|their|theirs|that|this|those|these|there|then|one|ones|former|latter|such|"
    r"same|else|others?|so)\b",
    re.IGNORECASE,
)
_CAPITALISED = re.compile(r"(?:[A-ZÀ-ÖØ-ÞА-ЯҐЄІЇ][\w'’-]*)(?:\s+[A-ZÀ-ÖØ-ÞА-ЯҐЄІЇ][\w'’-]*)*")
# Words in a clause: up to here it is an ellipsis ('how many reached court?'), and beyond it no pronoun of a longer
# clause is taken to point outside it.
_SHORT, _SHORT_AFTER_LEAD, _LONG = 4, 5, 12
_CONTEXT = " ("
_LABELLED = re.compile(r"\b([A-Za-z]+\.?)\s+(?:no\.?\s*)?(\d[\w-]*)\b", re.IGNORECASE)
# Words that begin or end a capitalised phrase that is no person.
_NO_PERSON = (
    TITLES
    | KINDS
    | WEEKDAYS
    | frozenset(MONTHS)
    | frozenset(
        "the a an in on at by from of no part post times news street journal web site television radio according le el "
        "al der die das press independent gazette tribune herald guardian".split()
    )
)
# The sources' words in an answer of ours; what stands outside names the publisher.
_QUOTED = re.compile(r"“([^”]*)”")
_QUESTION_WORDS = frozenset(
    "who whom whose what when where why how which is are was were do does did has have had can could will would "
    "should and but or so by of in the at on for please list name summarise summarize according besides".split()
)


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """`question` rewritten so that it needs no earlier turn; unchanged if it leans on none."""
    asked = question.strip()
    earlier = [t for t in history if t.role == "user" and t.text.strip()]
    if not earlier or classify(asked).kind is QuestionKind.SMALLTALK:
        return asked
    last = max(i for i, t in enumerate(history) if t is earlier[-1])
    before = stand_alone(earlier[-1].text, history[:last])
    if classify(before).kind is QuestionKind.SMALLTALK:
        return asked
    fragment = _LEAD.sub("", asked).strip(" ?.!")
    if fragment and not _CLAUSE_WORD.search(fragment) and len(fragment.split()) <= 6:
        return _substitute(before, fragment)
    if _PERSONAL.search(asked):
        person = _last_person(history)
        return _name_person(asked, person) if person else _with_context(asked, before)
    return _with_context(asked, before) if _leans(asked) else asked


def _leans(asked: str) -> bool:
    """Whether a clause says too little by itself: no name or number of its own, and short or with a reference."""
    clause = _LEAD.sub("", asked)
    if _names(clause) or re.search(r"\d", clause) or classify(clause).kind is QuestionKind.OVERVIEW:
        return False
    length = len(clause.split())
    short = _SHORT_AFTER_LEAD if clause != asked else _SHORT
    return length <= short or (length <= _LONG and _REFERENCE.search(clause) is not None)


def _names(text: str) -> list[re.Match[str]]:
    """Capitalised phrases that may be names: not the first word of a question, not a date, not 'Article 408'."""
    return [
        m
        for m in _CAPITALISED.finditer(text)
        if m.group().lower() not in _QUESTION_WORDS
        and not dates(m.group())
        and (m.start() or len(m.group().split()) > 1)
        and not re.match(r"\s+(?:[Nn]o\.?\s*)?\d", text[m.end() :])
    ]


def _with_context(asked: str, before: str) -> str:
    return f"{asked}{_CONTEXT}{before.rstrip(' ?')})"


def without_context(standalone: str) -> str:
    """`standalone` without the earlier question that `stand_alone` may have set behind it."""
    return standalone.partition(_CONTEXT)[0]


def _substitute(before: str, fragment: str) -> str:
    """`before` with its part that is like `fragment` exchanged; both together if there is no such part."""
    bare = _PREPOSITION.sub("", fragment)
    for exchange in (_exchange_date, _exchange_label, _exchange_name):
        result = exchange(before, bare, fragment)
        if result is not None:
            return result
    return f"{before.rstrip(' ?')}, {fragment}?"


def _exchange_date(before: str, bare: str, fragment: str) -> str | None:  # noqa: ARG001
    new, old = dates(bare), dates(before)
    if not new or not old or new[0].end - new[0].start < len(bare) // 2:
        return None
    slot, given = old[-1], new[0]
    text = bare[given.start : given.end]
    if given.year is None and slot.year is not None:
        text = f"{text} {slot.year}"
    elif given.month is None and slot.month is not None and given.year is not None and slot.year is not None:
        text = before[slot.start : slot.end].replace(str(slot.year), str(given.year))
    return before[: slot.start] + text + before[slot.end :]


def _exchange_label(before: str, bare: str, fragment: str) -> str | None:  # noqa: ARG001
    new = _LABELLED.fullmatch(bare)
    if new is None:
        return None
    for old in _LABELLED.finditer(before):
        if old.group(1).lower() == new.group(1).lower():
            return before[: old.start()] + bare + before[old.end() :]
    return None


def _exchange_name(before: str, bare: str, fragment: str) -> str | None:
    """Put `bare` in the place of a name: after the same preposition if there is one, else the last name."""
    names = _names(before)
    if not names or re.search(r"\d", bare):
        return None
    lead = _PREPOSITION.match(fragment)
    if lead:
        same = [m for m in names if before[: m.start()].lower().endswith(lead.group().lower())]
        names = same or names
    slot = names[-1]
    name = bare if any(c.isupper() for c in bare) else bare.title()
    return before[: slot.start()] + name + before[slot.end() :]


def _last_person(history: Sequence[Turn]) -> str | None:
    """The person named in the last turn that names one: first one with a title, else the first that may be one."""
    for turn in reversed(history):
        said = " ".join(_QUOTED.findall(turn.text)) if turn.role == "assistant" else ""
        people = [person for m in _CAPITALISED.finditer(said or turn.text) if (person := _person(m.group().split()))]
        if people:
            return next((name for name, titled in people if titled), people[0][0])
    return None


def _person(words: list[str]) -> tuple[str, bool] | None:
    """(name, whether a title stands before it) if a capitalised phrase may name a person."""
    length = len(words)
    while words and words[0].lower() in TITLES | _QUESTION_WORDS:
        words = words[1:]
    if len(words) not in (2, 3) or any(w.lower() in _NO_PERSON for w in words):
        return None
    return " ".join(words), len(words) < length


def _name_person(asked: str, person: str) -> str:
    """The first personal pronoun replaced by `person`; possessives keep their 's."""

    def name(match: re.Match[str]) -> str:
        possessive = match.group().lower() in {"his", "hers"} or (
            match.group().lower() == "her" and re.match(r"\s+\w", asked[match.end() :]) is not None
        )
        return f"{person}'s" if possessive else person

    return _PERSONAL.sub(name, asked, count=1)
