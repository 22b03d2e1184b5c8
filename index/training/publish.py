"""A finished training -> the shipped file: python -m index.training.publish DATA --checkpoint DIR/last.pt ...

Exports the network to ONNX, reduces its weights to 8 bits, measures the result on the calibration file beside the
network in floats, fits the two curves that turn log-odds into probabilities, and with --write puts selector.onnx
and selector.json into --to. Several checkpoints are averaged weight by weight (Wortsman et al., 'Model soups',
2022): runs that began with the same weights and saw the data in another order.
"""

from __future__ import annotations

import argparse
import datetime
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from index.embedding.export import quantise
from index.embedding.models import bundled_folder
from index.errors import UsageError, in_plain_words
from index.files import file_sha256
from index.rerank.card import CARD, GRAPH, SHIPPED, Platt, SelectorCard
from index.rerank.layout import Layout, tokenizer_file
from index.rerank.runtime import Selector
from index.training.baselines import by_selector
from index.training.data import CALIBRATION, TRAIN, read
from index.training.fit import fit_platt
from index.training.metrics import Prediction, columns, summary
from index.training.network import SelectorNetwork, build, load_checkpoint
from index.training.train import predict

TITLE = "MiniLM-L6 sentence selector"
MOST_BYTES = 25_000_000
_OPSET = 17


def load(checkpoints: Sequence[Path]) -> SelectorNetwork:
    """Load the network with the mean of the checkpoints' weights. Raises UsageError for what is no checkpoint."""
    states = [load_checkpoint(path, "cpu")["model"] for path in checkpoints]
    model = build(bundled_folder())
    mean = {k: sum(s[k].float() for s in states) / len(states) for k in states[0]}
    model.load_state_dict({k: v.to(states[0][k].dtype) for k, v in mean.items()})
    return model.eval()


def export(model: SelectorNetwork, target: Path) -> None:
    """Write one ONNX file with 8-bit weights, one scale a channel, in 7 bits' range (`index.embedding.export`: why).

    As there, the first feed-forward block narrows in floats: AUROC on the calibration file is .700 instead of .691
    for QED. Here they are kept as 16-bit floats and widened when the file is opened.
    """
    model.encoder.set_attn_implementation("eager")  # type: ignore[operator]
    ids = torch.randint(1000, 2000, (1, 40))
    types = (torch.arange(40) > 9).long()[None]
    membership = torch.zeros(1, 3, 40)
    for n in range(3):
        membership[0, n, 10 + n * 8 : 18 + n * 8] = 1.0
    with tempfile.TemporaryDirectory() as work:
        traced = Path(work, "traced.onnx")
        torch.onnx.export(
            model,
            (ids, types, membership),
            str(traced),
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
        quantise(traced, target, TITLE)
    _halve(target)


def _halve(graph: Path) -> None:
    """Make matrices in 32-bit floats 16-bit ones with a cast behind them, which the session folds away."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(graph)
    for weights in list(model.graph.initializer):
        if weights.data_type == onnx.TensorProto.FLOAT and len(weights.dims) > 1:
            half = numpy_helper.from_array(numpy_helper.to_array(weights).astype(np.float16), weights.name + "_half")
            model.graph.initializer.remove(weights)
            model.graph.initializer.append(half)
            cast = onnx.helper.make_node("Cast", [half.name], [weights.name], to=onnx.TensorProto.FLOAT)
            model.graph.node.insert(0, cast)
    onnx.save(model, graph)


def fit_curves(predictions: Sequence[Prediction]) -> tuple[Platt, Platt]:
    """Fit the curves from log-odds to probability: (of one sentence, of any sentence of a passage)."""
    answerable, _, confidence = columns(predictions)
    scores, labels = (np.concatenate(c) for c in ([p.scores for p in predictions], [p.labels for p in predictions]))
    return fit_platt(scores, labels), fit_platt(confidence, answerable)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--checkpoint", type=Path, nargs="+", required=True)
    parser.add_argument("--to", type=Path, default=SHIPPED)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    examples = read(args.data / CALIBRATION)
    network = load(args.checkpoint)
    floats = summary(predict(network, examples, Layout(), "cpu"), examples)
    with tempfile.TemporaryDirectory() as work:
        fresh = Path(work, GRAPH)
        export(network, fresh)
        size = fresh.stat().st_size
        if size > MOST_BYTES:
            raise UsageError(f"{GRAPH} has {size} bytes, more than {MOST_BYTES}; leave more of it in 8 bits")
        card = SelectorCard(
            title=TITLE,
            bytes=size,
            sha256=file_sha256(fresh),
            tokenizer_sha256=file_sha256(tokenizer_file()),
            sentence=Platt(slope=1.0, bias=0.0),
            any=Platt(slope=1.0, bias=0.0),
            made=f"{datetime.date.today()}, python -m index.training.publish, {len(args.checkpoint)} checkpoint(s)",
            data={name: file_sha256(args.data / name) for name in (TRAIN, CALIBRATION)},
            measured={"float32": floats},
        )
        Path(work, CARD).write_text(card.model_dump_json(), "utf-8")
        selector = Selector.open(Path(work))
        assert selector is not None
        predictions = by_selector(examples, selector)
        sentence, any_ = fit_curves(predictions)
        measured = {"float32": floats, "int8": summary(predictions, examples)}
        card = card.model_copy(update={"sentence": sentence, "any": any_, "measured": measured})
        print(card.model_dump_json(indent=1))
        if args.write:
            args.to.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(fresh, args.to / GRAPH)
            (args.to / CARD).write_text(card.model_dump_json(indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    in_plain_words(main)
