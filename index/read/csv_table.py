"""A table of comma-separated values -> Document: its first row is the head, every other row a sentence."""

from __future__ import annotations

import csv
import io

from index.read.block_writer import BlockWriter, write_table
from index.read.decode import decode
from index.read.document import Document

_SAMPLE = 64_000  # characters that the separator is told from
_SEPARATORS = ",;\t|"


def read_csv(raw: bytes) -> Document:
    """Read a table in any encoding, its cells parted by ',', ';', '|' or a tab. Raises ValueError if it is none."""
    text = decode(raw)
    try:
        dialect: type[csv.Dialect] | str = csv.Sniffer().sniff(text[:_SAMPLE], _SEPARATORS)
    except csv.Error:
        dialect = "excel"
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), dialect))
    except csv.Error as error:
        raise ValueError(f"it is no table of comma-separated values ({error}); save it as CSV in UTF-8") from None
    writer = BlockWriter()
    write_table(writer, rows, has_head=True)
    return writer.document()
