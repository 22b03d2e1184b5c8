"""Documents of llama-index as sources: their ids and metadata stay theirs, their words are quoted and proved.

Each document becomes a file of the corpus with a sidecar, so that all that holds for sources holds for it. Nothing of
llama-index is imported: what is read of a document and of a reader stands in the two protocols.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from app.outside import whole_characters
from app.sources.add import prepare
from app.sources.aside import Aside
from app.sources.incoming import Incoming
from app.sources.remove import Removal, remove
from app.sources.trash import empty_old
from index.build.progress import BuildProgress, BuildReport
from index.errors import CorpusError
from index.files import file_errors
from index.read.corpus import PassedOver
from index.read.facts import ID, id_of, stated_elsewhere
from index.read.folder import place_of_new, sidecar_of
from index.read.front_matter import MOST_CHARACTERS, read_fields, write_fields
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


class RefreshedDocuments(Record):
    """What became of documents: `added`, `replaced` and all others unchanged, by their ids; the rest as above.

    `index`: None if nothing had changed.
    """

    source_ids: dict[str, str]
    passed_over: tuple[str, ...]
    index: BuildReport | None
    added: tuple[str, ...]
    replaced: tuple[str, ...]


def add_documents(
    documents: Iterable[AnyDocument] | AnyReader,
    settings: IndexSettings,
    progress: BuildProgress | None = None,
    embedder: Embedder | None = None,
) -> AddedDocuments:
    """Add documents, or all that a reader loads, to the corpus of `settings`, and bring its index up to date.

    The corpus' folder is made if there is none. A document without words, or with those of another, is passed over.
    If anything fails, no document is added. Raises CorpusError for an id that is a source's already (see
    `refresh_ref_docs`) and if no document is left, StoreError, and what a build raises.
    """
    chosen, passed_over = _with_words(documents)
    incoming = [_incoming(document) for document in chosen]
    with _folder(settings.corpus):
        report = prepare(settings, incoming).commit(progress, embedder)
    return AddedDocuments(source_ids=_ids(chosen), passed_over=passed_over, index=report)


def refresh_ref_docs(
    documents: Iterable[AnyDocument] | AnyReader,
    settings: IndexSettings,
    progress: BuildProgress | None = None,
    embedder: Embedder | None = None,
) -> RefreshedDocuments:
    """Add the documents that are new, and replace those whose text or metadata changed, by their ids.

    Documents that are not given stay as they are, and if none has changed nothing is done. If anything fails, all is as
    it was, but for what the index that serves holds by then. What was replaced lies in the trash for `trash.KEPT`.
    Raises what `add_documents` raises.
    """
    chosen, passed_over = _with_words(documents)
    incoming = {d.id_: _incoming(d) for d in chosen}
    with _folder(settings.corpus):
        place = place_of_new(settings.corpus)
        before = {i: _former(settings.corpus, place, i) for i in incoming}
        changed = [i for i, one in incoming.items() if before[i] != _files(place, one)]
        report, addition, aside = None, None, Aside(settings)
        try:
            aside.put(name for i in changed for name in before[i])
            if changed:
                addition = prepare(settings, [incoming[i] for i in changed])
                report = addition.commit(progress, embedder)
        except BaseException as error:
            kept = addition.kept if addition else frozenset()
            aside.put_back(error, {name for i in changed if _source_id(i) in kept for name in before[i]})
            raise
    if changed:
        for line in empty_old(settings.home, datetime.now(UTC))[1]:
            (progress or BuildProgress()).note(line)
    return RefreshedDocuments(
        source_ids=_ids(chosen), passed_over=passed_over, index=report,
        added=tuple(i for i in changed if not before[i]), replaced=tuple(i for i in changed if before[i]),
    )  # fmt: skip


def delete_ref_doc(
    ref_doc_id: str,
    settings: IndexSettings,
    progress: BuildProgress | None = None,
    embedder: Embedder | None = None,
) -> Removal:
    """Take the document with this id out of corpus and index; its file is moved to the trash.

    Raises UnknownSourceError if there is none, and what `app.sources.remove.remove` raises.
    """
    return remove(settings, [_source_id(ref_doc_id)], progress, embedder)


def _with_words(documents: Iterable[AnyDocument] | AnyReader) -> tuple[list[AnyDocument], tuple[str, ...]]:
    """Return the documents that can be sources, and a line for each other. Raises CorpusError if there is none."""
    passed_over, seen = [], dict[str, str]()
    chosen: list[AnyDocument] = []
    for document in documents.load_data() if isinstance(documents, AnyReader) else documents:
        words = document.text.strip()
        if not words or words in seen:
            why = f"it holds the same text as {seen[words]}" if words else "it is empty"
            passed_over.append(str(PassedOver(document.id_, why)))
        else:
            seen[words] = document.id_
            chosen.append(document)
    if not chosen:
        raise CorpusError("there is no document with words to be added; look at what the reader loads")
    return chosen, tuple(passed_over)


def _former(corpus: Path, place: str, document_id: str) -> dict[str, bytes]:
    """Return the files of the corpus that hold a document now, by their names; none if it is no source."""
    for suffix in (".txt", ".md"):
        name = place + Incoming(b"", suffix, {"id": _source_id(document_id)}).file_name
        path, beside = corpus / name, sidecar_of(corpus / name)
        if path.is_file() and beside.is_file():
            stated = beside.read_bytes()
            try:
                came_as = json.loads(str(read_fields(stated.decode()).get(DOCUMENT) or "{}"))
            except ValueError:
                continue  # written by hand: it is no document's
            if isinstance(came_as, dict) and came_as.get("id") == document_id:
                return {name: path.read_bytes(), f"{place}{beside.name}": stated}
    return {}


def _files(place: str, incoming: Incoming) -> dict[str, bytes]:
    """Return the files that a document becomes, by their names."""
    name = place + incoming.file_name
    return {name: incoming.raw, str(sidecar_of(Path(name))): write_fields(incoming.facts).encode()}


def _ids(documents: Iterable[AnyDocument]) -> dict[str, str]:
    return {document.id_: _source_id(document.id_) for document in documents}


def _source_id(document_id: str) -> str:
    return document_id if ID.match(document_id) else id_of(document_id, again=True)


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
    source_id = _source_id(document.id_)
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
