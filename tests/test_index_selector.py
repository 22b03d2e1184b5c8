"""The sentence selector: its rows and spans, its near misses, its metrics, the shipped weights, damage, training."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import UsageError
from index.files import file_sha256
from index.rerank.card import GRAPH, SHIPPED, Platt, read_card
from index.rerank.layout import MAX_HEADER, MAX_QUESTION, MAX_TOKENS, Layout
from index.rerank.runtime import Selector
from index.rerank.selector import open_selector
from tests.conftest import ROOT

LIGHTHOUSE = (
    "The lighthouse at Skarvik stands on a cliff above the northern mole.",
    "It was built in 1874 by the engineer Anna Lindqvist.",
    "Its lamp burned herring oil until electric light came in 1921.",
    "Two keepers shared the work, and one of them kept bees.",
)
MORE = st.text(alphabet="abc de.1?", min_size=1, max_size=40)


@pytest.fixture(scope="module")
def layout() -> Layout:
    return Layout()


@pytest.fixture(scope="module")
def selector() -> Selector:
    found = Selector.open(SHIPPED)
    assert found is not None
    return found


# ---- rows ----


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(question=MORE, header=MORE, sentences=st.lists(MORE, min_size=1, max_size=60))
def test_a_rows_spans_hold_exactly_their_sentences(question: str, header: str, sentences: list[str]) -> None:
    layout = Layout()
    asked, head, *pieces = layout.pieces([question, header, *sentences])
    row = layout.row(asked, head, pieces, limit=96)
    assert len(row.ids) <= 96
    assert len(row.spans) == len(sentences)
    room = True
    for (start, end), piece in zip(row.spans, pieces, strict=True):
        assert row.ids[start:end] == piece.ids[: end - start]
        assert room or start == end, "once a sentence is cut, none follows"
        room = end - start == len(piece.ids)
    assert row.membership().sum() == sum(b - a for a, b in row.spans)
    assert (row.types() == 0).sum() == row.first <= MAX_QUESTION + 2


def test_a_long_question_and_header_leave_room_for_the_passage(layout: Layout) -> None:
    asked, head, sentence = layout.pieces(["why " * 400, "title " * 400, LIGHTHOUSE[1]])
    row = layout.row(asked, head, [sentence])
    assert len(row.ids) <= MAX_TOKENS
    assert row.first == MAX_QUESTION + 2
    ((start, end),) = row.spans
    assert end - start == len(sentence.ids)
    assert start <= MAX_QUESTION + 2 + MAX_HEADER + 1


# ---- missing and damaged ----


def test_without_a_file_the_embedding_model_ranks(tmp_path: Path) -> None:
    assert Selector.open(tmp_path) is None
    assert open_selector("none") is None
    with pytest.raises(UsageError, match="setting 'selector'"):
        open_selector(str(tmp_path))


def test_a_curve_never_overflows() -> None:
    curve = Platt(slope=5.0, bias=0.0)
    assert curve.probability(-1e9) < 1e-20
    assert curve.probability(1e9) == pytest.approx(1)


# ---- the shipped weights ----


def test_the_shipped_file_is_the_one_its_card_names() -> None:
    card = read_card(SHIPPED)
    assert card is not None
    assert file_sha256(SHIPPED / GRAPH) == card.sha256
    assert (SHIPPED / GRAPH).stat().st_size == card.bytes <= 25_000_000
    model_card = (SHIPPED / "MODEL_CARD.md").read_text("utf-8")
    assert card.sha256 in model_card
    notice = (ROOT / "NOTICE").read_text("utf-8")
    for name in ("SQuAD", "QED", "SelQA"):
        assert name in model_card
        assert name in notice


@pytest.mark.parametrize(
    ("question", "sentence", "words"),
    [
        ("When was the lighthouse built?", 1, "1874"),
        ("who was the engineer", 1, "Anna Lindqvist"),
        ("What did the lamp burn before it was electric?", 2, "herring oil"),
        ("How many keepers were there?", 3, "Two"),
        ("Where does the lighthouse stand?", 0, "cliff"),
    ],
)
def test_it_finds_the_sentence_and_the_words(selector: Selector, question: str, sentence: int, words: str) -> None:
    (found,) = selector.read(question, [("Skarvik lighthouse", LIGHTHOUSE)])
    assert int(np.argmax(found.sentences)) == sentence
    span = found.spans[sentence]
    assert span is not None
    assert words in LIGHTHOUSE[sentence][slice(*span)]


def test_it_is_surer_of_what_the_passage_answers(selector: Selector) -> None:
    def sure(question: str) -> float:
        return selector.read(question, [("Skarvik lighthouse", LIGHTHOUSE)])[0].any

    answered = [sure(q) for q in ("When was the lighthouse built?", "What did the lamp burn before 1921?")]
    not_answered = [sure(q) for q in ("When was the lighthouse torn down?", "Who paid Anna Lindqvist?")]
    elsewhere = [sure(q) for q in ("What is the boiling point of tungsten?", "Who won the cup final?")]
    assert min(answered) > max(not_answered)
    assert min(answered) > max(elsewhere)


def test_a_reading_does_not_depend_on_its_neighbours_or_threads(selector: Selector) -> None:
    passages = [("Skarvik", LIGHTHOUSE), ("", LIGHTHOUSE[:1]), ("Bees", ("Bees sleep in winter.",) * 3)]
    together = selector.read("When was it built?", passages)
    alone = [selector.read("When was it built?", [p])[0] for p in passages]
    assert together == alone
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: selector.read("When was it built?", passages), range(8))) == [together] * 8


@pytest.mark.slow
def test_a_passage_longer_than_the_model_reads_is_read_whole(selector: Selector) -> None:
    filler = tuple(f"On day {n} the gauge at the weir stood at {n * 7 % 40} centimetres." for n in range(60))
    sentences = (*filler, LIGHTHOUSE[1], *filler)
    (found,) = selector.read("Which engineer built the lighthouse?", [("Skarvik", sentences)])
    assert len(found.sentences) == len(found.spans) == len(sentences)
    assert int(np.argmax(found.sentences)) == len(filler)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(question=MORE, sentences=st.lists(MORE, min_size=1, max_size=8))
def test_spans_lie_inside_their_sentences(question: str, sentences: list[str]) -> None:
    selector = Selector.open()
    assert selector is not None
    (found,) = selector.read(question, [("", sentences)])
    assert len(found.sentences) == len(sentences)
    for text, span in zip(sentences, found.spans, strict=True):
        assert span is None or 0 <= span[0] < span[1] <= len(text)
