"""`footnote index verify`: check every offset, every hash and both engines against the manifest."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

from index.embedding.embedder import check_vectors
from index.errors import FootnoteError, NoIndexError
from index.files import damaged_files
from index.filters import Filters
from index.passage import Passage
from index.records import Record
from index.settings import IndexSettings
from index.source import Source
from index.storage.generation import LEXICAL, VECTORS, Generation, current_id

_BATCH = 2000


class VerifyReport(Record):
    """What was checked. `problems`: one line each, none for a sound index. `seconds`: how long it took."""

    generation: str
    sources: int = 0
    passages: int = 0
    sentences: int = 0
    problems: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        return not self.problems


def verify(settings: IndexSettings) -> VerifyReport:
    """Check the current generation from end to end. Raises NoIndexError; everything else becomes a problem.

    Settings that have changed since the build are no damage: see `index.build.status`.
    """
    begun = time.perf_counter()
    counts = {"sources": 0, "passages": 0, "sentences": 0}
    problems: list[str] = []
    name: str | None = "?"
    try:
        name = current_id(settings.home)
        if name is None:
            raise NoIndexError
        generation = Generation.open(settings.home, name, settings.store_url, check=False)
        if generation is None:
            problems.append(f"{name}: its folder is missing or being removed")
        else:
            with closing(generation):
                damaged = [*damaged_files(generation.folder, generation.manifest.files, hashes=True)]
                problems.extend(damaged)
                problems.extend(_guarded(_texts(generation, counts)))
                for folder, check in ((VECTORS, _vectors), (LEXICAL, _lexical)):
                    # A damaged engine is not opened, and its damage is already said.
                    if not any(line.startswith(f"{folder}/") for line in damaged):
                        problems.extend(_guarded(check(generation)))
    except NoIndexError:
        raise
    except FootnoteError as error:
        problems.append(str(error))
    seconds = round(time.perf_counter() - begun, 3)
    return VerifyReport(generation=name or "?", problems=tuple(problems), seconds=seconds, **counts)


def _guarded(problems: Iterator[str]) -> Iterator[str]:
    """Yield the problems; an error that ends a check is one too, so that the other checks still run."""
    try:
        yield from problems
    except FootnoteError as error:
        yield str(error)


def _texts(generation: Generation, counts: dict[str, int]) -> Iterator[str]:
    """Check every source and passage; the catalog itself holds each against its seal and ends at the first damage."""
    catalog, manifest = generation.catalog, generation.manifest
    keys = catalog.keys()
    for source in catalog.sources():
        counts["sources"] += 1
        for n, passage in catalog.passages_of(source.id).items():
            counts["passages"] += 1
            counts["sentences"] += len(passage.sentences)
            yield from span_errors(source, passage)
            if passage.key != keys.get(n):
                yield f"passage {passage.id}: its text or header is not what was embedded"
    if counts["passages"] != manifest.passages:
        yield f"catalog: {counts['passages']} passages, the manifest has {manifest.passages}"
    if [*keys] != list(range(1, manifest.passages + 1)):
        yield "catalog: passage ids do not run from 1 without a gap"


def span_errors(source: Source, passage: Passage) -> Iterator[str]:
    """Yield what is wrong with the spans of `passage` and its sentences in `source`."""
    name = f"passage {passage.id}"
    if passage.source_id != source.id or not 0 <= passage.start < passage.end <= len(source.text):
        yield f"{name}: lies outside source '{source.id}' (0:{len(source.text)})"
    if source.text[passage.start : passage.end] != passage.text:
        yield f"{name}: the source does not read so there"
    if not passage.sentences:
        yield f"{name}: has no sentence"
    at = passage.start
    for s in passage.sentences:
        if not at <= s.start < s.end <= passage.end:
            yield f"{name}: its sentence {s.start}-{s.end} lies outside it or over the one before"
        if source.text[s.start : s.end] != s.text:
            yield f"{name}: its sentence {s.start}-{s.end} does not read so in the source"
        at = s.end


def _vectors(generation: Generation) -> Iterator[str]:
    manifest, store = generation.manifest, generation.vectors
    if store.count() != manifest.passages:
        yield f"vectors: {store.count()}, the manifest has {manifest.passages}"
    for first in range(1, manifest.passages + 1, _BATCH):
        ids = range(first, min(first + _BATCH, manifest.passages + 1))
        check_vectors(store.vectors(ids), len(ids), manifest.dimension)


def _lexical(generation: Generation) -> Iterator[str]:
    """Check that every passage is found by its own header or text within its source, and nothing else."""
    lexical, catalog = generation.lexical, generation.catalog
    if lexical.count() != generation.manifest.passages:
        yield f"lexical index: {lexical.count()} passages, the manifest has {generation.manifest.passages}"
    for source_id in catalog.source_ids():
        passages = catalog.passages_of(source_id)
        only = Filters(sources=frozenset({source_id}))
        depth = len(passages) + 1  # one more, to see what does not belong
        found: set[int] = set()
        for header in {p.header for p in passages.values()}:
            found.update(n for n, _ in lexical.search(header, depth, only))
        for n, passage in passages.items():
            if n not in found:
                found.update(m for m, _ in lexical.search(passage.body, depth, only))
        for n in sorted(passages.keys() - found):
            yield f"lexical index: does not find passage {passages[n].id}"
        for n in sorted(found - passages.keys()):
            yield f"lexical index: holds an unknown passage {n} of source '{source_id}'"
