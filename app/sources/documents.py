"""Documents of llama-index as sources: their ids and metadata stay theirs, their words are quoted and proved.

Each document becomes a file of the corpus with a sidecar, so that all that holds for sources holds for it. Nothing of
llama-index is imported: what is read of a document and of a reader stands in the two protocols.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from app.outside import whole_characters
from app.sources.add import prepare
from app.sources.incoming import Incoming
from index.build.progress import BuildProgress, BuildReport
from index.errors import CorpusError
from index.files import file_errors
from index.read.corpus import PassedOver
from index.read.facts import ID, id_of, stated_elsewhere
from index.read.front_matter import MOST_CHARACTERS, write_fields
from index.read.one_file import DOCUMENT
from index.records import Record
from index.settings import IndexSettings

if TYPE_CHECKING:
    from index.embedding.embedder import Embedder

_MARKDOWN = frozenset({".md", ".markdown"})
_EXCLUDED = ("excluded_llm_metadata_keys", "excluded_embed_metadata_keys")


class AnyDocument(Protocol):
    """What is read of a llama-index `Document`."""

    id_: str
    metadata: dict[str, Any]

    @property
    def text(self) -> str: ...


@runtime_checkable
class AnyReader(Protocol):
    """What is used of a llama-index reader, such as `SimpleDirectoryReader`."""

    def load_data(self) -> Sequence[AnyDocument]: ...


class AddedDocuments(Record):
    """What became of documents. `source_ids`: id of a document -> id of its source; they differ where the first holds
    what no source's may ('/'). `passed_over`: the documents that are no sources, a line each.
    """

    source_ids: dict[str, str]
    passed_over: tuple[str, ...]
    index: BuildReport


def add_documents(
    documents: Iterable[AnyDocument] | AnyReader,
    settings: IndexSettings,
    progress: BuildProgress | None = None,
    embedder: Embedder | None = None,
) -> AddedDocuments:
    """Add documents, or all that a reader loads, to the corpus of `settings`, and bring its index up to date.

    The corpus' folder is made if there is none. A document without words, or with those of another, is passed over.
    If anything fails, no document is added. Raises CorpusError for an id that is a source's already and if no document
    is left, StoreError, and what a build raises.
    """
    given = list(documents.load_data() if isinstance(documents, AnyReader) else documents)
    passed_over, seen = [], dict[str, str]()
    chosen: list[AnyDocument] = []
    for document in given:
        words = document.text.strip()
        if not words or words in seen:
            why = f"it holds the same text as {seen[words]}" if words else "it is empty"
            passed_over.append(str(PassedOver(document.id_, why)))
        else:
            seen[words] = document.id_
            chosen.append(document)
    if not chosen:
        raise CorpusError("there is no document with words to be added; look at what the reader loads")
    incoming = [_incoming(document) for document in chosen]
    with _folder(settings.corpus):
        report = prepare(settings, incoming).commit(progress, embedder)
    ids = {document.id_: one.facts["id"] for document, one in zip(chosen, incoming, strict=True)}
    return AddedDocuments(source_ids=ids, passed_over=tuple(passed_over), index=report)


@contextmanager
def _folder(folder: Path) -> Iterator[None]:
    """Make a folder if there is none, and remove it again if nothing comes to lie in it. Raises StoreError."""
    made = [p for p in (folder, *folder.parents) if not p.exists()]
    if made:
        with file_errors("making the corpus' folder"):
            folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        with suppress(OSError):  # it holds something by now
            for path in made:
                path.rmdir()
        raise


def _incoming(document: AnyDocument) -> Incoming:
    """Return a document as what is to become a source."""
    source_id = document.id_ if ID.match(document.id_) else id_of(document.id_, again=True)
    suffix = ".md" if PurePath(str(document.metadata.get("file_name", ""))).suffix.lower() in _MARKDOWN else ".txt"
    kept = {"id": document.id_, "metadata": document.metadata}
    kept |= {name: list(getattr(document, name, ())) for name in _EXCLUDED}
    facts = _facts(document.metadata) | {"id": source_id, DOCUMENT: json.dumps(kept, default=str)}
    length = len(write_fields(facts))
    if length > MOST_CHARACTERS:
        raise CorpusError(
            f"document {document.id_}: its metadata has {length:,} characters, and {MOST_CHARACTERS:,} are allowed; "
            "leave some of it out"
        )
    return Incoming(whole_characters(document.text).encode(), source_id + suffix, facts, f"document {document.id_}")


def _facts(metadata: Mapping[str, Any]) -> dict[str, str]:
    """Return the facts of a source that metadata state; the names are those that most readers give."""
    facts = stated_elsewhere(metadata)
    file = PurePath(str(metadata.get("file_name") or "")).name
    if file:
        page = str(metadata.get("page_label") or "")
        facts.setdefault("title", f"{file}, p. {page}" if page else file)
        facts.setdefault("publisher", facts.get("author") or file)
    return facts
