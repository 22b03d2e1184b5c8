"""What Chroma raises -> this project's errors."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import DamagedIndexError, FootnoteError, NoRoomError, StoreError, is_panic
from index.files import FREE_SPACE, not_stored


@contextmanager
def chroma_errors(doing: str, damaged: bool = False, folder: Path | None = None) -> Iterator[None]:
    """Map whatever Chroma raises (its own errors, httpx's, ValueError, AttributeError) to StoreError.

    `damaged`: an unknown error means damage, since the block only reads. `folder`: where it writes.
    """
    try:
        yield
    except FootnoteError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and not is_panic(error):
            raise
        text = " ".join(str(error).split()) or type(error).__name__
        if "could not connect" in text.lower() or "connect" in type(error).__name__.lower():
            raise StoreError(
                f"{doing}: the Chroma server of store_url does not answer; start it or correct the address"
            ) from error
        full = any(s in text.lower() for s in ("readonly", "read-only", "disk is full", "disk i/o", "no space"))
        if damaged and not full and not isinstance(error, OSError):
            raise DamagedIndexError(f"{doing}: {text}") from error
        if folder is not None and _is_nearly_full(folder):
            raise NoRoomError(f"{doing}: the disk is full, or nearly ({text}); {FREE_SPACE}") from error
        raise not_stored(f"{doing}: {text}; {FREE_SPACE}", error) from error


def _is_nearly_full(folder: Path) -> bool:
    """Tell whether less is free than `folder` takes already: Chroma writes its graph anew, beside what there is.

    It does not say why it could not.
    """
    try:
        return shutil.disk_usage(folder).free < sum(path.stat().st_size for path in folder.rglob("*"))
    except OSError:  # Chroma removes a file meanwhile
        return False
