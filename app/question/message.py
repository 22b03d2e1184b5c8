"""From what was typed to the question in it: greetings, thanks and the story around it are no part of what is asked.

Only where a message begins, where it ends, and which of its sentences ask, is decided here; no word is changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.question.classify import smalltalk
from index.text.analysis import analyse
from index.text.patterns import CAPITALISED, one_of
from index.text.sentences import sentence_spans
from index.text.words import AUXILIARIES, FUNCTION_WORDS, PREPOSITIONS, QUESTION_WORDS, REFERENCES

_STORY = 60  # words: a longer message of several sentences is a story around a question
_LONG = 12  # words of a sentence in which a pronoun is not taken to point outside it
_MOST_BEFORE = 2  # sentences that a question may need to be understood

_ASKING = rf"(?:{one_of(PREPOSITIONS)} )?{one_of(QUESTION_WORDS)}\b"
_PLEASE, _YOU = "(?:please|pls|plz)", "(?:you|u)"
_JOINING = r"(?:(?:so|ok|okay|well|and|but|now|anyway)\b[\s,]*)*"
_GREETING = (
    r"(?:hi|hello|hey|hiya|howdy|greetings|g(?:oo)?d (?:morning|afternoon|evening|day))"
    r"(?: (?:there|all|everyone|folks|footnote|again))?\b|dear [^,\n]{2,30}(?=,)"
)
_TALK = (
    rf"sorry(?: to (?:bother|disturb|trouble) {_YOU})?(?: but)?\b|excuse me\b|just (?:wondering|curious)\b|"
    rf"(?:i have )?(?:a |my )?(?:quick (?:one|question)|question)\b|"
    rf"{_PLEASE}(?=\s*[,.:!]|\s+{one_of(AUXILIARIES | QUESTION_WORDS)}\b)"
)
# The asker speaks of himself: 'need this for an essay', 'before my deadline'.
_OWN_STORY = re.compile(
    r"(?:just |really |only )?(?:need|want|trying|looking|asking|writing|doing|working|reading)\b|"
    rf"(?:i|i[’']?m|i[’']?ve|i[’']?d|we|we[’']?re)\b|{one_of(PREPOSITIONS)} (?:my|our)\b",
    re.IGNORECASE,
)
# 'could you tell me', 'all I would like to know is': the question behind it stands without it.
_REQUEST = re.compile(
    rf"^{_JOINING}(?:(?:{_PLEASE} )?(?:(?:can|could|would|will) {_YOU} )?(?:{_PLEASE} |kindly )?tell (?:me|us)|"
    rf"do {_YOU} know|(?:i )?(?:was |am |[’']m )?(?:just )?wonder(?:ing)?|"
    rf"(?:all |what )?i(?: really| just| only)? ?(?:want|need|would like|[’']d like|am after)"
    rf"(?: to (?:know|ask|have|learn|find out))?(?: is)?(?: only)?(?: this)?)(?: {_PLEASE})?[\s,:]+(?={_ASKING})",
    re.IGNORECASE,
)
# 'Here is what I need for my slide: how many sailed?'
_BEFORE_COLON = re.compile(rf"[^?:]*\b(?:i|me|my|we|us|our)\b[^?:]*:\s+(?={_ASKING})", re.IGNORECASE)
_LEAD = re.compile(rf"\s*(?:{_GREETING}|{_TALK})[\s,;:.!…)-]*", re.IGNORECASE)
_OPENS = re.compile(rf"\s*{_JOINING}(?={_ASKING})", re.IGNORECASE)
_BREAK = re.compile(r"\s*[,;:!.…\n]+\s*|\s+[-–—]+\s+")
_FIGURE = re.compile(r"\d{2,}|\d\w")
_END = re.compile(
    r"[\s,;:.!?…)-]*(?<=[\s,;:.!?…)-])(?:(?:many |ok(?:ay)?,? |with )?(?:thanks|thank (?:you|u)|thx|ty|cheers)"
    r"(?: (?:you|u|so much|a lot|very much|in advance|for (?:your|the|any) \w+))*|please|pls|plz|"
    r"(?:do|if|would) (?:you|u) know|bye(?: bye)?|best(?: wishes| regards)?|(?:kind )?regards|:-?\))\s*[.!?…]*\s*\Z",
    re.IGNORECASE,
)
_SMALL_START = re.compile(r"(?<=[a-z\d]{3}[.?!])\s+(?=[a-z])")  # between sentences of somebody who types no capitals
# 'It is odd, isn't it?' asks for assent only.
_TAG = re.compile(
    rf",\s(?:{one_of(AUXILIARIES)}(?:n[’']t)? (?:i|you|u|he|she|it|we|they)|right|ok(?:ay)?|eh)\?+$", re.I
)
_BEGINNINGS = FUNCTION_WORDS | QUESTION_WORDS | AUXILIARIES | PREPOSITIONS | {"u", "sorry", "quick"}
_CONTENT = re.compile(r"\w")


def find_question(typed: str) -> str:
    """Return the part of `typed` that asks: a substring, or sentences of it; all of it if nothing else is there.

    Of a story only the sentences that ask are kept, with those before them that they need.
    """
    whole = typed.strip()
    if smalltalk(whole):
        return whole
    asked = _of_story(whole) if len(whole.split()) > _STORY else whole
    bare = _without_talk(asked)
    return bare if _CONTENT.search(bare) else whole


def _without_talk(text: str) -> str:
    return _request_off(_ends_off(_leads_off(text)))


def _leads_off(text: str) -> str:
    """Cut greetings, and what the asker says of himself, off the beginning, as long as a question is left."""
    while True:
        rest = _after_talk(text) or _after_story(text)
        if rest is None or not _CONTENT.search(rest):
            return text
        text = rest


def _after_talk(text: str) -> str | None:
    found = _LEAD.match(text)
    if not found or not found[0].strip():
        return None
    rest = text[found.end() :]
    if _BREAK.search(found[0]):
        return rest
    # Without a mark only before what begins a question: 'Hello Kitty' is a name.
    return rest if rest.partition(" ")[0].strip(",.!?").lower() in _BEGINNINGS else None


def _after_story(text: str) -> str | None:
    """Return what follows a first clause in which the asker speaks of himself and names nothing to search for."""
    found = _BREAK.search(text)
    if not found or "?" in text[: found.start()]:
        return None
    clause, rest = text[: found.start()], text[found.end() :]
    if _FIGURE.search(clause) or _names(clause) or re.match(_ASKING, clause, re.IGNORECASE):
        return None
    if not _OWN_STORY.match(clause) or _leans(rest):
        return None
    return rest


def _ends_off(text: str) -> str:
    """Cut thanks and 'do you know' off the end; the mark of a question stays with it."""
    while (found := _END.search(text)) and _CONTENT.search(text[: found.start()]):
        kept = text[: found.start()]
        mark = re.match(r"\s*\?+", found[0])
        text = kept + (mark[0] if mark else "")
    return text.strip()


def _request_off(text: str) -> str:
    """Cut 'could you tell me' before a question word, and the 'so' before it, and what the asker says up to a colon."""
    if (told := _BEFORE_COLON.match(text)) and not _names(told[0]) and not _leans(text[told.end() :]):
        text = text[told.end() :]
    text = text[m.end() :] if (m := _REQUEST.match(text)) else text
    return text[m.end() :] if (m := _OPENS.match(text)) else text


def _of_story(text: str) -> str:
    """Return the sentences that ask, each behind those that it needs; all of `text` if none asks, or most do."""
    sentences = [s for a, b in sentence_spans(text, "en") for s in _SMALL_START.split(text[a:b])]
    asking = [n for n, s in enumerate(sentences) if s.rstrip("\"'”’) ").endswith("?")]
    asking = asking or [n for n, s in enumerate(sentences) if _REQUEST.match(s) or re.match(_ASKING, s, re.IGNORECASE)]
    asking = [n for n in asking if not smalltalk(sentences[n]) and not _TAG.search(sentences[n])]
    asking = [n for n in asking if _tells(sentences[n])] or asking
    if not asking:
        return text
    kept: set[int] = set()
    for n in asking:
        kept |= {n, *_needed(sentences, n)}
    return " ".join(sentences[n] if n not in asking else _without_talk(sentences[n]) for n in sorted(kept))


def _tells(sentence: str) -> bool:
    """Return whether a sentence says what it is about: 'do you know what I mean?' does not."""
    return bool(analyse(sentence).words - FUNCTION_WORDS - QUESTION_WORDS - {"know", "mean", "right", "sorry", "u"})


def _needed(sentences: Sequence[str], n: int) -> list[int]:
    """Return the sentences before `n` without which it points to nothing, the asker's own affairs left out."""
    needed: list[int] = []
    before = n
    while before and len(needed) < _MOST_BEFORE and _leans(sentences[needed[-1] if needed else n]):
        before -= 1
        if not (_LEAD.match(sentences[before]) or _END.search(sentences[before])):
            needed.append(before)
    return needed


def _leans(text: str) -> bool:
    """Return whether a question says too little by itself: it names nothing, and refers or is short."""
    if _names(text) or _FIGURE.search(text):
        return False
    length = len(text.split())
    return length <= 3 or (length <= _LONG and not REFERENCES.isdisjoint(analyse(text).words))


def _names(text: str) -> bool:
    """Return whether a capitalised word stands inside a sentence."""
    found = (m for m in CAPITALISED.finditer(text) if m.start() and m[0].lower() not in FUNCTION_WORDS)
    return any(text[: m.start()].rstrip()[-1:] not in (".", "?", "!") for m in found)
