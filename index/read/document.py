"""What every file format is read into."""

from __future__ import annotations

from dataclasses import dataclass, field

from index.source import Block, Mark


@dataclass(frozen=True, slots=True)
class Document:
    """Canonical text, its blocks and marks, pairs (offset, 1-based line of the file), and the metadata as written."""

    text: str
    blocks: tuple[Block, ...]
    marks: tuple[Mark, ...]
    lines: tuple[tuple[int, int], ...]
    fields: dict[str, object] = field(default_factory=dict)
