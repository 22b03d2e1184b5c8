"""What came from the web as a file that can be read: under which suffix, in which encoding, with which text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from app.fetch.fetcher import Fetched
from index.errors import CorpusError, FetchError
from index.fetched.records import Why
from index.fetched.signs import Signs, read_signs
from index.read.decode import in_utf8
from index.read.document import Document
from index.read.formats import FORMATS, refuse_misnamed
from index.read.front_matter import begins_with_front_matter

_SUFFIXES = {
    "text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "text/plain": ".txt",
    "text/markdown": ".md", "text/csv": ".csv", "application/rtf": ".rtf", "text/rtf": ".rtf",
    "application/epub+zip": ".epub", "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}  # fmt: skip
# Types that servers give for want of a better one: then the address, or how the file begins, tells more.
_VAGUE = frozenset({"", "application/octet-stream", "binary/octet-stream", "text/plain"})
_TEXTS = frozenset({".html", ".txt", ".md", ".csv"})
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_NAMES_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=", re.IGNORECASE)
_HEAD = 4096  # bytes in which a page names its encoding
_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_NAME = 100  # characters


@dataclass(frozen=True, slots=True)
class PageRead:
    """A page as it is kept, under the suffix of its kind, and its text."""

    raw: bytes
    suffix: str
    url: str
    document: Document

    @property
    def signs(self) -> Signs | None:
        """What a page of the web says of itself; None for a file of another kind."""
        return read_signs(self.raw, self.url) if self.suffix == ".html" else None


def read_page(fetched: Fetched) -> PageRead:
    """Read what came. Raises FetchError if it cannot be read or holds no text."""
    raw, suffix = as_file(fetched)
    return PageRead(raw, suffix, fetched.final_url, read_file(raw, suffix, fetched.final_url))


def as_file(fetched: Fetched) -> tuple[bytes, str]:
    """Return the bytes to keep and the suffix of their kind. Raises FetchError for a kind that cannot be read."""
    raw = fetched.content or b""
    media = fetched.content_type.partition(";")[0].strip().lower()
    suffix = _SUFFIXES.get(media, "")
    if raw[:1024].lstrip().startswith(b"%PDF-"):
        suffix = ".pdf"
    elif media in _VAGUE:
        suffix = _suffix_of(fetched.final_url) or suffix or _suffix_by_beginning(raw)
    if not suffix:
        raise FetchError(
            f"{fetched.final_url}: it is of the type '{media or 'none'}', which cannot be read", Why.UNREADABLE
        )
    if suffix == ".md" and begins_with_front_matter(raw):
        suffix = ".txt"  # what a page states there is no statement of the user's
    return (_as_utf8(raw, fetched.content_type) if suffix in _TEXTS else raw), suffix


def _suffix_of(url: str) -> str:
    suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
    return suffix if suffix in FORMATS else ""


def _suffix_by_beginning(raw: bytes) -> str:
    begin = raw[:1024].lstrip().lower()
    return ".html" if begin.startswith((b"<!doctype html", b"<html")) else ""


def _as_utf8(raw: bytes, content_type: str) -> bytes:
    """Write a text in UTF-8 if only the server says in which encoding it is: a file cannot say so."""
    named = _CHARSET.search(content_type)
    return raw if named is None or _NAMES_CHARSET.search(raw[:_HEAD]) else in_utf8(raw, named[1])


def read_file(raw: bytes, suffix: str, url: str) -> Document:
    """Read what came from `url`. Raises FetchError if it cannot be read or holds no text."""
    try:
        refuse_misnamed(raw, suffix)
        document = FORMATS[suffix].reader()(raw)
    except (ValueError, CorpusError) as error:
        raise FetchError(f"{url}: {error}", Why.UNREADABLE) from error
    if not document.text.strip():
        raise FetchError(f"{url}: no text stands in it; a page may need a browser to show some", Why.UNREADABLE)
    return document


def suggested_name(url: str, suffix: str) -> str:
    """Return a name for the file of a page, made of its address: 'example.org-harbour-report.html'."""
    parts = urlsplit(url)
    host = (parts.hostname or "page").removeprefix("www.")
    stem = PurePosixPath(unquote(parts.path)).name.removesuffix(suffix)
    name = _NO_NAME.sub("-", f"{host}-{stem}" if stem else host).strip("-._")
    return name[:_LONGEST_NAME].rstrip("-._") + suffix
