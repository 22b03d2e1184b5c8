"""Markdown, with or without front matter -> Document: canonical text with its structure kept beside it, not in it.

Headings, emphasis, links, quotations, lists and tables become `Block`s and `Mark`s over offsets; their characters
leave the text, as do HTML comments, tags and footnote marks. A row of a table is a block, its cells joined by ' | '.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import lheading as underlined_heading
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from index.read.block_writer import BlockWriter
from index.read.decode import decode
from index.read.document import Document
from index.read.front_matter import FENCE, begins_with_front_matter, read_front_matter
from index.read.raw_html import TagReader, hidden_block
from index.source import CELL, NO_BLOCK, BlockKind, Mark, MarkKind

_MARKS = {"strong": MarkKind.STRONG, "em": MarkKind.EMPHASIS, "link": MarkKind.LINK}
_NOTE = re.compile(r"\[\^([^\]\s]+)\](?::[ \t]*)?")
_NOTES = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:", re.MULTILINE)
# C0 and C1 controls but tab, line feed, form feed and carriage return: none has a meaning in a text.
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_WHITE = str.maketrans("\f\u2028\u2029", "   ")


def read_markdown(raw: bytes) -> Document:
    """Read a Markdown file. Raises ValueError that says where, what is wrong, and what to do.

    One that begins with front matter is held to UTF-8 without control characters: it is written by hand, as a source.
    """
    if not begins_with_front_matter(raw):
        return parse_markdown(decode(raw))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8 ({error.reason}); save the file as UTF-8") from None
    if control := _CONTROL.search(text):
        line = text.count("\n", 0, control.start()) + 1
        raise ValueError(f"line {line} holds the control character U+{ord(control[0]):04X}; remove it")
    fields, body, first_line = read_front_matter(text)
    document = parse_markdown(body)
    lines = tuple((offset, line + first_line - 1) for offset, line in document.lines)
    return replace(document, fields=fields, lines=lines)


def parse_markdown(body: str) -> Document:
    """Parse CommonMark 0.31 with tables and footnotes; offsets hold for the result's `text`, lines for `body`."""
    reader = _Reader()
    reader.read(_PARSER.parse(body, {"notes": frozenset(_NOTES.findall(body))}))
    return reader.writer.document()


