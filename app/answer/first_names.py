"""A first name alone: a source that has only the surname speaks of the person all the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from app.question.names import Name
from index.source import Source


def surnames(name: Name, sources: Iterable[Source]) -> frozenset[str]:
    """Return what follows `name` in `sources` as a surname follows a first name: 'Rehn' for 'Amadeus'.

    None for a name of several words, or with a number.
    """
    if len(name.words) != 1 or name.number:
        return frozenset()
    following = re.compile(rf"(?<![\w-]){re.escape(name.words[0])} ([^\W\d_][\w’'-]+)")
    return frozenset(_capitalised(following, sources))


def _capitalised(following: re.Pattern[str], sources: Iterable[Source]) -> Iterator[str]:
    return (m[1] for s in sources for m in following.finditer(s.text) if m[1][0].isupper() and not m[1].isupper())
