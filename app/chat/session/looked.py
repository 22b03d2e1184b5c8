"""What the page is told of when live pages were seen."""

from __future__ import annotations

from pathlib import Path

from app.chat.session.problems import attempt
from app.words.languages import ENGLISH
from index.fetched.seen import Looked, PagesSeen


def looked_at(home: Path) -> Looked:
    """Return what tells when a page was seen; it tells nothing where that cannot be read, and the log says why."""
    pages = PagesSeen(home)
    return lambda source_id, sha256: attempt(lambda: pages(source_id, sha256), ENGLISH)[0]
