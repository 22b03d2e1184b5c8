"""Passage vectors in Chroma: an embedded directory, or a server by URL. The only file that imports chromadb.

Nothing leaves the machine through it: telemetry and tracing are off whatever the environment says, and
Chroma's own embedding function, which downloads a model, is never made.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from index.errors import DamagedIndexError, FootnoteError, StoreError, UsageError
from index.files import FREE_SPACE, REBUILD
from index.filters import Filters
from index.passage import Source, date_range

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from chromadb.api.models.Collection import Collection
    from numpy.typing import NDArray

DATABASE = "chroma.sqlite3"  # Chroma writes a row into it at every opening: no constant hash
_READ = 5000  # ids a read; SQLite allows 32,766 variables in a statement
# Chroma keeps one client a path for the whole process and makes it without a lock of its own.
_clients = threading.Lock()


class VectorStore:
    """Vectors of one generation. Safe to use from several threads."""

    def __init__(self, client: Client, collection: Collection) -> None:
        self._client, self._collection = client, collection
        self._closed = False

    @classmethod
    def create(cls, where: Path | str, collection: str, dimension: int, expected: int = 0) -> VectorStore:
        """A new, empty collection in the folder (Path) or on the server (URL) `where`.

        `expected`: how many vectors will be added. Raises StoreError, UsageError (a bad URL).
        """
        hnsw: CreateHNSWConfiguration = {
            "space": "cosine",
            "max_neighbors": 16,  # hnswlib's default M; 32 doubles the links and gains nothing at 500
            "ef_construction": 200,  # hnswlib's own default
            # Recall@50 on 6,000 vectors of 384 dimensions: .95 at 100, .995 at 200, 1.0 at 500; 4 ms.
            "ef_search": 500,
            # The graph is saved when this many records have come: once, with the last. Chroma's default
            # (1,000) rewrites it at every batch and leaves a rest in a log that each opening replays.
            "sync_threshold": max(2, expected),
            "batch_size": max(2, min(expected, 100)),
        }
        with _mapped("making the vector store"):
            client = _connect(where)
            made = client.create_collection(
                collection,
                embedding_function=None,
                configuration={"hnsw": hnsw},
                metadata={"dimension": dimension},
            )
        return cls(client, made)

    @classmethod
    def open(cls, where: Path | str, collection: str) -> VectorStore:
        """An existing collection. Raises DamagedIndexError if it is not there or cannot be read."""
        if isinstance(where, Path) and not (where / DATABASE).is_file():
            raise DamagedIndexError(f"the vectors' file '{DATABASE}' is missing; {REBUILD}")
        with _mapped("opening the vector store", damaged=True):
            client = _connect(where)
            try:
                found = client.get_collection(collection, embedding_function=None)
            except Exception:
                client.close()
                raise
        return cls(client, found)

    @classmethod
    def drop(cls, url: str, collection: str) -> None:
        """Delete a collection on a server, if it is there. (A folder is simply removed.)"""
        from chromadb.errors import NotFoundError

        with _mapped("removing a collection"):
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

    def add(self, ids: Sequence[int], vectors: NDArray[np.float32], sources: Sequence[Source]) -> None:
        """Add one L2-normalised vector a passage; `sources[i]` is passage i's source. Raises StoreError."""
        if not len(ids) == len(vectors) == len(sources):
            raise ValueError(f"{len(ids)} ids, {len(vectors)} vectors, {len(sources)} sources: not one each")
        with _mapped("writing vectors"):
            step = self._client.get_max_batch_size()
            for i in range(0, len(ids), step):
                self._collection.add(
                    ids=[str(n) for n in ids[i : i + step]],
                    embeddings=vectors[i : i + step],
                    metadatas=[_metadata(s) for s in sources[i : i + step]],
                )

    def query(self, vector: NDArray[np.float32], k: int, filters: Filters = Filters()) -> list[tuple[int, float]]:
        """The `k` nearest passages: (id, cosine similarity in -1..1), best first. Fewer if fewer pass."""
        if k < 1:
            return []
        with _mapped("searching the vectors", damaged=True):
            found = self._collection.query(
                query_embeddings=[vector.tolist()], n_results=k, where=_where(filters), include=["distances"]
            )
            ids, distances = found["ids"][0], (found["distances"] or [[]])[0]
        # Cosine distance is 1 - similarity; rounding may carry it a hair beyond 1.
        pairs = [(int(i), min(1.0, 1.0 - float(d))) for i, d in zip(ids, distances, strict=True)]
        return sorted(pairs, key=lambda p: (-p[1], p[0]))

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """Vectors of `ids`, (n, dimension), in the order asked. Raises DamagedIndexError if one lacks."""
        import numpy as np

        out = np.empty((len(ids), self.dimension), dtype=np.float32)
        for i in range(0, len(ids), _READ):
            some = [str(n) for n in ids[i : i + _READ]]
            with _mapped("reading vectors", damaged=True):
                found = self._collection.get(ids=list(dict.fromkeys(some)), include=["embeddings"])
                embeddings = found["embeddings"]
                rows = {key: n for n, key in enumerate(found["ids"])}
                missing = [key for key in some if key not in rows]
                if embeddings is None or missing:
                    raise DamagedIndexError(f"{len(missing)} passages have no vector; {REBUILD}")
                read = np.asarray(embeddings, dtype=np.float32)
                out[i : i + len(some)] = read[[rows[key] for key in some]]
        return out

    def count(self) -> int:
        with _mapped("counting the vectors", damaged=True):
            return int(self._collection.count())

    def close(self) -> None:
        """Give back files and memory. Chroma's client for a path lives until its last user has closed it."""
        with _clients:
            if not self._closed:
                self._closed = True
                self._client.close()


