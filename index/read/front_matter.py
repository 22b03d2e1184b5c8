"""YAML front matter: fields between two lines '---' at the top of a text file. The only file that imports yaml.

Front matter is a few plain fields, so it is kept small: what YAML can make of a few bytes (an alias that stands for a
billion items, a list ten thousand deep) is refused before it is made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

FENCE = "---"
MOST_CHARACTERS = 32_768  # the longest real ones have under 2,000
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?" + FENCE.encode() + rb"[ \t]*(?:\r?\n|\Z)")
_DEEPEST = 4  # collections in one another; the fields need two: a list in the mapping


class _TooMuch(yaml.MarkedYAMLError):
    """Valid YAML that no front matter needs."""


class _PlainLoader(yaml.BaseLoader):
    """Makes nothing but strings, lists and dicts: no dates, no objects, no aliases, nothing deep."""

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Compose one node. Raises YAMLError for an alias and for a node too deep."""
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            raise _TooMuch(problem="an alias (*) is not allowed in front matter", problem_mark=mark)
        if self._depth > _DEEPEST:
            raise _TooMuch(problem="the front matter is nested too deep", problem_mark=mark)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node


def begins_with_front_matter(raw: bytes) -> bool:
    """Return whether a file begins as one with front matter does."""
    return _BEGINS.match(raw) is not None


def read_front_matter(raw: str) -> tuple[dict[str, object], str, int]:
    """Return the fields (strings, lists and dicts), the body, and the 1-based line on which the body begins.

    Raises ValueError that says on which line, what is wrong, and what to do.
    """
    lines = raw.splitlines(keepends=True)
    if not lines or lines[0].strip() != FENCE:
        raise ValueError(f"line 1 is not '{FENCE}'; begin the file with front matter")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == FENCE), None)
    if end is None:
        raise ValueError(f"the front matter has no end; close it with a line '{FENCE}'")
    return read_fields("".join(lines[1:end]), 2), "".join(lines[end + 1 :]), end + 2


def write_fields(fields: Mapping[str, str]) -> str:
    """Return a YAML text that `read_fields` reads as these fields."""
    # In quotes, where it takes them: YAML has more ends of lines than a text has, and escapes them in quotes alone.
    style = None if all(map(str.isprintable, fields.values())) else '"'
    written = yaml.safe_dump(dict(fields), allow_unicode=True, sort_keys=False, width=10_000, default_style=style)
    return str(written)


def read_fields(text: str, first_line: int = 1) -> dict[str, object]:
    """Return the fields of a YAML text, whose first line is line `first_line` of its file. Raises ValueError."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(
            f"the front matter has {len(text)} characters, more than {MOST_CHARACTERS}; write the text below it"
        )
    try:
        fields = yaml.load(text, Loader=_PlainLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + first_line}: " if mark else ""
        problem = getattr(error, "problem", None) or "unreadable"
        if isinstance(error, _TooMuch):
            raise ValueError(f"{line}{problem}; write plain fields, such as 'id: my-source'") from None
        raise ValueError(f"{line}the front matter is not YAML ({problem}); put values with : or # in quotes") from None
    if not isinstance(fields, dict):
        raise ValueError("the front matter holds no fields; write lines such as 'id: my-source'")
    return fields
