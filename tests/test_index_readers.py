"""The shipped readers: rows and spans, what they find, what stands in for one that is missing or damaged."""

from __future__ import annotations

import json
import logging
import shutil
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePath
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import ModelError, UsageError
from index.files import FileStamp, file_sha256
from index.passage import Passage, Sentence
from index.rerank.card import CARD, CLAIMS_CARD, CLAIMS_GRAPH, GRAPH, SHIPPED, Platt, read_card
from index.rerank.layout import MAX_HEADER, MAX_QUESTION, MAX_TOKENS, Layout
from index.rerank.quick import FittedReranker
from index.rerank.readers import DEEP, NONE, SMALL, open_readers
from index.rerank.reading import Pace, Parts, ReadingReranker
from index.rerank.readings import Readings
from index.rerank.reranker import PassageScore, Thresholds
from index.rerank.runtime import Reader
from tests.conftest import ROOT

LIGHTHOUSE = (
    "The lighthouse at Skarvik stands on a cliff above the northern mole.",
    "It was built in 1874 by the engineer Anna Lindqvist.",
    "Its lamp burned herring oil until electric light came in 1921.",
    "Two keepers shared the work, and one of them kept bees.",
)
MORE = st.text(alphabet="abc de.1?", min_size=1, max_size=40)
MOST_BYTES = 50_000_000  # of a file: hosts of repositories warn of larger ones


@pytest.fixture(scope="module")
def layout() -> Layout:
    return Layout()


@pytest.fixture(scope="module")
def small() -> Reader:
    found = Reader.open(SHIPPED / SMALL)
    assert found is not None
    return found


@pytest.fixture(scope="module", params=[SMALL, pytest.param(DEEP, marks=pytest.mark.slow)])
def reader(request: pytest.FixtureRequest) -> Reader:
    found = Reader.open(SHIPPED / request.param)
    assert found is not None
    return found


@pytest.fixture
def own_small(tmp_path: Path) -> Path:
    """A copy of the small reader that a test may change."""
    return Path(shutil.copytree(SHIPPED / SMALL, tmp_path / SMALL))


# ---- rows ----


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(question=MORE, header=MORE, sentences=st.lists(MORE, min_size=1, max_size=60))
def test_a_rows_spans_hold_exactly_their_sentences(
    layout: Layout, question: str, header: str, sentences: list[str]
) -> None:
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


def test_a_curve_never_overflows() -> None:
    curve = Platt(slope=5.0, bias=0.0)
    assert curve.probability(-1e9) < 1e-20
    assert curve.probability(1e9) == pytest.approx(1)


# ---- missing and damaged ----


