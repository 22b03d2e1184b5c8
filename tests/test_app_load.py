"""The real server under readers and rebuilds; `python -m tests.load` runs the same for longer, with more of them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.slow
def test_readers_and_rebuilds_leave_the_server_as_it_was() -> None:
    command = [sys.executable, "-m", "tests.load", "--readers", "6", "--seconds", "8", "--rebuilds", "4"]
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
