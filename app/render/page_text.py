"""A source's text as a browser searches it for a text fragment, and the draft's search over it.

Source of every rule: WICG, 'URL Fragment Text Directives' (https://wicg.github.io/scroll-to-text-fragment/),
'find a range from a text directive' and the algorithms it calls. What is relied on:

- Each term (prefix, textStart, textEnd, suffix) matches inside one block; between the terms blocks may change.
- Between prefix and textStart, and between the match and the suffix, white space is skipped.
- Words are compared at the primary level of UTS #10: letter case and accents do not count. `fold` is coarser
  still (it also joins 'ø' and 'o', curly and straight quotation marks), so it sees every match that a browser
  may see and perhaps more: what is unique here is unique there.
- Word boundaries are the default ones of UAX #29. A range starts and ends at one, as does the inner side of
  textStart and textEnd; where there is a prefix or a suffix, its outer side must lie at one instead.
- The draft searches text as it is rendered, so runs of white space count as one space.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex
from anyascii import anyascii

from index.source import Block, BlockKind

_BOUNDARY = regex.compile(r"(?w)\b")  # with the flag w: UAX #29
# Scripts without spaces have boundaries that only a dictionary finds, and a browser's may differ from ours; so a word
# is counted only where it begins and ends beside white space or a sign.
_WORD_START = regex.compile(r"(?w)(?<![\p{L}\p{N}\p{M}])\b(?=[\p{L}\p{N}\p{M}])")
_WORD_END = regex.compile(r"(?w)(?<=[\p{L}\p{N}\p{M}])\b(?![\p{L}\p{N}\p{M}])")
_BREAK = "\n"  # between blocks of the folded text; a block's own white space is folded to a space
_STRETCH = regex.compile(r"\S(?:[^\n\r\v\f\x85\u2028\u2029]*\S)?")
# In preformatted text white space is kept, so a term must not hold a run of it.
_CODE_STRETCH = regex.compile(r"\S+(?: \S+)*")

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Directive:
    """The terms of a text directive as spans of the source's text; each lies inside one stretch of one block."""

    start: Span
    end: Span | None = None
    prefix: Span | None = None
    suffix: Span | None = None


@lru_cache(maxsize=8192)
def fold(char: str) -> str:
    """Return a character without case, accents and typographic variants; may be empty."""
    return " " if char.isspace() else anyascii(char).lower().replace("\n", " ")


class PageText:
    """Text and blocks of one source, ready to be searched.

    `stretches`: spans of the text that a term may lie in: a block's lines (in a code block: pieces without runs of
    white space). `starts`, `ends`: offsets at which words begin and end, ascending. Positions named `at` count in the
    folded text.
    """

    def __init__(self, text: str, blocks: Sequence[Block]) -> None:
        self.text = text
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.stretches: list[Span] = []
        self._blocks: list[Span] = []
        self._at = [0] * len(text)  # offset -> position in the folded text; used inside blocks only
        self._bound: set[int] = set()
        folded: list[str] = []
        length = 0
        for block in blocks or (Block(0, len(text), BlockKind.PARAGRAPH),):
            pieces = self._folded(block, length)
            self._read(block)
            folded += [*pieces, _BREAK]
            length += sum(map(len, pieces)) + 1
        self._text = "".join(folded)

    def _folded(self, block: Block, length: int) -> list[str]:
        pieces = []
        space = True  # white space at the start of a block is not rendered
        for offset in range(block.start, block.end):
            self._at[offset] = length
            piece = fold(self.text[offset])
            if piece == " ":
                piece = "" if space else " "
                space = True
            elif piece:
                space = False
            pieces.append(piece)
            length += len(piece)
        return pieces

    def _read(self, block: Block) -> None:
        """Record the word boundaries and stretches of one block."""
        inside = self.text[block.start : block.end]
        breaks = sorted({0, len(inside), *(m.start() for m in _BOUNDARY.finditer(inside))})
        self.starts += [block.start + m.start() for m in _WORD_START.finditer(inside)]
        self.ends += [block.start + m.start() for m in _WORD_END.finditer(inside)]
        self._bound.update(self._at[block.start + b] for b in breaks if b < len(inside))
        self._bound.update(self._end(block.start + b) for b in breaks if b)
        rule = _CODE_STRETCH if block.kind is BlockKind.CODE else _STRETCH
        for match in rule.finditer(inside):
            self.stretches.append((block.start + match.start(), block.start + match.end()))
            self._blocks.append((block.start, block.end))

    def stretch(self, offset: int) -> int | None:
        """Return the number of the stretch that holds the character at `offset`."""
        n = bisect_right(self.stretches, offset, key=lambda s: s[0]) - 1
        return n if n >= 0 and offset < self.stretches[n][1] else None

    def same_block(self, one: int, other: int) -> bool:
        """Return whether two stretches are in one block."""
        return self._blocks[one] == self._blocks[other]

    def identifies(self, directive: Directive) -> bool:
        """Tell whether the first text that the directive matches is the one that it was made for."""
        last = directive.end or directive.start
        return self._first_match(directive) == (self._at[directive.start[0]], self._end(last[1]))

    def _end(self, offset: int) -> int:
        """Return where the text before `offset` ends in the folded text."""
        return self._at[offset - 1] + len(fold(self.text[offset - 1]))

    def _first_match(self, directive: Directive) -> Span | None:
        start, end = self._term(directive.start), self._term(directive.end)
        suffix = self._term(directive.suffix)
        if not start:
            return None
        for at in self._starts(self._term(directive.prefix), start, bounded=bool(end or not suffix)):
            inner = at + len(start)
            found = self._occurrences(end, inner, True, not suffix) if end else [inner]
            for stop in (n + len(end) for n in found):
                if not suffix or self._follows(suffix, stop):
                    return at, stop
            if end:
                return None  # no end anywhere behind this start, so none behind a later one
        return None

    def _term(self, span: Span | None) -> str:
        return self._text[self._at[span[0]] : self._end(span[1])] if span else ""

    def _starts(self, prefix: str, start: str, *, bounded: bool) -> Iterator[int]:
        if not prefix:
            yield from self._occurrences(start, 0, True, bounded)
            return
        for found in self._occurrences(prefix, 0, True, False):
            at = self._skip(found + len(prefix))
            if self._text.startswith(start, at) and (not bounded or at + len(start) in self._bound):
                yield at

    def _follows(self, suffix: str, at: int) -> bool:
        at = self._skip(at)
        return self._text.startswith(suffix, at) and at + len(suffix) in self._bound

    def _occurrences(self, term: str, begin: int, starts: bool, ends: bool) -> Iterator[int]:
        at = self._text.find(term, begin)
        while at >= 0:
            if (not starts or at in self._bound) and (not ends or at + len(term) in self._bound):
                yield at
            at = self._text.find(term, at + 1)

    def _skip(self, at: int) -> int:
        while at < len(self._text) and self._text[at] in (" ", _BREAK):
            at += 1
        return at


@lru_cache(maxsize=32)
def page_text(text: str, blocks: tuple[Block, ...]) -> PageText:
    """Return a source's text, ready to be searched; the last few are kept."""
    return PageText(text, blocks)
