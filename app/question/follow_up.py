"""Rewrites a follow-up, with the turns before it, as a question that needs no context. Rules of grammar, no model.

A question that stands alone is left as it was typed. A fragment ('and in January?') takes the place of the like part
of the question before; a pronoun that stands for nothing in its message takes the name that it stands for, or else has
the question before as its context, in brackets. What says too little for either is unclear.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from app.question.antecedents import Asked, another_person, antecedent, only_asks_who
from app.question.classify import CONTEXT, classify
from app.question.exchange import exchanged, names_in, reworded
from app.question.leaning import Leans, leaning
from app.question.pronouns import Stands, replaced, unbound
from app.question.wording import Message
from app.records import QuestionKind, Turn, Understanding
from index.text.analysis import stem
from index.text.words import REQUESTS

_REMEMBERED = 20  # turns
_THE = re.compile(r"\bthe ([\w-]+)", re.IGNORECASE)


def in_context(typed: str, history: Sequence[Turn]) -> Understanding:
    """Understand a message after the turns of `history`, oldest first."""
    past: list[Asked] = []
    turns = history[-_REMEMBERED:]
    for n, turn in enumerate(turns):
        if turn.role != "user" or not turn.text.strip():
            continue
        understood = _understand(turn.text, tuple(past))
        if not understood.unclear and classify(turn.text).kind is not QuestionKind.SMALLTALK:
            replies = [t.text for t in turns[n + 1 : n + 2] if t.role == "assistant"]
            past.append(Asked(understood.standalone_question, " ".join(replies)))
    return _understand(typed, tuple(past))


@lru_cache(maxsize=1024)  # a conversation is read again with each of its questions
def _understand(typed: str, past: tuple[Asked, ...]) -> Understanding:
    asked = typed.strip()
    message, leans = leaning(asked)
    if leans is Leans.NOT or classify(asked).kind is QuestionKind.SMALLTALK:
        return _alone(asked, past)
    if leans is Leans.UNCLEAR or (not past and leans in (Leans.BARE, Leans.MORE)):
        return Understanding(standalone_question=asked, unclear=True)
    if not past:
        return Understanding(standalone_question=asked)
    past = _on_the_matter(message, past)
    before = past[-1].question
    if leans is Leans.MORE:
        whole: str | None = _beside("What else?", before)
    elif leans is Leans.FRAGMENT:
        whole = exchanged(before, message.text)
    else:
        whole = reworded(before, message) or _with_names(message, past)
    if whole is None:
        return Understanding(standalone_question=asked, unclear=True)
    return Understanding(standalone_question=whole, context=before)


def _alone(asked: str, past: Sequence[Asked]) -> Understanding:
    """Understand a question that stands alone; one that only says how to answer is put behind the question before."""
    if past:
        before = f"{past[-1].question.rstrip(' ?.')}?"
        both = f"{before} {_tidy(asked)}"
        if classify(both).search == before:
            return Understanding(standalone_question=both, context=past[-1].question)
    return Understanding(standalone_question=asked)


def _on_the_matter(message: Message, past: tuple[Asked, ...]) -> tuple[Asked, ...]:
    """Return `past` up to the last question about what a message calls 'the school', if that is an earlier one."""
    begins = r"\Athe |\A" if message.back else r"\Z"
    named = {stem(m[1]) for m in _THE.finditer(message.text)}
    named |= {stem(w) for w in re.split(r"\W+", re.sub(begins, "", message.text))[:1] if message.back}
    for n in range(len(past), 0, -1):
        if not named.isdisjoint(map(stem, re.findall(r"[\w-]+", past[n - 1].question))):
            return past[:n]
    return past


def _with_names(message: Message, past: Sequence[Asked]) -> str | None:
    """Return a message with names for its pronouns, and the question before where that does not make it whole."""
    before = past[-1].question
    if len(message.words) == 1 and unbound(message)[:1] and unbound(message)[0].stands is Stands.PERSON:
        person = another_person(past)
        return exchanged(before, person) if person and names_in(before) else None
    text, left = message.text, 0
    for pronoun in reversed(unbound(message)):
        name = antecedent(pronoun, past)
        text, left = (replaced(text, pronoun, name), left) if name else (text, left + 1)
    whole = text != message.text and not left
    if text != message.text and len(past) > 1 and only_asks_who(before):
        before = past[-2].question  # 'Who is Holm?' has no matter that 'it' could stand for
    return _tidy(text) if whole else _beside(text, before)


def _beside(message: str, before: str) -> str:
    context = re.sub(r"\s*[()]\s*", " ", before).strip(" ?")
    return f"{_tidy(message)}{CONTEXT}{context})"


def _tidy(message: str) -> str:
    text = message.strip()
    ends = text[-1:] in ".?!" or text.split()[0].lower() in REQUESTS
    return text[:1].upper() + text[1:] + ("" if ends else "?")
