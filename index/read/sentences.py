"""Source -> Sentences: what is quoted of it, with what each sentence hangs on.

A short list is one sentence with the words that introduce it, and so is an item with the short list inside it. An item
of a longer list is a sentence of its own that is read and quoted with its introduction; a row of a table, with its
head; what answers a question in the paragraph before it ('As a foot passenger.'), with the question. Where a sentence
of running text ends is decided in `index.text.sentences`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.passage import Sentence, Span
from index.source import Block, BlockKind, MarkKind, Source
from index.text.sentences import cut, is_question, sentence_spans
from index.text.words import AUXILIARIES, QUESTION_WORDS

LONGEST = 5_000  # characters; what goes on longer without a stop is no sentence that anybody wrote
_SHORT_LIST = 400  # characters that are read and quoted at once
_SHORT_ITEM = 200  # characters of an item that its list is quoted with; of a longer one it is the last sentence
_HINT = 200  # characters of an introduction that are read with each of its items
_LABEL_WORDS = 6  # a phrase in bold that is longer and ends in a stop is a sentence
_STOPS = (".", "!", "?", "…", "。", "！", "？")
_WORD = re.compile(r"[^\W\d_]+|\d+")
_TITLES = frozenset({BlockKind.HEADING, BlockKind.TABLE_HEAD})


@dataclass(frozen=True, slots=True)
class Placed:
    """A sentence with its paragraph (the start of its block) and the number of its section."""

    sentence: Sentence
    paragraph: int
    section: int


def sentences_of(source: Source) -> Iterator[Placed]:
    """Yield the sentences of `source` in reading order. Headings and heads of tables are none."""
    reader = _Reader(source)
    section, done = 0, 0
    for n, block in enumerate(source.blocks):
        section += block.kind is BlockKind.HEADING
        if block.start < done or block.kind is BlockKind.HEADING:
            continue
        for sentence in reader.sentences(n):
            yield Placed(sentence, block.start, section)
            done = max(done, sentence.end)


class _Reader:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._leads: dict[int, Span] = {}  # what is quoted of a block with what is under it, by its start
        self._last_under = {b.under: n for n, b in enumerate(source.blocks)}
        self._bold: dict[int, int] = {}  # where the words in bold at the start of a block end
        for mark in source.marks:
            if mark.kind is MarkKind.STRONG:
                self._bold[mark.start] = max(mark.end, self._bold.get(mark.start, 0))

    def sentences(self, n: int) -> Iterator[Sentence]:
        """Yield the sentences that begin in block number `n`: the last may hold the list behind it."""
        block = self._source.blocks[n]
        spans = self._spans(block)
        self._leads[block.start] = self._lead(block, spans[-1])
        context = self._context(block)
        if block.kind is BlockKind.TABLE_HEAD:
            return
        if (end := self._list_end(n)) > block.end:
            first = self._leads[block.start][0]
            spans = [(a, b) for a, b in spans if a < first]
            spans.append((first, end))
        answered = self._question_before(n)
        for at, (a, b) in enumerate(spans):
            text, hangs_on = self._source.text[a:b], context or (answered if at == 0 else ())
            yield Sentence(a, b, text, self._kind(block, a, b), hangs_on, self._hints(block, text, hangs_on))

    def _question_before(self, n: int) -> tuple[Span, ...]:
        """Return the question that block number `n` goes on from, as the answers of an interview do."""
        before, here = self._source.blocks[n - 1] if n else None, self._source.blocks[n]
        if before is None or before.kind is not BlockKind.PARAGRAPH or here.kind is not BlockKind.PARAGRAPH:
            return ()
        lead = self._leads.get(before.start)
        return (lead,) if lead and is_question(self._source.text[slice(*lead)]) else ()

    def _spans(self, block: Block) -> list[Span]:
        text = self._source.text
        if block.kind in (BlockKind.TABLE_HEAD, BlockKind.TABLE_ROW):
            return [(block.start, block.end)]
        found = sentence_spans(text[block.start : block.end], self._source.language)
        return [p for a, b in found for p in cut(text, block.start + a, block.start + b, LONGEST)]

    def _lead(self, block: Block, last: Span) -> Span:
        whole = block.kind is not BlockKind.PARAGRAPH and block.end - block.start <= _SHORT_ITEM
        return (block.start, block.end) if whole or block.kind is BlockKind.TABLE_HEAD else last

    def _context(self, block: Block) -> tuple[Span, ...]:
        """Return the spans that `block` hangs on, the outermost first."""
        found: list[Span] = []
        above = self._source.block_starting.get(block.under)
        while above is not None and above.start in self._leads:
            found.append(self._leads[above.start])
            above = self._source.block_starting.get(above.under)
        return tuple(reversed(found))

    def _list_end(self, n: int) -> int:
        """Return the end of the list under block number `n` if it is short, so that both are one sentence; else 0."""
        blocks = self._source.blocks
        block, last = blocks[n], n
        while (behind := self._last_under.get(blocks[last].start, last)) > last:
            last = behind
        inside = blocks[n + 1 : last + 1]
        kind = BlockKind.QUOTE if block.kind is BlockKind.QUOTE else BlockKind.LIST_ITEM
        if not inside or any(b.kind is not kind for b in inside):
            return 0
        end = blocks[last].end
        return end if end - self._leads[block.start][0] <= _SHORT_LIST else 0

    def _hints(self, block: Block, text: str, context: Sequence[Span]) -> tuple[tuple[int, str], ...]:
        if not context:
            return ()
        head = self._source.text[slice(*context[-1])]
        cells = _cells_under(head, text) if block.kind is BlockKind.TABLE_ROW else ()
        words = opening_words(self._source, context[:-1] if cells else context)
        return (*([(0, words)] if words else []), *cells)

    def _kind(self, block: Block, start: int, end: int) -> BlockKind:
        """Return HEADING for a label in bold at the start of a paragraph that goes on behind it."""
        labels = start == block.start and self._bold.get(start, 0) >= end and end < block.end
        return BlockKind.HEADING if labels and not _is_sentence(self._source.text[start:end]) else block.kind


def opening_words(source: Source, context: Sequence[Span]) -> str:
    """Return the words that a sentence is read with, for what it hangs on; '' if that is nothing."""
    text = source.text
    parts = (text[slice(*cut(text, a, b, _HINT)[0])] for a, b in context)
    return "".join(f"{' '.join(part.split())} " for part in parts)


def _is_sentence(text: str) -> bool:
    """Tell whether words in bold say something ('Hanno Wirt is not guilty.') or only name it ('The verdict.')."""
    words = [m[0].lower() for m in _WORD.finditer(text)]
    if not text.endswith(_STOPS) or not words:
        return False
    says = not AUXILIARIES.isdisjoint(words) and words[0] not in QUESTION_WORDS
    return len(words) > _LABEL_WORDS or says


def _cells_under(head: str, row: str) -> tuple[tuple[int, str], ...]:
    """Return for each cell of `row` (at, head of its column); empty if the cells do not match one to one."""
    heads = [h.strip() for h in head.split("|")]
    cells = row.split("|")
    if len(heads) != len(cells):
        return ()
    found = []
    at = 0
    for name, cell in zip(heads, cells, strict=True):
        if name and cell.strip():
            found.append((at + len(cell) - len(cell.lstrip()), f"{name}: "))
        at += len(cell) + 1
    return tuple(found)
