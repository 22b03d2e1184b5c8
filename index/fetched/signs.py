"""What a page of the web tells of itself beside its text: its titles, whether it wants a password or money."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urldefrag, urljoin

from index.read.web_page import page_tree
from index.read.xml_tree import Element

# schema.org and Open Graph, as publishers mark texts that are not free (Google asks them to).
_FREE = "isAccessibleForFree"
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


def read_signs(raw: bytes, url: str) -> Signs:
    """Look at a page in HTML that came from `url`. Raises ValueError if it is none."""
    root = page_tree(raw)
    metas = {(e.get("property") or e.get("name") or "").lower(): e.get("content") or "" for e in root.iter("meta")}
    heads = list(root.iter("h1"))
    named = [*root.iter("title"), *(heads if len(heads) <= _HEADS else ())]
    titles = [" ".join("".join(e.itertext()).split()) for e in named] + [metas.get("og:title", "")]
    links = [e.get("href") or "" for e in root.iter("link") if (e.get("rel") or "").lower() == "canonical"]
    addresses = {_address(a, url) for a in (url, metas.get("og:url", ""), *links) if a}
    own = [item for item in _items(root) if _is_own(item, titles, addresses, url)]
    return Signs(
        titles=tuple(dict.fromkeys(t for t in titles if t)),
        text=_words(root),
        has_password=any((e.get("type") or "").lower() == "password" for e in root.iter("input")),
        is_closed=any(map(_is_not_free, own)) or metas.get("article:content_tier", "").lower() in _TIERS,
    )


def _items(root: Element) -> Iterator[Mapping[str, Any]]:
    """Yield what the page's linked data (JSON-LD) describe, without what lists and parts hold in turn."""
    for script in root.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        try:
            waiting = [json.loads(script.text or "", strict=False)]
        except ValueError:
            continue  # no data, so they say nothing
        while waiting:
            found = waiting.pop()
            if isinstance(found, list):
                waiting += found
            elif isinstance(found, dict):
                yield found
                waiting += [found[name] for name in ("@graph", "mainEntity") if name in found]


def _is_own(item: Mapping[str, Any], titles: list[str], addresses: set[str], url: str) -> bool:
    """Tell whether an item is the page itself, by its address or its title, and not another that the page points to."""
    page = item.get("mainEntityOfPage")
    named = [item.get("url"), page.get("@id") if isinstance(page, dict) else page]
    places = {_address(a, url) for a in named if isinstance(a, str) and a}
    heads = [" ".join(h.split()).casefold() for h in (item.get("headline"), item.get("name")) if isinstance(h, str)]
    if not places and not any(heads):
        return True
    return bool(places & addresses) or any(h and h in t.casefold() for h in heads for t in titles)


def _is_not_free(item: Mapping[str, Any]) -> bool:
    return str(item.get(_FREE, "")).lower().rpartition("/")[2] == "false"


def _address(address: str, base: str) -> str:
    """Return an address in full, to be compared: without its scheme, its fragment and a slash at its end."""
    try:
        whole = urldefrag(urljoin(base, address.strip()))[0]
    except ValueError:  # no address
        whole = address
    return whole.partition("://")[2].rstrip("/").lower()


def _words(root: Element) -> str:
    """Return the words that a reader may see."""
    pieces: list[str] = []
    length = 0
    waiting: list[Element | str] = [root]
    while waiting and length <= _MOST:
        found = waiting.pop()
        if isinstance(found, str):
            words = " ".join(found.split())
            pieces += [words] if words else []
            length += len(words)
            continue
        waiting.append(found.tail or "")
        if isinstance(found.tag, str) and found.tag not in _UNSEEN:
            waiting += [*reversed(found), found.text or ""]
    return " ".join(pieces)[:_MOST]
