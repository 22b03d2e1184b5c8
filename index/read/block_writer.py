"""Writes canonical text block by block, so that every offset is counted as the text grows and none is searched for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice, repeat
from types import MappingProxyType

from index.read.document import Document
from index.source import CELL, NO_BLOCK, Block, BlockKind, Mark

_GAP = "\n\n"  # between blocks
MOST_CHARACTERS = 50_000_000  # some 25,000 pages; what holds more was made to fill the memory
_COLONS = (":", "：")
_OPEN = (",", ";", "-", "–", "—")


class BlockWriter:
    """Appends blocks; `document` gives what was written."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.blocks: list[Block] = []
        self._length = 0
        self._marks: list[Mark] = []
        self._lines: list[tuple[int, int]] = []
        self._pages: list[tuple[int, int]] = []

    def add(
        self,
        text: str,
        kind: BlockKind = BlockKind.PARAGRAPH,
        *,
        level: int = 0,
        under: int = NO_BLOCK,
        marks: Iterable[Mark] = (),
        line: int | None = None,
        breaks: Sequence[int] = (),
        page: int | None = None,
        page_breaks: Sequence[int] = (),
    ) -> int:
        """Append one block and return where it starts; NO_BLOCK if `text` holds nothing but blanks and cell borders.

        `marks`, `breaks` and `page_breaks` (where the next line of the file, the next page, begins) count from the
        start of `text`. Raises ValueError if the text grows beyond MOST_CHARACTERS.
        """
        lead = len(text) - len(text.lstrip())
        body = text.strip()
        if not body.strip(CELL):
            return NO_BLOCK
        start = self._length + len(_GAP) if self.parts else 0
        if start + len(body) > MOST_CHARACTERS:
            raise ValueError(f"it holds more than {MOST_CHARACTERS:,} characters; divide it")
        self.parts += [_GAP, body] if self.parts else [body]
        self._length = start + len(body)
        self.blocks.append(Block(start, self._length, kind, level, under))
        shift = start - lead
        for places, first, inside in ((self._lines, line, breaks), (self._pages, page, page_breaks)):
            if first is not None:
                places.append((start, first))
                places.extend((shift + at, first + n) for n, at in enumerate(inside, 1) if lead < at < lead + len(body))
        for mark in marks:
            a, b = max(mark.start, lead) + shift, min(mark.end, lead + len(body)) + shift
            if a < b:
                self._marks.append(Mark(a, b, mark.kind, mark.href))
        return start

    @property
    def ends_in_colon(self) -> bool:
        """Whether the last block introduces what comes next."""
        return bool(self.parts) and self.parts[-1].endswith(_COLONS)

    @property
    def ends_open(self) -> bool:
        """Whether the last block ends in no stop, as in a law: 'A ward shall have', then a list of what."""
        return bool(self.parts) and (self.parts[-1][-1].isalnum() or self.parts[-1].endswith(_OPEN))

    def introduction(self, of_list: bool = False) -> int:
        """Return the start of the last block if it is a paragraph that introduces what comes next; else NO_BLOCK.

        It ends in a colon, or before a list in no stop.
        """
        last = self.blocks[-1] if self.blocks else None
        fits = self.ends_in_colon or (of_list and self.ends_open)
        return last.start if last is not None and last.kind is BlockKind.PARAGRAPH and fits else NO_BLOCK

    def document(self, hints: Mapping[str, str] = MappingProxyType({})) -> Document:
        """Return what was written."""
        marks, lines, pages = tuple(self._marks), tuple(self._lines), tuple(self._pages)
        return Document("".join(self.parts), tuple(self.blocks), marks, lines, pages=pages, hints=hints)


def write_table(
    writer: BlockWriter,
    rows: Iterable[Sequence[str]],
    has_head: bool,
    under: int = NO_BLOCK,
    pages: Sequence[int] | None = None,
) -> None:
    """Append the rows of a table, each a block. A head without rows is a row; a row of one cell is a paragraph.

    `pages`: the page of each row.
    """
    numbered = zip(rows, repeat(None)) if pages is None else zip(rows, pages, strict=True)
    filled = ((row, page) for row, page in numbered if any(cell.strip() for cell in row))
    first = list(islice(filled, 2))
    for n, (row, page) in enumerate(chain(first, filled)):
        is_head = has_head and n == 0 and len(first) > 1
        kind = BlockKind.TABLE_HEAD if is_head else BlockKind.TABLE_ROW
        if len(row) == 1:
            kind = BlockKind.PARAGRAPH
        start = writer.add(table_row(row), kind, under=under if len(row) > 1 else NO_BLOCK, page=page)
        if is_head and start != NO_BLOCK:
            under = start


def table_row(cells: Iterable[str]) -> str:
    """Return a row of a table as text."""
    return CELL.join(" ".join(cell.split()) for cell in cells)
