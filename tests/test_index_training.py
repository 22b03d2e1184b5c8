"""What training is made of: examples and their near misses, batches, metrics and fits."""

from __future__ import annotations

import gzip
import json
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import UsageError
from index.rerank.layout import Layout
from index.rerank.logistic import sigmoid
from index.rerank.reading import PRIOR, Parts
from index.training import baselines, near_miss
from index.training.batches import Batches, Chosen, Item, Plan, make_item
from index.training.data import Example, clean, hold_out, read, read_sets, thin, window
from index.training.extra import load
from index.training.fit import fit_listwise, fit_logistic
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
from tests.test_index_readers import LIGHTHOUSE

PLAIN = Plan(**dict.fromkeys(("drop_answer", "swap_paragraph", "windowed", "no_mark", "dated", "bare"), 0.0))
BEES = ("Bees", ("Bees sleep in winter.",))


def example(question: str, right: int | None = 1, answers: Sequence[str] = (), group: str = "") -> Example:
    labels = tuple(n == right for n in range(len(LIGHTHOUSE)))
    return Example("made", "Skarvik", question, LIGHTHOUSE, labels, tuple(answers), belongs=group)


@pytest.fixture(scope="module")
def layout() -> Layout:
    return Layout()


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
        assert 0.03 <= sum(e.dataset == name for e in held) / 400 <= 1 / 16
    assert hold_out(examples) == (train, held)


def test_a_group_is_held_out_as_one_whatever_its_titles() -> None:
    examples = [replace(example("?", group=f"affair {n % 50}"), title=f"title {n}") for n in range(200)]
    train, held = hold_out(examples)
    assert held
    assert {e.belongs for e in train}.isdisjoint({e.belongs for e in held})


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.gz"):
        read(tmp_path / "none.gz")
    bad = tmp_path / "bad.jsonl.gz"
    bad.write_bytes(gzip.compress(b'{"set": "x"}\n'))
    with pytest.raises(UsageError, match=r"bad\.jsonl\.gz.*KeyError"):
        read(bad)
    with pytest.raises(UsageError, match="holds no training data"):
        read_sets(tmp_path)


def test_the_sets_that_are_there_are_read(tmp_path: Path) -> None:
    row = {"set": "made", "title": "A_b", "question": "?", "sentences": ["a", "b"], "labels": [0, 1]}
    lines = [json.dumps(row | {"header": "A b. 2021", "group": f"{n}"}) for n in range(40)]
    for name in ("contrast.jsonl.gz", "affairs.jsonl.gz"):
        (tmp_path / name).write_bytes(gzip.compress("\n".join(lines).encode()))
    found = read_sets(tmp_path)
    assert [(s.file, s.varied, len(e)) for s, e in found] == [
        ("contrast.jsonl.gz", True, 40),
        ("affairs.jsonl.gz", False, 40),
    ]
    first = found[0][1][0]
    assert (first.title, first.header, first.group, first.labels) == ("A b", "A b. 2021", "0", (False, True))
    assert sum(len(e) for _, e in read_sets(tmp_path, limit=20)) == 20


def test_fewer_questions_are_as_many_of_each_set() -> None:
    examples = [replace(example("?"), dataset=name, title=str(n)) for name in ("one", "two") for n in range(50)]
    examples += [replace(example("?"), dataset="three")]
    found = thin(examples, 30)
    assert [sum(e.dataset == name for e in found) for name in ("one", "two", "three")] == [10, 10, 1]
    assert found == thin(examples, 30)
    assert thin(examples, 0) == examples


def test_what_two_readers_say_is_added() -> None:
    last = [Prediction((True, False), (1.0, 1.5), 2.0)]
    before = [Prediction((True, False), (PRIOR + 4.0, PRIOR), 0.0)]
    (both,) = baselines.together(last, before, Parts(0.25, 0.25))
    assert both.scores == pytest.approx((2.0, 1.5))
    assert both.best == 0
    assert both.confidence == pytest.approx(np.logaddexp(2.0, 1.5))
    (alone,) = baselines.together(last, before, Parts(0.25, 0.0))
    assert alone.confidence == pytest.approx(np.logaddexp(1.0, 1.5))


def test_without_its_answer_a_paragraph_holds_nothing_that_answers() -> None:
    made = near_miss.drop_answer(example("When was it built?", answers=["1874"]))
    assert made is not None
    assert made.sentences == (LIGHTHOUSE[0], *LIGHTHOUSE[2:])
    assert not made.answerable
    assert near_miss.drop_answer(example("What stands there?", answers=["the"])) is None, "the rest still holds it"


def test_a_swapped_paragraph_is_near_and_without_the_answer() -> None:
    others = [("Skarvik", LIGHTHOUSE), ("Mole", ("It dates from 1874.",)), BEES]
    for seed in range(20):
        made = near_miss.swap_paragraph(example("When was it built?", answers=["1874"]), others, random.Random(seed))
        assert made is not None
        assert (made.title, made.sentences) == BEES
        assert not made.answerable
    assert near_miss.swap_paragraph(example("?", answers=["1874"]), others[:2], random.Random(0)) is None


def test_a_window_is_whole_sentences_within_the_limit() -> None:
    found = window(example("?"), [10, 10, 10, 10], 25, 1)
    assert found.sentences == LIGHTHOUSE[1:3]
    assert found.labels == (True, False)
    assert window(example("?"), [99, 99, 99, 99], 25, 2).sentences == LIGHTHOUSE[2:3], "one at least"


# ---- batches ----


def pass_over(stream: Iterator[list[Item]], rows: int) -> list[list[Item]]:
    """Take batches until they hold `rows` rows."""
    found: list[list[Item]] = []
    while sum(map(len, found)) < rows:
        found.append(next(stream))
    return found


