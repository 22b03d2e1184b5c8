"""What training is made of: examples and their near misses, epochs, the loss, metrics and fits."""

from __future__ import annotations

import gzip
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import UsageError
from index.rerank.layout import Layout
from index.rerank.logistic import sigmoid
from index.training import near_miss
from index.training.batches import Epochs, Plan, collate, make_item
from index.training.data import Example, clean, hold_out, read, window
from index.training.extra import load
from index.training.fit import fit_listwise, fit_logistic, fit_platt
from index.training.metrics import (
    Prediction,
    auroc,
    average_precision,
    calibration_error,
    columns,
    estimate,
    precision_at_1,
    risk_coverage,
)
from tests.test_index_selector import LIGHTHOUSE

pytestmark = pytest.mark.slow


def example(question: str, right: int | None = 1, answers: Sequence[str] = ()) -> Example:
    labels = tuple(n == right for n in range(len(LIGHTHOUSE)))
    return Example("made", "Skarvik", question, LIGHTHOUSE, labels, tuple(answers))


@pytest.fixture(scope="module")
def layout() -> Layout:
    return Layout()


def test_the_answering_words_become_token_spans(layout: Layout) -> None:
    made = make_item(example("When was it built?", answers=["1874"]), "Skarvik", layout)
    assert made.starts == made.ends
    (at,) = made.starts
    first, last = made.row.spans[1]
    assert first <= at < last
    batch = collate([made, make_item(example("Who painted it?", right=None), "", layout)])
    assert batch["starts"][0, at] == 1
    assert batch["starts"][1, 0] == batch["ends"][1, 0] == 1, "without an answer the span is [CLS]"
    assert batch["labels"].tolist() == [[0, 1, 0, 0], [0, 0, 0, 0]]
    assert (batch["membership"].sum(-1) > 0).all()


# ---- data and near misses ----


def test_tokenised_text_is_cleaned() -> None:
    assert clean("It cost 1,200 dollars ( in 1921 ) , `` they '' said , did n't it ?") == (
        'It cost 1,200 dollars (in 1921), "they" said, didn\'t it?'
    )


def test_pages_are_never_on_both_sides() -> None:
    examples = [Example(s, f"page {n % 40} of {s}", "?", ("a",), (True,)) for s in ("one", "two") for n in range(400)]
    train, held = hold_out(examples)
    assert {e.title for e in train}.isdisjoint({e.title for e in held})
    for name in ("one", "two"):
        share = sum(e.dataset == name for e in held) / 400
        assert 0.05 <= share <= 0.1
    assert hold_out(examples) == (train, held)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.gz"):
        read(tmp_path / "none.gz")
    bad = tmp_path / "bad.jsonl.gz"
    bad.write_bytes(gzip.compress(b'{"set": "x"}\n'))
    with pytest.raises(UsageError, match=r"bad\.jsonl\.gz.*KeyError"):
        read(bad)


def test_without_its_answer_a_paragraph_holds_nothing_that_answers() -> None:
    made = near_miss.drop_answer(example("When was it built?", answers=["1874"]))
    assert made is not None
    assert made.sentences == (LIGHTHOUSE[0], *LIGHTHOUSE[2:])
    assert not made.answerable
    assert near_miss.drop_answer(example("What stands there?", answers=["the"])) is None, "the rest still holds it"


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_an_edited_question_asks_for_something_else(seed: int) -> None:
    given_ = example("Who built the lighthouse at Skarvik before 1900?", answers=["Anna Lindqvist"])
    names = ["Oslo", "Bergen", "Anna Lindqvist"]
    made = near_miss.edit_question(given_, names, random.Random(seed))
    assert made is not None
    assert made.question != given_.question
    assert not made.answerable
    assert "Anna Lindqvist" not in made.question, "the new words do not stand in the answering sentence"


def test_a_swapped_paragraph_is_near_and_without_the_answer() -> None:
    others = [("Skarvik", LIGHTHOUSE), ("Mole", ("It dates from 1874.",)), ("Bees", ("Bees sleep in winter.",))]
    for seed in range(20):
        made = near_miss.swap_paragraph(example("When was it built?", answers=["1874"]), others, random.Random(seed))
        assert made is not None
        assert made.sentences == ("Bees sleep in winter.",)
        assert not made.answerable


def test_a_window_is_whole_sentences_within_the_limit() -> None:
    found = window(example("?"), [10, 10, 10, 10], 25, 1)
    assert found.sentences == LIGHTHOUSE[1:3]
    assert found.labels == (True, False)
    assert window(example("?"), [99, 99, 99, 99], 25, 2).sentences == LIGHTHOUSE[2:3], "one at least"


def test_an_epoch_is_the_same_each_time_and_holds_every_question(layout: Layout) -> None:
    examples = [example(f"When was number {n} built?", n % 4, ["1874"]) for n in range(60)]
    epochs = Epochs(examples, [[e.paragraph] for e in examples], layout, Plan(paired=0.5), seed=3)
    one, again, next_ = epochs.batches(0, 512), epochs.batches(0, 512), epochs.batches(1, 512)
    assert one == again
    assert one != next_
    assert len(examples) < sum(map(len, one)) <= 2 * len(examples), "some come with their near miss"
    for batch in one:
        assert len(batch) <= 4 or len(batch) * max(len(i.row.ids) for i in batch) <= 512
    rows = [i for batch in [*one, *next_] for i in batch]
    assert any(not any(i.labels) for i in rows), "near misses are among them"
    assert any(any(i.labels) for i in rows)
    assert len({i.group for i in rows}) == 1, "one paragraph is one group"


