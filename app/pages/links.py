"""The pages that an article links to: those named in its text, then those in its tables and lists of references.

What the reader of the format takes for the text decides: menus, footers and comments are not in it. Left out besides is
what leads nowhere else: to the article itself, to a site as a whole, to a picture or a film; and what hands the
article on, which names its address.
"""

from __future__ import annotations

from collections.abc import Iterator
from mimetypes import guess_type
from urllib.parse import unquote

from app.fetch.address import Address, read_address
from index.errors import FetchError
from index.read.document import Document
from index.read.formats import FORMATS
from index.read.web_page import own_part, page_tree, read_web_page
from index.read.xml_tree import local_name
from index.records import Record
from index.source import MarkKind

_PAGES = frozenset({".html", ".htm", ".xhtml"})
_NO_TEXT = frozenset({"image", "audio", "video", "font"})
_IN_WORDS = frozenset({"p", "td", "blockquote"})
_LONGEST = 200  # characters of a link's words


class Link(Record):
    """A page that an article links to. `words`: what the article says of it, where it links."""

    url: str
    host: str
    words: str


def with_links(raw: bytes, suffix: str, base: str) -> Document:
    """Read a file that can be read; with `base`, its address, a page's links to its own site are whole too."""
    return read_web_page(raw, base) if suffix in _PAGES else FORMATS[suffix].reader()(raw)


def links_of(document: Document, raw: bytes, suffix: str, *own: str) -> tuple[Link, ...]:
    """Return the pages that an article links to, each once, in its order. `document`: as `with_links` read it.

    `own`: the article's addresses, if it has any; the last is that of what was read.
    """
    itself = [a for url in (*own, document.hints.get("url", "")) if url and (a := _address(url))]
    found: dict[tuple[str, str], Link] = {}
    for href, words in _all(document, raw, suffix, own[-1] if own else "", {a.host for a in itself}):
        address = _address(href)
        if address is None or not _leads_on(address, itself):
            continue
        found.setdefault(_key(address), Link(url=href.partition("#")[0], host=address.host, words=words[:_LONGEST]))
    return tuple(found.values())


def _all(document: Document, raw: bytes, suffix: str, base: str, hosts: set[str]) -> Iterator[tuple[str, str]]:
    """Yield address and words of the links in the text, then of others in the part that the page calls its article.

    Of its own site only those in paragraphs and tables: a list of such is there to lead readers on.
    """
    for mark in document.marks:
        if mark.kind is MarkKind.LINK:
            yield mark.href, " ".join(document.text[mark.start : mark.end].split())
    part = own_part(page_tree(raw, base)) if suffix in _PAGES else None
    for link in () if part is None else part.iter("a"):
        href = link.get("href") or ""
        address = _address(href)
        in_words = any(local_name(above) in _IN_WORDS for above in link.iterancestors())
        if address and (in_words or address.host not in hosts):
            yield href, " ".join("".join(link.itertext()).split())


def _address(url: str) -> Address | None:
    """Return the parts of an address; None for what is not fetched anyway ('mailto:', 'javascript:', ...)."""
    try:
        return read_address(url)
    except FetchError:
        return None


def _key(address: Address) -> tuple[str, str]:
    """Return what two addresses of one page have in common, however they are written."""
    return address.host.removeprefix("www."), address.target.rstrip("/")


def _leads_on(address: Address, itself: list[Address]) -> bool:
    if address.target == "/" or _key(address) in map(_key, itself):
        return False
    kind = (guess_type(address.target.partition("?")[0])[0] or "").partition("/")[0]
    handed = unquote(address.target.partition("?")[2])
    names_it = any(a.target != "/" and f"{a.netloc}{a.target}" in handed for a in itself)
    return kind not in _NO_TEXT and not names_it
