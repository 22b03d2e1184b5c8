"""The sentences behind one that answers, in its paragraph, that go on: more items, the reason, the same speech."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile

from app.answer.candidates import Candidate
from app.records import QuestionKind

# A reader finds the sentence that answers best; the next ones of a list or an explanation lean on it.
_MOST: Mapping[QuestionKind, int] = {QuestionKind.LIST: 3, QuestionKind.EXPLAIN: 1}
_SPEECH = 2  # sentences of a speech
_SPOKEN, _OPENS = re.compile(r"[\"“”«»]"), re.compile(r"[\"“«]")


def going_on(kind: QuestionKind, said: Candidate, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Return what of `ranked` goes on from `said`, in reading order; none where a question has one short answer."""
    block = said.source.block_at(said.sentence.start)
    if block is None:
        return []
    behind = [c for c in ranked if c.source.id == said.source.id and said.sentence.end <= c.sentence.start < block.end]
    behind.sort(key=lambda c: c.sentence.start)
    if most := _MOST.get(kind, 0):
        return behind[:most]
    if not _SPOKEN.search(said.sentence.text):
        return []
    return [*takewhile(lambda c: _OPENS.match(c.sentence.text), behind)][:_SPEECH]
