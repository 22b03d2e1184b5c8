"""A sentence-transformers model -> one ONNX file with 8-bit weights, made once and proved against the model.

It is made in a folder beside its place and renamed when it is proved and on disk: an interrupted export leaves
nothing that is used, and a later one removes what it left.
"""

from __future__ import annotations

import io
import shutil
import tempfile
import time
from bisect import bisect_right
from contextlib import redirect_stderr, redirect_stdout
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embedding.models import ModelIdentity
from index.embedding.onnx import CARD, GRAPH, TOKENIZER, ExportCard, OnnxEmbedder, Proof, is_whole
from index.embedding.sentence_transformers import SentenceTransformersEmbedder, load, one_line, quiet
from index.errors import ModelError
from index.files import FileStamp, file_errors, sync, sync_tree

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

MIN_COSINE = 0.98  # what every text of the proof must reach; all-MiniLM-L6-v2 measures .986
REMEDY = 'set `backend = "sentence-transformers"`, or choose another model'
_OPSET = 17  # the first with LayerNormalization as one operator; all of the encoder needs no later one
_LONGEST_PROOF = 1024  # tokens: attention takes memory by the square of the length
_PROTOBUF_LIMIT = 2**31  # bytes that one protobuf message, and so one ONNX file, may have
_LEFTOVER = 3600  # seconds after which a folder that an export works in is taken for abandoned
_WORK = ".export-"

PROOF_TEXTS = (
    "Ferry",
    "Who signed the lease?",
    "When was the lighthouse at the northern mole put out of service, and by whose order?",
    "In 1987 the co-operative sold 12,450 tonnes of rye at $118.50 a tonne, 3.2% less than the year before.",
    "No. 417-XII, art. 9(3): \"the holder shall, within 14 days, return the permit\" - see also art. 11 & 12.",
    "¿Quién pagó la reparación del tejado de la escuela después de la tormenta?",
    "Die Genossenschaft beschloss im Frühjahr, die alte Mühle am Fluss nicht abzureißen, sondern umzubauen.",
    "Навесні громада вирішила відремонтувати старий міст, але грошей вистачило лише на половину робіт.",
    "Осенью рыбаки вернулись в порт раньше обычного: лёд стал уже в первых числах ноября.",
    "Το καράβι έφυγε από το λιμάνι πριν από την αυγή, χωρίς να περιμένει τους τελευταίους επιβάτες.",
    "عاد الصيادون إلى الميناء قبل غروب الشمس لأن الريح اشتدت فجأة.",
    "市议会决定在春天修复旧桥,但预算只够支付一半的费用。",
    "港の組合は古い灯台を取り壊さず、小さな博物館として残すことにした。",
    "naïve café — “quoted”, it's… 50 % / 1½ & <b>tags</b> [1]",
    "The committee met three times in the winter. At the first meeting nobody would take the chair; at the "
    "second a teacher from the upper village was elected against her will; at the third she resigned, and the "
    "minutes, which she had kept in a blue notebook, were found to end in the middle of a sentence.",
)  # fmt: skip


