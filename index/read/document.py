"""What every file format is read into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from index.source import Block, Mark


@dataclass(frozen=True, slots=True)
class Document:
    """Canonical text, its blocks and marks, and the metadata as written.

    `lines`: pairs (offset, 1-based line of the file), for texts. `pages`: pairs (offset, 1-based page), for files that
    have pages. `fields`: front matter. `hints`: what the file says of itself in its own way, by the name of the field;
    `saved` is the day on which the file was made or last changed, which need not be that of its text.
    """

    text: str
    blocks: tuple[Block, ...]
    marks: tuple[Mark, ...] = ()
    lines: tuple[tuple[int, int], ...] = ()
    fields: dict[str, object] = field(default_factory=dict)
    pages: tuple[tuple[int, int], ...] = ()
    hints: Mapping[str, str] = field(default_factory=dict)
