"""Whom and what a pronoun stands for, by the question before it and the answer to that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import dropwhile, takewhile
from typing import NamedTuple

from app.question.exchange import names_in
from app.question.names import names
from app.question.pronouns import Pronoun, Stands
from app.question.wording import words
from index.text.analysis import analyse, without_possessive
from index.text.answer_type import AnswerType, answer_type
from index.text.countries import country_words
from index.text.patterns import CAPITALISED, one_of, word_before
from index.text.words import AUXILIARIES, FUNCTION_WORDS, NO_PERSON, TITLES

_BESIDE_A_PLACE = frozenset(("in", "at", "near", "from", "through", "under"))
_WHO_IS = re.compile(r"who(?:'s| is| was) (?=[A-Z])", re.IGNORECASE)
_SUBJECT = re.compile(rf"\b{one_of(AUXILIARIES)} (?:the )?$", re.IGNORECASE)


class Asked(NamedTuple):
    """An earlier question that needs no turn before it, and what was answered."""

    question: str
    answer: str


def antecedent(pronoun: Pronoun, past: Sequence[Asked]) -> str | None:
    """Return the name that a pronoun stands for; None if no single name is sure to be meant."""
    match pronoun.stands:
        case Stands.PERSON:
            return next((person for asked in reversed(past) if (person := _person_of(asked))), None)
        case Stands.GROUP if pronoun.subject:
            return _acting(past[-1].question)
        case Stands.THING:
            return _numbered(past[-1].question)
    return None


def another_person(past: Sequence[Asked]) -> str | None:
    """Return the last person who was talked of and whom the last question does not name: 'and him?'."""
    for asked in reversed(past):
        for person in (_answered_person(asked), _asked_person(asked.question)):
            if person and person.split()[-1] not in past[-1].question:
                return person
    return None


def only_asks_who(question: str) -> bool:
    """Return whether a question asks who somebody is and has no other matter."""
    found = names_in(question)
    return _WHO_IS.match(question) is not None and len(found) == 1 and not question[found[0].end() :].strip(" ?")


def _answered_person(asked: Asked) -> str | None:
    """Return the first person in the quoted words of an answer: one with a title before others."""
    quoted = [part.partition("”")[0] for part in asked.answer.split("“")[1:]]  # the words outside name the publisher
    said = " ".join(quoted) or asked.answer
    people = [person for m in CAPITALISED.finditer(said) if (person := _person(m.group().split()))]
    return next((name for name, titled in people if titled), people[0][0] if people else None)


def _person_of(asked: Asked) -> str | None:
    """Return the person that a question is about: of its answer if it asks who, else the one that it names."""
    seeks = answer_type(asked.question) is AnswerType.PERSON and not _WHO_IS.search(asked.question)
    found = (_answered_person(asked), _asked_person(asked.question))
    return found[0] or found[1] if seeks else found[1] or found[0]


def _asked_person(question: str) -> str | None:
    for match in names_in(question):
        parts = [*dropwhile(lambda w: w.lower() in TITLES | FUNCTION_WORDS, match.group().split())]
        name = without_possessive(" ".join(parts))
        placed = word_before(question, match.start()).lower() in _BESIDE_A_PLACE | {"the"}
        country = any(len(country_words(w)) > 1 for w in name.split())
        if name and not placed and not country and not any(w.lower() in NO_PERSON for w in name.split()):
            return name
    return None


def _acting(question: str) -> str | None:
    """Return the body that acts in a question, if nothing is counted there that may be meant as well.

    A single word may be a person, and no 'they'.
    """
    for match in names_in(question):
        before, name = question[: match.start()], match.group()
        if _SUBJECT.search(before) and " " in name and not any(w.is_plural for w in words(before)):
            return without_possessive(name)
    return None


def _numbered(question: str) -> str | None:
    """Return the thing with a number for its name that a question is about: 'What would bill No. 13260 do?'."""
    for name in names(analyse(question)):
        if name.number and _SUBJECT.search(question[: question.find(name.text)]):
            return name.text
    return None


def _person(parts: list[str]) -> tuple[str, bool] | None:
    """Return (name, whether a title comes before it) if a capitalised phrase may name a person."""
    untitled = [*dropwhile(lambda w: w.lower() in TITLES | FUNCTION_WORDS, parts)]
    name = [*takewhile(lambda w: w[0].isupper(), untitled)]  # 'Anna Berg of Oslo'
    if len(name) not in (2, 3) or any(w.lower() in NO_PERSON for w in name):
        return None
    return without_possessive(" ".join(name)), len(untitled) < len(parts)