def many(groups: int = 20, each: int = 3) -> list[Chosen]:
    """Questions of `groups` affairs, `each` of one; of three, one has no answer."""
    return [
        Chosen(
            example(f"When was number {n} of {g} built?", n % 3 or None, ["1874"], f"affair {g}"), 1.0, True, (BEES,)
        )
        for g in range(groups)
        for n in range(each)
    ]


def test_a_pass_holds_every_question_and_is_the_same_each_time(layout: Layout) -> None:
    chosen = many()
    one, again = (Batches(chosen, layout, PLAIN, 3, 512).stream() for _ in range(2))
    first = pass_over(one, 60)
    assert first == pass_over(again, 60)
    assert {i.row.ids for b in first for i in b} == {make_item(c.example, "Skarvik", layout).row.ids for c in chosen}
    assert pass_over(one, 60) != first, "the next pass is in another order"
    assert pass_over(Batches(chosen, layout, PLAIN, 3, 512).stream(drawing=1), 60) != first
    assert pass_over(Batches(chosen, layout, PLAIN, 4, 512).stream(), 60) != first


def test_a_batch_keeps_a_group_together_within_its_tokens(layout: Layout) -> None:
    found = pass_over(Batches(many(), layout, PLAIN, 3, 600).stream(), 60)
    assert all(len(b) * max(len(i.row.ids) for i in b) <= 600 for b in found)
    for group in {i.group for b in found for i in b}:
        assert sum(any(i.group == group for i in b) for b in found) == 1
    narrow = pass_over(Batches(many(), layout, PLAIN, 3, 150).stream(), 60)
    assert all(len(b) * max(len(i.row.ids) for i in b) <= 150 for b in narrow), "a group too large for a batch is cut"


def test_parts_of_a_stream_share_no_group(layout: Layout) -> None:
    chosen = many()
    batches = Batches(chosen, layout, PLAIN, 3, 512)
    parts = [[i for b in pass_over(batches.stream(0, n, 2), 60) for i in b] for n in range(2)]
    rows, groups = ([{key(i) for i in part} for part in parts] for key in (lambda i: i.row.ids, lambda i: i.group))
    assert rows[0].isdisjoint(rows[1])
    assert groups[0].isdisjoint(groups[1])
    assert len(rows[0] | rows[1]) == len(chosen)


def test_a_share_says_how_often_a_question_comes(layout: Layout) -> None:
    chosen = [replace(c, share=2.0 if n < 30 else 0.5) for n, c in enumerate(many())]
    often = {make_item(c.example, "Skarvik", layout).row.ids for c in chosen[:30]}
    rows = [i.row.ids in often for b in islice(Batches(chosen, layout, PLAIN, 3, 512).stream(), 400) for i in b]
    assert sum(rows) / (len(rows) - sum(rows)) == pytest.approx(4, rel=0.15)


@pytest.mark.parametrize("kind", ["drop_answer", "swap_paragraph"])
def test_near_misses_come_in_the_group_of_their_question(kind: str, layout: Layout) -> None:
    chosen = [c for c in many() if c.example.answerable and c.example.labels[1]]
    found = pass_over(Batches(chosen, layout, replace(PLAIN, **{kind: 1.0}), 3, 600).stream(), 2 * len(chosen))
    for batch in found:
        for group in {i.group for i in batch}:
            own, made = ([i for i in batch if i.group == group and i.certain is certain] for certain in (True, False))
            assert len(own) == len(made)
            assert all(any(i.labels) for i in own)
            assert not any(any(i.labels) for i in made)
    plain = [replace(c, varied=False) for c in chosen]
    rows = pass_over(Batches(plain, layout, replace(PLAIN, **{kind: 1.0}), 3, 600).stream(), len(chosen))
    assert all(i.certain for b in rows for i in b), "not of sets that are not varied"


def test_windows_of_a_long_passage_hold_an_answer_mostly(layout: Layout) -> None:
    filler = tuple(f"On day {n} the gauge at the weir stood at {n * 7 % 40} centimetres." for n in range(40))
    long = Example("made", "Weir", "When?", (*filler, LIGHTHOUSE[1], *filler), (False,) * 40 + (True,) + (False,) * 40)
    stream = Batches([Chosen(long, 1.0, True)], layout, replace(PLAIN, windowed=1.0), 3, 512).stream()
    rows = [i for b in islice(stream, 60) for i in b]
    assert max(len(i.row.ids) for i in rows) < 200
    assert 0.75 < np.mean([any(i.labels) for i in rows]) < 1
    assert len({i.row.ids for i in rows}) > 20, "at every place alike"


# ---- metrics and fits ----


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=40))
def test_auroc_is_the_share_of_pairs_in_order(pairs: list[tuple[bool, int]]) -> None:
    yes = [s for p, s in pairs if p]
    no = [s for p, s in pairs if not p]
    if not yes or not no:
        return
    share = sum((a > b) + 0.5 * (a == b) for a in yes for b in no) / (len(yes) * len(no))
    assert auroc(*(np.array(column) for column in zip(*pairs, strict=True))) == pytest.approx(share)


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_fitted_curve_finds_the_odds() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4000, 2))
    y = rng.random(4000) < 1 / (1 + np.exp(-(2 * x[:, 0] - 1)))
    found = fit_logistic(("a", "b"), x, y)
    assert found.weights[0] / found.scale[0] == pytest.approx(2, abs=0.25)
    assert abs(found.weights[1]) < 0.15
    assert found.log_odds(np.array([[0.5, 0.0]]))[0] == pytest.approx(0, abs=0.2)


@pytest.mark.slow
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
