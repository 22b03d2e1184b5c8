"""The language of a question, and whether the embedding model in use reads it.

The classifier (`index.text.classify_language`) judges by letters alone, and names
of people and places mislead it. It is asked about the telling words only, without names, figures and quoted words,
and believed only where it is sure. A false alarm on an English question full of foreign
names would be worse than a miss.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.embedding.english import is_english
from index.embedding.model_card import model_languages
from index.settings import IndexSettings
from index.text.classify_language import classify
from index.text.words import PLAIN_ENGLISH

# Measured on the questions of tests/test_app_language.py.
WORDS = 3  # telling words that a verdict needs
LETTERS = 6  # ... in scripts that set no blanks between words
SURE = 0.72  # confidence that it needs
SURE_SCRIPT = 0.45  # ... in a script that English never uses: only which of its languages is in doubt

_QUOTED = re.compile(r"„[^“”]*[“”]|“[^”]*”|«[^»]*»|\"[^\"]*\"|(?<!\w)['‘][^'’]*['’](?!\w)")
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
_STARTS = frozenset(".?!:;¿¡")
_NO_BLANKS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_NEARLY_ALL = 0.75  # of the telling words
_ENGLISH_SHARE = 0.04  # of the words; English prose has some .2 of them, other languages next to none
_BEGINNING = 3000  # characters


@dataclass(frozen=True, slots=True)
class Language:
    """`code`: ISO 639-1. `confidence`: 0..1, how sure the detector is."""

    code: str
    confidence: float


def detect(text: str) -> Language | None:
    """Return the language of `text`; None if it holds too little but names and figures, or could be in several."""
    words = [*_telling(text)]
    latin = [w for w in words if w[0] <= "\u024f" or "\u1e00" <= w[0] <= "\u1eff"]
    if len(latin) * 2 >= len(words) or len(latin) >= WORDS:
        return _latin(latin)
    foreign = [w for w in words if w not in latin]
    if len(foreign) < WORDS and sum(len(_NO_BLANKS.findall(w)) for w in foreign) < LETTERS:
        return None
    found = _classified(foreign)
    return found if found.confidence >= SURE_SCRIPT and found.code != "en" else None


def is_plainly_english(text: str) -> bool:
    """Return whether a question holds a word that only English has; without one it may be English all the same."""
    return not PLAIN_ENGLISH.isdisjoint(m[0].lower() for m in _WORD.finditer(text))


def is_english_prose(text: str) -> bool:
    """Return whether the beginning of a longer text is English, by how many of its words only English has."""
    return _english_share(text[:_BEGINNING]) >= _ENGLISH_SHARE


@lru_cache(maxsize=4096)
def _english_share(text: str) -> float:
    words = [m[0].lower() for m in _WORD.finditer(text)]
    return sum(w in PLAIN_ENGLISH for w in words) / max(1, len(words))


def unreadable(question: str, settings: IndexSettings) -> str | None:
    """Return the code of `question`'s language if the embedding model in use does not read it, else None.

    None as well where the language, or what the model reads, cannot be told.
    """
    readable = model_languages(settings)
    if readable is None:
        return None
    if "en" in readable and _is_surely_english(question):
        return None
    found = detect(question)
    return None if found is None or found.code in readable else found.code


def _is_surely_english(question: str) -> bool:
    """Return whether no detector need be loaded (0.3 s): two words that only English has, or nearly all English."""
    words = [*_telling(question)]
    plain = sum(w in PLAIN_ENGLISH for w in words)
    return plain >= 2 or (plain == 1 and sum(map(is_english, words)) >= _NEARLY_ALL * len(words))


def _telling(text: str) -> Iterator[str]:
    """Return lower-case words that are neither names nor quoted; the first word of a sentence is taken for no name."""
    plain = _QUOTED.sub(" ", text)
    plain = plain.lower() if plain.isupper() else plain
    at, begins = 0, True
    for match in _WORD.finditer(plain):
        begins = begins or not _STARTS.isdisjoint(plain[at : match.start()])
        at = match.end()
        if begins or not match[0][0].isupper():
            yield match[0].lower()
        begins = False


def _latin(words: Sequence[str]) -> Language | None:
    """Return the verdict on words in Latin script, where English and names from everywhere meet."""
    if len(words) < WORDS:
        return None
    found = _classified(words)
    if found.code == "en":
        return found if found.confidence >= SURE else None
    if found.confidence < SURE or sum(w in PLAIN_ENGLISH for w in words) >= 2 or len(words) == WORDS:
        return None
    # One word with the letters of another language can carry the verdict: each must be able to go.
    rest = ([*words[:n], *words[n + 1 :]] for n in range(len(words)))
    return found if all(_classified(w).code == found.code for w in rest) else None


def _classified(words: Sequence[str]) -> Language:
    return Language(*classify(" ".join(words)))
