"""Examples -> an endless stream of batches: which question meets which passage, in which window, beside which others.

All questions of one hand-written passage or affair come together, so that the loss can tell those it answers from
those it does not. A batch has at most so many tokens, padding included. Everything is drawn from one seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.rerank.layout import Layout, Piece, Row
from index.training.data import Example, Paragraph, window
from index.training.near_miss import drop_answer, swap_paragraph

if TYPE_CHECKING:
    from torch import Tensor

WHOLE = 300  # tokens of a passage that is read whole
NARROW = (80, 170)  # tokens of a window: passages of an index are of this length
_WITHOUT_ANSWER = 0.12  # part of the windows that begin anywhere, with an answer in them or not
_TOGETHER = 12  # rows of one group that are seen at once
_POOL = 1500  # parts of groups whose rows are sorted by length before they are cut, to save padding


@dataclass(frozen=True)
class Plan:
    """What is varied in an example.

    `drop_answer`, `swap_paragraph`: the part of the answerable questions of varied sets that bring a near miss of
    this kind along (see `near_miss`). `windowed`: the part of the passages that is read in a narrow window.
    """

    drop_answer: float = 0.12
    swap_paragraph: float = 0.25
    windowed: float = 0.4
    no_mark: float = 0.25  # questions typed without a question mark
    dated: float = 0.25  # headers with a date, as passages of an index have them
    bare: float = 0.1  # no header


@dataclass(frozen=True, slots=True)
class Chosen:
    """An example as a pass over the data sees it: how often (`share`), with which passages near it, nearest first."""

    example: Example
    share: float
    varied: bool
    near: tuple[Paragraph, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """A row of tokens with its targets.

    `labels`: of its sentences. `starts`, `ends`: first and last token of each occurrence of the answer. `group`: a
    number; items of one group are about one passage or affair. `certain`: the label was not made by rule.
    """

    row: Row
    labels: tuple[bool, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    group: int = 0
    certain: bool = True


class Batches:
    """Draws batches of at most `tokens` tokens, padding included."""

    def __init__(self, chosen: Sequence[Chosen], layout: Layout, plan: Plan, seed: int, tokens: int) -> None:
        self._layout, self._plan, self._seed, self._tokens = layout, plan, seed, tokens
        self._groups: dict[str | Paragraph, list[Chosen]] = {}
        for each in chosen:
            self._groups.setdefault(each.example.group, []).append(each)

    def stream(self, drawing: int = 0, part: int = 0, parts: int = 1) -> Iterator[list[Item]]:
        """Yield batches without end, every pass in another order; of `parts` streams each has groups of its own.

        `drawing`: another number gives other draws, as a training that goes on needs them.
        """
        rng = random.Random(f"{self._seed}:{drawing}:{part}")
        keys = list(self._groups)[part::parts]
        while keys:
            rng.shuffle(keys)
            pool: list[list[Item]] = []
            for number, key in enumerate(keys):
                pool += self._parts(self._groups[key], number * parts + part, rng)
                if len(pool) >= _POOL:
                    yield from _cut(pool, self._tokens, rng)
                    pool = []
            yield from _cut(pool, self._tokens, rng)

    def _parts(self, members: Sequence[Chosen], group: int, rng: random.Random) -> list[list[Item]]:
        items: list[Item] = []
        for each in members:
            for _ in range(int(each.share) + (rng.random() < each.share % 1)):
                items += self._items(each, group, rng)
        rng.shuffle(items)
        return [items[i : i + _TOGETHER] for i in range(0, len(items), _TOGETHER)]

    def _items(self, chosen: Chosen, group: int, rng: random.Random) -> list[Item]:
        """Return the row of an example, and perhaps one of a near miss made of it."""
        example = chosen.example
        if rng.random() < self._plan.no_mark:
            example = replace(example, question=example.question.rstrip("? "))
        header = self._header(example, rng)
        limit = rng.randint(*NARROW) if rng.random() < self._plan.windowed else WHOLE
        items = [self._item(example, header, limit, group, rng)]
        made, chance = None, rng.random()
        if chosen.varied and example.answerable and chance < self._plan.drop_answer:
            made = drop_answer(example)
        elif chosen.varied and example.answers and chance < self._plan.drop_answer + self._plan.swap_paragraph:
            made = swap_paragraph(example, chosen.near, rng)
        if made is not None:
            above = header if made.title == example.title else made.title
            items.append(replace(self._item(made, above, limit, group, rng), certain=False))
        return items

    def _item(self, example: Example, header: str, limit: int, group: int, rng: random.Random) -> Item:
        sizes = [len(p.ids) for p in self._layout.pieces(example.sentences)]
        part = window(example, sizes, limit, _start(example, sizes, limit, rng))
        return make_item(part, header, self._layout, group)

    def _header(self, example: Example, rng: random.Random) -> str:
        chance = rng.random()
        if chance < self._plan.bare:
            return ""
        if example.header:
            return example.header
        if example.title and chance < self._plan.bare + self._plan.dated:
            return f"{example.title}. {rng.randint(1990, 2026)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        return example.title


def make_item(example: Example, header: str, layout: Layout, group: int = 0) -> Item:
    """Lay out an example with its targets."""
    question, head, *sentences = layout.pieces([example.question, header, *example.sentences])
    row = layout.row(question, head, sentences)
    starts, ends = [], []
    for n, (first, last) in enumerate(row.spans):
        spans = _token_spans(example.sentences[n], sentences[n], example.answers) if example.labels[n] else ()
        for a, b in spans:
            if first + b < last:
                starts.append(first + a)
                ends.append(first + b)
    labels = tuple(answers and b > a for answers, (a, b) in zip(example.labels, row.spans, strict=True))
    return Item(row, labels, tuple(starts), tuple(ends), group)


def _token_spans(text: str, piece: Piece, answers: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Tokens (first, last) of every occurrence of an answer in `text`."""
    low = text.lower()
    for answer in answers:
        at = low.find(answer.lower())
        while at >= 0:
            inside = [n for n, (a, b) in enumerate(piece.offsets) if a < at + len(answer) and b > at]
            if inside:
                yield inside[0], inside[-1]
            at = low.find(answer.lower(), at + 1)


