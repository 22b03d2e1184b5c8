"""The line of text on either side of a quotation, for the card on its mark."""

from __future__ import annotations

from dataclasses import dataclass

from index.passage import Source

LINE = 60  # characters: about a line of the card
LONGEST = 420  # characters of the quotation itself


@dataclass(frozen=True, slots=True)
class Line:
    """A quotation (`words`, its beginning if it is long) with what stands around it."""

    before: str
    words: str
    after: str


def in_a_line(source: Source, start: int, end: int) -> Line:
    """`source.text[start:end]` with about a line of its own block before and behind, cut between words.

    White space is drawn together, as a browser shows it; a cut is marked by '…'.
    """
    low, high = _block(source, start, end)
    before, words = _last(_tidy(source.text[low:start])), _tidy(source.text[start:end])
    if len(words) > LONGEST:
        return Line(before, words[:LONGEST].rsplit(" ", 1)[0], "…")
    return Line(before, words, _first(_tidy(source.text[end:high])))


def _block(source: Source, start: int, end: int) -> tuple[int, int]:
    first, last = source.block_at(start), source.block_at(end - 1)
    return first.start if first else start, last.end if last else end


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _first(text: str) -> str:
    if len(text) <= LINE:
        return text
    return f"{text[:LINE].rsplit(' ', 1)[0]} …"


def _last(text: str) -> str:
    if len(text) <= LINE:
        return text
    return f"… {text[-LINE:].split(' ', 1)[-1]}"
