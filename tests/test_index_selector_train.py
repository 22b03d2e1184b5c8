"""Training the selector from its command: it learns, goes on after a kill exactly where it stopped, and publishes."""

from __future__ import annotations

import gzip
import json
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.embedding.models import bundled_folder
from index.errors import ModelError
from index.files import file_sha256
from index.rerank.card import CARD, GRAPH
from index.rerank.layout import Layout
from index.rerank.runtime import Selector
from index.training.data import CALIBRATION, TRAIN, read
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

TOWNS = "Arden Bexley Corwen Dunmore Elston Farley Grantham Hexham Ilford Jarrow Kelso Ludlow Malton Norwich".split()
LINES = ("Arden lies on a river in the north.", "Its market charter dates from 1500.", "The tanners built it.")
ASKED = "When was the charter of Arden granted?"
TRADES = ("tanners", "weavers", "coopers", "potters", "glaziers", "saddlers", "printers")


def rows() -> list[dict[str, object]]:
    """Questions on made-up towns; of three, one asks for what its paragraph does not say."""
    found: list[dict[str, object]] = []
    for n, town in enumerate(TOWNS):
        year, trade = 1500 + 7 * n, TRADES[n % len(TRADES)]
        sentences = [
            f"{town} lies on a river in the north.",
            f"Its market charter dates from {year}.",
            f"The {trade} of the town built the bridge.",
        ]
        asked = [(f"When was the charter of {town} granted?", 1, str(year)), ("Who built the bridge?", 2, trade)]
        for question, right, answer in [*asked, (f"Who burned the mill of {town}?", None, None)]:
            labels = [int(i == right) for i in range(3)]
            answers = [answer] if answer else []
            kind = "made" if n % 2 else "other"
            found.append(
                {"set": kind, "title": town, "question": question, "sentences": sentences, "labels": labels}
                | {"answers": answers}
            )
    return found


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    lines = "".join(json.dumps(r) + "\n" for r in rows())
    for name in (TRAIN, CALIBRATION):
        (folder / name).write_bytes(gzip.compress(lines.encode()))
    return folder


def command(module: str, *args: object) -> list[str]:
    return [sys.executable, "-m", f"index.training.{module}", *map(str, args)]


def train(data: Path, out: Path, home: Path) -> list[str]:
    return command("train", data, "--out", out, "--epochs", 3, "--rate", 2e-4, "--home", home)


def run(args: list[str], env: dict[str, str]) -> str:
    done = subprocess.run(args, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def env(child_env: dict[str, str]) -> dict[str, str]:
    return child_env | {"OMP_NUM_THREADS": "2"}


def losses(out: Path) -> list[float]:
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text("utf-8").splitlines()]
    return [line["epoch_loss"] for line in lines if "epoch_loss" in line]


def apart(one: dict[str, Any], other: dict[str, Any]) -> float:
    """Euclidean distance of two sets of weights."""
    return float(sum(((one[k] - other[k]) ** 2).sum() for k in one) ** 0.5)


