"""A language model in the terminal: how it is set up, what is said of it, and that who uses none pays for none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.bundle.replay import replay
from app.settings import load_settings
from index.errors import UsageError
from tests.conftest import ROOT, Footnote
from tests.llm_server import MODEL, LlmServer, Request, Say, as_reply

ASKED = "How many soldiers have deserted?"


def two_statements(request: Request) -> Say:
    """State something that the first passage says, and something that it does not."""
    quote = max(request.passages[1].split(". "), key=len)
    return Say(
        as_reply(
            request, [(1, quote, f"So says the model: {quote}"), (1, quote, "Some 77,777 of them, says the model.")]
        )
    )


def test_an_answer_by_a_model_names_it_and_marks_its_words(
    footnote_here: Footnote, server: LlmServer, tmp_path: Path
) -> None:
    server.say = two_statements
    asked = ("ask", ASKED, "--llm", server.url, "--model", MODEL)
    done = footnote_here(*asked, "--bundle", "b.zip")
    assert done.returncode == 0
    assert f"In the words of the language model {MODEL}." in done.stdout
    right, wrong = (" ".join(part.split()) for part in done.stdout.split("So says the model: ")[1].split("Some 77,777"))
    assert "[1] (" in right
    assert "the model's words, not confirmed)" in right
    assert "says the model. [1] (" in wrong
    assert "by the quotation" in wrong
    assert replay(tmp_path / "b.zip").ok
    by_variables = footnote_here("ask", ASKED, "--json", FOOTNOTE_LLM_URL=server.url, FOOTNOTE_LLM_MODEL=MODEL)
    assert json.loads(by_variables.stdout)["engine"] == f"llm: {MODEL}"
    (tmp_path / "footnote.toml").write_text(f'llm_url = "{server.url}"\nllm_model = "{MODEL}"\n')
    assert json.loads(footnote_here("ask", ASKED, "--json").stdout)["engine"] == f"llm: {MODEL}"
    count = len(server.asked)
    plain = footnote_here("ask", ASKED, "--json", "--quotations-only")
    assert json.loads(plain.stdout)["model"] is None
    assert len(server.asked) == count


def test_a_model_that_fails_is_said_above_the_quotations(footnote_here: Footnote, server: LlmServer) -> None:
    server.say = Say(status=401)
    done = footnote_here("ask", ASKED, "--llm", server.url, "--model", MODEL)
    assert done.returncode == 0
    assert "does not accept the key. The answer is made of quotations alone." in done.stdout
    assert done.stdout == footnote_here("ask", ASKED, "--llm", server.url, "--model", MODEL).stdout
    assert "“" in done.stdout


def test_a_batch_is_answered_by_the_model(footnote_here: Footnote, server: LlmServer, tmp_path: Path) -> None:
    server.say = two_statements
    (tmp_path / "q.jsonl").write_text(json.dumps({"id": "a", "question": ASKED}) + "\n")
    done = footnote_here("ask", "--batch", "q.jsonl", "--json", "--llm", server.url, "--model", MODEL)
    assert json.loads(done.stdout)["engine"] == f"llm: {MODEL}"


def test_the_prompt_can_be_read_without_a_model(footnote_here: Footnote) -> None:
    shown = footnote_here("ask", ASKED, "--show-prompt")
    assert shown.returncode == 0
    assert shown.stdout.startswith("--- system\n")
    assert "passage 1 | source: " in shown.stdout
    assert ASKED in shown.stdout
    (messages,) = json.loads(footnote_here("ask", ASKED, "--show-prompt", "--json").stdout)
    assert [m["role"] for m in messages] == ["system", "user"]
    refused = footnote_here("ask", "Who won the chess championship of Peru?", "--show-prompt")
    assert "No model would be asked" in refused.stdout


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--llm", "http://127.0.0.1:1/v1"), "give --llm URL and --model NAME"),
        (("--model", "x"), "give --llm URL and --model NAME"),
        (("--llm", "127.0.0.1:1", "--model", "x"), "write it as http://HOST:PORT/v1"),
        (("--llm", "http://me:hunter2@127.0.0.1/v1", "--model", "x"), "leave out user, password"),
        (("--llm", "http://127.0.0.1/v1?key=hunter2", "--model", "x"), "leave out user, password"),
    ],
)
def test_a_model_that_is_half_set_up_is_wrong_input(
    footnote_here: Footnote, args: tuple[str, ...], message: str
) -> None:
    done = footnote_here("ask", ASKED, *args)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "hunter2" not in done.stderr


def test_a_key_in_the_file_of_settings_is_refused_and_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FOOTNOTE_LLM_KEY", "from the environment")
    assert "llm_key" not in load_settings().model_dump()
    (tmp_path / "footnote.toml").write_text('llm_key = "sk-secret"\n')
    with pytest.raises(UsageError, match="FOOTNOTE_LLM_KEY only") as caught:
        load_settings()
    assert "sk-secret" not in str(caught.value)


def test_without_its_package_the_error_names_the_command(
    footnote_here: Footnote, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.llm.client.find_spec", lambda _: None)
    done = footnote_here("ask", ASKED, "--llm", "http://127.0.0.1:1/v1", "--model", "x")
    assert done.returncode == 1
    assert 'pip install "llama-index-llms-openai-like' in done.stderr


def test_an_answer_of_quotations_loads_nothing_of_a_language_model(tmp_path: Path) -> None:
    code = f"""
import sys
from pathlib import Path
from app.settings import Settings
from tests.fakes import open_hashed, small_corpus
home = Path({str(tmp_path)!r})
small_corpus(home / "corpus")
engine = open_hashed(Settings(home=home / "home", corpus=home / "corpus", reader="small"))
assert engine.answer("When was the dam built?").quotes
print("\\n".join(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines())
    assert not {m for m in loaded if m.split(".")[0] in ("llama_index", "openai")}
    assert not {"app.llm.checking", "app.support.evidence"} & loaded
    assert not loaded & {"app.llm.client", "app.llm.generate", "app.llm.reading"}
