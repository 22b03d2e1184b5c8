"""Vectors in Chroma: ranking, filters, damage, and nothing that leaves the machine."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.errors import DamagedIndexError, StoreError, UsageError
from index.filters import Filters
from index.source import Basis, Kind, Relation, Source, date_range
from index.storage.vector_keys import Keys
from index.storage.vectors import DATABASE, VectorStore
from tests.fakes import chroma_server, free_port

PUBLISHERS = ("AP", "Al Jazeera", "Українська правда", 'He said "no"', "a'b", "$in", "AP ")
DATES = (None, "2012", "2023", "2024", "2024-02", "2024-10", "2024-02-29", "2024-10-21", "2025-01-01")
DAYS = sorted({day for date in DATES if date for day in date_range(date) or ()} | {20240215, 19000101, 20991231})


def _source(n: int, kind: Kind, relation: Relation, publisher: str, published: str | None) -> Source:
    return Source(
        id=f"source-{n}",
        title="T",
        publisher=publisher,
        author=None,
        published=published,
        url="https://example.org",
        language="en",
        kind=kind,
        relation=relation,
        basis=Basis.ORIGINAL,
        via=(),
        text="Text.",
    )


def _some_sources(n: int, seed: int = 7) -> list[Source]:
    pick = random.Random(seed).choice
    kinds, relations = list(Kind), list(Relation)
    return [_source(i, pick(kinds), pick(relations), pick(PUBLISHERS), pick(DATES)) for i in range(n)]


def _unit(n: int, dimension: int = 16) -> NDArray[np.float32]:
    vectors = np.random.default_rng(3).standard_normal((n, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _ids(found: list[tuple[int, float]]) -> list[int]:
    return [n for n, _ in found]


SOURCES, VECTORS = _some_sources(120), _unit(120)
IDS = range(1, 121)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[VectorStore]:
    folder = tmp_path_factory.mktemp("vectors")
    made = VectorStore.create(folder, "passages", 16, len(IDS))
    made.add(IDS, VECTORS, SOURCES)
    made.close()
    opened = VectorStore.open(folder, "passages")
    yield opened
    opened.close()


def test_nearest_first_with_the_cosine(store: VectorStore) -> None:
    query = _unit(121)[-1]
    exact = VECTORS @ query
    found = store.query(query, 10)
    assert _ids(found) == [int(i) + 1 for i in np.argsort(-exact)[:10]]
    assert [s for _, s in found] == pytest.approx(sorted(exact, reverse=True)[:10], abs=1e-5)


def test_a_passage_is_its_own_nearest_and_its_opposite_scores_minus_one(store: VectorStore) -> None:
    assert store.query(VECTORS[4], 1) == [(5, pytest.approx(1.0, abs=1e-5))]
    assert dict(store.query(-VECTORS[4], 120))[5] == pytest.approx(-1.0, abs=1e-5)


def test_fewer_than_asked_for_and_none(store: VectorStore) -> None:
    assert sorted(_ids(store.query(VECTORS[0], 10_000))) == list(IDS)
    assert store.query(VECTORS[0], 0) == []
    assert store.query(VECTORS[0], 5, Filters(sources=frozenset({"no such source"}))) == []


def test_vectors_come_in_the_order_asked(store: VectorStore) -> None:
    asked = [7, 3, 120, 3]
    assert store.vectors(asked) == pytest.approx(VECTORS[[n - 1 for n in asked]], abs=1e-6)
    assert store.vectors([]).shape == (0, 16)
    with pytest.raises(DamagedIndexError, match=r"1 passages have no vector.*index build --full"):
        store.vectors([1, 999])


_FILTERS = st.builds(
    Filters,
    sources=st.frozensets(st.sampled_from([s.id for s in SOURCES] + ["gone"]), max_size=60),
    kinds=st.frozensets(st.sampled_from(Kind), max_size=2),
    relations=st.frozensets(st.sampled_from(Relation), max_size=4),
    publishers=st.frozensets(st.sampled_from(PUBLISHERS), max_size=4),
    published_from=st.none() | st.sampled_from(DAYS),
    published_to=st.none() | st.sampled_from(DAYS),
)


@pytest.mark.slow
@given(filters=_FILTERS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_filters_let_pass_what_their_definition_does(store: VectorStore, filters: Filters) -> None:
    expected = [n for n, s in zip(IDS, SOURCES, strict=True) if filters.matches(s)]
    assert sorted(_ids(store.query(VECTORS[0], len(IDS), filters))) == expected


_RANDOM_SOURCES = st.lists(
    st.builds(
        _source,
        st.integers(0, 5),
        st.sampled_from(Kind),
        st.sampled_from(Relation),
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20),
        st.none() | st.dates().map(str) | st.integers(1, 9999).map("{:04}".format),
    ),
    min_size=1,
    max_size=8,
)


@pytest.mark.slow
@given(sources=_RANDOM_SOURCES, data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_filters_agree_on_any_sources(
    tmp_path_factory: pytest.TempPathFactory, sources: list[Source], data: st.DataObject
) -> None:
    some = VectorStore.create(tmp_path_factory.mktemp("any"), "passages", 16, len(sources))
    try:
        some.add(range(1, len(sources) + 1), VECTORS[: len(sources)], sources)
        one = data.draw(st.sampled_from(sources))
        span = date_range(one.published) or (20240101, 20241231)
        for filters in (
            Filters(publishers=frozenset({one.publisher})),
            Filters(publishers=frozenset({one.publisher}), kinds=frozenset({one.kind})),
            Filters(published_from=span[0], published_to=span[1]),
            Filters(published_from=span[1] + 1),
            Filters(relations=frozenset({one.relation}), published_to=span[0]),
        ):
            expected = [n for n, s in enumerate(sources, 1) if filters.matches(s)]
            assert sorted(_ids(some.query(VECTORS[0], 100, filters))) == expected
    finally:
        some.close()


@pytest.mark.slow
def test_more_than_one_batch_and_a_filter_that_few_pass(tmp_path: Path) -> None:
    """More passages than Chroma takes at once; those that pass lie far from the question."""
    n = 6000
    vectors = _unit(n, 8)
    sources = [SOURCES[i % 120] for i in range(n)]
    far = np.argsort(vectors @ vectors[0])[:5]
    for i in far:
        sources[i] = _source(999, Kind.ARTICLE, Relation.ARTICLE, "Far", None)
    store = VectorStore.create(tmp_path, "passages", 8, n)
    try:
        store.add(range(1, n + 1), vectors, sources)
        assert store.count() == n
        found = store.query(vectors[0], 50, Filters(publishers=frozenset({"Far"})))
        assert _ids(found) == [int(i) + 1 for i in sorted(far, key=lambda i: -(vectors[i] @ vectors[0]))]
        assert store.vectors(range(n, 0, -1)) == pytest.approx(vectors[::-1], abs=1e-6)
        exact = set(np.argsort(-(vectors @ vectors[9]))[:50] + 1)
        assert len(exact & set(_ids(store.query(vectors[9], 50)))) >= 49
    finally:
        store.close()


def test_the_graph_is_saved_whole_so_that_opening_replays_no_log(tmp_path: Path) -> None:
    store = VectorStore.create(tmp_path, "passages", 16, 120)
    store.add(range(1, 81), VECTORS[:80], SOURCES[:80])
    assert not list(tmp_path.glob("*/index_metadata.pickle"))
    store.add(range(81, 121), VECTORS[80:], SOURCES[80:])
    store.close()
    assert list(tmp_path.glob("*/index_metadata.pickle"))


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_closing_gives_the_files_back(tmp_path: Path) -> None:
    def open_files() -> list[str]:
        links = [f"/proc/self/fd/{fd}" for fd in os.listdir("/proc/self/fd")]
        return [t for t in (os.readlink(x) for x in links if os.path.islink(x)) if t.startswith(str(tmp_path))]

    store = VectorStore.create(tmp_path, "passages", 16, 120)
    store.add(IDS, VECTORS, SOURCES)
    store.close()
    first, second = (VectorStore.open(tmp_path, "passages") for _ in range(2))
    first.close()
    first.close()
    assert second.count() == 120  # one client a path: the second user still has it
    assert open_files()
    second.close()
    deadline = time.monotonic() + 5  # Chroma closes its connections from a thread of its own
    while open_files() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not open_files()
    shutil.rmtree(tmp_path)
    tmp_path.mkdir()
    with pytest.raises(DamagedIndexError):  # nothing of the deleted folder lives on in a cache
        VectorStore.open(tmp_path, "passages")


@pytest.mark.parametrize(
    ("damage", "file"),
    [
        ("delete", DATABASE),
        ("garbage", DATABASE),
        ("truncate", DATABASE),
        ("delete", "*/header.bin"),
        ("delete", "*/data_level0.bin"),
        ("truncate", "*/index_metadata.pickle"),
    ],
)
def test_damage_is_said_with_its_remedy(tmp_path: Path, damage: str, file: str) -> None:
    store = VectorStore.create(tmp_path, "passages", 16, 120)
    store.add(IDS, VECTORS, SOURCES)
    store.close()
    (path,) = tmp_path.glob(file)
    if damage == "delete":
        path.unlink()
    elif damage == "truncate":
        os.truncate(path, path.stat().st_size // 3)
    else:
        path.write_bytes(b"no database" * 1000)

    def use() -> None:
        opened = VectorStore.open(tmp_path, "passages")
        try:
            opened.query(VECTORS[0], 3)
            opened.vectors([1])
        finally:
            opened.close()

    with pytest.raises(DamagedIndexError, match=r"^[^\n]+footnote index build --full`$"):
        use()


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://a", "http://", "http://a/path", "http://u:p@a", "http://a:b"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(UsageError, match="store_url: write the Chroma server's address as http://host:port"):
        VectorStore.create(url, "passages", 16)


def test_a_server_that_does_not_answer() -> None:
    with pytest.raises(StoreError, match="Chroma server of store_url does not answer; start it"):
        VectorStore.create(f"http://127.0.0.1:{free_port()}", "passages", 16)


@pytest.mark.slow
def test_nothing_leaves_the_machine(child_env: dict[str, str], tmp_path: Path) -> None:
    """Whatever the environment asks of Chroma. The child's attempts to reach the network are noted."""
    code = """if True:
        import numpy as np, sys
        from pathlib import Path
        from index.storage.vectors import VectorStore
        from tests.test_index_store import IDS, SOURCES, VECTORS
        store = VectorStore.create(Path("vectors"), "passages", 16, 120)
        store.add(IDS, VECTORS, SOURCES)
        assert store.query(VECTORS[4], 1)[0][0] == 5
        options = store._client._system.settings
        assert not options.anonymized_telemetry, options
        assert options.chroma_otel_granularity == "none", options
        assert not options.chroma_otel_collection_endpoint, options
        store.close()
        assert "onnxruntime" not in sys.modules, "Chroma made its own embedding function"
        print("done")
    """
    (tmp_path / ".env").write_text("CHROMA_SERVER_HOST=chroma.example\nANONYMIZED_TELEMETRY=True\n")
    asked = {
        "ANONYMIZED_TELEMETRY": "True",
        "CHROMA_OTEL_GRANULARITY": "all",
        "CHROMA_OTEL_COLLECTION_ENDPOINT": "http://otel.example:4317",
        "CHROMA_SERVER_HOST": "chroma.example",
    }
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=child_env | asked, text=True, capture_output=True, check=False
    )
    assert done.stdout.strip() == "done", done.stderr
    attempts = tmp_path / "attempts"
    assert not attempts.exists(), attempts.read_text()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("server")) as url:
        yield url


