"""An answer that shows only a part of a list says how much of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.answer.candidates import Candidate
from app.answer.list_items import cut_list
from app.chat.session.exchange import Exchange
from app.chat.view.statements import statements_html
from app.records import Answer
from app.settings import Settings
from app.words.languages import ENGLISH, TEXTS
from index.read.corpus import read_corpus
from index.read.sentences import sentences_of
from index.source import Source
from tests.answers import answer_of
from tests.fakes import open_hashed
from tests.test_app_chat import Page
from tests.test_app_shown import ARTICLE, EVERYWHERE, FORTY

FRONT = """---
id: harbour
title: How to register a boat
publisher: Harbour Office
url: https://harbour.example/register
kind: article
relation: article
published: 2020-05-01
---
"""
ITEMS = (
    *("a passport or an identity card of the owner", "the bill of sale of the boat, signed by its seller"),
    *("a certificate of insurance for the whole year", "a photograph of the hull, taken out of the water"),
    *("proof that the harbour dues are paid", "the survey of the engine by a licensed yard", "the radio licence"),
    *("a list of the safety equipment on board", "a declaration of the home port of the boat"),
    "the consent of every other owner of the boat",
)
TEXT = "Every owner must register a boat.\n\nTo register it the owner must bring these documents:\n\n"
OTHER = "\n\nThe office is closed on these days:\n\n- Sunday;\n- the first of May.\n"


def corpus(at: Path, items: tuple[str, ...] = ITEMS) -> Path:
    at.mkdir()
    (at / "article.md").write_text(FRONT + TEXT + "".join(f"- {i};\n" for i in items) + OTHER, encoding="utf-8")
    return at


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return read_corpus(corpus(tmp_path / "corpus"))[0]


def chosen(source: Source, *words: str) -> list[Candidate]:
    every = [Candidate(source, placed.sentence, 0.9, 0.9) for placed in sentences_of(source)]
    return [next(c for c in every if w in c.sentence.text) for w in words]


def test_the_items_shown_are_counted_against_those_of_the_same_list(source: Source) -> None:
    assert cut_list(chosen(source, "passport", "insurance", "radio")) == (3, 10)
    assert cut_list(chosen(source, "passport", "insurance", "Sunday")) == (2, 10), "an item of another list"
    assert cut_list(chosen(source, "must bring", "insurance", "radio")) == (2, 10), "the words above the list lead"


def test_nothing_is_said_of_a_list_that_is_whole_or_may_not_be_meant(source: Source) -> None:
    assert cut_list(chosen(source, "Sunday", "first of May")) is None
    assert cut_list(chosen(source, "passport")) is None, "a single item may answer by chance"
    assert cut_list(chosen(source, "Every owner", "passport", "radio")) is None, "no list leads"


def test_a_question_for_a_list_is_told_how_much_of_it_is_shown(tmp_path: Path) -> None:
    many = (*ITEMS, *(f"the stamp of harbour office number {n}" for n in range(1, 7)))
    engine = open_hashed(Settings(home=tmp_path / "home", corpus=corpus(tmp_path / "corpus", many)))
    answer = engine.answer("Which documents must the owner bring to register a boat?")
    cut = answer.statements[0].of_list
    assert cut is not None
    quoted = " ".join(s.text for s in answer.statements)
    assert cut == (sum(f"{i};" in quoted for i in many), len(many))
    assert f"{cut[0]} of 16 items of this list are shown." in answer.text


@pytest.mark.parametrize("render", EVERYWHERE)
def test_every_rendering_says_so(render: Callable[[Answer], str]) -> None:
    whole = answer_of("Which ships?", [(ARTICLE, FORTY)])
    statement = whole.statements[0].model_copy(update={"of_list": (3, 5)})
    cut = whole.model_copy(update={"statements": (statement,)})
    assert "3 of 5 items of this list are shown." in render(cut)
    assert "of this list" not in render(whole)


def test_the_page_says_so_in_its_language() -> None:
    whole = answer_of("Which ships?", [(ARTICLE, FORTY)])
    statement = whole.statements[0].model_copy(update={"of_list": (3, 5)})
    exchange = Exchange("t1", "Which ships?", statements=(statement,), answer=whole, sources={ARTICLE.id: ARTICLE})
    assert "3 of 5 items of this list are shown." in Page(str(statements_html(exchange, ENGLISH))).words
    assert "Показано пунктів цього переліку: 3 з 5." in Page(str(statements_html(exchange, TEXTS["uk"]))).words
