"""Answers out of tables, lists and headings: the right cell, an item with its introduction, a heading by its name."""

from __future__ import annotations

import pytest

from app.bundle.format import misquoted
from app.engine import Engine
from app.records import Answer
from app.settings import Settings
from app.words.describe import said_by
from index.passage import Passage
from index.storage.generation import open_current
from index.text.analysis import analyse
from index.text.periods import may_overlap
from tests.fakes import open_hashed, write_source

CLAIMS = "The following claims about the mayor are false:\n\n" + "\n".join(
    f"- {claim}, which the {paper} wrote on its front page and later in three further pieces without naming a source."
    for claim, paper in [
        ("The mayor sold the harbour to her brother", "Courier"),
        ("The mayor owns the brewery", "Herald"),
        ("The mayor burnt the archive", "Post"),
        ("The mayor drowned the dog of the judge", "Times"),
    ]
)
RAIN = "| Station | 2022 | 2023 |\n|---|--:|--:|\n| Adlen | 612 | 701 |\n| Borrow | 845 | 790 |\n| Cant | 433 | 398 |\n"
NEWS = "# News in brief\n\n## Bridge at Kell closed until May\n\nDrivers must take the ferry.\n"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("structure")
    corpus = folder / "corpus"
    write_source(corpus, "claims", CLAIMS)
    write_source(corpus, "rain", f"The stations report yearly rainfall in millimetres.\n\n{RAIN}", title="Rainfall")
    write_source(corpus, "news", NEWS, title="News in brief")
    long = "; ".join(f"that he sold plot {n} to the brewer" for n in range(1, 90))
    write_source(corpus, "roe", f"Gavin Roe denied under oath {long}.", title="Statement of Gavin Roe")
    return open_hashed(Settings(home=folder / "home", corpus=corpus, reader="deep"))


def bold(answer: Answer) -> list[str]:
    first = answer.statements[0]
    return [first.text[a:b] for a, b in first.emphasis]


def test_a_cell_is_found_by_its_row_and_column(engine: Engine) -> None:
    answer = engine.answer("How much rain fell in Borrow in 2023?")
    first = answer.statements[0]
    assert first.text == "Station | 2022 | 2023 … Borrow | 845 | 790"
    assert [q.text for q in first.quotes] == ["Station | 2022 | 2023", "Borrow | 845 | 790"]
    assert bold(answer) == ["790"]
    assert not misquoted(answer)
    assert [q.number for q in answer.quotes] == list(range(1, len(answer.quotes) + 1))  # the head row once


def test_an_item_is_never_quoted_without_what_introduces_it(engine: Engine) -> None:
    answer = engine.answer("Did the mayor drown the dog of the judge?")
    said = next(s.text for s in answer.statements if "drowned" in s.text)
    assert said.startswith("The following claims about the mayor are false: … The mayor drowned")
    rows = engine.compare("Did the mayor drown the dog of the judge?").rows
    assert all("are false" in r.quote.text for r in rows if "drowned" in r.quote.text)


def test_a_long_sentence_is_quoted_with_its_denial_and_found_once(engine: Engine) -> None:
    answer = engine.answer("Did Gavin Roe sell plot 50 to the brewer?")
    assert answer.statements[0].text.startswith("Gavin Roe denied under oath")
    assert answer.statements[0].text.endswith("plot 89 to the brewer.")
    spans = [(h.source_id, h.start, h.end) for h in answer.hits]
    assert len(set(spans)) == len(spans)


def test_a_fact_that_stands_in_a_heading_only_is_quoted_as_one(engine: Engine) -> None:
    answer = engine.answer("Until when is the bridge at Kell closed?")
    first = answer.statements[0]
    assert (first.text, first.heading) == ("Bridge at Kell closed until May", True)
    assert said_by(first, engine.source("news")).endswith(", in a heading")
    assert not any(s.heading for s in engine.answer("How much rain fell in Cant in 2022?").statements)
    assert engine.answer("Until when is the bridge at Vorn closed?").abstained


def test_years_of_chinese_and_japanese_are_dates() -> None:
    assert [(d.year, d.month) for d in analyse("塔内有钟，重32吨，建于1764年。").dates] == [(1764, None)]
    assert not may_overlap(analyse("塔は1764年5月3日に建てられました。"), analyse("1945年塔はどうなりましたか？"))


def test_the_index_gives_sentences_back_as_they_were_split(engine: Engine) -> None:
    generation = open_current(engine.settings.index)
    stored: list[Passage] = [p for s in generation.sources() for p in generation.passages_of(s.id)]
    assert any(s.context for p in stored for s in p.sentences)
    assert any(s.part for p in stored for s in p.sentences)
    assert all(p.body in p.embedded_text for p in stored)
    assert len({p.id for p in stored}) == len(stored) == generation.manifest.passages
    generation.close()


def test_a_question_for_words_of_the_introduction_finds_its_items(engine: Engine) -> None:
    hits = engine.search("false claims", k=3)
    assert hits[0].passage.source_id == "claims"
