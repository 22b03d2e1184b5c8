"""Mends misspelt words by words of the corpus, so that a slip of the finger hides no answer.

Which slips are mended was chosen on 17,000 English words that the corpora lack, each taken for a slip: letters that
changed places, were left out or doubled are seldom another word (below 1%), exchanged ones often are (4% to 40%).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from app.records import Correction
from index.embedding.english import is_english
from index.storage.vocabulary import Spelling, Vocabulary
from index.text.words import CLAUSE_WORDS, FUNCTION_WORDS, MONTHS, PREPOSITIONS, QUESTION_WORDS, WEEKDAYS

_WORD = re.compile(r"(?<![\w@./'’-])[A-Za-z]+(?![\w@/]|[.-]\w|['’](?!s\b)\w)")
_FOREIGN = re.compile(r"[\u0370-\u052f]+(?:['’ʼ][\u0370-\u052f]+)*")  # Greek and Cyrillic
_QUOTED = re.compile(r"„[^“”]*[“”]|“[^”]*”|«[^»]*»|\"[^\"]*\"")
_NO_BLANK = re.compile(r"(?<=\w)([,;:?!]+)(?=[^\W\d_]{2})")
_SENTENCE_END = ("", ".", "?", "!", ":", "(")
_CHAT = {"u": "you", "ur": "your", "pls": "please", "plz": "please"}
_TASKED = FUNCTION_WORDS | CLAUSE_WORDS | PREPOSITIONS
_NO_PERSONS = frozenset(MONTHS) | WEEKDAYS
# Kinds of slips, from the surest.
_SWAPPED, _DOUBLED, _INSIDE, _AT_END, _EXCHANGED, _TWO = range(6)
# The least letters of a word in which a slip of this kind is mended.
_LEAST = {_SWAPPED: 4, _DOUBLED: 4, _INSIDE: 5, _AT_END: 7, _EXCHANGED: 9, _TWO: 13}
_LEAST_VOWEL = 6  # exchanged vowels: 'dollers'
_LEAST_NAME = {_SWAPPED: 5, _INSIDE: 7}  # Kotin is not Kostin, Oleksandra not Oleksandr
_VOWELS = frozenset("aeiouy")
_SHARE = 0.5  # of the words must be known, else the text is in another language


def mend(text: str, vocabulary: Vocabulary) -> tuple[str, tuple[Correction, ...]]:
    """Return `text` with its misspelt words mended, and which they were. Figures and quoted words stay as they are.

    What is only written otherwise (capitals throughout, no blank behind a comma, 'u') is no correction.
    """
    text, names = _romanised(_NO_BLANK.sub(r"\1 ", text), vocabulary)
    if _shouts(text):
        text = _in_lower_case(text, vocabulary)
    found = [*_words(text)]
    strange = [w for w in found if _is_strange(w[0], vocabulary)]
    if len(strange) > (1 - _SHARE) * len(found):
        strange = []
    corrections = []
    for word in reversed(found):
        low = word[0].lower()
        read = _CHAT.get(word[0], "")
        if word in strange and low not in _CHAT:
            read = _mended(word[0], _is_name(word, text), vocabulary)
            corrections += [Correction(typed=word[0], read=read)] if read else []
        text = text[: word.start()] + read + text[word.end() :] if read else text
    return text, tuple(dict.fromkeys([*names, *reversed(corrections)]))


def _romanised(text: str, vocabulary: Vocabulary) -> tuple[str, list[Correction]]:
    """Return `text` with names in another script as the corpus spells them."""
    found: list[Correction] = []
    quoted = _quoted(text)

    def latin(word: re.Match[str]) -> str:
        read = vocabulary.romanised(word[0]) if _plain_name(word[0]) and not _within(word, quoted) else ""
        found.extend([Correction(typed=word[0], read=read)] if read else [])
        return read or word[0]

    return _FOREIGN.sub(latin, text), found


def _plain_name(word: str) -> bool:
    return word[0].isupper() and word.lower() not in FUNCTION_WORDS


def _words(text: str) -> Iterator[re.Match[str]]:
    quoted = _quoted(text)
    return (m for m in _WORD.finditer(text) if not _within(m, quoted))


def _quoted(text: str) -> list[tuple[int, int]]:
    return [m.span() for m in _QUOTED.finditer(text)]


def _within(word: re.Match[str], spans: Sequence[tuple[int, int]]) -> bool:
    return any(start <= word.start() < end for start, end in spans)


def _shouts(text: str) -> bool:
    return text.isupper() and len(text.split()) > 2


def _in_lower_case(text: str, vocabulary: Vocabulary) -> str:
    """Return a text in capitals with those only that the corpus writes."""

    def plain(word: re.Match[str]) -> str:
        known = vocabulary.spelling(word[0])
        return known.word if known and known.capitalised and word[0].lower() not in _TASKED else word[0].lower()

    found = re.sub(r"[^\W_]+", plain, text)
    return found[:1].upper() + found[1:]


def _is_strange(typed: str, vocabulary: Vocabulary) -> bool:
    """Return whether neither English nor the corpus has a word, and it is no abbreviation."""
    if len(typed) < 2 or any(map(str.isupper, typed[1:])) or typed.lower() in _TASKED:
        return False
    return not vocabulary.holds(typed) and not is_english(typed)


def _is_name(word: re.Match[str], text: str) -> bool:
    """Return whether a word has a capital that no sentence gives it."""
    before = text[: word.start()].rstrip()[-1:]
    return word[0][0].isupper() and before not in _SENTENCE_END


def _mended(typed: str, is_name: bool, vocabulary: Vocabulary) -> str:
    """Return the word that `typed` was most likely to be, '' if none is likely enough."""
    low = typed.lower()
    found = [(s, _slip(low, s.word.lower(), d)) for s, d in vocabulary.near(low, 2 if len(low) >= _LEAST[_TWO] else 1)]
    likely = [(max(slip, _DOUBLED), -s.count, s.word) for s, slip in found if _may_be(low, slip, s, is_name)]
    if not is_name:
        likely += [(max(slip, _DOUBLED), 0, w) for w in _TASKED if (slip := _tasked_slip(low, w)) is not None]
    if not likely:
        return ""
    word = min(likely)[2]
    word = word.lower() if word.lower() in _TASKED else word
    return word[:1].upper() + word[1:] if typed[0].isupper() else word


def _may_be(low: str, slip: int, meant: Spelling, is_name: bool) -> bool:
    named = meant.capitalised and meant.word.lower() not in _NO_PERSONS
    if is_name and not meant.capitalised:
        return False
    if is_name or (named and not is_english(meant.word)):
        return len(low) >= _LEAST_NAME.get(slip, len(low) + 1)
    if slip == _TWO and low[-1] != meant.word[-1]:
        return False  # 'characterise', 'characters': another ending is another word
    vowels = slip == _EXCHANGED and _exchanged(low, meant.word.lower()) <= _VOWELS
    return len(low) >= (_LEAST_VOWEL if vowels else _LEAST[slip])


def _exchanged(low: str, meant: str) -> set[str]:
    return {c for a, b in zip(low, meant, strict=True) if a != b for c in (a, b)}


def _slip(low: str, meant: str, distance: int) -> int:
    """Return the kind of slip between two words of this distance."""
    if distance > 1:
        return _TWO
    if len(low) == len(meant):
        return _SWAPPED if sorted(low) == sorted(meant) else _EXCHANGED
    longer, shorter = (low, meant) if len(low) > len(meant) else (meant, low)
    at = next((n for n, c in enumerate(shorter) if c != longer[n]), len(shorter))
    if at and longer[at] == longer[at - 1]:
        return _DOUBLED
    return _AT_END if at == len(shorter) else _INSIDE


def _tasked_slip(low: str, meant: str) -> int | None:
    """Return the slip if `low` is a word that a question is made of, but for one slip: 'wich', 'teh', 'wy'."""
    if len(meant) < 3 or low[0] not in meant[:2] or abs(len(low) - len(meant)) > 1:
        return None
    swaps = (low[:n] + low[n + 1] + low[n] + low[n + 2 :] for n in range(len(low) - 1))
    if meant in swaps:
        return _SWAPPED
    left_out = low[0] == meant[0] and any(meant[:n] + meant[n + 1 :] == low for n in range(len(meant)))
    return _INSIDE if left_out and (meant in QUESTION_WORDS or len(low) > 3) else None
