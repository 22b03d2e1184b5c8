"""Texts -> vectors: the protocol, and which back end answers to it.

question ── open_embedder ──── cached export ── index.embedding.onnx (ONNX Runtime, tokenizers)
build ───── prepare_embedder ─ the same, after index.embedding.models has checked the weights and
                               index.embedding.export has made the export, if there is none
backend = "sentence-transformers": index.embedding.reference, for both
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from index.embedding.models import ModelIdentity, examine, export_folder, known_identity
from index.errors import ModelError
from index.settings import IndexSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Embedder(Protocol):
    """Vectors whose dot product is the cosine, -1..1, higher is closer. Safe to use from several threads.

    A vector depends on its own text alone: not on the other texts of the call, nor on their order.
    """

    @property
    def name(self) -> str:
        """Model, back end and a hash over weights and recipe: two vectors compare only under one name."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    @property
    def max_tokens(self) -> int:
        """The most tokens the model reads, its special tokens included."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as a passage: nothing cut, special tokens and the passage prompt included."""

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """(n, dimension), rows of length 1. `progress` gets the number of texts newly done.

        Raises ModelError for a text of more than `max_tokens`: no passage is silently cut off.
        """

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(n, dimension), rows of length 1. A query of more than `max_tokens` is cut at its end."""


def open_embedder(settings: IndexSettings) -> Embedder:
    """The embedder for questions. With backend 'onnx' it loads no torch and hashes no weights.

    Raises ModelError if the model was never prepared, has changed since, or its export is damaged.
    """
    if settings.backend == "sentence-transformers":
        return _reference(known_identity(settings) or examine(settings))
    from index.embedding.onnx import OnnxEmbedder

    identity = known_identity(settings)
    if identity is None:
        raise ModelError(
            f"model '{settings.model}' has not been prepared, or has changed since; run `footnote index build`"
        )
    return OnnxEmbedder.open(export_folder(settings.home, identity))


def prepare_embedder(settings: IndexSettings, notify: Callable[[str], None] | None = None) -> Embedder:
    """The embedder for a build: checks the weights, and exports the model if no whole export is cached.

    `notify` gets a line before and after an export, which takes about 15 s. Raises ModelError if the weights
    are not those named or the export is too far from the reference, StoreError if it cannot be written.
    """
    tell = notify or (lambda _: None)
    identity = examine(settings)
    if settings.backend == "sentence-transformers":
        return _reference(identity)
    from index.embedding.onnx import OnnxEmbedder, is_whole

    folder = export_folder(settings.home, identity)
    if not is_whole(folder):
        from index.embedding.export import export

        tell(f"preparing {identity.title} for this machine (once, about 15 s)")
        proof = export(identity, folder)
        tell(
            f"{identity.title}: cosine to the reference {proof.mean_cosine:.3f} on average, "
            f"{proof.min_cosine:.3f} at least, on {proof.texts} texts"
        )
    return OnnxEmbedder.open(folder)


def _reference(identity: ModelIdentity) -> Embedder:
    from index.embedding.reference import ReferenceEmbedder

    return ReferenceEmbedder.open(identity)
