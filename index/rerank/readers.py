"""Which readers the setting `reader` opens, and what stands in for one that is missing or damaged."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from index.errors import ModelError, UsageError
from index.rerank.card import GRAPH, SHIPPED
from index.rerank.quick import FittedReranker
from index.rerank.reading import (
    DEEP_PACE,
    DEEP_PARTS,
    GLANCE_PACE,
    SMALL_PACE,
    SMALL_PARTS,
    WIDE_PACE,
    ReadingReranker,
)
from index.rerank.readings import Readings
from index.rerank.reranker import Reranker
from index.rerank.runtime import Reader

DEEP, SMALL, NONE = "deep", "small", "none"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Rerankers:
    """`light`: for many passages. `best`: for an answer. `wide`: for an answer that stands in several passages."""

    light: Reranker
    best: Reranker
    wide: Reranker


@dataclass(frozen=True, slots=True)
class Readers:
    """The open readers. `missing`: why the deep one is not among them though it should be; empty if it need not be."""

    small: Reader | None = None
    deep: Reader | None = None
    missing: str = ""

    def rerankers(self, quick: FittedReranker) -> Rerankers:
        """Return what these readers make of the quick reranker."""
        if self.small is None:
            return Rerankers(quick, quick, quick)
        small = Readings(self.small, quick.spellings)
        light = ReadingReranker(quick, small, SMALL_PACE, SMALL_PARTS)
        if self.deep is None:
            return Rerankers(light, light, light)
        deep = Readings(self.deep, quick.spellings)
        glance = ReadingReranker(quick, small, GLANCE_PACE, SMALL_PARTS)
        return Rerankers(
            light,
            ReadingReranker(light, deep, DEEP_PACE, DEEP_PARTS, glance),
            ReadingReranker(light, deep, WIDE_PACE, DEEP_PARTS),
        )


NO_READERS = Readers()


def open_readers(setting: str) -> Readers:
    """Open what the setting `reader` names: 'deep', 'small', 'none', or a folder with a deep reader.

    Where the shipped deep reader is missing or damaged, the small one decides, and `Readers.missing` says so; so does
    a warning. Raises UsageError if a folder holds no reader, ModelError if the small one is missing or damaged, or
    the one in the folder is damaged.
    """
    if setting == NONE:
        return NO_READERS
    if setting not in (DEEP, SMALL):
        found = Reader.open(Path(setting).expanduser())
        if found is None:
            raise UsageError(f"setting 'reader': no {GRAPH} in '{setting}'; name its folder, 'deep', 'small' or 'none'")
        return Readers(_small(), found)
    if setting == SMALL:
        return Readers(_small())
    try:
        deep, why = Reader.open(SHIPPED / DEEP), "the deep reader is not installed"
    except ModelError as error:
        deep, why = None, str(error)
    if deep is None:
        why = f"{why.split(';')[0]}; the small reader decides instead. Install Footnote again to have the deep one"
        _log.warning(why)
    return Readers(_small(), deep, "" if deep else why)


def _small() -> Reader:
    found = Reader.open(SHIPPED / SMALL)
    if found is None:
        raise ModelError('the small reader is not installed; install Footnote again, or set `reader = "none"`')
    return found
