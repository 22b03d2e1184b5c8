"""Plain text -> Document: paragraphs between empty lines.

A text whose lines are wrapped is put together again; in one that has a line a paragraph, each line is a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from index.read.block_writer import BlockWriter
from index.read.decode import decode
from index.read.document import Document
from index.source import BlockKind

_WRAPPED = 120  # characters; no text that is wrapped by hand or by a mail program has longer lines
_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,3}[.)])\s+(?=\S)")

Line = tuple[int, str]  # its number from 1, and its words


def read_plain_text(raw: bytes) -> Document:
    """Read a text in any encoding. Raises ValueError if it is none."""
    return parse_plain_text(decode(raw))


def parse_plain_text(text: str) -> Document:
    """Return the paragraphs of `text`."""
    lines = list(enumerate(text.split("\n"), 1))
    is_wrapped = max(len(line) for _, line in lines) <= _WRAPPED
    writer = BlockWriter()
    for has_words, group in groupby(lines, key=lambda line: bool(line[1].strip())):
        if has_words:
            paragraph = list(group)
            for part in _parts(paragraph) if is_wrapped else ([line] for line in paragraph):
                _write(writer, part)
    return writer.document()


def _parts(paragraph: list[Line]) -> Iterator[list[Line]]:
    """Yield a paragraph, or the items of a list in it, each with the lines that go on with it."""
    part: list[Line] = []
    for line in paragraph:
        if part and _ITEM.match(line[1]):
            yield part
            part = []
        part.append(line)
    yield part


def _write(writer: BlockWriter, lines: list[Line]) -> None:
    item = _ITEM.match(lines[0][1])
    words = [line.strip() for _, line in lines]
    kind, under = BlockKind.PARAGRAPH, -1
    if item:
        words[0] = lines[0][1][item.end() :].strip() if not item[0].strip()[0].isdigit() else words[0]
        kind = BlockKind.LIST_ITEM
        last = writer.blocks[-1] if writer.blocks else None
        under = last.under if last and last.kind is BlockKind.LIST_ITEM else writer.introduction(of_list=True)
    text, breaks = "", []
    for n, word in enumerate(words):
        text += f" {word}" if n else word
        if n:
            breaks.append(len(text) - len(word))
    writer.add(text, kind, under=under, line=lines[0][0], breaks=breaks)
