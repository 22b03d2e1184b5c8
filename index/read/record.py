"""A source as it is stored: its text, and a record (JSON) of all its other fields."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from operator import attrgetter
from typing import Any

from index.source import Basis, Block, BlockKind, Kind, Mark, MarkKind, Relation, Source

ENUMS = {"kind": Kind, "relation": Relation, "basis": Basis}
_TUPLES = {name: attrgetter(*(f.name for f in fields(kind))) for name, kind in (("blocks", Block), ("marks", Mark))}
_NAMES = tuple(f.name for f in fields(Source) if f.name != "text")
_BLOCK_KINDS = {kind.value: kind for kind in BlockKind}


def source_digest(source: Source) -> str:
    """Return the SHA-256 (hex) over all fields of a source, its text included."""
    return record_digest(source.sha256, record_of(source))


def record_digest(text_sha256: str, record: str) -> str:
    """Return the same of a source that is stored."""
    return hashlib.sha256(f"{text_sha256}\n{record}".encode()).hexdigest()


def record_of(source: Source) -> str:
    """Return all fields but the text, as JSON."""
    values: dict[str, Any] = {name: getattr(source, name) for name in _NAMES}
    values |= {name: [*map(row, values[name])] for name, row in _TUPLES.items()}
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def source_from(text: str, record: str) -> Source:
    """Return a source that was stored. Raises ValueError, TypeError, KeyError or AttributeError if it is damaged."""
    values = json.loads(record)
    values["blocks"] = tuple(Block(a, b, _BLOCK_KINDS[k], level, under) for a, b, k, level, under in values["blocks"])
    values["marks"] = tuple(Mark(a, b, MarkKind(k), href) for a, b, k, href in values["marks"])
    values["lines"] = tuple((offset, line) for offset, line in values["lines"])
    values["pages"] = tuple((offset, page) for offset, page in values["pages"])
    values["via"], values["guessed"] = tuple(values["via"]), tuple(values["guessed"])
    for name, kind in ENUMS.items():
        values[name] = kind(values[name])
    return Source(text=text, **values)
