"""A sentence that names another time, another place or no quantity is no answer, and a refusal says whom none names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.constraints import (
    lacks,
    of_the_future,
    of_the_names,
    of_the_quantity,
    of_the_time,
    satisfying,
    unmentioned,
)
from app.answer.extract import Candidate
from app.chat.session.exchange import Exchange
from app.chat.view.conversation import exchanges_html
from app.engine import Engine
from app.question.classify import classify
from app.question.follow_up import stand_alone
from app.question.names import Name
from app.records import Turn
from app.settings import Settings
from app.words.languages import ENGLISH, TEXTS
from index.build.build import build
from index.filters import Filters
from index.passage import Sentence
from index.source import BlockKind, Source
from tests.answers import harbour, refusal_of
from tests.chat_engine import source_of
from tests.conftest import CORPUS
from tests.fakes import write_source


def candidate(text: str, source: Source | None = None) -> Candidate:
    return Candidate(source or source_of(text), Sentence(0, len(text), text, BlockKind.PARAGRAPH), 0.5, 0.5)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("What did Mark Rutte say about the deserters of Ukraine?", ["Mark Rutte", "Ukraine"]),
        ("How much bail was set for the head of the 'Anne of Kyiv' brigade?", ["Anne of Kyiv"]),
        (
            "How did the Guardian's Luke Harding call General Zaluzhnyi's staff?",
            ["Guardian", "Luke Harding", "Zaluzhnyi"],
        ),
        ("What did The Guardian and Dr. Smith say?", ["Guardian", "Smith"]),
        ("Where was the Odesa Region's court in May 2023?", ["Odesa"]),  # neither its kind nor a date
        ("What did the UN and NATO say about AWOL men and POWs?", []),  # abbreviations may be spelled out
        ("Zelensky said what about the army?", []),  # the first word has a capital anyway
        ("Tell me about Rutte. Berg is known.", ["Rutte"]),
        ("How Many Soldiers Of Rutte Left in May", []),  # set like a headline
        ("What did Mark Rutte tell Ida Holm?", ["Mark Rutte", "Ida Holm"]),
        ("how many soldiers left in odesa", []),
        ("Combien de soldats ont quitté la France selon Rutte ?", []),
        ("Wie viele Soldaten verließen die Ukraine nach Angaben von Rutte?", []),
        ("Скільки солдатів пішло з Одеси?", []),
        ("", []),
    ],
)
def test_names_of_a_question(query: str, found: list[str]) -> None:
    assert [n.text for n in classify(query).names] == found
    assert all(n.text in query for n in classify(query).names)


@pytest.mark.parametrize(
    ("name", "known", "missing"),
    [
        ("Rutte", {"Zelensky"}, True),
        ("Mark Rutte", {"Rutte"}, False),
        ("Ivan Volodymyr Zelensky", {"Zelensky"}, False),
        ("Vladimir Putin", {"Vladimir"}, True),
        ("New York Times", {"New", "York"}, False),
    ],
)
def test_when_a_name_is_missing(name: str, known: set[str], missing: bool) -> None:
    assert lacks(Name(name, tuple(name.split())), known.__contains__) is missing


def test_a_title_is_no_part_of_a_name() -> None:
    (name,) = classify("What did Prime Minister Tusk say?").names
    assert lacks(name, {"Prime", "Minister"}.__contains__)


def test_a_count_for_a_longer_time_is_none_for_a_part_of_it() -> None:
    wide = candidate("The court heard 90 cases in 2022 and 2023 combined.")
    month = candidate("It heard 7 cases in October 2023.")
    since = candidate("It has heard 120 cases since 2021.")
    bare = candidate("It heard 9 cases.")
    query = classify("How many cases did the court hear in October 2023?")
    assert of_the_time([wide, month, since, bare], query) == [month, since, bare]
    assert of_the_time([wide, month], classify("Why was the court busy in October 2023?")) == [wide, month]
    assert of_the_time([month], classify("How many cases did the court hear in 2023?")) == [month]


@pytest.mark.parametrize(
    ("sentence", "query"),
    [
        ("In October 2024 some 100 soldiers protested.", "How many soldiers protested on 3 October 2024?"),
        ("In 2024 on average 7,000 deserted each month.", "How many deserted in a month in October 2024?"),
        ("In 2025 a court set bail of 90 million.", "How much bail was set in January 2025?"),
    ],
)
def test_what_is_no_sum_over_time_stays(sentence: str, query: str) -> None:
    assert of_the_time([candidate(sentence)], classify(query))


@pytest.mark.parametrize(
    "query",
    [
        "Will the yard close?", "When will the yard close?", "and will it close next year?",
        "Does the union expect the yard to close?", "What did Berg predict?", "Does Berg think the yard will close?",
        "How many yards will close?", "What sentence will he get?",
    ],
)  # fmt: skip
def test_a_question_on_what_will_be_takes_no_word_on_what_was(query: str) -> None:
    past = candidate("The yard closed its gate in 1912.")
    ahead = candidate("The union warned that the yard may close.")
    assert of_the_future([past, ahead], classify(query)) == [ahead]


@pytest.mark.parametrize(
    "sentence",
    [
        "A man who returns is exempt from liability.", "The law enters force on 1 May.",
        "The rule applies to all who left.", "Berg ruled out closing the yard.", "A court can release him.",
        "The yard stays open.",
    ],
)  # fmt: skip
def test_what_is_laid_down_answers_what_will_be(sentence: str) -> None:
    assert of_the_future([candidate(sentence)], classify("Will a man who returns be punished?"))


@pytest.mark.parametrize(
    "query",
    [
        "Why did the yard close?", "Who read the will of Anna Berg?", "What did the union expect in 1912?",
        "What is the life expectancy of a worker?", "What do the men say about the will to fight?",
        "What happened in the next year?", "Why were the men expected to stay?",
    ],
)  # fmt: skip
def test_other_questions_take_both(query: str) -> None:
    past = candidate("The yard closed its gate in 1912.")
    ahead = candidate("The union warned that the yard may close.")
    assert of_the_future([past, ahead], classify(query)) == [past, ahead]


@pytest.mark.parametrize(
    ("sentence", "kept"),
    [
        ("On 20 October 1912 the men of the 3rd shed met again.", False),
        ("The union spoke of the 40 ships.", False),  # the question's own figure
        ("The yard has dozens of men.", True),
        ("Nearly a fifth of the men came.", True),
        ("One man came.", True),
        ("The number of men tripled.", True),
        ("None came.", True),
        ("Some 300 men came.", True),
        ("Three men came.", True),
    ],
)
def test_how_many_asks_for_a_quantity(sentence: str, kept: bool) -> None:
    found = of_the_quantity([candidate(sentence)], classify("How many men built the 40 ships?"))
    assert bool(found) is kept
    assert of_the_quantity([candidate(sentence)], classify("Who built the ships?"))


@given(st.text(alphabet="ABrut 2023'-?.,", max_size=60), st.lists(st.text(max_size=40), max_size=6))
def test_no_sentence_is_added_or_moved(query: str, sentences: list[str]) -> None:
    ranked = [candidate(s) for s in sentences]
    found = satisfying(ranked, classify(query), lambda word, _: word < "M")
    places = [next(i for i, c in enumerate(ranked) if c is f) for f in found]
    assert places == sorted(places)


@pytest.fixture(scope="module")
def towns(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Two towns that are told apart by name alone."""
    folder = tmp_path_factory.mktemp("towns")
    write_source(
        folder, "vuhledar", "In Vuhledar the police counted 412 burglaries in 2021. The Russian government denied it.",
        kind="article", relation="article", author="Ida Holm",
    )  # fmt: skip
    write_source(folder, "lutsk", "In Lutsk the police counted 87 burglaries in 2021, a record.")
    home = tmp_path_factory.mktemp("towns-home")
    build(Settings(home=home, corpus=folder).index)
    return Engine.open(Settings(home=home, corpus=folder))


