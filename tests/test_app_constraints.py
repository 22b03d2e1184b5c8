"""A sentence on another place, bill or brigade is no answer, and a refusal says which of them no source names."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.constraints import holds_number, holds_whole, lacks, of_the_names, of_the_time, satisfying, unmentioned
from app.answer.extract import Candidate
from app.chat.session.exchange import Exchange
from app.chat.view.conversation import exchanges_html
from app.engine import Engine
from app.query import Query
from app.question.classify import classify
from app.question.follow_up import in_context
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
    assert lacks(Name(name, tuple(name.split())), (), lambda word, _: word in known) is missing


def test_a_title_is_no_part_of_a_name() -> None:
    (name,) = classify("What did Prime Minister Tusk say?").names
    assert lacks(name, (), lambda word, _: word in {"Prime", "Minister"})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("How many votes did bill No. 11323 get?", ["bill No. 11323"]),
        ("What about №11323, and is No. 7 known?", ["№11323", "No. 7"]),
        ("What is the penalty under Article 409?", ["Article 409"]),
        ("what does article 409 punish", ["article 409"]),
        ("Article 409 punishes whom?", ["Article 409"]),
        ("When did Law No. 3903-IX come into force?", ["Law No. 3903-IX"]),
        ("What is permit No. 4/2, and what section 12(a)?", ["permit No. 4/2", "section 12(a)"]),
        ("How many men left the 83rd Airborne Assault Brigade?", ["83rd Airborne Assault Brigade"]),
        ("who commands the 84th airborne assault brigade", ["84th airborne assault brigade"]),
        ("What did the 118th Congress say of the 14th amendment?", ["118th Congress", "14th amendment"]),
        ("What did the 82nd and 83rd brigades do?", ["82nd", "83rd brigades"]),
        ("What do Articles 407, 408 and 409 punish?", ["Articles 407", "408", "409"]),
        ("Who owns the Sonant 3?", ["Sonant 3"]),
        ("What is bill 11323 and what Brigade 83?", ["bill 11323", "Brigade 83"]),
    ],
)  # fmt: skip
def test_a_number_is_part_of_a_name(query: str, found: list[str]) -> None:
    assert [n.text for n in classify(query).names] == found
    assert all(n.number in n.text and n.number for n in classify(query).names)


@pytest.mark.parametrize(
    "query",
    [
        "Were there 9,048 cases or 500 cases?",
        "What happened the 2nd time and on the 100th day?",
        "Who left on 3rd October 2024, and who on 24 February 2022?",
        "What did the 33-year-old say about 40% of the $90 million?",
        "Why did 3 of the 40 men leave at 10:30 in 2024-2025?",
        "How did they give the brigade 83 tanks?",
        "What is 12 per cent of 4.5?",
        "Did Berg pay 500?",
        "When was Berg 33 or 34?",
        "Did the US give Ukraine 31 Abrams tanks?",
    ],
)
def test_a_quantity_is_part_of_no_name(query: str) -> None:
    assert not [n for n in classify(query).names if n.number]


@pytest.mark.parametrize(
    ("text", "number", "held"),
    [
        ("The 83rd had left.", "83rd", True),
        ("The 83rd Separate Airborne Brigade left.", "83rd", True),
        ("The men of Brigade 83 left.", "83rd", True),
        ("The men of brigade No. 83 left.", "83rd", True),
        ("Some 83 men left.", "83rd", False),
        ("He told 83 of them.", "83rd", False),
        ("The 82nd had left on 3 October.", "3rd", False),
        ("The Third Assault Brigade left.", "3rd", True),
        ("See Art. 409.", "409", True),
        ("See Articles 407, 408 and 409.", "409", True),
        ("Under № 409 it says so.", "409", True),
        ("Decree number 409 says so.", "409", True),
        ("It heard 409 cases.", "409", False),
        ("It heard 1,409 cases; 409% of them.", "409", False),
        ("Law No. 3902-IX is new.", "3902-IX", True),
        ("Law No. 3902-IX is new.", "3902", True),
        ("Law 3902 is new.", "3902-IX", True),
        ("Law No. 3902-XII is old.", "3902-IX", False),
    ],
)
def test_where_a_source_holds_the_number_of_a_name(text: str, number: str, held: bool) -> None:
    assert holds_number(source_of(text), number) is held


@pytest.mark.parametrize(
    ("text", "name", "held"),
    [
        ("The Times had it.", "Kyiv Times", False),
        ("In Kyiv, The Times had it.", "Kyiv Times", False),
        ("In New York at times it rains.", "New York Times", False),
        ("The New York Times had it.", "New York Times", True),
        ("The Times of Israel had it.", "Israel Times", True),
        ("The Israeli Times had it.", "Israel Times", True),
        ("The State Border Guard Service came.", "Border Service", True),
        ("The military police came.", "Military Police", True),
        ("The Territorial Defense came.", "Territorial Defence", True),
    ],
)
def test_where_words_stand_beside_each_other(text: str, name: str, held: bool) -> None:
    assert holds_whole(source_of(text), name.split()) is held


def test_a_surname_stands_for_a_name_and_an_ordinary_word_does_not() -> None:
    sources = [source_of("The Times met Rutte at times. See harbour.example/rutte for more, said the men.")]

    def mentions(word: str, _: str | None) -> bool:
        return word in ("Times", "Rutte")

    query = classify("What did Mark Rutte tell the Kyiv Times?")
    assert unmentioned(query, sources, mentions) == ("Kyiv Times",)
    assert of_the_names([candidate(sources[0].text, sources[0])], query, sources, mentions) == []


def test_where_sources_tell_a_surname_it_stands_for_the_first_name() -> None:
    article = source_of("Elsa Morkved kept the harbour. Arne Berg mended nets.", "article")
    ledger = source_of("Morkved paid eleven crowns for the rope that was bought in the spring.", "ledger")
    sources = [article, ledger]

    def mentions(word: str, source_id: str | None) -> bool:
        return any(word in s.text for s in sources if source_id in (None, s.id))

    found = candidate(ledger.text, ledger)
    assert of_the_names([found], classify("How much did Elsa pay for rope?"), sources, mentions) == [found]
    assert of_the_names([found], classify("How much did Arne pay for rope?"), sources, mentions) == []


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


@given(st.text(alphabet="ABrut 2023'-?.,", max_size=60), st.lists(st.text(max_size=40), max_size=6))
def test_no_sentence_is_added_or_moved(query: str, sentences: list[str]) -> None:
    ranked = [candidate(s) for s in sentences]
    found = satisfying(ranked, classify(query), [c.source for c in ranked], lambda word, _: word < "M")
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
    asked = Engine(towns.settings, towns._serving.latest, refusing=False)
    answer = asked.answer("How many burglaries did the police count in Lutsk between 2019 and 2021?")
    assert "87" in answer.statements[0].text


def test_a_follow_up_asks_for_something_else_of_the_same_place() -> None:
    before = Turn(role="user", text="How many burglaries did the police count in Lutsk?")
    question = classify(in_context("Why is that so?", [before]).standalone_question)
    assert "How many" in question.text
    reason = candidate("It was so in Lutsk because of the lamps.")
    assert satisfying([reason], question, [reason.source], lambda *_: True) == [reason]
    assert satisfying([reason], question, [reason.source], lambda *_: False) == []


@pytest.mark.slow
def test_a_capital_stands_for_its_country_and_a_year_must_be_there(towns: Engine) -> None:
    assert not towns.answer("What did Moscow deny about the burglaries in Vuhledar?").unmentioned
    refused = towns.answer("How many burglaries did the police count in Lutsk in 1987?")
    assert refused.abstained
    assert refused.unmentioned == ("1987",)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("How many votes did bill No. 412 get in Lutsk?", "bill No. 412"),  # 412 are burglaries
        ("Who commands the 83rd Brigade of Lutsk?", "83rd Brigade"),
        ("What did the Lutsk Record count in 2021?", "Lutsk Record"),
    ],
)
def test_a_number_or_paper_that_no_source_holds_is_named(towns: Engine, question: str, missing: str) -> None:
    refused = towns.answer(question)
    assert refused.abstained
    assert refused.unmentioned == (missing,)
    assert refused.text.endswith(f"None of them mentions {missing}.")


@pytest.mark.parametrize(
    "question",
    [
        "What is bill No. 11322 about?",
        "What does Article 408 of the Criminal Code punish?",
        "How many soldiers deserted from the 155th brigade?",
        "What did the commander of the 110th Brigade say?",
        "When did Law No. 3902-IX come into force?",
        "What was reported about the 82nd Airborne Assault Brigade before Kursk?",
        "What do Laws No. 4087-IX and 4392-IX change?",
        "According to The Times how many desertion cases were there in 2023?",
        "What did Ukrainska Pravda report about the number of AWOL cases?",
        "What did the Financial Times say about deserters in Poland?",
        "What figure did the Kyiv Post give?",
        "What did the Kyiv Independent say?",
    ],
)
def test_numbers_and_papers_of_the_corpus_pass(built_home: Path, question: str) -> None:
    engine = Engine.open(Settings(home=built_home, corpus=CORPUS), refusing=False)
    answer = engine.answer(question)
    assert classify(question).names
    assert answer.statements


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("How many votes did bill No. 11323 get at second reading?", "bill No. 11323"),
        ("What is the penalty under Article 409 of the Criminal Code?", "Article 409"),
        ("How many men left the 83rd Airborne Assault Brigade?", "83rd Airborne Assault Brigade"),
        ("When did Law No. 3903-IX come into force?", "Law No. 3903-IX"),
        ("According to the New York Times how many AWOL cases were there?", "New York Times"),
        ("What did the Kyiv Times report about desertions?", "Kyiv Times"),
    ],
)
def test_the_neighbours_of_what_the_corpus_holds_are_refused(built_home: Path, question: str, missing: str) -> None:
    answer = Engine.open(Settings(home=built_home, corpus=CORPUS), refusing=False).answer(question)
    assert answer.abstained
    assert answer.unmentioned == (missing,)


@pytest.mark.slow
def test_none_of_them_is_said_of_the_sources_that_were_asked(towns: Engine) -> None:
    only = Filters(sources=frozenset({"lutsk"}))
    refused = towns.answer(Query("How many burglaries did the police count in Vuhledar?", filters=only))
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
def test_near_misses_of_the_corpus_are_refused(real_engine: Engine, question: str) -> None:
    assert real_engine.answer(question).abstained


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

    assert of_the_names([found], query, [note], lambda *_: False) == [found]
    assert unmentioned(query, [*harbour(), note], lambda *_: False) == ()
    assert unmentioned(query, harbour(), lambda *_: False) == ("Germany",)
