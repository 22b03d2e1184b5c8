"""Whether a message says by itself what is asked, or leans on the talk before it."""

from __future__ import annotations

import re
from enum import StrEnum

from app.question.classify import classify
from app.question.pronouns import Stands, unbound
from app.question.wording import DETERMINED, Message, read
from app.records import QuestionKind
from index.text.analysis import analyse
from index.text.words import (
    AUXILIARIES,
    FUNCTION_WORDS,
    PREPOSITIONS,
    QUANTITIES,
    QUESTION_WORDS,
    REFERENCES,
    SAYING,
    SOMEBODY,
)


class Leans(StrEnum):
    """How a message leans on the question before it."""

    NOT = "not"
    FRAGMENT = "fragment"  # takes the place of a like part: 'and in January?'
    CLAUSE = "clause"  # has a pronoun without a noun, or lacks a part: 'was it passed?', 'who paid?'
    BARE = "bare"  # a clause or pronoun that says nothing else: 'why is that?', 'who else?'
    MORE = "more"  # asks to go on
    UNCLEAR = "unclear"  # nothing to go by: 'hm', 'the second one'


_SOUNDS = frozenset(
    """yes yeah yep yup no nope nah sure maybe perhaps please hm hmm hmmm uh um huh oh ah aha eh what wow lol ok
    okay""".split()
)
_MORE = re.compile(
    r"(?:(?:please |can you |could you )*(?:tell me |say |show me |give me )?)?(?:some |any |a bit )?"
    r"(?:more|further|anything else|something else|what else|continue|go on|keep going|elaborate|next|and|so|but|or)"
    r"(?: (?:please|details?|about (?:it|this|that)|on (?:it|this|that)))*"
)
# Points at an item of a list that was never given: an answer's quotations have no numbers but those of their footnotes.
_ITEM = re.compile(
    r"(?:the |this |that |number |option |no\.? ?|#)*"
    r"(?:\d{1,2}|first|second|third|fourth|fifth|last|other|former|latter|one|two|three)(?: ones?| two| option| point)?"
)
_VAGUE = frozenset(
    """sure true really right correct happen happened happens mean means meant exactly next again come know details
    you against back up out off away down""".split()
)
# Verbs without '-ed' that tell what people did: 'how many came back' counts no noun.
_PAST = frozenset("came went left fled ran got took lost won fell fought paid sent stood chose quit".split())
_SAYS_NOTHING = FUNCTION_WORDS | REFERENCES | PREPOSITIONS | SAYING | QUANTITIES | SOMEBODY | _VAGUE
_LONG = 25  # words: whoever writes so many says what is meant
_ENOUGH = 6  # telling words by which a question is found, whatever its 'they' stands for
_FEW = 2  # telling words
_ALONE_AT_MOST = 2  # words that are no sentence and need no 'and' before them to be a fragment


def leaning(typed: str) -> tuple[Message, Leans]:
    """Return the message without its beginning, and how it leans on the talk before it."""
    message = read(typed)
    return message, _leans(_bare(typed), message)


def _bare(text: str) -> str:
    return text.lower().strip(" .,!?:;…-\n\t")


def _leans(bare: str, message: Message) -> Leans:
    if not any(map(str.isalnum, bare)) or set(re.findall(r"\w+", bare)) <= _SOUNDS:
        return Leans.UNCLEAR
    if _ITEM.fullmatch(_bare(message.text)):
        return Leans.UNCLEAR
    if _MORE.fullmatch(bare) or not message.words:
        return Leans.MORE
    if _is_foreign(message) or classify(message.text).kind in (QuestionKind.OVERVIEW, QuestionKind.SMALLTALK):
        return Leans.NOT
    if all(w.low in _SAYS_NOTHING for w in message.words):
        return Leans.BARE
    if message.back or _points_outside(message):
        return Leans.CLAUSE
    if not message.is_clause:
        return Leans.FRAGMENT if _is_fragment(message) else Leans.NOT
    return Leans.CLAUSE if _lacks_a_noun(message) else Leans.NOT


def _points_outside(message: Message) -> bool:
    """Return whether a pronoun stands for nothing in the message; in one that says much, only a person is missed."""
    if len(message.words) > _LONG:
        return False
    says_enough = sum(w.low not in _SAYS_NOTHING for w in message.words) >= _ENOUGH
    return any(p.stands is Stands.PERSON or not says_enough for p in unbound(message))


def _is_foreign(message: Message) -> bool:
    """Return whether most letters are not Latin: English grammar tells nothing there."""
    letters = [c for c in message.text if c.isalpha()]
    return sum(c > "\u024f" for c in letters) * 2 > len(letters)


def _is_fragment(message: Message) -> bool:
    """Return whether words that are no sentence are part of one, and no search by keywords."""
    first = message.words[0].low
    telling = [w for w in message.words if w.low not in _SAYS_NOTHING]
    named = all(w.is_capital or w.low in DETERMINED for w in message.words)
    dates = analyse(message.text).dates
    dated = all(any(d.start <= w.start < d.end for d in dates) for w in telling)
    return message.joined or first in PREPOSITIONS or named or dated or len(telling) <= _ALONE_AT_MOST


def _lacks_a_noun(message: Message) -> bool:
    """Return whether a clause has a verb and nothing beside it, or counts or chooses what it does not name."""
    low = [w.low for w in message.words]
    verb, *more = (n for n, word in enumerate(low) if word not in _SAYS_NOTHING)
    heads = QUESTION_WORDS | QUANTITIES | SOMEBODY
    if not more and verb and low[verb - 1] in heads and AUXILIARIES.isdisjoint(low[verb:]):
        return True
    if low[0] == "which" and low[1] in AUXILIARIES:
        return not any(w.is_capital or w.is_plural or w.low in DETERMINED for w in message.words[2:])
    if low[:2] != ["how", "many"] or len(more) >= _FEW or any(w.is_plural for w in message.words[3:4]):
        return False
    return low[2] in AUXILIARIES | _PAST or low[2].endswith("ed")
