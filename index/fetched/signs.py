"""What a page of the web tells of itself beside its text: its titles, whether it wants a password or money."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.read.web_page import page_tree
from index.read.xml_tree import Element

# schema.org and Open Graph, as publishers mark texts that are not free (Google asks them to).
_NOT_FREE = re.compile(rb'"isAccessibleForFree"\s*:\s*"?(?:https?://schema\.org/)?false', re.IGNORECASE)
_TIERS = frozenset({"locked", "metered"})
_MOST = 20_000  # characters of a page's whole text that are looked at
_HEADS = 2  # headings of the first level: a site's name and an article's; more are a list of articles
_UNSEEN = frozenset({"script", "style", "template", "noscript", "head"})


@dataclass(frozen=True, slots=True)
class Signs:
    """`titles`: what the page calls itself. `text`: all its words, menus too, up to a length.

    `has_password`: it holds a field for one. `is_closed`: it says of itself that it is not free to read.
    """

    titles: tuple[str, ...]
    text: str
    has_password: bool
    is_closed: bool


def read_signs(raw: bytes) -> Signs:
    """Look at a page in HTML. Raises ValueError if it is none."""
    root = page_tree(raw)
    metas = {(e.get("property") or e.get("name") or "").lower(): e.get("content") or "" for e in root.iter("meta")}
    heads = list(root.iter("h1"))
    named = [*root.iter("title"), *(heads if len(heads) <= _HEADS else ())]
    titles = [" ".join("".join(e.itertext()).split()) for e in named] + [metas.get("og:title", "")]
    return Signs(
        titles=tuple(dict.fromkeys(t for t in titles if t)),
        text=_words(root),
        has_password=any((e.get("type") or "").lower() == "password" for e in root.iter("input")),
        is_closed=_NOT_FREE.search(raw) is not None or metas.get("article:content_tier", "").lower() in _TIERS,
    )


def _words(root: Element) -> str:
    pieces: list[str] = []
    length = 0
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        own = "" if element.tag in _UNSEEN else element.text or ""
        for words in (own, element.tail or ""):
            if words.strip():
                pieces.append(" ".join(words.split()))
                length += len(pieces[-1])
        if length > _MOST:
            break
    return " ".join(pieces)[:_MOST]
