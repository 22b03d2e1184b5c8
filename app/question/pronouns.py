"""Which pronouns of a message point outside it.

Rules of grammar: a pronoun may stand for a noun of another clause of its sentence, never for one beside it in its own
('what did Pym do with it'), except a possessive ('how did Pym explain his vote'). The noun must agree with it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple

from app.question.wording import Message, Word
from index.text.analysis import analyse
from index.text.words import (
    AUXILIARIES,
    BEING,
    DETERMINERS,
    FUNCTION_WORDS,
    KINDS,
    NEUTER,
    PERSONAL,
    PLURAL,
    PREPOSITIONS,
    QUESTION_WORDS,
    SAYING,
    SOMEBODY,
    SOURCES,
    TITLES,
)


class Stands(StrEnum):
    """What a pronoun may stand for."""

    PERSON = "person"
    GROUP = "group"
    THING = "thing"
    MATTER = "matter"  # 'that', 'there', 'so': whatever was talked of


class Pronoun(NamedTuple):
    start: int
    end: int
    stands: Stands
    owns: bool  # 'his', 'their'
    subject: bool


_OWNING = frozenset(("his", "its", "their"))
_SUBJECTS = frozenset(("he", "she", "they"))
_JOINS = frozenset(("and", "but", "or", "so", "then"))
_CLAUSES = frozenset(("because", "if", "while", "although", "though", "unless", "when", "once", "whether"))
_RELATIVES = frozenset(("who", "which", "that", "where"))
# Behind one of these a pronoun is the subject of a clause of its own, if a verb follows.
_BEFORE_A_SUBJECT = _CLAUSES | _RELATIVES | QUESTION_WORDS | frozenset(("before", "after", "until", "since", "as"))
_PLACED = frozenset(("in", "at", "near", "from", "to", "of", "about"))
_DEFINED = SOMEBODY | QUESTION_WORDS | PREPOSITIONS  # 'those who', 'those in prison'
_DEICTIC = (
    frozenset("year month week days war type kind sort".split()) | SOURCES
)  # known without being named: 'this year'
_AGENT = re.compile(r"\w*(?:er|or|ist|man|woman|ian|ant|boss|chief|head|wife)$")
_BEFORE_A_NOUN = DETERMINERS | PREPOSITIONS | BEING
_SHORTEST_CLAUSE = 4  # words of 'if a soldier deserts'
# 'it' that stands for nothing, or for what comes behind it.
_EMPTY_IT = re.compile(
    r"\b(?i:is|was|isn't|wasn't) it\b(?: [\w'’-]+){0,4}? "
    r"(?:that|who|whether|if|how|why|what|to (?!the\b|an?\b|[A-Z\d]))|"
    r"\b(?i:it)(?:'s| is| was) [\w'’-]+ (?:that|to|if|whether|for)\b|\b(?i:it) (?:seems|appears)\b|"
    r"\b(?i:does|did|do|would|will) it (?:take|cost|mean|matter|feel|look like|help|happen|come about) "
    r"(?:to|for|that|if|when|whether)\b|(?:make|makes|made) it (?=to|in|into)|when it comes to|it, [^,]+, that\b|"
    r"\b(?i:how) (?:long|much|many)\b.{0,20} it takes?\b"
)


def unbound(message: Message) -> list[Pronoun]:
    """Return the pronouns that stand for nothing in the message, in reading order."""
    found = (_pronoun(message, n) for n in range(len(message.words)))
    return [p for n, p in enumerate(found) if p and not _is_bound(message, n, p)]


def _pronoun(message: Message, n: int) -> Pronoun | None:
    word, before, after = message.words[n], _low(message, n - 1), _low(message, n + 1)
    acts = after in AUXILIARIES or after.endswith("ed") or (bool(after) and before in _BEFORE_A_SUBJECT | SAYING)
    subject = word.low in _SUBJECTS or (word.low == "it" and (before in AUXILIARIES or acts))
    beside = bool(after) and not message.parted(n + 1) and after not in FUNCTION_WORDS | PREPOSITIONS
    owns = word.low in _OWNING or (word.low == "her" and beside)
    stands = _stands(message, n)
    return Pronoun(word.start, word.end, stands, owns, subject) if stands else None


def _stands(message: Message, n: int) -> Stands | None:
    low = message.words[n].low
    if low in PERSONAL:
        return Stands.PERSON
    if low in PLURAL:
        return Stands.GROUP
    if low in NEUTER:
        empty = any(m.start() <= message.words[n].start < m.end() for m in _EMPTY_IT.finditer(message.text))
        return None if low == "it" and empty else Stands.THING
    return Stands.MATTER if _points(message, n) else None


def _points(message: Message, n: int) -> bool:
    """Return whether a word that may point ('that', 'there', 'so', 'one') does so here."""
    before, low, after = _low(message, n - 1), message.words[n].low, _low(message, n + 1)
    last = not after or message.parted(n + 1)
    match low:
        case "that":
            dated = after in _DEICTIC and bool(analyse(message.text).dates)  # 'in March of that year'
            return not dated and (last or n == 0 or before in AUXILIARIES | PREPOSITIONS)
        case "this":
            return after not in _DEICTIC and not _is_named(message, n + 1)
        case "these":
            return last or (after not in _DEICTIC and not _is_named(message, 0))
        case "those":
            defined = after in _DEFINED or (after.endswith("ed") and len(message.words) > n + 2)  # 'those killed in'
            return last or (not defined and (before == "of" or message.words[n + 1].is_plural))
        case "there":
            return before not in AUXILIARIES and after not in AUXILIARIES
        case "then":
            return last
        case "so":
            return last or before in SAYING
        case "one":
            return before in ("which", "that", "this", "other", "same") and (last or after in AUXILIARIES)
        case "ones" | "others":
            return True
        case "rest" | "same" | "other" | "latter" | "former":
            return before == "the" and (last or after in AUXILIARIES)
    return False


def _is_named(message: Message, n: int) -> bool:
    """Return whether a name or number follows within two words: 'this law No. 4087-IX'."""
    return any(w.is_capital or w.low[:1].isdecimal() for w in message.words[n : n + 2])


def _is_bound(message: Message, n: int, pronoun: Pronoun) -> bool:
    if _low(message, n + 1) in ("who", "whose") and not message.parted(n + 1):
        return True  # 'he who wrote'
    clause, close = (n, True) if pronoun.owns else _clause_start(message, n, pronoun)
    earlier = message.words[:clause]
    if close or pronoun.stands is Stands.GROUP:
        bound = any(_agrees(earlier, k, pronoun.stands) for k in range(clause))
    elif pronoun.stands is Stands.PERSON:
        bound = any(_agrees(earlier, k, s) for k in range(clause) for s in (Stands.PERSON, Stands.THING))
    else:
        bound = any(w.low not in FUNCTION_WORDS | PREPOSITIONS | SAYING for w in earlier)
    at_place = message.words[n].low == "there" and any(
        w.is_capital and _low(message, k - 1) in _PLACED for k, w in enumerate(message.words[:n])
    )
    return bound or at_place or _is_named_behind(message, n, pronoun.stands)


def _clause_start(message: Message, n: int, pronoun: Pronoun) -> tuple[int, bool]:
    """Return the number of the word that the pronoun's clause begins with, and whether that clause is part of another.

    What a clause is part of holds nouns that do not fit beside ones that do; what stands before it may be meant whole.
    """
    if pronoun.subject and _low(message, n - 1) not in AUXILIARIES:
        return n, pronoun.stands is not Stands.PERSON
    if _low(message, 0) in _CLAUSES and _low(message, n - 1) in AUXILIARIES and n > _SHORTEST_CLAUSE:
        return n - 1, False  # 'if a soldier is late is that a crime'
    for k in range(n, 0, -1):
        joined = _low(message, k - 1) in _JOINS and not message.words[k].is_capital
        if joined or message.parted(k) or message.words[k].low in _CLAUSES:
            return k, False
        if message.words[k].low in _RELATIVES and k < n and _low(message, k - 1) not in AUXILIARIES | PREPOSITIONS:
            return k, True
    return 0, True


def _is_named_behind(message: Message, n: int, stands: Stands) -> bool:
    """Return whether the noun comes behind a comma: 'Did it pass, his motion?', 'When he left, did Pym get money?'."""
    parted = next((k for k in range(n + 1, len(message.words)) if message.parted(k)), 0)
    if not parted:
        return False
    rest = Message(message.text[message.words[parted].start :])
    subordinate = message.words[0].low in _CLAUSES | {"when", "after", "before"} and _low(message, 1) not in AUXILIARIES
    apart = not rest.is_clause and rest.words[0].low not in PREPOSITIONS and message.is_clause
    subordinate = subordinate or (message.words[0].low in PREPOSITIONS | {"as"} and rest.is_clause)
    return (apart or subordinate) and any(_agrees(rest.words, k, stands) for k in range(len(rest.words)))


def _agrees(found: list[Word], n: int, stands: Stands) -> bool:
    """Return whether word `n` is, or ends, a noun phrase that a pronoun may stand for."""
    word, before = found[n], found[n - 1].low if n else ""
    if word.low in SOMEBODY:
        return stands in (Stands.PERSON, Stands.GROUP)
    if word.low in FUNCTION_WORDS | PREPOSITIONS | PERSONAL | PLURAL | NEUTER:
        return False
    person = word.low in TITLES or _AGENT.match(word.low) is not None
    owner = word.end - word.start > len(word.surface) and before not in DETERMINERS  # 'hryb's'
    named = word.is_capital or before in AUXILIARIES or owner or n == 0  # 'when did pym resign': without an article
    if stands is Stands.PERSON:
        proper = word.is_capital or not word.is_plural
        return person or (named and proper and before not in ("in", "at", "near", "from"))
    if stands is Stands.GROUP:
        return person or named or word.is_plural or word.low in KINDS
    return word.is_capital or (not word.is_plural and not person and (named or before in _BEFORE_A_NOUN))


def _low(message: Message, n: int) -> str:
    return message.words[n].low if 0 <= n < len(message.words) else ""


def replaced(text: str, pronoun: Pronoun, name: str) -> str:
    """Put `name` in the place of a pronoun: 'her salary' -> 'Anna Berg's salary'."""
    owns = pronoun.owns or text[pronoun.start : pronoun.end].lower() in ("hers", "theirs")
    return text[: pronoun.start] + name + ("'s" if owns else "") + text[pronoun.end :]