def _heading_or_rule(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Parse a heading that is underlined; a text over a line '---' is text, as the line is a rule to most writers."""
    at = len(state.tokens)
    if not underlined_heading(state, first, last, silent):
        return False
    opened, inline, closed = state.tokens[at : at + 3]
    line = state.line - 1
    underline = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip()
    if underline == FENCE or (opened.markup == "-" and "\n" in inline.content):
        opened.type, closed.type = "paragraph_open", "paragraph_close"
        opened.tag = closed.tag = "p"
    return True


def _footnote_mark(state: StateInline, silent: bool) -> bool:
    """Skip '[^1]' in the text, and '[^1]:' where the footnote stands."""
    match = _NOTE.match(state.src, state.pos, state.posMax)
    if match is None or not (match[1] in state.env["notes"] or match[1].isdigit()):
        return False
    begins_line = state.pos == 0 or state.src[state.pos - 1] == "\n"
    if not silent:
        state.push("html_inline", "", 0)  # leaves nothing
    state.pos = match.end() if begins_line else match.end(1) + 1
    return True


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    parser.block.ruler.at("html_block", hidden_block, {"alt": ["paragraph", "reference", "blockquote"]})
    parser.block.ruler.at("lheading", _heading_or_rule)
    parser.inline.ruler.before("link", "footnote_mark", _footnote_mark)
    return parser


_PARSER = _parser()


@dataclass
class _List:
    """An open list. `under`: what introduces it. `item`: the first block of its present item."""

    under: int
    item: int = NO_BLOCK


class _Reader:
    """Goes through the tokens of a document and writes its blocks."""

    def __init__(self) -> None:
        self.writer = BlockWriter()
        self._quotes = self._level = 0
        self._lists: list[_List] = []
        self._row: list[Iterable[Token]] = []
        self._row_line = 0
        self._in_table = False
        self._above = NO_BLOCK  # what the rows of the open table are under

    def read(self, tokens: Sequence[Token]) -> None:
        for n, token in enumerate(tokens):
            line = (token.map or [0])[0] + 1
            self._around(token, tokens, n)
            self._table(token, tokens, n)
            match token.type:
                case "inline" if self._in_table:
                    self._row.append(token.children or ())
                case "inline":
                    self._write(token.children or (), line)
                case "fence" | "code_block":
                    text = Token("text", "", 0, content=token.content)
                    self._block([[text]], line, BlockKind.CODE)

    def _around(self, token: Token, tokens: Sequence[Token], n: int) -> None:
        """Note what the next blocks are in."""
        match token.type:
            case "blockquote_open" | "blockquote_close":
                self._quotes += token.nesting
            case "bullet_list_open" | "ordered_list_open":
                self._lists.append(_List(self._introduction(tokens, n)))
            case "bullet_list_close" | "ordered_list_close":
                self._lists.pop()
            case "list_item_open":
                self._lists[-1].item = NO_BLOCK
            case "heading_open":
                self._level = int(token.tag[1:])
            case "heading_close":
                self._level = 0

    def _table(self, token: Token, tokens: Sequence[Token], n: int) -> None:
        match token.type:
            case "table_open":
                self._in_table, self._above = True, self._introduction(tokens, n)
            case "table_close":
                self._in_table = False
            case "tr_open":
                self._row, self._row_line = [], (token.map or [0])[0] + 1
            case "tr_close":
                has_rows = [t.type for t in tokens[n + 1 : n + 3]] == ["thead_close", "tbody_open"]
                self._write_row(is_head=has_rows)

    def _introduction(self, tokens: Sequence[Token], n: int) -> int:
        """Return the start of the block that introduces the list or table at token `n`.

        That is the item it is in, or the paragraph before it that ends in a colon, or before a list in no stop, or has
        no empty line behind it.
        """
        if self._lists and self._lists[-1].item != NO_BLOCK:
            return self._lists[-1].item
        blocks, before = self.writer.blocks, tokens[n - 1] if n else None
        if not blocks or before is None or before.type != "paragraph_close" or before.level != tokens[n].level:
            return NO_BLOCK
        last = blocks[-1]
        touches = (tokens[n - 2].map or [0, -1])[1] == (tokens[n].map or [0])[0]
        opens = tokens[n].type != "table_open" and self.writer.ends_open
        return last.start if self.writer.ends_in_colon or opens or touches else NO_BLOCK

    def _write(self, children: Iterable[Token], line: int) -> None:
        inside = self._lists[-1] if self._lists else None
        first = inside is not None and inside.item == NO_BLOCK
        under = inside.under if inside and first else NO_BLOCK
        start = self._block([children], line, self._kind(), self._level, under)
        if inside and first:
            inside.item = start

    def _write_row(self, is_head: bool) -> None:
        """Write a row of a table; the head is what all other rows are under. A head without rows is a row."""
        kind = BlockKind.TABLE_HEAD if is_head else BlockKind.TABLE_ROW
        start = self._block(self._row, self._row_line, kind, under=self._above)
        if is_head and start != NO_BLOCK:
            self._above = start

    def _block(
        self, cells: Sequence[Iterable[Token]], line: int, kind: BlockKind, level: int = 0, under: int = NO_BLOCK
    ) -> int:
        text, marks, breaks = _joined(cells)
        return self.writer.add(text, kind, level=level, under=under, marks=marks, line=line, breaks=breaks)

    def _kind(self) -> BlockKind:
        if self._quotes:
            return BlockKind.QUOTE
        if self._level:
            return BlockKind.HEADING
        return BlockKind.LIST_ITEM if self._lists else BlockKind.PARAGRAPH


def _joined(cells: Sequence[Iterable[Token]]) -> tuple[str, list[Mark], list[int]]:
    """Return the text of a block's cells (one, but for a row of a table), with marks and line breaks as `_inline`."""
    if len(cells) == 1:
        return _inline(cells[0])
    text, marks = "", []
    for n, cell in enumerate(cells):
        text += CELL if n else ""
        words, own, _ = _inline(cell)
        marks += [Mark(m.start + len(text), m.end + len(text), m.kind, m.href) for m in own]
        text += words.replace("\n", " ")
    return text, marks, []


def _inline(children: Iterable[Token]) -> tuple[str, list[Mark], list[int]]:
    """Return the text of inline tokens, marks over it, and the offsets at which a new line of the file begins."""
    parts: list[str] = []
    length = 0
    open_marks: list[tuple[int, str]] = []
    marks: list[Mark] = []
    breaks: list[int] = []
    children = list(children)
    tags = TagReader(children)
    gone, gap = False, True  # whether a piece was left out here, and the text so far ends in no blank
    for token in children:
        name, _, edge = token.type.rpartition("_")
        if edge == "open" and name in _MARKS:
            open_marks.append((length, str(token.attrGet("href") or "")))
        elif edge == "close" and name in _MARKS:
            start, href = open_marks.pop()
            if start < length:
                marks.append(Mark(start, length, _MARKS[name], href))
        else:
            text = _text(token, tags)
            if gone and not gap:
                text = text.removeprefix(" ")  # one blank is left of two around what is no text
            gone = (gone or token.type == "html_inline") and not text
            gap = text[-1:] not in ("", " ") if text else gap
            parts.append(text)
            length += len(text)
            if token.type in ("softbreak", "hardbreak"):
                breaks.append(length)
    return "".join(parts), sorted(marks, key=lambda m: (m.start, -m.end)), breaks


def _text(token: Token, tags: TagReader) -> str:
    if token.type == "html_inline":
        return tags.tag(token.content)
    words = {"softbreak": " ", "hardbreak": "\n"}.get(token.type, token.content)
    return tags.text(words.translate(_WHITE))
