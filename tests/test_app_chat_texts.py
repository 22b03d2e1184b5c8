"""The interface's words: the same fields and the same braces in every language, and descriptions that agree."""

from __future__ import annotations

import re
from dataclasses import fields
from string import Formatter

import pytest

from app.records import AnswerQuote, Statement, Support
from app.saying import Own, Saying
from app.words.describe import date_words, language_words, said_by, time_words
from app.words.languages import ENGLISH, TEXTS, choose
from app.words.plural import Plural
from app.words.texts import Texts
from index.read.corpus import read_corpus
from index.source import Relation
from tests.chat_engine import source_of
from tests.conftest import CORPUS, ROOT

OTHERS = [t for t in TEXTS.values() if t is not ENGLISH]
NAMES = [f.name for f in fields(Texts)]


def braces(words: object) -> set[str]:
    """Names in {braces}, over all forms of a plural."""
    parts = words if isinstance(words, tuple) else [words]
    return {name for part in parts if isinstance(part, str) for _, name, _, _ in Formatter().parse(part) if name}


@pytest.mark.parametrize("texts", OTHERS, ids=lambda t: t.code)
@pytest.mark.parametrize("name", NAMES)
def test_every_text_is_there_with_the_same_braces(texts: Texts, name: str) -> None:
    own, english = getattr(texts, name), getattr(ENGLISH, name)
    assert own
    assert type(own) is type(english)
    # A language may say 'one' in a word or as a number.
    assert braces(own) - {"count"} == braces(english) - {"count"}
    if isinstance(english, Plural):
        assert all(own)
        assert "count" in braces(own)
    elif isinstance(english, str):
        assert ("count" in braces(own)) == ("count" in braces(english))
    elif isinstance(english, dict):
        assert {k: braces(v) for k, v in own.items()} == {k: braces(v) for k, v in english.items()}
    else:
        assert len(own) == len(english)


@pytest.mark.parametrize("texts", OTHERS, ids=lambda t: t.code)
def test_nothing_but_names_is_left_in_english(texts: Texts) -> None:
    """Two texts that are the same in both languages are a name or a format."""
    same = {n for n in NAMES if getattr(texts, n) == getattr(ENGLISH, n)}
    assert same <= {"title", "save_markdown", "index_counts"}


def test_every_text_is_used() -> None:
    files = [p for p in (ROOT / "app").rglob("*.py") if p.stem not in {"texts", "english", "ukrainian"}]
    code = "\n".join(p.read_text("utf-8") for p in files)
    unused = [n for n in NAMES if not re.search(rf"(?:texts|ENGLISH|t)\.{n}\b", code)]
    assert unused == []


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 цитат"), (1, "1 цитата"), (2, "2 цитати"), (4, "4 цитати"), (5, "5 цитат"), (11, "11 цитат"),
     (12, "12 цитат"), (21, "21 цитата"), (22, "22 цитати"), (111, "111 цитат"), (122, "122 цитати")],
)  # fmt: skip
def test_ukrainian_counts_in_three_forms(count: int, words: str) -> None:
    texts = TEXTS["uk"]
    assert texts.counted(count, texts.quotations) == words


def test_english_counts_in_two_forms() -> None:
    assert [ENGLISH.counted(n, ENGLISH.quotations) for n in (0, 1, 2)] == [
        "0 quotations",
        "one quotation",
        "2 quotations",
    ]


@pytest.mark.parametrize(
    ("wanted", "code"),
    [(["uk-UA", "en"], "uk"), (["UK"], "uk"), (["en-GB"], "en"), (["xx", "uk"], "uk"), ([], "en"), (["<x>", ""], "en")],
)
def test_the_browser_gets_the_first_language_there_is(wanted: list[str], code: str) -> None:
    assert choose(wanted).code == code


@pytest.mark.parametrize("texts", TEXTS.values(), ids=lambda t: t.code)
def test_every_relation_and_every_language_of_the_corpus_has_words(texts: Texts) -> None:
    assert set(texts.relations) == {r.value for r in Relation}
    assert all(language_words(s.language, texts) != s.language for s in read_corpus(CORPUS))


def test_dates_of_every_precision() -> None:
    uk = TEXTS["uk"]
    said = [date_words(d, uk) for d in ("2024-11-09", "2024-11", "2024", None)]
    assert said == ["9 лист. 2024", "лист. 2024", "2024", "без дати"]
    assert date_words("2024-11-09", ENGLISH) == "9 Nov 2024"
    assert time_words("2026-11-25T17:43:28+00:00", ENGLISH) == "25 Nov 2026, 17:43 UTC"
    assert time_words("yesterday", ENGLISH) == "yesterday"


def test_who_speaks_is_said_in_the_language_of_the_page() -> None:
    uk, source = TEXTS["uk"], source_of("Words.")
    title = AnswerQuote(number=1, source_id=source.id, source_sha256=source.sha256, start=0, end=6, text="Words.")
    statements = [
        Statement(text="Words."),
        Statement(text="Words.", quoting=True),
        Statement(text="Words.", quotes=(title,), support=Support.METADATA, own=Own(saying=Saying.LISTED)),
        Statement(text="Words.", support=Support.NONE, own=Own(saying=Saying.HELLO)),
    ]
    said = [said_by(statement, source.facts, uk) for statement in statements]
    mine = "наша нотатка про A Publisher, 29 лист. 2024"
    note = "наша нотатка про текст A Publisher, прочитаний в оригіналі"
    assert said == [mine, f"{mine}, цитуючи", note, ""]
