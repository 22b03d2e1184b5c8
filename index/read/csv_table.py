"""A table of comma-separated values -> Document: its first row is the head, every other row a sentence."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from index.read.block_writer import BlockWriter, write_table
from index.read.decode import decode
from index.read.document import Document

_SAMPLE = 64_000  # characters that the separator is told from
_ROWS = 100  # ... and rows
_SEPARATORS = "\t;|,"  # of two that fit as well the first: a comma stands inside figures and sentences, too


def read_csv(raw: bytes) -> Document:
    """Read a table in any encoding, its cells parted by ',', ';', '|' or a tab. Raises ValueError if it is none."""
    text = decode(raw)
    separator = max(_SEPARATORS, key=lambda s: _fit(text[:_SAMPLE], s))
    writer = BlockWriter()
    try:
        write_table(writer, _rows(text, separator), has_head=True)
    except csv.Error as error:
        raise ValueError(f"it is no table of comma-separated values ({error}); save it as CSV in UTF-8") from None
    return writer.document()


def _rows(text: str, separator: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)


def _fit(sample: str, separator: str) -> float:
    """Return the share of the first rows that have the same number of cells, of two at least.

    `csv.Sniffer` takes minutes for a few kilobytes that were made for it.
    """
    try:
        widths = Counter(len(row) for row in islice(_rows(sample, separator), _ROWS) if row)
    except csv.Error:
        return 0.0
    return max((times for cells, times in widths.items() if cells > 1), default=0) / max(1, widths.total())
