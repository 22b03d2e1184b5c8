"""Embedding with sentence-transformers: the reference for every export. Reads any model; loads in 5 to 8 s.

The only file that imports sentence_transformers, and only inside functions. It never uses the network: a model
that is not on this machine is an error that says how to fetch it.
"""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.embedding.hub import go_offline
from index.embedding.models import ModelIdentity
from index.embedding.onnx import check_lengths
from index.errors import ModelError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_CHUNK = 64  # texts between two reports of progress: two batches of sentence-transformers
_NO_LIMIT = 1 << 20  # tokenizers without a limit say 10^30


class SentenceTransformersEmbedder:
    """An `index.embedding.embedder.Embedder` in the model's own precision."""

    def __init__(self, model: SentenceTransformer, identity: ModelIdentity) -> None:
        self.model = model
        self.name = f"{identity.title} (sentence-transformers, {identity.sha256[:8]})"
        if model.max_seq_length is None or model.max_seq_length > _NO_LIMIT:
            raise ModelError(
                f"model '{identity.title}' does not say how many tokens it reads; set max_seq_length in its "
                "sentence_bert_config.json"
            )
        self.max_tokens = int(model.max_seq_length)
        self.dimension = int(model.get_embedding_dimension() or 0)
        self.query_prompt, self.passage_prompt = prompts(model)
        self._lock = threading.Lock()  # its tokenizer is not safe to share between threads

    @classmethod
    def open(cls, identity: ModelIdentity) -> SentenceTransformersEmbedder:
        """Load the model. Raises ModelError if it cannot be read."""
        return cls(load(identity), identity)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        whole = [self.passage_prompt + text for text in texts]
        with self._lock:
            encoded = self.model.tokenizer(whole, truncation=False, padding=False)["input_ids"]
        return [len(ids) for ids in encoded]

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        check_lengths(self.count_tokens(texts), texts, self.max_tokens)
        return self._embed(self.model.encode_document, texts, self.passage_prompt, progress or (lambda _: None))

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._embed(self.model.encode_query, texts, self.query_prompt, lambda _: None)

    def _embed(
        self, encode: Any, texts: Sequence[str], prompt: str, progress: Callable[[int], None]
    ) -> NDArray[np.float32]:
        out = np.empty((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), _CHUNK):
            part = list(texts[start : start + _CHUNK])
            with self._lock:
                out[start : start + len(part)] = encode(
                    part, prompt=prompt, normalize_embeddings=True, show_progress_bar=False
                )
            progress(len(part))
        return out


def load(identity: ModelIdentity, device: str | None = None, **model_kwargs: Any) -> SentenceTransformer:
    """Load the model from its folder, offline; `device` None takes the best there is. Raises ModelError."""
    go_offline()
    with quiet():
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer

        try:
            model = SentenceTransformer(
                str(identity.folder), device=device, local_files_only=True, model_kwargs=model_kwargs
            )
        except (OSError, ValueError, LookupError, RuntimeError, TypeError, AttributeError, SafetensorError) as error:
            raise ModelError(
                f"model '{identity.title}' cannot be read by sentence-transformers ({one_line(error)}); "
                "fetch it again or name another model"
            ) from error
    return model.eval()


def prompts(model: SentenceTransformer) -> tuple[str, str]:
    """Return what the model expects in front of a query and of a passage; '' for nothing.

    The names are those that sentence-transformers looks for; the default prompt serves where one is missing.
    """
    named = {name: text or "" for name, text in model.prompts.items()}
    default = named.get(model.default_prompt_name or "", "")
    passage = next((named[n] for n in ("document", "passage", "corpus") if named.get(n)), default)
    return named.get("query") or default, passage


@contextmanager
def quiet() -> Iterator[None]:
    """Silence progress bars, warnings and log lines of the model libraries; errors still raise."""
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    transformers_logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def one_line(error: BaseException) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200]
