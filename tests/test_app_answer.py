"""Answers over the real corpus and over made ones: every footnote proved, the right road, an honest refusal."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from app.answer.candidates import Candidate
from app.answer.compose import Draft, Numbering
from app.answer.extract import select
from app.answer.newest import newest_first
from app.engine import Engine
from app.events import Done, StatementReady, Understood
from app.query import Query
from app.question.classify import classify
from app.records import Answer, QuestionKind, Role, Turn
from app.settings import Settings
from app.words.describe import said_by
from app.words.languages import ENGLISH
from index.build.build import build
from index.errors import QuoteError, UnknownSourceError, UsageError
from index.filters import Filters
from index.passage import AnswerSpan, Quote, Sentence
from index.source import BlockKind, Source
from tests.chat_engine import source_of
from tests.fakes import HashedWords, open_hashed, write_source


@pytest.fixture(scope="session")
def engine(either_engine: Engine) -> Engine:
    return either_engine


def check(answer: Answer, engine: Engine) -> None:
    """What holds of every answer."""
    sources = {s.id: s for s in engine.sources()}
    numbers = [q.number for q in answer.quotes]
    assert sorted(set(numbers)) == list(range(1, len(set(numbers)) + 1))
    for quote in answer.quotes:
        Quote(quote.source_id, quote.source_sha256, quote.start, quote.end, quote.text).prove(sources[quote.source_id])
    assert {q.source_id for q in answer.quotes} == {s.id for s in answer.sources}
    marks = {int(n) for n in re.findall(r"\[(\d+)\]", answer.text)}
    assert marks == set(numbers)
    assert {n for s in answer.sources for n in s.footnotes} == set(numbers)
    if answer.kind not in (QuestionKind.SMALLTALK, QuestionKind.UNCLEAR):
        assert all(s.quotes for s in answer.statements)
    quoted = {q.number: q.text for q in answer.quotes}
    assert all(d.text in quoted[d.number] for d in answer.direct), "the direct line is cut out of quotations"
    for statement in answer.statements:
        assert all(0 <= a < b <= len(statement.text) for a, b in statement.emphasis)
    assert Answer.model_validate_json(answer.model_dump_json()) == answer


@pytest.mark.parametrize(
    ("question", "kind", "leads_with"),
    [
        ("How many votes did bill No. 11322 get at second reading?", QuestionKind.FACT, "270 votes"),
        ("How many soldiers are in combat according to the FT?", QuestionKind.FACT, "350,000"),
        ("Who said that more than 100,000 soldiers had left?", QuestionKind.WHO_SAYS, "Skorokhod"),
        ("What is the article about?", QuestionKind.OVERVIEW, "avalanche"),
        ("Which source is the oldest?", QuestionKind.METADATA, "2012"),
        ("Who wrote the Newsmax report?", QuestionKind.METADATA, "Solange Reyner"),
    ],
)
def test_roads(engine: Engine, question: str, kind: QuestionKind, leads_with: str) -> None:
    answer = engine.answer(question)
    check(answer, engine)
    assert answer.kind is kind
    assert not answer.abstained
    assert answer.statements[0].role is Role.ANSWER
    assert leads_with in answer.statements[0].text


def test_a_summary_spreads_over_the_text_and_keeps_to_the_sources_own_voice(engine: Engine) -> None:
    answer = engine.answer("Summarise the article.")
    check(answer, engine)
    source = engine.source(answer.quotes[0].source_id)
    starts = [q.start for q in answer.quotes]
    assert starts == sorted(starts)
    blocks = [block for s in starts if (block := source.block_at(s)) is not None]
    assert len({b.start for b in blocks}) >= 4
    assert not any(b.kind is BlockKind.QUOTE for b in blocks)
    assert starts[-1] > len(source.text) / 3


def test_the_headline_of_a_summary_is_told_as_a_heading(engine: Engine) -> None:
    first, *others = engine.answer("Summarise the article.").statements
    assert said_by(first, engine.source(first.quotes[0].source_id)).endswith(", in a heading")
    assert not any(s.heading for s in others)


@pytest.mark.slow
def test_another_spelling_of_a_place_is_found(engine: Engine) -> None:
    answer = engine.answer("How many people lived in Selidovo before 2022?")
    assert "21,000" in answer.statements[0].text


def test_what_nothing_answers_is_refused_with_the_nearest_passages(engine: Engine) -> None:
    answer = engine.answer("What is the boiling point of tungsten carbide?")
    assert answer.abstained
    assert answer.text == ENGLISH.sources_do_not_answer
    assert answer.statements == answer.sources == ()
    assert 1 <= len(answer.nearest) <= 3


def test_small_talk_claims_nothing(engine: Engine) -> None:
    for text in ("hi", "thanks!", "what can you do?", "ok", "bye"):
        answer = engine.answer(text)
        assert answer.kind is QuestionKind.SMALLTALK
        assert not answer.quotes
        assert answer.text


def test_a_follow_up_is_understood_and_said(engine: Engine) -> None:
    history = [
        Turn(role="user", text="How many desertions were registered in Zaporizhzhia region?"),
        Turn(role="assistant", text="6,144, according to the article."),
    ]
    answer = engine.answer(Query("and kharkiv?", history))
    check(answer, engine)
    assert answer.standalone_question == "How many desertions were registered in Kharkiv region?"
    assert "5,771" in answer.text


def test_events_stream_in_order_and_end_in_the_answer(engine: Engine) -> None:
    events = list(engine.ask("What is the article about?"))
    assert isinstance(events[0], Understood)
    assert isinstance(events[-1], Done)
    statements = [e.statement for e in events[1:-1] if isinstance(e, StatementReady)]
    assert tuple(statements) == events[-1].answer.statements


def test_a_filter_keeps_other_sources_out(engine: Engine) -> None:
    only = "boiko-2025-01-11-monthly-figures-2024"
    answer = engine.answer(Query("How many proceedings in October 2024?", filters=Filters(sources=frozenset({only}))))
    assert {h.source_id for h in answer.hits} == {only}
    assert {s.id for s in answer.sources} <= {only}


def test_wrong_questions(engine: Engine) -> None:
    with pytest.raises(UsageError, match="empty"):
        engine.answer(" \n")
    with pytest.raises(UsageError, match="2001 characters"):
        engine.answer("x" * 2001)
    with pytest.raises(UnknownSourceError):
        engine.source("nowhere")
    with pytest.raises(UnknownSourceError, match="changed"):
        engine.source(engine.sources()[0].id, "0" * 64)


@pytest.mark.parametrize("odd", ["?", "\x00", "🦆" * 50, "[1] [2] <script>", "a" * 2000, "' OR 1=1 --", "«»"])
def test_odd_questions(real_engine: Engine, odd: str) -> None:
    check(real_engine.answer(odd), real_engine)


def test_disagreeing_sources_stand_side_by_side(tmp_path: Path) -> None:
    engine = made(tmp_path)
    answer = engine.answer("How many ships did the yard build in 1912? Do the sources agree?")
    check(answer, engine)
    said = {q.source_id: q.text for q in answer.quotes}
    assert "forty" in said["paper"]
    assert "31" in said["union"]
    speakers = {said_by(s, answer.facts_of(s.quotes[0].source_id)) for s in answer.statements}
    assert speakers >= {
        "Harbour Paper, 1 Dec 1912",
        "our note on Dock Union, Jan 1913",
    }


@pytest.mark.slow
def test_a_source_that_disputes_the_very_figure_is_brought_up(tmp_path: Path) -> None:
    """However little its sentence resembles the question: it names the figure that answers."""
    corpus = tmp_path / "corpus"
    for n in range(12):
        body = f"The yard built many ships in {1913 + n}. Ships of the yard were built well in {1913 + n}."
        write_source(corpus, f"year-{n}", body, relation="background", published=str(1913 + n))
    write_source(corpus, "ledger", "Where others print 1204, the ledger has 1310.", relation="disputes")
    engine = made(tmp_path, "The yard built one thousand two hundred and four ships in 1912.")
    answer = engine.answer("How many ships did the yard build in 1912?")
    check(answer, engine)
    assert answer.quotes[0].source_id == "paper"
    assert "ledger" in {q.source_id for q in answer.quotes}


def test_only_what_counts_as_the_figure_does_and_at_its_time_is_brought_up() -> None:
    def said(text: str, answer: str = "") -> Candidate:
        start = text.index(answer)
        span = AnswerSpan(start, start + len(answer), 1.0) if answer else None
        return Candidate(source_of(text, text), Sentence(0, len(text), text), 0.9, 0.9, span)

    question = classify("How many ships were sold in 1912?")
    lead = said("The yard sold 408 ships in 1912.", "408")
    same, article, later = said("It counted 408 ships."), said("Article 408 is on ships."), said("In 1913 408 sank.")
    assert select(question, [lead], lambda _: [], [article, later, same]) == [lead, same]
    law = said("The sale of ships falls under Article 408.", "408")
    assert select(question, [law], lambda _: [], [same, said("Article 408 is a crime.")]) == [law]


def test_figures_of_another_time_are_no_answer(engine: Engine) -> None:
    """October's sentence shares more words with the question and ranks first, but it is not of January."""
    answer = engine.answer("How many criminal proceedings under these two articles were registered in January 2024?")
    check(answer, engine)
    assert "3,448" in answer.statements[0].text
    assert not any("October 2024 alone" in q.text for q in answer.quotes)


