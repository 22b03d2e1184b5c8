"""A list that answers is shown whole, with what introduces it; a list of which one item answers is not."""

from __future__ import annotations

import pytest

from app.bundle.format import misquoted
from app.engine import Engine
from app.settings import Settings
from tests.fakes import open_hashed, write_source

LAW = """# Harbour Act

## Article 4

(1) A ferry shall carry on every crossing

- (a) a master who has held a licence for at least five years without a break;
- (b) two deckhands, one of whom has been trained to lower the boats in the dark, and in winter a third;
- (c) a raft for each group of twelve passengers on board, tested within the last twelve months, and
- (d) a radio which can reach the coast guard from every point of the crossing and which has its own battery.

(2) The Minister may exempt a ferry that crosses in less than four minutes.
"""
PORTS = "# The line\n\nThe line serves these ports:\n\n- St. Anna;\n- J. Berg Quay;\n- (d) No. 10 Mole.\n"
HOURS = """# The ticket office

The ticket office at Brill is run by the harbour board, and these are the facts that people ask us for most often here:

- It opens at 7.15 on weekdays and at 8.30 on Sundays and on public holidays, except on New Year's Day, when it is shut.
- The telephone is answered by Rosa Kemp, who has worked for the harbour board since 1998 and who speaks four languages.
- A bicycle travels free of charge outside the summer season, and for 3.50 crowns from the first of May to September.
- Lost property is kept for ninety days in the cellar, and what nobody collects is sold for the benefit of the lifeboat.
"""
KIT = "# Before you sail\n\nPlease bring:\n\n- a passport;\n- your ticket;\n- warm clothes.\n"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("lists")
    corpus = folder / "corpus"
    write_source(corpus, "act", LAW, title="Harbour Act")
    write_source(corpus, "office", HOURS, title="The ticket office")
    write_source(corpus, "ports", PORTS, title="The line")
    write_source(corpus, "kit", KIT, title="Before you sail")
    return open_hashed(Settings(home=folder / "home", corpus=corpus, reader="deep"))


@pytest.mark.parametrize(
    "question", ["What must a ferry carry on every crossing?", "Which things shall a ferry carry on a crossing?"]
)
def test_all_items_are_quoted_in_one_statement(engine: Engine, question: str) -> None:
    answer = engine.answer(question)
    first = answer.statements[0]
    assert first.text.startswith("(1) A ferry shall carry on every crossing\n\n(a) a master")
    assert first.text.endswith("its own battery.")
    assert len(first.quotes) == 1
    assert not misquoted(answer)
    assert [first.text[a:b][:8] for a, b in first.emphasis] == ["a master", "two deck", "a raft f", "a radio "]
    assert sum("deckhands" in s.text for s in answer.statements) == 1


def test_a_figure_is_answered_by_its_item_alone(engine: Engine) -> None:
    answer = engine.answer("For how many days is lost property kept?")
    assert "ninety days" in answer.statements[0].text
    assert not any("bicycle" in s.text for s in answer.statements[:1])


def test_the_direct_line_gives_every_item(engine: Engine) -> None:
    answer = engine.answer("Which things should I bring?")
    assert [d.text for d in answer.direct] == ["a passport", "your ticket", "warm clothes"]


def test_an_abbreviation_is_no_number_of_an_item(engine: Engine) -> None:
    answer = engine.answer("List the ports that the line serves.")
    assert [d.text for d in answer.direct] == ["St. Anna", "J. Berg Quay", "No. 10 Mole"]


def test_one_item_of_a_short_list_does_not_stand_for_all(engine: Engine) -> None:
    answer = engine.answer("What documents and clothes must I bring before I sail?")
    assert [d.text for d in answer.direct] in ([], ["a passport", "your ticket", "warm clothes"])
