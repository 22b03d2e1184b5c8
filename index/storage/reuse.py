"""What the next build takes over from a generation besides its texts and vectors. No reader opens this file.

generations/<name>/reuse.sqlite   by which rules it was made, which files were read, what is known of each source
                                 without reading it, what is searched of each passage
"""

from __future__ import annotations

import hashlib
import platform
import sqlite3
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path

from index.files import file_errors
from index.read.corpus import Corpus
from index.read.folder import SIDECAR
from index.read.known import Known, KnownSource, SeenFile
from index.source import Kind
from index.storage.runs import Run, read_only
from index.storage.seals import SourceStamp

FILE = "reuse.sqlite"
_SCHEMA = """
CREATE TABLE rules (digest TEXT NOT NULL);
CREATE TABLE source (
    id TEXT PRIMARY KEY, has_id INTEGER NOT NULL, kind TEXT NOT NULL, url TEXT NOT NULL, original TEXT NOT NULL);
CREATE TABLE seen (name TEXT PRIMARY KEY, size INTEGER NOT NULL, changed INTEGER NOT NULL, sha256 TEXT NOT NULL);
CREATE TABLE searched (n INTEGER PRIMARY KEY, fields TEXT NOT NULL);
"""
# Those that decide ids, facts, passages or terms, or how vectors and terms are stored.
_LIBRARIES = (
    "anyascii", "chromadb", "markdown-it-py", "py3langid", "PyStemmer", "pyyaml", "sentencex", "tantivy", "text2num",
    "tokenizers",
)  # fmt: skip
_ROUND = 2048  # passages that are in memory at once
_WRITING = "writing what the next build reuses"


def _digest_of_rules() -> str:
    python = (platform.python_version(), unicodedata.unidata_version)
    digest = hashlib.sha256(repr([python, *((name, version(name)) for name in _LIBRARIES)]).encode())
    package = Path(__file__).parent.parent
    for path in sorted(package.rglob("*.py")):
        code = path.read_bytes()
        digest.update(f"\n{path.relative_to(package).as_posix()} {len(code)}\n".encode() + code)
    return digest.hexdigest()


_RULES = _digest_of_rules()  # with the code that runs: an update may come while a server does


def rules() -> str:
    """Return the SHA-256 (hex) over the rules of this program and the versions of what they rest on.

    What was read and divided by the same ones would come out the same.
    """
    return _RULES


class Reuse:
    """Written by a build, some of it taken over from the former generation. Methods raise StoreError."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @classmethod
    def create(cls, folder: Path, former: Path | None = None) -> Reuse:
        """Make an empty file in `folder`, which may take over from the one in the folder `former`."""
        with file_errors(_WRITING):
            db = sqlite3.connect(folder / FILE, isolation_level=None, uri=True)
            if former is not None:
                db.execute("ATTACH ? AS former", (read_only(former / FILE),))
            db.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_SCHEMA} BEGIN")
            db.execute("INSERT INTO main.rules VALUES (?)", (rules(),))
        return cls(db)

    def add_corpus(self, corpus: Corpus) -> None:
        """Note the files that were read, and what has to be known of the sources."""
        with file_errors(_WRITING):
            rows = ((name, f.size, f.changed, f.sha256) for name, f in corpus.seen.items())
            self._db.executemany("INSERT INTO main.seen VALUES (?,?,?,?)", rows)
            known = ((e.id, e.has_id, e.kind.value, e.url, e.original) for e in corpus.entries)
            self._db.executemany("INSERT INTO main.source VALUES (?,?,?,?,?)", known)

    def add(self, rows: Iterable[tuple[int, str]]) -> None:
        """Add what is searched of passages: (id, fields as JSON)."""
        with file_errors(_WRITING):
            self._db.executemany("INSERT INTO main.searched VALUES (?,?)", rows)

    def take_over(self, run: Run) -> None:
        """Add what is searched of the passages of `run`, as it was."""
        with file_errors(_WRITING):
            self._db.execute(
                "INSERT INTO main.searched SELECT n + ?, fields FROM former.searched WHERE n BETWEEN ? AND ?",
                (run.passage - run.passage_before, run.passage_before, run.passage_before + run.passages - 1),
            )

    def rounds(self) -> Iterator[list[tuple[int, str]]]:
        """Yield what is searched of all passages in the order of their ids, some at a time."""
        with file_errors("reading what is searched"):
            found = self._db.execute("SELECT n, fields FROM main.searched ORDER BY n")
            while some := found.fetchmany(_ROUND):
                yield some

    def commit(self) -> None:
        with file_errors(_WRITING):
            self._db.execute("COMMIT")

    def close(self) -> None:
        self._db.close()


def has_these_rules(folder: Path) -> bool:
    """Whether the generation in `folder` was made by the rules of this program. Raises StoreError."""
    if not (folder / FILE).is_file():
        return False
    with _opened(folder) as db:
        return bool(db.execute("SELECT digest FROM rules").fetchone() == (rules(),))


@contextmanager
def _opened(folder: Path) -> Iterator[sqlite3.Connection]:
    with file_errors("reading what can be reused"), closing(sqlite3.connect(read_only(folder / FILE), uri=True)) as db:
        yield db


def known_of(folder: Path, sources: Mapping[str, SourceStamp]) -> Known | None:
    """Return what is known of the corpus of the generation in `folder`; None if other rules made it.

    Raises StoreError.
    """
    if not has_these_rules(folder):
        return None
    with _opened(folder) as db:
        rest = {i: more for i, *more in db.execute("SELECT id, has_id, kind, url, original FROM source")}
        seen = {name: SeenFile(*row) for name, *row in db.execute("SELECT name, size, changed, sha256 FROM seen")}
    known = {}
    for source_id, stamp in sources.items():
        has_id, kind, url, original = rest[source_id]
        beside = seen.get(stamp.file + SIDECAR)
        known[stamp.file] = KnownSource(
            id=source_id,
            file=stamp.file,
            file_sha256=stamp.file_sha256,
            sidecar_sha256=beside.sha256 if beside else "",
            sha256=stamp.text_sha256,
            record_sha256=stamp.record_sha256,
            reader=stamp.reader,
            has_id=bool(has_id),
            kind=Kind(kind),
            url=url,
            original=original,
        )
    return Known(known, seen)
