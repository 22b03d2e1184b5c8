"""What stands in the index: its sources with their passages, when it was built and with which model.

Read from the generation's manifest and catalogue; no model is loaded and no passage is read.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from app.words.describe import relation_words, source_label
from index.passage import Source
from index.storage.generation import Generation


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ShelfEntry(_Record):
    """One source. `kind`, `relation`, `basis` as in its front matter; `relation_words` and `label` in plain words.

    `passages`: how many of the index are its. `characters`: length of its text.
    """

    source_id: str
    title: str
    publisher: str
    author: str | None
    published: str | None
    url: str
    kind: str
    relation: str
    relation_words: str
    basis: str
    language: str
    passages: int
    characters: int
    label: str
    via: tuple[str, ...]


class Shelf(_Record):
    """The index that serves: `built_at` in ISO 8601, UTC; `model` names what embedded it
    ('all-MiniLM-L6-v2 (ONNX int8, b3b869f7)').

    `entries` in the corpus' order, the article first; `passages` is the sum of theirs.
    """

    generation: str
    fingerprint: str
    built_at: str
    model: str
    passages: int
    entries: tuple[ShelfEntry, ...]


def shelf_of(generation: Generation) -> Shelf:
    """The shelf of an open generation. Raises DamagedIndexError if its catalogue cannot be read."""
    manifest = generation.manifest
    passages = generation.catalog.passage_counts()
    return Shelf(
        generation=manifest.generation,
        fingerprint=manifest.fingerprint,
        built_at=manifest.created,
        model=manifest.model,
        passages=manifest.passages,
        entries=tuple(_entry(source, passages.get(source.id, 0)) for source in generation.sources()),
    )


def _entry(source: Source, passages: int) -> ShelfEntry:
    return ShelfEntry(
        source_id=source.id,
        title=source.title,
        publisher=source.publisher,
        author=source.author,
        published=source.published,
        url=source.url,
        kind=source.kind.value,
        relation=source.relation.value,
        relation_words=relation_words(source.relation),
        basis=source.basis.value,
        language=source.language,
        passages=passages,
        characters=len(source.text),
        label=source_label(source),
        via=source.via,
    )
