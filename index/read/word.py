"""A Word file (DOCX) -> Document. The only file that imports mammoth, which makes HTML of Word's styles.

Headings, lists, tables and footnotes stay what they are; running heads, comments and deleted words are no text.
"""

from __future__ import annotations

import io

import mammoth

from index.read.document import Document
from index.read.markup import read_tree
from index.read.xml_tree import local_name, parse_html, parse_xml
from index.read.zipped import Archive

_MAIN = "word/document.xml"
_PROPERTIES = "docProps/core.xml"
_APP = "docProps/app.xml"
_ENTITY = tuple("<!ENTITY".encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be"))
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh\ntable => table:fresh"


def read_word(raw: bytes) -> Document:
    """Read a DOCX. Raises ValueError if it is none, damaged, encrypted or made to do harm."""
    archive = Archive(raw)
    if _MAIN not in archive:
        raise ValueError("it is a zip archive and no Word file; save it as .docx")
    _refuse_entities(archive)
    try:
        page = mammoth.convert_to_html(
            io.BytesIO(raw), style_map=_STYLES, convert_image=mammoth.images.img_element(lambda _: {})
        ).value
    except Exception as error:  # noqa: BLE001 - a damaged file may trip mammoth anywhere
        raise ValueError(f"it is damaged ({type(error).__name__}); open it in Word and save it again") from None
    return read_tree(parse_html(f"<html><body>{page}</body></html>"), _hints(archive))


def _refuse_entities(archive: Archive) -> None:
    """Raise ValueError if a part declares entities: mammoth would expand them, and it reads parts of any name."""
    for part in archive.names:
        if part.endswith((".xml", ".rels")):
            parse_xml(archive.read(part), part)
            continue
        try:
            content = archive.read(part)
        except ValueError:
            continue  # a damaged picture, which is not read
        if any(mark in content for mark in _ENTITY):
            raise ValueError(f"its part {part} declares entities, which no such file needs")


def _hints(archive: Archive) -> dict[str, str]:
    """Return what the file's properties say; the day on which it was saved last, as that of a template may be old."""
    found: dict[str, str] = {}
    names = {"title": "title", "creator": "author", "language": "language", "modified": "saved"}
    for part in (_PROPERTIES, _APP):
        if part in archive:
            for element in parse_xml(archive.read(part), part).iter():
                name = names.get(local_name(element), "publisher" if local_name(element) == "company" else "")
                if name and (words := (element.text or "").strip()):
                    found[name] = words
    return found
