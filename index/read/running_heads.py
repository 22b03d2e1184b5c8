"""Takes running heads and page numbers off the pages of a PDF: they would stand in the middle of sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeVar

_ZONE = 2  # lines at the top and at the bottom of a page that may be a running head
_FEW = 3  # pages on which one stands at least: the title of a chapter stands on the pages of that chapter
_SHARE = 0.4  # ... of the pages, for a line that is not the outermost
_FIGURES = re.compile(r"\d+")
_ROMAN = re.compile(r"\b[ivxlc]{1,7}\b")
_PAGE_NUMBER = re.compile(r"[\W_]*(?:(?:page|p\.|seite|стор\.?|с\.)\s*)?#(?:\s*(?:of|von|de|з|/)\s*#)?[\W_]*")


class Placed(Protocol):
    """What is needed of a line."""

    @property
    def text(self) -> str: ...

    @property
    def y(self) -> float: ...

    @property
    def size(self) -> float: ...


AnyLine = TypeVar("AnyLine", bound=Placed)
# Whether at the top, whether outermost, the size of the type (a title may have a running head's words, and is larger),
# and the words with '#' for each number.
Key = tuple[bool, bool, int, str]


def without_running_heads(pages: Sequence[Sequence[AnyLine]]) -> list[list[AnyLine]]:
    """Return the lines of each page without what repeats at the top or the bottom of the pages."""
    edges = [_edges(page) for page in pages]
    borne = Counter(key for page in edges for key in set(page.values()))
    counted = _counted(pages, edges)
    enough = max(_FEW, _SHARE * len(pages))

    def is_head(key: Key, text: str, page: int) -> bool:
        repeats = borne[key] >= (_FEW if key[1] else enough)
        return repeats or any((key, n - page) in counted for n in _numbers(text)) or _is_number(key[3], text, page)

    return [
        [line for n, line in enumerate(page) if n not in edge or not is_head(edge[n], line.text, at)]
        for at, (page, edge) in enumerate(zip(pages, edges, strict=True), 1)
    ]


def _edges(page: Sequence[Placed]) -> dict[int, Key]:
    """Return the lines at the top and at the bottom of a page by their places in it."""
    order = sorted(range(len(page)), key=lambda n: -page[n].y)
    top, bottom = order[:_ZONE], order[_ZONE:][-_ZONE:]
    found = {n: (True, n == top[0], *_key(page[n])) for n in top}
    return found | {n: (False, n == bottom[-1], *_key(page[n])) for n in bottom}


def _counted(pages: Sequence[Sequence[Placed]], edges: Sequence[dict[int, Key]]) -> set[tuple[Key, int]]:
    """Return the lines whose number goes up with the pages, by how much it differs from the page's."""
    found = Counter(
        (key, number - at)
        for at, (page, edge) in enumerate(zip(pages, edges, strict=True), 1)
        for n, key in edge.items()
        for number in _numbers(page[n].text)
    )
    return {place for place, count in found.items() if count > 1}


def _key(line: Placed) -> tuple[int, str]:
    return round(line.size), " ".join(_FIGURES.sub("#", line.text).casefold().split())


def _numbers(text: str) -> set[int]:
    """Return the numbers that a line begins or ends with."""
    words = text.split()
    return {int(w) for w in (*words[:1], *words[-1:]) if w.isdecimal() and len(w) < 6}


def _is_number(key: str, text: str, page: int) -> bool:
    """Return whether a line is the number of its page and no more, or a Roman one."""
    if not _PAGE_NUMBER.fullmatch(_ROMAN.sub("#", key)):
        return False
    return str(page) in _FIGURES.findall(text) or _ROMAN.fullmatch(key) is not None
