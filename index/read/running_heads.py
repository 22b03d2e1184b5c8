"""Takes running heads and page numbers off the pages of a PDF: they would stand in the middle of sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeVar

_ZONE = 2  # lines at the top and at the bottom of a page that may be a running head
_FEW = 3  # pages on which one stands at least
_SHARE = 0.4  # of the pages: on left and right pages they may differ
_FIGURES = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(r"[\W_]*(?:(?:page|p\.|seite|стор\.?|с\.)\s*)?#(?:\s*(?:of|von|de|з|/)\s*#)?[\W_]*")


class Placed(Protocol):
    """What is needed of a line."""

    @property
    def text(self) -> str: ...

    @property
    def y(self) -> float: ...


AnyLine = TypeVar("AnyLine", bound=Placed)
Key = tuple[bool, str]  # whether at the top, and the words with '#' for each number


def without_running_heads(pages: Sequence[Sequence[AnyLine]]) -> list[list[AnyLine]]:
    """Return the lines of each page without what repeats at the top or the bottom of the pages."""
    edges = [_edges(page) for page in pages]
    borne = Counter(key for page in edges for key in set(page.values()))
    enough = max(_FEW, _SHARE * len(pages))
    return [
        [
            line
            for n, line in enumerate(page)
            if n not in edge or not (borne[edge[n]] >= enough or _numbers(edge[n], line.text, at, borne))
        ]
        for at, (page, edge) in enumerate(zip(pages, edges, strict=True), 1)
    ]


def _edges(page: Sequence[Placed]) -> dict[int, Key]:
    """Return the lines at the top and at the bottom of a page by their places in it."""
    order = sorted(range(len(page)), key=lambda n: -page[n].y)
    top, bottom = order[:_ZONE], order[_ZONE:][-_ZONE:]
    found = {n: (True, _key(page[n].text)) for n in top}
    return found | {n: (False, _key(page[n].text)) for n in bottom}


def _key(text: str) -> str:
    return " ".join(_FIGURES.sub("#", text).casefold().split())


def _numbers(key: Key, text: str, page: int, borne: Counter[Key]) -> bool:
    """Return whether a line is a page number: alone on several pages, or that of this page."""
    if not _PAGE_NUMBER.fullmatch(key[1]):
        return False
    return borne[key] > 1 or str(page) in _FIGURES.findall(text)
