"""What a build was made from, and what is known from it of the corpus as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

from index.errors import CorpusError, StoreError
from index.read.corpus import Corpus
from index.read.known import NOTHING_KNOWN, Known, KnownSource
from index.read.record import source_digest
from index.settings import IndexSettings
from index.storage.generation import Generation, current_id
from index.storage.manifest import mismatch
from index.storage.reuse import known_of
from index.storage.seals import SourceStamp

_NAMED = 3  # files that an error names


def refuse_passed_over(corpus: Corpus) -> None:
    """Raise CorpusError if anything in the corpus' folder was passed over."""
    if not corpus.passed_over:
        return
    named = "; ".join(map(str, corpus.passed_over[:_NAMED]))
    more = len(corpus.passed_over) - _NAMED
    raise CorpusError(f"{named}{f'; and {more} more' if more > 0 else ''} (without --strict these are passed over)")


def stamps_of(corpus: Corpus, before: Mapping[str, SourceStamp]) -> dict[str, SourceStamp]:
    """Return source id -> stamp; of a source that is as it was, the one of `before`. Raises StoreError."""
    return {e.id: _stamp(e, corpus) if e.key or not e.record_sha256 else before[e.id] for e in corpus.entries}


def _stamp(entry: KnownSource, corpus: Corpus) -> SourceStamp:
    return SourceStamp(
        file=entry.file,
        file_sha256=entry.file_sha256,
        text_sha256=entry.sha256,
        record_sha256=entry.record_sha256 or source_digest(corpus.load(entry)),
        reader=entry.reader,
    )


def looked_into(corpus: Corpus) -> dict[str, str]:
    """Return name -> SHA-256 (hex) of the files that were looked into and are no sources."""
    sources = {e.file for e in corpus.entries}
    return {name: digest for name, digest in corpus.digests.items() if name not in sources}


def known_now(settings: IndexSettings) -> Known:
    """Return what the index that serves knows of the corpus: nothing, if there is none or it was made in another way.

    It is taken at its word: only a build, which hashes every file, may put something into an index by it.
    """
    try:
        name = current_id(settings.home)
        generation = Generation.open(settings.home, name, settings.store_url) if name else None
        if generation is None:
            return NOTHING_KNOWN
        with closing(generation):
            if mismatch(generation.manifest, settings) is not None:
                return NOTHING_KNOWN
            return known_of(generation.folder, generation.manifest.sources) or NOTHING_KNOWN
    except StoreError:  # damaged, of another version, or not to be read: the files themselves are
        return NOTHING_KNOWN