def _start(example: Example, sizes: Sequence[int], limit: int, rng: random.Random) -> int:
    """Draw where the window begins: mostly so that it holds an answer, at every place alike."""
    if sum(sizes) <= limit:
        return 0
    answers = [i for i, a in enumerate(example.labels) if a]
    if not answers or rng.random() < _WITHOUT_ANSWER:
        return rng.randrange(len(sizes))
    last = rng.choice(answers)
    first, used = last, sizes[last]
    while first > 0 and used + sizes[first - 1] <= limit:
        first -= 1
        used += sizes[first]
    return rng.randint(first, last)


def _cut(parts: Sequence[list[Item]], tokens: int, rng: random.Random) -> list[list[Item]]:
    """Cut `parts`, which stay whole where a batch can hold them, into batches of rows of like length."""
    batches: list[list[Item]] = []
    batch: list[Item] = []
    for part in sorted(parts, key=_longest):
        size = max(1, tokens // _longest(part))  # rows of this length in a batch
        for rows in (part[i : i + size] for i in range(0, len(part), size)):
            if batch and (len(batch) + len(rows)) * max(_longest(batch), _longest(rows)) > tokens:
                batches.append(batch)
                batch = []
            batch = batch + rows
    if batch:
        batches.append(batch)
    rng.shuffle(batches)
    return batches


def _longest(items: Sequence[Item]) -> int:
    return max((len(i.row.ids) for i in items), default=0)


def pad(rows: Sequence[Row]) -> dict[str, NDArray[Any]]:
    """Pad rows to one batch.

    Shapes: ids, types, mask (rows, tokens); membership (rows, sentences, tokens).
    """
    shape = (len(rows), max((len(r.ids) for r in rows), default=0))
    ids, types, mask = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    membership = np.zeros((len(rows), max(len(r.spans) for r in rows), shape[1]), dtype=np.float32)
    for n, row in enumerate(rows):
        size = len(row.ids)
        ids[n, :size], types[n, :size], mask[n, :size] = row.ids, row.types(), 1
        for k, (a, b) in enumerate(row.spans):
            membership[n, k, a:b] = 1.0
    return {"ids": ids, "types": types, "mask": mask, "membership": membership}


def collate(items: Sequence[Item]) -> dict[str, Tensor]:
    """Pad items to one batch.

    Shapes: as `pad`, and starts, ends (rows, tokens); labels (rows, sentences); group and certain (rows,). Without an
    answer the span points at [CLS].
    """
    import torch  # here, since drawing batches needs none of it and loading takes seconds

    found = pad([item.row for item in items])
    starts, ends = (np.zeros(found["ids"].shape, dtype=np.float32) for _ in range(2))
    labels = np.zeros(found["membership"].shape[:2], dtype=np.float32)
    for n, item in enumerate(items):
        labels[n, : len(item.labels)] = item.labels
        none = [] if any(item.labels) else [0]
        starts[n, list(item.starts) or none] = 1.0
        ends[n, list(item.ends) or none] = 1.0
    found |= {"labels": labels, "starts": starts, "ends": ends, "group": np.array([i.group for i in items])}
    found["certain"] = np.array([i.certain for i in items], dtype=np.float32)
    return {name: torch.from_numpy(value) for name, value in found.items()}
