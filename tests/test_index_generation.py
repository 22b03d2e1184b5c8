"""An open generation: what it gives back, how it refuses, and that it stays while it is read."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from index.build.build import build
from index.build.prune import prune
from index.build.status import stale_reason
from index.errors import (
    DamagedIndexError,
    FootnoteError,
    NoIndexError,
    StaleIndexError,
    UnknownSourceError,
)
from index.passage import Quote
from index.read.corpus import read_corpus
from index.read.split import split
from index.settings import IndexSettings
from index.storage.generation import Generation, current_id, open_current
from tests.conftest import CORPUS
from tests.fakes import HashedWords, small_corpus, write_source

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> IndexSettings:
    """The repository's corpus, built with the fake embedder; not to be changed."""
    settings = IndexSettings(home=tmp_path_factory.mktemp("home"), corpus=CORPUS)
    build(settings, embedder=HashedWords())
    return settings


@pytest.fixture
def generation(template: IndexSettings) -> Iterator[Generation]:
    opened = open_current(template)
    yield opened
    opened.close()


@pytest.fixture
def own(template: IndexSettings, tmp_path: Path) -> IndexSettings:
    """A copy of the index that a test may break."""
    shutil.copytree(template.home, tmp_path / "home")
    return template.model_copy(update={"home": tmp_path / "home"})


def test_sources_come_back_as_they_were_read(generation: Generation) -> None:
    sources = read_corpus(CORPUS)
    assert generation.sources() == sources
    for source in sources:
        assert generation.source(source.id) == source
        assert generation.source(source.id).sha256 == source.sha256
        assert generation.manifest.sources[source.id].text_sha256 == source.sha256


def test_passages_come_back_as_they_were_split(generation: Generation) -> None:
    for source in generation.sources():
        passages = generation.passages_of(source.id)
        assert tuple(passages) == split(source, HashedWords(), 160)
        for passage in passages:
            for sentence in passage.sentences:
                Quote.of(source, sentence.start, sentence.end).prove(source)
                assert source.text[sentence.start : sentence.end] == sentence.text


def test_passages_in_the_order_asked(generation: Generation) -> None:
    n = generation.manifest.passages
    asked = [n, 1, 3, 1, *range(n, 1, -1)]
    found = generation.passages(asked)
    assert len(found) == len(asked)
    assert found[1] == found[3] == generation.passages([1])[0]
    assert [p.id for p in found[4:]] == [generation.passages([i])[0].id for i in range(n, 1, -1)]
    assert generation.passages([]) == []
    with pytest.raises(DamagedIndexError, match="no passage 0"):
        generation.passages([1, 0])


def test_an_unknown_source_names_those_that_look_alike(generation: Generation) -> None:
    for ask in (generation.source, generation.passages_of):
        with pytest.raises(UnknownSourceError, match=r"'ap-2024-11-29-desertions'; did you mean ap-2024-11-29-d"):
            ask("ap-2024-11-29-desertions")
        with pytest.raises(UnknownSourceError, match="`footnote sources list` lists them"):
            ask("\x00 ~")


def test_both_engines_find_a_passage_by_its_own_words(generation: Generation) -> None:
    for n in (1, 40, generation.manifest.passages):
        (passage,) = generation.passages([n])
        vector = HashedWords().embed_queries([passage.embedded_text])[0]
        assert generation.vectors.query(vector, 1)[0] == (n, pytest.approx(1.0, abs=1e-5))
        assert n in [found for found, _ in generation.lexical.search(passage.text, 3)]


