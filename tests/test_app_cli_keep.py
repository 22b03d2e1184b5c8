"""Keeping answers on the command line: ask --markdown, ask --bundle, replay; output, errors and exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from app.bundle.write import pack
from app.settings import Settings
from tests.answers import ANSWERS, ARTICLE, FORTY, NOTE, refusal_of
from tests.conftest import Footnote
from tests.zips import changed, swap

QUESTION = "How many criminal proceedings were registered in October 2024?"
BUNDLE = pack(ANSWERS, [ARTICLE, NOTE], Settings(), "The ships\x1b[31m of 1912")
NO_INDEX = {"FOOTNOTE_HOME": "none"}


def words(text: str) -> list[str]:
    """Lines with runs of spaces as one."""
    return [" ".join(line.split()) for line in text.splitlines()]


@pytest.mark.slow
def test_an_answer_is_saved_with_its_evidence_and_proved_again(footnote_here: Footnote, tmp_path: Path) -> None:
    asked = footnote_here("ask", QUESTION, "--bundle", "b.zip")
    assert asked.returncode == 0, asked.stderr
    assert "[1]" in asked.stdout
    assert asked.stderr == "Saved b.zip. Check it with: footnote replay b.zip\n"
    proved = footnote_here("replay", "b.zip")
    assert proved.returncode == 0, proved.stderr
    shown = words(proved.stdout)
    assert shown[0] == QUESTION
    assert re.fullmatch(r"Made \d{4}-\S+Z by Footnote \S+, SHA-256 [0-9a-f]{64}", shown[1])
    assert shown[3] == "no. check source span quotation source here"
    assert re.fullmatch(r"1\.1 proved \S+ \d+:\d+ Nine-thousand-forty-eight criminal .*… unchanged", shown[4])
    assert shown[-2].startswith("Sources compared with index ")
    assert re.fullmatch(r"(\d+) of \1 quotations in one answer proved\.", shown[-1])
    report = json.loads(footnote_here("replay", str(tmp_path / "b.zip"), "--json").stdout)
    assert report["ok"]
    assert {q["here"] for q in report["quotes"]} == {"same"}


@pytest.mark.slow
def test_an_answer_is_printed_as_markdown(footnote_here: Footnote) -> None:
    text = footnote_here("ask", QUESTION, "--markdown").stdout
    assert text.startswith(f"**{QUESTION}**\n\n**Nine-thousand-forty-eight** (WSWS) [1]\n\nWSWS, 15")
    assert re.search(r"<https://www\.wsws\.org/\S+#:~:text=\S+>", text)


def test_replay_needs_no_index(footnote_here: Footnote, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(BUNDLE)
    done = footnote_here("replay", "b.zip", **NO_INDEX)
    assert (done.returncode, done.stderr) == (0, "")
    shown = words(done.stdout)
    assert shown[0] == "The ships\ufffd[31m of 1912"
    assert shown[2:] == [
        "",
        "no. check source span quotation",
        f"1.1 proved paper-1912 20:55 {FORTY}",
        f"1.2 proved union-1913 0:53 {NOTE.text}",
        "",
        "There is no index here to compare the sources with; the bundle was checked from itself alone.",
        "2 of 2 quotations in 2 answers proved.",
    ]
    assert not (tmp_path / "none").exists()


def test_what_is_not_proved_is_named_with_its_reason(footnote_here: Footnote, tmp_path: Path) -> None:
    forged = changed(BUNDLE, {"sources/paper-1912.txt": swap("forty", "fifty")}, forged=True)
    (tmp_path / "b.zip").write_bytes(changed(forged, {"conversation.md": b"Anything."}))
    done = footnote_here("replay", "b.zip", **NO_INDEX)
    assert (done.returncode, done.stderr) == (1, "")
    shown = words(done.stdout)
    assert shown[4].startswith("1.1 NOT PROVED paper-1912 20:55 ")
    assert shown[5].startswith("1.2 proved union-1913 ")
    assert shown[7:] == [
        "Not proved: [1.1] the bundle does not hold the text of 'paper-1912' with the SHA-256 that was quoted.",
        "Bundle: conversation.md was changed after the bundle was made.",
        "There is no index here to compare the sources with; the bundle was checked from itself alone.",
        "1 of 2 quotations in 2 answers proved; the bundle is not as it was made.",
    ]
    assert json.loads(footnote_here("replay", "b.zip", "--json", **NO_INDEX).stdout)["ok"] is False


def test_a_strangers_numbers_do_not_break_the_table(footnote_here: Footnote, tmp_path: Path) -> None:
    listed = 'by the yard in 1912.","pages":null,"answer":'
    absurd = changed(BUNDLE, {"quotes.jsonl": swap(f"{listed}1", f"{listed}{10**400}")}, forged=True)
    (tmp_path / "b.zip").write_bytes(absurd)
    done = footnote_here("replay", "b.zip", **NO_INDEX)
    assert (done.returncode, done.stderr) == (1, "")
    assert words(done.stdout)[6].startswith("100000000000 NOT PROVED union-1913 0:53 The union counted")


def test_a_bundle_without_quotations_says_so(footnote_here: Footnote, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(pack([refusal_of("Who?")], [], Settings(), "x"))
    done = footnote_here("replay", "b.zip", **NO_INDEX)
    assert (done.returncode, words(done.stdout)[-1]) == (0, "No quotation in one answer.")
