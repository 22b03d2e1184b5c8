"""What the documents say is what the program does."""

from __future__ import annotations

import re
import runpy
import shlex

import pytest
from typer.testing import CliRunner

from app.claim import ClaimCheck
from app.cli.main import app
from app.llm.failure import Reason
from app.model_run import ModelCall, ModelRun
from app.notes import NoteChecked, NoteSentence
from app.pages.check import Checked, HeldQuote, KeptOut
from app.pages.compare import Piece
from app.pages.follow import Followed
from app.pages.kept import Keeping
from app.pages.links import Link
from app.pages.originals import Skipped
from app.records import Answer, AnswerHit, AnswerQuote, Correction, Direct, QuestionKind, Statement, Support
from app.sources.add import Proposal
from app.sources.remove import Removal, RemovedSource
from app.support.records import Verdict
from tests.conftest import ROOT
from tests.test_imports import ROOMS

README = (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("page", ["settings", "cli"])
def test_a_page_that_is_made_from_the_program_is_in_step_with_it(page: str) -> None:
    maker = runpy.run_path(str(ROOT / "docs" / f"make_{page}.py"))
    assert (ROOT / "docs" / f"{page}.md").read_text("utf-8") == maker["page"](), f"run: python docs/make_{page}.py"


def test_pictures_and_pages_that_the_readme_links_exist() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert len(links) > 5
    for link in links:
        if not link.startswith("http"):
            assert (ROOT / link).exists(), link


def commands() -> list[str]:
    blocks = re.findall(r"```\n(footnote .*?)```", README, re.DOTALL)
    lines = [line.split("#")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("footnote ") and "|" not in line]


@pytest.mark.parametrize("command", commands())
def test_every_command_of_the_readme_parses(command: str) -> None:
    """With --help behind it a command is parsed and explained, not run; an unknown option or name fails."""
    names = [w for w in shlex.split(command)[1:] if not w.startswith("-")][:1]
    options = [w for w in shlex.split(command) if w.startswith("--")]
    shown = CliRunner().invoke(app, [*names, "--help"], env={"COLUMNS": "300", "TERM": "dumb"})
    assert shown.exit_code == 0
    for option in options:
        assert option in shown.output


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"\bmake (\w+)\b", README))
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert {"chat", "test", "bench"} <= targets
    for target in targets - {"sure"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize(
    "page", ["README.md", "CONTRIBUTING.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]
)
def test_every_file_that_a_page_names_exists(page: str) -> None:
    named = re.findall(r"`((?:app|index|tests|docs|corpus)/[\w./-]*)`", (ROOT / page).read_text("utf-8"))
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_map_names_every_room() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    for room in ROOMS:
        package, _, name = room.partition(".")
        assert package in ("app", "index")
        last = name.rpartition(".")[2]
        assert f"`{last}/`" in text or f"`{last}.py`" in text, room


def test_the_page_on_json_names_every_field_of_an_answer_and_every_kind() -> None:
    text = (ROOT / "docs" / "json.md").read_text("utf-8")
    of_answer, _, rest = text.partition("## A check in JSON")
    of_check, _, _ = rest.partition("## The sources in JSON")
    for part, record in ((of_answer, Answer), (of_check, ClaimCheck)):
        assert sorted(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)) == sorted(record.model_fields)
    assert sorted(re.findall(r"^\| `verdict\.(\w+)` \|", of_check, re.MULTILINE)) == sorted(Verdict.model_fields)
    records = (Statement, ModelRun, ModelCall, AnswerQuote, Direct, Correction, AnswerHit)
    inner = {n for record in records for n in record.model_fields}
    values = {k.value for kinds in (QuestionKind, Support, Reason) for k in kinds}
    assert [n for n in sorted(inner | values) if f"`{n}`" not in text] == []


def test_the_page_on_json_names_every_field_of_the_commands_on_sources() -> None:
    text = (ROOT / "docs" / "json.md").read_text("utf-8").partition("## The sources in JSON")[2]
    records = (Proposal, Link, Followed, Removal, RemovedSource, Checked, HeldQuote, Piece, KeptOut, Keeping, Skipped)
    fields = {name for record in (*records, NoteChecked, NoteSentence) for name in record.model_fields}
    assert [name for name in sorted(fields - {"facts"}) if f"`{name}`" not in text] == []
