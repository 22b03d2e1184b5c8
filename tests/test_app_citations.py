"""References in three styles: who is named, when, and that a note is never cited as its original."""

from __future__ import annotations

import base64
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.chat.session.exchange import Exchange
from app.chat.session.exports import export
from app.render.citations import authors, cite, cite_all
from app.render.markdown import answer_markdown
from app.render.rich_text import rich_text
from app.render.style import Style
from app.settings import Settings
from app.words.languages import ENGLISH
from index.errors import UsageError
from index.read.corpus import read_corpus
from index.source import Kind, SourceFacts
from tests.answers import ARTICLE, FORTY, NOTE, answer_of, refusal_of
from tests.chat_engine import OverlapEngine, source_of
from tests.conftest import CORPUS
from tests.test_app_chat import Page, asked

TODAY = date(2026, 11, 27)


def facts(**fields: object) -> SourceFacts:
    given = {"kind": Kind.FULLTEXT, "author": "Anna Berg", "title": "Ships of the year", "publisher": "Harbour Paper"}
    return source_of("Text.", "paper-1912", **{**given, "url": "https://example.org/a", **fields}).facts


@pytest.mark.parametrize(
    ("author", "people"),
    [
        ("Anna Berg", (("Anna", "Berg"),)),
        ("Anna Berg and J. P. Lund", (("Anna", "Berg"), ("J. P.", "Lund"))),
        ("Martin Fornusek, Chris York", (("Martin", "Fornusek"), ("Chris", "York"))),
        ("Clara Weiss (interviewer)", (("Clara", "Weiss"),)),
        ("Ludwig van Beethoven", (("Ludwig", "van Beethoven"),)),
        ("С. Н. Базанов", (("С. Н.", "Базанов"),)),
        ("Ukrainian Journalists", (("", "Ukrainian Journalists"),)),
        ("Ministry of Defence", (("", "Ministry of Defence"),)),
        ("journalists of assembly.org.ua", (("", "journalists of assembly.org.ua"),)),
        ("Reuters", (("", "Reuters"),)),
        (None, ()),
    ],
)
def test_names_of_people_are_told_from_names_of_bodies(author: str | None, people: object) -> None:
    assert authors(facts(author=author)) == people


def test_a_text_is_cited_by_its_author_with_the_day_of_access() -> None:
    source = facts(author="Anna Berg and J. P. Lund", published="1912-12-01")
    assert cite(source, Style.CHICAGO, TODAY) == (
        "Berg, Anna, and J. P. Lund. “Ships of the year.” Harbour Paper, December 1, 1912. "
        "Accessed November 27, 2026. https://example.org/a."
    )
    assert cite(source, Style.APA, TODAY) == (
        "Berg, A., & Lund, J. P. (1912, December 1). Ships of the year. Harbour Paper. "
        "Retrieved November 27, 2026, from https://example.org/a"
    )
    entry = cite(source, Style.BIBTEX, TODAY)
    assert "author = {Berg, Anna and Lund, J. P.}" in entry
    assert "date = {1912-12-01}" in entry
    assert "urldate = {2026-11-27}" in entry


@pytest.mark.parametrize(("published", "day"), [("1912-12", "December 1912"), ("1912", "1912"), (None, "n.d.")])
def test_a_date_is_as_exact_as_it_is_known(published: str | None, day: str) -> None:
    assert f"Harbour Paper, {day}. Accessed" in cite(facts(published=published), Style.CHICAGO, TODAY)


def test_without_an_author_the_title_leads() -> None:
    assert cite(facts(author=None, published="1912"), Style.APA, TODAY).startswith("Ships of the year. (1912). Harbour")
    assert cite(facts(author=None), Style.CHICAGO, TODAY).startswith("“Ships of the year.” Harbour")


@pytest.mark.parametrize("style", Style)
def test_a_note_is_cited_as_a_note_and_not_as_its_original(style: Style) -> None:
    cited = cite(facts(kind=Kind.NOTE, published="1912-12-01"), style, TODAY)
    assert "Note on Anna Berg, “Ships of the year,” Harbour Paper, December 1, 1912" in cited
    assert "Footnote" in cited
    assert not cited.startswith("Berg")
    assert "author =" not in cited
    assert "date = {1912" not in cited
    for source in read_corpus(CORPUS):
        assert ("Note on" in cite(source.facts, style, TODAY)) == (source.kind is Kind.NOTE)


def test_references_are_in_alphabetical_order() -> None:
    cited = cite_all([facts(author="Zoe Abel"), facts(author="Anna Berg")], Style.CHICAGO, TODAY)
    assert [c.split(",")[0] for c in cited.split("\n\n")] == ["Abel", "Berg"]


@given(st.text(min_size=1, max_size=60), st.text(max_size=40))
def test_nothing_of_a_source_is_markup_in_bibtex_or_steers_a_terminal(title: str, author: str) -> None:
    source = facts(title=title, publisher=title, author=author, url="javascript:alert(1)")
    entry = cite(source, Style.BIBTEX, TODAY)
    plain = re.sub(r"\\(?:text\w+\{\}|[{}$&#%_])", "", entry)
    assert plain.count("{") == plain.count("}")
    assert not set("\\$&#%^~") & set(plain)
    assert "javascript" not in entry
    for style in Style:
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", cite(source, style, TODAY))


def test_an_address_with_signs_of_latex_stays_an_address() -> None:
    entry = cite(facts(url="https://example.org/a_b?c=1%20&d={x}"), Style.BIBTEX, TODAY)
    assert r"url = {https://example.org/a_b?c=1\%20&d=%7Bx%7D}" in entry


def test_rich_text_says_the_same_as_the_markdown_and_is_escaped() -> None:
    trick = "<img src=x onerror=alert(1)>"
    source = source_of(f"Smugglers asked for 20,000 dollars {trick} in autumn.", title=trick)
    (exchange,) = asked(OverlapEngine([source]), "Smugglers asked dollars")
    assert exchange.answer is not None
    page = Page(str(rich_text(answer_markdown(exchange.answer, [source]))))
    assert page.tags <= {"p", "strong", "em", "ol", "li", "a"}
    assert not [a for a in page.attributes if a[0].startswith("on")]
    assert f"Smugglers asked for 20,000 dollars {trick} in autumn.” [1]" in page.words
    assert "References" in page.words


@pytest.mark.parametrize(
    ("style", "ending", "begins"),
    [
        ("chicago", ".chicago.txt", "“Ships of the year.” Harbour Paper, December 1, 1912."),
        ("apa", ".apa.txt", "Holm, I. (1912, December 1). Ships of the year."),
        ("bibtex", ".bib", "@online{paper-1912,"),
    ],
)
def test_the_sources_of_a_conversation_are_saved_once_each(
    style: str, ending: str, begins: str, tmp_path: Path
) -> None:
    twice = tuple(
        Exchange(f"t{n}", "How many ships?", answer=answer_of("How many ships?", [(ARTICLE, FORTY), (NOTE, NOTE.text)]))
        for n in (1, 2)
    )
    file = export(twice, style, "Ships", Settings(home=tmp_path), ENGLISH)
    assert file["name"].endswith(f"-ships{ending}")
    saved = base64.b64decode(file["content"]).decode()
    assert len(saved.strip().split("\n\n")) == 2
    assert begins in saved


def test_a_conversation_that_quotes_nothing_has_nothing_to_cite(tmp_path: Path) -> None:
    refused = (Exchange("t1", "Why?", answer=refusal_of("Why?", [])),)
    with pytest.raises(UsageError, match="quotes a source"):
        export(refused, "apa", "", Settings(home=tmp_path), ENGLISH)
