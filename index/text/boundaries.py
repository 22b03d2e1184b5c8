"""Full stops that end no sentence though the library takes them for one, and stops that end one without a blank.

Where it is open, two sentences stay together: a quotation that is too long misleads nobody, half a sentence may.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.text.words import WEEKDAYS

# Abbreviations that something always follows, where sentencex does not know them.
_ABBREVIATIONS = {
    "cs": "čl odst s",
    "de": "Abb Abs Bd geb Hrsg Kap",
    "en": "para paras",
    "es": "Dña",
    "fr": "art Dr M Me Mgr Mlle MM Mme Mmes no Pr St Ste",
    "it": "n pag pagg",
    "nl": "mevr",
    "pl": "al art dr godz inż mgr nr p par pkt pl prof r s str tzw ul ust w",
    "pt": "av cap n pág vol",
    "ru": "акад гл им п проф рис ст табл",
    "sv": "kap",
    "uk": "гл ім п рис ст табл",
}
_KNOWN = {language: frozenset(words.split()) for language, words in _ABBREVIATIONS.items()}
# Languages that write an ordinal with a full stop: 'die 110. Brigade'.
_ORDINALS = frozenset("bs cs da de et fi hr hu is lv nb nn no pl sk sl sr tr".split())
_ORDINAL = re.compile(r"(?<![\w.,:/–-])\d{1,3}\.\Z")
_LAST_WORD = re.compile(r"(?<!\w)([^\W\d_]+)\.\Z")
_CLOCK = re.compile(r"\b[ap]\.m\.\Z", re.IGNORECASE)
_NEXT_WORD = re.compile(r"[^\W\d_]+")
_LOOK_BACK = 24  # characters: longer than any abbreviation or ordinal with what stands before it

_STOPS = "。！？｡"
_PAIRS = dict(zip("「『“‘（《【", "」』”’）》】", strict=True))
_STOP = re.compile(rf"[{_STOPS}]+|[{''.join(_PAIRS)}]")
_SPEECH_GOES_ON = frozenset("」』”’")  # behind these the sentence goes on with who said it


def ends_no_sentence(text: str, at: int, language: str) -> bool:
    """Return whether the sentence that seems to end before `at`, where the next one begins, goes on there."""
    before = text[max(0, at - _LOOK_BACK) : at].rstrip()
    if not before.endswith((".", "…")):
        return False
    if text[at : at + 1].islower():
        return True
    code = language.partition("-")[0]
    word = _LAST_WORD.search(before)
    if word and word[1] in _KNOWN.get(code, ()):
        return True
    if code in _ORDINALS and _ORDINAL.search(before):
        return True
    following = _NEXT_WORD.match(text, at)
    return bool(following and following[0].lower() in WEEKDAYS and _CLOCK.search(before))


def stops_without_blank(text: str) -> Iterator[int]:
    """Yield where a sentence ends at a stop of Chinese or Japanese, outside brackets and quotation marks."""
    at = 0
    never_closed: set[str] = set()
    while match := _STOP.search(text, at):
        at = match.end()
        closer = _PAIRS.get(match[0])
        if closer is None:
            yield at
            continue
        end = -1 if closer in never_closed else text.find(closer, at)
        if end < 0:
            never_closed.add(closer)
            continue
        said = text[end - 1] in _STOPS
        at = end + 1
        if said and closer not in _SPEECH_GOES_ON:
            yield at
