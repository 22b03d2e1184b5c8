"""What is to become a source, wherever it comes from: a file, a page that was fetched, a text that was pasted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from app.outside import whole_characters
from index.errors import CorpusError, UsageError
from index.read.folder import ARTICLE, OWN_NAMES, why_no_source
from index.read.formats import FORMATS

_MB = 1_000_000
_LONGEST = 200  # bytes of a name in UTF-8: with what is put behind it, a file system's 255 hold it
_FOREIGN = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*]')  # what no name on any common file system may hold
_INSTEAD = "source"  # the name of what has none


@dataclass(frozen=True, slots=True)
class Incoming:
    """Bytes that are to become a source.

    `name`: a name for the file; its end says how it is read ('.html'). It may come from a stranger.
    `facts`: what is stated of it, by the names of the fields ('published': '2024-10'); what is not is guessed.
    `label`: what a message calls it; `name` without one. `is_article`: it is to be the article of a new corpus.
    """

    raw: bytes
    name: str
    facts: Mapping[str, str] = field(default_factory=dict)
    label: str = ""
    is_article: bool = False

    @property
    def called(self) -> str:
        return self.label or self.name

    @property
    def file_name(self) -> str:
        """The name of its file in the corpus: that of its id, if one is stated; of the article always the same."""
        suffix = _end(self.name)
        if self.is_article:
            return f"{ARTICLE}{suffix}"
        stated = self.facts.get("id", "")
        name = f"{stated.removesuffix(suffix)}{suffix}" if stated else self.name
        return _clean(name, suffix)


def read_incoming(path: Path, facts: Mapping[str, str], largest: int) -> Incoming:
    """Read a file. `largest`: MB; a larger one is not opened. Raises UsageError, CorpusError."""
    if path.is_dir():
        raise UsageError(f"{path}: is a folder; name the files in it, or index it with --corpus")
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: is no file; name one that can be read")
    try:
        reason = why_no_source(path.name, path.stat().st_size, largest * _MB)
        if reason:
            raise CorpusError(f"{path}: {reason}")
        return Incoming(path.read_bytes(), path.name, facts, str(path))
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); name a file that can") from None


def name_apart(name: str, sha256: str) -> str:
    """Return another name for a file, made of its digest, where the corpus has one of its name already."""
    stem, dot, end = name.rpartition(".")
    return f"{stem}-{sha256[:8]}{dot}{end}"


def _end(name: str) -> str:
    """Return how a name ends, by which its format is known; also of one that is nothing else ('.html')."""
    _, dot, end = name.rpartition(".")
    return f".{end.lower()}" if f"{dot}{end.lower()}" in FORMATS else PurePath(name).suffix.lower()


def _clean(name: str, suffix: str) -> str:
    """Return a name that stays in its folder and that every file system takes, with its end."""
    last = re.split(r"[/\\]", whole_characters(name))[-1]
    stem = _FOREIGN.sub("-", last[: len(last) - len(suffix)]).lstrip(" .")
    room = _LONGEST - len(suffix.encode())
    cleaned = (stem.encode()[:room].decode("utf-8", "ignore").rstrip(" .") or _INSTEAD) + suffix
    return f"{_INSTEAD}-{cleaned}" if cleaned in OWN_NAMES else cleaned
