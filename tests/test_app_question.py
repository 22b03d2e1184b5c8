"""Which road a question takes and what type of answer it asks for."""

from __future__ import annotations

import pytest

from app.question.classify import classify
from app.records import QuestionKind
from index.text.analysis import analyse
from index.text.answer_type import AnswerType, answer_spans


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("How many ships were built in 1912?", QuestionKind.FACT),
        ("when did the factory open", QuestionKind.FACT),
        ("Why did the bridge fall?", QuestionKind.EXPLAIN),
        ("How did the crew escape?", QuestionKind.EXPLAIN),
        ("What led to the strike?", QuestionKind.EXPLAIN),
        ("Who says the bridge was unsafe?", QuestionKind.WHO_SAYS),
        ("Which engineer claimed that the steel was weak?", QuestionKind.WHO_SAYS),
        ("According to whom was it sabotage?", QuestionKind.WHO_SAYS),
        ("Do the sources agree on the number of dead?", QuestionKind.COMPARE),
        ("The owner versus the union: who is to blame?", QuestionKind.COMPARE),
        ("What does the owner say, and what does the union say?", QuestionKind.COMPARE),
        ("Which materials were used?", QuestionKind.LIST),
        ("List the victims.", QuestionKind.LIST),
        ("Which yards are mentioned?", QuestionKind.LIST),
        ("What percentage of sailors came back?", QuestionKind.FACT),
        ("Which rule lets sailors return?", QuestionKind.FACT),
        ("What kinds of steel are there?", QuestionKind.LIST),
        ("What is the article about?", QuestionKind.OVERVIEW),
        ("Summarise the report", QuestionKind.ABOUT),
        ("tl;dr", QuestionKind.OVERVIEW),
        ("hi", QuestionKind.SMALLTALK),
        ("Thanks a lot!", QuestionKind.SMALLTALK),
        ("What can you do?", QuestionKind.SMALLTALK),
        ("Привіт!", QuestionKind.SMALLTALK),
        ("Hi, how many ships were built?", QuestionKind.FACT),
        ("What can you do about rust on steel?", QuestionKind.FACT),
    ],
)
def test_kinds(text: str, kind: QuestionKind) -> None:
    assert classify(text).kind is kind


@pytest.mark.parametrize(
    ("text", "wants"),
    [
        ("How many ships?", AnswerType.NUMBER),
        ("When was it built?", AnswerType.DATE),
        ("Who built it?", AnswerType.PERSON),
        ("In which town was it built?", AnswerType.PLACE),
        ("Why was it built?", AnswerType.REASON),
        ("Was it built?", AnswerType.ANY),
        ("Which officer gave the number?", AnswerType.PERSON),
        ("What is the number that the officer gave?", AnswerType.NUMBER),
    ],
)
def test_answer_types(text: str, wants: AnswerType) -> None:
    assert classify(text).wants is wants


def test_what_only_says_how_to_answer_is_not_searched_for() -> None:
    assert classify("How many died? Do the sources agree?").search == "How many died?"
    assert classify("Do the sources agree?").search == "Do the sources agree?"


def words(kind: AnswerType, text: str, query: str) -> list[str]:
    return [text[a:b] for a, b in answer_spans(kind, analyse(text), analyse(query))]


def test_answering_words_are_new_and_of_the_type() -> None:
    text = "In 1912 the yard of Anna Berg built 40 ships and 12 boats."
    assert words(AnswerType.NUMBER, text, "How many ships beside the 12 boats?") == ["40"]
    assert words(AnswerType.DATE, text, "When?") == ["1912"]
    assert words(AnswerType.PERSON, text, "Who?") == ["Anna Berg"]
    assert words(AnswerType.ANY, text, "Was it?") == []


def test_a_question_carries_what_was_read_of_it() -> None:
    asked = classify("Why in 1913? (How many ships did Anna Berg build in March 1912)")
    assert asked.own.text == "Why in 1913?"
    assert [d.iso for d in asked.own.dates] == ["1913"]
    assert asked.years == ["1913", "1912"]
    assert [n.text for n in asked.names] == ["Anna Berg"]
    bracketed = classify("How many ships (of all kinds) were built?")
    assert bracketed.own is bracketed.read
