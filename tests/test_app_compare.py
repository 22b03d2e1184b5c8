"""What each source says: a proved row a source, in order of date, and nothing that is off the matter."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

import pytest

from app.compare.rows import Comparison
from app.engine import Engine
from app.evaluate.scoring import read_questions
from app.query import Query
from app.records import Turn
from app.settings import Settings
from app.words.describe import kind_words, relation_words, speaker
from index.errors import UsageError
from index.filters import Filters
from index.passage import Quote
from index.source import BlockKind, Kind, date_range
from tests.conftest import CORPUS, Footnote
from tests.fakes import open_hashed, write_source


@pytest.fixture(scope="session")
def engine(either_engine: Engine) -> Engine:
    return either_engine


def check(found: Comparison, engine: Engine) -> None:
    """What holds of every comparison."""
    sources = {s.id: s for s in engine.sources()}
    assert [r.number for r in found.rows] == list(range(1, len(found.rows) + 1))
    days = [date_range(r.facts.published) for r in found.rows]
    dated = [d for d in days if d is not None]
    assert days == sorted(dated) + [None] * (len(days) - len(dated))
    for row in found.rows:
        q, source = row.quote, sources[row.source_id]
        Quote(q.source_id, q.source_sha256, q.start, q.end, q.text).prove(source)
        assert (q.number, q.source_id) == (row.number, row.source_id)
        assert row.facts == source.facts
        block = source.block_at(q.start)
        assert block is not None
        assert row.quoting is (block.kind is BlockKind.QUOTE)
        end = 0
        for a, b in row.emphasis:
            assert end <= a < b <= len(q.text)
            end = b
    shown = [r.source_id for r in found.rows]
    assert all(shown.count(s) <= 2 for s in shown)
    assert found.searched == len(set(shown)) + len(found.silent)
    assert not set(shown) & set(found.silent)
    assert Comparison.model_validate_json(found.model_dump_json()) == found


def test_every_development_question_holds_the_rules(real_engine: Engine) -> None:
    """Where the answer is not refused, all but one have rows that quote as many supporting sources as are needed."""
    enough = several = 0
    for q in read_questions(CORPUS / "questions.jsonl"):
        found = real_engine.compare(Query(q.question, q.history))
        check(found, real_engine)
        right = {
            r.source_id for r in found.rows for s in q.support
            if s.source == r.source_id and (s.quote in r.quote.text or r.quote.text in s.quote)
        }  # fmt: skip
        if q.min_sources > 1 and not real_engine.answer(Query(q.question, q.history)).abstained:
            several += 1
            enough += len(right) >= q.min_sources
    assert several >= 5
    assert enough >= several - 1


@pytest.mark.slow
def test_who_speaks_is_said_in_plain_words(engine: Engine) -> None:
    rows = engine.compare("Who claims that nearly a fifth of soldiers have left their positions?").rows
    speakers = {r.source_id: speaker(r.facts, quoting=r.quoting) for r in rows}
    assert speakers["wsws-2024-11-15-desertions-avalanche"] == "WSWS, 15 Nov 2024, quoting"
    assert speakers["economist-2024-11-07-awol-fifth"] == "our note on The Economist, 7 Nov 2024"
    labels = {r.source_id: (relation_words(r.facts.relation), kind_words(r.facts)) for r in rows}
    assert labels["wsws-2024-11-15-desertions-avalanche"] == ("the article itself", "the article")


def test_figures_and_dates_are_marked(engine: Engine) -> None:
    rows = engine.compare("How many criminal proceedings were registered in October 2024?").rows
    article = next(r for r in rows if r.facts.kind is Kind.ARTICLE and not r.quoting)
    marked = [article.quote.text[a:b] for a, b in article.emphasis]
    assert marked == ["Nine-thousand-forty-eight", "two", "October 2024"]


def test_a_source_that_names_the_answering_figure_has_a_row(engine: Engine) -> None:
    """The note disputes 9,048 in words that resemble the question little."""
    found = engine.compare("How many criminal proceedings were registered in October 2024?")
    said = {r.source_id: r.quote.text for r in found.rows}
    assert "9,417" in said["boiko-2025-01-11-monthly-figures-2024"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "question",
    [
        "What is the boiling point of tungsten carbide?", "Who won the 2022 World Cup?",
        "How many people lived in Ugledar before the war?", "hi", "thanks!", "Which source is the newest?",
        "How many sources are there?", "What is the article about?", "Summarise the article.",
    ],
)  # fmt: skip
def test_nothing_on_the_matter_is_no_row(real_engine: Engine, question: str) -> None:
    found = real_engine.compare(question)
    check(found, real_engine)
    assert found.rows == ()
    assert found.silent == tuple(s.id for s in real_engine.sources())


@pytest.mark.slow
def test_another_time_than_asked_about_is_no_row(engine: Engine) -> None:
    rows = engine.compare("How many criminal proceedings were opened in January 2024?").rows
    assert rows
    assert not any("October 2024" in r.quote.text and "January" not in r.quote.text for r in rows)


@pytest.mark.slow
def test_a_follow_up_is_understood(real_engine: Engine) -> None:
    history = [Turn(role="user", text="How many desertions were registered in Zaporizhzhia region?")]
    found = real_engine.compare(Query("and kharkiv?", history))
    check(found, real_engine)
    assert found.question == "and kharkiv?"
    assert found.standalone_question == "How many desertions were registered in Kharkiv region?"
    assert any("5,771" in r.quote.text for r in found.rows)


@pytest.mark.slow
def test_filters_keep_other_sources_out(engine: Engine) -> None:
    only = frozenset({"boiko-2025-01-11-monthly-figures-2024", "ap-2024-11-29-desertion"})
    found = engine.compare(Query("How many proceedings in October 2024?", filters=Filters(sources=only)))
    check(found, engine)
    assert {r.source_id for r in found.rows} <= only
    assert found.searched == 2


def test_what_the_article_says_is_looked_for_in_the_article_alone(real_engine: Engine) -> None:
    """As for an answer: the scope of a question holds for both."""
    question = "What does the article say about Poland?"
    found = real_engine.compare(question)
    check(found, real_engine)
    assert {r.facts.kind for r in found.rows} <= {Kind.ARTICLE}
    assert {q.source_id for q in real_engine.answer(question).quotes} <= {r.source_id for r in found.rows}


@pytest.mark.parametrize("question", ["Who commands the 155th brigade in 2031?", "How many sailors deserted in Chile?"])
def test_what_the_answer_refuses_has_no_rows(engine: Engine, question: str) -> None:
    assert engine.answer(question).abstained
    assert engine.compare(question).rows == ()


@pytest.mark.slow
def test_wrong_questions(engine: Engine) -> None:
    with pytest.raises(UsageError, match="empty"):
        engine.compare(" \n")
    with pytest.raises(UsageError, match="2001 characters"):
        engine.compare("x" * 2001)
    for odd in ("?", "\x00", "🦆" * 50, "[1] [2] <script>", "a" * 2000, "' OR 1=1 --", "«»"):
        check(engine.compare(odd), engine)


def harbour(corpus: Path) -> None:
    """Five sources on the ships of 1912, and many on something else."""
    write_source(
        corpus, "paper", "The yard built forty ships in 1912. Anna Berg runs the yard.", kind="article",
        relation="article", publisher="Harbour Paper", published="1912-12-01",
    )  # fmt: skip
    write_source(
        corpus, "union", "The union counted 31 ships that the yard built in 1912.\n\n> It was a bad year.",
        relation="disputes", publisher="Dock Union", published="1913-01",
    )  # fmt: skip
    write_source(
        corpus, "review",
        "The editors of the review took the figures from the register.\n\n"
        "The yard built 38 ships in 1912.\n\n## What others say\n\n"
        "According to a newspaper, the yard built 29 ships in 1912.",
        relation="background", publisher="Sea Review", published="1914",
    )  # fmt: skip
    write_source(
        corpus, "letter", "A clerk wrote.\n\n> Between 35 and 36 ships were built by the yard in 1912.",
        relation="background", publisher="Letters", published="",
    )  # fmt: skip
    write_source(corpus, "later", "The yard sold nine boats in 1950.", publisher="Boat News", published="1950")
    for n in range(12):
        body = f"The bakery on pier {n} sells rye bread. Its oven was bought from a monastery."
        write_source(corpus, f"bread-{n}", body, relation="background", published=str(1920 + n))


@pytest.fixture(scope="module")
def ships(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    folder = tmp_path_factory.mktemp("ships")
    harbour(folder / "corpus")
    return open_hashed(Settings(home=folder / "home", corpus=folder / "corpus"))


@pytest.fixture
def compare(footnote_here: Footnote, ships: Engine) -> Footnote:
    """`footnote compare` over the harbour."""
    env = {"FOOTNOTE_HOME": str(ships.settings.home), "FOOTNOTE_CORPUS": str(ships.settings.corpus)}
    return partial(footnote_here, "compare", **env)


def test_disagreement_stands_side_by_side(ships: Engine) -> None:
    found = ships.compare("How many ships did the yard build in 1912? Do the sources agree?")
    check(found, ships)
    told = [(r.source_id, r.quote.text) for r in found.rows]
    assert [source for source, _ in told] == ["paper", "union", "review", "review", "letter"]
    assert speaker(found.rows[-1].facts, quoting=found.rows[-1].quoting) == "our note on Letters, undated, quoting"
    assert {"later", "bread-0"} <= set(found.silent)


def test_one_source_has_two_rows_only_for_two_figures_of_what_is_counted(ships: Engine) -> None:
    twice = [r.quote.text for r in ships.compare("How many ships did the yard build in 1912?").rows
             if r.source_id == "review"]  # fmt: skip
    assert len(twice) == 2
    once = ships.compare("Which yard built ships in 1912?").rows
    sources = [r.source_id for r in once]
    assert len(sources) == len(set(sources)) > 0


@pytest.mark.slow
def test_the_command_prints_the_table(compare: Footnote, ships: Engine) -> None:
    question = "How many ships did the yard build in 1912?"
    done = compare(question)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    first = next(n for n, line in enumerate(lines) if "The yard built forty ships in 1912." in line)
    assert re.search(r"1\b.*Harbour Paper, 1 Dec 1912", "\n".join(lines[: first + 1]))
    assert "our note, original read" in done.stdout
    assert "Nothing on this in 13 of 17 sources." in done.stdout
    as_json = compare(question, "--json").stdout
    assert Comparison.model_validate_json(as_json).rows == ships.compare(question).rows
    assert {r["facts"]["id"] for r in json.loads(compare(question, "--json", "--source", "union").stdout)["rows"]} == {
        "union"
    }


@pytest.mark.slow
def test_a_source_cannot_steer_the_terminal(footnote_here: Footnote, tmp_path: Path) -> None:
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    harbour(corpus)
    for n, word in enumerate(("red", "blink", "link"), 31):
        body = f"The yard built {n} ships in 1912 [{word}]\u202eevil[/{word}]."
        write_source(corpus, f"s{n}", body, publisher=f"[bold]Pub {n}")
    open_hashed(Settings(home=home, corpus=corpus))
    done = footnote_here(
        "compare", "How many ships did the yard build in 1912?", FOOTNOTE_HOME=str(home), FOOTNOTE_CORPUS=str(corpus)
    )
    assert done.returncode == 0, done.stderr
    assert "[red]" in done.stdout
    assert "[bold]Pub 31" in done.stdout
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", done.stdout)


def test_the_command_says_so_where_nothing_speaks_to_the_question(compare: Footnote) -> None:
    done = compare("What is the boiling point of tungsten carbide?")
    said = "None of the 17 sources that were searched says anything on this."
    assert (done.returncode, done.stdout.strip()) == (0, said)
