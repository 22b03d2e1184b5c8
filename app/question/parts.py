"""The questions of one message: 'When was it passed, when did it come into force and did it work?' are three.

A message is taken apart where a new question begins: at a question mark, at the numbers of a list, behind a head
('The protest: what date, how many took part?'), and at a comma or 'and' before a question word. A comma before 'who' or
'which' alone begins a relative clause, and two or three words that add to a question are no question of their own.
"""

from __future__ import annotations

import re

from app.question.two_times import at_two_times
from index.text.patterns import one_of
from index.text.words import AUXILIARIES, FUNCTION_WORDS, QUESTION_WORDS

MOST = 5  # questions of one message that are answered
_FEWEST = 3  # words of a question of its own; 'and how much?' belongs to the one before
_ASKING = one_of(QUESTION_WORDS)
_DOING = one_of(AUXILIARIES)
_AT = r"(?:(?:in|at|on|by|for|from|to|of|under|with|after|until|since) )?"
_ASKS = re.compile(rf"^(?:(?:and|but|so|also|then)\s+)*{_AT}(?:{_ASKING}|{_DOING})\b", re.IGNORECASE)
_ADDS = re.compile(rf"^(?:and )?(?:in|at|on|by|for|from|to|of|under|with) {_ASKING}\b(?!.*\b{_DOING}\b)", re.IGNORECASE)
_END = re.compile(r"(?<=\?)\s+")
_NUMBERED = re.compile(r"(?:^|\s)\(?[1-9a-e][).]\s+")
_HEAD = re.compile(r"^(?P<head>[^?]{3,110}?)\s*(?::|\s[-–—])\s+(?P<rest>.+)$", re.DOTALL)
_COMMA = re.compile(rf"\s*[,;]\s*(?:and\s+)?(?={_AT}{_ASKING}\b)|\s+and\s+(?={_AT}{_ASKING}\b)", re.IGNORECASE)
_NEXT = re.compile(
    rf"\s*(?:[,;]\s*)?\b(?:and|but)\s+(?:also\s+)?(?={_AT}{_ASKING}\b|{_DOING}\s+\w)|"
    rf"\s*[,;]\s*(?={_AT}(?:how|what|why|when|where)\b)|"
    r"\s*[,;]\s*(?=(?:who|which)\b(?=.*\band\b))",
    re.IGNORECASE,
)


def parts(message: str) -> tuple[str, ...]:
    """Return the questions of `message` in their order, each in its words; empty if it holds one."""
    text = " ".join(message.split())
    found = _listed(text) or _asked([piece for sentence in _END.split(text) for piece in _NEXT.split(sentence)])
    return tuple(found[:MOST]) if len(found) > 1 else at_two_times(text)


def _listed(text: str) -> list[str]:
    """Return the numbered questions behind a head, or those parted by commas there, each with the head before it."""
    numbered = [piece.strip(" ,;") for piece in _NUMBERED.split(text)]
    if len(numbered) > 2:
        head, *items = numbered
        return [f"{head.rstrip(':')}: {item}" if head else item for item in items]
    found = _HEAD.match(text)
    if found is None:
        return []
    items = [piece.strip(" ,;") for piece in _COMMA.split(found["rest"]) if piece.strip(" ,;")]
    asking = len(items) > 1 and all(map(_ASKS.match, items))
    return [f"{found['head']}: {item}" for item in items] if asking else []


def _asked(pieces: list[str]) -> list[str]:
    """Put what does not ask to what it belongs to: to all if it stands first, else to the one before.

    'While she was in dock, what did they charge and who paid?' asks both of that time.
    """
    found: list[str] = []
    opening = ""
    for piece in filter(None, (p.strip(" ,;") for p in pieces)):
        words = re.findall(r"[\w’']+", piece.lower())
        if (
            _ASKS.match(piece)
            and not _ADDS.match(piece)
            and len(words) >= _FEWEST
            and not FUNCTION_WORDS.issuperset(words)
        ):
            found.append(f"{opening}{piece}")
        elif found:
            found[-1] = f"{found[-1]} {piece}"
        else:
            opening = f"{opening}{piece}, "
    return found
