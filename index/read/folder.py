"""What a folder holds: which files may be sources, and why others are passed over.

In a folder with an article (`article.md`, or another kind) or a folder `sources/`, the sources are the article and what
lies in `sources/`. In any other folder, every file that can be read is a source. One file can be a corpus, too.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

from index.errors import CorpusError
from index.read.formats import FORMATS
from index.source import UNPRINTABLE

ARTICLE = "article"  # the stem of the article's name
SIDECAR = ".meta.yaml"  # behind the name of the file that it is about: 'report.pdf.meta.yaml'
LOCK = "sources.lock"  # what `footnote sources lock` writes
OWN_NAMES = frozenset({"suggestions.txt", LOCK})  # of the corpus, no source
_KINDS = ", ".join(FORMATS)
_BAD_NAME = "its name holds a control character, or is not UTF-8; rename it"


def corpus_files(folder: Path, largest: int) -> list[Path]:
    """Return the files that may be sources, the article first, and the sidecars. Raises CorpusError without any."""
    files = [p for p, reason in entries(folder, largest) if not reason]
    if not files:
        raise CorpusError(f"{folder}: no file here can be read; name a folder, or a file, with --corpus ({_KINDS})")
    return [*files, *(s for p in files if (s := sidecar_of(p)).is_file())]


def base_of(folder: Path) -> Path:
    """Return the folder that the names of sources are relative to."""
    return folder.parent if folder.is_file() else folder


def sidecar_of(path: Path) -> Path:
    return path.with_name(path.name + SIDECAR)


def place_of_new(folder: Path) -> str:
    """Return where a new source goes, as its name begins: 'sources/', or '' in a folder that is read as a whole.

    Raises CorpusError if `folder` is none.
    """
    if not folder.is_dir():
        what = "is a file; name a folder" if folder.exists() else "there is no such folder; make it, or name another"
        raise CorpusError(f"{folder}: {what} with --corpus")
    return "sources/" if (folder / "sources").is_dir() or _articles(_readable(folder)) else ""


def why_no_source(name: str, size: int, largest: int) -> str:
    """Say why a file of this name and size (bytes) cannot be a source; '' if it may be one."""
    if name.startswith("."):
        return "it is hidden; rename it to have it read"
    if UNPRINTABLE.search(name):
        return _BAD_NAME
    if PurePath(name).suffix.lower() not in FORMATS:
        return f"files of this kind cannot be read; save it as one of {_KINDS}"
    if size > largest:
        return f"it has {size // 1_000_000:,} MB, more than `largest_file` allows; divide it, or raise the setting"
    return ""


def entries(folder: Path, largest: int) -> Iterator[tuple[Path, str]]:
    """Yield every file in sight, and every folder not entered, with the reason to pass it over, '' for none.

    `largest`: bytes of a file that is opened at most.
    """
    if folder.is_file():
        yield folder, _amiss(folder, largest)
        return
    beside = _readable(folder)
    articles = _articles(beside)
    yield from ((p, _amiss(p, largest)) for p in articles)
    inside = folder / "sources"
    if not articles and not inside.is_dir():
        yield from _below(folder, largest)
        return
    for path in beside:
        if path not in articles and path.name not in OWN_NAMES and not path.name.startswith("."):
            yield path, "it lies beside sources/; move it there to have it read"
    if inside.is_dir():
        yield from _below(inside, largest)


def _readable(folder: Path) -> list[Path]:
    """Return the files in a folder that have the names of documents."""
    try:
        names = sorted(os.listdir(folder))  # sorted as paths they would take long
    except OSError:
        return []  # no folder, or one that must not be read: whoever goes through it says so
    return [p for n in names if os.path.splitext(n)[1].lower() in FORMATS and os.path.isfile(p := folder / n)]


def _articles(beside: Sequence[Path]) -> list[Path]:
    return [p for p in beside if p.stem == ARTICLE]


def _below(top: Path, largest: int) -> Iterator[tuple[Path, str]]:
    """Yield what is in `top` and its subfolders; hidden folders are not entered."""
    closed: list[OSError] = []
    for place, folders, names in os.walk(top, onerror=closed.append):
        not_entered = {n: reason for n in sorted(folders) if (reason := _why_not_entered(Path(place, n)))}
        folders[:] = sorted(n for n in folders if not n.startswith(".") and n not in not_entered)
        yield from ((Path(place, n), reason) for n, reason in not_entered.items())
        for path in (Path(place, n) for n in sorted(names)):
            if path.name.endswith(SIDECAR):
                if not os.path.exists(path.with_name(path.name.removesuffix(SIDECAR))):
                    yield (
                        path,
                        f"the file that it is about is not beside it; name it as the file, with {SIDECAR} behind",
                    )
            elif path.name not in OWN_NAMES and (not path.name.startswith(".") or path.suffix.lower() in FORMATS):
                yield path, _amiss(path, largest)
    for error in closed:
        yield Path(error.filename), f"this folder cannot be read ({error.strerror}); change its permissions"


def _why_not_entered(folder: Path) -> str:
    """Say why a folder that is in sight is not entered; '' if it is, or is hidden."""
    if os.path.islink(folder):
        return "a linked folder is not entered; move or copy it here"
    return _BAD_NAME if UNPRINTABLE.search(folder.name) and not folder.name.startswith(".") else ""


def _amiss(path: Path, largest: int) -> str:
    """Say why a file is not opened; '' if it is."""
    size, other = 0, "it is no file, or a link that leads nowhere"
    try:
        found = path.stat()
        if stat.S_ISREG(found.st_mode):
            size, other = found.st_size, ""
    except OSError as error:
        if not os.path.islink(path):
            other = f"it cannot be read ({error.strerror})"
    return why_no_source(path.name, size, largest) or other
