"""What a note only tells of the article is labelled so; a note's label has no date that its words are later than."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.answer.compose import Draft, Numbering
from app.answer.later_day import names_later_day
from app.answer.on_article import on_article
from app.chat.session.exchange import Exchange
from app.chat.view.comparison import Compared, comparison_html
from app.chat.view.statements import statements_html
from app.compare.rows import Comparison, Row
from app.engine import Engine
from app.query import Query
from app.records import IndexStamp, Statement
from app.words.describe import said_by
from app.words.languages import ENGLISH, TEXTS
from index.filters import Filters
from index.passage import Quote
from index.read.corpus import read_corpus
from index.read.sentences import sentences_of
from index.source import BlockKind, Kind, Relation, Source
from tests.chat_engine import source_of
from tests.conftest import CORPUS, ROOT

ARTICLE = source_of(
    "The pier will cost nine million.", "pier", publisher="The Elmport Gazette", author="Una Brack",
    published="2019-05-02", url="https://gazette.example/pier", kind=Kind.ARTICLE, relation=Relation.ARTICLE,
)  # fmt: skip


def note_of(text: str, **fields: object) -> Source:
    known = {"publisher": "Harbour Board", "published": "2019-06", "url": "https://board.example/", **fields}
    return source_of(text, "note", **known)


def marked(text: str, sentence: str = "", answer: str = "", **fields: object) -> bool:
    """Tell whether `sentence` (or all) of a note `text` is on the article, where `answer` is what answers."""
    note = note_of(text, **fields)
    start = text.index(sentence)
    end = start + len(sentence or text)
    at = text[start:end].index(answer)
    return on_article(note, start, end, [(at, at + len(answer))] if answer else [], ARTICLE.facts)


@pytest.mark.parametrize(
    "sentence",
    [
        "The Gazette gives nine million.",
        "The Elmport Gazette, on the word of a clerk, had written of nine million.",
        "The Gazette's article of 2 May 2019 says that the pier will cost nine million.",
        "On the cost, the Gazette reports nine million.",
        "According to the Gazette, the pier will cost nine million.",
        "The Gazette's figure of nine million could not be confirmed.",
        "The Gazette's £9 million leaves out the crane.",
        "In May 2019 the authors of the Gazette article put the cost at nine million.",
        "Una Brack writes that the pier will cost nine million.",
        "The nine million come from the Gazette.",
    ],
)
def test_a_sentence_that_only_tells_what_the_article_says(sentence: str) -> None:
    assert marked(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The pier cost eleven million, not nine as the Gazette has it.",
        "The board told the Gazette that the pier would cost eleven million.",
        "The board answered the Gazette a month after the article.",
        "The Gazette of Law prints the contract.",
        "The Gazette was sold in 2020.",
        "The Gazette's article of 9 July 2020 gives twelve million.",
        "The Gazette and the board agree on nine million.",
        "The Times article gives ten million.",
        "The article gives twelve million.",  # of what the note is on, for all that it says
        "Six were hurt, as the Gazette says.",
    ],
)
def test_a_sentence_with_something_of_its_own(sentence: str) -> None:
    assert not marked(sentence)


def test_the_words_that_answer_decide_in_a_sentence_of_two_voices() -> None:
    text = "The Gazette gives nine million, where the board's ledger has eleven million."
    assert marked(text, answer="nine million")
    assert not marked(text, answer="eleven million")
    between = "The ledger has eleven million, more than the Gazette's 9 million."
    assert marked(between, answer="9")
    assert not marked(between, answer="eleven million")


def test_what_goes_on_about_the_article_and_what_stands_under_such_a_head() -> None:
    assert marked("The Gazette gives nine million. It adds that the crane is old.", "It adds that the crane is old.")
    assert not marked("The ledger has eleven million. It adds the crane.", "It adds the crane.")
    assert marked(
        "The Gazette had asked the board. The newspaper reported nine million.", "The newspaper reported nine"
    )
    later = "The article says that the pier is safe."
    assert marked(f"The Gazette is answered here. {later}", later)
    assert not marked(f"The Gazette is answered here. The Times article is not. {later}", later)
    assert not marked(f"The Gazette is answered here. Harbour Board had this printed. {later}", later)


def test_another_text_of_the_same_publisher_is_not_the_article() -> None:
    said, dated = "The Gazette gives ten million.", "The Gazette article of 2 May 2019 gives nine million."
    other = {"publisher": "The Elmport Gazette", "url": "https://gazette.example/later"}
    assert not marked(said, **other)
    assert marked(dated, **other)
    assert not marked(said, via=("https://gazette.example/later",))
    assert marked(said, publisher="The Elmport Gazette", url=ARTICLE.url)  # a note on the article


def test_only_notes_tell_of_the_article() -> None:
    assert not marked("The Gazette gives nine million.", kind=Kind.FULLTEXT)
    assert not on_article(note_of("The Gazette gives nine."), 0, 23, [], None)


def statement(note: Source, words: str) -> Statement:
    start = note.text.index(words)
    quote = Quote.of(note, start, start + len(words))
    return Numbering({note.id: note}, ARTICLE.facts).statement(Draft(words, (quote,)))


def test_the_label_says_so_wherever_the_words_are_shown() -> None:
    note = note_of("The Gazette gives nine million. The ledger has eleven million.")
    told, own = (statement(note, w) for w in ("The Gazette gives nine million.", "The ledger has eleven million."))
    assert said_by(told, note.facts) == "our note on Harbour Board, Jun 2019, on the article"
    assert said_by(told, note.facts, TEXTS["uk"]).endswith(", про статтю")
    assert said_by(own, note.facts) == "our note on Harbour Board, Jun 2019"
    page = statements_html(Exchange("t1", "Q", statements=(told, own), sources={note.id: note}), ENGLISH)
    assert page.count('class="said"') == 2  # each under its own label
    quote = told.quotes[0]
    row = Row(number=1, facts=note.facts, quote=quote, quoting=False, emphasis=(), on_article=True)
    stamp = IndexStamp(generation="g", fingerprint="f")
    found = Comparison(question="Q", standalone_question="Q", rows=(row,), searched=1, silent=(), index=stamp)
    assert (
        "In our note's words, on the article"
        in comparison_html(Compared("t1", found, {note.id: note}), 1, ENGLISH).unescape()
    )


def test_the_article_is_known_when_only_a_note_is_asked(either_engine: Engine) -> None:
    only = Filters(sources=frozenset({"law-3902-ix-2024-08-20"}))
    answer = either_engine.answer(
        Query("What does the WSWS article say of a return without any punishment?", filters=only)
    )
    told = [s for s in answer.statements if s.text.startswith("The WSWS article describes a return")]
    assert told
    assert told[0].on_article


@pytest.mark.parametrize(
    ("folder", "least"), [(CORPUS, 25), (ROOT / "tests/bench/meters", 3), (ROOT / "tests/bench/ferry", 0)]
)
def test_every_marked_sentence_of_a_corpus_names_the_article(folder: Path, least: int) -> None:
    """Of the bundled notes and two others; a sentence that names neither article nor publisher goes on from one."""
    sources = read_corpus(folder)
    article = next(s for s in sources if s.kind is Kind.ARTICLE)
    found = [
        p.sentence.text
        for s in sources if s.kind is Kind.NOTE
        for p in sentences_of(s)
        if p.sentence.block is not BlockKind.HEADING
        and on_article(s, p.sentence.start, p.sentence.end, [], article.facts)
    ]  # fmt: skip
    assert len(found) >= least
    assert all("WSWS" in t or "Courier" in t or t.startswith("It ") for t in found)


@pytest.mark.parametrize(
    ("text", "sentence", "later"),
    [
        ("The board met on 3 July 2019.", "The board met", True),
        ("The board met on 3 July.", "The board met", True),
        ("The board met in 2020.", "The board met", True),
        ("The board met on 30 June 2019.", "The board met", False),
        ("The board met on 3 May.", "The board met", False),
        ("The board met.", "The board met", False),
        ("The board met on 3 July 2019. It chose the crane.", "It chose", True),
        ("The board met on 3 July 2019. In 2018 it had no crane.", "In 2018", False),
        ("The board met on 3 July 2019.\n\nThe crane is old.", "The crane", False),
        ("Work began in May 2020. By June the pier was up.", "By June", True),
    ],
)
def test_a_note_that_speaks_of_a_later_day_is_shown_without_its_originals_date(
    text: str, sentence: str, later: bool
) -> None:
    note = note_of(text)
    start = text.index(sentence)
    end = text.find(".", start) + 1
    assert names_later_day(note, start, end) is later
    label = said_by(statement(note, text[start:end]), note.facts)
    assert label == ("our note on Harbour Board" if later else "our note on Harbour Board, Jun 2019")


def test_the_articles_own_day_names_the_article_and_dates_nothing() -> None:
    text = "The Gazette's article of 2 May 2019 names the crane. It is old."
    note = note_of(text, published="2018")
    assert not names_later_day(note, 0, text.index(" It"), ARTICLE.facts)
    assert not names_later_day(note, text.index("It is"), len(text), ARTICLE.facts)


def test_a_month_without_a_year_that_is_far_ahead_is_the_past_one() -> None:
    text = "The board met in December. It meets in March."
    note = note_of(text, published="2019-01-20")
    assert not names_later_day(note, 0, text.index(" It"))
    assert names_later_day(note, text.index("It meets"), len(text))


def test_only_a_notes_words_can_be_later_than_its_original() -> None:
    text = "The board will meet on 3 July 2020."
    assert not names_later_day(note_of(text, kind=Kind.FULLTEXT), 0, len(text))
    assert not names_later_day(note_of(text, published=None), 0, len(text))
