"""Which readers the setting `reader` opens, and what stands in for one that is missing or damaged."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from index.errors import ModelError, UsageError
from index.rerank.card import GRAPH, SHIPPED
from index.rerank.quick import FittedReranker
from index.rerank.reading import DEEP_PACE, DEEP_PARTS, SMALL_PACE, SMALL_PARTS, WIDE_PACE, ReadingReranker
from index.rerank.reranker import Reranker
from index.rerank.runtime import Reader
from index.rerank.spelling import Spellings

DEEP, SMALL, NONE = "deep", "small", "none"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Readers:
    """The open readers. `missing`: why the deep one is not among them though it should be; empty if it need not be."""

    small: Reader | None = None
    deep: Reader | None = None
    missing: str = ""

    def light(self, quick: FittedReranker) -> Reranker:
        """Return the reranker for many passages."""
        return ReadingReranker(quick, self.small, SMALL_PACE, SMALL_PARTS, quick.spellings) if self.small else quick

    def best(self, light: Reranker, spellings: Spellings, wide: bool = False) -> Reranker:
        """Return the reranker for an answer, after `light`; `wide`: for one that stands in several passages."""
        pace = WIDE_PACE if wide else DEEP_PACE
        return ReadingReranker(light, self.deep, pace, DEEP_PARTS, spellings) if self.deep else light


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
