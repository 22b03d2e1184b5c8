"""How near a statement is to a sentence in its words, and which sentences it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from index.text.analysis import Token, analyse

_MOST = 2  # sentences that a statement is taken to rest on
_AROUND = 4  # words on each side of what a statement shares with a sentence


@lru_cache(maxsize=4096)
def content(text: str) -> tuple[Token, ...]:
    """Return the words that tell: no stop words, no figures, no dates."""
    read = analyse(text)
    taken = [*((n.start, n.end) for n in read.numbers), *((d.start, d.end) for d in read.dates)]
    return tuple(
        t for t in read.tokens if not t.extra and not t.is_stop and not any(a <= t.start < b for a, b in taken)
    )


def terms(text: str) -> frozenset[str]:
    """Return the terms of `content`."""
    return frozenset(t.term for t in content(text))


def shared(statement: str, text: str) -> float:
    """Return which part (0..1) of the telling words of `statement` stands in `text`, in any form."""
    wanted = terms(statement)
    return len(wanted & terms(text)) / len(wanted) if wanted else 0.0


def resting_on(statement: str, sentences: Sequence[str]) -> tuple[int, ...]:
    """Return the numbers of the sentences, at most two, that have most of the words of `statement`, in their order."""
    left, found = terms(statement), list[int]()
    while len(found) < min(_MOST, len(sentences)):
        best = max(range(len(sentences)), key=lambda n: (len(terms(sentences[n]) & left), -n))
        gain = len(terms(sentences[best]) & left)
        if gain <= len(found):  # the second one must bring two words
            break
        found.append(best)
        left -= terms(sentences[best])
    return tuple(sorted(found)) or (0,)


def clause(statement: str, sentence: str) -> str:
    """Return what of `sentence` lies about the words that `statement` shares with it; '' if there are none."""
    wanted = terms(statement)
    words = [t for t in analyse(sentence).tokens if not t.extra]
    common = [n for n, t in enumerate(words) if t.term in wanted and not t.is_stop]
    if not common:
        return ""
    return sentence[words[max(0, common[0] - _AROUND)].start : words[min(len(words) - 1, common[-1] + _AROUND)].end]