@pytest.mark.slow
def test_the_figure_of_another_town_is_no_answer(towns: Engine) -> None:
    assert "87" in towns.answer("How many burglaries did the police count in Lutsk?").statements[0].text
    spelled = towns.answer("How many burglaries did the police count in Ugledar?")
    assert "412" in spelled.statements[0].text, "another spelling is the same town"
    refused = towns.answer("How many burglaries did the police count in Zhmerynka in 2021?")
    assert refused.abstained
    assert refused.unmentioned == ("Zhmerynka",)
    assert refused.text == "The sources do not answer this. None of them mentions Zhmerynka."
    assert refused.nearest


@pytest.mark.slow
def test_an_author_is_mentioned_and_one_year_of_a_range_is_enough(towns: Engine) -> None:
    assert not towns.answer("What did Ida Holm say about the boiling point of tungsten?").unmentioned
    answer = towns.answer("How many burglaries did the police count in Lutsk between 2019 and 2021?")
    assert "87" in answer.statements[0].text


def test_a_follow_up_asks_for_something_else_of_the_same_place() -> None:
    before = Turn(role="user", text="How many burglaries did the police count in Lutsk?")
    question = classify(stand_alone("Why is that so?", [before]))
    assert "How many" in question.text
    reason = candidate("It was so in Lutsk because of the lamps.")
    assert satisfying([reason], question, lambda *_: True) == [reason]
    assert satisfying([reason], question, lambda *_: False) == []
    assert satisfying([reason], classify(before.text), lambda *_: True) == []


