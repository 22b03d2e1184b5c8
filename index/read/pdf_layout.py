"""The lines of a PDF's pages -> paragraphs, headings, lists and rows of tables, each with its page.

What a PDF holds is where letters stand, not what they are. So this goes by what a reader sees: larger type is a
heading, a wide gap parts columns or cells, a gap between lines parts paragraphs. docs/formats.md says where it errs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from index.read.block_writer import BlockWriter, write_table
from index.read.decode import clean
from index.read.document import Document
from index.read.running_heads import without_running_heads
from index.source import BlockKind

_LARGER = 1.12  # of the type of the text: a heading
_SAME = 0.08  # share by which two sizes of type may differ
_LONGEST_WORD = 60  # characters
_ALIKE = 0.2  # ... in the running text
_APART = 1.35  # of the usual distance of two lines: a new paragraph
_LONGEST_HEADING = 200  # characters
_COLUMN = 20  # characters that a line of a column has on average; the cells of a table are shorter
_ITEM = re.compile(r"(?:[•▪◦‣●○■□–—*-]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s+(?=\S)")
_STOPS = re.compile(r"[.!?:;…。！？][\"'”’»)\]]*$")
_DIVIDED = re.compile(r"[^\W_]-$")
# Bounded, and from the start of a word: a page without a blank costs no more than another.
_COMPOUND = re.compile(rf"(?<![^\W\d_])[^\W\d_]{{1,{_LONGEST_WORD}}}-[^\W\d_]{{1,{_LONGEST_WORD}}}")
_WORD_END, _WORD_START = re.compile(r"[^\W\d_]+$"), re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a line that no wide gap parts, and where they begin and end from the left, in points."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is drawn. `y`: its height on the page in points, from below. `size`: of its type, in points.

    `divided`: whether a hyphen at its end divides a word, or joins two, and was left out of its text.
    """

    pieces: tuple[Piece, ...]
    y: float
    size: float
    page: int
    divided: bool = False
    bold: bool = False

    @property
    def text(self) -> str:
        return " ".join(p.text for p in self.pieces)

    @property
    def left(self) -> float:
        return self.pieces[0].left

    @property
    def right(self) -> float:
        return self.pieces[-1].right

    def only(self, piece: Piece) -> Line:
        """Return the line with one of its pieces."""
        divided = self.divided if piece is self.pieces[-1] else piece.text.endswith(("-", "\u2010"))
        if divided and piece is not self.pieces[-1]:
            piece = replace(piece, text=piece.text[:-1])
        return Line((piece,), self.y, self.size, self.page, divided, self.bold)


def lay_out(pages: Sequence[Sequence[Line]]) -> Document:
    """Return the text of the pages in reading order."""
    lines = list(_without_gaps([line for page in without_running_heads(pages) for line in _in_columns(page)]))
    if not lines:
        lines = [line for page in pages for line in page]
    writer = BlockWriter()
    usual = _Usual(lines)
    for group in _paragraphs(lines, usual):
        if len(group[0].pieces) > 1:
            _write_table(writer, group)
        else:
            _write(writer, group, usual)
    return writer.document()


