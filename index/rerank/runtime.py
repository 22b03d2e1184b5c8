"""A shipped reader in ONNX Runtime: which sentence of a passage answers a question, and with which words.

One row a run, as many runs at once as there are cores (see `index.embedding.onnx` on why). A passage longer than one
row is read in windows of whole sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.session import at_once, open_session, physical_cores, runtime_errors
from index.errors import ModelError
from index.files import file_sha256
from index.passage import AnswerSpan
from index.rerank.card import GRAPH, REMEDY, ReaderCard, read_card
from index.rerank.layout import MAX_HEADER, MAX_QUESTION, MAX_TOKENS, Layout, Piece, Row, tokenizer_file

LONGEST_ANSWER = 20  # tokens; answers of the training data are shorter as a rule
_SPECIAL = 3  # [CLS] and two [SEP]
Floats = NDArray[np.float32]


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

    def __init__(self, card: ReaderCard, session: Any, layout: Layout, threads: int) -> None:
        self.card = card
        self._session, self._layout, self._threads = session, layout, threads
        self._inputs = frozenset(i.name for i in session.get_inputs())  # MPNet has no token types

    @classmethod
    def open(cls, folder: Path, threads: int | None = None) -> Reader | None:
        """Open the reader in `folder`, None if there is none. Raises ModelError if it is damaged."""
        card = read_card(folder)
        if card is None:
            return None
        if file_sha256(tokenizer_file()) != card.tokenizer_sha256:
            raise ModelError(
                f"the reader in '{folder.name}' knows another tokenizer than the bundled model's; {REMEDY}"
            )
        session = open_session(folder / GRAPH, f"reader in '{folder.name}'", REMEDY)
        return cls(card, session, Layout(), threads or physical_cores())

    @property
    def name(self) -> str:
        return f"{self.card.title} ({self.card.sha256[:8]})"

    def read(self, question: str, passages: Sequence[tuple[str, Sequence[str]]]) -> list[Reading]:
        """Read passages, given as (header, sentences): one reading each. Raises ModelError if the model fails."""
        return self.read_many([(question, header, sentences) for header, sentences in passages])

    def read_many(self, pairs: Sequence[tuple[str, str, Sequence[str]]]) -> list[Reading]:
        """Read many questions' passages, given as (question, header, sentences): one reading each; raises as `read`."""
        windows = [w for n, pair in enumerate(pairs) for w in self._windows(n, *pair)]
        scores: list[list[float]] = [[] for _ in pairs]
        spans: list[list[AnswerSpan | None]] = [[] for _ in pairs]
        outputs = at_once(self._run, [w.row for w in windows], self._threads)
        for window, (logits, start, end) in zip(windows, outputs, strict=True):
            scores[window.passage] += logits.tolist()
            spans[window.passage] += _spans(window, start, end)
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

    def _run(self, row: Row) -> tuple[Floats, Floats, Floats]:
        """Run the network on one row: log-odds (sentences,), start and end logits (tokens,)."""
        feed = {
            "input_ids": np.array([row.ids], dtype=np.int64),
            "token_types": row.types()[None],
            "membership": row.membership()[None],
        }
        try:
            sentences, start, end = self._session.run(None, {k: v for k, v in feed.items() if k in self._inputs})
        except runtime_errors() as error:
            raise ModelError(f"the reader '{self.card.title}' failed ({error}); {REMEDY}") from error
        return sentences[0], start[0], end[0]


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
