"""A shipped reader: which sentence of a passage answers a question, and with which words.

One row a run (see `index.embedding.onnx` on why). A passage longer than one row is read in windows of whole sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.passage import AnswerSpan
from index.rerank.layout import MAX_HEADER, MAX_QUESTION, MAX_TOKENS, Piece, Row
from index.rerank.network import Floats, Network

LONGEST_ANSWER = 20  # tokens; answers of the training data are shorter as a rule
_SPECIAL = 3  # [CLS] and two [SEP]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader says of one passage.

    `sentences`: log-odds (natural) of each sentence against 'no sentence answers', higher is likelier; comparable
    between passages. `spans`: each sentence's most likely answering words.
    """

    sentences: tuple[float, ...]
    spans: tuple[AnswerSpan | None, ...]

    @property
    def any(self) -> float:
        """Return the log-odds that any sentence answers."""
        return float(np.logaddexp.reduce(np.array(self.sentences, dtype=np.float64)))


@dataclass(frozen=True, slots=True)
class _Window:
    """Some sentences of passage `passage` (a number) in one row."""

    passage: int
    row: Row
    pieces: tuple[Piece, ...]


class Reader:
    """Reads passages; safe to use from several threads."""

    def __init__(self, network: Network) -> None:
        self.card, self.name = network.card, network.name
        self._network, self._layout = network, network.layout

    @classmethod
    def open(cls, folder: Path, threads: int | None = None) -> Reader | None:
        """Open the reader in `folder`, None if there is none. Raises ModelError if it is damaged."""
        network = Network.open(folder, threads)
        return cls(network) if network else None

    def read(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[Reading]:
        """Read passages, given as (header, sentences): one reading each. Raises ModelError if the model fails."""
        return self.read_many([(question, header, sentences) for header, sentences in passages])

    def read_many(self, pairs: Sequence[tuple[str, str, Sequence[str]]]) -> list[Reading]:
        """Read many questions' passages, given as (question, header, sentences): one reading each; raises as `read`."""
        windows = [w for n, pair in enumerate(pairs) for w in self._windows(n, *pair)]
        scores: list[list[float]] = [[] for _ in pairs]
        spans: list[list[AnswerSpan | None]] = [[] for _ in pairs]
        outputs = self._network.run([w.row for w in windows])
        for window, (logits, start, end) in zip(windows, outputs, strict=True):
            scores[window.passage] += logits[0].tolist()
            spans[window.passage] += _spans(window, start[0], end[0])
        return [Reading(tuple(s), tuple(a)) for s, a in zip(scores, spans, strict=True)]

    def _windows(self, number: int, question: str, header: str, sentences: Sequence[str]) -> Iterator[_Window]:
        asked, head, *pieces = self._layout.pieces([question, header, *sentences])
        used = min(len(asked.ids), MAX_QUESTION) + min(len(head.ids), MAX_HEADER) + _SPECIAL + 1
        first = 0
        while first < len(pieces):
            end, size = first, used
            while end < len(pieces) and (end == first or size + len(pieces[end].ids) <= MAX_TOKENS):
                size += len(pieces[end].ids)
                end += 1
            part = tuple(pieces[first:end])
            yield _Window(number, self._layout.row(asked, head, part), part)
            first = end


def _spans(window: _Window, start: Floats, end: Floats) -> Iterator[AnswerSpan | None]:
    """Find each sentence's likeliest answering words: those of the highest start and end logit together."""
    for (first, last), piece in zip(window.row.spans, window.pieces, strict=True):
        size = last - first
        if size <= 0:
            yield None
            continue
        length = np.arange(size) - np.arange(size)[:, None]  # of each pair, less one
        allowed = (length >= 0) & (length < LONGEST_ANSWER)
        pairs = np.where(allowed, start[first:last, None] + end[None, first:last], -np.inf)
        a, b = divmod(int(pairs.argmax()), size)
        weights = np.exp(pairs - pairs[a, b])
        share = float(weights[: b + 1, a:].sum() / weights.sum())
        yield AnswerSpan(piece.offsets[a][0], piece.offsets[b][1], share)
