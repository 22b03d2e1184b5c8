"""Questions for an opinion are declined, and what only sounds like one is looked up."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from app.engine import Engine
from app.query import Query
from app.question.opinion import ngrams, shipped
from app.records import QuestionKind
from index.embedding.embedder import prepare_embedder
from index.settings import IndexSettings
from tests.conftest import ROOT


def test_questions_that_nobody_fitted_on(tmp_path: Path) -> None:
    """A hundred, in pairs on one subject, written by somebody who saw no code: .84 and 0 when they were first read."""
    rows = [json.loads(line) for line in (ROOT / "tests/bench/opinion.jsonl").read_text("utf-8").splitlines()]
    vectors = prepare_embedder(IndexSettings(home=tmp_path)).embed_queries([r["q"] for r in rows])
    weights = shipped()
    taken = np.array([weights.probability(r["q"], v) >= weights.least for r, v in zip(rows, vectors, strict=True)])
    opinion = np.array([r["opinion"] for r in rows])
    assert taken[opinion].mean() >= 0.8
    assert taken[~opinion].mean() <= 0.04


@pytest.mark.parametrize(
    ("question", "declined"),
    [
        ("Was Lukashov a hero or a fool?", True),
        ("Is five years in prison too harsh for running away?", True),
        ("Which side deserves more sympathy, the officers or the conscripts?", True),
        ("How many years in prison does a deserter face?", False),
        ("What does the law say a commander must do when a soldier leaves?", False),
    ],
)
def test_an_opinion_is_declined_whatever_its_words(real_engine: Engine, question: str, declined: bool) -> None:
    answer = real_engine.answer(Query(question))
    assert (answer.kind is QuestionKind.OPINION) is declined
    assert answer.abstained or not declined


def test_ngrams_have_the_ends_of_the_question() -> None:
    assert ngrams("Is it fair?") >= {"^ is", "is it fair", "fair ? $", "?"}
    assert ngrams("It’s 5 o'clock") >= {"it's", "5", "o'clock"}
