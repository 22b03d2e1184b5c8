"""An engine over an index that is rebuilt: old generations are closed when nobody answers from them, and not before."""

from __future__ import annotations

import gc
import os
import threading
from pathlib import Path

import pytest

from app.engine import Engine
from app.events import Done
from app.settings import Settings
from index.build.build import build
from index.build.prune import prune
from index.errors import DamagedIndexError, UnknownSourceError
from index.storage.generation import generation_names
from tests.fakes import HashedWords, open_hashed, small_corpus, write_source

QUESTION = "When was the dam built?"


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    corpus = small_corpus(tmp_path / "corpus")
    return open_hashed(Settings(home=tmp_path / "home", corpus=corpus, reader="none"))


def rebuild(engine: Engine, year: int) -> str:
    write_source(engine.settings.corpus, "dam", f"The dam was built in {year}. It holds water.")
    return build(engine.settings.index, embedder=HashedWords()).generation


def pruned(engine: Engine) -> list[str]:
    """What is left of the generations once `prune` has run."""
    prune(engine.settings.index)
    return sorted(generation_names(engine.settings.home))


def descriptors() -> int:
    gc.collect()
    return len(os.listdir("/proc/self/fd"))


def test_old_generations_are_closed_and_can_be_pruned(engine: Engine) -> None:
    engine.answer(QUESTION)
    rebuild(engine, 1940)
    engine.answer(QUESTION)
    held = descriptors()
    for year in (1941, 1942, 1943, 1944):
        newest = rebuild(engine, year)
        assert str(year) in engine.answer(QUESTION).text
        assert pruned(engine) == [newest]
    assert descriptors() <= held + 2


def test_an_answer_that_is_on_its_way_keeps_its_generation(engine: Engine) -> None:
    older = engine.generation
    asking = engine.ask(QUESTION)
    next(asking)
    newer = rebuild(engine, 1940)
    assert "1940" in engine.answer(QUESTION).text
    assert pruned(engine) == sorted([older, newer])
    (done,) = [event for event in asking if isinstance(event, Done)]
    assert "1931" in done.answer.text
    assert done.answer.index.generation == older
    assert pruned(engine) == [newer]


def test_what_an_answer_quotes_is_at_hand_until_it_ends(engine: Engine) -> None:
    """The page fetches the sources of an answer that streams; meanwhile the index may have been rebuilt."""
    older, quoted = engine.generation, engine.source("dam")
    asking = engine.ask(QUESTION)
    next(asking)
    rebuild(engine, 1940)
    assert "1940" in engine.source("dam").text
    assert engine.source("dam", quoted.sha256) == quoted
    assert engine.source("dam", generation=older) == quoted
    asking.close()
    with pytest.raises(UnknownSourceError, match="has changed since it was quoted"):
        engine.source("dam", quoted.sha256)
    assert "1940" in engine.source("dam", generation=older).text


@pytest.mark.parametrize("how", ["closed", "forgotten", "never begun"])
def test_an_answer_that_nobody_waits_for_lets_go(engine: Engine, how: str) -> None:
    asking = engine.ask(QUESTION)
    if how != "never begun":
        next(asking)
    newer = rebuild(engine, 1940)
    if how == "closed":
        asking.close()
    elif how == "forgotten":
        del asking
    engine.contents()
    assert pruned(engine) == [newer]


@pytest.mark.parametrize("use", ["search", "compare", "contents", "sources", "source"])
def test_every_use_notices_a_rebuild_and_lets_go_of_the_old_index(engine: Engine, use: str) -> None:
    newer = rebuild(engine, 1940)
    argument = {"search": ["dam"], "compare": [QUESTION], "source": ["dam"]}.get(use, [])
    getattr(engine, use)(*argument)
    assert engine.generation == newer
    assert pruned(engine) == [newer]


def test_an_error_lets_go_too(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> None:
        raise DamagedIndexError("gone wrong")

    with monkeypatch.context() as patch:
        patch.setattr("app.answerer.satisfying", failing)
        with pytest.raises(DamagedIndexError):
            engine.answer(QUESTION)
    newer = rebuild(engine, 1940)
    engine.answer(QUESTION)
    assert pruned(engine) == [newer]


def test_a_newer_index_that_cannot_be_opened_is_not_held(engine: Engine) -> None:
    older, newer = engine.generation, rebuild(engine, 1940)
    path = next((engine.settings.home / "generations" / newer / "vectors").glob("*/data_level0.bin"))
    data = path.read_bytes()
    path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    held = descriptors()
    for _ in range(3):
        with pytest.raises(DamagedIndexError):
            engine.answer(QUESTION)
    assert descriptors() <= held
    path.write_bytes(data)
    assert "1940" in engine.answer(QUESTION).text
    assert pruned(engine) == [newer]
    assert older != newer


def test_many_threads_while_builds_switch(engine: Engine) -> None:
    done, problems = threading.Event(), list[BaseException]()

    def ask() -> None:
        while not done.is_set():
            try:
                assert "built in 19" in engine.answer(QUESTION).text
                next(engine.ask(QUESTION))
            except BaseException as error:  # noqa: BLE001 - told by the assertion below
                problems.append(error)

    readers = [threading.Thread(target=ask) for _ in range(4)]
    for reader in readers:
        reader.start()
    for year in (1940, 1941, 1942):
        newest = rebuild(engine, year)
    done.set()
    for reader in readers:
        reader.join()
    assert problems == []
    engine.contents()
    assert pruned(engine) == [newest]
    assert len(list((engine.settings.home / "generations").iterdir())) == 1