@pytest.mark.slow
def test_a_capital_stands_for_its_country_and_a_year_must_be_there(towns: Engine) -> None:
    assert not towns.answer("What did Moscow deny about the burglaries in Vuhledar?").unmentioned
    refused = towns.answer("How many burglaries did the police count in Lutsk in 1987?")
    assert refused.abstained
    assert refused.unmentioned == ("1987",)


@pytest.mark.slow
def test_none_of_them_is_said_of_the_sources_that_were_asked(towns: Engine) -> None:
    only = Filters(sources=frozenset({"lutsk"}))
    refused = towns.answer("How many burglaries did the police count in Vuhledar?", filters=only)
    assert refused.abstained
    assert refused.unmentioned == ("Vuhledar",)


@pytest.mark.parametrize(
    "question",
    [
        "How many desertion cases were registered in the Odesa region?",
        "How many criminal proceedings were opened in October 2023?",
        "Will desertion force Ukraine to surrender next year?",
        "What did Mark Rutte say about Ukrainian deserters in Poland?",
    ],
)
def test_near_misses_of_the_corpus_are_refused(built_home: Path, question: str) -> None:
    assert Engine.open(Settings(home=built_home, corpus=CORPUS)).answer(question).abstained


def test_the_page_tells_it_in_its_language_and_as_text() -> None:
    article, _ = harbour()
    answer = refusal_of("What did <b>Rutte</b> say?", [article]).model_copy(
        update={"unmentioned": ("Rutte", "<b>1987")}
    )
    exchange = Exchange("t1", answer.question, answer=answer)
    shown = str(exchanges_html((exchange,), ENGLISH))
    assert "The sources do not answer this. None of them mentions Rutte or &lt;b&gt;1987." in shown
    assert "Жодне з них не згадує: Rutte, &lt;b&gt;1987." in str(exchanges_html((exchange,), TEXTS["uk"]))


def test_unmentioned_asks_all_sources() -> None:
    asked: list[str | None] = []

    def mentions(word: str, source_id: str | None) -> bool:
        asked.append(source_id)
        return word == "Berg"

    question = classify("What did Anna Berg tell Ida Holm in 1912?")
    assert unmentioned(question, harbour(), mentions) == ("Ida Holm", "1912")
    assert set(asked) == {None}


def test_a_source_in_another_language_may_have_names_in_its_own_words() -> None:
    note = source_of("У Німеччині поліція нарахувала 87 крадіжок, повідомило міністерство. Це рекорд за п'ять років.")
    found = candidate(note.text, note)
    query = classify("How many thefts did the police count in Germany?")

    assert of_the_names([found], query, lambda *_: False) == [found]
    assert unmentioned(query, [*harbour(), note], lambda *_: False) == ()
    assert unmentioned(query, harbour(), lambda *_: False) == ("Germany",)
