"""Rich Text (RTF) -> Document: its paragraphs. The only file that imports striprtf.

striprtf gives the words without their styles, so headings are paragraphs; the cells of a table are parted by '|'.
"""

from __future__ import annotations

import re

from striprtf.striprtf import rtf_to_text

from index.read.block_writer import BlockWriter, write_table
from index.read.decode import clean
from index.read.document import Document
from index.source import BlockKind

_INFO = re.compile(r"\\(title|author|company)[ ]((?:[^{}\\]|\\'[0-9a-f]{2}|\\u-?\d+\??)*)")
_SAVED = re.compile(r"\\revtim\\yr(\d{4})(?:\\mo(\d{1,2}))?(?:\\dy(\d{1,2}))?")
_NAMES = {"title": "title", "author": "author", "company": "publisher"}
_HEAD = 20_000  # characters that hold a file's properties
_FONTS = re.compile(r"\\fonttbl")
_BRACE = re.compile(r"[{}]")
_FONT, _CHARSET = re.compile(r"\\f(\d{1,5})"), re.compile(r"\\fcharset(\d{1,3})")
_LONGEST_FONT = 2000  # characters of what is said of one font
_BULLET = re.compile(r"[•·▪◦‣]\s+")


def read_rich_text(raw: bytes) -> Document:
    """Read an RTF. Raises ValueError if it is none or damaged."""
    if not raw.lstrip()[:5].startswith(b"{\\rtf"):
        raise ValueError("it is no RTF; save it as .rtf, or name it after what it is")
    code = raw.decode("latin-1")
    try:
        text, hints = _words(code), _hints(code[:_HEAD])
    except Exception as error:  # noqa: BLE001 - a damaged file may trip striprtf anywhere
        raise ValueError(f"it is damaged ({type(error).__name__}); open it and save it again") from None
    writer = BlockWriter()
    rows: list[list[str]] = []
    for line in text.split("\n"):
        if line.rstrip().endswith("|") and line.count("|") > 1:
            rows.append(line.rstrip().removesuffix("|").split("|"))
            continue
        _write_rows(writer, rows)
        rows = []
        item = _BULLET.match(line)
        kind = BlockKind.LIST_ITEM if item else BlockKind.PARAGRAPH
        writer.add(" ".join(line[item.end() if item else 0 :].split()), kind)
    _write_rows(writer, rows)
    return writer.document(hints)


def _words(code: str) -> str:
    # A link's address is no text; and striprtf's search for it takes time in proportion to the cube of a line's length.
    code = _with_short_fonts(code).replace("\\fldinst", "\\fldinst\n")
    words = str(rtf_to_text(code, errors="replace"))  # type: ignore[no-untyped-call]
    # RTF has a character beyond the first plane, such as an emoji, in two halves, and striprtf leaves them so.
    return clean(words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))


def _with_short_fonts(code: str) -> str:
    """Return the code with a table of fonts that says their encodings alone: a damaged one would be searched long."""
    begin = _FONTS.search(code)
    if begin is None:
        return code
    depth, end = 1, len(code)
    for brace in _BRACE.finditer(code, begin.end()):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            end = brace.start()
            break
    found = []
    for said in code[begin.end() : end].split(";"):
        font, charset = _FONT.search(said[:_LONGEST_FONT]), _CHARSET.search(said[:_LONGEST_FONT])
        if font and charset:
            found.append(f"{{\\f{font[1]}\\fcharset{charset[1]} x;}}")
    rest = code[end:].replace(begin[0], "")  # a file has one
    # In a group of its own: what stands before the table in its group is searched, too.
    return f"{code[: begin.start()]}{{{begin[0]}{''.join(found)}}}{rest}"


def _write_rows(writer: BlockWriter, rows: list[list[str]]) -> None:
    if rows:
        write_table(writer, rows, has_head=True, under=writer.introduction())


def _hints(code: str) -> dict[str, str]:
    found = {}
    for match in _INFO.finditer(code):
        words = _words("{\\rtf1\\ansi " + match[2] + "}").strip()
        if words:
            found[_NAMES[match[1]]] = words
    if saved := _SAVED.search(code):
        found["saved"] = "-".join(p.zfill(2) for p in saved.groups() if p)
    return found