def test_opening_loads_neither_chroma_nor_a_model(template: IndexSettings) -> None:
    code = f"""if True:
        import sys
        from pathlib import Path
        from index.storage.generation import open_current
        from index.settings import IndexSettings
        opened = open_current(IndexSettings(home=Path({str(template.home)!r})))
        opened.passages([1, 2]), opened.sources()
        heavy = {{"chromadb", "torch", "transformers", "onnxruntime", "llama_index", "tantivy"}} & sys.modules.keys()
        sys.exit(f"loaded {{heavy}}" if heavy else 0)
    """
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def test_threads_may_share_a_generation(generation: Generation) -> None:
    wanted = {n: generation.passages([n])[0] for n in range(1, 41)}
    problems: list[str] = []

    def read(first: int) -> None:
        for n in range(first, 41, 4):
            vector = HashedWords().embed_queries([wanted[n].embedded_text])[0]
            if generation.vectors.query(vector, 1)[0][0] != n or generation.passages([n]) != [wanted[n]]:
                problems.append(f"passage {n}")

    threads = [threading.Thread(target=read, args=(first,)) for first in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems


@pytest.mark.slow
def test_processes_may_share_a_generation(template: IndexSettings) -> None:
    """Chroma writes a row at each opening: four processes that do so at once must not fail."""
    code = f"""if True:
        from pathlib import Path
        from index.storage.generation import open_current
        from index.settings import IndexSettings
        from tests.fakes import HashedWords
        for _ in range(8):
            opened = open_current(IndexSettings(home=Path({str(template.home)!r})))
            vector = HashedWords().embed_queries([opened.passages([7])[0].embedded_text])[0]
            assert opened.vectors.query(vector, 1)[0][0] == 7
            opened.close()
    """
    readers = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    for reader in readers:
        _, said = reader.communicate(timeout=120)
        assert reader.returncode == 0, said


def test_no_index(tmp_path: Path) -> None:
    assert current_id(tmp_path / "home") is None
    with pytest.raises(NoIndexError, match="no index yet; run `footnote index build`"):
        open_current(IndexSettings(home=tmp_path / "home"))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"model": "other/model"}, "model 'bundled', the settings want 'other/model'"),
        ({"passage_tokens": 100}, "passage_tokens 160, the settings want 100"),
        ({"backend": "sentence-transformers"}, "backend 'onnx', the settings want 'sentence-transformers'"),
        ({"store_url": "http://127.0.0.1:1"}, "vectors in 'embedded', the settings want 'server'"),
    ],
)
def test_an_index_made_with_other_settings_is_refused(
    template: IndexSettings, change: dict[str, object], said: str
) -> None:
    with pytest.raises(StaleIndexError, match=said) as refusal:
        open_current(template.model_copy(update=change))
    assert str(refusal.value).endswith("run `footnote index build`")


