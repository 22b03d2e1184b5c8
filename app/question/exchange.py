"""Puts a fragment in the place of the like part of the question before it: a date for a date, a name for a name."""

from __future__ import annotations

import re

from app.question.wording import Message, words
from index.text.analysis import analyse
from index.text.dates import Date
from index.text.patterns import CAPITALISED, one_of
from index.text.words import AUXILIARIES, DETERMINERS, FUNCTION_WORDS, MONTHS, PREPOSITIONS, SAYING, SOURCES

_LABELLED = re.compile(r"\b([A-Za-z]+\.?)\s+(?:no\.?\s*)?(\d[\w-]*)\b", re.IGNORECASE)
_SHIFT = re.compile(
    r"(?:the )?(?:(?P<way>previous|next|following|preceding|last) )?(?P<unit>year|month)"
    r"(?: (?P<side>before|after|later|earlier))?(?: that)?"
)
_BACK = ("previous", "preceding", "last", "before", "earlier")
_COUNTING = re.compile(r"\b(?:how many|which|what)\s+((?:[a-z-]+\s+){0,2}?[a-z]+s)\b(?<!ss)", re.IGNORECASE)
# Nouns made of verbs and adjectives: no names, though typed like one that has lost its capital.
_ABSTRACT = re.compile(r"\w+(?:[tsc]ion|ment|ness|ity|ism|ance|ence|ship|hood|ing)$")
_LEADING = re.compile(rf"({one_of(PREPOSITIONS)}|of|according to|against|without)\s+(?=\S)", re.IGNORECASE)
_OF_PLACES = ("in", "at", "from")
_PHRASE_ENDS = one_of((PREPOSITIONS - {"of"}) | AUXILIARIES)
_LONGEST_NAME = 2  # words, if typed without capitals
_TIMES = frozenset(("now", "today", "currently", "lately", "recently"))
_NUMBER_BEFORE = re.compile(r"\d+(?:st|nd|rd|th) $")
_ARTICLE = r"(?:(?:the|a|an) )?"
_AUXILIARY = one_of(AUXILIARIES)
# Adverbs of a question, and what may stand behind one that asks again: 'when was that?', 'why did it happen?'.
_ADVERB = re.compile(
    r"(?P<adverb>why|when|where|how|since when|how long|how come)(?: exactly)?"
    rf"(?: {_AUXILIARY} (?:that|it|this|so))?(?: happen| happened| be| so)?"
)
_ASKED_BY_ADVERB = re.compile(rf"(?:why|when|where|how|since when|how long) (?={_AUXILIARY}\b)", re.IGNORECASE)
_YES_NO = re.compile(rf"{_AUXILIARY}\b", re.IGNORECASE)
_WHICH = re.compile(r"(?:which|what)(?: ones?)?(?: (?:are|were) th(?:ey|ose))?|(?:name|list) (?:them|those)")


def reworded(before: str, message: Message) -> str | None:
    """Return `before` with its question word changed for one that asks again ('why?', 'which ones?'); None if neither.

    'When did the yard close?' and 'why?' give 'Why did the yard close?'.
    """
    asked = message.text.lower().strip(" .?!")
    adverb = _ADVERB.fullmatch(asked)
    if adverb and adverb["adverb"] != "how come":
        begins = adverb["adverb"].capitalize()
        if found := _ASKED_BY_ADVERB.match(before):
            return f"{begins} {before[found.end() :]}"
        if _YES_NO.match(before):
            return f"{begins} {before[0].lower()}{before[1:]}"
    if _WHICH.fullmatch(asked) and before.lower().startswith("how many "):
        return f"Which {before[len('how many ') :]}"
    return None


def exchanged(before: str, fragment: str) -> str:
    """Return `before` with its part that is like `fragment` exchanged; both together if there is no such part."""
    fragment = fragment.strip(" ?.!,")
    leading = _LEADING.match(fragment)
    lead, bare = (leading[1].lower(), fragment[leading.end() :]) if leading else ("", fragment)
    for result in (
        _shift_date(before, bare),
        _exchange_date(before, bare, fragment),
        _exchange_label(before, bare),
        _exchange_counted(before, bare) if not lead else None,
        _exchange_name(before, bare, lead, behind=lead) if lead else None,
        _exchange_phrase(before, bare, lead) if lead else None,
        _exchange_name(before, bare, lead, behind=one_of(PREPOSITIONS) if lead in _OF_PLACES else ""),
    ):
        if result is not None:
            return result
    return f"{before.rstrip(' ?')}, {fragment}?"


