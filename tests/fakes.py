"""Stand-ins at the protocols that mean something: they rank, so a test of ranking can fail."""

from __future__ import annotations

import hashlib
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from app.support.reader import Belief
from app.support.records import Evidence

if TYPE_CHECKING:
    from app.engine import Engine
    from app.settings import Settings

_WORD = re.compile(r"\w+")


class HashedWords:
    """An embedder: the hashed bag of words of a text, L2-normalised. Texts that share words are near.

    `calls` holds every text that was embedded as a passage, in order.
    """

    def __init__(self, name: str = "hashed-words", dimension: int = 256, max_tokens: int = 256) -> None:
        self.name, self.dimension, self.max_tokens = name, dimension, max_tokens
        self.calls: list[str] = []

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Words and two special tokens, as BERT's tokenizers count."""
        return [len(_WORD.findall(text)) + 2 for text in texts]

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        self.calls += texts
        if progress is not None:
            progress(len(texts))
        return self._embed(texts)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._embed(texts)

    def _embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            for word in _WORD.findall(text.lower()):
                digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
                row[int.from_bytes(digest[:4], "big") % self.dimension] += 1.0 if digest[4] & 1 else -1.0
            if not row.any():
                row[0] = 1.0  # no words, or words that cancel out: still of length 1
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class WordReader:
    """A reader of claims that knows words: the more of a statement's stand in one sentence, the likelier it is said.

    `read_all` holds every statement that it was given.
    """

    name, least = "words", 0.6

    def __init__(self) -> None:
        self.read_all: list[str] = []

    def read(self, pairs: Sequence[tuple[str, Evidence]]) -> list[Belief]:
        self.read_all += [statement for statement, _ in pairs]
        return [self._believe(statement, evidence) for statement, evidence in pairs]

    def _believe(self, statement: str, evidence: Evidence) -> Belief:
        wanted = set(_WORD.findall(statement.lower()))
        parts = [len(wanted & set(_WORD.findall(s.lower()))) / len(wanted) for s in evidence.sentences]
        part = max(parts)
        return Belief(part, (1 - part) * part, 0.0, (1 - part) ** 2, parts.index(part))


def open_hashed(settings: Settings) -> Engine:
    """Build the index of `settings` by `HashedWords` and open an engine on it, the reader of the settings included."""
    from app.engine import Engine
    from index.build.build import build
    from index.rerank.readers import open_readers
    from index.retrieve import Retriever
    from index.storage.generation import open_current

    embedder = HashedWords()
    build(settings.index, embedder=embedder)
    readers = open_readers(settings.reader)
    return Engine(settings, Retriever(settings.index, open_current(settings.index), embedder, readers))


def restamp(folder: Path) -> None:
    """Hash the changed files of a generation again, so that a check behind the hashes can find the change."""
    from index.files import IndexFile
    from index.storage.locks import LEASE
    from index.storage.manifest import MANIFEST, read_manifest

    manifest = read_manifest(folder.parent.parent, folder.name)
    names = {p.relative_to(folder).as_posix(): p for p in sorted(folder.rglob("*")) if p.is_file()}
    files = {name: IndexFile.of(path) for name, path in names.items() if name not in (MANIFEST, LEASE)}
    whole = manifest.model_copy(update={"files": files}).sealed()
    (folder / MANIFEST).write_text(whole.model_dump_json(indent=1))


def write_source(corpus: Path, source_id: str, body: str, **fields: str) -> Path:
    """Write the file of one source into `corpus`: the article if its kind says so, else below sources/."""
    front = {
        "id": source_id,
        "title": f"Title of {source_id}",
        "publisher": "Example Press",
        "published": "2024-10-21",
        "url": f"https://example.org/{source_id}",
        "kind": "note",
        "relation": "cited",
    } | fields
    path = corpus / ("article.md" if front["kind"] == "article" else f"sources/{source_id}.md")
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = "".join(f'{key}: "{value}"\n' for key, value in front.items())
    path.write_text(f"---\n{lines}---\n\n{body}\n", encoding="utf-8")
    return path


def small_corpus(corpus: Path) -> Path:
    """An article and three notes whose words tell them apart."""
    write_source(
        corpus,
        "article",
        "Harvests fell in the valley. Farmers blame the drought.\n\n"
        "Officials disagree. They say that the dam held enough water for every field.",
        kind="article",
        relation="article",
    )
    write_source(corpus, "dam", "The dam was built in 1931. It holds nine thousand tonnes of water.")
    write_source(corpus, "rain", "No rain fell in June. July brought storms and hail.", published="2023")
    write_source(corpus, "prices", "Bread prices doubled. Bakers closed their shops.", relation="later")
    return corpus


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """A real Chroma server on a loopback port, as long as the block lasts; its address."""
    port = free_port()
    command = [Path(sys.executable).with_name("chroma"), "run", "--path", folder]
    command += ["--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            deadline = time.monotonic() + 60
            while True:
                with socket.socket() as s:
                    if s.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert process.poll() is None, "the server ended"
                assert time.monotonic() < deadline, "the server did not come up"
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
