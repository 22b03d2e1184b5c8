"""A text directive read and searched step by step as WICG's draft 'URL Fragment Text Directives' writes it.

Nothing is shared with `app.render.page_text`: documents are lists of rendered blocks, the search goes character by
character, and words are compared by base characters (`base`) or, stricter than any browser, as they stand (`exact`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

import regex

from index.source import BlockKind, Source

Position = tuple[int, int]  # number of the block, index into its rendered text
Match = tuple[Position, Position]
Compare = Callable[[str, str], bool]


def exact(a: str, b: str) -> bool:
    return a == b


def base(a: str, b: str) -> bool:
    return _base(a) == _base(b)


def _base(char: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", char).casefold() if not unicodedata.combining(c))


@dataclass(frozen=True)
class Parsed:
    start: str
    end: str | None = None
    prefix: str | None = None
    suffix: str | None = None


def parse(directive: str) -> Parsed:
    """'Parse a text directive'; asserts what the draft's grammar demands."""
    assert re.fullmatch(r"text=(?:[a-zA-Z0-9!$'()*+./:;=?@_~,-]|%[0-9A-F]{2})+", directive), directive
    tokens = directive[5:].split(",")
    assert 1 <= len(tokens) <= 4
    assert all(tokens)
    prefix = suffix = None
    if tokens[0].endswith("-"):
        prefix = unquote(tokens.pop(0)[:-1], errors="strict")
    if tokens and tokens[-1].startswith("-"):
        suffix = unquote(tokens.pop()[1:], errors="strict")
    assert len(tokens) in (1, 2)
    assert not any("-" in t for t in tokens)
    return Parsed(unquote(tokens[0]), unquote(tokens[1]) if len(tokens) == 2 else None, prefix, suffix)


class Document:
    """The blocks of a source as a browser renders them: white space collapsed but in preformatted text."""

    def __init__(self, source: Source, same: Compare) -> None:
        self.same = same
        self.blocks: list[str] = []
        self._places: list[list[int]] = []
        for block in source.blocks:
            chars: list[str] = []
            places: list[int] = []
            for offset in range(block.start, block.end):
                char = source.text[offset]
                if block.kind is not BlockKind.CODE and char in " \t\r\f":
                    if not chars or chars[-1] in " \n":
                        continue
                    char = " "
                chars.append(char)
                places.append(offset)
            self.blocks.append("".join(chars))
            self._places.append([*places, block.end])
        self._breaks = [{m.start() for m in regex.finditer(r"\b", b, regex.WORD)} | {0, len(b)} for b in self.blocks]

    def offsets(self, match: Match) -> tuple[int, int]:
        """The match in the source's own offsets."""
        (b, i), (c, j) = match
        return self._places[b][i], self._places[c][j - 1] + 1

    def find_range(self, d: Parsed) -> Match | None:
        """'Find a range from a text directive'."""
        for begin, stop in self._starts(d):
            place: Position | None = stop
            while place is not None:
                if d.end is not None:
                    last = self.find_string(d.end, place, True, d.suffix is None)
                    if last is None:
                        return None
                    stop = last[1]
                if d.suffix is None:
                    return begin, stop
                wanted = self.past_space(stop)
                after = self.find_string(d.suffix, wanted, False, True) if wanted else None
                if after is None:
                    return None
                if after[0] == wanted:
                    return begin, stop
                place = stop if d.end is not None else None
        return None

    def _starts(self, d: Parsed) -> Iterator[Match]:
        """The steps up to 'rangeEndSearchRange': matches of textStart, behind the prefix if there is one."""
        search: Position = (0, 0)
        ends_bounded = d.end is not None or d.suffix is None
        while True:
            if d.prefix is None:
                found = self.find_string(d.start, search, True, ends_bounded)
                if found is None:
                    return
                search = (found[0][0], found[0][1] + 1)
                yield found
                continue
            before = self.find_string(d.prefix, search, True, False)
            wanted = self.past_space(before[1]) if before else None
            found = self.find_string(d.start, wanted, False, ends_bounded) if wanted else None
            if before is None or found is None:
                return
            search = (before[0][0], before[0][1] + 1)
            if found[0] == wanted:
                yield found

    def past_space(self, position: Position) -> Position | None:
        """'Next non-whitespace position'."""
        b, i = position
        while b < len(self.blocks):
            while i < len(self.blocks[b]):
                if not self.blocks[b][i].isspace():
                    return b, i
                i += 1
            b, i = b + 1, 0
        return None

    def find_string(self, query: str, start: Position, starts: bool, ends: bool) -> Match | None:
        """'Find a string in range': the first instance within one block."""
        b, i = start
        while b < len(self.blocks):
            text, breaks = self.blocks[b], self._breaks[b]
            for at in range(i, len(text) - len(query) + 1):
                stop = at + len(query)
                if starts and at not in breaks:
                    continue
                if ends and stop not in breaks:
                    continue
                if all(self.same(text[at + n], query[n]) for n in range(len(query))):
                    return (b, at), (b, stop)
            b, i = b + 1, 0
        return None
