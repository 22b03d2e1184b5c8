"""The sentences behind one that answers, in its paragraph, that go on: items, the reason, a description, a speech."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import takewhile

from app.answer.candidates import Candidate, InFull
from app.records import QuestionKind

# A reader finds the sentence that answers best; the next ones of a list, an explanation or a description lean on it.
_MOST: Mapping[QuestionKind, int] = {QuestionKind.LIST: 3, QuestionKind.EXPLAIN: 1, QuestionKind.ABOUT: 2}
_SPEECH = 2  # sentences of a speech
_SPOKEN, _OPENS = re.compile(r"[\"“”«»]"), re.compile(r"[\"“«]")


def going_on(kind: QuestionKind, said: Candidate, in_full: InFull) -> list[Candidate]:
    """Return the sentences that go on from `said`, in reading order; none where a question has one short answer."""
    most, speaks = _MOST.get(kind, 0), _SPOKEN.search(said.sentence.text) is not None
    block = said.source.block_at(said.sentence.start)
    if block is None or block.end <= said.sentence.end or not (most or speaks):
        return []
    behind = [c for c in in_full(said.source) if said.sentence.end <= c.sentence.start < block.end]
    return behind[:most] if most else [*takewhile(lambda c: _OPENS.match(c.sentence.text), behind)][:_SPEECH]
