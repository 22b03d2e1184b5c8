"""What a catalog must hold: the SHA-256 of every source and every passage, as they were when the build wrote them.

A catalog is read row by row, long after it was opened. Each row is held against its seal before it is used, so that
no changed word, date or offset is ever shown as the source's own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from index.errors import DamagedIndexError
from index.files import FileStamp, file_errors
from index.records import Record

PASSAGES = "passages.sha256"  # the digests of all passages, in the order of their ids
_SIZE = hashlib.sha256().digest_size


class SourceStamp(Record):
    """A source as it was indexed: SHA-256 (hex) of its file, its canonical text, all its fields.

    `reader`: what read the file, with the version of its library.
    """

    file: str
    file_sha256: str
    text_sha256: str
    record_sha256: str
    reader: str


class Seals:
    """The seals of one generation. `sources` and `counts` (passages of each) in reading order, by source id."""

    def __init__(
        self,
        sources: Mapping[str, SourceStamp] = MappingProxyType({}),
        counts: Mapping[str, int] = MappingProxyType({}),
        passages: bytes = b"",
    ) -> None:
        self.sources, self.counts, self.passages = sources, counts, bytearray(passages)

    @classmethod
    def read(
        cls, folder: Path, stamp: FileStamp | None, sources: Mapping[str, SourceStamp], counts: Mapping[str, int]
    ) -> Seals:
        """Read the passages' digests in `folder`. Raises DamagedIndexError unless they are as stamped."""
        with file_errors("opening the catalog"):
            passages = (folder / PASSAGES).read_bytes()
        if stamp is None or hashlib.sha256(passages).hexdigest() != stamp.sha256:
            raise DamagedIndexError(f"{PASSAGES}: its SHA-256 is not the one recorded")
        return cls(sources, counts, passages)

    def add_passage(self, digest: bytes) -> None:
        """Seal the passage with the next id."""
        self.passages += digest

    def add_again(self, former: Seals, first: int, passages: int) -> None:
        """Seal the next passages as `former` has sealed so many from `first` on."""
        self.passages += former.passages[(first - 1) * _SIZE : (first - 1 + passages) * _SIZE]

    def digests(self) -> dict[str, str]:
        """Return source id -> SHA-256 (hex) over all its passages, their places and headers included."""
        found, at = {}, 0
        for source_id in self.sources:
            end = at + self.counts.get(source_id, 0) * _SIZE
            found[source_id] = hashlib.sha256(self.passages[at:end]).hexdigest()
            at = end
        return found

    def check_source(self, source_id: str, text_sha256: str, record_sha256: str) -> None:
        """Raise DamagedIndexError unless these are the hashes of the source that was indexed."""
        stamp = self.sources[source_id]
        if (text_sha256, record_sha256) != (stamp.text_sha256, stamp.record_sha256):
            raise DamagedIndexError(f"source '{source_id}': its SHA-256 is not the one in the manifest")

    def check_passage(self, n: int, digest: bytes) -> None:
        """Raise DamagedIndexError unless passage `n` (from 1) has this digest."""
        if n < 1 or digest != self.passages[(n - 1) * _SIZE : n * _SIZE]:
            raise DamagedIndexError(f"passage {n} of the catalog: its SHA-256 is not the one in {PASSAGES}")


def passage_digest(source_id: str, start: int, end: int, text: str, header: str, sentences: str) -> bytes:
    """Return the SHA-256 over all that the catalog holds of a passage; `sentences` as it is stored."""
    return hashlib.sha256(json.dumps([source_id, start, end, text, header, sentences]).encode()).digest()
