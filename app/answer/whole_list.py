"""A list that answers is shown whole, with the words that introduce it: half of it would mislead.

The reader finds the item that answers best; the other items of its list answer too, where the question asks for
several things, or where the reader sees an answer in more than one of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from app.answer.answering_words import answering_words, trimmed
from app.answer.candidates import Candidate
from app.question.classify import Question
from app.records import QuestionKind
from index.passage import Sentence, Span
from index.source import NO_BLOCK, Block, BlockKind
from index.text.answer_type import AnswerType
from index.text.sentences import sentence_spans

_LEAST, _MOST = 2, 12  # items
_LONGEST = 1_500  # characters of a list that is quoted whole
_SHORT, _SHORT_ALL = 110, 420  # characters of an item, and of all, that stand in the direct line
_ANSWERS_TOO = 0.4  # part of the lead's own probability at which another item answers as well
_LABEL = re.compile(r"\(?(?:\d{1,3}|[ivx]{1,5})[.)]\s+|\(?[^\W\d]\)\s+")  # '3.', 'iv)', '(b)'; no initial, no 'Dr.'
_JOINT = re.compile(r"[,;]?\s+(?:and|or)$")
_ONE = (AnswerType.NUMBER, AnswerType.DATE)  # a figure or a day stands in one item
_KINDS = frozenset({QuestionKind.LIST, QuestionKind.FACT, QuestionKind.EXPLAIN})


def whole_list(question: Question, lead: Candidate, ranked: Sequence[Candidate]) -> Candidate:
    """Return `lead` with all of its list if all of it answers `question`, else as it is.

    `ranked`: all sentences that may answer. The items' own words are `items` of what is returned, if they are short.
    """
    if question.kind not in _KINDS or question.wants in _ONE:
        return lead
    items = _items(lead)
    if not _LEAST <= len(items) <= _MOST:
        return lead
    if question.kind is not QuestionKind.LIST and not _answer_together(lead, items, ranked):
        # Read as one sentence, one item stands for the list: it may be all that is asked for, or a part of it.
        return replace(lead, answer=None) if lead.sentence.end >= items[-1].end else lead
    start, end = min(items[0].start, lead.sentence.start), max(_end(lead, items), lead.sentence.end)
    if end - start > _LONGEST:
        return lead
    text = lead.source.text[start:end]
    shown = replace(lead.sentence, start=start, end=end, text=text, hints=(), part=None)
    return replace(lead, sentence=shown, answer=None, items=tuple(_spans(shown, items, lead)))


def holds(whole: Candidate, other: Candidate) -> bool:
    """Return whether `other` is a part of what `whole` quotes."""
    inside = whole.sentence.start <= other.sentence.start and other.sentence.end <= whole.sentence.end
    return whole.source.id == other.source.id and inside


def _items(lead: Candidate) -> list[Block]:
    """Return the items beside the one in which the lead stands, or below the lead."""
    block = lead.source.block_at(lead.sentence.start)
    if block is None:
        return []
    above = block.under if block.kind is BlockKind.LIST_ITEM else block.start
    return [b for b in lead.source.blocks if b.kind is BlockKind.LIST_ITEM and b.under == above != NO_BLOCK]


def _answer_together(lead: Candidate, items: Sequence[Block], ranked: Sequence[Candidate]) -> bool:
    """Return whether the answering words are several items, or the reader sees an answer in several."""
    start = lead.sentence.start
    a, b = answering_words(lead) or (0, 0)
    if sum(i.start < start + b and start + a < i.end for i in items) >= _LEAST:
        return True
    own = [c for c in ranked if c.source.id == lead.source.id and c.alone >= _ANSWERS_TOO * lead.alone]
    return sum(any(b.start <= c.sentence.start < b.end for c in own) for b in items) >= _LEAST


def _end(lead: Candidate, items: Sequence[Block]) -> int:
    """Return the end of the last item with all that is in it."""
    end, inside = items[-1].end, {items[-1].start}
    for block in lead.source.blocks:
        if block.under in inside:
            inside.add(block.start)
            end = max(end, block.end)
    return end


def _spans(shown: Sentence, items: Sequence[Block], lead: Candidate) -> list[Span]:
    """Return the words of each item, from the start of `shown`; none if they are too long to be read at a glance."""
    found = []
    for item in items:
        text = lead.source.text[item.start : item.end]
        label = _LABEL.match(text)
        start = label.end() if label else 0
        end = start + sentence_spans(text[start:], lead.source.language)[0][1]
        if joint := _JOINT.search(text[:end]):
            end = joint.start()
        a, b = trimmed(text, start, end)
        if not 0 < b - a <= _SHORT:
            return []
        found.append((item.start + a - shown.start, item.start + b - shown.start))
    return found if sum(b - a for a, b in found) <= _SHORT_ALL else []
