"""A tree of HTML -> Document. Pages, books and Word files all pass through it.

Headings, lists, quotations and tables become blocks; emphasis and links become marks. Scripts and styles are no text.
A table that only lays out a page is read as text. A footnote's number is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from index.read.block_writer import BlockWriter, write_table
from index.read.decode import clean
from index.read.document import Document
from index.read.raw_html import raised
from index.source import NO_BLOCK, BlockKind, Mark, MarkKind

if TYPE_CHECKING:
    from index.read.xml_tree import Element

_HIDDEN = frozenset(
    "script style noscript template head iframe object embed svg math button select textarea input form nav canvas "
    "audio video map".split()
)
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark meter q rp rt ruby s samp "
    "small span strike strong sub sup time tt u var wbr".split()
)
_MARKS = {"b": MarkKind.STRONG, "strong": MarkKind.STRONG, "em": MarkKind.EMPHASIS, "i": MarkKind.EMPHASIS}
_LISTS = frozenset({"ul", "ol", "menu"})
_BLANKS = re.compile(r"\s+")
_NOTE = re.compile(r"[\[(]?(?:\d{1,4}|[*†‡a-z])[\])]?|[↑#¶§]|↩\ufe0e?|\^")
_MOST_COLUMNS = 100  # that one cell may span
_MOST_ROWS = 100
_FEW_CELLS = 20_000  # of a table: it may have any gaps
_GAPS_PER_CELL = 4  # of a larger one
_CARRIED = 100  # characters of a cell that are repeated in each row that it spans


def read_tree(root: Element, hints: Mapping[str, str] = MappingProxyType({})) -> Document:
    """Return the text under `root`."""
    writer = BlockWriter()
    write_tree(writer, root)
    return writer.document(hints)


def write_tree(writer: BlockWriter, root: Element) -> None:
    """Append the text under `root`. Goes through the tree without recursion: pages can be nested deep."""
    reader = _Reader(writer)
    waiting: list[tuple[Element, bool]] = [(root, False)]
    while waiting:
        element, done = waiting.pop()
        if done:
            reader.leave(element)
            if element is not root:
                reader.text(element.tail or "")
            continue
        if reader.enter(element):
            waiting.append((element, True))
            waiting.extend((child, False) for child in reversed(element))
        elif element is not root:
            reader.text(element.tail or "")
    reader.flush()


class _Reader:
    """Gathers the words of the open block and writes it when it ends."""

    def __init__(self, writer: BlockWriter) -> None:
        self._writer = writer
        self._parts: list[str] = []
        self._length = 0
        self._blank = True  # whether the open block ends in a blank, or is empty
        self._marks: list[Mark] = []
        self._open: list[tuple[str, int, str]] = []  # inline elements: name, where they begin, address
        self._level = self._quotes = self._code = 0
        self._lists: list[list[int]] = []  # of each open list: what introduces it, and the start of its present item

    def enter(self, element: Element) -> bool:
        """Begin an element; return whether to go into it."""
        name = _name(element)
        if not name or name in _HIDDEN or element.get("hidden") is not None or is_note_mark(element):
            return False
        if name == "table" and not is_layout(element):
            self.flush()
            write_table(self._writer, *_rows(element), under=self._introduction())
            return False
        if name in INLINE:
            self._open.append((name, self._length, element.get("href") or ""))
        else:
            self._begin(name)
        self.text(element.text or "")
        return True

    def _begin(self, name: str) -> None:
        if name == "br":
            self._append("\n")
            return
        self.flush()
        if len(name) == 2 and name[0] == "h" and name[1] in "123456":
            self._level = int(name[1])
        elif name in _LISTS:
            self._lists.append([self._introduction(of_list=True), NO_BLOCK])
        elif name == "li" and self._lists:
            self._lists[-1][1] = NO_BLOCK
        self._quotes += name == "blockquote"
        self._code += name == "pre"

    def leave(self, element: Element) -> None:
        name = _name(element)
        if name in INLINE:
            self._close(name)
        elif name != "br":
            self.flush()
            if len(name) == 2 and name[0] == "h" and name[1] in "123456":
                self._level = 0
            elif name in _LISTS and self._lists:
                self._lists.pop()
            self._quotes -= name == "blockquote"
            self._code -= name == "pre"

    def _close(self, name: str) -> None:
        _, start, href = self._open.pop()
        if name in _MARKS:
            self._marks.append(Mark(start, self._length, _MARKS[name]))
        elif name == "a" and href.startswith(("http://", "https://")):
            self._marks.append(Mark(start, self._length, MarkKind.LINK, href))

    def text(self, words: str) -> None:
        """Add words to the open block; outside of code, blanks and line ends are one blank."""
        words = clean(words)
        for name, _, _ in self._open:
            words = raised(name, words)
        if not self._code:
            words = _BLANKS.sub(" ", words)
            if self._blank:
                words = words.removeprefix(" ")
        self._append(words)

    def _append(self, words: str) -> None:
        if words:
            self._parts.append(words)
            self._length += len(words)
            self._blank = words[-1] in " \n"

    def flush(self) -> None:
        """Write the block that is open, if it holds a word."""
        text, marks = "".join(self._parts), sorted(self._marks, key=lambda m: (m.start, -m.end))
        self._parts, self._length, self._blank, self._marks = [], 0, True, []
        self._open = [(name, 0, href) for name, _, href in self._open]
        if not text.strip():
            return
        inside = self._lists[-1] if self._lists else None
        first = inside is not None and inside[1] == NO_BLOCK
        under = inside[0] if inside and first else NO_BLOCK
        start = self._writer.add(text, self._kind(), level=self._level, under=under, marks=marks)
        if inside and first:
            inside[1] = start

    def _introduction(self, of_list: bool = False) -> int:
        if self._lists and self._lists[-1][1] != NO_BLOCK:
            return self._lists[-1][1]
        return self._writer.introduction(of_list)

    def _kind(self) -> BlockKind:
        if self._level:
            return BlockKind.HEADING
        if self._code:
            return BlockKind.CODE
        if self._quotes:
            return BlockKind.QUOTE
        return BlockKind.LIST_ITEM if self._lists else BlockKind.PARAGRAPH


def _name(element: Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def is_note_mark(element: Element) -> bool:
    """Tell whether an element is a footnote's number, the way back from it, or a heading's mark: a link in the file."""
    name = _name(element)
    link = element if name == "a" else None
    if name == "sup" and len(element) == 1 and not (element.text or "").strip():
        link = element[0]
    if link is None or _name(link) != "a" or "#" not in (link.get("href") or ""):
        return False
    return _NOTE.fullmatch("".join(link.itertext()).strip()) is not None


def is_layout(table: Element) -> bool:
    """Tell whether a table only lays out a page: it holds a table, or it is nearly all gaps.

    A table is read with its gaps filled, so a few bytes of one that spans or leaves out most cells would take minutes.
    """
    cells = rows = width = widest = spanned = 0
    for inner in table.iterdescendants():
        name = _name(inner)
        if name == "table":
            return True
        if name == "tr":
            rows, width = rows + 1, 0
        elif name in ("td", "th"):
            columns = _span(inner, "colspan", _MOST_COLUMNS)
            cells, width, spanned = cells + 1, width + columns, spanned + columns * _span(inner, "rowspan", _MOST_ROWS)
            widest = max(widest, width)
    return max(spanned, rows * widest) > _FEW_CELLS + _GAPS_PER_CELL * cells


def _rows(table: Element) -> tuple[list[list[str]], bool]:
    """Return the rows of a table, a cell that spans several in each of its rows, and whether the first is a head."""
    rows: list[list[str]] = []
    has_head = False
    below: dict[int, tuple[int, str]] = {}  # column -> rows that a cell from above still spans, and its words
    for row in (e for e in table.iterdescendants() if _name(e) == "tr"):
        cells = [c for c in row if _name(c) in ("td", "th")]
        if not rows:
            has_head = bool(cells) and all(_name(c) == "th" for c in cells)
            has_head = has_head or _name(row.getparent()) == "thead" if row.getparent() is not None else has_head
        made: list[str] = []
        for cell in cells:
            _carry(made, below)
            words = _cell_text(cell)
            for n in range(_span(cell, "colspan", _MOST_COLUMNS)):
                if (more := _span(cell, "rowspan", _MOST_ROWS) - 1) > 0:
                    below[len(made)] = (more, "" if n or len(words) > _CARRIED else words)
                made.append("" if n else words)
        _carry(made, below)
        rows.append(made)
    return rows, has_head


def _carry(made: list[str], below: dict[int, tuple[int, str]]) -> None:
    """Append the cells that reach into this row from above."""
    while (n := len(made)) in below:
        more, words = below.pop(n)
        if more > 1:
            below[n] = (more - 1, words)
        made.append(words)


def _span(cell: Element, name: str, most: int) -> int:
    value = cell.get(name) or "1"
    return min(max(int(value), 1), most) if value.isdecimal() and len(value) < 6 else 1


def _cell_text(cell: Element) -> str:
    """Return the words of a cell; its blocks are parted by a blank."""
    writer = BlockWriter()
    write_tree(writer, cell)
    return " ".join(" ".join(writer.parts).split())
