"""The bench tells each figure as soon as it has it; what cannot be measured here costs no other figure."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench.speed import page_speed


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


def test_a_figure_can_be_measured_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--only", "language", "--runs", "1"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["language"]
