"""Is a page the text that a source names? What is not is said by name, and never indexed as if it were.

That the page bears the title of the source decides. A page that does not may be anything; what it most likely is, is
told from what walls and error pages have in common.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from urllib.parse import urlsplit

from index.errors import FetchError
from index.fetched.records import Why
from index.fetched.signs import Signs
from index.read.document import Document
from index.source import BlockKind, MarkKind

_WORD = re.compile(r"\w+")
_SHARE = 0.7  # of a title's words that the page's own title holds: sites shorten titles, and put others in their place
_HEAD = 600  # characters of a file without a title of its own in which its title stands
_SHORT = 1500  # characters: some 250 words, less than an article and more than most walls
_LEAST = 200  # characters: some 30 words; a wall asks in fewer
_WALL = re.compile(
    r"to (?:continue|keep) reading|to read the (?:full|rest) |already a subscriber|subscribers? only|"
    r"subscribe to (?:read|continue|unlock)|щоб читати далі|чтобы (?:читать|продолжить)|um weiterzulesen|"
    r"pour lire la suite|para seguir leyendo",
    re.IGNORECASE,
)
_CONSENT = re.compile(r"cookie|consent|gdpr|privacy", re.IGNORECASE)  # the same in most languages
_CONSENTS = 0.04  # of a page's words
_LINKED = 0.5  # of a text's characters that are links in a list of pages, not in an article
_BY_HAND = "save the page from your browser and name the file"
_MISSING = re.compile(r"\b404\b|\bnot found\b|no longer (?:available|exists)", re.IGNORECASE)
_SAYS_MISSING = re.compile(  # as a title; "Missing crew not found" is news
    r"\W*not found\W*\Z|(?:^|.*\W)(?:404|page|error)\W+(?:was |could |is )?(?:not |be )*found\b|"
    r".*\bnot found\W+(?:404|error)\b|\W*(?:error\W+)?404\W*(?:error\b|\Z)|"
    r".*\bpage\b.*\bno longer (?:available|exists)",
    re.IGNORECASE,
)


def judge_unnamed(document: Document, signs: Signs | None, url: str, final_url: str) -> None:
    """Raise FetchError, with what it is, if a page that somebody names by its address alone shows no text of its own.

    Without a title to hold it against, a page is what it says it is; only what is short and says that it is a wall, or
    that there is nothing, is refused.
    """
    _refuse_walls(document, signs, url, is_it=True)
    whole = signs.text if signs else document.text
    is_short = len(document.text) < _SHORT
    if signs and is_short and _asks_consent(whole, final_url):
        raise FetchError(f"{url}: the site first wants consent to cookies, and shows no text; {_BY_HAND}", Why.CONSENT)
    if is_short and any(_SAYS_MISSING.match(t) for t in _titles(document, signs)):
        raise FetchError(f"{url}: the site says that there is no such page; look for its new address", Why.GONE)
    if _is_front_page(final_url) and not _is_front_page(url):
        raise FetchError(f"{url}: it leads to the front page of its site, so the page is gone", Why.GONE)


def refuse_lists(document: Document, url: str) -> None:
    """Raise FetchError if a page is no article: too short, or made of links. `document`: with whole links."""
    if len(document.text) < _LEAST:
        raise FetchError(
            f"{url}: no article stands there, only {len(document.text)} characters; a page may need a browser to show "
            f"more: {_BY_HAND}",
            Why.UNREADABLE,
        )
    linked = sum(m.end - m.start for m in document.marks if m.kind is MarkKind.LINK)
    if linked > _LINKED * len(document.text):
        raise FetchError(f"{url}: no article stands there, but a list of links; name one of them", Why.UNREADABLE)


def judge(document: Document, signs: Signs | None, title: str, url: str, final_url: str) -> None:
    """Raise FetchError, with what it is, if a page is not the text called `title`. `signs`: of a page in HTML."""
    own = _titles(document, signs)
    is_it = bears(title, own, document.text[:_HEAD] if signs is None else "")
    _refuse_walls(document, signs, url, is_it)
    whole = signs.text if signs else document.text
    is_short = len(document.text) < _SHORT
    if is_it:
        if len(document.text) < _LEAST:
            raise FetchError(f"{url}: the page holds {len(document.text)} characters, no whole text", Why.UNREADABLE)
        return
    if _asks_consent(whole, final_url):
        raise FetchError(f"{url}: the site first wants consent to cookies, and shows no text", Why.CONSENT)
    if any(_MISSING.search(t) for t in own) or (is_short and _MISSING.search(whole[:_SHORT])):
        raise FetchError(f"{url}: the site says that there is no such page", Why.GONE)
    if _is_front_page(final_url) and not _is_front_page(url):
        raise FetchError(f"{url}: it leads to the front page of its site, so the page is gone", Why.GONE)
    titled = f"is titled “{own[0][:120]}”" if own else "has no title"
    raise FetchError(f"{url}: the page {titled}, and not “{title[:120]}”", Why.MISMATCH)


def _refuse_walls(document: Document, signs: Signs | None, url: str, is_it: bool) -> None:
    """Raise FetchError for a page that wants money or a password before it shows its text.

    `is_it`: it is the page that was meant. Its text may be long, and stop.
    """
    whole = signs.text if signs else document.text
    is_short = len(document.text) < _SHORT
    if signs and signs.is_closed:
        raise FetchError(f"{url}: the page says that its text is not free to read; only its opening came", Why.PAYWALL)
    if (is_short and _WALL.search(whole)) or (is_it and _stops(document)):
        raise FetchError(f"{url}: the page stops and wants a subscription", Why.PAYWALL)
    if signs and signs.has_password and is_short:
        raise FetchError(f"{url}: the page wants a sign-in before it shows its text", Why.LOGIN)


def bears(title: str, titles: Iterable[str], head: str = "") -> bool:
    """Return whether one of `titles`, or the text's `head`, is `title`, as far as its words go."""
    wanted = _words(title)
    need = len(wanted) if len(wanted) < 3 else _SHARE * len(wanted)
    return bool(wanted) and any(len(wanted & _words(t)) >= need for t in (*titles, head))


def _stops(document: Document) -> bool:
    """Tell whether a text ends at a wall: a few words that ask for a subscription, and little behind them."""
    ends = (b for b in document.blocks if len(document.text) - b.end < _SHORT and b.end - b.start < _LEAST)
    return any(_WALL.search(document.text[b.start : b.end]) for b in ends)


def _words(text: str) -> set[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return set(_WORD.findall(plain))


def _titles(document: Document, signs: Signs | None) -> tuple[str, ...]:
    if signs:
        return signs.titles
    heads = [document.text[b.start : b.end] for b in document.blocks if b.kind is BlockKind.HEADING]
    return tuple(" ".join(t.split()) for t in (document.hints.get("title", ""), *heads[:1]) if t.strip())


def _asks_consent(text: str, final_url: str) -> bool:
    words = text.split()
    host = urlsplit(final_url).hostname or ""
    return host.startswith("consent.") or (
        len(text) < 2 * _SHORT and len(_CONSENT.findall(text)) >= max(2, _CONSENTS * len(words))
    )


def _is_front_page(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query
