"""Examples -> the batches of one epoch: which question meets which paragraph, in which window, in which batch.

Everything is drawn from one seed and the epoch's number, so that an interrupted training goes on exactly where it
stopped.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.rerank.layout import Layout, Piece, Row
from index.training.data import Example, Paragraph, window
from index.training.near_miss import drop_answer, edit_question, names_of, swap_paragraph

if TYPE_CHECKING:
    from torch import Tensor

WHOLE = 300  # tokens of a paragraph that is read whole
NARROW = (80, 170)  # tokens of a window: passages of an index are of this length
_WITHOUT_ANSWER = 0.12  # part of the windows that begin anywhere, with an answer in them or not
_MANY_NAMES = 20
_TOGETHER = 4  # rows of one paragraph that are seen at once
_SORTED_TOGETHER = 40  # batches whose rows are sorted by length before they are cut, to save padding


@dataclass(frozen=True)
class Plan:
    """What part of the answerable questions is made unanswerable, and how; what else varies.

    `paired` questions come with their near miss in one batch, so that the two can be told apart; those `beside` come
    with another paragraph. Of the rest, `drop_answer`, `swap_paragraph` and `edit_question` are put in the question's
    place (see `near_miss`). `windowed`: part of the paragraphs that is read in a narrow window.
    """

    drop_answer: float = 0.08
    swap_paragraph: float = 0.14
    edit_question: float = 0.08
    paired: float = 0.35
    beside: float = 0.0
    windowed: float = 0.5
    no_mark: float = 0.3  # questions typed without a question mark
    dated: float = 0.3  # headers with a publisher and a date, as passages of an index have them
    bare: float = 0.1  # no header


@dataclass(frozen=True, slots=True)
class Item:
    """A row of tokens with its targets.

    `labels`: of its sentences. `starts`, `ends`: first and last token of each occurrence of the answer. Items of one
    `group` are about one paragraph, or about it and what it was changed to.
    """

    row: Row
    labels: tuple[bool, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    group: int


class Epochs:
    """Makes the batches of each epoch from `examples`; `near[i]`: paragraphs near example i, nearest first."""

    def __init__(
        self, examples: Sequence[Example], near: Sequence[Sequence[Paragraph]], layout: Layout, plan: Plan, seed: int
    ) -> None:
        self._examples, self._near, self._layout, self._plan, self._seed = examples, near, layout, plan, seed
        self._groups = {p: n for n, p in enumerate(dict.fromkeys(e.paragraph for e in examples))}
        self._names = _names_by_page(self._groups)
        self._all_names = sorted({n for names in self._names.values() for n in names})

    def batches(self, epoch: int, tokens: int) -> list[list[Item]]:
        """Return the batches of an epoch, of at most `tokens` tokens each, padding included."""
        rng = random.Random(f"{self._seed}:{epoch}")
        groups: dict[int, list[Item]] = {}
        for example, near in zip(self._examples, self._near, strict=True):
            items = self._items(example, near, rng)
            groups.setdefault(items[0].group, []).extend(items)
        parts = []
        for items in groups.values():
            rng.shuffle(items)
            parts += [items[i : i + _TOGETHER] for i in range(0, len(items), _TOGETHER)]
        rng.shuffle(parts)
        return _cut(parts, tokens, rng)

    def _items(self, example: Example, near: Sequence[Paragraph], rng: random.Random) -> list[Item]:
        """Return the rows of one example: one, or two if it comes with its near miss or another paragraph."""
        group = self._groups[example.paragraph]
        if rng.random() < self._plan.no_mark:
            example = replace(example, question=example.question.rstrip("? "))
        variants = self._variants(example, near, rng)
        header = self._header(variants[0].title, rng)
        limit = rng.randint(*NARROW) if rng.random() < self._plan.windowed else WHOLE
        items = []
        for each in variants:
            sizes = [len(p.ids) for p in self._layout.pieces(each.sentences)]
            part = window(each, sizes, limit, _start(each, sizes, limit, rng))
            title = header if each.title == variants[0].title else each.title
            items.append(make_item(part, title, self._layout, group))
        return items

    def _variants(self, example: Example, near: Sequence[Paragraph], rng: random.Random) -> list[Example]:
        """Draw the example, its near miss, or both, as the plan has it."""
        plan, chance = self._plan, rng.random()

        def edited() -> Example | None:
            return edit_question(example, self._some_names(example.title, rng), rng)

        if not example.answerable:
            made = swap_paragraph(example, near, rng) if chance < plan.swap_paragraph / 2 else None
            return [made or example]
        if chance < plan.paired + plan.beside:
            if chance >= plan.paired:
                made = swap_paragraph(example, near, rng)
            elif rng.random() < 0.5:
                made = drop_answer(example) or edited()
            else:
                made = edited() or drop_answer(example)
            return [example, made] if made else [example]
        chance = rng.random()
        if chance < plan.drop_answer:
            made = drop_answer(example)
        elif chance < plan.drop_answer + plan.swap_paragraph:
            made = swap_paragraph(example, near, rng)
        else:
            made = edited() if chance < plan.drop_answer + plan.swap_paragraph + plan.edit_question else None
        return [made or example]

    def _some_names(self, title: str, rng: random.Random) -> Sequence[str]:
        """Names of the page if it has many, else any."""
        own = self._names.get(title, [])
        return own if len(own) > _MANY_NAMES or not self._all_names else rng.choices(self._all_names, k=50)

    def _header(self, title: str, rng: random.Random) -> str:
        chance = rng.random()
        if chance < self._plan.bare:
            return ""
        if chance < self._plan.bare + self._plan.dated:
            publisher = rng.choice(self._all_names or [title])
            return f"{title}. {publisher}, {rng.randint(1990, 2026)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        return title


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
    return Item(row, example.labels, tuple(starts), tuple(ends), group)


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
    """Cut `parts`, which stay whole, into batches of rows of like length, in random order."""
    batches: list[list[Item]] = []
    mean = sum(len(i.row.ids) for part in parts for i in part) / len(parts)  # tokens of a part
    pool = max(1, int(tokens / mean * _SORTED_TOGETHER))
    for start in range(0, len(parts), pool):
        batch: list[Item] = []
        for part in sorted(parts[start : start + pool], key=_longest):
            if batch and (len(batch) + len(part)) * max(_longest(batch), _longest(part)) > tokens:
                batches.append(batch)
                batch = []
            batch = batch + part
        batches.append(batch)
    rng.shuffle(batches)
    return batches


def _longest(items: Sequence[Item]) -> int:
    return max(len(i.row.ids) for i in items)


def _names_by_page(paragraphs: Mapping[Paragraph, int]) -> Mapping[str, list[str]]:
    names: dict[str, dict[str, None]] = {}
    for title, sentences in paragraphs:
        names.setdefault(title, {}).update(dict.fromkeys(names_of(sentences)))
    return {title: list(found) for title, found in names.items()}


def collate(items: Sequence[Item], device: str = "cpu") -> dict[str, Tensor]:
    """Pad items to one batch.

    Shapes: ids, types, mask, starts and ends (rows, tokens); labels (rows, sentences); membership (rows, sentences,
    tokens); group (rows,). Without an answer the span points at [CLS].
    """
    import torch  # here, since drawing an epoch needs none of it and loading takes seconds
    from torch.nn.functional import pad
    from torch.nn.utils.rnn import pad_sequence

    size = _longest(items)

    def padded(rows: Iterable[Tensor]) -> Tensor:
        return pad_sequence([pad(row, (0, size - row.shape[-1])) for row in rows], batch_first=True)

    def marked(positions: Iterable[Sequence[int]]) -> Tensor:
        return torch.stack([torch.zeros(size).index_fill(0, torch.tensor(p, dtype=torch.long), 1.0) for p in positions])

    none = [() if any(i.labels) else (0,) for i in items]
    batch = {
        "ids": padded(torch.tensor(i.row.ids) for i in items),
        "types": padded(torch.from_numpy(i.row.types()) for i in items),
        "mask": padded(torch.ones(len(i.row.ids), dtype=torch.long) for i in items),
        "membership": padded(torch.from_numpy(i.row.membership()) for i in items),
        "labels": pad_sequence([torch.tensor(i.labels, dtype=torch.float) for i in items], batch_first=True),
        "starts": marked(i.starts or n for i, n in zip(items, none, strict=True)),
        "ends": marked(i.ends or n for i, n in zip(items, none, strict=True)),
        "group": torch.tensor([i.group for i in items]),
    }
    return {name: value.to(device) for name, value in batch.items()}
