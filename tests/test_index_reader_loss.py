"""Training a reader: the loss, 8 bits and the export, the curve from log-odds to probability."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.files import FileStamp, file_sha256
from index.rerank.card import CARD, GRAPH, Platt, ReaderCard
from index.rerank.layout import Layout, tokenizer_file
from index.rerank.reranker import Thresholds
from index.rerank.runtime import Reader
from index.training.batches import Item, collate, make_item
from index.training.data import Example
from index.training.fit import fit_platt
from index.training.metrics import Prediction
from tests.test_index_readers import LIGHTHOUSE

if TYPE_CHECKING:
    from index.training.loss import Output
    from index.training.network import ReaderNetwork

pytestmark = pytest.mark.slow

ASKED = Example("made", "Skarvik", "When was it built?", LIGHTHOUSE, (False, True, False, False), ("1874",))
UNANSWERED = Example("made", "Skarvik", "Who painted it?", LIGHTHOUSE, (False,) * 4)
SCORE = st.floats(-60, 60)


@pytest.fixture(scope="module")
def layout() -> Layout:
    return Layout()


# ---- the loss ----


def test_the_answering_words_become_token_spans(layout: Layout) -> None:
    made = make_item(ASKED, "Skarvik", layout)
    assert made.starts == made.ends
    (at,) = made.starts
    first, last = made.row.spans[1]
    assert first <= at < last
    batch = collate([made, make_item(UNANSWERED, "", layout)])
    assert batch["starts"][0, at] == 1
    assert batch["starts"][1, 0] == batch["ends"][1, 0] == 1, "without an answer the span is [CLS]"
    assert batch["labels"].tolist() == [[0, 1, 0, 0], [0, 0, 0, 0]]
    assert (batch["membership"].sum(-1) > 0).all()


def two_rows(layout: Layout, groups: tuple[int, int], certain: bool = True) -> list[Item]:
    """An answered row and one that is not, in these groups."""
    answered, other = make_item(ASKED, "", layout, groups[0]), make_item(UNANSWERED, "", layout, groups[1])
    return [answered, replace(other, certain=certain)]


def says(first: float, second: float, tokens: int) -> Output:
    """What a network says that gives sentence 1 of two rows these log-odds."""
    import torch

    sentences = torch.full((2, 4), -20.0)
    sentences[0, 1], sentences[1, 1] = first, second
    return sentences, torch.zeros(2, tokens), torch.zeros(2, tokens)


def test_pairs_are_told_apart_by_the_loss(layout: Layout) -> None:
    """Of two rows of one group the answered one should be surer; rows of other groups do not compare."""
    from index.training.loss import loss_of

    def loss(first: float, second: float, groups: tuple[int, int]) -> float:
        batch = collate(two_rows(layout, groups))
        return float(loss_of(says(first, second, batch["ids"].shape[1]), batch))

    assert loss(2.0, -2.0, (1, 1)) - loss(2.0, -2.0, (1, 2)) < 0.02, "in order: hardly any loss more"
    assert loss(-2.0, 2.0, (1, 1)) - loss(-2.0, 2.0, (1, 2)) > 1.5, "out of order"


def test_labels_made_by_rule_can_be_left_out(layout: Layout) -> None:
    from index.training.loss import loss_of

    batch = collate(two_rows(layout, (1, 1), certain=False))
    tokens = batch["ids"].shape[1]
    some, other = (loss_of(says(1.0, x, tokens), batch, certain_only=True) for x in (-5.0, 5.0))
    assert some == other
    assert loss_of(says(1.0, -5.0, tokens), batch) < loss_of(says(1.0, 5.0, tokens), batch)


def test_a_pupil_who_says_what_the_teacher_says_has_nothing_to_learn(layout: Layout) -> None:
    import torch

    from index.training.loss import distillation

    short = make_item(replace(ASKED, sentences=LIGHTHOUSE[:2], labels=(False, True)), "", layout)
    batch = collate([short, *two_rows(layout, (1, 1))])
    torch.manual_seed(1)
    theirs, own = ((torch.randn(3, 4), *torch.randn(2, *batch["ids"].shape)) for _ in range(2))
    assert distillation(theirs, theirs, batch) == pytest.approx(0, abs=1e-6)
    assert distillation(own, theirs, batch) > 0.1
    sentences, start, end = (part.clone() for part in theirs)
    sentences[0, 2:] += 5.0
    start[batch["mask"] == 0] -= 5.0
    assert distillation((sentences, start, end), theirs, batch) == pytest.approx(0, abs=1e-6), "padding says nothing"


# ---- 8 bits ----


def test_fake_quantisation_rounds_as_8_bits_do_and_passes_gradients() -> None:
    import torch

    from index.training.fake_quantise import WEIGHT_LEVELS, fake_quantise

    torch.manual_seed(2)
    network = torch.nn.Sequential(torch.nn.Linear(16, 4))
    state, x = network.state_dict(), torch.randn(3, 5, 16, requires_grad=True)
    bias, scale = state["0.bias"], state["0.weight"].abs().amax(1, keepdim=True) / WEIGHT_LEVELS
    weights = (state["0.weight"] / scale).round() * scale

    flat = x.detach().reshape(3, -1)
    step = ((flat.amax(1) - flat.amin(1)) / 255)[:, None, None]  # each row has its own
    grid = (x.detach() / step).round() * step
    fake_quantise(network)
    found = network(x)
    assert torch.allclose(found, grid @ weights.T + bias, atol=1e-5)
    found.sum().backward()
    gradient = network.get_parameter("0.weight").grad
    assert gradient is not None
    assert torch.allclose(gradient, grid.sum((0, 1)).expand(4, 16), atol=1e-4)
    assert x.grad is not None
    assert torch.allclose(x.grad, weights.sum(0).expand_as(x), atol=1e-5)


@pytest.fixture
def tiny_deep(monkeypatch: pytest.MonkeyPatch) -> ReaderNetwork:
    """An MPNet reader of two narrow layers with random weights."""
    import torch
    import transformers

    from index.training.network import Size, build

    class Tiny(transformers.MPNetConfig):
        def __init__(self, **given: Any) -> None:
            narrow = {"hidden_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 96}
            super().__init__(**given | narrow)

    monkeypatch.setattr(transformers, "MPNetConfig", Tiny)
    torch.manual_seed(3)
    network = build(Size.DEEP).eval()
    for weight in network.parameters():  # as large as trained ones, so that rows differ
        if weight.dim() > 1:
            torch.nn.init.normal_(weight, std=0.2)
    return network


def log_odds(network: ReaderNetwork, items: list[Item]) -> np.ndarray:
    import torch

    batch = collate(items)
    with torch.no_grad():
        sentences, _, _ = network(batch["ids"], batch["types"], batch["membership"], batch["mask"])
    return sentences.numpy()


def test_fused_attention_computes_the_same(tiny_deep: ReaderNetwork, layout: Layout) -> None:
    from index.training.network import fuse_attention

    items = [make_item(ASKED, "Skarvik", layout), make_item(replace(ASKED, question="?"), "", layout)]
    plain = log_odds(tiny_deep, items)
    fuse_attention(tiny_deep)
    assert log_odds(tiny_deep, items) == pytest.approx(plain, abs=1e-4)


def test_the_8_bit_export_says_nearly_what_the_network_says(
    tiny_deep: ReaderNetwork, layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from index.training import export

    most = 1_500_000  # the word table, 48 bytes a word, goes into one part
    monkeypatch.setattr(export, "PART_BYTES", most)
    names = export.export(tiny_deep, tmp_path)
    assert sorted(names) == sorted(p.name for p in tmp_path.iterdir())
    assert names[0] == GRAPH
    assert len(names) > 2, "several parts"
    assert all((tmp_path / name).stat().st_size <= most + 64 for name in names[1:])
    card = ReaderCard(
        title="tiny",
        files={name: FileStamp.of(tmp_path / name) for name in names},
        tokenizer_sha256=file_sha256(tokenizer_file()),
        curve=Platt(slope=1.0, bias=0.0),
        thresholds=Thresholds(cautious=0.6, balanced=0.4, generous=0.2),
        made="",
        data={},
        measured={},
    )
    (tmp_path / CARD).write_text(card.model_dump_json(), "utf-8")
    reader = Reader.open(tmp_path)
    assert reader is not None
    questions = [f"{word} was {n} built?" for n in range(5) for word in ("When", "Why", "How")]
    theirs = [log_odds(tiny_deep, [make_item(replace(ASKED, question=q), "Skarvik", layout)])[0] for q in questions]
    ours = [reader.read(q, [("Skarvik", LIGHTHOUSE)])[0].sentences for q in questions]
    assert np.corrcoef(np.ravel(theirs), np.ravel(ours))[0, 1] > 0.98


# ---- the curve ----


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(SCORE, st.booleans()), min_size=2, max_size=40))
def test_a_fitted_curve_is_never_worse_than_knowing_nothing(rows: list[tuple[float, bool]]) -> None:
    """Newton's method alone runs away on scores far from their mean."""
    curve = fit_platt(np.array([x for x, _ in rows]), np.array([y for _, y in rows]))
    share = (sum(y for _, y in rows) + 1) / (len(rows) + 2)
    loss = -np.mean([np.log(max(curve.probability(x) if y else 1 - curve.probability(x), 1e-12)) for x, y in rows])
    nothing = -np.mean([np.log(share if y else 1 - share) for _, y in rows])
    assert loss <= nothing + 0.05