class _Usual:
    """What is usual in the document: the size of its type, the distance of its lines, its compounds with a hyphen."""

    def __init__(self, lines: Sequence[Line]) -> None:
        sizes: Counter[float] = Counter()
        for line in lines:
            sizes[round(line.size, 1)] += len(line.text)
        self.size = max(sizes, key=lambda s: sizes[s])
        self.heads = sorted((s for s in sizes if s >= self.size * _LARGER), reverse=True)
        self.compounds = {m[0].lower() for line in lines for m in _COMPOUND.finditer(line.text)}
        self.right: dict[tuple[int, int], float] = {}
        for line in lines:
            place = self._column(line)
            self.right[place] = max(line.right, self.right.get(place, 0.0))
        near = [(a, a.y - b.y) for a, b in pairwise(lines) if a.page == b.page and 0 < a.y - b.y < 3 * a.size]
        # A paragraph goes on after a full line; in a text of short ones most gaps are between paragraphs.
        gaps = [gap for line, gap in near if not self.is_short(line)] or [gap for _, gap in near]
        self.leading = median(gaps) if gaps else self.size * 1.2

    @staticmethod
    def _column(line: Line) -> tuple[int, int]:
        return line.page, int(line.left // 100)

    def is_short(self, line: Line) -> bool:
        """Return whether `line` ends well before its column does."""
        return line.right < self.right[self._column(line)] - 4 * line.size

    def differ(self, one: Line, other: Line) -> bool:
        """Return whether two lines are in so different type that they cannot be in one paragraph.

        In running text a word in another font may be somewhat smaller; a heading and what follows it differ at once.
        """
        larger = [line.size >= self.size * _LARGER for line in (one, other)]
        return abs(one.size - other.size) > (_SAME if any(larger) else _ALIKE) * self.size

    def is_heading(self, group: Sequence[Line]) -> bool:
        text = " ".join(line.text for line in group)
        if len(text) > _LONGEST_HEADING or not any(c.isalpha() for c in text):
            return False
        larger = group[0].size >= self.size * _LARGER
        return larger or (len(group) == 1 and group[0].bold and not _STOPS.search(text) and len(text) <= 100)

    def level(self, line: Line) -> int:
        above = sum(s > line.size * (1 + _SAME) for s in self.heads)
        return min(6, above + 1)


def _in_columns(page: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines of a page; where two columns are drawn line by line, the left one before the right one."""
    wide = [line for line in page if len(line.pieces) == 2]
    letters = [len(p.text) for line in wide for p in line.pieces]
    if len(wide) < 2 or sum(letters) < _COLUMN * len(letters):
        yield from page
        return
    gutter = median(line.pieces[1].left for line in wide)
    left: list[Line] = []
    right: list[Line] = []
    for line in page:
        if len(line.pieces) == 2 and abs(line.pieces[1].left - gutter) < 2 * line.size:
            left.append(line.only(line.pieces[0]))
            right.append(line.only(line.pieces[1]))
        elif left and line.left >= gutter - line.size:
            right.append(line)
        elif left and line.right < gutter:
            left.append(line)
        else:
            yield from (*left, *right, line)
            left, right = [], []
    yield from (*left, *right)


def _without_gaps(lines: Sequence[Line]) -> Iterator[Line]:
    """Yield the lines; one with wide gaps and no like next to it is no row of a table, but one piece."""
    for n, line in enumerate(lines):
        beside = (*lines[max(n - 1, 0) : n], *lines[n + 1 : n + 2])
        if len(line.pieces) == 1 or any(_aligned(line, other) for other in beside):
            yield line
        else:
            yield replace(line, pieces=(Piece(line.text, line.left, line.right),))


def _aligned(line: Line, other: Line) -> bool:
    """Return whether two lines have as many pieces, which begin or end at the same places."""
    if len(line.pieces) != len(other.pieces):
        return False
    places = zip(line.pieces, other.pieces, strict=True)
    return all(min(abs(a.left - b.left), abs(a.right - b.right)) < 2 * line.size for a, b in places)


def _paragraphs(lines: Sequence[Line], usual: _Usual) -> Iterator[list[Line]]:
    group: list[Line] = []
    for line in lines:
        if group and not _goes_on(group, line, usual):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _goes_on(group: Sequence[Line], line: Line, usual: _Usual) -> bool:
    """Return whether `line` belongs to the paragraph, or the table, of the lines before it."""
    last = group[-1]
    if len(last.pieces) > 1 or len(line.pieces) > 1:
        return len(last.pieces) == len(line.pieces) and (last.page == line.page or _aligned(last, line))
    if usual.differ(last, line) or (line.bold != last.bold and usual.is_heading(group)):
        return False
    if last.divided:
        return True
    if _ITEM.match(line.text):
        return False
    moved = last.page != line.page or line.y > last.y  # to the next column or page
    if moved:
        return not _STOPS.search(last.text) and not usual.is_heading(group) and not line.text[:1].isupper()
    if last.y - line.y > usual.leading * _APART * max(1.0, line.size / usual.size):
        return False
    ends = _STOPS.search(last.text) is not None
    indented = len(group) > 1 and line.left > last.left + 0.8 * line.size
    return not (ends and (usual.is_short(last) or indented))


def _write(writer: BlockWriter, group: Sequence[Line], usual: _Usual) -> None:
    text, breaks = _joined(group, usual)
    kind, level, under = BlockKind.PARAGRAPH, 0, -1
    item = _ITEM.match(text)
    if usual.is_heading(group):
        kind, level = BlockKind.HEADING, usual.level(group[0])
    elif item:
        last = writer.blocks[-1] if writer.blocks else None
        kind = BlockKind.LIST_ITEM
        under = last.under if last and last.kind is BlockKind.LIST_ITEM else writer.introduction(of_list=True)
        if not any(c.isalnum() for c in item[0]):
            text, breaks = text[item.end() :], [at - item.end() for at in breaks]
    writer.add(text, kind, level=level, under=under, page=group[0].page, page_breaks=breaks)


def _joined(group: Sequence[Line], usual: _Usual) -> tuple[str, list[int]]:
    """Return the lines as one text, and where in it each next page begins."""
    text, breaks = clean(group[0].text), []
    for last, line in pairwise(group):
        words = clean(line.text)
        if last.divided:
            text += _hyphen(text, words, usual)
        elif text and words and not _DIVIDED.search(text[-2:]):
            text += " "
        breaks += [len(text)] * (line.page - last.page)
        text += words
    return text + ("-" if group[-1].divided else ""), breaks


def _hyphen(before: str, after: str, usual: _Usual) -> str:
    """Return what stands between the halves of a word: nothing, unless it is a compound ('well-known', '2019-20')."""
    first, second = _WORD_END.search(before[-_LONGEST_WORD:]), _WORD_START.match(after)
    if first is None or second is None or not second[0][0].islower():
        return "-"
    return "-" if f"{first[0]}-{second[0]}".lower() in usual.compounds else ""


def _write_table(writer: BlockWriter, group: Sequence[Line]) -> None:
    """Write rows; the first is a head if it holds no figures and the others do."""
    rows = [[clean(p.text) for p in line.pieces] for line in group]
    figures = [any(c.isdigit() for cell in row for c in cell) for row in rows]
    has_head = len(rows) > 1 and not figures[0] and any(figures[1:])
    write_table(writer, rows, has_head, under=writer.introduction(), pages=[line.page for line in group])
