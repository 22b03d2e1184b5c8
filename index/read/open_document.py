"""A text of LibreOffice or OpenOffice (ODT) -> Document.

Its XML is near to HTML, so it is turned into that, element by element; comments and deleted words are left out. The
known library, odfpy, has had no release since 2020.
"""

from __future__ import annotations

from index.read.document import Document
from index.read.markup import read_tree
from index.read.xml_tree import Element, local_name, new_element, parse_xml
from index.read.zipped import Archive

_CONTENT, _META, _MANIFEST = "content.xml", "meta.xml", "META-INF/manifest.xml"
# The cell that covers another stands for it.
_HIDDEN = frozenset(
    "covered-table-cell tracked-changes annotation sequence-decls forms note-citation bibliography-source "
    "table-of-content-source user-index-source alphabetical-index-source illustration-index-source".split()
)
_SAME = {
    "p": "p", "list": "ul", "list-item": "li", "list-header": "li", "table": "table", "table-row": "tr",
    "table-cell": "td", "line-break": "br", "a": "a",
}  # fmt: skip
_ATTRIBUTES = {"href": "href", "colspan": "number-columns-spanned", "rowspan": "number-rows-spanned"}
_MOST_BLANKS = 100
_FIELDS = {"title": "title", "creator": "author", "initial-creator": "author", "date": "saved",
           "creation-date": "saved", "language": "language"}  # fmt: skip


def read_open_document(raw: bytes) -> Document:
    """Read an ODT. Raises ValueError if it is none, damaged, encrypted or made to do harm."""
    archive = Archive(raw)
    if _CONTENT not in archive:
        raise ValueError("it is a zip archive and no OpenDocument text; save it as .odt")
    if _MANIFEST in archive and b"encryption-data" in archive.read(_MANIFEST):
        raise ValueError("it is encrypted with a password; save a copy without one")
    root = parse_xml(archive.read(_CONTENT), _CONTENT)
    body = next((e for e in root.iter() if local_name(e) == "text" and local_name(_parent(e)) == "body"), None)
    if body is None:
        raise ValueError("it is no OpenDocument text; save it as .odt")
    return read_tree(_as_html(body, _bold_styles(root)), _hints(archive))


def _parent(element: Element) -> Element:
    parent = element.getparent()
    return element if parent is None else parent


def _get(element: Element, name: str) -> str:
    """Return an attribute by its name without the namespace; '' if there is none."""
    return next((str(v) for k, v in element.attrib.items() if str(k).rpartition("}")[2] == name), "")


def _bold_styles(root: Element) -> dict[str, str]:
    """Return the HTML tag of the document's own styles that are bold or italic."""
    found: dict[str, str] = {}
    for style in (e for e in root.iter() if local_name(e) == "style"):
        for properties in (e for e in style if local_name(e) == "text-properties"):
            if _get(properties, "font-weight") == "bold":
                found[_get(style, "name")] = "b"
            elif _get(properties, "font-style") == "italic":
                found[_get(style, "name")] = "i"
    return found


def _as_html(body: Element, styles: dict[str, str]) -> Element:
    """Return `body` as a tree of HTML, its footnotes at the end, in their order.

    Goes through it without recursion: lists and tables can be nested deep.
    """
    made, notes = new_element("body"), new_element("div")
    waiting: list[tuple[Element, Element]] = [(body, made)]
    while waiting:
        old, new = waiting.pop()
        if local_name(old) == "note":
            notes.append(new)
        new.text = old.text
        inside = []
        for child in old:
            name = local_name(child)
            if not name or name in _HIDDEN or "bookmark" in name or "reference-mark" in name:
                _append_text(new, child.tail)
                continue
            if blank := _blank(child, name):
                _append_text(new, blank + (child.tail or ""))
                continue
            copy = new_element(_tag(child, name, styles))
            for attribute, theirs in _ATTRIBUTES.items():
                if value := _get(child, theirs):
                    copy.set(attribute, value)
            if name == "note":
                _append_text(new, child.tail)
            else:
                copy.tail = child.tail
                new.append(copy)
            inside.append((child, copy))
        waiting.extend(reversed(inside))
    made.append(notes)
    return made


def _append_text(element: Element, words: str | None) -> None:
    """Put words behind what `element` holds so far."""
    if words and len(element):
        element[-1].tail = (element[-1].tail or "") + words
    elif words:
        element.text = (element.text or "") + words


def _blank(element: Element, name: str) -> str:
    """Return what an element that stands for blanks means; '' for others."""
    if name == "tab":
        return " "
    if name != "s":
        return ""
    count = _get(element, "c")
    return " " * min(int(count) if count.isdecimal() and len(count) < 6 else 1, _MOST_BLANKS)


def _tag(element: Element, name: str, styles: dict[str, str]) -> str:
    if name == "h":
        level = _get(element, "outline-level")
        return f"h{level}" if level in tuple("123456") else "h6"
    if name == "p" and _get(element, "style-name") == "Title":
        return "h1"
    if name in ("table-row", "table-cell") and any(
        local_name(e) == "table-header-rows" for e in element.iterancestors()
    ):
        return "tr" if name == "table-row" else "th"
    if name == "span":
        return styles.get(_get(element, "style-name"), "span")
    return _SAME.get(name, "div")


def _hints(archive: Archive) -> dict[str, str]:
    found: dict[str, str] = {}
    if _META in archive:
        for element in parse_xml(archive.read(_META), _META).iter():
            name = _FIELDS.get(local_name(element))
            if name and (words := (element.text or "").strip()):
                found.setdefault(name, words)
    return found