def test_an_index_of_another_format_is_refused(template: IndexSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.settings.FORMAT_VERSION", 99)
    with pytest.raises(StaleIndexError, match=r"format \d+, the settings want 99"):
        open_current(template)


def test_an_index_that_an_earlier_version_built_is_stale_and_not_damaged(own: IndexSettings) -> None:
    path = _folder(own) / "manifest.json"
    manifest = {k: v for k, v in json.loads(path.read_text()).items() if k != "passages_of"}
    path.write_text(json.dumps(manifest | {"format": 3}))
    with pytest.raises(
        StaleIndexError, match=r"another version of Footnote built the index; run `footnote index build`$"
    ):
        open_current(own)
    assert stale_reason(own) == "another version of Footnote built the index"
    assert build(own, embedder=HashedWords()).built
    _use_all(own)


def test_another_model_than_the_passages_were_embedded_with(generation: Generation) -> None:
    generation.check_embedder(HashedWords())
    with pytest.raises(StaleIndexError, match="model 'hashed-words', questions use 'other'"):
        generation.check_embedder(HashedWords("other"))


def _folder(settings: IndexSettings) -> Path:
    return settings.home / "generations" / (current_id(settings.home) or "")


def _use_all(settings: IndexSettings) -> None:
    opened = open_current(settings)
    try:
        opened.sources()
        opened.passages(range(1, opened.manifest.passages + 1))
        opened.vectors.query(HashedWords().embed_queries(["desertion"])[0], 3)
        opened.lexical.search("desertion", 3)
    finally:
        opened.close()


@pytest.mark.parametrize("content", [b"", b"\x00\xff", b"../../etc", b"20241115T000000Z-0000abcd", b"20241115T0000"])
def test_a_damaged_pointer(own: IndexSettings, content: bytes) -> None:
    (own.home / "current").write_bytes(content)
    with pytest.raises(DamagedIndexError, match=r"run `footnote index build --full`$"):
        open_current(own)


_FILES = ("manifest.json", "catalog.sqlite", "vectors/*/data_level0.bin", "vectors/chroma.sqlite3", "lexical/*.json")
_DAMAGES = [(file, damage) for file in _FILES for damage in ("truncate", "empty", "delete", "scribble")]


@pytest.mark.parametrize(("file", "damage"), _DAMAGES)
def test_a_damaged_file(own: IndexSettings, file: str, damage: str) -> None:
    """Cut short, emptied, gone, or (same length) written over: never an answer from what is left."""
    path = sorted(p for p in _folder(own).glob(file) if p.stat().st_size > 10)[0]
    if damage == "delete":
        path.unlink()
    elif damage == "scribble":
        path.write_bytes(b"\xfe" * path.stat().st_size)
    else:
        os.truncate(path, path.stat().st_size // 2 if damage == "truncate" else 0)
    with pytest.raises(DamagedIndexError, match=r"footnote index build --full") as refusal:
        _use_all(own)
    assert "\n" not in str(refusal.value)
    assert str(own.home) not in str(refusal.value)


def test_a_manifest_of_another_generation(own: IndexSettings) -> None:
    path = _folder(own) / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps(manifest | {"generation": "20200101T000000Z-00000000"}))
    with pytest.raises(DamagedIndexError, match="is that of 20200101T000000Z-00000000"):
        open_current(own)


@pytest.mark.slow
def test_an_open_generation_is_neither_pruned_nor_swept(tmp_path: Path) -> None:
    settings = IndexSettings(home=tmp_path / "home", corpus=small_corpus(tmp_path / "corpus"))
    build(settings, embedder=HashedWords())
    first = open_current(settings)
    names = [first.id]
    for year in (1940, 1950, 1960):
        write_source(settings.corpus, "dam", f"The dam was built in {year}.")
        names.append(build(settings, embedder=HashedWords()).generation)
    # Kept: the current one, the one before it, and the one that is open.
    assert {p.name for p in (settings.home / "generations").iterdir()} == {names[0], names[2], names[3]}
    second = Generation.open(settings.home, first.id)
    first.close()
    assert prune(settings) == [names[2]]
    assert second is not None
    best = second.vectors.query(HashedWords().embed_queries(["when was the dam built"])[0], 1)[0][0]
    assert "1931" in second.passages([best])[0].text
    second.close()
    assert prune(settings) == [names[0]]
    assert Generation.open(settings.home, names[0]) is None
    assert prune(settings) == []
    _use_all(settings)


def test_a_generation_that_goes_while_it_is_opened(own: IndexSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Removed after its lease was opened and before it was locked: the lock is given, the files are gone."""
    folder, real = _folder(own), fcntl.flock

    def late(fd: int, operation: int) -> None:
        if folder.is_dir():
            shutil.rmtree(folder)
        real(fd, operation)

    monkeypatch.setattr("index.storage.locks.fcntl.flock", late)
    assert Generation.open(own.home, folder.name) is None
    with pytest.raises(DamagedIndexError, match="has no folder; run `footnote index build --full`"):
        open_current(own)


@pytest.mark.slow
def test_opening_while_builds_switch_and_prune(tmp_path: Path) -> None:
    """A reader that loses the race against a switch and its sweep tries again; it never sees a hole."""
    settings = IndexSettings(home=tmp_path / "home", corpus=small_corpus(tmp_path / "corpus"))
    build(settings, embedder=HashedWords())
    done = threading.Event()
    problems: list[FootnoteError] = []
    opened: list[str] = []

    def read() -> None:
        while not done.is_set():
            try:
                generation = open_current(settings)
                assert generation.passages([1])
                opened.append(generation.id)
                generation.close()
            except FootnoteError as error:
                problems.append(error)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for _ in range(5):
        build(settings, full=True, embedder=HashedWords())
        prune(settings)
    done.set()
    for reader in readers:
        reader.join()
    assert problems == []
    assert len(set(opened)) >= 5
