"""The question files: every support stands in its source, and answers over another corpus do not fall below a floor."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.engine import Engine
from app.evaluate.scoring import read_questions, score
from app.settings import Settings
from index.build.build import build
from index.read.corpus import read_corpus
from tests.conftest import CORPUS, ROOT

BENCH = ROOT / "tests" / "bench"
METERS = BENCH / "meters"


@pytest.mark.parametrize(
    ("file", "corpus"),
    [
        (CORPUS / "questions.jsonl", CORPUS),
        (BENCH / "near_misses.jsonl", CORPUS),
        (METERS / "questions.jsonl", METERS),
        (BENCH / "kinds" / "bundled.jsonl", CORPUS),
        (BENCH / "kinds" / "meters.jsonl", METERS),
        (BENCH / "kinds" / "ferry.jsonl", BENCH / "ferry"),
    ],
    ids=("development", "near misses", "meters", "kinds", "kinds, meters", "kinds, ferry"),
)
def test_every_support_stands_in_its_source(file: Path, corpus: Path) -> None:
    sources = {s.id: s for s in read_corpus(corpus)}
    questions = read_questions(file)
    assert len({q.id for q in questions}) == len(questions)
    for question in questions:
        for support in question.support:
            assert support.quote in sources[support.source].text, question.id
        if question.unanswerable:
            assert not question.answers


@pytest.mark.slow
def test_another_corpus_is_answered_too(tmp_path: Path, built_home: Path) -> None:
    """The floors lie below what docs/quality.md tells: a change of a few questions is no failure."""
    (tmp_path / "models").symlink_to(built_home / "models")
    settings = Settings(home=tmp_path, corpus=METERS, reader="deep")
    build(settings.index)
    engine = Engine.open(settings)
    sources = {s.id: s for s in engine.sources()}
    outcomes = [score(q, engine.answer(q.question), sources, 0.0) for q in read_questions(METERS / "questions.jsonl")]
    assert all(o.proved == o.quotes for o in outcomes)
    answerable = [o for o in outcomes if o.answerable]
    near = [o for o in outcomes if not o.answerable]
    assert sum(o.right for o in answerable) >= 0.72 * len(answerable)
    assert sum(o.answer.abstained for o in answerable) <= 0.16 * len(answerable)
    assert sum(o.answer.abstained for o in near) >= 0.8 * len(near)


# What README's table promises of each of its questions: words of the direct line, or of the first statement.
PROMISED = {
    "How many criminal proceedings were registered in October 2024?": ("direct", "Nine-thousand-forty-eight"),
    "Can a deserter return to service without punishment?": ("direct", "without any punishment"),
    "Why do soldiers desert?": ("direct", "lack of rotation"),
    "Who said that more than 100,000 soldiers had left?": ("direct", "Skorokhod"),
    "How many soldiers are absent without leave now?": ("direct", "200,000"),
    "Do the FT and AP agree on how many soldiers are in combat?": ("all", "350,000", "300,000"),
    "How many votes did bill 11322 get, and when did the law come into force?": ("direct", "270", "7 September 2024"),
    "Tell me about Ihor Hryb.": ("first", "commander of the 186th Battalion"),
    "Summarise the AP report.": ("first", "Desertion threatens to starve"),
    "Which source is the newest?": ("first", "2026"),
    "Should I trust Boiko's figures?": ("refused", "no opinions"),
    "how many soldeirs were in combat": ("read", "how many soldiers were in combat"),
    "What is the boiling point of tungsten?": ("refused", "do not answer"),
}


def test_the_readme_promises_what_is_held_here() -> None:
    table = (ROOT / "README.md").read_text("utf-8").partition("| You ask | You get |")[2].partition("\n\n")[0]
    assert [line.split("*")[1] for line in table.splitlines() if line.startswith("| *")] == list(PROMISED)


@pytest.mark.slow
@pytest.mark.parametrize("question", PROMISED)
def test_a_stranger_finds_the_readme_true(question: str, real_engine: Engine) -> None:
    answer = real_engine.answer(question)
    where, *words = PROMISED[question]
    shown = {
        "direct": " · ".join(d.text for d in answer.direct),
        "first": answer.statements[0].text if answer.statements else "",
        "all": " ".join(s.text for s in answer.statements),
        "refused": answer.text if answer.abstained else "",
        "read": answer.standalone_question,
    }
    assert all(w in shown[where] for w in words), (answer.text, answer.standalone_question)


KINDS = BENCH / "kinds"


@pytest.mark.slow
def test_questions_of_every_kind_are_answered(real_engine: Engine) -> None:
    """The floors lie below what docs/quality.md tells."""
    sources = {s.id: s for s in real_engine.sources()}
    asked = read_questions(KINDS / "bundled.jsonl")
    outcomes = [score(q, real_engine.answer(q.question), sources, 0.0) for q in asked]
    assert all(o.proved == o.quotes for o in outcomes)
    for o in outcomes:
        quoted = {q.number: q.text for q in o.answer.quotes}
        assert all(d.text in quoted[d.number] for d in o.answer.direct), o.question.id
    answerable = [o for o in outcomes if o.answerable]
    assert sum(o.right for o in answerable) >= 0.72 * len(answerable)
    assert sum(o.misleads for o in outcomes) <= 0.06 * len(outcomes)
    opinions = [o for o in outcomes if o.question.kind == "opinion"]
    assert sum(o.right for o in opinions) >= 0.85 * len(opinions)
