"""The command line as a user meets it: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.conftest import CORPUS, Footnote
from tests.fakes import write_source
from tests.zips import zipped


@pytest.fixture
def small_corpus(tmp_path: Path) -> Path:
    """Three made-up sources that disagree on one figure."""
    corpus = tmp_path / "harbour"
    write_source(
        corpus, "paper-1912", "The yard built forty ships in 1912. Anna Berg runs the yard.", kind="article",
        relation="article", title="Ships of the year", publisher="Harbour Paper", published="1912-12-01",
    )  # fmt: skip
    write_source(
        corpus, "union-1913", "The union counted 31 ships built by the yard in 1912. Nine boats were scrapped.",
        relation="disputes", title="What the union counted", publisher="Dock Union", published="1913-01",
    )  # fmt: skip
    return corpus


@pytest.fixture
def home(built_home: Path) -> dict[str, str]:
    return {"FOOTNOTE_HOME": str(built_home), "FOOTNOTE_CORPUS": str(CORPUS)}


def test_build_ask_show_and_build_again(
    footnote: Footnote, small_corpus: Path, built_home: Path, tmp_path: Path
) -> None:
    """A second build has nothing to do; a changed file costs one passage."""
    shutil.copytree(built_home / "models", tmp_path / ".footnote" / "models")
    corpus = ("--corpus", str(small_corpus))
    built = footnote("index", "build", *corpus)
    assert built.returncode == 0, built.stderr
    assert re.search(
        r"Built generation \S+ in [\d.]+ s: 2 passages, 2 embedded, 0 reused\. Sources: added", built.stdout
    )
    asked = footnote("ask", "How many ships did the yard build in 1912?")
    assert asked.returncode == 0, asked.stderr
    assert "Harbour Paper, 1 Dec 1912: “The yard built forty ships in 1912.” [1]" in asked.stdout
    assert "Dock Union, Jan 1913: “The union counted 31 ships built by the yard in 1912.” [2]" in asked.stdout
    span = re.search(r"footnote show union-1913 --span (\d+:\d+)", asked.stdout)
    assert span
    shown = footnote("show", "union-1913", "--span", span[1], "--json")
    assert json.loads(shown.stdout)["text"] == "The union counted 31 ships built by the yard in 1912."
    assert "The index is up to date" in footnote("index", "build", *corpus).stdout
    write_source(small_corpus, "union-1913", "The union counted 33 ships.", relation="disputes")
    status = footnote("index", "status", *corpus)
    assert (status.returncode, "Out of date" in status.stdout) == (1, True)
    report = json.loads(footnote("index", "build", *corpus, "--json").stdout)
    assert (report["embedded"], report["reused"]) == (1, 1)
    verified = footnote("index", "verify")
    assert (verified.returncode, "all in order" in verified.stdout) == (0, True)


def test_a_broken_file_stops_the_build_and_leaves_the_index(
    footnote: Footnote, own_home: Path, own_corpus: Path
) -> None:
    before = footnote("index", "status", "--json", FOOTNOTE_HOME=str(own_home), FOOTNOTE_CORPUS=str(own_corpus))
    path = own_corpus / "sources" / "broken.md"
    path.write_text("---\nid: broken\ntitle: T\npublisher: P\nurl: https://x.org\nkind: note\nrelation: law\n"
                    "published: 2024-02-31\n---\nText.\n")  # fmt: skip
    built = footnote("index", "build", FOOTNOTE_HOME=str(own_home), FOOTNOTE_CORPUS=str(own_corpus))
    assert built.returncode == 2
    assert built.stderr.splitlines()[-1] == (
        "footnote: sources/broken.md: field 'published': '2024-02-31' has no such day"
    )
    path.unlink()
    after = footnote("index", "status", "--json", FOOTNOTE_HOME=str(own_home), FOOTNOTE_CORPUS=str(own_corpus))
    assert json.loads(after.stdout) == json.loads(before.stdout)
    asked = footnote("ask", "What is the article about?", FOOTNOTE_HOME=str(own_home))
    assert asked.returncode == 0


WHERE = "ap-2024-11-29-desertion"
WRONG: list[tuple[tuple[str, ...], int, str]] = [
    (("ask",), 2, "give either a QUESTION or --batch"),
    (("ask", "   "), 2, "the question is empty"),
    (("ask", "x" * 3000), 2, "the question has 3000 characters; write at most 2000"),
    (("ask", "why?", "--history", "nowhere.json"), 2, "nowhere.json: cannot be read"),
    (("ask", "--batch", "nowhere.jsonl", "--json"), 2, "nowhere.jsonl: cannot be read"),
    (("ask", "why?", "--source", "ap-2024-11-29"), 2, WHERE),
    (("ask", "why?", "--json", "--markdown"), 2, "--markdown, --json and --cite exclude each other"),
    (
        ("ask", "--batch", "words.zip", "--json", "--bundle", "x.zip"),
        2,
        "--markdown, --cite, --bundle, --history, --as-typed and --show-prompt go with a QUESTION",
    ),
    (("ask", "Why do soldiers desert?", "--bundle", "nowhere/x.zip"), 2, "nowhere/x.zip: cannot be written"),
    (("ask", "why?", "--nonsense"), 2, "nonsense"),
    (("search", ""), 2, "the query is empty"),
    (("search", "x", "-k", "0"), 2, "'-k'"),
    (("show", "no-such-source"), 2, "no-such-source"),
    (("show", WHERE, "--span", "5"), 2, "--span '5' is not START:END"),
    (("show", WHERE, "--span", "5:999999"), 1, "span 5:999999 lies outside"),
    (("compare", " "), 2, "the question is empty"),
    (("eval", "nowhere.jsonl"), 2, "nowhere.jsonl"),
    (("replay", "nowhere.zip"), 2, "nowhere.zip: cannot be read (No such file or directory); name the bundle's"),
    (("replay", "."), 2, ". is not a file; name the bundle's zip file"),
    (("replay", "words.zip"), 2, "this is no bundle of Footnote's: it is no zip file"),
    (("replay", "other.zip"), 2, "this is no bundle of Footnote's: it has no manifest.json"),
    (("replay", "trick.zip"), 2, r"it has a member named '../../x\x1b[2J'"),
    (("replay",), 2, "Missing argument"),
    (("feedback", "--nonsense"), 2, "nonsense"),
    (("nonsense",), 2, "nonsense"),
]


@pytest.mark.parametrize(("args", "code", "message"), WRONG, ids=[" ".join(args)[:40] for args, _, _ in WRONG])
def test_wrong_input_is_one_line_and_an_exit_code(
    footnote_here: Footnote, tmp_path: Path, args: tuple[str, ...], code: int, message: str
) -> None:
    (tmp_path / "words.zip").write_text("words")
    (tmp_path / "other.zip").write_bytes(zipped({"a.txt": b"x"}))
    (tmp_path / "trick.zip").write_bytes(zipped({"../../x\x1b[2J": b"x"}))
    done = footnote_here(*args)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "\x1b" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("args", "env", "code", "said"),
    [
        (("ask", "why?"), {"FOOTNOTE_HOME": "none"}, 1, "footnote index build"),
        (("search", "x"), {"FOOTNOTE_HOME": "none"}, 1, "footnote index build"),
        (("index", "verify"), {"FOOTNOTE_HOME": "none"}, 1, "footnote index build"),
        (("show", "a"), {"FOOTNOTE_HOME": "none"}, 1, "footnote index build"),
        (("ask", "why?"), {"FOOTNOTE_PASSAGE_TOKENS": "64"}, 1, "passage_tokens"),
        (("ask", "why?"), {"FOOTNOTE_PASSAGE_TOKENS": "64"}, 1, "footnote index build"),
        (("index", "status"), {"FOOTNOTE_PORT": "many"}, 2, "setting 'port'"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_remedy(
    footnote_here: Footnote, args: tuple[str, ...], env: dict[str, str], code: int, said: str
) -> None:
    done = footnote_here(*args, **env)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr


def test_a_settings_file_that_cannot_be_read_is_named(footnote_here: Footnote, tmp_path: Path) -> None:
    (tmp_path / "footnote.toml").write_text("port = [")
    done = footnote_here("index", "status")
    assert (done.returncode, "footnote.toml" in done.stderr) == (2, True)


@pytest.mark.parametrize("separator", ["\n", "\r\n", "\n\n"])
def test_a_batch_takes_what_its_help_says(footnote_here: Footnote, tmp_path: Path, separator: str) -> None:
    odd = "What is the article about?\u2028\u2029\u0085"
    lines = [json.dumps({"id": n, "question": odd}, ensure_ascii=False) for n in ("a", "b")]
    (tmp_path / "q.jsonl").write_bytes(b"\xef\xbb\xbf" + separator.join(lines).encode())
    done = footnote_here("ask", "--batch", "q.jsonl", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    answers = [json.loads(line) for line in done.stdout.rstrip("\n").split("\n")]
    assert [(a["id"], a["question"]) for a in answers] == [("a", odd), ("b", odd)]


FOLLOW_UP = "and bill No. 12095?"
EARLIER = [{"role": "user", "text": "How many votes did bill No. 11322 get?"}]


def test_a_question_can_be_asked_word_for_word(footnote_here: Footnote, tmp_path: Path) -> None:
    (tmp_path / "h.json").write_text(json.dumps(EARLIER))
    leaning = footnote_here("ask", FOLLOW_UP, "--history", "h.json")
    assert "Searched for: How many votes did bill No. 12095 get?" in leaning.stdout
    assert "add --as-typed\n" in leaning.stdout
    alone = footnote_here("ask", FOLLOW_UP, "--history", "h.json", "--as-typed")
    assert alone.returncode == 0
    assert "Searched for" not in alone.stdout
    rows = [{"question": FOLLOW_UP, "history": EARLIER, "as_typed": typed} for typed in (False, True)]
    (tmp_path / "q.jsonl").write_text("\n".join(map(json.dumps, rows)))
    done = footnote_here("ask", "--batch", "q.jsonl", "--json")
    read = [json.loads(line)["standalone_question"] for line in done.stdout.splitlines()]
    assert read == ["How many votes did bill No. 12095 get?", FOLLOW_UP]
    assert footnote_here("ask", "--batch", "q.jsonl", "--json", "--as-typed").returncode == 2


def test_a_bad_line_of_a_batch_costs_no_other(footnote_here: Footnote, tmp_path: Path) -> None:
    rows = [b'{"id": "a", "question": "hi"}', b'{"id": 7, "question": "%s"}' % (b"x" * 2500), b'{"id": "c"}', b"\xff{",
            b'{"id": "e", "question": " "}', b'[1]', b'{"id": "g", "question": "hi \\ud800"}']  # fmt: skip
    (tmp_path / "q.jsonl").write_bytes(b"\n".join(rows))
    done = footnote_here("ask", "--batch", "q.jsonl", "--json")
    assert done.returncode == 3
    assert done.stderr == "footnote: 5 of 7 lines could not be answered; each says why in 'error'\n"
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [r["id"] for r in found] == ["a", "7", "c", "", "e", "", "g"]
    assert [r.get("line") for r in found] == [None, 2, 3, 4, 5, 6, None]
    assert found[1]["error"] == "the question has 2500 characters; write at most 2000"
    assert "'question'" in found[2]["error"]
    assert found[4]["error"] == "the question is empty; write what you want to know"
    assert found[6]["question"] == "hi \ufffd"


def test_half_a_character_on_the_command_line_is_no_error(footnote_here: Footnote) -> None:
    """A terminal that is not in UTF-8 brings such bytes."""
    for args in (("ask", "hi \udcff"), ("search", "drought \udcff"), ("compare", "drought \udcff")):
        done = footnote_here(*args)
        assert (done.returncode, done.stderr) == (0, "")
    done = footnote_here("show", "x\udcff")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)


def test_the_list_of_sources_is_where_messages_say(footnote_here: Footnote) -> None:
    done = footnote_here("show", "\x1b]0;none")
    assert "`footnote sources list` lists them" in done.stderr
    assert "\x1b" not in done.stderr
    listed = json.loads(footnote_here("sources", "list", "--json").stdout)
    assert len(listed) > 20
    assert listed[0] == {
        "id": "wsws-2024-11-15-desertions-avalanche", "kind": "article", "relation": "article",
        "title": "Ukraine: A wave of desertions turns into an avalanche amid the US elections",
        "publisher": "World Socialist Web Site", "published": "2024-11-15", "passages": listed[0]["passages"],
        "file": "article.md", "guessed": [],
    }  # fmt: skip
    assert all(row["passages"] > 0 for row in listed)
    table = footnote_here("sources", "list").stdout
    assert all(row["id"] in table for row in listed)
    assert footnote_here("show", listed[3]["id"]).returncode == 0


@pytest.mark.slow
def test_batch_answers_in_order_with_ids(footnote_here: Footnote, tmp_path: Path) -> None:
    rows = [
        {"id": "b", "kind": "x", "question": "What is the article about?"},
        {"id": "a", "kind": "x", "question": "and in January?", "history": [
            {"role": "user", "text": "How many proceedings were registered in October 2024?"}]},
        {"id": "c", "kind": "x", "question": "hi"},
    ]  # fmt: skip
    (tmp_path / "q.jsonl").write_text("\n".join(json.dumps(r) for r in rows))
    done = footnote_here("ask", "--batch", "q.jsonl", "--json")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [a["id"] for a in answers] == ["b", "a", "c"]
    assert answers[1]["standalone_question"] == "How many proceedings were registered in January 2024?"
    assert answers[2]["statements"][0]["quotes"] == []
    expected = {"id", "question", "standalone_question", "abstained", "kind", "text", "statements", "sources", "hits",
                "timings_ms", "engine", "index"}  # fmt: skip
    assert all(expected <= set(a) for a in answers)


@pytest.mark.slow
def test_a_history_file_makes_a_follow_up(footnote_here: Footnote, tmp_path: Path) -> None:
    history = tmp_path / "h.json"
    history.write_text(json.dumps([{"role": "user", "text": "How many votes did bill No. 11322 get?"}]))
    done = footnote_here("ask", "and bill No. 12095?", "--history", "h.json")
    assert "Searched for: How many votes did bill No. 12095 get?" in done.stdout
    history.write_text('[{"role": "user"}]')
    done = footnote_here("ask", "and?", "--history", "h.json")
    assert (done.returncode, "text" in done.stderr) == (2, True)


def test_search_lists_passages_and_filters(footnote_here: Footnote) -> None:
    rows = json.loads(footnote_here("search", "Selidovo", "-k", "3", "--json").stdout)
    assert len(rows) == 3
    assert any("Selydove" in r["text"] for r in rows)
    only = "boiko-2025-01-11-monthly-figures-2024"
    rows = json.loads(footnote_here("search", "figures", "--source", only, "--json").stdout)
    assert {r["source_id"] for r in rows} == {only}


def test_eval_prints_the_table_and_writes_the_report(footnote: Footnote, home: dict[str, str], tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    done = footnote("eval", str(CORPUS / "questions.jsonl"), "--json", str(out), **home)
    assert done.returncode == 0, done.stderr
    assert "recall@5" in done.stdout
    assert "<- in use" in done.stdout
    report = json.loads(out.read_text())
    total = next(r for r in report["summary"] if r["kind"] == "= all")
    assert total["n"] == 50
    assert total["proved"] == total["quotes"] > 0


def test_a_reader_that_leaves_early_is_no_error(child_env: dict[str, str], home: dict[str, str]) -> None:
    script = f"{sys.executable} -c 'from app.cli.main import main; main()' search figures -k 50 | head -1"
    done = subprocess.run(
        script, shell=True, env=child_env | home, capture_output=True, text=True, timeout=120, check=False
    )
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


@pytest.mark.slow
def test_ctrl_c_stops_a_build_in_one_line(child_env: dict[str, str], tmp_path: Path) -> None:
    env = child_env | {"FOOTNOTE_HOME": str(tmp_path / "home"), "FOOTNOTE_CORPUS": str(CORPUS)}
    child = subprocess.Popen(
        [sys.executable, "-c", "from app.cli.main import main; main()", "index", "build"],
        env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # a shell's & ignores SIGINT
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not (tmp_path / "home").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(child.pid, signal.SIGINT)
    _, stderr = child.communicate(timeout=60)
    assert child.returncode == 130
    assert stderr.splitlines()[-1] == "footnote: interrupted"
    assert "Traceback" not in stderr


def test_sources_are_cited_in_a_style(footnote: Footnote, home: dict[str, str]) -> None:
    cited = footnote("sources", "cite", "ap-2024-11-29-desertion", "--style", "bibtex", **home)
    assert cited.returncode == 0, cited.stderr
    assert cited.stdout.startswith("@online{ap-2024-11-29-desertion,\n  title = {{Note on Samya Kullab")
    unknown = footnote("sources", "cite", "ap-2024-11-29-desertio", **home)
    assert unknown.returncode == 2
    assert "ap-2024-11-29-desertion" in unknown.stderr


def test_the_sources_of_an_answer_are_cited_in_a_style(footnote: Footnote, home: dict[str, str]) -> None:
    question = "How many votes did bill No. 11322 get at second reading?"
    cited = footnote("ask", question, "--cite", "apa", **home)
    assert cited.returncode == 0, cited.stderr
    assert re.search(r"\[Note on “Law of Ukraine No\. 3902-IX.*Retrieved \w+ \d+, \d{4}", cited.stdout, re.DOTALL)
    both = footnote("ask", question, "--cite", "apa", "--json", **home)
    assert both.returncode == 2
    assert "exclude each other" in both.stderr
