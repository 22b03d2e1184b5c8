"""A folder without an article, as a reader meets it: pages of PDFs, guessed facts, no word of an article."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.bundle.replay import replay
from app.bundle.write import pack
from app.chat.view.frame import first_page_html
from app.chat.view.overview import overview_html
from app.chat.view.source_viewer import source_html
from app.cli.main import app
from app.engine import Engine
from app.records import Answer
from app.render.fragment import live_address
from app.render.html import Highlight
from app.render.markdown import conversation_markdown
from app.settings import Settings
from app.words.describe import page_words
from app.words.languages import ENGLISH, TEXTS
from index.build.build import build
from index.retrieve import Retriever
from index.source import Kind, Relation, Source
from index.storage.generation import open_current
from tests.conftest import Footnote
from tests.documents import column, pdf
from tests.fakes import HashedWords
from tests.zips import changed

FIRST = ["The council of Esk sold the harbour to Hanno Wirt."]
SECOND = ["Hanno Wirt promised to repair the old pier by 2026."]
QUESTION = "What did Hanno Wirt promise to repair?"


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "report.pdf").write_bytes(pdf([[(70, 800, 22, "The Harbour Report"), *column(FIRST)], column(SECOND)]))
    (folder / "report.pdf.meta.yaml").write_text("url: https://esk.example/report.pdf\n")
    (folder / "letter.txt").write_text("Fishermen protested on Monday against the sale of boats.")
    return folder


@pytest.fixture
def engine(papers: Path) -> Iterator[Engine]:
    settings = Settings(home=papers.parent / "home", corpus=papers, reader="none")
    embedder = HashedWords()
    build(settings.index, embedder=embedder)
    retriever = Retriever(settings.index, open_current(settings.index), embedder)
    with closing(Engine(settings, retriever, refusing=False)) as opened:
        yield opened


@pytest.fixture
def answer(engine: Engine) -> Answer:
    return engine.answer(QUESTION)


def report(engine: Engine) -> Source:
    return engine.source("report.pdf")


def test_an_answer_names_the_page_everywhere(engine: Engine, answer: Answer) -> None:
    quote = next(q for q in answer.quotes if "promised" in q.text)
    assert quote.pages == (2, 2)
    assert json.loads(answer.model_dump_json())["statements"][0]["quotes"][0]["pages"] == [2, 2]
    markdown = conversation_markdown([answer], "Harbour", engine.sources())
    assert "p. 2" in markdown
    source = report(engine)
    viewer = str(source_html(source, [Highlight(quote.start, quote.end, 1, current=True)], 1, ENGLISH))
    assert "p. 2" in viewer
    assert live_address(source, quote.start, quote.end) == "https://esk.example/report.pdf#page=2"


def test_pages_in_words() -> None:
    assert page_words(None) == ""
    assert page_words((12, 12)) == "p. 12"
    assert page_words((12, 13)) == "pp. 12–13"
    assert page_words((12, 13), TEXTS["uk"]) == "с. 12–13"


def test_a_bundle_that_names_another_page_is_not_proved(engine: Engine, answer: Answer) -> None:
    bundle = pack([answer], engine.sources(), engine.settings, "Harbour")
    assert replay(bundle).ok

    def moved(content: bytes) -> bytes:
        return re.sub(rb'("pages": ?\[\s*)2(,\s*)2', rb"\g<1>1\g<2>1", content)

    names = ["quotes.jsonl", "answers/01.json"]
    forged = replay(changed(bundle, dict.fromkeys(names, moved), forged=True))
    assert [q.reason for q in forged.quotes if not q.proved] == ["its source has it on another page"]


def test_nothing_speaks_of_an_article_where_there_is_none(engine: Engine) -> None:
    sources = engine.sources()
    assert {s.kind for s in sources} == {Kind.FULLTEXT}
    assert {s.relation for s in sources} == {Relation.NONE}
    for texts in (ENGLISH, TEXTS["uk"]):
        page = str(first_page_html(sources, (), texts))
        assert texts.welcome_sources in page
        assert texts.welcome not in page
    shown = re.sub(r"<[^>]+>", " ", str(overview_html(sources, ENGLISH)))
    assert "article" not in shown.lower()
    assert engine.answer("How many sources are there?").statements[0].text.startswith("2 sources. The first is")


def test_the_list_of_sources_says_what_was_guessed(footnote: Footnote, built_home: Path, tmp_path: Path) -> None:
    """Through the command line, on files that need no further package."""
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "2024-03-04 letter.txt").write_text("Fishermen protested on Monday against the sale of the boats.")
    (folder / "empty.txt").write_text("")
    env = {"FOOTNOTE_HOME": str(tmp_path / "home")}
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "models").symlink_to(built_home / "models")
    built = footnote("index", "build", "--corpus", str(folder), **env)
    assert built.returncode == 0, built.stderr
    assert "Passed over empty.txt: it is empty" in built.stdout
    (entry,) = json.loads(footnote("sources", "list", "--json", **env).stdout)
    assert (entry["id"], entry["published"], entry["kind"]) == ("2024-03-04-letter.txt", "2024-03-04", "fulltext")
    assert entry["guessed"] == ["title", "publisher", "published", "language"]
    listed = footnote("sources", "list", **env, COLUMNS="300").stdout
    assert "guessed" in listed
    assert "date, language" in listed
    answered = footnote("ask", "Who protested?", **env)
    assert "Fishermen protested on Monday" in answered.stdout
    assert "article" not in answered.stdout


def test_chat_keeps_the_index_in_the_folder(papers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that two folders have two indexes; a setting says otherwise."""
    served: list[Settings] = []
    monkeypatch.setattr("app.server.serve", lambda settings, **_: served.append(settings))
    monkeypatch.setattr("app.cli.chat.build_index", lambda wanted, **_: served.append(wanted))
    assert CliRunner().invoke(app, ["chat", str(papers)]).exit_code == 0
    assert {s.home for s in served} == {papers / ".footnote"}
    assert {s.corpus for s in served} == {papers}
    served.clear()
    assert CliRunner().invoke(app, ["chat", str(papers), "--home", str(papers.parent)]).exit_code == 0
    assert {s.home for s in served} == {papers.parent}


def test_chat_with_a_folder_that_is_not_there(footnote: Footnote, tmp_path: Path) -> None:
    done = footnote("chat", str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "there is no such folder or file" in done.stderr
    (tmp_path / "void").mkdir()
    done = footnote("chat", str(tmp_path / "void"))
    assert done.returncode == 2
    assert "no file here can be read" in done.stderr
