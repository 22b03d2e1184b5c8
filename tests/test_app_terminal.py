"""Whatever a source holds, what the commands print cannot steer a terminal or reorder its lines."""

from __future__ import annotations

import ast
import json
import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.text import Text

from app.bundle.write import pack
from app.cli.output import make_log_safe
from app.engine import Engine
from app.render.console import SafeConsole
from app.settings import Settings
from index.source import Kind, Relation
from index.storage.catalog import Outline
from tests.answers import MADE, answer_of
from tests.chat_engine import source_of
from tests.conftest import ROOT, Footnote
from tests.fakes import HashedWords

OSC = "\x1b]52;c;ZXZpbA==\x07"  # puts words on the clipboard of some terminals
TRICKS = (OSC, "\x9b2J", "\x1b[2J", "\r", "\x7f", "\u061c", "\u200e", "\u200f", "\u202e", "\u2066", "\u2069")
STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
SOURCE = source_of(
    f"Smugglers asked for 20,000 dollars{''.join(TRICKS)} at the border.", "hostile", title=f"Title {OSC}\u202e",
    publisher=f"Press{OSC}", author=f"Ann{OSC}", url=f"https://example.org/{OSC}\u200f",
    file=f"sources/a{OSC}\u061c.md", kind=Kind.ARTICLE, relation=Relation.ARTICLE,
)  # fmt: skip


@pytest.fixture
def hostile(footnote_here: Footnote, hashed_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Footnote:
    """The command over an index whose sources were made hostile."""
    evil = {s.id: replace(s, **{f: f"{getattr(s, f)}{OSC}\u202e\u200f\x9b2J" for f in (
        "title", "publisher", "url", "file")}) for s in hashed_engine.sources()}  # fmt: skip
    monkeypatch.setattr("index.storage.generation.Generation.source", lambda _, i: evil[i])
    monkeypatch.setattr("index.storage.generation.Generation.sources", lambda _: tuple(evil.values()))
    outlines = tuple(Outline(s.facts, s.file, s.guessed, len(s.text), None) for s in evil.values())
    monkeypatch.setattr("index.storage.generation.Generation.outlines", lambda _: outlines)
    monkeypatch.setattr("index.retrieve.open_embedder", lambda _: HashedWords())
    return footnote_here


QUESTION = "How many criminal proceedings were registered in October 2024?"
COMMANDS = [
    ("ask", QUESTION), ("ask", QUESTION, "--json"), ("ask", QUESTION, "--markdown"),
    ("ask", "Who is the unicorn king?"),
    ("compare", QUESTION), ("compare", QUESTION, "--json"), ("search", "desertion"), ("search", "desertion", "--json"),
    ("show", "ap-2024-11-29-desertion"), ("show", "ap-2024-11-29-desertion", "--json"),
    ("show", "ap-2024-11-29-desertion", "--span", "0:40"), ("sources", "list"), ("sources", "list", "--json"),
]  # fmt: skip


@pytest.mark.parametrize("args", COMMANDS, ids=" ".join)
def test_no_command_prints_what_steers_a_terminal(hostile: Footnote, args: tuple[str, ...]) -> None:
    done = hostile(*args)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout) > 50
    assert STEERS.findall(done.stdout + done.stderr) == []
    if "--json" in args and args[0] in {"show", "sources"}:
        found = json.loads(done.stdout)
        found = found if isinstance(found, dict) else found[0]
        assert OSC in str(found.get("url", "")) + str(found["file"]), "and JSON still holds what the source holds"


def test_a_bundle_a_batch_and_feedback_print_nothing_that_steers(footnote_here: Footnote, tmp_path: Path) -> None:
    answer = answer_of(f"How many?{OSC}", [(SOURCE, SOURCE.text)])
    (tmp_path / "b.zip").write_bytes(pack([answer], [SOURCE], Settings(), f"T{OSC}\u202e", made=MADE))
    (tmp_path / f"e{OSC}\u202e.jsonl").write_text("[")
    (tmp_path / "q.jsonl").write_text(json.dumps({"id": f"a{OSC}\u202e", "question": f"hi {OSC}\u200f\x9b"}))
    for args in (
        ("replay", "b.zip"), ("replay", "b.zip", "--json"), ("ask", "--batch", f"e{OSC}\u202e.jsonl", "--json"),
        ("ask", "--batch", "q.jsonl", "--json"), ("replay", f"none{OSC}\u061c.zip"), ("show", f"none{OSC}\u200e"),
    ):  # fmt: skip
        done = footnote_here(*args)
        assert done.stdout + done.stderr
        assert STEERS.findall(done.stdout + done.stderr) == [], args


def test_emphasis_stays_on_its_words_and_colours_stay(capsys: pytest.CaptureFixture[str]) -> None:
    console = SafeConsole(force_terminal=True, color_system="standard", highlight=False)
    console.print(Text(f"a{OSC}", style="red"))
    assert capsys.readouterr().out == "\x1b[31ma\ufffd]52;c;ZXZpbA==\x1b[0m\n"


def test_warnings_of_the_log_are_made_safe(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    logger = logging.getLogger("footnote-test")
    monkeypatch.setattr(logger, "propagate", False)
    make_log_safe()
    logger.warning("cannot read %s", f"a{OSC}\u202e.md")
    assert STEERS.findall(capsys.readouterr().err) == []


def test_the_commands_print_through_one_file() -> None:
    """What prints past it could print anything."""
    past = []
    for path in [*(ROOT / "app" / "cli").glob("*.py"), ROOT / "app" / "render" / "terminal.py"]:
        if path.name == "output.py":
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if called in {"print", "typer.echo", "typer.secho", "Console", "sys.stdout.write", "sys.stderr.write"}:
                past.append(f"{path.name}:{node.lineno} {called}")  # type: ignore[attr-defined]
    assert past == []
