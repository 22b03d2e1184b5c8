"""What the sources say of somebody or something: what goes on behind the best sentence, and no bare names."""

from __future__ import annotations

import pytest

from app.engine import Engine
from app.settings import Settings
from tests.fakes import open_hashed, write_source

LEAGUE = """# The people behind the protest

The Harbour League, founded in May 2018 by the netmaker Ida Storm, has 640 members. It meets on Mondays in the old ice
house. Last winter it paid for the repair of eleven boats. Its treasurer is a retired pilot.

The mayor has never spoken with the Harbour League in public.
"""
LETTER = """Dear Mayor,

I shall leave the harbour office at the end of March. Nobody asked me to. The crane has stood still for two years.

Ida Storm
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("topic")
    corpus = folder / "corpus"
    write_source(corpus, "league", LEAGUE, title="The people behind the protest")
    write_source(corpus, "letter", LETTER, title="To the mayor", author="Ida Storm")
    return open_hashed(Settings(home=folder / "home", corpus=corpus, reader="deep"))


def test_a_description_goes_on_in_its_paragraph(engine: Engine) -> None:
    said = [s.text for s in engine.answer("Tell me about the Harbour League.").statements]
    assert said[0].startswith("The Harbour League, founded in May 2018")
    assert said[1:3] == [
        "It meets on Mondays in the old ice house.",
        "Last winter it paid for the repair of eleven boats.",
    ]


def test_an_author_is_told_about_and_a_text_is_summed_up(engine: Engine) -> None:
    said = [s.text for s in engine.answer("Tell me about Ida Storm.").statements]
    assert any("netmaker Ida Storm" in s for s in said)
    assert "Ida Storm" not in said, "a signature says nothing"
    summed = [s.text for s in engine.answer("Summarise the text by Ida Storm.").statements]
    assert any("leave the harbour office" in s for s in summed)
    assert not any("netmaker" in s for s in summed)


@pytest.mark.parametrize(
    "question", ["What is this business with the Harbour League?", "what's that about the harbour league"]
)
def test_a_matter_may_be_asked_for_in_passing(engine: Engine, question: str) -> None:
    assert "founded in May 2018" in engine.answer(question).text
