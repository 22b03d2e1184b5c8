"""Rewrites a follow-up, with the turns before it, as a question that needs no context.

Rules, no model: an elliptical follow-up ('and in January?') takes the place of the like part of the question
before it (a date for a date, 'Article 407' for 'Article 408', a name for a name); a personal pronoun takes
the last person named; any other reference keeps the question before it as context.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import dropwhile, takewhile

from app.question.classify import CONTEXT, classify
from app.records import QuestionKind, Turn
from index.text.analysis import analyse
from index.text.patterns import CAPITALISED
from index.text.words import CLAUSE_WORDS, FUNCTION_WORDS, NO_PERSON, PREPOSITIONS, REFERENCES, TITLES

_LEAD = re.compile(
    r"^(?:(?:and|but|or|so|also|then|ok(?:ay)?|what about|how about|what of|and what about|and how about|"
    r"same (?:question )?(?:for|in)|now)\b[\s,]*)+",
    re.IGNORECASE,
)
_PERSONAL = re.compile(r"\b(?:s?he|him(?:self)?|his|her(?:s|self)?)\b(?P<owned>(?=\s+\w))?", re.IGNORECASE)
# Words in a clause: up to here it is an ellipsis ('how many reached court?'), and beyond it no pronoun of a longer
# clause is taken to point outside it.
_SHORT, _SHORT_AFTER_LEAD, _LONG = 4, 5, 12
_LABELLED = re.compile(r"\b([A-Za-z]+\.?)\s+(?:no\.?\s*)?(\d[\w-]*)\b", re.IGNORECASE)


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """Return `question` rewritten so that it needs no earlier turn; unchanged if it needs none."""
    asked = question.strip()
    earlier = [n for n, t in enumerate(history) if t.role == "user" and t.text.strip()]
    if not earlier or classify(asked).kind is QuestionKind.SMALLTALK:
        return asked
    before = stand_alone(history[earlier[-1]].text, history[: earlier[-1]])
    if classify(before).kind is QuestionKind.SMALLTALK:
        return asked
    fragment = _LEAD.sub("", asked).strip(" ?.!")
    if fragment and CLAUSE_WORDS.isdisjoint(analyse(fragment).words) and len(fragment.split()) <= 6:
        return _substitute(before, fragment)
    refers = _PERSONAL.search(asked) is not None
    person = _last_person(history) if refers else None
    if person:
        return _name_person(asked, person)
    return f"{asked}{CONTEXT}{before.rstrip(' ?')})" if refers or _leans(asked) else asked


def _leans(asked: str) -> bool:
    """Return whether a clause says too little by itself: it has no name and no number, and is short or refers."""
    clause = _LEAD.sub("", asked)
    if _names(clause) or any(map(str.isdecimal, clause)) or classify(clause).kind is QuestionKind.OVERVIEW:
        return False
    length = len(clause.split())
    short = _SHORT_AFTER_LEAD if clause != asked else _SHORT
    return length <= short or (length <= _LONG and not REFERENCES.isdisjoint(analyse(clause).words))


def _names(text: str) -> list[re.Match[str]]:
    """Return capitalised phrases that may be names: not the first word of a question, no date, no 'Article 408'."""
    return [
        m
        for m in CAPITALISED.finditer(text)
        if m.group().lower() not in FUNCTION_WORDS
        and not analyse(m.group()).dates
        and (m.start() or len(m.group().split()) > 1)
        and not re.match(r"\s+(?:[Nn]o\.?\s*)?\d", text[m.end() :])
    ]


def _substitute(before: str, fragment: str) -> str:
    """Return `before` with its part that is like `fragment` exchanged; both together if there is no such part."""
    first, _, rest = fragment.partition(" ")
    bare = rest.lstrip() if first.lower() in PREPOSITIONS and rest else fragment
    for exchange in (_exchange_date, _exchange_label, _exchange_name):
        result = exchange(before, bare, fragment)
        if result is not None:
            return result
    return f"{before.rstrip(' ?')}, {fragment}?"


def _exchange_date(before: str, bare: str, fragment: str) -> str | None:
    new, old = analyse(fragment).dates, analyse(before).dates
    if not new or not old or new[0].end - new[0].start < len(bare) // 2:
        return None
    slot, given = old[-1], new[0]
    text = fragment[given.start : given.end]
    if given.year is None and slot.year is not None:
        text = f"{text} {slot.year}"
    elif given.month is None and slot.month is not None and given.year is not None and slot.year is not None:
        text = before[slot.start : slot.end].replace(str(slot.year), str(given.year))
    return before[: slot.start] + text + before[slot.end :]


def _exchange_label(before: str, bare: str, fragment: str) -> str | None:  # noqa: ARG001
    new = _LABELLED.fullmatch(bare)
    old = next((m for m in _LABELLED.finditer(before) if new and m[1].lower() == new[1].lower()), None)
    return before[: old.start()] + bare + before[old.end() :] if old else None


def _exchange_name(before: str, bare: str, fragment: str) -> str | None:
    """Put `bare` in the place of a name: after the same preposition if there is one, else the last name."""
    names = _names(before)
    if not names or analyse(fragment).dates or any(map(str.isdecimal, bare)):
        return None
    lead = fragment.removesuffix(bare).lower()
    slot = next((m for m in reversed(names) if before[: m.start()].lower().endswith(lead)), names[-1])
    name = bare if any(c.isupper() for c in bare) else bare.title()
    return before[: slot.start()] + name + before[slot.end() :]


def _last_person(history: Sequence[Turn]) -> str | None:
    """Return the person in the last turn that names one: first one with a title, else the first that may be one."""
    for turn in reversed(history):
        # The sources' words in an answer of ours; the words outside name the publisher.
        quoted = [part.partition("”")[0] for part in turn.text.split("“")[1:]] if turn.role == "assistant" else []
        said = " ".join(quoted) or turn.text
        people = [person for m in CAPITALISED.finditer(said) if (person := _person(m.group().split()))]
        if people:
            return next((name for name, titled in people if titled), people[0][0])
    return None


def _person(words: list[str]) -> tuple[str, bool] | None:
    """Return (name, whether a title comes before it) if a capitalised phrase may name a person."""
    untitled = [*dropwhile(lambda w: w.lower() in TITLES | FUNCTION_WORDS, words)]
    name = [*takewhile(lambda w: w[0].isupper(), untitled)]  # 'Anna Berg of Oslo'
    if len(name) not in (2, 3) or any(w.lower() in NO_PERSON for w in name):
        return None
    return " ".join(name), len(untitled) < len(words)


def _name_person(asked: str, person: str) -> str:
    """Put `person` in the place of the first personal pronoun: 'her salary' -> 'Anna Berg's salary'."""

    def name(match: re.Match[str]) -> str:
        pronoun = match.group().lower()
        owns = pronoun in ("his", "hers") or (pronoun == "her" and match["owned"] is not None)
        return f"{person}'s" if owns else person

    return _PERSONAL.sub(name, asked, count=1)