def _shift_date(before: str, bare: str) -> str | None:
    """Count from the last date of `before`: 'the year before'."""
    found, dates = _SHIFT.fullmatch(bare.lower()), analyse(before).dates
    said = (found["way"] or found["side"]) if found else None
    slot = dates[-1] if dates else None
    if not found or not said or slot is None or slot.year is None:
        return None
    step = -1 if said in _BACK else 1
    if found["unit"] == "year":
        shifted = before[slot.start : slot.end].replace(str(slot.year), str(slot.year + step))
        return _with_date(before, slot, shifted)
    if slot.month is None:
        return None
    year, month = divmod(slot.year * 12 + slot.month - 1 + step, 12)
    return _with_date(before, slot, f"{MONTHS[month].capitalize()} {year}")


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
    return _with_date(before, slot, text)


def _with_date(before: str, slot: Date, text: str) -> str:
    return before[: slot.start] + text + before[slot.end :]


def _exchange_label(before: str, bare: str) -> str | None:
    new = _LABELLED.fullmatch(bare)
    old = next((m for m in _LABELLED.finditer(before) if new and m[1].lower() == new[1].lower()), None)
    return before[: old.start()] + bare + before[old.end() :] if old else None


def _exchange_counted(before: str, bare: str) -> str | None:
    """Count or choose among other things: 'how many ships' -> 'how many boats'."""
    slot = _COUNTING.search(before)
    plural = bare == bare.lower() and words(bare) and words(bare)[-1].is_plural
    return before[: slot.start(1)] + bare + before[slot.end(1) :] if slot and plural else None


def _exchange_phrase(before: str, bare: str, lead: str) -> str | None:
    """Put `bare` in the place of what stands behind the same preposition: 'about the meters'."""
    slot = re.search(rf"(?<=\b{lead} )(?!\d)[^,?]+?(?= {_PHRASE_ENDS}\b|[,?]|$)", before)
    if not slot or analyse(f"{lead} {slot[0]}").dates or analyse(f"{lead} {bare}").dates:
        return None
    return before[: slot.start()] + bare + before[slot.end() :]


def _exchange_name(before: str, bare: str, lead: str, behind: str) -> str | None:
    """Put `bare` in the place of a name: behind a preposition that fits `behind`, else the speaker, else the last."""
    slots = names_in(before)
    lower = bare == bare.lower()
    if not slots or analyse(f"{lead} {bare}").dates or any(map(str.isdecimal, bare)) or (lower and _is_common(bare)):
        return None
    if behind:
        slots = [m for m in slots if re.search(rf"\b{behind} {_ARTICLE}$", before[: m.start()].lower())]
    elif not lead and not SAYING.isdisjoint(analyse(before).words):
        slots = [m for m in slots if _is_subject(before, m)] or slots
    if not slots:
        return None
    name = bare.title() if lower else bare
    slot = slots[-1]
    owned = slot.group()[-2:] if slot.group().endswith(("'s", "’s")) and not name.endswith("s") else ""
    start = _NUMBER_BEFORE.search(before[: slot.start()])
    return before[: start.start() if start else slot.start()] + name + owned + before[slot.end() :]


def _is_common(bare: str) -> bool:
    """Return whether words in lower case are no name that has lost its capital."""
    found = words(bare)
    known = any(w.low in DETERMINERS | SOURCES | _TIMES for w in found) or "'" in bare or len(found) > _LONGEST_NAME
    return known or _SHIFT.fullmatch(bare) is not None or _ABSTRACT.search(bare) is not None or found[-1].is_plural


def names_in(text: str) -> list[re.Match[str]]:
    """Return capitalised phrases that may be names: not the first word of a question, no date, no 'Article 408'."""
    return [
        m
        for m in CAPITALISED.finditer(text)
        if m.group().lower() not in FUNCTION_WORDS
        and not analyse(m.group()).dates
        and (m.start() or len(m.group().split()) > 1)
        and not re.match(r"\s+(?:[Nn]o\.?\s*)?\d", text[m.end() :])
    ]


def _is_subject(before: str, name: re.Match[str]) -> bool:
    return re.search(rf"\b{_AUXILIARY} {_ARTICLE}$", before[: name.start()].lower()) is not None
