"""Feedback: kept on this machine, whole whatever happens to writers, listed newest first."""

from __future__ import annotations

import fcntl
import json
import os
import resource
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.feedback import FILE, MAX_REASON, Feedback, read, record
from index.errors import StoreError
from tests.answers import ARTICLE, FORTY, NOTE, answer_of
from tests.conftest import ROOT, Footnote

ANSWER = answer_of("How many ships?", [(ARTICLE, FORTY), (NOTE, NOTE.text)])
NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def verdict(n: int = 0, reason: str = "", which: str = "down") -> Feedback:
    return Feedback.of(ANSWER, which, reason, NOON + timedelta(minutes=n))  # type: ignore[arg-type]


def test_an_entry_names_the_answer_and_what_it_quoted(tmp_path: Path) -> None:
    entry = Feedback.of(ANSWER, "down", "  The second figure is the union's. \n", NOON)
    record(tmp_path / "new" / "home", entry)
    assert read(tmp_path / "new" / "home").entries == (entry,)
    assert (entry.time, entry.question, entry.verdict) == ("2026-11-25T12:00:00Z", "How many ships?", "down")
    assert entry.reason == "The second figure is the union's."
    assert entry.answer_id == ANSWER.id
    assert (entry.generation, entry.fingerprint) == (ANSWER.index.generation, ANSWER.index.fingerprint)
    assert [q.text for q in entry.quotes] == ["The yard built forty ships in 1912.", NOTE.text]
    path = tmp_path / "new" / "home" / FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_bytes().splitlines()) == 1


def test_entries_come_newest_first_and_none_is_none(tmp_path: Path) -> None:
    assert read(tmp_path).entries == ()
    for n in (1, 3, 2, 3):
        record(tmp_path, verdict(n, f"reason {n}"))
    assert [e.reason for e in read(tmp_path).entries] == ["reason 3", "reason 3", "reason 2", "reason 1"]


def test_a_reason_has_a_limit() -> None:
    assert verdict(reason="x" * MAX_REASON)
    with pytest.raises(ValidationError):
        verdict(reason="x" * (MAX_REASON + 1))


def test_line_breaks_and_controls_of_a_reason_stay_inside_its_line(tmp_path: Path) -> None:
    reason = 'a\nb\r\u2028c\x00"}\\'
    record(tmp_path, verdict(reason=reason))
    record(tmp_path, verdict(1))
    assert len((tmp_path / FILE).read_bytes().split(b"\n")) == 3
    assert read(tmp_path).entries[1].reason == reason


def test_a_torn_line_is_named_and_costs_no_other(tmp_path: Path) -> None:
    record(tmp_path, verdict(1, "first"))
    record(tmp_path, verdict(2, "torn"))
    path = tmp_path / FILE
    path.write_bytes(path.read_bytes()[:-40])
    log = read(tmp_path)
    assert ([e.reason for e in log.entries], log.unreadable) == (["first"], (2,))
    record(tmp_path, verdict(3, "third"))
    log = read(tmp_path)
    assert ([e.reason for e in log.entries], log.unreadable) == (["third", "first"], (2,))


WRITER = """
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from app.feedback import Feedback, record
name = sys.argv[2]
for n in range(40):
    record(Path(sys.argv[1]), Feedback(time="2026-11-25T12:00:00Z", answer_id=f"{name}-{n}", question="q " * 3000,
           verdict="up", generation="g", fingerprint="f"))
"""


@pytest.mark.slow
def test_writers_in_several_processes_lose_nothing(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, tmp_path, str(n)], cwd=ROOT) for n in range(4)]
    assert [w.wait(timeout=120) for w in writers] == [0] * 4
    log = read(tmp_path)
    assert log.unreadable == ()
    assert {e.answer_id for e in log.entries} == {f"{w}-{n}" for w in range(4) for n in range(40)}


def test_a_writer_waits_for_the_one_before_it(tmp_path: Path) -> None:
    record(tmp_path, verdict(1, "first"))
    with (tmp_path / FILE).open("ab") as file, ThreadPoolExecutor(1) as pool:
        fcntl.flock(file, fcntl.LOCK_EX)
        second = pool.submit(record, tmp_path, verdict(3, "third"))
        file.write(verdict(2, "second").model_dump_json().encode()[:50])
        file.flush()
        with pytest.raises(TimeoutError):
            second.result(timeout=0.3)
        file.write(verdict(2, "second").model_dump_json().encode()[50:] + b"\n")
        file.flush()
        fcntl.flock(file, fcntl.LOCK_UN)
        second.result(timeout=30)
    assert [e.reason for e in read(tmp_path).entries] == ["third", "second", "first"]


def test_a_full_disk_adds_nothing_and_says_so(tmp_path: Path) -> None:
    """A limit on file sizes stands in for the full disk: the system takes a part of the line and then refuses."""
    record(tmp_path, verdict(1, "first"))
    size = (tmp_path / FILE).stat().st_size
    script = f"""
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({size + 20}, {size + 20}))
{WRITER}
"""
    done = subprocess.run(
        [sys.executable, "-c", script, tmp_path, "x"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != size + 20
    assert "StoreError: keeping the feedback: " in done.stderr
    assert "free space" in done.stderr
    assert (tmp_path / FILE).stat().st_size == size
    assert [e.reason for e in read(tmp_path).entries] == ["first"]


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(StoreError, match=r"keeping the feedback: .*name another folder with FOOTNOTE_HOME"):
        record(tmp_path / "home", verdict())
    (tmp_path / FILE).mkdir()
    with pytest.raises(StoreError, match="reading the feedback"):
        read(tmp_path)


def test_the_command_lists_what_was_given(footnote_here: Footnote, tmp_path: Path) -> None:
    home = tmp_path / "home"
    at = {"FOOTNOTE_HOME": str(home)}
    empty = footnote_here("feedback", **at)
    assert (empty.returncode, empty.stderr) == (0, "")
    assert empty.stdout.startswith("There is no feedback yet. Readers give feedback with the thumbs below an answer")
    assert footnote_here("feedback", "--json", **at).stdout == "[]\n"
    record(home, verdict(1, which="up"))
    assert footnote_here("feedback", "--down", **at).stdout.startswith("No answer was marked as bad.")
    record(home, verdict(2, "wrong \x1b[31mship\nyard [bold]"))
    with (home / FILE).open("ab") as file:
        file.write(b'{"torn')
    listed = footnote_here("feedback", **at)
    lines = [" ".join(line.split()) for line in listed.stdout.splitlines()]
    assert lines[1:] == [
        f"2026-11-25 12:02:00 bad How many ships? wrong \ufffd[31mship yard [bold] {ANSWER.id}",
        f"2026-11-25 12:01:00 good How many ships? {ANSWER.id}",
        "2 in all, 1 bad. Times are UTC; --json shows every field.",
    ]
    assert listed.stderr == "footnote: feedback.jsonl: line 3 cannot be read and is left out\n"
    bad = json.loads(footnote_here("feedback", "--down", "--json", **at).stdout)
    assert [e["reason"] for e in bad] == ["wrong \x1b[31mship\nyard [bold]"]
    assert bad[0]["quotes"][0]["text"] == "The yard built forty ships in 1912."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_home_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="keeping the feedback: Permission denied"):
        record(tmp_path, verdict())
