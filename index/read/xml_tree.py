"""Bytes -> a tree of XML or HTML. The only file that imports lxml; what an attacker can make of XML is refused.

No entity is expanded, nothing is fetched, and libxml2's own limits on depth and length stay in force.
"""

from __future__ import annotations

from lxml import etree, html
from lxml.etree import _Element as Element

__all__ = ["Element", "local_name", "new_element", "parse_html", "parse_xml"]


def parse_xml(raw: bytes, name: str) -> Element:
    """Return the root of an XML file. Raises ValueError, which calls it `name`, if it cannot be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise ValueError(f"its part {name} is damaged ({' '.join(error.msg.split())})") from None
    if root.getroottree().docinfo.internalDTD is not None and any(
        True for _ in root.getroottree().docinfo.internalDTD.iterentities()
    ):
        raise ValueError(f"its part {name} declares entities, which no such file needs")
    return root


def parse_html(text: str) -> Element:
    """Return the root of a page, without its comments; HTML that is not well-formed is read as browsers read it.

    trafilatura loses the words between a comment and the next tag, and some programs write a comment into every
    sentence. Raises ValueError.
    """
    # A declaration of an encoding is no longer true of the text, and lxml refuses one.
    body = text.lstrip()
    if body.startswith("<?xml"):
        body = body.partition("?>")[2]
    try:
        parser = html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
        return html.document_fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ValueError(f"it is no page ({error})") from None


def local_name(element: Element) -> str:
    """Return an element's name without its namespace, in lower case; '' for a comment or a processing instruction."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def new_element(name: str) -> Element:
    return etree.Element(name)