def _connect(where: Path | str) -> Client:
    import chromadb
    from chromadb.config import Settings

    # Every option that could send something out is fixed here: Settings also reads the environment and .env.
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


def _address(url: str) -> tuple[str, int, bool]:
    """(host, port, TLS) of 'http[s]://host[:port]'. Raises UsageError for any other form."""
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


def _metadata(source: Source) -> dict[str, str | int]:
    """What filters need. A source without a date has no date fields, so that no date range passes it."""
    fields: dict[str, str | int] = {
        "source": source.id,
        "kind": source.kind.value,
        "relation": source.relation.value,
        "publisher": source.publisher,
    }
    span = date_range(source.published)
    if span is not None:
        fields["published_from"], fields["published_to"] = span
    return fields


def _where(filters: Filters) -> dict[str, Any] | None:
    """Chroma's form of `filters` (index.filters.Filters.matches is the definition)."""
    terms: list[dict[str, Any]] = []
    for name, allowed in (
        ("source", filters.sources),
        ("kind", filters.kinds),
        ("relation", filters.relations),
        ("publisher", filters.publishers),
    ):
        if allowed:
            terms.append({name: {"$in": sorted(str(value) for value in allowed)}})
    # A source passes if some day that its date may mean lies in the range.
    if filters.published_from is not None:
        terms.append({"published_to": {"$gte": filters.published_from}})
    if filters.published_to is not None:
        terms.append({"published_from": {"$lte": filters.published_to}})
    if len(terms) > 1:
        return {"$and": terms}
    return terms[0] if terms else None


@contextmanager
def _mapped(doing: str, damaged: bool = False) -> Iterator[None]:
    """Map whatever Chroma raises (its own errors, httpx's, ValueError, AttributeError) to one of ours."""
    try:
        yield
    except FootnoteError:
        raise
    except Exception as error:
        raise _words(doing, error, damaged) from error


def _words(doing: str, error: Exception, damaged: bool) -> StoreError:
    text = " ".join(str(error).split()) or type(error).__name__
    lower = text.lower()
    if "could not connect" in lower or "connect" in type(error).__name__.lower():
        return StoreError(f"{doing}: the Chroma server of store_url does not answer; start it or mend the address")
    if any(sign in lower for sign in ("readonly", "read-only", "disk is full", "disk i/o", "no space")) or (
        isinstance(error, OSError)
    ):
        return StoreError(f"{doing}: {text}; {FREE_SPACE}")
    if damaged:
        return DamagedIndexError(f"{doing}: {text}; {REBUILD}")
    return StoreError(f"{doing}: {text}; {FREE_SPACE}")
