"""Corpus -> index: what is reused, what is refused, who may build, and what `verify` finds."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.build.build import build
from index.build.prune import prune
from index.build.status import stale_reason
from index.build.verify import verify
from index.embedding.embedder import Embedder
from index.errors import BuildLockedError, CorpusError, ModelError, NoIndexError, QuoteError, StoreError
from index.filters import Filters
from index.passage import Passage
from index.read.split import split
from index.settings import SPLITTER_VERSION, IndexSettings
from index.source import Kind, Source
from index.storage.generation import current_id, open_current
from tests.fakes import HashedWords, chroma_server, restamp, small_corpus, write_source

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    return IndexSettings(home=tmp_path / "home", corpus=small_corpus(tmp_path / "corpus"))


@pytest.fixture
def built(settings: IndexSettings) -> IndexSettings:
    build(settings, embedder=HashedWords())
    return settings


class Watcher:
    def __init__(self) -> None:
        self.total: dict[str, int] = {}
        self.done: dict[str, int] = {}
        self.notes: list[str] = []

    def stage(self, name: str, total: int) -> None:
        self.now, self.total[name], self.done[name] = name, total, 0

    def advance(self, steps: int) -> None:
        self.done[self.now] += steps

    def waiting(self) -> None:
        pass

    def note(self, text: str) -> None:
        self.notes.append(text)


def _best(settings: IndexSettings, question: str, filters: Filters = Filters()) -> str:
    generation = open_current(settings)
    try:
        found = generation.vectors.query(HashedWords().embed_queries([question])[0], 1, filters)
        return generation.passages([found[0][0]])[0].text if found else ""
    finally:
        generation.close()


def test_a_first_build(settings: IndexSettings) -> None:
    watcher = Watcher()
    report = build(settings, embedder=HashedWords(), progress=watcher)
    assert report.built
    assert report.previous is None
    assert report.sources.added == ("article", "dam", "prices", "rain")
    assert report.embedded == report.passages > 0
    assert watcher.done == watcher.total
    assert watcher.total["embed"] == report.passages
    assert set(report.seconds) == {"read", "model", "split", "reuse", "store", "embed", "lexical", "commit"}
    assert report.model_validate_json(report.model_dump_json()) == report
    assert "doubled" in _best(settings, "bread prices")
    assert "1931" in _best(settings, "bread prices dam", Filters(sources=frozenset({"dam"})))
    assert "valley" in _best(settings, "dam water", Filters(kinds=frozenset({Kind.ARTICLE})))
    assert _best(settings, "dam", Filters(published_from=20250101)) == ""
    assert verify(settings).ok


def test_nothing_changed_nothing_built(built: IndexSettings) -> None:
    embedder = HashedWords()
    report = build(built, embedder=embedder)
    assert not report.built
    assert report.generation == report.previous == current_id(built.home)
    assert len(report.sources.unchanged) == 4
    assert not report.sources
    assert embedder.calls == []


def test_a_new_index_serves_once_its_folder_would_outlast_a_power_cut(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    replace_file, to_disk = os.replace, os.fsync

    def fsync(fd: int) -> None:
        steps.append(Path(f"/proc/self/fd/{fd}").readlink().name)
        to_disk(fd)

    def replacing(old: Path, new: Path) -> None:
        steps.append(f"-> {Path(new).name}")
        replace_file(old, new)

    monkeypatch.setattr("os.fsync", fsync)
    monkeypatch.setattr("os.replace", replacing)
    build(settings, embedder=HashedWords())
    assert "generations" in steps[steps.index("-> manifest.json") : steps.index("-> current")]


def test_what_cannot_be_tidied_up_does_not_fail_a_build_that_serves(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise StoreError("removing what was read before: Permission denied")

    monkeypatch.setattr("index.build.readings.Readings.forget_unused", fail)
    monkeypatch.setattr("index.build.build.forget_embedded", fail)
    report = build(settings, embedder=HashedWords())
    assert report.notes == ("what is no longer needed stays: removing what was read before: Permission denied",) * 2
    assert current_id(settings.home) == report.generation


def test_only_what_changed_is_embedded(built: IndexSettings) -> None:
    write_source(built.corpus, "dam", "The dam was built in 1932. A commission corrected the year.")
    write_source(built.corpus, "late", "A late report names the mayor.")
    (built.corpus / "sources" / "rain.md").unlink()
    embedder, watcher = HashedWords(), Watcher()
    report = build(built, embedder=embedder, progress=watcher)
    changes = report.sources
    assert (changes.added, changes.changed, changes.removed) == (("late",), ("dam",), ("rain",))
    assert changes.unchanged == ("article", "prices")
    assert len(embedder.calls) == report.embedded == 2
    assert report.reused == report.passages - 2
    assert watcher.done == watcher.total
    assert "1932" in _best(built, "when was the dam built")
    assert "mayor" in _best(built, "mayor")
    assert "hail" not in _best(built, "storms and hail in July")
    assert verify(built).ok


@pytest.mark.slow
def test_what_is_reused_answers_as_what_is_built_anew(built: IndexSettings, tmp_path: Path) -> None:
    write_source(built.corpus, "a-new-first-source", "Whatever stands first moves every number behind it.")
    build(built, embedder=HashedWords())
    anew = built.model_copy(update={"home": tmp_path / "anew"})
    build(anew, embedder=HashedWords())
    one, other = open_current(built), open_current(anew)
    ids = range(1, one.manifest.passages + 1)
    assert one.passages(ids) == other.passages(ids)
    assert one.vectors.vectors(ids) == pytest.approx(other.vectors.vectors(ids), abs=1e-6)
    assert one.lexical.search("the dam", 9) == other.lexical.search("the dam", 9)
    one.close()
    other.close()


def test_metadata_that_changes_counts(built: IndexSettings) -> None:
    """The publisher is a filter and stands in what is embedded."""
    body = "The dam was built in 1931. It holds nine thousand tonnes of water."
    write_source(built.corpus, "dam", body, publisher="Valley Times", published="2019")
    assert stale_reason(built) == "the corpus changed: changed sources/dam.md"
    assert build(built, embedder=HashedWords()).sources.changed == ("dam",)
    assert "1931" in _best(built, "x", Filters(publishers=frozenset({"Valley Times"}), published_to=20191231))


@pytest.mark.slow
@pytest.mark.parametrize("how", ["full", "model", "dimension", "tokens"])
def test_a_build_anew(built: IndexSettings, how: str) -> None:
    name = "another" if how in ("model", "dimension") else "hashed-words"
    embedder = HashedWords(name, 128 if how == "dimension" else 256)
    wanted = built.model_copy(update={"passage_tokens": 40}) if how == "tokens" else built
    report = build(wanted, full=how == "full", embedder=embedder)
    assert report.built
    assert not report.sources
    assert report.embedded + report.reused == report.passages
    if how == "tokens":  # passages that come out the same keep their vectors
        assert len(embedder.calls) == report.embedded
    else:
        assert report.embedded == report.passages
    opened = open_current(wanted)
    assert opened.vectors.dimension == embedder.dimension == opened.manifest.dimension
    assert opened.manifest.model == embedder.name
    opened.close()
    assert verify(wanted).ok


def test_another_splitter(built: IndexSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = SPLITTER_VERSION
    monkeypatch.setattr("index.settings.SPLITTER_VERSION", 99)
    assert stale_reason(built) == f"the index was built with splitter {before}, the settings want 99"
    assert build(built, embedder=HashedWords()).built
    assert stale_reason(built) is None


@pytest.mark.slow
def test_why_an_index_is_stale(settings: IndexSettings) -> None:
    assert stale_reason(settings) == "there is no index yet"
    build(settings, embedder=HashedWords())
    assert stale_reason(settings) is None
    assert "passage_tokens 160, the settings want 64" in str(
        stale_reason(settings.model_copy(update={"passage_tokens": 64}))
    )
    for n in range(5):
        write_source(settings.corpus, f"new-{n}", "More.")
    (settings.corpus / "sources" / "rain.md").unlink()
    assert stale_reason(settings) == (
        "the corpus changed: added sources/new-0.md, sources/new-1.md, sources/new-2.md and 2 more; "
        "removed sources/rain.md"
    )
    build(settings, embedder=HashedWords())
    assert stale_reason(settings) is None
    folder = settings.home / "generations" / (current_id(settings.home) or "")
    os.truncate(folder / "catalog.sqlite", 100)
    assert "the index is damaged: " in str(stale_reason(settings))


class _Faulty(HashedWords):
    """An embedder that fails, or gives what is no embedding, at its second call."""

    def __init__(self, fault: str) -> None:
        super().__init__()
        self.fault = fault

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        vectors = super().embed_passages(texts, progress)
        if self.fault == "raises":
            raise ModelError("the model is gone")
        if self.fault == "interrupted":
            raise KeyboardInterrupt
        return {"zero": vectors * 0, "nan": vectors * np.nan, "short": vectors[1:], "wide": vectors * 2}[self.fault]


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["raises", "interrupted", "zero", "nan", "short", "wide"])
def test_a_build_that_fails_leaves_the_old_index(built: IndexSettings, fault: str) -> None:
    before = current_id(built.home)
    write_source(built.corpus, "dam", "The dam was built in 1932.")
    with pytest.raises(KeyboardInterrupt if fault == "interrupted" else ModelError):
        build(built, embedder=_Faulty(fault))
    assert current_id(built.home) == before
    assert [p.name for p in (built.home / "generations").iterdir()] == [before]
    assert "1931" in _best(built, "when was the dam built")
    assert build(built, embedder=HashedWords()).built


_LIES: dict[str, Callable[[Source, Passage], Passage]] = {
    "shifted": lambda _, p: replace(p, start=p.start + 1, end=p.end + 1),
    "cut": lambda _, p: replace(p, sentences=(replace(p.sentences[0], end=p.sentences[0].end - 1), *p.sentences[1:])),
    "foreign": lambda _, p: replace(p, source_id="dam"),
    "twice": lambda _, p: replace(p, sentences=(p.sentences[0], p.sentences[0])),
    "beyond": lambda source, p: replace(p, end=len(source.text) + 5),
    "bare": lambda _, p: replace(p, sentences=()),
}


@pytest.mark.parametrize("lie", _LIES)
def test_a_span_that_does_not_hold_is_not_built(
    built: IndexSettings, monkeypatch: pytest.MonkeyPatch, lie: str
) -> None:
    def lying(source: Source, embedder: Embedder, target: int) -> tuple[Passage, ...]:
        passages = split(source, embedder, target)
        return (_LIES[lie](source, passages[0]), *passages[1:])

    before = current_id(built.home)
    monkeypatch.setattr("index.build.making.split", lying)
    with pytest.raises(QuoteError, match=r"^article.md: passage [^\n]+; nothing was built"):
        build(built, full=True, embedder=HashedWords())
    assert current_id(built.home) == before


def test_what_is_no_source_is_named_and_does_not_stop_the_build(built: IndexSettings) -> None:
    readme = built.corpus / "sources" / "README.md"
    readme.write_text("# About this folder\n")
    write_source(built.corpus, "programme", "# Saturday: regatta\n\n## Sunday: fireworks")
    (built.corpus / "sources" / "scan.pdf").write_bytes(b"%PDF")
    assert stale_reason(built) is not None
    report = build(built, embedder=HashedWords())
    assert [line.split(":")[0] for line in report.passed_over] == [
        "sources/README.md",
        "sources/programme.md",
        "sources/scan.pdf",
    ]
    assert not report.sources
    assert stale_reason(built) is None  # they are known to hold nothing
    assert not build(built, embedder=HashedWords()).built
    readme.write_text("# About this folder, again\n")
    assert stale_reason(built) is not None
    assert build(built, embedder=HashedWords()).built
    assert verify(built).ok


def test_a_strict_build_refuses_what_it_would_pass_over(built: IndexSettings) -> None:
    before = current_id(built.home)
    for n in range(5):
        (built.corpus / "sources" / f"{n}.jpg").write_text("Text.")
    with pytest.raises(CorpusError, match=r"^sources/0\.jpg: files of this kind .* and 2 more \(without --strict"):
        build(built, strict=True, embedder=HashedWords())
    assert current_id(built.home) == before
    assert len(build(built, embedder=HashedWords()).passed_over) == 5


def test_a_broken_source_leaves_the_old_index(built: IndexSettings) -> None:
    before = current_id(built.home)
    write_source(built.corpus, "dam", "The dam.", published="yesterday")
    with pytest.raises(CorpusError, match=r"^sources/dam.md: field 'published'"):
        build(built, embedder=HashedWords())
    assert current_id(built.home) == before
    assert "1931" in _best(built, "when was the dam built")


@pytest.mark.slow
@pytest.mark.parametrize("file", ["current", "manifest.json", "catalog.sqlite", "vectors"])
def test_a_damaged_index_is_mended_by_the_next_build(built: IndexSettings, file: str) -> None:
    folder = built.home / "generations" / (current_id(built.home) or "")
    if file == "vectors":
        shutil.rmtree(folder / "vectors")
    else:
        (built.home / "current" if file == "current" else folder / file).write_bytes(b"?")
    report = build(built, embedder=HashedWords())
    assert report.built
    assert report.embedded == report.passages
    assert "damaged" in report.notes[0]
    assert verify(built).ok


def test_vectors_that_cannot_be_read_are_embedded_anew(built: IndexSettings) -> None:
    """Damage that keeps a file's length: nothing of the index is used, and the next build mends it."""
    folder = built.home / "generations" / (current_id(built.home) or "")
    database = folder / "vectors" / "chroma.sqlite3"
    database.write_bytes(b"?" * database.stat().st_size)
    write_source(built.corpus, "late", "A late report names the mayor.")
    report = build(built, embedder=HashedWords())
    assert report.embedded == report.passages
    assert any("nothing of it is reused" in note for note in report.notes)
    assert verify(built).ok


