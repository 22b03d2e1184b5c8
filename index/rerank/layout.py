"""Question, header and sentences -> the row of tokens that a reader reads.

    [CLS] question [SEP] header . sentence sentence ... [SEP]

Token types are 0 up to the first [SEP] and 1 behind it (Devlin et al., 'BERT', 2019, section 3). Sentences are
tokenised one by one, which in this vocabulary gives what the whole text gives, and keeps their token spans exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.models import bundled_folder

MAX_TOKENS = 384  # of one row; the model's position table has 512
MAX_QUESTION = 64
MAX_HEADER = 48


@dataclass(frozen=True, slots=True)
class Piece:
    """A tokenised text: token ids, and for each token its characters (start, end) in that text."""

    ids: tuple[int, ...]
    offsets: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of tokens. `spans[i]`: tokens (start, end) of sentence i, empty if it did not fit into the row."""

    ids: tuple[int, ...]
    first: int  # tokens of type 0
    spans: tuple[tuple[int, int], ...]

    def types(self) -> NDArray[np.int64]:
        """Return the token types, shape (tokens,)."""
        return (np.arange(len(self.ids)) >= self.first).astype(np.int64)

    def membership(self) -> NDArray[np.float32]:
        """Return shape (sentences, tokens): 1 where the token belongs to the sentence."""
        table = np.zeros((len(self.spans), len(self.ids)), dtype=np.float32)
        for row, (start, end) in zip(table, self.spans, strict=True):
            row[start:end] = 1.0
        return table


def tokenizer_file() -> Path:
    """Return the bundled model's tokenizer file. Raises ModelError if the model is not installed."""
    return bundled_folder() / "tokenizer.json"


class Layout:
    """Lays out rows with the bundled model's tokenizer."""

    def __init__(self) -> None:
        """Open the tokenizer. Raises ModelError if the model is not installed."""
        from tokenizers import Tokenizer

        tokenizer: Any = Tokenizer.from_file(str(tokenizer_file()))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._cls, self._sep = (tokenizer.token_to_id(t) for t in ("[CLS]", "[SEP]"))
        self._stop = self.pieces(["."])[0].ids

    def pieces(self, texts: Sequence[str]) -> list[Piece]:
        """Tokenise texts, without special tokens."""
        encoded = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [Piece(tuple(e.ids), tuple(e.offsets)) for e in encoded]

    def row(self, question: Piece, header: Piece, sentences: Sequence[Piece], limit: int = MAX_TOKENS) -> Row:
        """Lay out a row of at most `limit` tokens: question and header are cut to their share, sentences at the end."""
        ids = [self._cls, *question.ids[:MAX_QUESTION], self._sep]
        first = len(ids)
        if header.ids:
            ids += [*header.ids[:MAX_HEADER], *self._stop]
        spans = []
        for sentence in sentences:
            start = min(len(ids), limit - 1)
            ids += sentence.ids
            spans.append((start, min(len(ids), limit - 1)))
        return Row((*ids[: limit - 1], self._sep), first, tuple(spans))
