"""Sources and passages of one generation, in SQLite: whole records by id, without loading the rest."""

from __future__ import annotations

import difflib
import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from index.errors import DamagedIndexError, UnknownSourceError
from index.files import file_errors
from index.passage import Passage, Sentence
from index.read.record import ENUMS, record_digest, record_of, source_digest, source_from
from index.source import BlockKind, Source, SourceFacts
from index.storage.runs import Run, read_only
from index.storage.seals import PASSAGES, Seals, passage_digest

FILE = "catalog.sqlite"
_KEEP = 256  # sources kept in memory: all of a small corpus
_IDS = "(SELECT value FROM json_each(?))"  # any number of ids in one variable
_SCHEMA = """
CREATE TABLE source (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, text TEXT NOT NULL, record TEXT NOT NULL);
CREATE TABLE passage (
    n INTEGER PRIMARY KEY, source INTEGER NOT NULL REFERENCES source(n),
    start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL, header TEXT NOT NULL,
    sentences TEXT NOT NULL, key TEXT NOT NULL);
CREATE INDEX passage_source ON passage(source, start);
CREATE INDEX passage_key ON passage(key);
"""
_PASSAGE = "p.n, s.id, p.start, p.end, p.text, p.header, p.sentences"
_JOIN = "FROM passage p JOIN source s ON s.n = p.source"
_BLOCK_KINDS = {kind.value: kind for kind in BlockKind}


@dataclass(frozen=True, slots=True)
class Outline:
    """A source without its text: its facts, its file, the names of those that were guessed.

    `characters`: the length of its text; `pages`: how many it has, None without pages.
    """

    facts: SourceFacts
    file: str
    guessed: tuple[str, ...]
    characters: int
    pages: int | None


