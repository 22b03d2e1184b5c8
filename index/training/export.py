"""A trained network -> the files that `index.rerank.runtime` opens: a graph with 8-bit weights, in parts.

Products have one scale for each output and whole numbers of 7 bits (`index.embedding.export` says why); so does the
word table, with one scale for each word. The rest stays in floats.
"""

from __future__ import annotations

import copy
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from index.rerank.card import GRAPH
from index.training.network import ReaderNetwork

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


def export(network: ReaderNetwork, folder: Path, floats: tuple[str, ...] = ()) -> list[str]:
    """Write the network for one row at a time to `folder`; return the names of the files.

    `floats`: products whose node's name holds one of these words keep their weights as floats.
    """
    network = copy.deepcopy(network).eval()
    network.encoder.set_attn_implementation("eager")  # type: ignore[operator]
    words: Any = network.encoder.embeddings
    words.word_embeddings = EightBitEmbedding(words.word_embeddings.weight.data)
    with tempfile.TemporaryDirectory() as work:
        traced, reduced = Path(work, "traced.onnx"), Path(work, "reduced.onnx")
        trace(network, traced)
        quantise(traced, reduced, floats)
        return write_parts(reduced, folder)


def trace(network: ReaderNetwork, target: Path) -> None:
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
        output_names=["sentences", "start", "end"],
        dynamic_axes={
            "input_ids": {1: "tokens"},
            "token_types": {1: "tokens"},
            "membership": {1: "sentences", 2: "tokens"},
            "sentences": {1: "sentences"},
            "start": {1: "tokens"},
            "end": {1: "tokens"},
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


def write_parts(graph: Path, folder: Path) -> list[str]:
    """Write the graph with its weights beside it, in files of at most about `PART_BYTES`; return all names."""
    import onnx
    from onnx.external_data_helper import set_external_data

    model = onnx.load(graph)
    del model.metadata_props[:]
    folder.mkdir(parents=True, exist_ok=True)
    parts: list[bytearray] = [bytearray()]
    for weights in model.graph.initializer:
        raw = weights.raw_data
        if len(raw) <= _INLINE:
            continue
        if len(parts[-1]) + len(raw) > PART_BYTES and parts[-1]:
            parts.append(bytearray())
        offset = -len(parts[-1]) % 64  # as processors like to read
        parts[-1] += bytes(offset)
        name = f"weights-{len(parts)}.bin"
        set_external_data(weights, location=name, offset=len(parts[-1]), length=len(raw))
        parts[-1] += raw
        weights.ClearField("raw_data")
        weights.data_location = onnx.TensorProto.EXTERNAL
    names = []
    for number, part in enumerate(parts, 1):
        names.append(f"weights-{number}.bin")
        (folder / names[-1]).write_bytes(part)
    (folder / GRAPH).write_bytes(model.SerializeToString())
    return [GRAPH, *names]
