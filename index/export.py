"""A sentence-transformers model -> one ONNX file in 8-bit integers, made once and proved against the model.

Cached below `home/models/`: a folder an export, and a pointer a model setting, so that a question finds its
export without loading the model. Both appear by a rename: an interrupted export leaves nothing that counts.
"""

from __future__ import annotations

import hashlib
import io
import logging
import shutil
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from index.errors import ModelError
from index.files import file_errors, write_atomic
from index.settings import BUNDLED_MODEL, IndexSettings

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MODEL, TOKENIZER, CONFIG = "model.onnx", "tokenizer.json", "export.json"
EXPORT_VERSION = 1  # raised when an export of the same weights would differ
MIN_COSINE = 0.98  # what every text of the sample must reach between the export and its model
_OPSET = 17  # ONNX operator set: the last that torch's tracing exporter writes without warnings
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")

# What the proof is made on: short and long, several scripts, figures, marks; the last ones fill the model's limit.
_SAMPLE = (
    "Ships",
    "Who built the bridge?",
    "The harbour office counted 1,204 ships in 1912 and 987 in 1913, a fall of 18%.",
    "Der Hafen wurde im März 1912 nach langen Verhandlungen zwischen Stadt und Werft eröffnet.",
    "У порту нарахували тисячу двісті кораблів, а за рік їх стало менше.",
    "Le pont s'est effondré pendant la nuit, sans que personne n'ait été blessé.",
    "“Nobody told us,” she said; “we read it in the paper (No. 14, p. 3).”",
    "港に千二百隻の船が数えられた。",
    "Law No. 12-A of 4 May 1912 — as amended — applies to docks, quays & piers; see Articles 4(2), 7 and 19bis.",
    " ".join(["The yard laid off eighty men, rehired thirty, and sold its last crane to a rival."] * 6),
    " ".join(f"Entry {n}: {n * 37 % 101} barrels, {n * 53 % 97} crates." for n in range(200)),
    " ".join(["Nobody who stood on the quay that morning could say afterwards where the smoke had come from."] * 60),
)


class ExportConfig(BaseModel):
    """What an export is and how well it agrees with its model (cosine to it over the sample)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: int
    weights_sha256: str
    dimension: int
    max_tokens: int
    inputs: tuple[str, ...]
    query_prompt: str
    passage_prompt: str
    min_cosine: float
    mean_cosine: float


def cached_export(settings: IndexSettings) -> Path:
    """The folder of the export for `settings.model`. Raises ModelError if a build has not made it."""
    folder = _pointed(settings)
    if folder is None:
        raise ModelError(f"the embedding model '{settings.model}' is not prepared yet; run: footnote index build")
    return folder


def make_export(settings: IndexSettings, notify: Callable[[str], None] | None = None) -> Path:
    """The folder of the export, made and proved now unless it is there for these very weights.

    Raises ModelError if the weights are not the ones named, the architecture cannot be exported, or the export
    does not agree with the model.
    """
    from index.reference import BUNDLED_SHA256, bundled_folder, check_bundled, label, load_model, weights_digest

    loaded: SentenceTransformer | None = None
    if settings.model == BUNDLED_MODEL:
        check_bundled(bundled_folder())
        digest = BUNDLED_SHA256
    else:
        loaded = load_model(settings.model)
        digest = weights_digest(loaded)
    key = hashlib.sha256(f"{EXPORT_VERSION}:{digest}".encode()).hexdigest()[:16]
    folder = _models(settings) / key
    if not _is_whole(folder):
        if notify is not None:
            notify(f"Exporting {label(settings.model)} for this machine (once, about half a minute)")
        name = f"{label(settings.model)}, ONNX int8, {key}"
        _export(loaded or load_model(settings.model), name, digest, folder)
    with file_errors("noting the exported model"):
        if _pointed(settings) != folder:
            write_atomic(_pointer(settings), key)
    return folder


def _models(settings: IndexSettings) -> Path:
    return settings.home / "models"


def _pointer(settings: IndexSettings) -> Path:
    return _models(settings) / f"{hashlib.sha256(settings.model.encode()).hexdigest()[:16]}.model"


def _pointed(settings: IndexSettings) -> Path | None:
    try:
        folder = _models(settings) / _pointer(settings).read_text("utf-8").strip()
    except FileNotFoundError:
        return None
    return folder if _is_whole(folder) else None


def _is_whole(folder: Path) -> bool:
    try:
        config = ExportConfig.model_validate_json((folder / CONFIG).read_text("utf-8"))
    except (FileNotFoundError, ValidationError):
        return False
    return config.version == EXPORT_VERSION and (folder / MODEL).is_file() and (folder / TOKENIZER).is_file()


def _export(model: SentenceTransformer, name: str, digest: str, folder: Path) -> None:
    """Write the export beside its place, prove it, rename it into place."""
    from index.reference import prompts, quiet

    with file_errors("exporting the model"):
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=".export-", dir=folder.parent))
    try:
        with file_errors("exporting the model"), quiet():
            inputs = _trace(model, beside / "traced.onnx")
            _quantise(model, beside)
            model.tokenizer.backend_tokenizer.save(str(beside / TOKENIZER))
        query_prompt, passage_prompt = prompts(model)
        config = ExportConfig(
            name=name,
            version=EXPORT_VERSION,
            weights_sha256=digest,
            dimension=int(model.get_embedding_dimension() or 0),
            max_tokens=int(model.max_seq_length or model.tokenizer.model_max_length),
            inputs=inputs,
            query_prompt=query_prompt,
            passage_prompt=passage_prompt,
            min_cosine=1.0,
            mean_cosine=1.0,
        )
        config = _proved(model, config, beside)
        with file_errors("exporting the model"):
            write_atomic(beside / CONFIG, config.model_dump_json(indent=2))
            shutil.rmtree(folder, ignore_errors=True)
            beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _trace(model: SentenceTransformer, target: Path) -> tuple[str, ...]:
    """Trace all of the model's modules and a final normalisation; axes 'batch' and 'sequence' stay free."""
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *rows: torch.Tensor) -> torch.Tensor:
            out = self.model(dict(zip(names, rows, strict=True)))
            return torch.nn.functional.normalize(out["sentence_embedding"], dim=-1)

    example: dict[str, Any] = model.preprocess(["a short text", "a text that is a little longer than the other"])
    names = tuple(n for n in _INPUTS if n in example)
    axes = {n: {0: "batch", 1: "sequence"} for n in names} | {"vectors": {0: "batch"}}
    try:
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            torch.onnx.export(
                Whole().eval(),
                tuple(example[n] for n in names),
                str(target),
                dynamo=False,
                input_names=list(names),
                output_names=["vectors"],
                dynamic_axes=axes,
                opset_version=_OPSET,
            )
    except (torch.onnx.OnnxExporterError, RuntimeError, KeyError, TypeError) as error:
        raise ModelError(
            f"this model's architecture cannot be exported to ONNX ({type(error).__name__}); "
            "set backend to 'sentence-transformers'"
        ) from error
    return names


