"""Plain text -> Document: paragraphs between empty lines.

A text whose lines are wrapped is put together again; in one that has a line a paragraph, each line is a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from index.read.block_writer import BlockWriter
from index.read.decode import decode
from index.read.document import Document
from index.source import BlockKind

_WRAPPED = 120  # characters; no text that is wrapped by hand or by a mail program has longer lines
_LINE = re.compile(r"^.*$", re.MULTILINE)
_ITEM = re.compile(r"\s*(?:[-*•–]|\d{1,3}[.)])\s+(?=\S)")


def read_plain_text(raw: bytes) -> Document:
    """Read a text in any encoding. Raises ValueError if it is none."""
    return parse_plain_text(decode(raw))


def parse_plain_text(text: str) -> Document:
    """Return the paragraphs of `text`."""
    is_wrapped = all(len(line) <= _WRAPPED for line in _lines(text))
    writer, number = BlockWriter(), 1
    for has_words, group in groupby(_lines(text), key=lambda line: bool(line.strip())):
        if not has_words:
            number += sum(1 for _ in group)
            continue
        for part in _parts(group) if is_wrapped else ([line] for line in group):
            _write(writer, part, number)
            number += len(part)
    return writer.document()


def _lines(text: str) -> Iterator[str]:
    """Yield line by line: a list of them would be a hundred times a text of empty ones."""
    return (match[0] for match in _LINE.finditer(text))


def _parts(paragraph: Iterable[str]) -> Iterator[list[str]]:
    """Yield a paragraph, or the items of a list in it, each with the lines that go on with it."""
    part: list[str] = []
    for line in paragraph:
        if part and _ITEM.match(line):
            yield part
            part = []
        part.append(line)
    yield part


def _write(writer: BlockWriter, lines: list[str], number: int) -> None:
    """Write a block of lines. `number`: that of the first, from 1."""
    item = _ITEM.match(lines[0])
    words = [line.strip() for line in lines]
    kind, under = BlockKind.PARAGRAPH, -1
    if item:
        words[0] = lines[0][item.end() :].strip() if not item[0].strip()[0].isdigit() else words[0]
        kind = BlockKind.LIST_ITEM
        last = writer.blocks[-1] if writer.blocks else None
        under = last.under if last and last.kind is BlockKind.LIST_ITEM else writer.introduction(of_list=True)
    text, breaks = "", []
    for n, word in enumerate(words):
        text += f" {word}" if n else word
        if n:
            breaks.append(len(text) - len(word))
    writer.add(text, kind, under=under, line=number, breaks=breaks)
