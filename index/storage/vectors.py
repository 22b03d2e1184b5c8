"""Passage vectors in Chroma: an embedded directory, or a server by URL. The only file that imports chromadb.

Nothing leaves the machine: telemetry and tracing are off whatever the environment says, and Chroma's own embedding
function, which downloads a model, is never made.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from index.errors import DamagedIndexError, UsageError
from index.files import file_errors
from index.filters import Filters, facets
from index.source import SourceFacts, date_range
from index.storage.chroma_errors import chroma_errors
from index.storage.private import PrivateFolder
from index.storage.vector_keys import Keys

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration, UpdateHNSWConfiguration
    from chromadb.api.models.Collection import Collection
    from numpy.typing import NDArray

DATABASE = "chroma.sqlite3"  # Chroma writes a row into it at every opening
_READ = 5000  # ids a read; SQLite allows 32,766 variables in a statement
# Chroma keeps one client a path for the whole process and makes it without locking.
_clients = threading.Lock()


class VectorStore:
    """The vectors of one generation. Thread-safe."""

    def __init__(
        self, client: Client, collection: Collection, keys: Keys | None = None, where: Path | str | None = None
    ) -> None:
        self._client, self._collection, self._keys = client, collection, keys
        self._folder = where if isinstance(where, Path) else None
        self._private: PrivateFolder | None = None
        self._closed = False

    @classmethod
    def create(cls, where: Path | str, collection: str, dimension: int, saved: int = 0) -> VectorStore:
        """Make an empty collection in the folder (Path) or on the server (URL) `where`.

        `saved`: after how many vectors the graph is saved. Raises StoreError, or UsageError for a malformed URL.
        """
        hnsw: CreateHNSWConfiguration = {
            "space": "cosine",
            "max_neighbors": 16,  # hnswlib's default M; 32 doubles the links and gains nothing at 500
            "ef_construction": 200,  # hnswlib's own default
            # Recall@50 on 6,000 vectors of 384 dimensions: .95 at 100, .995 at 200, 1.0 at 500; 4 ms.
            "ef_search": 500,
            # Checked after each `add`. The last one has to reach it: what is not saved stays in a log that is
            # replayed whenever the collection is opened. Chroma's default (1,000) rewrites the graph at every batch.
            "sync_threshold": max(2, saved),
            "batch_size": max(2, min(saved, 100)),
        }
        with chroma_errors("making the vector store"), _connected(where) as client:
            made = client.create_collection(
                collection,
                embedding_function=None,
                configuration={"hnsw": hnsw},
                metadata={"dimension": dimension},
            )
        return cls(client, made, where=where)

    @classmethod
    def open(cls, where: Path | str, collection: str) -> VectorStore:
        """Open an existing collection. Raises DamagedIndexError if it is missing or cannot be read."""
        if isinstance(where, Path) and not (where / DATABASE).is_file():
            raise DamagedIndexError(f"the vectors' file '{DATABASE}' is missing")
        keys = Keys.read(where) if isinstance(where, Path) else None
        with chroma_errors("opening the vector store", damaged=True), _connected(where) as client:
            found = client.get_collection(collection, embedding_function=None)
        return cls(client, found, keys)

    @classmethod
    def go_on(cls, where: Path, former: str, collection: str, keys: Keys, gone: Sequence[int]) -> VectorStore:
        """Open a copy of a folder to change it: its collection `former` gets the name `collection`.

        `keys`: those of the new collection's passages; `gone`: the keys of vectors that it no longer has.
        Raises DamagedIndexError, StoreError.
        """
        # Saved at every change of two or more, as they are few; see `create`.
        hnsw: UpdateHNSWConfiguration = {"sync_threshold": 2, "batch_size": 2}
        with chroma_errors("taking over vectors", damaged=True), _connected(where) as client:
            found = client.get_collection(former, embedding_function=None)
            found.modify(name=collection, configuration={"hnsw": hnsw})
            step = client.get_max_batch_size()
            for i in range(0, len(gone), step):
                found.delete(ids=[str(n) for n in gone[i : i + step]])
            keys.write(where)
        return cls(client, found, keys, where)

    @classmethod
    def open_private(cls, private: PrivateFolder, collection: str) -> VectorStore:
        """Open the collection in a folder of its own, which goes with it. Raises DamagedIndexError."""
        try:
            store = cls.open(private.path, collection)
        except BaseException:
            private.close()
            raise
        store._private = private
        return store

    @classmethod
    def drop(cls, url: str, collection: str) -> None:
        """Delete a collection on a server, if it exists."""
        from chromadb.errors import NotFoundError

        with chroma_errors("removing a collection"):
            client = _connect(url)
            try:
                client.delete_collection(collection)
            except NotFoundError:
                return
            finally:
                client.close()

    @property
    def dimension(self) -> int:
        return int((self._collection.metadata or {})["dimension"])

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32], sources: Sequence[SourceFacts]) -> None:
        """Add one L2-normalised vector for each passage id; `sources` are the passages' sources. Raises StoreError."""
        with chroma_errors("writing vectors", folder=self._folder):
            step = self._client.get_max_batch_size()
            for i in range(0, len(ids), step):
                self._collection.add(
                    ids=self._keyed(ids[i : i + step]),
                    embeddings=vectors[i : i + step],
                    metadatas=[_metadata(s) for s in sources[i : i + step]],
                )

    def query(self, vector: NDArray[np.float32], k: int, filters: Filters = Filters()) -> list[tuple[int, float]]:
        """Return the `k` nearest passages that pass: (id, cosine similarity in -1..1), best first."""
        if k < 1:
            return []
        limit = k + 16
        while True:
            with chroma_errors("searching the vectors", damaged=True):
                found = self._collection.query(
                    query_embeddings=[vector.tolist()], n_results=limit, where=_where(filters), include=["distances"]
                )
                keys, distances = [int(key) for key in found["ids"][0]], (found["distances"] or [[]])[0]
            # Equal distances at the cut: read on to their end, so that their order by id does not depend on the graph.
            if len(keys) < limit or distances[-1] > distances[k - 1]:
                break
            limit *= 4
        ids = self._keys.numbers(keys) if self._keys else keys
        # Cosine distance is 1 - similarity; rounding may take it slightly below 0.
        pairs = [(i, min(1.0, 1.0 - float(d))) for i, d in zip(ids, distances, strict=True)]
        return sorted(pairs, key=lambda p: (-p[1], p[0]))[:k]

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Return (len(ids), dimension) vectors in the order of `ids`. Raises DamagedIndexError if one is missing."""
        import numpy as np

        out = np.empty((len(ids), self.dimension), dtype=np.float32)
        for i in range(0, len(ids), _READ):
            some = self._keyed(ids[i : i + _READ])
            with chroma_errors("reading vectors", damaged=True):
                found = self._collection.get(ids=list(dict.fromkeys(some)), include=["embeddings"])
                embeddings = found["embeddings"]
                rows = {key: n for n, key in enumerate(found["ids"])}
                missing = [key for key in some if key not in rows]
                if embeddings is None or missing:
                    raise DamagedIndexError(f"{len(missing)} passages have no vector")
                read = np.asarray(embeddings, dtype=np.float32)
                out[i : i + len(some)] = read[[rows[key] for key in some]]
        return out

    def _keyed(self, ids: Sequence[int]) -> list[str]:
        return [str(n) for n in (self._keys.of(ids) if self._keys else ids)]

    def count(self) -> int:
        with chroma_errors("counting the vectors", damaged=True):
            return int(self._collection.count())

    def close(self) -> None:
        """Release files and memory. Chroma's client for a path lives until its last user has closed it."""
        with _clients:
            if not self._closed:
                self._closed = True
                self._client.close()
                if self._private is not None:
                    self._private.close()