def export(identity: ModelIdentity, folder: Path) -> Proof:
    """Export the model to `folder`, replacing a damaged export there; return how near it comes to the reference.

    Raises ModelError if the model cannot be exported or its export is too far off, StoreError if it cannot be
    written. Prints nothing.
    """
    # Eager attention exports to plain operators, which are a tenth faster here than the fused kind.
    model = load(identity, device="cpu", attn_implementation="eager")
    refuse_unusual(model, identity.title)
    reference = SentenceTransformersEmbedder(model, identity)
    with file_errors("preparing the embedding model"):
        folder.parent.mkdir(parents=True, exist_ok=True)
        _remove_leftovers(folder.parent)
        work = Path(tempfile.mkdtemp(prefix=_WORK, dir=folder.parent))
        try:
            fresh, traced = work / "export", work / "traced.onnx"
            fresh.mkdir()
            with quiet(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                _trace(model, traced, identity.title)
                quantise(traced, fresh / GRAPH, identity.title)
            (fresh / TOKENIZER).write_text(_tokenizer(model), "utf-8")
            card = _card(reference, identity, fresh)
            (fresh / CARD).write_text(card.model_dump_json(), "utf-8")
            proof = prove(OnnxEmbedder.open(fresh), reference, identity.title)
            proved = card.model_copy(update={"proof": proof})
            (fresh / CARD).write_text(proved.model_dump_json(indent=1) + "\n", "utf-8")
            sync_tree(fresh)
            _put(fresh, folder, work / "former")
        finally:
            shutil.rmtree(work, ignore_errors=True)
    return proof


def prove(embedder: OnnxEmbedder, reference: SentenceTransformersEmbedder, title: str) -> Proof:
    """Compare the two on texts of many lengths and scripts, as passages and as queries.

    Raises ModelError if a cosine is below `MIN_COSINE`.
    """
    longest = _text_of(min(reference.max_tokens, _LONGEST_PROOF), reference)
    texts = [t for t in (*PROOF_TEXTS, longest) if reference.count_tokens([t])[0] <= reference.max_tokens]
    ours = np.concatenate([embedder.embed_passages(texts), embedder.embed_queries(texts)])
    theirs = np.concatenate([reference.embed_passages(texts), reference.embed_queries(texts)])
    cosines = np.sum(ours * theirs, axis=1)
    least = float(cosines.min())
    if not least >= MIN_COSINE:  # false for NaN too
        raise ModelError(
            f"the 8-bit export of '{title}' is too far from the model itself: least cosine {least:.4f}, "
            f"at least {MIN_COSINE} is needed; {REMEDY}"
        )
    return Proof(texts=len(texts), min_cosine=least, mean_cosine=float(cosines.mean()), required=MIN_COSINE)


def refuse_unusual(model: SentenceTransformer, title: str) -> None:
    """Raise ModelError unless an export would compute what the model does.

    That needs a transformer over plain text, a pooling, then dense layers or normalisation, and a tokenizer that the
    `tokenizers` library runs alone.
    """
    first: Any = model[0]
    names = [type(module).__name__ for module in model]
    ours = all(type(module).__module__.startswith("sentence_transformers.") for module in model)
    why = ""
    if names[:2] != ["Transformer", "Pooling"] or not set(names[2:]) <= {"Dense", "Normalize"} or not ours:
        why = f"it is made of {', '.join(names)}, not of Transformer, Pooling and then Dense or Normalize"
    elif not getattr(model[1], "include_prompt", True) and any(model.prompts.values()):
        why = "its pooling leaves the prompt out"
    elif "message" in first.modality_config or first.query_length or first.document_length:
        why = "it reads texts through a chat template or with two lengths"
    elif getattr(model.tokenizer, "backend_tokenizer", None) is None:
        why = "its tokenizer has no tokenizer.json"
    elif sum(p.numel() * p.element_size() for p in model.parameters()) >= _PROTOBUF_LIMIT:
        why = "its weights are larger than the 2 GB that one ONNX file holds"
    if why:
        raise ModelError(f"model '{title}' cannot be exported to ONNX: {why}; {REMEDY}")


def _trace(model: SentenceTransformer, target: Path, title: str) -> None:
    """Trace all modules and a last normalisation for one text of any length: (1, tokens) -> (1, dimension)."""
    import torch

    class OneText(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: torch.Tensor) -> torch.Tensor:
            out = self.model({"input_ids": input_ids, "attention_mask": torch.ones_like(input_ids)})
            return torch.nn.functional.normalize(out["sentence_embedding"], dim=-1)

    example: Any = model.preprocess(["A short text to trace the model with."])
    try:
        # The tracing exporter: the newer one gave the same vectors for nine architectures, in 4 to 8 s each
        # instead of 1 to 4.
        torch.onnx.export(
            OneText().eval(),
            (example["input_ids"],),
            str(target),
            dynamo=False,
            input_names=["input_ids"],
            output_names=["vectors"],
            dynamic_axes={"input_ids": {1: "tokens"}},
            opset_version=_OPSET,
        )
    except (torch.onnx.errors.OnnxExporterError, RuntimeError, ValueError, LookupError, TypeError) as error:
        raise ModelError(f"model '{title}' cannot be exported to ONNX ({one_line(error)}); {REMEDY}") from error


def quantise(traced: Path, target: Path, title: str) -> None:
    """Reduce weights to signed 8-bit integers with one scale a channel and the range of 7 bits.

    Processors with AVX2 but no VNNI add two products of 8 bits in 16 and saturate (onnxruntime's documentation
    on quantisation, 'reduce_range'); 7-bit weights cannot: 2 * 255 * 64 < 2^15. Mean cosine to the reference on an
    emulated Haswell and on a processor with VNNI: full range .990 and .994, reduced .993 on both, so the vectors of
    one machine fit those of another. Unsigned weights are safe too, at 0.6 of the speed.

    The first feed-forward block has the widest activations, which 8 bits resolve worst. Keeping its weights as floats
    raises the least cosine of the proof from .977 (an Arabic text) to .986 and costs 7% of the speed.

    Raises ModelError, in which `title` names the model.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped]

    try:
        quantize_dynamic(
            traced,
            target,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            nodes_to_exclude=_first_narrowing(traced),
        )
    except (RuntimeError, ValueError, LookupError, TypeError) as error:
        raise ModelError(f"model '{title}' cannot be reduced to 8 bits ({one_line(error)}); {REMEDY}") from error


def _first_narrowing(traced: Path) -> list[str]:
    """Return the first product with weights (k, n), k > n: where the first feed-forward block narrows again."""
    import onnx

    graph = onnx.load(traced).graph
    shapes = {weights.name: tuple(weights.dims) for weights in graph.initializer}
    for node in graph.node:
        shape = shapes.get(node.input[1], ()) if node.op_type == "MatMul" else ()
        if len(shape) == 2 and shape[0] > shape[1]:
            return [node.name]
    return []


def _tokenizer(model: SentenceTransformer) -> str:
    """Return tokenizer.json as sentence-transformers uses it, without truncation and padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(model.tokenizer.backend_tokenizer.to_str())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer.to_str()


def _card(reference: SentenceTransformersEmbedder, identity: ModelIdentity, fresh: Path) -> ExportCard:
    return ExportCard(
        title=identity.title,
        model_sha256=identity.sha256,
        recipe=identity.recipe,
        dimension=reference.dimension,
        max_tokens=reference.max_tokens,
        query_prompt=reference.query_prompt,
        passage_prompt=reference.passage_prompt,
        modules=tuple(_describe(module) for module in reference.model),
        quantisation="int8",
        versions={n: version(n) for n in ("torch", "transformers", "sentence-transformers", "onnx", "onnxruntime")},
        files={name: FileStamp.of(fresh / name) for name in (GRAPH, TOKENIZER)},
    )


def _describe(module: Any) -> str:
    mode = getattr(module, "pooling_mode", "")
    return f"{type(module).__name__}({mode})" if mode else type(module).__name__


def _put(fresh: Path, folder: Path, former: Path) -> None:
    """Rename the export into its place; a damaged one there is moved out of the way first."""
    if folder.exists():
        folder.rename(former)
    try:
        fresh.rename(folder)
    except OSError:
        if not is_whole(folder):  # else another process was quicker with the same export
            raise
    sync(folder.parent)


def _remove_leftovers(models: Path) -> None:
    for path in models.glob(_WORK + "*"):
        if time.time() - path.stat().st_mtime > _LEFTOVER:
            shutil.rmtree(path)


def _text_of(tokens: int, reference: SentenceTransformersEmbedder) -> str:
    """Return a text of `tokens` tokens or a few less, made of the words of `PROOF_TEXTS` over and over."""
    words = list(islice(cycle(" ".join(PROOF_TEXTS).split()), tokens))  # a word has at least one token
    sizes = range(1, tokens + 1)
    n = bisect_right(sizes, tokens, key=lambda n: reference.count_tokens([" ".join(words[:n])])[0])
    return " ".join(words[: max(n, 1)])
