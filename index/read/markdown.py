"""Markdown with front matter -> Document: canonical text with its structure kept beside it, not in it.

Headings, emphasis, links and quotations become `Block`s and `Mark`s over offsets; their characters leave the text.
Raw HTML is not interpreted: its characters stay in the text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.read.document import Document
from index.read.front_matter import FENCE, read_front_matter
from index.source import Block, BlockKind, Mark, MarkKind

_PARSER = MarkdownIt("commonmark", {"html": False})
_MARKS = {"strong": MarkKind.STRONG, "em": MarkKind.EMPHASIS, "link": MarkKind.LINK}
_GAP = "\n\n"  # between blocks: never inside a sentence


def read_markdown(raw: bytes) -> Document:
    """Read a Markdown file in UTF-8. Raises ValueError that says where, what is wrong, and what to do."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8 ({error.reason}); save the file as UTF-8") from None
    fields, body, first_line = read_front_matter(text)
    document = parse_markdown(body)
    if not document.text:
        raise ValueError(f"the body is empty; write the text below the second '{FENCE}' line")
    lines = tuple((offset, line + first_line - 1) for offset, line in document.lines)
    return replace(document, fields=fields, lines=lines)


@dataclass
class _Writer:
    parts: list[str] = field(default_factory=list)
    length: int = 0
    blocks: list[Block] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    lines: list[tuple[int, int]] = field(default_factory=list)

    def block(self, children: Iterable[Token], line: int, kind: BlockKind, level: int) -> None:
        """Append one block, unless it is empty."""
        text, marks, breaks = _inline(children)
        lead = len(text) - len(text.lstrip())
        body = text.strip()
        if not body:
            return
        start = self.length + len(_GAP) if self.parts else 0
        self.parts += [_GAP, body] if self.parts else [body]
        self.length = start + len(body)
        self.blocks.append(Block(start, self.length, kind, level))
        self.lines.append((start, line))
        shift = start - lead
        self.lines.extend((shift + at, line + n) for n, at in enumerate(breaks, 1) if lead < at < lead + len(body))
        for mark in marks:
            first, last = max(mark.start, lead) + shift, min(mark.end, lead + len(body)) + shift
            if first < last:
                self.marks.append(Mark(first, last, mark.kind, mark.href))


def parse_markdown(body: str) -> Document:
    """Parse CommonMark 0.31; offsets hold for the result's `text`, lines for `body`."""
    writer = _Writer()
    quotes = items = 0
    level = 0
    for token in _PARSER.parse(body):
        match token.type:
            case "blockquote_open" | "blockquote_close":
                quotes += token.nesting
            case "list_item_open" | "list_item_close":
                items += token.nesting
            case "heading_open":
                level = int(token.tag[1:])
            case "inline":
                kind = _kind(quotes, items, level)
                writer.block(token.children or (), (token.map or [0])[0] + 1, kind, level)
            case "heading_close":
                level = 0
            case "fence" | "code_block":
                text = Token("text", "", 0, content=token.content)
                writer.block([text], (token.map or [0])[0] + 1, BlockKind.CODE, 0)
    return Document("".join(writer.parts), tuple(writer.blocks), tuple(writer.marks), tuple(writer.lines))


def _kind(quotes: int, items: int, level: int) -> BlockKind:
    if quotes:
        return BlockKind.QUOTE
    if level:
        return BlockKind.HEADING
    return BlockKind.LIST_ITEM if items else BlockKind.PARAGRAPH


def _inline(children: Iterable[Token]) -> tuple[str, list[Mark], list[int]]:
    """Return the text of inline tokens, marks over it, and the offsets at which a new line of the file begins."""
    parts: list[str] = []
    length = 0
    open_marks: list[tuple[int, str]] = []
    marks: list[Mark] = []
    breaks: list[int] = []
    for token in children:
        text = {"softbreak": " ", "hardbreak": "\n"}.get(token.type, token.content)
        name, _, edge = token.type.rpartition("_")
        if edge == "open" and name in _MARKS:
            open_marks.append((length, str(token.attrGet("href") or "")))
        elif edge == "close" and name in _MARKS:
            start, href = open_marks.pop()
            if start < length:
                marks.append(Mark(start, length, _MARKS[name], href))
        else:
            parts.append(text)
            length += len(text)
            if token.type in ("softbreak", "hardbreak"):
                breaks.append(length)
    return "".join(parts), sorted(marks, key=lambda m: (m.start, -m.end)), breaks
