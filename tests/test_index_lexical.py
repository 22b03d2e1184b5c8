"""The lexical index: what is found, filters, damage."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import DamagedIndexError, StoreError
from index.filters import Filters
from index.passage import Passage
from index.source import Kind, Relation, Source
from index.storage.lexical import LexicalIndex, searched


def source(
    name: str = "one",
    kind: Kind = Kind.NOTE,
    relation: Relation = Relation.CITED,
    publisher: str = "The Paper",
    published: str | None = "2024-10-21",
) -> Source:
    return Source(
        id=name, title="Title", publisher=publisher, published=published, url="", kind=kind, relation=relation, text=""
    )


def row(number: int, text: str, header: str = "Title, The Paper, 2024", of: Source | None = None) -> tuple[int, str]:
    return number, searched(Passage("one", 0, len(text), text, header, ()), of or source())


def ids(index: LexicalIndex, query: str, k: int = 10, filters: Filters | None = None) -> list[int]:
    return [number for number, _ in index.search(query, k, filters or Filters())]


def made(folder: Path, *texts: str) -> LexicalIndex:
    index = LexicalIndex.create(folder)
    index.add(row(i, text) for i, text in enumerate(texts, 1))
    index.commit()
    return index


TEXTS = (
    "The town of Selydove fell in late October 2024.",
    "Nine-thousand-forty-eight criminal proceedings were registered in October 2024.",
    "In total 95,296 criminal cases were opened, the Kharkiv prosecutor said. Kharkiv was quiet.",
    "Солдати втекли з Харкова, місто Вугледар залишено.",
    "Law No. 3902-IX allows soldiers to return; bail was set at $20,000.",
    "The brigade trained near Świętoszów in Poland for two months.",
    "These looked like orders. They looked at the major and the order of the day.",
)


@pytest.fixture(scope="module")
def small() -> Iterator[LexicalIndex]:
    with tempfile.TemporaryDirectory() as folder:
        index = made(Path(folder) / "lexical", *TEXTS)
        index.close()
        yield index


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("how many people lived in Selidovo", 1),
        ("selidovo", 1),
        ("Селидово", 1),
        ("9048", 2),
        ("9,048 proceedings", 2),
        ("proceedings 2024-10", 2),
        ("95296", 3),
        ("95 296", 3),
        ("kharkov prosecutors", 3),
        ("Ugledar", 4),
        ("вугледар", 4),
        ("солдат", 4),
        ("law 3902", 5),
        ("3902-ix", 5),
        ("20,000 dollars", 5),
        ("SWIETOSZOW", 6),
        ("trains 2 months", 6),
    ],
)
def test_the_passage_is_found_first(small: LexicalIndex, query: str, first: int) -> None:
    assert ids(small, query)[0] == first


def test_a_name_is_found_in_both_scripts(small: LexicalIndex) -> None:
    assert set(ids(small, "Kharkov")) == {3, 4}
    assert set(small.spellings("kharkov")) == {"Kharkiv", "Харкова"}
    assert small.spellings("Ugledar") == ["Вугледар"]


def test_ordinary_words_have_no_spellings(small: LexicalIndex) -> None:
    assert [small.spellings(w) for w in ("order", "those", "leaked", "mayor", "", "17", "a\0b")] == [[]] * 7


def test_figures_and_acronyms_are_no_names(tmp_path: Path) -> None:
    index = made(tmp_path / "x", "Nine of them left.", "The BBC said so.", "The town of Hirnyk.")
    assert (index.spellings("none"), index.spellings("bcc")) == ([], [])
    assert index.spellings("GORNYAK") == ["Hirnyk"]


def test_scores_fall_and_the_text_weighs_more_than_the_header(tmp_path: Path) -> None:
    index = LexicalIndex.create(tmp_path / "x")
    index.add(
        [row(1, "nothing here but words", "axes in the border region"), row(2, "the axes were blunt tools", "news")]
    )
    index.add(row(i, f"filler passage {i}", "news") for i in range(3, 20))
    index.commit()
    hits = index.search("axes", 10)
    assert [i for i, _ in hits] == [2, 1]
    assert hits[0][1] > hits[1][1] > 0


def test_equal_scores_are_in_the_order_of_ids_at_every_cut(tmp_path: Path) -> None:
    numbers = list(range(1, 200))
    random.Random(5).shuffle(numbers)
    index = LexicalIndex.create(tmp_path / "x")
    index.add(row(n, "the same words") for n in numbers)
    index.commit()
    for k in (1, 7, 50, 300):
        assert ids(index, "words", k) == sorted(numbers)[:k]


@pytest.mark.parametrize(
    "query",
    ["", " ", "\0", '"', "text:fell", "a AND NOT b", "(((", "*", "se?ydove~2", "id:[1 TO 9]", "{", "\\", "🙂🙂", "+-!",
     "^3", "selydove\0fell", "' OR 1=1 --", "e\u0301" * 500, "x" * 10_000, "one two " * 5_000, "\ud800"],
)  # fmt: skip
def test_no_query_is_syntax_or_an_error(small: LexicalIndex, query: str) -> None:
    assert all(1 <= n <= len(TEXTS) for n in ids(small, query))


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=80), st.integers(-1, 5))
def test_any_query_is_answered(small: LexicalIndex, query: str, k: int) -> None:
    hits = small.search(query, k)
    assert len(hits) <= max(k, 0)
    assert [s for _, s in hits] == sorted((s for _, s in hits), reverse=True)


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_any_text_can_be_indexed(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        index = LexicalIndex.create(Path(folder) / "x")
        index.add(row(i, f"{text} anchor", text) for i, text in enumerate(texts, 1))
        index.commit()
        assert sorted(ids(index, "anchor")) == list(range(1, len(texts) + 1))
        index.close()


def random_source(chance: random.Random) -> Source:
    year, month, day = chance.randint(2022, 2025), chance.randint(1, 12), chance.randint(1, 28)
    published = chance.choice([None, f"{year}", f"{year}-{month:02}", f"{year}-{month:02}-{day:02}"])
    publishers = ["The Paper", "Le Monde", 'Daily: "News" (UA)', "Українська правда"]
    return source(
        f"source-{chance.randint(1, 8)}", chance.choice(list(Kind)), chance.choice(list(Relation)),
        chance.choice(publishers), published,
    )  # fmt: skip


def random_filters(chance: random.Random) -> Filters:
    def some(values: list[str]) -> frozenset[str]:
        return frozenset(chance.sample(values, chance.randint(1, 2))) if chance.random() < 0.4 else frozenset()

    def day() -> int | None:
        return chance.randint(2021, 2026) * 10000 + chance.randint(1, 12) * 100 + chance.randint(1, 28)

    return Filters(
        some([f"source-{i}" for i in range(1, 10)]),
        frozenset(map(Kind, some([k.value for k in Kind]))),
        frozenset(map(Relation, some([r.value for r in Relation]))),
        some(["The Paper", "Le Monde", 'Daily: "News" (UA)', "nobody"]),
        day() if chance.random() < 0.5 else None,
        day() if chance.random() < 0.5 else None,
    )


def test_filters_agree_with_their_definition(tmp_path: Path) -> None:
    chance = random.Random(11)
    sources = {i: random_source(chance) for i in range(1, 121)}
    index = LexicalIndex.create(tmp_path / "x")
    index.add(row(i, f"soldiers left {i}", of=s) for i, s in sources.items())
    index.commit()
    unfiltered = dict(index.search("soldiers", 500))
    passed = 0
    for _ in range(200):
        filters = random_filters(chance)
        hits = index.search("soldiers", 500, filters)
        expected = {i for i, s in sources.items() if filters.matches(s)}
        assert {i for i, _ in hits} == expected, filters
        assert all(score == pytest.approx(unfiltered[i]) for i, score in hits)  # a filter only takes away
        passed += 0 < len(expected) < len(sources)
    assert passed > 50


def test_passages_are_found_after_commit_and_stay(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    index = LexicalIndex.create(folder)
    index.add([row(1, "the fall of Hirnyk"), row(2, "the fall of Toretsk")])
    assert (ids(index, "fall"), index.count()) == ([], 0)
    index.commit()
    for found in (index, LexicalIndex.open(folder)):
        assert (sorted(ids(found, "fall")), found.count()) == ([1, 2], 2)
        assert found.spellings("Gornyak") == ["Hirnyk"]


def test_what_is_not_committed_is_dropped(tmp_path: Path) -> None:
    index = LexicalIndex.create(tmp_path / "x")
    index.add([row(1, "words")])
    index.close()
    assert LexicalIndex.open(tmp_path / "x").count() == 0


def test_folders_that_will_not_do(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    with pytest.raises(StoreError, match="File exists"):
        LexicalIndex.create(tmp_path / "full")
    for missing in (tmp_path / "none", tmp_path / "full"):
        with pytest.raises(DamagedIndexError, match="index build --full"):
            LexicalIndex.open(missing)


@pytest.mark.parametrize(("ending", "byte", "kept"), [("fast", b"\xff", 140), ("term", b"\0", 100)])
def test_what_tantivy_raises_over_a_damaged_file_is_damage(tmp_path: Path, ending: str, byte: bytes, kept: int) -> None:
    """All but the last bytes are others: it panics, which is no Exception, or raises ValueError."""
    made(tmp_path / "x", *TEXTS).close()
    path = next((tmp_path / "x").glob(f"*.{ending}"))
    data = path.read_bytes()
    path.write_bytes(byte * (len(data) - kept) + data[-kept:])
    with pytest.raises(DamagedIndexError, match="index build --full"):
        LexicalIndex.open(tmp_path / "x").search("Selidovo mayor", 3)


@pytest.mark.parametrize("how", ["cut", "gone", "meta"])
def test_a_damaged_index_is_refused_by_name(tmp_path: Path, how: str) -> None:
    made(tmp_path / "x", *TEXTS).close()
    terms = next((tmp_path / "x").glob("*.term"))
    if how == "cut":
        terms.write_bytes(terms.read_bytes()[:20])
    elif how == "gone":
        terms.unlink()
    else:
        (tmp_path / "x" / "meta.json").write_text("{")
    with pytest.raises(DamagedIndexError):
        LexicalIndex.open(tmp_path / "x")


def test_threads_may_search_at_once(small: LexicalIndex) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: ids(small, "Selidovo"), range(100))) == [[1]] * 100