def _quantise(model: SentenceTransformer, folder: Path) -> None:
    """Fuse attention (BERT only, the one shape the fuser knows well), then weights to int8, a scale per channel."""
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers.optimizer import optimize_model

    traced = folder / "traced.onnx"
    config = getattr(getattr(model[0], "model", None), "config", None)
    if getattr(config, "model_type", "") == "bert":
        fused = optimize_model(
            str(traced),
            model_type="bert",
            num_heads=config.num_attention_heads,
            hidden_size=config.hidden_size,
            opt_level=0,
        )
        fused.save_model_to_file(str(traced))
    logging.getLogger("onnxruntime").setLevel(logging.ERROR)
    # extra option 1 = float32: the type of tensors whose shape the quantiser cannot infer
    quantize_dynamic(
        str(traced),
        str(folder / MODEL),
        per_channel=True,
        weight_type=QuantType.QInt8,
        extra_options={"DefaultTensorType": 1},
    )
    traced.unlink()


def _proved(model: SentenceTransformer, config: ExportConfig, folder: Path) -> ExportConfig:
    """`config` with the measured agreement. Raises ModelError if a text of the sample falls below MIN_COSINE."""
    from index.embed import OnnxEmbedder
    from index.reference import ReferenceEmbedder

    (folder / CONFIG).write_text(config.model_dump_json(), "utf-8")
    reference, export = ReferenceEmbedder(model, "reference"), OnnxEmbedder(folder)
    cosine = (export.embed_queries(_SAMPLE) * reference.embed_queries(_SAMPLE)).sum(axis=1)
    lowest = float(cosine.min())
    if lowest < MIN_COSINE:
        text = _SAMPLE[int(cosine.argmin())]
        raise ModelError(
            f"the exported model does not agree with the original: cosine {lowest:.3f} on '{text[:30]}', at least "
            f"{MIN_COSINE} is asked for; set backend to 'sentence-transformers'"
        )
    return config.model_copy(update={"min_cosine": round(lowest, 4), "mean_cosine": round(float(cosine.mean()), 4)})