class Catalog:
    """Written once by a build, then read-only. Passage ids count from 1. Thread-safe.

    Methods raise DamagedIndexError if the file is malformed or anything that is read is not what was written,
    StoreError if it cannot be read or written.
    """

    def __init__(self, connection: sqlite3.Connection, folder: Path, seals: Seals) -> None:
        self._db, self._folder, self._seals = connection, folder, seals
        self._lock = threading.RLock()
        self._source = lru_cache(_KEEP)(self._load)

    @classmethod
    def create(cls, folder: Path, former: Catalog | None = None) -> Catalog:
        """Make an empty catalog, which may take over from a `former` one."""
        with file_errors("making the catalog"):
            db = sqlite3.connect(folder / FILE, check_same_thread=False, isolation_level=None, uri=True)
            if former is not None:
                db.execute("ATTACH ? AS former", (read_only(former._folder / FILE),))
            # No journal: a catalog cut short by a crash is deleted with its generation.
            db.executescript(f"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; {_SCHEMA} BEGIN")
        return cls(db, folder, Seals())

    @classmethod
    def open(cls, folder: Path, seals: Seals) -> Catalog:
        path = folder / FILE
        with file_errors("opening the catalog"):
            path.stat()
            db = sqlite3.connect(read_only(path), uri=True, check_same_thread=False)
        return cls(db, folder, seals)

    def commit(self) -> None:
        """Finish writing; the passages' digests are written beside the catalog."""
        with self._lock, file_errors("writing the catalog"):
            self._db.execute("COMMIT")
            (self._folder / PASSAGES).write_bytes(self._seals.passages)

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def add_source(self, n: int, source: Source) -> None:
        with self._lock, file_errors("writing the catalog"):
            self._db.execute("INSERT INTO source VALUES (?,?,?,?)", (n, source.id, source.text, record_of(source)))

    def add_passages(self, first: int, source: int, passages: Iterable[Passage]) -> None:
        """Add passages of source number `source` with ids from `first` on, the next that is free."""
        rows = []
        for n, p in enumerate(passages, first):
            sentences = json.dumps([_row(s) for s in p.sentences], ensure_ascii=False)
            rows.append((n, source, p.start, p.end, p.text, p.header, sentences, p.key))
            self._seals.add_passage(passage_digest(p.source_id, p.start, p.end, p.text, p.header, sentences))
        with self._lock, file_errors("writing the catalog"):
            self._db.executemany("INSERT INTO passage VALUES (?,?,?,?,?,?,?,?)", rows)

    def take_over(self, run: Run, former: Catalog) -> None:
        """Add sources in a row with their passages as they are in the former catalog, their seals too."""
        by, last = run.source - run.source_before, run.source_before + run.sources - 1
        with self._lock, file_errors("taking over from the former catalog"):
            self._db.execute(
                "INSERT INTO main.source SELECT n + ?, id, text, record FROM former.source WHERE n BETWEEN ? AND ?",
                (by, run.source_before, last),
            )
            self._db.execute(
                "INSERT INTO main.passage SELECT n + ?, source + ?, start, end, text, header, sentences, key "
                "FROM former.passage WHERE n BETWEEN ? AND ?",
                (run.passage - run.passage_before, by, run.passage_before, run.passage_before + run.passages - 1),
            )
        self._seals.add_again(former._seals, run.passage_before, run.passages)

    def same_keys(self, ids: Sequence[int]) -> dict[int, int]:
        """Return id of a passage in `ids` -> id of one with the same key in the former catalog."""
        with self._lock, file_errors("comparing with the former catalog"):
            found = self._db.execute(
                "SELECT p.n, min(f.n) FROM main.passage p JOIN former.passage f ON f.key = p.key "
                f"WHERE p.n IN {_IDS} GROUP BY p.n",
                (json.dumps([*ids]),),
            ).fetchall()
        return dict(found)

    def source(self, source_id: str) -> Source:
        """Return one source. Raises UnknownSourceError, which names similar ids."""
        return self._source(source_id)

    def _load(self, source_id: str) -> Source:
        if source_id not in self._seals.sources:
            raise self._unknown(source_id)
        rows = self._read("SELECT text, record FROM source WHERE id = ?", (source_id,))
        if not rows:
            raise DamagedIndexError(f"the catalog has no source '{source_id}', which the manifest names")
        try:
            source = source_from(rows[0][0], rows[0][1])
            hashes = source.sha256, source_digest(source)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise DamagedIndexError("the catalog holds a source that cannot be read") from error
        self._seals.check_source(source_id, *hashes)
        return source

    def outline(self, source_id: str) -> Outline:
        """Return what is known of a source without its text. Raises UnknownSourceError, which names similar ids."""
        if source_id not in self._seals.sources:
            raise self._unknown(source_id)
        return next(self._outlines("WHERE id = ?", (source_id,)))

    def outlines(self) -> Iterator[Outline]:
        """Yield the outlines of all sources in reading order."""
        return self._outlines("ORDER BY n", ())

    def _outlines(self, which: str, values: tuple[str, ...]) -> Iterator[Outline]:
        rows = self._read(f"SELECT id, record FROM source {which}", values)
        if not rows or (not values and [i for i, _ in rows] != self.source_ids()):
            raise DamagedIndexError("the catalog has not all sources that the manifest names")
        for source_id, record in rows:
            text_sha256 = self._seals.sources[source_id].text_sha256
            self._seals.check_source(source_id, text_sha256, record_digest(text_sha256, record))
            yield _outline(json.loads(record))

    def sources(self) -> Iterator[Source]:
        """Yield all sources in reading order, the article first."""
        for source_id in self.source_ids():
            yield self.source(source_id)

    def source_ids(self) -> list[str]:
        return [*self._seals.sources]

    def passage_digests(self) -> dict[str, str]:
        """Return source id -> SHA-256 (hex) over all its passages, their places and headers included."""
        return self._seals.digests()

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """Return passages in the order of `ids`. Raises DamagedIndexError for an id that does not exist."""
        found = self._passages(f"WHERE p.n IN {_IDS}", (json.dumps([*ids]),))
        missing = [i for i in ids if i not in found]
        if missing:
            raise DamagedIndexError(f"the catalog has no passage {missing[0]} that a search found")
        return [found[i] for i in ids]

    def passages_of(self, source_id: str) -> dict[int, Passage]:
        """Return id -> passage of a source, in reading order. Raises UnknownSourceError."""
        if source_id not in self._seals.sources:
            raise self._unknown(source_id)
        found = self._passages("WHERE s.id = ? ORDER BY p.start", (source_id,))
        if len(found) != self._seals.counts.get(source_id, 0):
            raise DamagedIndexError(f"the catalog has not all passages of source '{source_id}'")
        return found

    def keys(self) -> dict[int, str]:
        """Return passage id -> key as the build wrote it, by ascending id."""
        return dict(self._read("SELECT n, key FROM passage ORDER BY n"))

    def _passages(self, where: str, values: tuple[Any, ...]) -> dict[int, Passage]:
        rows = self._read(f"SELECT {_PASSAGE} {_JOIN} {where}", values)
        return {row[0]: self._passage(*row) for row in rows}

    def _passage(self, n: int, *row: Any) -> Passage:
        try:
            self._seals.check_passage(n, passage_digest(*row))
            return _passage(*row)
        except (ValueError, TypeError, KeyError) as error:
            raise DamagedIndexError("the catalog holds a passage that cannot be read") from error

    def _read(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        with self._lock, file_errors("reading the catalog"):
            return self._db.execute(statement, values).fetchall()

    def _unknown(self, source_id: str) -> UnknownSourceError:
        near = difflib.get_close_matches(source_id, self.source_ids(), n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else "`footnote sources list` lists them"
        return UnknownSourceError(f"no source has the id '{source_id}'; {hint}")


def _outline(values: dict[str, Any]) -> Outline:
    facts = {f.name: values[f.name] for f in fields(SourceFacts)} | {"via": tuple(values["via"])}
    facts |= {name: kind(values[name]) for name, kind in ENUMS.items()}
    last = values["pages"][-1][1] if values["pages"] else None
    # A text ends where its last block does.
    return Outline(SourceFacts(**facts), values["file"], tuple(values["guessed"]), values["blocks"][-1][1], last)


def _row(s: Sentence) -> tuple[Any, ...]:
    """Return a sentence without its text; most are three values."""
    own = (s.start, s.end, s.block.value)
    return (*own, s.context, s.hints, s.part) if s.context or s.hints or s.part else own


def _sentence(text: str, start: int, end: int, kind: str, *more: Any) -> Sentence:
    context, hints, part = more or ((), (), None)
    return Sentence(
        start,
        end,
        text,
        _BLOCK_KINDS[kind],
        tuple((a, b) for a, b in context),
        tuple((at, str(words)) for at, words in hints),
        (part[0], part[1]) if part else None,
    )


def _passage(source_id: str, start: int, end: int, text: str, header: str, sentences: str) -> Passage:
    spans = json.loads(sentences)
    cut = tuple(_sentence(text[s[0] - start : s[1] - start], *s) for s in spans)
    return Passage(source_id, start, end, text, header, cut)
