"""The parts of a file that is a zip archive (DOCX, EPUB, ODT), opened so that a hostile one costs nothing.

What an archive unpacks to is known before anything is unpacked, and `zipfile` reads no part beyond the size that the
archive states. Nothing is ever written to disk.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib

_MOST = 500_000_000  # bytes of all parts together: some hundred times the text of a long book, pictures included
_MOST_PART = 100_000_000
_MOST_PARTS = 50_000
_PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})  # the two ways that all three formats allow


class Archive:
    """An open archive."""

    def __init__(self, raw: bytes) -> None:
        """Open the archive in `raw`. Raises ValueError if it is damaged, encrypted or made to do harm."""
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(raw))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
            raise ValueError("it is damaged or cut short; get the file again") from None
        parts = self._zip.infolist()
        total = sum(p.file_size for p in parts)
        if len(parts) > _MOST_PARTS or total > _MOST or any(p.file_size > _MOST_PART for p in parts):
            raise ValueError(
                f"it unpacks to {max(total, 1) // 1_000_000:,} MB in {len(parts)} parts, as a zip bomb does"
            )
        for part in parts:
            name = part.filename.replace("\\", "/")
            if name.startswith("/") or ".." in name.split("/") or ":" in name.split("/")[0]:
                raise ValueError("it holds a part that would be unpacked outside its folder, and is not read")
            if part.flag_bits & 1:
                raise ValueError("it is encrypted with a password; save a copy without one")
            if part.compress_type not in _PACKED:
                raise ValueError("it is packed in a way that is not allowed in such a file; save it again")
        self.names = tuple(dict.fromkeys(p.filename for p in parts))
        self._known = frozenset(self.names)

    def __contains__(self, name: object) -> bool:
        return name in self._known

    def read(self, name: str) -> bytes:
        """Return a part. Raises ValueError if it is missing or damaged."""
        if name not in self._known:
            raise ValueError(f"its part {name} is missing; get the file again")
        try:
            return self._zip.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
            raise ValueError(f"its part {name} is damaged; get the file again") from None

    def beside(self, base: str, reference: str) -> str | None:
        """Return the part that `reference` names in the part `base`; None if there is none."""
        name = posixpath.normpath(posixpath.join(posixpath.dirname(base), reference))
        return name if name in self._known else None
