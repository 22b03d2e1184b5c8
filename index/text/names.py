"""One name in many spellings: Vuhledar, Ugledar, Вугледар.

A name is transliterated to ASCII and reduced to a key that holds what the romanisations of Russian,
Ukrainian and Polish agree on: the consonants, with one letter for each of zh, kh, ch, sh, shch and ts, and
g and h as one (Russian г is romanised g, Ukrainian г as h: BGN/PCGN 1947 and the Ukrainian national system of
2010). Vowels differ too much (Kharkov, Kharkiv) and are left out. Two words with one key are the same name if
what is left of their vowels is alike as well, measured by Levenshtein's distance.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import groupby

from anyascii import anyascii
from rapidfuzz.distance import Levenshtein

# In this order; each letter sequence becomes one capital letter. Longer ones first.
_CONSONANTS = (
    ("shch", "Q"), ("szcz", "Q"), ("tsch", "C"), ("sch", "S"), ("tch", "C"),
    ("zh", "Z"), ("kh", "h"), ("ts", "T"), ("tz", "T"), ("ch", "C"), ("cz", "C"), ("sh", "S"), ("sz", "S"),
    ("ph", "f"), ("ck", "k"), ("qu", "kv"), ("q", "k"), ("x", "ks"), ("w", "v"), ("g", "h"),
    ("ce", "se"), ("ci", "si"), ("cy", "sy"), ("c", "k"),
)  # fmt: skip
_INITIAL_U = re.compile(r"\Av?u(?=[^aeiouyj])")  # Ukrainian prefixes v to what Russian begins with u
# In closed syllables one language has o where the other has i, e or y (Lvov, Lviv); y and j soften.
_ALIKE = str.maketrans("eoyj", "iiii")
_VOWELS = str.maketrans("", "", "aiu")
_SHORTEST_KEY = 2
# The least likeness of two words with one key, by the key's length: short keys say little, so they ask for
# more. Tuned on the corpus' names and lower-case words; docs/lexical.md gives the false merges.
_LEAST = {2: 0.95, 3: 0.83}
_LEAST_LONG = 0.75


@lru_cache(maxsize=200_000)
def ascii_letters(word: str) -> str:
    """Return `word` in lower-case ASCII letters and digits, from any script, marks and signs dropped."""
    plain = word if word.isascii() else anyascii(unicodedata.normalize("NFKC", word))
    return "".join(c for c in plain.casefold() if c.isalnum())


@lru_cache(maxsize=200_000)
def _shape(word: str) -> str:
    """Return one letter a consonant sound; of vowels only a, u and the rest: 'Gornyak' -> 'hirniak'."""
    text = ascii_letters(word)
    for letters, one in _CONSONANTS:
        text = text.replace(letters, one)
    letters = _INITIAL_U.sub("", text).translate(_ALIKE)
    return "".join(letter for letter, _ in groupby(letters))


@lru_cache(maxsize=200_000)
def name_key(word: str) -> str:
    """Return the consonants by which a name is looked up: 'Vuhledar' and 'Ugledar' -> 'hldr'.

    Empty if fewer than two consonants are left or the word holds digits: such a word meets no other spelling.
    """
    shape = _shape(word)
    key = shape.translate(_VOWELS)
    return key if len(key) >= _SHORTEST_KEY and key.isalpha() else ""


def likeness(a: str, b: str) -> float:
    """Return the likeness 0..1, higher is more alike: normalised Levenshtein similarity of the two words' shapes."""
    return Levenshtein.normalized_similarity(_shape(a), _shape(b))


def same_name(a: str, b: str) -> bool:
    """Return whether `a` and `b` spell one name, as far as spelling tells. Case does not matter."""
    if ascii_letters(a) == ascii_letters(b):
        return ascii_letters(a) != ""
    key = name_key(a)
    return key != "" and key == name_key(b) and likeness(a, b) >= _LEAST.get(len(key), _LEAST_LONG)
