"""A book (EPUB 2 and 3) -> Document: its chapters in the order of its spine.

An EPUB is a zip archive of pages, so no library of its own is needed: the known one, EbookLib, is under the AGPL.
"""

from __future__ import annotations

from urllib.parse import unquote

from index.read.block_writer import BlockWriter
from index.read.decode import decode
from index.read.document import Document
from index.read.markup import write_tree
from index.read.xml_tree import Element, local_name, parse_html, parse_xml
from index.read.zipped import Archive

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_FIELDS = {"title": "title", "creator": "author", "publisher": "publisher", "date": "published", "language": "language",
           "rights": "licence"}  # fmt: skip
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")  # only fonts are hidden


def read_epub(raw: bytes) -> Document:
    """Read an EPUB. Raises ValueError if it is none, damaged, protected or made to do harm."""
    archive = Archive(raw)
    if _CONTAINER not in archive:
        raise ValueError("it is a zip archive and no EPUB; save it as .epub")
    if _ENCRYPTION in archive and _is_protected(parse_xml(archive.read(_ENCRYPTION), _ENCRYPTION)):
        raise ValueError("it is protected (DRM) and cannot be read; use a copy without protection")
    package = next((e.get("full-path") or "" for e in _all(archive, _CONTAINER, "rootfile")), "")
    root = parse_xml(archive.read(package), package)
    writer = BlockWriter()
    for name in _chapters(root, package, archive):
        write_tree(writer, parse_html(decode(archive.read(name)) or "<p></p>"))
    return writer.document(_hints(root))


def _all(archive: Archive, part: str, name: str) -> list[Element]:
    return [e for e in parse_xml(archive.read(part), part).iter() if local_name(e) == name]


def _is_protected(root: Element) -> bool:
    methods = [e.get("Algorithm") or "" for e in root.iter() if local_name(e) == "encryptionmethod"]
    return any(m not in _FONTS for m in methods)


def _chapters(root: Element, package: str, archive: Archive) -> list[str]:
    """Return the parts in reading order, each once; without the table of contents, whose words stand in the text."""
    items = {e.get("id"): e for e in root.iter() if local_name(e) == "item"}
    found: dict[str, None] = {}
    for reference in (e for e in root.iter() if local_name(e) == "itemref"):
        item = items.get(reference.get("idref"))
        if item is None or "nav" in (item.get("properties") or "").split():
            continue
        part = archive.beside(package, unquote(item.get("href") or ""))
        if part is not None and "html" in (item.get("media-type") or "html"):
            found[part] = None
    return list(found)


def _hints(root: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in root.iter():
        name = _FIELDS.get(local_name(element))
        if name and (words := (element.text or "").strip()):
            found.setdefault(name, words)
    return found