_HOLDER = """if True:
    import sys, time
    from pathlib import Path
    from index.storage.locks import build_lock
    with build_lock(Path(sys.argv[1]), wait=True, notify=print):
        print("held", flush=True)
        sys.stdin.read()
"""


def _hold(home: Path) -> subprocess.Popen[str]:
    """A process that holds the build lock until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(home)],
        cwd=ROOT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_build_says_who_builds_or_waits(built: IndexSettings) -> None:
    holder = _hold(built.home)
    for attempt in (lambda: build(built, wait=False, embedder=HashedWords()), lambda: prune(built)):
        with pytest.raises(BuildLockedError, match=rf"process {holder.pid}, started \d{{4}}-\d\d-\d\dT"):
            attempt()
    assert "1931" in _best(built, "when was the dam built")  # reading asks for no lock
    watcher = Watcher()
    waiting = threading.Thread(target=build, args=(built,), kwargs={"embedder": HashedWords(), "progress": watcher})
    waiting.start()
    deadline = time.monotonic() + 20
    while not watcher.notes and time.monotonic() < deadline:
        time.sleep(0.01)
    assert f"waiting for another build: process {holder.pid}" in watcher.notes[0]
    assert waiting.is_alive()
    holder.communicate("")
    waiting.join(20)
    assert not waiting.is_alive()


def test_a_holder_that_is_killed_blocks_nobody(built: IndexSettings) -> None:
    holder = _hold(built.home)
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    build(built, wait=False, embedder=HashedWords())
    assert not (built.home / "build.holder").exists()
    holder.communicate()


@pytest.mark.slow
def test_builds_in_two_threads_take_turns(built: IndexSettings) -> None:
    def once() -> None:
        build(built, full=True, embedder=HashedWords())

    threads = [threading.Thread(target=once) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verify(built).ok
    assert len(list((built.home / "generations").iterdir())) == 2


def _change(statement: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with sqlite3.connect(folder / "catalog.sqlite") as catalog:
            assert catalog.execute(statement).rowcount
        catalog.close()

    return change


def _scribble(pattern: str) -> Callable[[Path], None]:
    def scribble(folder: Path) -> None:
        path = sorted(p for p in folder.glob(pattern) if p.stat().st_size > 100)[-1]
        data = bytearray(path.read_bytes())
        data[-40] ^= 0xFF
        path.write_bytes(data)

    return scribble


def _lose_a_vector(folder: Path) -> None:
    import chromadb

    with chromadb.PersistentClient(folder / "vectors") as client:  # type: ignore[attr-defined]
        client.get_collection(folder.name, embedding_function=None).delete(ids=["2"])
    restamp(folder)


def _lose_from_lexical(folder: Path) -> None:
    import tantivy

    writer = tantivy.Index.open(str(folder / "lexical")).writer(num_threads=1)
    writer.delete_documents_by_term("id", 2)
    writer.commit()
    writer.wait_merging_threads()
    restamp(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_change("UPDATE passage SET start = start + 1, end = end + 1 WHERE n = 2"), "passage 2 of the catalog"),
        (_change("UPDATE passage SET text = upper(text) WHERE n = 2"), "passage 2 of the catalog"),
        (_change("UPDATE passage SET header = 'Another' WHERE n = 2"), "passage 2 of the catalog"),
        (_change("UPDATE passage SET sentences = '[[0,99999,\"paragraph\"]]' WHERE n = 2"), "passage 2 of the catalog"),
        (_change("UPDATE passage SET sentences = x'00' WHERE n = 2"), "cannot be read"),
        (_change("UPDATE passage SET key = 'another' WHERE n = 2"), "not what was embedded"),
        (_change("UPDATE source SET text = text || '!' WHERE n = 2"), "source 'dam': its SHA-256"),
        (
            _change("UPDATE source SET record = replace(record, 'Press', 'Pross') WHERE n = 2"),
            "source 'dam': its SHA-256",
        ),
        (_change("DELETE FROM passage WHERE n = 2"), "not all passages of source 'dam'"),
        (_change("DELETE FROM source WHERE n = 4"), "no source 'rain'"),
        (_scribble("vectors/*/data_level0.bin"), "data_level0.bin: its SHA-256"),
        (_scribble("lexical/*"), "its SHA-256 is not the one recorded"),
        (_lose_a_vector, "vectors: "),
        (_lose_from_lexical, "lexical index: does not find passage dam:"),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "the manifest of"),
        (lambda folder: (folder / "lexical" / "meta.json").unlink(), "meta.json: is missing"),
        (lambda folder: shutil.rmtree(folder), "its folder is missing"),
    ],
)
def test_verify_finds(built: IndexSettings, damage: Callable[[Path], None], said: str) -> None:
    assert verify(built).problems == ()
    damage(built.home / "generations" / (current_id(built.home) or ""))
    report = verify(built)
    assert not report.ok
    assert any(said in problem for problem in report.problems), report.problems
    assert all("\n" not in problem for problem in report.problems)


def test_verify_counts_what_it_checked(built: IndexSettings, tmp_path: Path) -> None:
    report = verify(built)
    opened = open_current(built)
    assert report.sources == 4
    assert report.passages == opened.manifest.passages
    assert report.sentences == sum(len(p.sentences) for s in opened.sources() for p in opened.passages_of(s.id)) > 5
    opened.close()
    with pytest.raises(NoIndexError):
        verify(built.model_copy(update={"home": tmp_path / "none"}))


@pytest.mark.slow
def test_vectors_on_a_server(settings: IndexSettings, tmp_path: Path) -> None:
    """The same road with a Chroma server: one collection a generation, dropped with it."""
    import chromadb

    def collections(url: str) -> set[str]:
        with chromadb.HttpClient("127.0.0.1", int(url.rpartition(":")[2])) as client:  # type: ignore[attr-defined]
            return {c.name for c in client.list_collections()}

    folder = tmp_path / "server"
    folder.mkdir()
    with chroma_server(folder) as url:
        remote = settings.model_copy(update={"store_url": url})
        names = [build(remote, embedder=HashedWords()).generation]
        assert stale_reason(settings) == "the index keeps its vectors in 'server', the settings want 'embedded'"
        for year in (1932, 1933):
            write_source(remote.corpus, "dam", f"The dam was built in {year}.")
            report = build(remote, embedder=HashedWords())
            assert (report.embedded, report.reused) == (1, report.passages - 1)
            names.append(report.generation)
        assert "1933" in _best(remote, "when was the dam built", Filters(sources=frozenset({"dam"})))
        assert verify(remote).problems == ()
        assert collections(url) == set(names[1:])
        with pytest.raises(ModelError):
            build(remote, full=True, embedder=_Faulty("nan"))
        assert collections(url) == set(names[1:])
        assert prune(remote) == [names[1]]
        assert collections(url) == {names[2]}
        assert (build(settings, embedder=HashedWords()).built, stale_reason(settings)) == (True, None)
    report = build(remote.model_copy(update={"store_url": ""}), full=True, embedder=HashedWords())
    assert report.built
    with pytest.raises(StoreError, match="server of store_url does not answer"):
        build(remote, full=True, embedder=HashedWords())
    assert current_id(settings.home) == report.generation
    assert verify(settings).ok
