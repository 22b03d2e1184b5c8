"""The id that names an answer: the same wherever it is computed, another for another answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.answer.compose import answer_id
from app.engine import Engine
from app.query import Query
from app.records import AnswerQuote, Statement
from app.settings import Settings
from index.filters import Filters
from tests.conftest import CORPUS, Footnote


def statement(start: int = 0, end: int = 5, source_id: str = "paper", sha256: str = "0" * 64) -> Statement:
    quote = AnswerQuote(
        number=1, source_id=source_id, source_sha256=sha256, start=start, end=end, text="x" * (end - start)
    )
    return Statement(text=quote.text, quotes=(quote,))


def test_an_id_stays_the_same_for_ever() -> None:
    """Links and notes that were kept under these ids must find them again: the literals are never adjusted."""
    assert answer_id("How many?", "How many ships?", [statement()], "20261125T174328Z-68b4dad9") == ("1679a9f66b57509e")
    assert answer_id("Чому?", "Чому?", [], "g") == "4e1c819c0c7fc6bd"


def test_every_part_of_an_answer_is_told_apart() -> None:
    base = ("How many?", "How many ships?", [statement()], "g1")
    others = [
        ("How much?", *base[1:]),
        (base[0], "How many boats?", *base[2:]),
        (*base[:2], [], *base[3:]),
        (*base[:2], [statement(), statement()], *base[3:]),
        (*base[:2], [statement(start=1)], *base[3:]),
        (*base[:2], [statement(end=6)], *base[3:]),
        (*base[:2], [statement(source_id="union")], *base[3:]),
        (*base[:2], [statement(sha256="1" * 64)], *base[3:]),
        (*base[:3], "g2"),
    ]
    ids = [answer_id(*parts) for parts in [base, *others]]
    assert len(set(ids)) == len(ids)


@settings(deadline=None)
@given(st.text(), st.text(), st.text(min_size=1))
def test_parts_do_not_run_into_each_other(question: str, standalone: str, more: str) -> None:
    one = answer_id(question + more, standalone, [], "g")
    assert re.fullmatch(r"[0-9a-f]{16}", one)
    if (question + more, standalone) != (question, more + standalone):
        assert one != answer_id(question, more + standalone, [], "g")


@pytest.mark.parametrize("question", ["What is the article about?", "How many tanks does Russia have?", "hi"])
def test_the_same_answer_has_the_same_id_in_another_process(
    built_home: Path, footnote: Footnote, question: str
) -> None:
    engine = Engine.open(Settings(home=built_home, corpus=CORPUS))
    first, second = engine.answer(question), engine.answer(question)
    assert first.id == second.id
    env = {"FOOTNOTE_HOME": str(built_home), "FOOTNOTE_CORPUS": str(CORPUS)}
    assert f'"id": "{first.id}"' in footnote("ask", question, "--json", **env).stdout
    assert engine.answer(f"{question} ").id != first.id


def test_other_quotations_make_another_id(built_home: Path) -> None:
    engine = Engine.open(Settings(home=built_home, corpus=CORPUS))
    question = "How many criminal proceedings were registered in October 2024?"
    only = Filters(sources=frozenset({"newsmax-2026-01-14-fedorov-awol"}))
    assert engine.answer(question).id != engine.answer(Query(question, filters=only)).id