def test_pairs_are_told_apart_by_the_loss(layout: Layout) -> None:
    """Of two rows on one paragraph the answered one should be surer; rows on other paragraphs do not compare."""
    import torch

    from index.training.train import loss_of

    answered = make_item(example("When was it built?"), "", layout)
    missed = make_item(example("Who painted it?", right=None), "", layout)

    def loss(first: float, second: float, groups: tuple[int, int]) -> float:
        rows = [replace(answered, group=groups[0]), replace(missed, group=groups[1])]
        made = collate(rows)
        sentences = torch.full((2, 4), -20.0)
        sentences[0, 1], sentences[1, 1] = first, second
        flat = torch.zeros_like(made["starts"])
        return float(loss_of(sentences, flat, flat, made))

    apart = loss(2.0, -2.0, (1, 2))
    assert loss(2.0, -2.0, (1, 1)) - apart < 0.02, "in order: hardly any loss more"
    assert loss(-2.0, 2.0, (1, 1)) - loss(-2.0, 2.0, (1, 2)) > 1.5, "out of order"


# ---- metrics and fits ----


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=40))
def test_auroc_is_the_share_of_pairs_in_order(pairs: list[tuple[bool, int]]) -> None:
    yes = [s for p, s in pairs if p]
    no = [s for p, s in pairs if not p]
    if not yes or not no:
        return
    share = sum((a > b) + 0.5 * (a == b) for a in yes for b in no) / (len(yes) * len(no))
    assert auroc(*(np.array(column) for column in zip(*pairs, strict=True))) == pytest.approx(share)


def test_metrics_of_known_rankings() -> None:
    first = Prediction((True, False, True), (0.9, 0.5, 0.1), 3.0)
    second = Prediction((False, True), (0.9, 0.1), 1.0)
    none = Prediction((False, False), (0.2, 0.1), 2.0)
    every = [first, second, none]
    assert average_precision(every) == pytest.approx([(1 + 2 / 3) / 2, 0.5])
    assert precision_at_1(every).tolist() == [1, 0]
    answerable, correct, confidence = columns(every)
    assert answerable.tolist() == [True, True, False]
    coverage, risk = risk_coverage(correct, confidence)
    assert coverage == pytest.approx([1 / 3, 2 / 3, 1])
    assert risk == pytest.approx([0, 1 / 2, 2 / 3]), "an unanswerable question that is answered is wrong"
    value, low, high = estimate(np.mean, precision_at_1([first, second] * 50))
    assert value == 0.5
    assert 0.3 < low < 0.5 < high < 0.7


def test_calibration_error_is_zero_when_probabilities_come_true() -> None:
    assert calibration_error(np.array([1.0, 0.0] * 50), np.full(100, 0.5)) == pytest.approx(0)
    assert calibration_error(np.ones(10), np.full(10, 0.25)) == pytest.approx(0.75)


def test_a_fitted_curve_finds_the_odds() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4000, 2))
    y = rng.random(4000) < 1 / (1 + np.exp(-(2 * x[:, 0] - 1)))
    found = fit_logistic(("a", "b"), x, y)
    assert found.weights[0] / found.scale[0] == pytest.approx(2, abs=0.25)
    assert abs(found.weights[1]) < 0.15
    assert found.log_odds(np.array([[0.5, 0.0]]))[0] == pytest.approx(0, abs=0.2)


SCORE = st.floats(-60, 60)


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(SCORE, st.booleans()), min_size=2, max_size=40))
def test_a_fitted_curve_is_never_worse_than_knowing_nothing(rows: list[tuple[float, bool]]) -> None:
    """Newton's method alone runs away on scores far from their mean."""
    curve = fit_platt(np.array([x for x, _ in rows]), np.array([y for _, y in rows]))
    share = (sum(y for _, y in rows) + 1) / (len(rows) + 2)
    loss = -np.mean([np.log(max(curve.probability(x) if y else 1 - curve.probability(x), 1e-12)) for x, y in rows])
    nothing = -np.mean([np.log(share if y else 1 - share) for _, y in rows])
    assert loss <= nothing + 0.05


def test_listwise_weights_order_the_sentences_of_one_question() -> None:
    """What differs from question to question teaches a row by row fit the wrong thing, and a listwise one nothing."""
    rng = np.random.default_rng(3)
    lists = []
    for n in range(300):
        rows = np.column_stack([rng.normal(size=6), np.full(6, n % 2)])
        labels = np.zeros(6, dtype=bool)
        if n % 2 == 0:
            labels[int((2 * rows[:, 0] + rng.gumbel(size=6)).argmax())] = True
        lists.append((rows, labels))
    found = fit_listwise(("own", "of the question"), lists)
    assert found.weights[0] > 5 * abs(found.weights[1])
    first = [labels[int(found.log_odds(rows).argmax())] for rows, labels in lists if labels.any()]
    assert np.mean(first) > 0.6
    every = sigmoid(np.concatenate([found.log_odds(rows) for rows, _ in lists]))
    assert every.mean() == pytest.approx(np.concatenate([labels for _, labels in lists]).mean(), abs=0.01)


def test_a_missing_library_is_named_with_the_pip_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bm25s", None)
    with pytest.raises(UsageError, match=r"bm25s is not installed; run `pip install .*\[train\]'`"):
        load("bm25s")
