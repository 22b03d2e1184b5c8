"""Embedding with ONNX Runtime and the model's own tokenizer: what questions and builds use on a CPU.

Each run embeds one text on one thread, with as many runs at once as there are cores. Dynamic quantisation scales
activations over a whole batch, so a vector from a batch would depend on its neighbours, and an index built piece
by piece would differ from one built in one go. One text a run is also the quickest: 59 passages a second of
processor time, against 55, 50 and 40 in batches of 4, 8 and 32 (AMD EPYC, 146 tokens a passage).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from index.embedding.session import at_once, open_session, physical_cores, runtime_errors
from index.embedding.token_counts import TokenCounts
from index.errors import ModelError
from index.files import FileStamp, damaged_files
from index.records import Record

GRAPH, TOKENIZER, CARD = "model.onnx", "tokenizer.json", "export.json"
MAKE_AGAIN = "run `footnote index build`, which makes it again"
_CHUNK = 512  # texts tokenised at once: some MB of tokens, a few seconds of work


class Proof(Record):
    """Cosines of the export's vectors to the reference's, on `texts` texts; 1 is the same direction."""

    texts: int
    min_cosine: float
    mean_cosine: float
    required: float


class ExportCard(Record):
    """What an export is and where it comes from; `export.json`."""

    title: str
    model_sha256: str
    recipe: str
    dimension: int
    max_tokens: int
    query_prompt: str
    passage_prompt: str
    modules: tuple[str, ...]
    quantisation: str
    versions: dict[str, str]
    files: dict[str, FileStamp]
    proof: Proof | None = None


def is_whole(folder: Path) -> bool:
    """Return whether `folder` holds a proved export with every byte as it was written. Reads all of it."""
    try:
        card = ExportCard.model_validate_json((folder / CARD).read_bytes())
    except (OSError, ValidationError):
        return False
    return card.proof is not None and not any(damaged_files(folder, card.files, hashes=True))


class OnnxEmbedder:
    """An `index.embedding.embedder.Embedder` over an export that `index.embedding.export` made."""

    def __init__(self, card: ExportCard, session: Any, tokenizer: Any, threads: int) -> None:
        self.card = card
        self.name = f"{card.title} (ONNX {card.quantisation}, {card.recipe[:8]})"
        self.dimension, self.max_tokens = card.dimension, card.max_tokens
        self._session, self._tokenizer, self._threads = session, tokenizer, threads
        self._counts = TokenCounts(tokenizer)

    @classmethod
    def open(cls, folder: Path, threads: int | None = None) -> OnnxEmbedder:
        """Open an export. `threads`: texts embedded at once, by default the number of physical cores.

        Raises ModelError if there is no export, or a damaged one.
        """
        from tokenizers import Tokenizer

        if not folder.exists():
            raise ModelError(f"the embedding model has not been prepared; {MAKE_AGAIN}")
        try:
            card = ExportCard.model_validate_json((folder / CARD).read_bytes())
            for damage in damaged_files(folder, card.files, hashes=True):
                raise ModelError(f"the prepared embedding model is damaged ({damage}); {MAKE_AGAIN}")
            text = (folder / TOKENIZER).read_text("utf-8")
        except (OSError, UnicodeDecodeError, ValidationError) as error:
            raise ModelError(f"the prepared embedding model cannot be read; {MAKE_AGAIN}") from error
        session = open_session(folder / GRAPH, "prepared embedding model", MAKE_AGAIN)
        try:
            tokenizer = Tokenizer.from_str(text)
        except Exception as error:  # tokenizers raises nothing narrower
            raise ModelError(f"the prepared embedding model is damaged ({TOKENIZER}); {MAKE_AGAIN}") from error
        return cls(card, session, tokenizer, threads or physical_cores())

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        counts: list[int] = []
        for start in range(0, len(texts), _CHUNK):
            counts += self._counts.of([self.card.passage_prompt + text for text in texts[start : start + _CHUNK]])
        return counts

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        out = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _CHUNK):
            tokens = self._tokens(texts[start : start + _CHUNK], self.card.passage_prompt)
            check_lengths(map(len, tokens), texts[start : start + _CHUNK], self.max_tokens)
            self._run(tokens, out[start : start + _CHUNK], progress)
        return out

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        out = np.empty((len(texts), self.dimension), dtype=np.float32)
        prompt = self.card.query_prompt
        tokens = self._tokens(texts, prompt)
        for i, text in enumerate(texts):
            if len(tokens[i]) > self.max_tokens:
                tokens[i] = self._cutting_tokenizer.encode(prompt + text).ids
        self._run(tokens, out, None)
        return out

    def _tokens(self, texts: Sequence[str], prompt: str) -> list[list[int]]:
        return [e.ids for e in self._tokenizer.encode_batch_fast([prompt + text for text in texts])]

    @cached_property
    def _cutting_tokenizer(self) -> Any:
        """A second tokenizer for long queries: truncation is set on the whole object, not for a call."""
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_str(self._tokenizer.to_str())
        tokenizer.enable_truncation(self.max_tokens)
        return tokenizer

    def _run(self, tokens: list[list[int]], out: NDArray[np.float32], progress: Callable[[int], None] | None) -> None:
        """Fill the rows of `out`, shape (len(tokens), dimension)."""
        for row, vector in zip(out, at_once(self._vector, tokens, self._threads), strict=True):
            row[:] = vector
            if progress:
                progress(1)

    def _vector(self, ids: list[int]) -> NDArray[np.float32]:
        try:
            vector: NDArray[np.float32] = self._session.run(None, {"input_ids": np.array([ids], dtype=np.int64)})[0][0]
        except runtime_errors() as error:
            raise ModelError(f"the embedding model failed ({error}); {MAKE_AGAIN}") from error
        return vector


def check_lengths(counts: Any, texts: Sequence[str], limit: int) -> None:
    """Raise ModelError for the first text of more than `limit` tokens. `counts`: one number a text."""
    for count, text in zip(counts, texts, strict=True):
        if count > limit:
            raise ModelError(
                f"a passage has {count} tokens and the model reads {limit}: '{text[:60]}...'; "
                "lower passage_tokens or choose a model that reads more"
            )
