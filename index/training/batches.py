"""Examples -> the rows of one epoch: which question meets which paragraph, in which window, in which batch.

Everything is drawn from one seed and the epoch's number, so that a training that was interrupted goes on exactly
where it stopped.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.rerank.layout import Layout, Piece, Row
from index.training.data import Example, window
from index.training.near_miss import change, names_of, take_away, turn_round

WHOLE = 300  # tokens of a paragraph that is read whole
NARROW = (80, 170)  # tokens of a window: passages of an index are of this length
_MANY_NAMES = 20
_TOGETHER = 4  # rows of one paragraph that are seen at once
_SORTED_TOGETHER = 40  # batches whose rows are sorted by length before they are cut, to save padding


@dataclass(frozen=True)
class Plan:
    """What part of the answerable questions is made unanswerable, and how; what else varies.

    The parts are of all answerable questions; those that are `paired` come with their near miss in one batch, so
    that the two can be told apart, those `beside` another paragraph with that one. `windowed`: part of the
    paragraphs that is read in a narrow window.
    """

    take_away: float = 0.08
    turn_round: float = 0.14
    change: float = 0.08
    paired: float = 0.35
    beside: float = 0.0
    windowed: float = 0.5
    no_mark: float = 0.3  # questions typed without a question mark
    dated: float = 0.3  # headers with a publisher and a date, as passages of an index have them
    bare: float = 0.1  # no header


@dataclass(frozen=True, slots=True)
class Item:
    """A row with what it should teach. `answer[t]`: pairs (first, last token) of the answering words."""

    row: Row
    labels: tuple[bool, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    group: int = 0  # rows of one group are about one paragraph, or about it and what it was changed to


class Epochs:
    """Makes batches of `tokens` tokens each from `examples`; `near[i]`: paragraphs near example i, nearest first."""

    def __init__(
        self,
        examples: Sequence[Example],
        near: Sequence[Sequence[int]],
        paragraphs: Sequence[tuple[str, tuple[str, ...]]],
        layout: Layout,
        plan: Plan,
        seed: int,
    ) -> None:
        self._examples, self._near, self._paragraphs = examples, near, paragraphs
        self._layout, self._plan, self._seed = layout, plan, seed
        self._pieces: dict[str, Piece] = {}
        self._names: Mapping[str, list[str]] = _names_by_page(paragraphs)
        self._all_names = sorted({n for names in self._names.values() for n in names})

    def batches(self, epoch: int, tokens: int) -> list[list[Item]]:
        rng = random.Random(f"{self._seed}:{epoch}")
        groups: dict[tuple[str, tuple[str, ...]], list[Item]] = {}
        numbers: dict[tuple[str, tuple[str, ...]], int] = {}
        for i, example in enumerate(self._examples):
            number = numbers.setdefault(example.paragraph, len(numbers))
            groups.setdefault(example.paragraph, []).extend(self._items(i, number, rng))
        parts = [p for items in groups.values() for p in _parts(items, rng)]
        rng.shuffle(parts)
        return list(_cut(parts, tokens, rng))

    def _items(self, number: int, group: int, rng: random.Random) -> list[Item]:
        """The rows of example `number`: one, or two if it is paired with its near miss or another paragraph."""
        example = self._examples[number]
        if rng.random() < self._plan.no_mark:
            example = replace(example, question=example.question.rstrip("? "))
        chance = rng.random() if example.answerable else 1.0
        if chance < self._plan.paired:
            miss = self._near_miss(example, rng)
        elif chance < self._plan.paired + self._plan.beside:
            miss = turn_round(example, self._others(number), rng)
        else:
            example, miss = self._vary(example, number, rng), None
        made = [example, miss] if miss else [example]
        header = self._header(example.title, rng)
        limit = rng.randint(*NARROW) if rng.random() < self._plan.windowed else WHOLE
        return [self._row(e, header if e.title == example.title else e.title, limit, group, rng) for e in made]

    def _row(self, example: Example, header: str, limit: int, group: int, rng: random.Random) -> Item:
        sizes = [len(p.ids) for p in self._tokenised(example.sentences)]
        cut = window(example, sizes, limit, _start(example, sizes, limit, rng))
        return replace(item(cut, self._layout, self._tokenised, header), group=group)

    def _near_miss(self, example: Example, rng: random.Random) -> Example | None:
        ways = [lambda: take_away(example), lambda: change(example, self._some_names(example.title, rng), rng)]
        rng.shuffle(ways)
        return ways[0]() or ways[1]()

    def _vary(self, example: Example, number: int, rng: random.Random) -> Example:
        plan, chance = self._plan, rng.random()
        made: Example | None = None
        others = self._others(number)
        if not example.answerable:
            made = turn_round(example, others, rng) if chance < plan.turn_round / 2 else None
        elif chance < plan.take_away:
            made = take_away(example)
        elif chance < plan.take_away + plan.turn_round:
            made = turn_round(example, others, rng)
        elif chance < plan.take_away + plan.turn_round + plan.change:
            made = change(example, self._some_names(example.title, rng), rng)
        return made or example

    def _others(self, number: int) -> list[tuple[str, tuple[str, ...]]]:
        return [self._paragraphs[i] for i in self._near[number]]

    def _some_names(self, title: str, rng: random.Random) -> Sequence[str]:
        """Names of the page if it has many, else any."""
        own = self._names.get(title, [])
        if len(own) > _MANY_NAMES or not self._all_names:
            return own
        return rng.choices(self._all_names, k=50)

    def _header(self, title: str, rng: random.Random) -> str:
        chance = rng.random()
        if chance < self._plan.bare:
            return ""
        if chance < self._plan.bare + self._plan.dated:
            publisher = rng.choice(self._all_names or [title])
            return f"{title}. {publisher}, {rng.randint(1990, 2026)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        return title

    def _tokenised(self, texts: Sequence[str]) -> list[Piece]:
        missing = [t for t in dict.fromkeys(texts) if t not in self._pieces]
        self._pieces.update(zip(missing, self._layout.pieces(missing), strict=True))
        return [self._pieces[t] for t in texts]


def item(example: Example, layout: Layout, pieces: Any, header: str) -> Item:
    """The row of `example` with its targets. `pieces`: texts -> their tokens."""
    question, head = layout.pieces([example.question, header])
    sentences = pieces(example.sentences)
    row = layout.row(question, head, sentences)
    starts: list[int] = []
    ends: list[int] = []
    for text, piece, (first, last), answers in zip(
        example.sentences, sentences, row.spans, example.labels, strict=True
    ):
        for a, b in _token_spans(text, piece, example.answers) if answers else ():
            if first + b < last:
                starts.append(first + a)
                ends.append(first + b)
    return Item(row, example.labels, tuple(starts), tuple(ends))


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
    """Where the window begins: mostly so that an answer is in it, anywhere before it being alike."""
    if sum(sizes) <= limit:
        return 0
    answers = [i for i, a in enumerate(example.labels) if a]
    if not answers or rng.random() < 0.12:
        return rng.randrange(len(sizes))
    last = rng.choice(answers)
    first, used = last, sizes[last]
    while first > 0 and used + sizes[first - 1] <= limit:
        first -= 1
        used += sizes[first]
    return rng.randint(first, last)


def _parts(items: list[Item], rng: random.Random) -> Iterator[list[Item]]:
    """Rows of one paragraph in parts of at most `_TOGETHER`, which stay in one batch."""
    rng.shuffle(items)
    for start in range(0, len(items), _TOGETHER):
        yield items[start : start + _TOGETHER]


def _cut(parts: Sequence[list[Item]], tokens: int, rng: random.Random) -> Iterator[list[Item]]:
    """Batches of at most `tokens` tokens, padding included, of parts of like length, in random order."""
    batches: list[list[Item]] = []
    rows = [i for p in parts for i in p]
    mean = sum(len(i.row.ids) for i in rows) / len(rows)
    pool = max(1, int(tokens / mean * _SORTED_TOGETHER * len(parts) / len(rows)))
    for start in range(0, len(parts), pool):
        batch: list[Item] = []
        longest = 0
        for part in sorted(parts[start : start + pool], key=_longest):
            longest = max(longest, _longest(part))
            if batch and (len(batch) + len(part)) * longest > tokens:
                batches.append(batch)
                batch, longest = [], _longest(part)
            batch.extend(part)
        batches.append(batch)
    rng.shuffle(batches)
    yield from batches


def _longest(part: Sequence[Item]) -> int:
    return max(len(i.row.ids) for i in part)


def _names_by_page(paragraphs: Sequence[tuple[str, tuple[str, ...]]]) -> Mapping[str, list[str]]:
    names: dict[str, dict[str, None]] = {}
    for title, sentences in paragraphs:
        names.setdefault(title, {}).update(dict.fromkeys(names_of(sentences)))
    return {title: list(found) for title, found in names.items()}


@dataclass(frozen=True)
class Arrays:
    """A batch as padded arrays; shapes (rows, tokens) but membership (rows, sentences, tokens)."""

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    mask: NDArray[np.int64]
    membership: NDArray[np.float32]
    labels: NDArray[np.float32]  # (rows, sentences)
    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    group: NDArray[np.int64]  # (rows,)


def arrays(batch: Sequence[Item]) -> Arrays:
    rows, length = len(batch), max(len(i.row.ids) for i in batch)
    sentences = max(len(i.labels) for i in batch)
    shape, wide = (rows, length), (rows, sentences, length)
    made = Arrays(
        ids=np.zeros(shape, dtype=np.int64),
        types=np.zeros(shape, dtype=np.int64),
        mask=np.zeros(shape, dtype=np.int64),
        membership=np.zeros(wide, dtype=np.float32),
        labels=np.zeros((rows, sentences), dtype=np.float32),
        starts=np.zeros(shape, dtype=np.float32),
        ends=np.zeros(shape, dtype=np.float32),
        group=np.array([i.group for i in batch], dtype=np.int64),
    )
    for n, each in enumerate(batch):
        size = len(each.row.ids)
        made.ids[n, :size] = each.row.ids
        made.types[n, :size] = each.row.types()
        made.mask[n, :size] = 1
        made.membership[n, : len(each.labels), :size] = each.row.membership()
        made.labels[n, : len(each.labels)] = each.labels
        if each.starts:
            made.starts[n, list(each.starts)] = 1
            made.ends[n, list(each.ends)] = 1
        elif not any(each.labels):
            made.starts[n, 0] = made.ends[n, 0] = 1  # no answer: the span points at [CLS]
    return made