@pytest.mark.slow
def test_a_server_answers_as_the_folder_does(server: str, store: VectorStore) -> None:
    made = VectorStore.create(server, "passages-1", 16, len(IDS))
    made.add(IDS, VECTORS, SOURCES)
    made.close()
    remote = VectorStore.open(server, "passages-1")
    try:
        assert remote.count() == len(IDS)
        assert remote.vectors([9, 2]) == pytest.approx(VECTORS[[8, 1]], abs=1e-6)
        for filters in (
            Filters(),
            Filters(kinds=frozenset({Kind.NOTE}), published_from=20240101),
            Filters(publishers=frozenset(PUBLISHERS[2:4]), published_to=20241231),
            Filters(sources=frozenset({"source-3", "source-8"}), relations=frozenset(Relation)),
        ):
            near, far = store.query(VECTORS[3], 120, filters), remote.query(VECTORS[3], 120, filters)
            assert _ids(near) == _ids(far)
            assert [s for _, s in near] == pytest.approx([s for _, s in far], abs=1e-5)
    finally:
        remote.close()
    VectorStore.drop(server, "passages-1")
    VectorStore.drop(server, "passages-1")
    with pytest.raises(DamagedIndexError, match="index build --full"):
        VectorStore.open(server, "passages-1")


def test_two_first_questions_at_once_are_both_answered() -> None:
    """The second comes while the first still finds out which vector is whose."""
    answers: list[list[int]] = []

    class Slow(np.ndarray[Any, np.dtype[np.int64]]):
        def __len__(self) -> int:
            if not answers:
                answers.append([])
                answers.append(keys.numbers([7, 3]))
            return super().__len__()

    keys = Keys(np.array([3, 7, 9]).view(Slow), 10)
    assert keys.numbers([9, 3]) == [3, 1]
    assert answers[1] == [2, 1]
