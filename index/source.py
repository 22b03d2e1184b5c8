"""A source: one document with its facts and its canonical text, and what its text is made of.

All offsets are character offsets (Python `str` indices) into `Source.text`, end exclusive.
"""

from __future__ import annotations

import calendar
import hashlib
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from typing import Annotated, ClassVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, StringConstraints

# What has no place in a name, a title or an address: C0 and C1 controls, the marks that reorder what is read, and
# halves of characters.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?\Z")


class Kind(StrEnum):
    """What a source is: the text itself, our own summary of an original, or a fetched or added text."""

    ARTICLE = "article"
    NOTE = "note"
    FULLTEXT = "fulltext"


class Relation(StrEnum):
    """The relation of a source to the article."""

    ARTICLE = "article"
    CITED = "cited"
    CORROBORATES = "corroborates"
    DISPUTES = "disputes"
    LAW = "law"
    BACKGROUND = "background"
    LATER = "later"
    NONE = "none"  # none is known, or there is no article


class Basis(StrEnum):
    """How the author of a note knows what the note says: from the original, or through the pages in `via`."""

    ORIGINAL = "original"
    PARTLY = "partly"  # read in part; the rest is known through other pages
    REPORTED = "reported"


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    QUOTE = "quote"  # a block quotation: somebody else's words, as the source gives them
    CODE = "code"
    TABLE_HEAD = "table_head"
    TABLE_ROW = "table_row"


CELL = " | "  # between the cells of a row of a table
NO_BLOCK = -1


class MarkKind(StrEnum):
    STRONG = "strong"
    EMPHASIS = "emphasis"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the canonical text; `level` is the heading's depth (1-6), else 0.

    `under`: the start of the block that it hangs on, or NO_BLOCK: the words that introduce its list or table, the item
    that its list is in, the head of its table.
    """

    start: int
    end: int
    kind: BlockKind
    level: int = 0
    under: int = NO_BLOCK


@dataclass(frozen=True, slots=True)
class Mark:
    """Inline structure that Markdown expressed with characters; `href` is set on links."""

    start: int
    end: int
    kind: MarkKind
    href: str = ""


def date_range(published: str | None) -> tuple[int, int] | None:
    """Return the first and last day (YYYYMMDD) that an ISO 8601 date of full or reduced precision may mean.

    None gives None. Raises ValueError for a text that is no date.
    """
    if published is None:
        return None
    match = _DATE.match(published)
    if match is None:
        raise ValueError(f"'{published}' is no date; write YYYY, YYYY-MM or YYYY-MM-DD")
    year, first_month, last_month = int(match[1]), int(match[2] or 1), int(match[2] or 12)
    if not 1 <= first_month <= 12:
        raise ValueError(f"'{published}' has no such month")
    days = calendar.monthrange(max(year, 1), last_month)[1]
    first_day, last_day = int(match[3] or 1), int(match[3] or days)
    if not 1 <= first_day <= last_day <= days:
        raise ValueError(f"'{published}' has no such day")
    return (year * 10000 + first_month * 100 + first_day, year * 10000 + last_month * 100 + last_day)


def page_span(pages: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """Return the pages of the first and the last character of `start:end`; `pages` as in `Source`. None without any."""
    if not pages:
        return None
    first, last = (max(bisect_right(pages, (at, 1 << 60)) - 1, 0) for at in (start, max(start, end - 1)))
    return pages[first][1], pages[last][1]


def _printable(value: str) -> str:
    if found := UNPRINTABLE.search(value):
        raise ValueError(f"holds the control character U+{ord(found[0]):04X}; remove it")
    return value


def is_web_address(value: str) -> bool:
    """Tell whether `value` is an address with http or https that can be taken apart."""
    try:
        return urlsplit(value).scheme in ("http", "https") and bool(urlsplit(value).hostname)
    except ValueError:  # such as an open bracket in the host
        return False


def _web_address(value: str) -> str:
    if value and not is_web_address(value):
        raise ValueError("write an address that begins with http:// or https://, or leave it empty")
    return value


def _is_date(value: str | None) -> str | None:
    date_range(value)
    return value


def _none_if_empty(value: object) -> object:
    return value.strip() or None if isinstance(value, str) else value


_Printable = Annotated[str, AfterValidator(_printable)]
_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_printable)]
_Optional = BeforeValidator(_none_if_empty)


@dataclass(frozen=True)
class SourceFacts:
    """What is known of a source besides its text: the fields of its front matter (docs/corpus.md explains each).

    `published` is an ISO 8601 date of full or reduced precision ('2024-10-21', '2024-10', '2012') or None. `original`,
    which nobody states: of a note the id of the source that has its original's own words, '' if none has. Pydantic
    holds the fields to their constraints where data come in (files, bundles, a browser); the constructor does not.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$")]
    title: _Text
    publisher: _Text
    url: Annotated[_Printable, AfterValidator(_web_address)]
    kind: Kind
    relation: Relation
    author: Annotated[_Printable | None, _Optional] = None
    published: Annotated[str | None, AfterValidator(_is_date), _Optional] = None
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")] = "en"
    basis: Basis = Basis.ORIGINAL
    via: tuple[Annotated[_Printable, AfterValidator(_web_address)], ...] = ()
    licence: Annotated[_Printable | None, _Optional] = None
    original: str = ""

    def differences(self, other: SourceFacts) -> tuple[str, ...]:
        """Return the names of the stated fields in which `other` says something else."""
        return tuple(name for name in STATED if getattr(self, name) != getattr(other, name))


STATED = tuple(f.name for f in fields(SourceFacts) if f.name != "original")
"""The fields that front matter, a sidecar or an option may state."""


@dataclass(frozen=True)
class Source(SourceFacts):
    """One document: its facts and its canonical text, without the markup that it had.

    `lines` maps offsets to lines of the file: pairs (offset, 1-based line), ascending by offset. `pages` maps them to
    pages in the same way, counted from 1 as the file has them, whatever is printed on them; empty without pages.
    `guessed`: the names of the fields that the document itself was asked for, since nobody stated them. `document`: the
    id and the metadata of the llama-index document that it was, as JSON; '' if it was none.
    """

    text: str = field(kw_only=True)
    blocks: tuple[Block, ...] = ()
    marks: tuple[Mark, ...] = ()
    lines: tuple[tuple[int, int], ...] = ()
    pages: tuple[tuple[int, int], ...] = ()
    guessed: tuple[str, ...] = ()
    document: str = ""
    file: str = ""

    @cached_property
    def facts(self) -> SourceFacts:
        return SourceFacts(**{f.name: getattr(self, f.name) for f in fields(SourceFacts)})

    @cached_property
    def block_starting(self) -> Mapping[int, Block]:
        """The blocks by their start."""
        return {b.start: b for b in self.blocks}

    @cached_property
    def sha256(self) -> str:
        """SHA-256 (hex) of the canonical text in UTF-8."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()

    def line_at(self, offset: int) -> int:
        """Return the 1-based line of the file that holds the character at `offset` (1 if there is no map)."""
        i = bisect_right(self.lines, (offset, 1 << 60)) - 1
        return self.lines[i][1] if i >= 0 else 1

    def pages_of(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the first and the last page of `text[start:end]`; None if the source has no pages."""
        return page_span(self.pages, start, end)

    def block_at(self, offset: int) -> Block | None:
        """Return the block that contains `offset`, or None between blocks."""
        i = bisect_right(self.blocks, offset, key=lambda b: b.start) - 1
        return self.blocks[i] if i >= 0 and offset < self.blocks[i].end else None