def test_train_kill_go_on_publish_and_measure(
    data: Path, built_home: Path, env: dict[str, str], tmp_path: Path
) -> None:
    import torch

    from index.training.network import build
    from index.training.train import HEADS_SEED

    whole, killed = tmp_path / "whole", tmp_path / "killed"
    run(train(data, whole, built_home), env)
    found = losses(whole)
    assert len(found) == 3
    assert found[-1] < found[0], "it learns"

    child = subprocess.Popen(train(data, killed, built_home), cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith("epoch 1 "):
            child.send_signal(signal.SIGKILL)
            break
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    assert "going on at epoch 1" in run(train(data, killed, built_home), env)
    one, other = (torch.load(f / "last.pt", weights_only=True)["model"] for f in (whole, killed))
    torch.manual_seed(HEADS_SEED)
    begun = build(bundled_folder()).state_dict()
    # Two whole runs can be 2e-4 of their way apart: MKL rounds as the memory happens to be aligned.
    assert apart(one, other) < 0.01 * apart(one, begun), "as if it had not been killed"

    shipped = tmp_path / "selector"
    run(command("publish", data, "--checkpoint", whole / "last.pt", "--to", shipped, "--write"), env)
    near_the_network(data, whole, shipped)
    reads_in_any_company(shipped)
    refuses_damage(shipped, tmp_path)
    run(command("combine", data, "--selector", shipped, "--questions", 20, "--home", built_home), env)
    report, picture = tmp_path / "report.json", tmp_path / "risk.svg"
    of_file = [data / CALIBRATION, "--selector", shipped, "--home", built_home]
    shown = run(command("evaluate", *of_file, "--failures", "--json", report), env)
    for word in ("selector", "combined", "embedding", "BM25", "chance", "P@1", "AUROC", "pairs/s", "made", "other"):
        assert word in shown
    assert len(json.loads(report.read_text("utf-8"))["rows"]) == 15, "five rankers on two sets and on both"
    run([sys.executable, str(ROOT / "docs" / "make_risk_coverage.py"), str(report), "--out", str(picture)], env)
    assert picture.read_text("utf-8").count("<polyline") == 10, "five rankers on two sets"


def near_the_network(data: Path, out: Path, shipped: Path) -> None:
    """The published file says what the trained network says, but for the rounding to 8 bits."""
    from index.training.publish import load
    from index.training.train import predict

    assert {p.name for p in shipped.iterdir()} == {GRAPH, CARD}
    selector = Selector.open(shipped)
    assert selector is not None
    examples = read(data / CALIBRATION)
    theirs = predict(load([out / "last.pt"]), examples, Layout(), "cpu")
    ours = selector.read_many([(e.question, e.title, e.sentences) for e in examples])
    a = np.array([s for p in theirs for s in p.scores])
    b = np.array([s for r in ours for s in r.sentences])
    assert np.corrcoef(a, b)[0, 1] > 0.98


def refuses_damage(shipped: Path, tmp_path: Path) -> None:
    folder = tmp_path / "damaged"
    folder.mkdir()
    shutil.copy(shipped / CARD, folder)
    with pytest.raises(ModelError, match="cannot be read"):
        Selector.open(folder)
    (folder / GRAPH).write_bytes((shipped / GRAPH).read_bytes()[:-1])
    with pytest.raises(ModelError, match="not the one"):
        Selector.open(folder)
    (folder / GRAPH).write_bytes(b"no graph")
    card = json.loads((folder / CARD).read_text("utf-8")) | {"sha256": file_sha256(folder / GRAPH)}
    (folder / CARD).write_text(json.dumps(card), "utf-8")
    with pytest.raises(ModelError, match="cannot be loaded"):
        Selector.open(folder)
    (folder / CARD).write_text(json.dumps(card | {"tokenizer_sha256": "0" * 64}), "utf-8")
    with pytest.raises(ModelError, match="another tokenizer"):
        Selector.open(folder)


def reads_in_any_company(shipped: Path) -> None:
    """A reading depends on its own passage alone, long passages are read whole, spans lie in their sentences."""
    selector = Selector.open(shipped)
    assert selector is not None
    filler = tuple(f"On day {n} the gauge at the weir stood at {n * 7 % 40} centimetres." for n in range(60))
    passages = [("Arden", LINES), ("", LINES[:1]), ("Weir", (*filler, LINES[1], *filler))]
    together = selector.read(ASKED, passages)
    assert together == [selector.read(ASKED, [p])[0] for p in passages]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: selector.read(ASKED, passages), range(4))) == [together] * 4
    for (_, sentences), reading in zip(passages, together, strict=True):
        assert len(reading.sentences) == len(reading.spans) == len(sentences)
        for text, span in zip(sentences, reading.spans, strict=True):
            assert span is not None
            assert 0 <= span[0] < span[1] <= len(text)


def test_a_training_begins_from_another_and_ends_early(
    data: Path, built_home: Path, env: dict[str, str], tmp_path: Path
) -> None:
    first, further = tmp_path / "first", tmp_path / "further"
    run([*train(data, first, built_home), "--until", "1"], env)
    assert len(losses(first)) == 1, "one epoch of three"
    run([*train(data, further, built_home), "--start", first / "last.pt", "--until", "1", "--beside", "0.4"], env)
    assert losses(further)[0] < losses(first)[0], "it begins where the other ended"


@pytest.mark.parametrize(
    ("module", "args"),
    [("train", ["--out", "{tmp}/out", "--start", "{tmp}/no.pt"]), ("publish", ["--checkpoint", "{tmp}/no.pt"])],
)
def test_a_wrong_checkpoint_is_one_plain_sentence(
    module: str, args: list[str], data: Path, env: dict[str, str], tmp_path: Path, built_home: Path
) -> None:
    (tmp_path / "no.pt").write_bytes(b"no checkpoint")
    home = ["--home", str(built_home)] if module == "train" else []
    done = subprocess.run(
        [*command(module, data, *(a.format(tmp=tmp_path) for a in args)), *home],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "no.pt: no checkpoint" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("args", [["{tmp}/nothing.gz"], ["{data}", "--selector", "{tmp}/nothing"]])
def test_what_cannot_be_measured_is_one_plain_sentence(
    args: list[str], data: Path, env: dict[str, str], tmp_path: Path
) -> None:
    words = [a.format(tmp=tmp_path, data=data / CALIBRATION) for a in args]
    done = subprocess.run(command("evaluate", *words), cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "nothing" in done.stderr
    assert "Traceback" not in done.stderr
