"""YAML front matter: fields between two lines '---' at the top of a text file. The only file that imports yaml."""

from __future__ import annotations

import yaml

FENCE = "---"


class FrontMatterError(ValueError):
    """The front matter is not what it should be; the message says on which line, what, and what to do."""


def split(raw: str) -> tuple[str, str, int]:
    """(YAML text, body, 1-based line on which the body begins). Raises FrontMatterError."""
    lines = raw.splitlines(keepends=True)
    if not lines or lines[0].strip() != FENCE:
        raise FrontMatterError(f"line 1 is not '{FENCE}'; begin the file with front matter")
    for n, line in enumerate(lines[1:], start=1):
        if line.strip() == FENCE:
            return "".join(lines[1:n]), "".join(lines[n + 1 :]), n + 2
    raise FrontMatterError(f"the front matter has no end; close it with a line '{FENCE}'")


def parse(meta: str) -> dict[str, object]:
    """The fields of YAML text; values are strings, lists and dicts. Raises FrontMatterError."""
    try:
        # BaseLoader makes nothing but strings, lists and dicts: no dates, no objects.
        data = yaml.load(meta, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 2}: " if mark else ""
        problem = getattr(error, "problem", None) or "unreadable"
        raise FrontMatterError(
            f"{line}the front matter is not YAML ({problem}); put values with : or # in quotes"
        ) from None
    if not isinstance(data, dict):
        raise FrontMatterError("the front matter holds no fields; write lines such as 'id: my-source'")
    return data
