"""Texts -> vectors: the protocol, and which back end implements it.

question ── open_embedder ──── index.embedding.onnx over the export that a build made
build ───── prepare_embedder ─ the same, after index.embedding.models has hashed the weights and
                               index.embedding.export has made the export, if there is none
backend = "sentence-transformers": index.embedding.sentence_transformers, for both
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from index.embedding.models import ModelIdentity, export_folder, identify, known_identity
from index.errors import ModelError
from index.settings import IndexSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROUNDING = 1e-3  # a vector's length may differ from 1 by what half precision rounds


class Embedder(Protocol):
    """Makes vectors of length 1: their dot product is the cosine, -1..1, higher is closer. Thread-safe.

    A vector depends on its own text alone, not on the other texts of the call or on their order.
    """

    @property
    def name(self) -> str:
        """Model, back end and a hash over weights and recipe. Only vectors of one name are comparable."""

    @property
    def dimension(self) -> int:
        """The length of a vector."""

    @property
    def max_tokens(self) -> int:
        """The most tokens that the model reads, special tokens included."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count the tokens of each text as a passage: uncut, with special tokens and the passage prompt."""

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Return (len(texts), dimension) vectors. `progress` is called with the number of texts newly done.

        Raises ModelError for a text of more than `max_tokens`: no passage is silently cut off.
        """

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return (len(texts), dimension) vectors. A query of more than `max_tokens` is cut at its end."""


def open_embedder(settings: IndexSettings) -> Embedder:
    """Open the embedder for questions. With backend 'onnx' this loads no torch and hashes no weights.

    Raises ModelError if the model was never prepared, has changed since, or its export is damaged.
    """
    identity = known_identity(settings)
    if settings.backend == "sentence-transformers":
        return _sentence_transformers(identity or identify(settings))
    from index.embedding.onnx import OnnxEmbedder

    if identity is None:
        raise ModelError(
            f"model '{settings.model}' has not been prepared, or has changed since; run `footnote index build`"
        )
    return OnnxEmbedder.open(export_folder(settings.home, identity))


def prepare_embedder(settings: IndexSettings, notify: Callable[[str], None] = lambda _: None) -> Embedder:
    """Open the embedder for a build: check the weights, and export the model if no undamaged export exists.

    `notify` gets a line before and after an export, which takes about 15 s. Raises ModelError if the weights
    are not those named or the export is too far from the reference, StoreError if it cannot be written.
    """
    identity = identify(settings)
    if settings.backend == "sentence-transformers":
        return _sentence_transformers(identity)
    from index.embedding.onnx import OnnxEmbedder, is_whole

    folder = export_folder(settings.home, identity)
    if not is_whole(folder):
        from index.embedding.export import export

        notify(f"preparing {identity.title} for this machine (once, about 15 s)")
        proof = export(identity, folder)
        notify(
            f"{identity.title}: cosine to the reference {proof.mean_cosine:.3f} on average, "
            f"{proof.min_cosine:.3f} at least, on {proof.texts} texts"
        )
    return OnnxEmbedder.open(folder)


def check_vectors(vectors: NDArray[np.float32], n: int, dimension: int) -> NDArray[np.float32]:
    """Return `vectors` if they are (n, dimension) and of length 1. Raises ModelError if not."""
    import numpy as np

    if vectors.shape != (n, dimension):
        raise ModelError(f"the model gave vectors of shape {vectors.shape}, not ({n}, {dimension})")
    lengths = np.linalg.norm(vectors, axis=1)
    if not np.all(np.abs(lengths - 1.0) <= _ROUNDING):  # false for NaN too
        raise ModelError("the model gave vectors that are not of length 1; choose another model or backend")
    return vectors


def _sentence_transformers(identity: ModelIdentity) -> Embedder:
    from index.embedding.sentence_transformers import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder.open(identity)
