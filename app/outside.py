"""What comes from outside: text in whole characters, JSON, lines as JSON Lines has them."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from index.errors import UsageError

R = TypeVar("R", bound=BaseModel)
# Escapes of a JSON text in order: a pair of surrogates, half a pair, any other.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)
_HALF = re.compile("[\ud800-\udfff]")  # half of a surrogate pair: no character, and no UTF-8 holds it


def whole_characters(text: str) -> str:
    """Return `text` with U+FFFD for each lone surrogate, as a terminal's bytes and JSON's escapes may bring."""
    return _HALF.sub("\ufffd", text)


def whole_json(data: bytes) -> bytes:
    """Return a JSON text with U+FFFD for each escape of half a surrogate pair, which stands for no character."""
    return _ESCAPE.sub(lambda m: b"\\ufffd" if m[1] else m[0], data) if b"\\u" in data else data


def read_json(path: Path) -> bytes:
    """Return a file's JSON without a byte order mark. Raises UsageError if the file cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); name a file of JSON in UTF-8") from None
    return whole_json(data.removeprefix(codecs.BOM_UTF8))


def read_json_lines(path: Path) -> list[tuple[int, bytes]]:
    """Return the lines that hold something, with their numbers from 1.

    A line ends at a line feed only: other separators may stand inside a string. Raises UsageError if the file cannot be
    read or holds nothing.
    """
    lines = [(n, line.strip(b" \t\r")) for n, line in enumerate(read_json(path).split(b"\n"), 1)]
    found = [(n, line) for n, line in lines if line]
    if not found:
        raise UsageError(f"{path}: holds no question; write one JSON object a line")
    return found


def read_records(path: Path, kind: type[R]) -> list[R]:
    """Read a JSON Lines file of records. Raises UsageError with the line that cannot be read."""
    records = []
    for n, line in read_json_lines(path):
        try:
            records.append(kind.model_validate_json(line))
        except ValidationError as error:
            raise UsageError(f"{path}: line {n}: {amiss(error)}") from None
    return records


def amiss(error: ValidationError) -> str:
    """Say what is wrong with a record that came as JSON, and in which field, without repeating its content."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    field = ".".join(map(str, first["loc"]))
    return f"field '{field}': {first['msg']}" if field else first["msg"]
