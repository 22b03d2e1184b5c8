"""YAML front matter: fields between two lines '---' at the top of a text file. The only file that imports yaml."""

from __future__ import annotations

import yaml

FENCE = "---"


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
    try:
        # BaseLoader makes nothing but strings, lists and dicts: no dates, no objects.
        fields = yaml.load("".join(lines[1:end]), Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"line {mark.line + 2}: " if mark else ""
        problem = getattr(error, "problem", None) or "unreadable"
        raise ValueError(f"{line}the front matter is not YAML ({problem}); put values with : or # in quotes") from None
    if not isinstance(fields, dict):
        raise ValueError("the front matter holds no fields; write lines such as 'id: my-source'")
    return fields, "".join(lines[end + 1 :]), end + 2