def use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `folder` stand for the folder of the shipped readers."""
    monkeypatch.setattr("index.rerank.readers.SHIPPED", folder)


def test_without_a_reader_the_quick_reranker_ranks(tmp_path: Path) -> None:
    found, quick = open_readers(NONE), cast(FittedReranker, object())
    rerankers = found.rerankers(quick)
    assert rerankers.light is rerankers.best is rerankers.wide is quick
    assert not found.missing
    assert Reader.open(tmp_path) is None
    assert Reader.open(tmp_path / "nowhere") is None


def test_a_folder_without_a_reader_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=rf"setting 'reader': no {GRAPH} in '{tmp_path}'"):
        open_readers(str(tmp_path))


def test_a_folder_of_ones_own_reads_last(own_small: Path) -> None:
    found = open_readers(str(own_small))
    assert found.small is not None
    assert found.deep is not None
    assert not found.missing


@pytest.mark.parametrize(
    ("damage", "why"), [("no folder", "not installed"), ("no weights", "cannot be read"), ("cut", f"{GRAPH} in 'deep'")]
)
def test_the_small_reader_stands_in_for_the_deep_one_and_says_so(
    damage: str, why: str, own_small: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    deep = own_small.with_name(DEEP)
    if damage != "no folder":
        shutil.copytree(own_small, deep)
        graph = deep / GRAPH
        graph.write_bytes(graph.read_bytes()[:-1])
        if damage == "no weights":
            (deep / "weights-1.bin").unlink()
    use(own_small.parent, monkeypatch)
    with caplog.at_level(logging.WARNING):
        found = open_readers(DEEP)
    assert found.small is not None
    assert found.deep is None
    assert why in found.missing
    assert "the small reader decides" in found.missing
    assert found.missing in caplog.text


def test_who_asks_for_the_small_reader_misses_nothing(own_small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(own_small.parent, monkeypatch)
    found = open_readers(SMALL)
    assert found.small is not None
    assert (found.deep, found.missing) == (None, "")


@pytest.mark.parametrize("setting", [SMALL, DEEP])
def test_without_the_small_reader_nothing_is_read(
    setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(tmp_path, monkeypatch)
    with pytest.raises(ModelError, match="small reader is not installed"):
        open_readers(setting)


def test_damage_is_refused_by_the_files_name(own_small: Path) -> None:
    graph, card = own_small / GRAPH, own_small / CARD
    whole, facts = graph.read_bytes(), json.loads(card.read_text("utf-8"))
    for name in (GRAPH, "weights-1.bin"):
        kept = (own_small / name).read_bytes()
        (own_small / name).write_bytes(kept[:-1])
        with pytest.raises(ModelError, match=rf"{name} in 'small' is not the one"):
            Reader.open(own_small)
        (own_small / name).unlink()
        with pytest.raises(ModelError, match="'small' cannot be read"):
            Reader.open(own_small)
        (own_small / name).write_bytes(kept)
    graph.write_bytes(b"no graph")
    facts["files"][GRAPH] = FileStamp.of(graph).model_dump()
    card.write_text(json.dumps(facts), "utf-8")
    with pytest.raises(ModelError, match="cannot be loaded"):
        Reader.open(own_small)
    card.write_text(json.dumps(facts | {"tokenizer_sha256": "0" * 64}), "utf-8")
    with pytest.raises(ModelError, match="another tokenizer"):
        Reader.open(own_small)
    graph.write_bytes(whole)
    card.write_text("{}", "utf-8")
    with pytest.raises(ModelError, match="'small' cannot be read"):
        Reader.open(own_small)


# ---- the shipped weights ----


@pytest.mark.parametrize("size", [SMALL, DEEP])
def test_the_shipped_files_are_those_that_the_cards_name(size: str) -> None:
    card, claims = read_card(SHIPPED / size), read_card(SHIPPED / size, CLAIMS_GRAPH, CLAIMS_CARD)
    assert card is not None
    assert (claims is not None) == (size == DEEP)
    files = card.files | (claims.files if claims else {})
    cards = {CARD, CLAIMS_CARD} if claims else {CARD}
    assert {p.name for p in (SHIPPED / size).iterdir()} == {*cards, *files}
    model_card = (SHIPPED / "MODEL_CARD.md").read_text("utf-8")
    for name, stamp in files.items():
        path = SHIPPED / size / name
        assert path.stat().st_size == stamp.size < MOST_BYTES
        assert file_sha256(path) == stamp.sha256
        assert stamp.sha256 in model_card, f"{size}/{name}"
    assert f"index/rerank/weights/{size}" in (ROOT / "NOTICE").read_text("utf-8")


def test_the_package_holds_every_shipped_file() -> None:
    facts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = facts["tool"]["setuptools"]["package-data"]["index.rerank"]
    for path in SHIPPED.rglob("*"):
        inside = PurePath(path.relative_to(SHIPPED.parent))
        assert path.is_dir() or any(inside.match(pattern) for pattern in patterns), inside


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
def test_it_finds_the_sentence_and_the_words(reader: Reader, question: str, sentence: int, words: str) -> None:
    (found,) = reader.read(question, [("Skarvik lighthouse", LIGHTHOUSE)])
    assert int(np.argmax(found.sentences)) == sentence
    span = found.spans[sentence]
    assert span is not None
    assert words in LIGHTHOUSE[sentence][span.start : span.end]
    assert 0.5 < span.share <= 1


def test_it_is_surer_of_what_the_passage_answers(reader: Reader) -> None:
    def sure(question: str) -> float:
        return reader.read(question, [("Skarvik lighthouse", LIGHTHOUSE)])[0].any

    answered = [sure(q) for q in ("When was the lighthouse built?", "What did the lamp burn before 1921?")]
    not_answered = [sure(q) for q in ("When was the lighthouse torn down?", "Who paid Anna Lindqvist?")]
    elsewhere = [sure(q) for q in ("What is the boiling point of tungsten?", "Who won the cup final?")]
    assert min(answered) > max(not_answered)
    assert min(answered) > max(elsewhere)


def test_a_reading_does_not_depend_on_its_neighbours_or_threads(small: Reader) -> None:
    passages = [("Skarvik", LIGHTHOUSE), ("", LIGHTHOUSE[:1]), ("Bees", ("Bees sleep in winter.",) * 3)]
    together = small.read("When was it built?", passages)
    alone = [small.read("When was it built?", [p])[0] for p in passages]
    assert together == alone
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: small.read("When was it built?", passages), range(4))) == [together] * 4


@pytest.mark.slow
def test_a_passage_longer_than_the_model_reads_is_read_whole(reader: Reader) -> None:
    filler = tuple(f"On day {n} the gauge at the weir stood at {n * 7 % 40} centimetres." for n in range(60))
    sentences = (*filler, LIGHTHOUSE[1], *filler)
    (found,) = reader.read("Which engineer built the lighthouse?", [("Skarvik", sentences)])
    assert len(found.sentences) == len(found.spans) == len(sentences)
    assert int(np.argmax(found.sentences)) == len(filler)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(question=MORE, sentences=st.lists(MORE, min_size=1, max_size=8))
def test_spans_lie_inside_their_sentences(small: Reader, question: str, sentences: list[str]) -> None:
    (found,) = small.read(question, [("", sentences)])
    assert len(found.sentences) == len(sentences)
    for text, span in zip(sentences, found.spans, strict=True):
        assert span is None or (0 <= span.start < span.end <= len(text) and 0 < span.share <= 1)


# ---- how many passages are read ----


class ByLength:
    """A reranker that puts shorter passages first."""

    name, thresholds = "by length", Thresholds(cautious=0.5, balanced=0.5, generous=0.5)

    def score(self, _query: str, passages: Sequence[Passage], _similarities: Sequence[float]) -> list[PassageScore]:
        return [PassageScore((1 / len(p.text),), 0.5) for p in passages]


def passages_of(*texts: str) -> list[Passage]:
    return [Passage(f"s{n}", 0, len(t), t, "Harbours", (Sentence(0, len(t), t),)) for n, t in enumerate(texts)]


@pytest.mark.parametrize(("sure", "read"), [(0.5, 2), (1.0, 4)], ids=["sure of an answer", "never sure"])
def test_it_reads_on_until_it_is_sure(small: Reader, sure: float, read: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it does not read stands behind all that it did, in the order of the reranker before it."""
    built, fog = "It was built in 1874 by Anna Lindqvist.", "Fog is common here, most of all in the month of November"
    passages = passages_of(fog + ", as all know.", built, *(f"{fog}{' now' * n}." for n in range(4)))
    seen: list[str] = []
    read_many = Reader.read_many
    monkeypatch.setattr(
        Reader, "read_many", lambda self, rows: [seen.extend(s for _, _, (s,) in rows), read_many(self, rows)][1]
    )
    reranker = ReadingReranker(ByLength(), Readings(small, lambda _: ()), Pace(4, 2, sure), Parts(0.0, 0.0))
    scores = reranker.score("Who built the lighthouse?", passages, [0.0] * len(passages))
    assert len(seen) == read
    best_first = sorted(range(len(passages)), key=lambda n: -scores[n].sentences[0])
    assert best_first[0] == 1
    assert [scores[n].confidence > 0 for n in best_first] == [True] * read + [False] * (len(passages) - read)