def test_a_weighted_curve_is_that_of_repeated_rows() -> None:
    x, y = np.array([-1.0, 0.5, 2.0, 1.0]), np.array([False, True, True, False])
    times = np.array([3, 1, 2, 1])
    weighted, repeated = fit_platt(x, y, times.astype(float)), fit_platt(x.repeat(times), y.repeat(times))
    assert (weighted.slope, weighted.bias) == pytest.approx((repeated.slope, repeated.bias), abs=1e-3)


def card_of(curve: Platt) -> ReaderCard:
    """A card whose curve alone matters."""
    return ReaderCard.model_construct(curve=curve)


def test_a_large_data_set_weighs_no_more_in_the_curve() -> None:
    from index.training.publish import fit_curve

    def fitted(times: int) -> list[float]:
        """A fifth of the passages of one set answer, and four fifths of those of another, `times` as large."""
        rows = [("one", n % 5 == 0, n % 7 - 3.0) for n in range(100)]
        rows += [("other", n % 5 != 0, n % 7 - 2.0) for n in range(100)] * times
        predictions = [Prediction((answered,), (0.0,), odds) for _, answered, odds in rows]
        curve = fit_curve(predictions, [replace(ASKED, dataset=name) for name, _, _ in rows])
        return [curve.probability(odds) for odds in (-3.0, 0.0, 3.0)]

    assert fitted(20) == pytest.approx(fitted(1), abs=0.02)


def test_a_readers_calibration_error_is_that_of_its_passages() -> None:
    """Half of the passages answer: the probability of any sentence has to say so, whatever each sentence says."""
    from index.training.evaluate import passage_error

    half = [Prediction((n % 2 == 0, False), (-5.0, 5.0), 0.0) for n in range(100)]
    assert passage_error(half, card_of(Platt(slope=2.0, bias=0.0))) == pytest.approx(0)
    assert passage_error(half, card_of(Platt(slope=2.0, bias=9.0))) == pytest.approx(0.5, abs=0.01)
