"""Which lexical engine: tantivy, bm25s or SQLite FTS5, on made-up passages with Zipf's word frequencies.

    python -m tests.bench.lexical                      # 10,000 and 100,000 passages, all engines
    python -m tests.bench.lexical --size 1000000 --engines tantivy fts5

Every engine gets the same terms (already folded and stemmed, joined by blanks), so only the engines differ.
The word of rank r has a probability in proportion to 1 / r (Zipf); the commonest words are those of the
corpus, in its order of frequency, the tail is put together from pairs of them. Queries hold 6 to 12 words,
two of them common. 'footnote' is index.storage.lexical with its analysis, on the same passages with every 9th word
capitalised so that there are names.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Protocol

import numpy as np

CORPUS = Path(__file__).parents[2] / "corpus"
WORDS = 110  # words of a passage of 160 tokens
VOCABULARY = 200_000  # different words; about what Heaps' law gives for 100 million words of one subject
QUERIES = 200
SINGLE = 50  # adds, and deletes, one by one with a commit each
TOP = 50


def vocabulary(size: int) -> list[str]:
    texts = [p.read_text(encoding="utf-8") for p in sorted(CORPUS.rglob("*.md"))]
    counts = Counter(w for t in texts for w in re.findall(r"[a-z]{2,}", t.lower()))
    words = [w for w, _ in counts.most_common()]
    pairs = (a + b for a in words for b in words)
    return list(dict.fromkeys([*words, *islice(pairs, size)]))[:size]


class Zipf:
    """Passages and queries, the same for one seed."""

    def __init__(self, seed: int) -> None:
        self.words = np.array(vocabulary(VOCABULARY), dtype=object)
        mass = 1.0 / np.arange(1, len(self.words) + 1)
        self.cumulative = np.cumsum(mass) / mass.sum()
        self.random = np.random.default_rng(seed)

    def passages(self, count: int) -> Iterator[str]:
        for first in range(0, count, 1000):
            rows = min(1000, count - first)
            ranks = np.searchsorted(self.cumulative, self.random.random((rows, WORDS)))
            yield from (" ".join(self.words[row]) for row in ranks)

    def queries(self, count: int) -> list[list[str]]:
        found = []
        for _ in range(count):
            rare = np.searchsorted(self.cumulative, self.random.random(self.random.integers(4, 11)))
            found.append(list(dict.fromkeys(self.words[[*self.random.integers(0, 20, 2), *rare]])))
        return found


class Engine(Protocol):
    def __init__(self, folder: Path) -> None: ...
    def build(self, passages: Iterator[str]) -> None: ...
    def add(self, row: int, passage: str) -> None: ...
    def delete(self, row: int) -> None: ...
    def search(self, terms: list[str], k: int) -> list[tuple[int, float]]: ...
    def close(self) -> None: ...


class Tantivy:
    def __init__(self, folder: Path) -> None:
        import tantivy

        self.t = tantivy
        schema = tantivy.SchemaBuilder()
        schema.add_integer_field("id", indexed=True, fast=True)
        schema.add_text_field("text", tokenizer_name="blank", index_option="freq")
        self.schema = schema.build()
        self.index = tantivy.Index(self.schema, path=str(folder))
        analyser = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        self.index.register_tokenizer("blank", analyser)
        self.writer: tantivy.IndexWriter | None = None
        self.searcher = self.index.searcher()

    def _writer(self):
        if self.writer is None:
            self.writer = self.index.writer(64_000_000, num_threads=1)
        return self.writer

    def _commit(self) -> None:
        self._writer().commit()
        self.index.reload()
        self.searcher = self.index.searcher()

    def build(self, passages: Iterator[str]) -> None:
        writer = self._writer()
        for row, passage in enumerate(passages, 1):
            writer.add_document(self.t.Document(id=row, text=passage))
        self._commit()

    def add(self, row: int, passage: str) -> None:
        self._writer().add_document(self.t.Document(id=row, text=passage))
        self._commit()

    def delete(self, row: int) -> None:
        self._writer().delete_documents_by_term("id", row)
        self._commit()

    def search(self, terms: list[str], k: int) -> list[tuple[int, float]]:
        parts = [(self.t.Occur.Should, self.t.Query.term_query(self.schema, "text", t)) for t in terms]
        hits = self.searcher.search(self.t.Query.boolean_query(parts), k, count=False).hits
        rows = self.searcher.fast_field_values("id", [address for _, address in hits])
        return [(row, score) for row, (score, _) in zip(rows, hits, strict=True)]

    def close(self) -> None:
        if self.writer is not None:
            self.writer.wait_merging_threads()
            self.writer = None


class Fts5:
    def __init__(self, folder: Path) -> None:
        self.base = sqlite3.connect(folder / "lexical.sqlite")
        self.base.execute("PRAGMA journal_mode=WAL")
        self.base.execute("CREATE VIRTUAL TABLE IF NOT EXISTS p USING fts5(text)")

    def build(self, passages: Iterator[str]) -> None:
        with self.base:
            self.base.executemany("INSERT INTO p(rowid, text) VALUES (?, ?)", enumerate(passages, 1))

    def add(self, row: int, passage: str) -> None:
        with self.base:
            self.base.execute("INSERT INTO p(rowid, text) VALUES (?, ?)", (row, passage))

    def delete(self, row: int) -> None:
        with self.base:
            self.base.execute("DELETE FROM p WHERE rowid = ?", (row,))

    def search(self, terms: list[str], k: int) -> list[tuple[int, float]]:
        query = " OR ".join(f'"{t}"' for t in terms)
        sql = "SELECT rowid, -rank FROM p WHERE p MATCH ? ORDER BY rank LIMIT ?"
        return self.base.execute(sql, (query, k)).fetchall()

    def close(self) -> None:
        self.base.close()


class Bm25s:
    """bm25s has no add or delete: both mean building anew."""

    def __init__(self, folder: Path) -> None:
        import bm25s

        self.folder = folder
        self.library = bm25s
        saved = (folder / "params.index.json").exists()
        self.index = bm25s.BM25.load(folder, mmap=True) if saved else None

    def build(self, passages: Iterator[str]) -> None:
        self.index = self.library.BM25()
        self.index.index([p.split() for p in passages], show_progress=False)
        self.index.save(self.folder, show_progress=False)

    def add(self, row: int, passage: str) -> None:
        raise NotImplementedError

    def delete(self, row: int) -> None:
        raise NotImplementedError

    def search(self, terms: list[str], k: int) -> list[tuple[int, float]]:
        assert self.index is not None
        rows, scores = self.index.retrieve([terms], k=k, show_progress=False, n_threads=0)
        return [(int(r) + 1, float(s)) for r, s in zip(rows[0], scores[0], strict=True)]

    def close(self) -> None:
        pass


class Footnote:
    """An index of Footnote is written once, as its generation is."""

    def __init__(self, folder: Path) -> None:
        from index.storage.lexical import LexicalIndex

        folder = folder / "lexical"
        self.index = LexicalIndex.open(folder) if folder.exists() else LexicalIndex.create(folder)

    @staticmethod
    def _row(row: int, passage: str) -> tuple[int, str]:
        from index.passage import Passage
        from index.source import Kind, Relation, Source
        from index.storage.lexical import searched

        source = Source(id="s", title="title", publisher="publisher", published="2024", url="", kind=Kind.NOTE,
                        relation=Relation.CITED, text="")  # fmt: skip
        words = passage.split(" ")
        words[::9] = [w.capitalize() for w in words[::9]]
        text = " ".join(words)
        return row, searched(Passage("s", 0, len(text), text, "title, publisher, 2024", ()), source)

    def build(self, passages: Iterator[str]) -> None:
        self.index.add(self._row(i, p) for i, p in enumerate(passages, 1))
        self.index.commit()

    def add(self, row: int, passage: str) -> None:
        raise NotImplementedError

    def delete(self, row: int) -> None:
        raise NotImplementedError

    def search(self, terms: list[str], k: int) -> list[tuple[int, float]]:
        return self.index.search(" ".join(terms), k)

    def close(self) -> None:
        self.index.close()


ENGINES: dict[str, type[Engine]] = {"tantivy": Tantivy, "fts5": Fts5, "bm25s": Bm25s, "footnote": Footnote}


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def mean_ms(work: Callable[[int], object]) -> float:
    return 1000 * sum(timed(lambda i=i: work(i)) for i in range(SINGLE)) / SINGLE


def cold_open_ms(name: str, folder: Path) -> float:
    """Import, open and one query in a fresh process, without the start of Python (files are cached)."""
    code = (
        "import time, pathlib; from tests.bench.lexical import ENGINES; t = time.perf_counter(); "
        f"ENGINES[{name!r}](pathlib.Path({str(folder)!r})).search(['the', 'ukraine'], 50); "
        "print(1000 * (time.perf_counter() - t))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def measure(name: str, size: int, seed: int, folder: Path) -> dict[str, float | str | None]:
    zipf = Zipf(seed)
    made = timed(lambda: sum(1 for _ in Zipf(seed).passages(size)))  # taken off the time of the build
    engine = ENGINES[name](folder)

    def build() -> None:
        engine.build(zipf.passages(size))
        if name in {"tantivy", "footnote"}:
            engine.close()  # merging is part of the build

    took = timed(build) - made
    if name == "tantivy":
        engine = ENGINES[name](folder)
    disk = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file())
    queries = zipf.queries(QUERIES)
    times = [timed(lambda q=q: engine.search(q, TOP)) for q in queries]
    adds = deletes = None
    if name in {"tantivy", "fts5"}:
        extra = list(zipf.passages(SINGLE))
        adds = mean_ms(lambda i: engine.add(size + 1 + i, extra[i]))
        deletes = mean_ms(lambda i: engine.delete(1 + i))
    engine.close()
    return {
        "engine": name,
        "passages": size,
        "build_per_s": round(size / took),
        "disk_mb": round(disk / 1e6, 1),
        "p50_ms": round(1000 * float(np.percentile(times, 50)), 2),
        "p95_ms": round(1000 * float(np.percentile(times, 95)), 2),
        "add_ms": adds and round(adds, 1),
        "delete_ms": deletes and round(deletes, 1),
        "open_ms": round(cold_open_ms(name, folder), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--size", type=int, nargs="+", default=[10_000, 100_000], help="passages")
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where indexes are made (default: a temporary folder)")
    arguments = parser.parse_args()
    for size in arguments.size:
        for name in arguments.engines:
            folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=arguments.folder))
            try:
                print(json.dumps(measure(name, size, arguments.seed, folder)), flush=True)
            finally:
                shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
