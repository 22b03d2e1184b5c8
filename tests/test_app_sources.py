"""What stands in the index: as the manifest and the command line say it, without a model."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.engine import Engine
from app.settings import Settings
from app.sources.contents import IndexContents, contents_of
from index.build.build import build
from index.settings import IndexSettings
from index.source import Kind, Relation
from index.storage.generation import Generation, open_current
from tests.conftest import CORPUS, ROOT, Footnote
from tests.fakes import HashedWords, open_hashed, write_source


@pytest.fixture
def generation(hashed_engine: Engine) -> Generation:
    return open_current(hashed_engine.settings.index)


def test_every_source_stands_there_with_its_passages(generation: Generation) -> None:
    contents = contents_of(generation)
    assert [e.id for e in contents.entries] == [s.id for s in generation.sources()]
    assert contents.entries[0].facts.kind is Kind.ARTICLE
    assert contents.passages == sum(e.passages for e in contents.entries) == generation.manifest.passages
    for entry, source in zip(contents.entries, generation.sources(), strict=True):
        assert entry.passages == len(generation.passages_of(source.id)) > 0
        assert entry.facts == source.facts
        assert entry.characters == len(source.text)
    assert IndexContents.model_validate_json(contents.model_dump_json()) == contents


def test_the_command_line_says_the_same(footnote: Footnote, built_home: Path) -> None:
    contents = contents_of(open_current(IndexSettings(home=built_home, corpus=CORPUS)))
    env = {"FOOTNOTE_HOME": str(built_home), "FOOTNOTE_CORPUS": str(CORPUS)}
    status = json.loads(footnote("index", "status", "--json", **env).stdout)
    manifest = status["manifest"]
    assert contents.generation == status["generation"]
    assert (contents.built_at, contents.model, contents.passages, contents.fingerprint) == (
        manifest["created"], manifest["model"], manifest["passages"], manifest["fingerprint"],
    )  # fmt: skip
    assert [e.id for e in contents.entries] == list(manifest["sources"])
    said = footnote("index", "status", **env).stdout
    assert (
        f"built {contents.built_at}: {len(contents.entries)} sources, {contents.passages} passages, {contents.model}"
        in said
    )


@pytest.mark.slow
def test_it_follows_a_new_generation(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    write_source(corpus, "paper", "The yard built forty ships.", kind="article", relation="article")
    engine = open_hashed(Settings(home=tmp_path / "home", corpus=corpus))
    before = engine.contents()
    assert [e.id for e in before.entries] == ["paper"]
    write_source(corpus, "union", "The union counted 31 ships.", relation="disputes", published="1913")
    build(engine.settings.index, embedder=HashedWords())
    after = engine.contents()
    assert [(e.id, e.passages) for e in after.entries] == [("paper", 1), ("union", 1)]
    assert after.entries[1].facts.relation is Relation.DISPUTES
    assert after.generation != before.generation


def test_no_model_and_no_search_engine_is_loaded(hashed_engine: Engine) -> None:
    home = hashed_engine.settings.home
    code = f"""
import sys
from pathlib import Path
from app.sources.contents import contents_of
from index.storage.generation import open_current
from index.settings import IndexSettings
assert contents_of(open_current(IndexSettings(home=Path({str(home)!r}), corpus=Path({str(CORPUS)!r})))).entries
loaded = {{"torch", "onnxruntime", "chromadb", "tantivy", "tokenizers"}} & set(sys.modules)
assert not loaded, loaded
"""
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
