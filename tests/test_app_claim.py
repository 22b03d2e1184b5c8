"""`footnote check`: a reader's statement held against the sources."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.claim import SILENT, ClaimCheck, check_claim
from app.engine import Engine
from app.support.check import Checker
from app.support.records import Label
from index.filters import Filters
from tests.conftest import Footnote
from tests.fakes import WordReader

LOST = "An officer of the 72nd Brigade told AP that desertion was the only reason for the loss of Vuhledar."


@pytest.fixture
def by_words(footnote_here: Footnote, monkeypatch: pytest.MonkeyPatch) -> Footnote:
    """The command where no reader of claims is installed."""
    monkeypatch.setattr("app.engine.installed", Checker)
    return footnote_here


def test_the_transcript_says_what_supports_and_what_is_less(by_words: Footnote) -> None:
    shown = by_words("check", LOST)
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.splitlines()
    assert lines[0].startswith("Not checked by a model: only words, numbers, dates and names were compared.")
    assert lines[1:5] == [
        "",
        "Says less than that",
        "our note on Associated Press, 29 Nov 2024: “An officer of the 72nd Brigade told AP that desertion was one of "
        "the main reasons for the loss of Vuhledar in October 2024.” [1]",
        "  Against it: the source does not say “only”",
    ]
    assert "Near, but does not say it" in lines
    assert "footnote show ap-2024-11-29-desertion --span " in shown.stdout


def test_json_holds_the_verdicts_and_the_bundle_replays(by_words: Footnote, tmp_path: Path) -> None:
    bundle = tmp_path / "check.zip"
    shown = by_words("check", LOST, "--json", "--bundle", str(bundle))
    found = ClaimCheck.model_validate_json(shown.stdout)
    first = found.findings[0].verdict
    assert (first.label, first.reader, found.reader) == (Label.PARTLY, "", "")
    assert [(r.guard.value, r.said) for r in first.reasons] == [("added", "only")]
    assert sum(f.verdict.label is Label.NOT_SUPPORTED for f in found.findings) <= SILENT
    replayed = json.loads(by_words("replay", str(bundle), "--json").stdout)
    assert (replayed["ok"], replayed["proved"]) == (True, len(found.findings))


def test_only_chosen_sources_are_held_against_it(by_words: Footnote) -> None:
    shown = by_words("check", LOST, "--source", "bloomberg-2024-12-06-awol-returns", "--json")
    found = ClaimCheck.model_validate_json(shown.stdout)
    assert {q.source_id for q in found.answer.quotes} == {"bloomberg-2024-12-06-awol-returns"}
    assert found.searched == 1
    wrong = by_words("check", " ")
    assert (wrong.returncode, wrong.stderr) == (
        2,
        "footnote: the statement is empty; write what somebody claims\n",
    )


def test_a_reader_is_named_and_ranks_what_supports_first(real_engine: Engine) -> None:
    with real_engine.run("How many?") as run:
        found = check_claim("Kyiv had not confirmed it.", run.retriever, Filters(), Checker(WordReader()))
    assert found.reader == "words"
    assert found.findings[0].verdict.label is Label.QUOTED
    rest = [f.verdict for f in found.findings[1:]]
    assert rest
    assert all(v.reader == "words" and v.probability is not None for v in rest)
    assert found.answer.engine == "check: words"