@pytest.mark.slow
def test_a_round_figure_stands_in_another_source_by_chance(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    write_source(corpus, "gulls", "Some 21,000 gulls nest on the island.", relation="background", publisher="Bird Club")
    engine = made(tmp_path, "The yard employed 21,000 people before 1912. Anna Berg runs the yard.")
    answer = engine.answer("How many people did the yard employ before 1912?")
    check(answer, engine)
    assert "21,000" in answer.statements[0].text
    assert "gulls" not in {q.source_id for q in answer.quotes}


def test_the_newest_word_leads_however_many_rows_there_are(tmp_path: Path) -> None:
    rows = "".join(f"| {year} | {year - 1000} |\n" for year in range(1921, 1930))
    engine = made(tmp_path, f"The ferry carries passengers.\n\n| Year | Passengers of the ferry |\n|---|---|\n{rows}")
    answer = engine.answer("How many passengers does the ferry carry today?")
    check(answer, engine)
    assert answer.kind is QuestionKind.LATEST
    assert answer.statements[0].text.endswith("1929 | 929")


def test_a_month_without_a_year_is_no_newer_word_than_the_text_that_names_it() -> None:
    """A text of January that says 'in December' looks back."""

    def said(text: str, published: str) -> Candidate:
        return Candidate(source_of(text, published, published=published), Sentence(0, len(text), text), 0.9, 0.9)

    old, new = said("Nine boats sailed in December.", "2019-01-20"), said("Ten boats sail.", "2019-03-01")
    assert newest_first([old, new]) == [new, old]


def test_a_speech_and_a_list_go_on_with_the_next_sentence(tmp_path: Path) -> None:
    spoken = '"The yard built good ships," she said. "But the cranes were rotten." The mayor was silent.'
    listed = "Which causes did the inquiry name? The inquiry named rotten cranes. Rust was a second one."
    engine = made(tmp_path, f"{spoken}\n\n{listed}")
    answer = engine.answer("What did she say of the ships that the yard built?")
    check(answer, engine)
    assert [s.text for s in answer.statements][:2] == [
        '"The yard built good ships," she said.', '"But the cranes were rotten."',
    ]  # fmt: skip
    answer = engine.answer("Which causes did the inquiry name?")
    check(answer, engine)
    assert [s.text for s in answer.statements][:2] == ["The inquiry named rotten cranes.", "Rust was a second one."]


def test_what_the_article_is_compared_with_is_searched_too(engine: Engine) -> None:
    """Only 'What does it say in the article?' keeps to the article."""
    answer = engine.answer("Why does Boiko's October figure differ from the one in the article?")
    check(answer, engine)
    assert any(s.id.startswith("boiko") for s in answer.sources)


def made(folder: Path, article: str = "The yard built forty ships in 1912. Anna Berg runs the yard.") -> Engine:
    """An engine over `article`, a source that disputes it and what the test has written to `folder`/corpus."""
    corpus = folder / "corpus"
    write_source(
        corpus, "paper", article, kind="article",
        relation="article", publisher="Harbour Paper", published="1912-12-01",
    )  # fmt: skip
    write_source(
        corpus, "union", "The union counted 31 ships that the yard built in 1912.\n\n> It was a bad year.",
        relation="disputes", publisher="Dock Union", published="1913-01",
    )  # fmt: skip
    return open_hashed(Settings(home=folder / "home", corpus=corpus))


@pytest.mark.slow
def test_an_open_engine_follows_a_rebuild(tmp_path: Path) -> None:
    engine = made(tmp_path)
    before = engine.answer("How many ships did the union count in 1912?")
    write_source(tmp_path / "corpus", "union", "The union counted 55 ships that the yard built in 1912.")
    build(engine.settings.index, embedder=HashedWords())
    after = engine.answer("How many ships did the union count in 1912?")
    assert "31" in before.text
    assert "55" in after.text
    assert before.index.generation != after.index.generation == engine.generation


def test_a_quotation_that_does_not_stand_is_never_shown(engine: Engine) -> None:
    source: Source = engine.sources()[0]
    good = Quote.of(source, 0, 20)
    numbering = Numbering({source.id: source})
    numbering.statement(Draft(good.text, (good,)))
    for bad in (
        dataclasses.replace(good, text=good.text.upper()),
        dataclasses.replace(good, start=1, end=21),
        dataclasses.replace(good, source_sha256="0" * 64),
    ):
        with pytest.raises(QuoteError):
            numbering.statement(Draft(bad.text, (bad,)))
