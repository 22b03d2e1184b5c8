"""Bundles in a folder, known by what they hold, whatever they are named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.bundle.archive import member_names
from app.bundle.format import MANIFEST, QUOTES


def bundles_in(folder: Path) -> Iterator[Path]:
    """Yield the bundles in `folder` and in the folders directly in it, hidden ones aside, in the order of their paths.

    A zip whose list of members is lost cannot be told from any other, and is not among them.
    """
    zips = (*folder.glob("*.zip"), *folder.glob("[!.]*/*.zip"))
    return (path for path in sorted(zips) if path.is_file() and {MANIFEST, QUOTES} <= member_names(path))
