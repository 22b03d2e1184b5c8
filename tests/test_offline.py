"""With every way out but loopback cut, the whole job is done, and nothing even tries to get out."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import CORPUS, Footnote


def test_the_cut_is_real(child_env: dict[str, str], tmp_path: Path) -> None:
    for code in (
        "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)",
        "import urllib.request; urllib.request.urlopen('http://example.org')",
    ):
        done = subprocess.run([sys.executable, "-c", code], env=child_env, capture_output=True, text=True, check=False)
        assert done.returncode != 0
        assert "the network is cut in tests" in done.stderr
    assert len((tmp_path / "attempts").read_text().splitlines()) == 2


@pytest.mark.slow
def test_first_build_ask_eval_and_verify(footnote: Footnote, tmp_path: Path) -> None:
    """From nothing, the export of the model included; the fixture fails if anything reached out."""
    env = {"FOOTNOTE_HOME": str(tmp_path / "home"), "FOOTNOTE_CORPUS": str(CORPUS)}
    for command in (
        ("index", "build"),
        ("index", "verify"),
        ("ask", "How many votes did bill No. 11322 get at second reading?"),
        ("ask", "Summarise the article."),
        ("search", "Vuhledar"),
        ("eval", str(CORPUS / "questions.jsonl")),
    ):
        done = footnote(*command, **env)
        assert done.returncode == 0, (command, done.stderr)


def test_the_server_starts_answers_and_stops(child_env: dict[str, str], built_home: Path, tmp_path: Path) -> None:
    env = child_env | {"FOOTNOTE_HOME": str(built_home), "FOOTNOTE_CORPUS": str(CORPUS)}
    server = subprocess.Popen(
        [sys.executable, "-c", "from app.cli.main import main; main()", "serve", "--port", "0"],
        env=env, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    assert server.stdout is not None
    try:
        address = None
        for line in server.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                address = found[0]
                break
        assert address
        for path in ("/health", "/"):
            with urllib.request.urlopen(address + path, timeout=60) as response:
                assert response.status == 200
    finally:
        server.send_signal(signal.SIGINT)
        rest, _ = server.communicate(timeout=60)
    assert "Traceback" not in rest
    assert not (tmp_path / "attempts").exists(), (tmp_path / "attempts").read_text()