class Counting(ByLength):
    """Puts the passages that it is told to first, and counts how often it is asked."""

    def __init__(self, *first: int) -> None:
        self.first, self.asked = first, 0

    def score(self, _query: str, passages: Sequence[Passage], _similarities: Sequence[float]) -> list[PassageScore]:
        self.asked += 1
        return [PassageScore((0.9 if n in self.first else 0.1,), 0.5) for n in range(len(passages))]


@pytest.mark.parametrize("answers_at", [0, 2], ids=["the glance shows the answer", "only the better look does"])
def test_the_better_look_is_taken_only_where_a_glance_does_not_do(small: Reader, answers_at: int) -> None:
    passages = passages_of(*["Fog is common here, most of all in November."] * 4)
    text = "It was built in 1874 by Anna Lindqvist."
    passages[answers_at] = passages_of(text)[0]
    glance, look = Counting(0, 1), Counting(2, 3)
    pace = Pace(4, 2, sure=0.5)
    reranker = ReadingReranker(look, Readings(small, lambda _: ()), pace, Parts(0.0, 0.0), glance)
    scores = reranker.score("Who built the lighthouse?", passages, [0.0] * 4)
    assert max(range(4), key=lambda n: scores[n].sentences[0]) == answers_at
    assert (glance.asked, look.asked) == (1, 0 if answers_at == 0 else 1)
