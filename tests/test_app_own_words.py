"""What Footnote says itself inside an answer follows the language of the page; quotations stay as they are."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from app.answer.about_sources import answer_metadata
from app.chat.session.converse import converse
from app.chat.session.engine import EngineProvider
from app.chat.session.exchange import Exchange
from app.chat.session.stored import record_of, restored
from app.chat.view.statements import statements_html
from app.engine import Engine
from app.records import Statement, Support
from app.saying import Own, Saying
from app.words.languages import ENGLISH, TEXTS
from app.words.own import own_words
from app.words.texts import Texts
from tests.chat_engine import source_of
from tests.test_app_chat import Page

UKRAINIAN = TEXTS["uk"]
TITLE = "Ukraine: A wave of desertions turns into an avalanche amid the US elections"


def asked(engine: Engine, question: str) -> Exchange:
    *_, conversation = converse(EngineProvider(lambda: engine), (), question, ENGLISH)
    return conversation[-1]


def shown(exchange: Exchange, code: str) -> str:
    return " ".join(Page(str(statements_html(exchange, TEXTS[code]))).words.split())


@pytest.mark.parametrize(
    ("question", "english", "ukrainian"),
    [
        ("thanks", "You're welcome.", "Прошу."),
        ("hello", f"Hello. I answer questions about “{TITLE}” and 28", f"Вітаю. Запитуйте мене про статтю «{TITLE}»"),
        ("ok", "Ask another question whenever", "Запитуйте ще"),
        ("hm", "I am not sure what you mean by “hm”.", "Не розумію, що означає «hm»."),
        ("?!", "I find no word in your message.", "У вашому повідомленні немає жодного слова."),
        ("Who wrote the article?", "(assembly.org.ua): “Ukraine", "(assembly.org.ua): «Ukraine"),
        ("Who published the article?", "World Socialist Web Site published “Ukraine", "Опубліковано у виданні World"),
        ("When was the article published?", "Published 15 Nov 2024: “Ukraine", "Опубліковано 15 лист. 2024: «Ukraine"),
        ("How many sources are there?", "29 sources: the article itself (1)", "29 джерел: сама стаття (1)"),
        ("What is the oldest source?", "The oldest source with a date is “", "Найдавніше джерело з датою: «"),
        ("Which sources are laws?", "a law the article refers to)", "закон, про який говорить стаття)"),
    ],
)
def test_what_footnote_says_itself_follows_the_page(
    hashed_engine: Engine, question: str, english: str, ukrainian: str
) -> None:
    exchange = asked(hashed_engine, question)
    assert exchange.answer is not None
    assert english in exchange.answer.text
    assert english in shown(exchange, "en")
    assert ukrainian in shown(exchange, "uk")
    assert english not in shown(exchange, "uk")
    back = restored([record_of(exchange)], hashed_engine, UKRAINIAN)
    assert ukrainian in shown(back[0], "uk")


def test_a_quotation_reads_the_same_on_every_page(hashed_engine: Engine) -> None:
    exchange = asked(hashed_engine, "How many criminal proceedings were registered in 2024?")
    assert exchange.quotes
    for quote in exchange.quotes:
        words = " ".join(quote.text.split())
        assert words in shown(exchange, "en")
        assert words in shown(exchange, "uk")


@pytest.mark.parametrize("texts", TEXTS.values(), ids=TEXTS.keys())
def test_every_saying_has_words(hashed_engine: Engine, texts: Texts) -> None:
    facts = hashed_engine.sources()[0].facts
    for saying in Saying:
        words = own_words(Own(saying=saying, repeats="hm", sources=3), facts if saying.of_a_source else None, texts)
        assert words.strip()
        assert "{" not in words


def test_one_source_and_none_beside_the_article_are_counted_in_words() -> None:
    assert "about “Harbour” and one source about it" in own_words(
        Own(saying=Saying.ABOUT, repeats="Harbour", sources=1)
    )
    assert "about 3 sources." in own_words(Own(saying=Saying.ABOUT, sources=3))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("What is the newest source?", {"ferry": Saying.NEWEST_DATED, "mole": Saying.NEWEST_DATED}),
        ("Which source is the oldest?", {"year": Saying.OLDEST_DATED}),
    ],
)
def test_the_newest_and_the_oldest_name_ties_and_say_that_some_have_no_date(
    question: str, told: dict[str, Saying]
) -> None:
    """A year may mean its first day, and its last."""
    days = {"year": "2019", "ferry": "2020-03-01", "mole": "2020-03-01", "pier": "2019-06-30", "undated": None}
    sources = [source_of("It was sold.", name, published=day, title=f"On the {name}") for name, day in days.items()]
    drafts = answer_metadata(question, sources)
    assert {d.quotes[0].source_id: d.own and d.own.saying for d in drafts} == told
    drafts = answer_metadata(question, sources[:-1])
    assert {d.own.saying for d in drafts if d.own} == {Saying(s.removesuffix("-dated")) for s in told.values()}


def test_own_words_from_outside_never_pass_for_a_quotation() -> None:
    made_up = Own(saying=Saying.UNSURE, repeats="40,000 fled")
    with pytest.raises(ValidationError, match="no quotation"):
        Statement(text="Words.", support=Support.QUOTED, own=made_up)
    with pytest.raises(ValidationError, match="no quotation"):
        Statement(text="Words.", support=Support.METADATA, own=Own(saying=Saying.AUTHOR))
