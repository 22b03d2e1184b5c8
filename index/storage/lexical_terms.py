"""What the lexical index holds of a passage: terms of its header, key and spelling of words that may be names."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from index.text.analysis import Token, stem, terms, tokens, without_possessive
from index.text.names import name_key

SHORTEST_NAME = 3  # letters; a shorter word is an initial or an abbreviation
_LONGEST_NAME = 64
_ACRONYM = 5  # letters: a shorter word in capitals is spelled out, not transliterated by sound
BAR = "|"  # separates a name's key from its spelling in the vocabulary


@lru_cache(maxsize=4096)
def header_terms(header: str) -> tuple[str, frozenset[str]]:
    """Return the terms of a header with blanks between them, and its names; kept, for many passages have it."""
    return " ".join(terms(header)), names_in(tokens(header))


def names_in(found: Iterable[Token]) -> frozenset[str]:
    """Return key and spelling of every capitalised word; the search tells which of them are names.

    The first word of a sentence counts as well: 'Many' is capitalised in few of the passages that have it.
    """
    words = {
        without_possessive(t.surface) for t in found if may_be_name(t) and t.surface[0].isupper() and not t.is_stop
    }
    keyed = ((name_key(w), w) for w in words if len(w) <= _LONGEST_NAME and not (w.isupper() and len(w) <= _ACRONYM))
    return frozenset(f"{key}{BAR}{word}" for key, word in keyed if key)


def may_be_name(token: Token) -> bool:
    """Return whether the token may be a name: no figure ('Nine'), identifier or initials."""
    surface = token.surface
    return len(surface) >= SHORTEST_NAME and surface[0].isalpha() and not token.extra and token.term == stem(surface)
