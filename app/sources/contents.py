"""What the index holds: its sources with their passages, when it was built and with which model.

Read from the generation's manifest and catalog; no model is loaded, no text and no passage is read.
"""

from __future__ import annotations

from index.records import Record
from index.source import SourceFacts
from index.storage.catalog import Outline
from index.storage.generation import Generation


class SourceEntry(Record):
    """One source. `passages`: how many of the index are its. `characters`: length of its text. `file`: its name in the
    corpus' folder. `pages`: how many it has, None for a file without pages. `guessed`: the fields of `facts` that
    nobody stated, and that the file itself was asked for.
    """

    facts: SourceFacts
    passages: int
    characters: int
    file: str = ""
    guessed: tuple[str, ...] = ()
    pages: int | None = None

    @property
    def id(self) -> str:
        return self.facts.id


class IndexContents(Record):
    """The index that serves: `built_at` in ISO 8601, UTC; `model` names what embedded it
    ('all-MiniLM-L6-v2 (ONNX int8, b3b869f7)').

    `entries` in the corpus' order, the article first; `passages` is the sum of theirs.
    """

    generation: str
    fingerprint: str
    built_at: str
    model: str
    passages: int
    entries: tuple[SourceEntry, ...]


def contents_of(generation: Generation) -> IndexContents:
    """List what an open generation holds. Raises DamagedIndexError if its catalog cannot be read."""
    manifest = generation.manifest
    return IndexContents(
        generation=manifest.generation,
        fingerprint=manifest.fingerprint,
        built_at=manifest.created,
        model=manifest.model,
        passages=manifest.passages,
        entries=tuple(_entry(generation, outline) for outline in generation.outlines()),
    )


def entry_of(generation: Generation, source_id: str) -> SourceEntry:
    """Return one source. Raises UnknownSourceError, which names similar ids, and DamagedIndexError."""
    return _entry(generation, generation.catalog.outline(source_id))


def _entry(generation: Generation, outline: Outline) -> SourceEntry:
    return SourceEntry(
        facts=outline.facts,
        passages=generation.manifest.passages_of.get(outline.facts.id, 0),
        characters=outline.characters,
        file=outline.file,
        guessed=outline.guessed,
        pages=outline.pages,
    )