def load_library() -> None:
    """Import Chroma now; it takes longer than all else that a cold question needs."""
    import chromadb  # noqa: F401


def compact(folder: Path) -> None:
    """Give back what Chroma's database no longer uses: it logs each vector, and readers copy the file.

    Call after closing the store. Raises StoreError.
    """
    with file_errors("writing vectors"), closing(sqlite3.connect(folder / DATABASE, isolation_level=None)) as database:
        database.execute("VACUUM")


def _connect(where: Path | str) -> Client:
    import chromadb
    from chromadb.config import Settings

    # Fix every option that could send something out: Settings also reads the environment and .env.
    settings = Settings(
        _env_file=None,
        anonymized_telemetry=False,
        chroma_otel_collection_endpoint="",
        chroma_otel_granularity="none",
        chroma_server_host=None,
        chroma_server_http_port=None,
    )
    with _clients:
        if isinstance(where, Path):
            return cast("Client", chromadb.PersistentClient(where.absolute(), settings))
        host, port, ssl = _address(where)
        return cast("Client", chromadb.HttpClient(host, port, ssl, settings=settings))


@contextmanager
def _connected(where: Path | str) -> Iterator[Client]:
    """Yield a client that is closed if the block fails: a store made anew in its folder would get it again."""
    client = _connect(where)
    try:
        yield client
    except BaseException:
        with _clients:
            client.close()
        raise


def _address(url: str) -> tuple[str, int, bool]:
    """Return (host, port, TLS) of 'http[s]://host[:port]'. Raises UsageError for any other form."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
        raise UsageError("store_url: write the Chroma server's address as http://host:port or https://host")
    ssl = parts.scheme == "https"
    return parts.hostname, port or (443 if ssl else 8000), ssl  # 8000: Chroma's own port


def _metadata(source: SourceFacts) -> dict[str, str | int]:
    """Return what filters need. A source without a date gets no date fields, so that it passes no date range."""
    first, last = date_range(source.published) or (None, None)
    dates = {"published_from": first, "published_to": last}
    return {**facets(source), **{name: day for name, day in dates.items() if day is not None}}


def _where(filters: Filters) -> dict[str, Any] | None:
    """Return Chroma's form of `filters`; `Filters.matches` is the definition."""
    terms: list[dict[str, Any]] = [{name: {"$in": values}} for name, values in filters.allowed().items()]
    # A source passes if some day that its date may mean lies in the range.
    if filters.published_from is not None:
        terms.append({"published_to": {"$gte": filters.published_from}})
    if filters.published_to is not None:
        terms.append({"published_from": {"$lte": filters.published_to}})
    if len(terms) > 1:
        return {"$and": terms}
    return terms[0] if terms else None
