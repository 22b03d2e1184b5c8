"""A note and the original that it sums up: what both say is said by the original first."""

from __future__ import annotations

from collections.abc import Sequence

from app.answer.answering_words import answering_words
from app.answer.candidates import Candidate
from index.source import Kind

# Parts of the score of a note's sentence with which its original's goes before it.
_AS_GOOD = 0.5
_SAME_WORDS = 0.25  # if the words that answer stand in it, too


def originals_first(ranked: Sequence[Candidate]) -> list[Candidate]:
    """Return `ranked` with a sentence of an original before the best of the note that has its address.

    A sentence of the original that is far from answering as well stays where it is.
    """
    originals = [c for c in ranked if c.source.kind is Kind.FULLTEXT and c.source.url]
    found: list[Candidate] = []
    for candidate in ranked:
        if candidate in found:
            continue
        if candidate.source.kind is Kind.NOTE:
            own = [c for c in originals if c.source.url == candidate.source.url]
            if own and not any(c in found for c in own):
                found += [c for c in own if _answers_as_well(c, candidate)][:1]
        found.append(candidate)
    return found


def _answers_as_well(original: Candidate, note: Candidate) -> bool:
    span = answering_words(note)
    words = note.sentence.text[slice(*span)].casefold() if span else ""
    says_so = bool(words) and words in original.sentence.text.casefold()
    return original.score >= note.score * (_SAME_WORDS if says_so else _AS_GOOD)
