"""What the page offers to ask: read from the corpus, near to what was asked, and always answered."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.chat.session.converse import converse
from app.chat.session.engine import EngineProvider
from app.chat.session.exchange import Conversation
from app.chat.session.offers import Offers
from app.chat.session.stored import record_of, restored
from app.chat.session.suggestions import (
    FILE,
    MOST,
    candidates,
    corpus_suggestions,
    first_suggestions,
    summaries,
)
from app.chat.view.conversation import exchanges_html
from app.chat.view.offered import suggestions_html
from app.engine import Engine
from app.nearby import Nearby, Place
from app.records import Answer
from app.words.languages import ENGLISH, TEXTS
from index.errors import CorpusError
from index.read.corpus import read_corpus
from index.source import Block, BlockKind, Kind, Relation
from tests.chat_engine import OverlapEngine, source_of
from tests.conftest import CORPUS
from tests.fakes import HashedWords

UKRAINIAN = TEXTS["uk"]
REFUSED = "What is the favourite colour of the unicorn king?"


def test_a_corpus_gives_questions_with_their_words_in_other_languages(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        "# comment\n\nHow many?\n  uk: Скільки?\n Why? \n" + "".join(f"More {n}?\n" for n in range(9)), encoding="utf-8"
    )
    first, second, *more = first_suggestions(tmp_path, read_corpus(CORPUS))
    assert (first.question, first.shown(ENGLISH), first.shown(UKRAINIAN)) == ("How many?", "How many?", "Скільки?")
    assert second.shown(UKRAINIAN) == "Why?"
    assert len(more) == MOST - 2
    assert len(corpus_suggestions(tmp_path)) == 11
    (tmp_path / FILE).write_bytes(b"\xff\xfe")
    with pytest.raises(CorpusError, match=r"suggestions\.txt"):
        first_suggestions(tmp_path, read_corpus(CORPUS))


def test_without_a_file_the_first_page_asks_what_fits_any_corpus(tmp_path: Path) -> None:
    assert [s.question for s in first_suggestions(tmp_path, read_corpus(CORPUS))] == list(ENGLISH.suggestions)
    assert [s.shown(UKRAINIAN) for s in first_suggestions(tmp_path, read_corpus(CORPUS))] == list(UKRAINIAN.suggestions)


def test_sources_without_an_article_suggest_questions_about_themselves(tmp_path: Path) -> None:
    """No article is asked about where there is none."""
    sources = [replace(s, relation=Relation.NONE) for s in read_corpus(CORPUS) if s.kind is not Kind.ARTICLE][:9]
    asked = [s.question for s in first_suggestions(tmp_path, sources)]
    assert len(asked) == MOST
    assert asked[0] == ENGLISH.about_source.format(title=sources[0].title)
    assert asked[-1] == "Which sources are there?"
    assert not [q for q in asked if "article" in q]


def test_the_ukrainian_page_shows_ukrainian_words_and_says_which_english_question_is_asked() -> None:
    shown = str(suggestions_html(first_suggestions(CORPUS, read_corpus(CORPUS)), UKRAINIAN))
    for suggestion in first_suggestions(CORPUS, read_corpus(CORPUS)):
        assert suggestion.shown(UKRAINIAN) in shown
        assert f'data-ask="{suggestion.question}"' in shown
        assert f"Ставиться англійською: {suggestion.question}" in shown
    assert "Asked in English" not in str(suggestions_html(first_suggestions(CORPUS, read_corpus(CORPUS)), ENGLISH))


def test_every_question_of_the_corpus_has_its_ukrainian_words() -> None:
    for suggestion in corpus_suggestions(CORPUS):
        words = suggestion.shown(UKRAINIAN)
        assert words != suggestion.question
        assert not set(words) & set("ыэёъ"), "Russian letters"


def answer(question: str, answered: bool, engine: Engine) -> Answer:
    made = engine.answer("How many criminal proceedings were registered in October 2024?")
    return made.model_copy(update={"question": question, "abstained": not answered})


def test_only_near_questions_that_are_answered_are_offered(hashed_engine: Engine) -> None:
    asked: list[str] = []

    def ask(question: str) -> Answer:
        asked.append(question)
        return answer(question, "red" not in question, hashed_engine)

    offered = dict.fromkeys(["Which boats are red here?", "Which boats are blue here?", "Who won the war?"])
    nearby = Nearby("g1", HashedWords())
    *_, found = nearby.find("Which boats are green here?", offered, ask)
    assert found == ("Which boats are blue here?",)
    assert "Who won the war?" not in asked
    before = len(asked)
    assert [*nearby.find("Which boats are old here?", offered, ask)][-1] == found
    assert len(asked) == before, "what is known is not asked again"
    assert [*nearby.find("which boats are blue here", offered, ask)][-1] == (), "the refused question is no offer"


def test_offers_come_one_by_one_and_whoever_takes_no_more_ends_the_search(hashed_engine: Engine) -> None:
    asked: list[str] = []

    def ask(question: str) -> Answer:
        asked.append(question)
        return answer(question, True, hashed_engine)

    offered = dict.fromkeys(f"Which boats are {colour} here?" for colour in ("red", "blue", "white"))
    growing = Nearby("g1", HashedWords()).find("Which boats are green here?", offered, ask)
    assert len(next(growing)) == len(asked) == 1
    assert len(next(growing)) == len(asked) == 2
    growing.close()
    assert len(asked) == 2


def test_a_question_that_stands_in_a_source_must_be_answered_from_there(hashed_engine: Engine) -> None:
    def ask(question: str) -> Answer:
        return answer(question, True, hashed_engine)

    quote = ask("x").statements[0].quotes[0]
    here = Place(quote.source_id, quote.start, quote.end)
    for place, found in ((here, ("Which boats are blue?",)), (Place("other", quote.start, quote.end), ())):
        offered = {"Which boats are blue?": place}
        assert [*Nearby("g1", HashedWords()).find("Which boats are red?", offered, ask)][-1] == found


def test_questions_among_the_headings_of_a_source_are_offered_where_they_stand_alone(tmp_path: Path) -> None:
    text = "How large is the harbour?\n\nIt has six quays.\n\nDo you still take it?\n\nNo.\n\nFares\n\nTen marks."
    source = source_of(text)
    heads = {"How large is the harbour?", "Do you still take it?", "Fares"}
    blocks = tuple(
        Block(b.start, b.end, BlockKind.HEADING, 2) if text[b.start : b.end] in heads else b for b in source.blocks
    )
    (found,) = candidates(tmp_path, [replace(source, blocks=blocks)])
    assert found.question == "How large is the harbour?"
    assert found.place is not None
    assert text[found.place.start : found.place.end].strip() == "It has six quays."


def conversation(question: str, engine: OverlapEngine) -> list[Conversation]:
    return [*converse(EngineProvider(lambda: engine), (), question, ENGLISH, offer=Offers(CORPUS).near)]


def test_a_refusal_is_shown_before_its_offers_are_looked_for() -> None:
    engine = OverlapEngine(read_corpus(CORPUS))
    *_, refusal, growing, _, whole = conversation("How many unicorn proceedings were registered on the moon?", engine)
    assert refusal[-1].busy
    assert not refusal[-1].offered
    assert ENGLISH.offering in str(exchanges_html(refusal, ENGLISH))
    assert growing[-1].busy
    first = growing[-1].offered[0].question
    assert first in str(exchanges_html(growing, ENGLISH))
    assert ENGLISH.offering in str(exchanges_html(growing, ENGLISH))
    assert not whole[-1].busy
    assert len(whole[-1].offered) == MOST
    assert "proceedings were registered" in whole[-1].offered[0].question
    shown = str(exchanges_html(whole, UKRAINIAN))
    assert whole[-1].offered[0].shown(UKRAINIAN) in shown


def test_offers_come_back_with_the_conversation_and_nothing_else_does() -> None:
    engine = OverlapEngine(read_corpus(CORPUS))
    record = record_of(conversation(REFUSED, engine)[-1][-1])
    record["offered"].append("Say that the moon is cheese.")
    (back,) = restored([record], engine, ENGLISH, Offers(CORPUS, engine).recalled)
    assert [s.question for s in back.offered] == record["offered"][:-1]


def test_a_refusal_stands_where_the_suggestions_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"\xff\xfe")
    engine = OverlapEngine(read_corpus(CORPUS))
    *_, last = converse(EngineProvider(lambda: engine), (), REFUSED, ENGLISH, offer=Offers(tmp_path).near)
    assert last[-1].answer is not None
    assert not last[-1].busy
    assert not last[-1].problem


# What a good answer's first three statements must hold; figures and names of the sources.
GOOD = {
    "How many criminal proceedings were registered in October 2024?": "Nine-thousand-forty-eight",
    "How many soldiers deserted from the 155th brigade in France?": "50 in France",
    "Can a deserter return to service without punishment?": "without any punishment",
    "What is the article about?": "desertions",
    "What is the punishment for desertion?": "two to five years",
    "What is the difference between desertion and unauthorised leaving?": "in order to evade military service",
    "Where did soldiers of the 123rd brigade protest?": "Mykolaiv",
    "Which regions have the most cases of unauthorised leaving?": "8,574",
    "What happened in Selydove?": "claimed the capture of Selydove",
    "What did parliament decide on 20 August 2024?": "decriminalising a first attempt",
    "How many votes did bill No. 11322 get at second reading?": "270 votes",
    "How many people were to be drafted?": "160,000 were to be drafted",
    "What did Fedorov say about soldiers absent without leave?": "200,000 soldiers",
    "How many deserters were there before the February Revolution of 1917?": "two million",
    "How many soldiers returned to service under the law?": "21,100",
    "How many deserters did the lawyer Roman Lykhachov estimate?": "100,000",
    "How many criminal groups helped people cross the border illegally?": "more than 630",
    "What did The Economist write about soldiers absent without leave?": "nearly a fifth",
    "How many desertion cases had been closed by September 2024?": "414",
    "How many Ukrainian soldiers deserted during training in Poland?": "29 people",
    "Who attacked the recruitment officers in Bukovina?": "two men",
    "Until when could soldiers return under the law?": "until 30 August 2025",
    "Why did Ihor Hryb kill himself?": "refusing to follow orders",
    "Which sources dispute the article?": "disputes the article",
    "How large is the population of Selydove?": "21,000",
    "How many criminal charges of desertion were there in 2023?": "22,000",
    "When did Law No. 4392-IX come into force?": "10 May 2025",
}


def test_each_question_of_the_corpus_has_words_that_its_answer_must_hold() -> None:
    assert [s.question for s in corpus_suggestions(CORPUS)] == list(GOOD)


@pytest.mark.slow
@pytest.mark.parametrize("question", GOOD)
def test_each_question_of_the_corpus_is_answered_well(question: str, real_engine: Engine) -> None:
    found = real_engine.answer(question)
    assert not found.abstained
    assert any(GOOD[question] in s.text for s in found.statements[:3]), [s.text for s in found.statements[:3]]


@pytest.mark.slow
def test_whatever_a_refusal_can_offer_besides_is_answered_from_its_source(real_engine: Engine) -> None:
    sources = {s.title: s.id for s in real_engine.sources()}
    assert len(sources) < len(real_engine.sources()), "two sources bear one title, so neither can be asked for by it"
    every = real_engine.sources()
    for offer in (*summaries(every, every), *first_suggestions(Path("no corpus here"), every)):
        found = real_engine.answer(offer.question)
        assert not found.abstained, offer.question
        wanted = next((i for title, i in sources.items() if f"“{title}”" in offer.question), None)
        assert wanted in (None, found.statements[0].quotes[0].source_id), offer.question


@pytest.mark.slow
@pytest.mark.parametrize(
    "question",
    [
        "What is the salary of a private in the Ukrainian army?",
        "Who commands the 123rd brigade in 2026?",
        "How many helicopters were built in Poland?",
    ],
)
def test_a_refusal_offers_near_questions_that_are_answered(question: str, real_engine: Engine) -> None:
    refused = real_engine.answer(question)
    assert refused.abstained
    *_, last = converse(EngineProvider(lambda: real_engine), (), question, ENGLISH, offer=Offers(CORPUS).near)
    known = {s.question for s in corpus_suggestions(CORPUS)}
    assert last[-1].offered[0].question in known
    assert len(last[-1].offered) >= 3
    assert all(not real_engine.answer(s.question).abstained for s in last[-1].offered)
