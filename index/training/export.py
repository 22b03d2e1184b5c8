"""A trained network -> the files that `index.rerank.network` opens: a graph with 8-bit weights, in parts.

Products have one scale for each output and whole numbers of 7 bits (`index.embedding.export` says why); so does the
word table, with one scale for each word. The rest stays in floats.
"""

from __future__ import annotations

import copy
import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from index.rerank.card import CLAIMS_GRAPH, GRAPH
from index.training.network import EncodingNetwork

PART_BYTES = 45_000_000  # of one file of weights; hosts of repositories refuse files of more than 50 or 100 MB
_INLINE = 1024  # bytes; smaller weights stay in the graph
_LEVELS = 127
_OPSET = 17


class EightBitEmbedding(nn.Module):
    """A table of vectors in 8 bits with one scale each."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        scale = weight.abs().amax(1, keepdim=True).clamp(min=1e-8) / _LEVELS
        self.register_buffer("scale", scale)
        self.register_buffer("levels", (weight / scale).round().to(torch.int8))

    def forward(self, ids: Tensor) -> Tensor:
        """Return the vectors of `ids`, shape (..., width)."""
        found: Tensor = self.levels[ids].float() * self.scale[ids]  # type: ignore[index]
        return found


@dataclass(frozen=True, slots=True)
class Form:
    """What a network's files are called, and its outputs with the axes that are of any size."""

    graph: str
    weights: str
    outputs: dict[str, dict[int, str]]


READER = Form(GRAPH, "weights", {"sentences": {1: "sentences"}, "start": {1: "tokens"}, "end": {1: "tokens"}})
CLAIMS = Form(CLAIMS_GRAPH, "claims", {"verdict": {}, "evidence": {1: "sentences"}})


def export(network: EncodingNetwork, folder: Path, form: Form = READER, floats: tuple[str, ...] = ()) -> list[str]:
    """Write the network for one row at a time to `folder`; return the names of the files.

    Weights that another graph of the folder has in its files are used from there. `floats`: products whose node's name
    holds one of these words keep their weights as floats.
    """
    network = copy.deepcopy(network).eval()
    network.encoder.set_attn_implementation("eager")  # type: ignore[operator]
    words: Any = network.encoder.embeddings
    words.word_embeddings = EightBitEmbedding(words.word_embeddings.weight.data)
    with tempfile.TemporaryDirectory() as work:
        traced, reduced = Path(work, "traced.onnx"), Path(work, "reduced.onnx")
        trace(network, traced, form)
        quantise(traced, reduced, floats)
        return write_parts(reduced, folder, form)


def trace(network: EncodingNetwork, target: Path, form: Form = READER) -> None:
    """Write the network's graph in floats."""
    ids = torch.randint(1000, 2000, (1, 40))
    types = (torch.arange(40) > 9).long()[None]
    membership = torch.zeros(1, 3, 40)
    for n in range(3):
        membership[0, n, 10 + n * 8 : 18 + n * 8] = 1.0
    torch.onnx.export(
        network,
        (ids, types, membership),
        str(target),
        dynamo=False,
        input_names=["input_ids", "token_types", "membership"],
        output_names=list(form.outputs),
        dynamic_axes={
            "input_ids": {1: "tokens"},
            "token_types": {1: "tokens"},
            "membership": {1: "sentences", 2: "tokens"},
            **form.outputs,
        },
        opset_version=_OPSET,
    )


def quantise(traced: Path, target: Path, floats: tuple[str, ...]) -> None:
    """Reduce the weights of products to 8 bits."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic  # type: ignore[import-untyped]

    nodes = [n.name for n in onnx.load(traced, load_external_data=False).graph.node if n.op_type in ("MatMul", "Gemm")]
    quantize_dynamic(
        traced,
        target,
        op_types_to_quantize=["MatMul", "Gemm"],
        per_channel=True,
        reduce_range=True,
        weight_type=QuantType.QInt8,
        nodes_to_exclude=[n for n in nodes if any(word in n for word in floats)],
        extra_options={"MatMulConstBOnly": True},
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the bytes of a weight lie."""

    file: str
    offset: int
    length: int


def write_parts(graph: Path, folder: Path, form: Form) -> list[str]:
    """Write the graph with its weights beside it, in files of at most about `PART_BYTES`.

    Returns the names of all files that it needs.
    """
    import onnx

    model = onnx.load(graph)
    del model.metadata_props[:]
    folder.mkdir(parents=True, exist_ok=True)
    there = _weights_of(path for path in folder.glob("*.onnx") if path.name != form.graph)
    parts: list[bytearray] = []
    used: set[str] = set()
    for weights in model.graph.initializer:
        raw = weights.raw_data
        if len(raw) > _INLINE:
            place = there.get(hashlib.sha256(raw).digest()) or _append(raw, parts, form.weights)
            used.add(place.file)
            _refer(weights, place)
    for number, part in enumerate(parts, 1):
        (folder / f"{form.weights}-{number}.bin").write_bytes(part)
    (folder / form.graph).write_bytes(model.SerializeToString())
    return [form.graph, *sorted(used)]


def _append(raw: bytes, parts: list[bytearray], name: str) -> _Place:
    if not parts or len(parts[-1]) + len(raw) > PART_BYTES:
        parts.append(bytearray())
    parts[-1] += bytes(-len(parts[-1]) % 64)  # as processors like to read
    place = _Place(f"{name}-{len(parts)}.bin", len(parts[-1]), len(raw))
    parts[-1] += raw
    return place


def _refer(weights: Any, place: _Place) -> None:
    """Let a graph's weights lie in a file."""
    import onnx
    from onnx.external_data_helper import set_external_data

    set_external_data(weights, location=place.file, offset=place.offset, length=place.length)
    weights.ClearField("raw_data")
    weights.data_location = onnx.TensorProto.EXTERNAL


def _weights_of(graphs: Iterable[Path]) -> dict[bytes, _Place]:
    """Return where the weights of `graphs` lie, by the hash of their bytes."""
    import onnx
    from onnx.external_data_helper import ExternalDataInfo, uses_external_data

    found = {}
    for graph in graphs:
        for weights in onnx.load(graph, load_external_data=False).graph.initializer:
            if uses_external_data(weights):
                info: Any = ExternalDataInfo(weights)
                with (graph.parent / info.location).open("rb") as file:
                    file.seek(info.offset)
                    raw = file.read(info.length)
                found[hashlib.sha256(raw).digest()] = _Place(info.location, info.offset, info.length)
    return found
