"""The commands that train, publish, fit and measure a reader."""

from __future__ import annotations

import gzip
import importlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import numpy as np
import pytest

from app.support.reader import OnnxClaimReader
from app.support.records import Evidence
from index.errors import ModelError, in_plain_words
from index.rerank.card import CARD, CLAIMS_CARD, SHIPPED, ReaderCard
from index.rerank.logistic import Weights
from index.rerank.reranker import Thresholds
from index.rerank.runtime import Reader
from index.training.data import CALIBRATION, read
from tests.conftest import ROOT
from tests.fakes import HashedWords

pytestmark = pytest.mark.slow

STEMS, ENDINGS = ("Ard", "Bex", "Cor", "Dun", "Els", "Far", "Gran"), ("en", "ley", "wen", "more", "ton", "ham")
TRADES = ("tanners", "weavers", "coopers", "potters", "glaziers", "saddlers", "printers")


def rows() -> list[dict[str, object]]:
    """Questions on made-up towns; of three, one asks for what its paragraph does not say."""
    found: list[dict[str, object]] = []
    for n, town in enumerate(f"{a}{b}" for a in STEMS for b in ENDINGS):
        year, trade = 1500 + 7 * n, TRADES[n % len(TRADES)]
        sentences = [
            f"{town} lies on a river in the north.",
            f"Its market charter dates from {year}.",
            f"The {trade} of the town built the bridge.",
        ]
        asked = [(f"When was the charter of {town} granted?", 1, str(year)), ("Who built the bridge?", 2, trade)]
        for question, right, answer in [*asked, (f"Who burned the mill of {town}?", None, None)]:
            labels = [int(i == right) for i in range(3)]
            about = {"set": "made" if n % 2 else "other", "title": town, "header": f"{town}. 2021", "group": town}
            answers = [answer] if answer else []
            found.append(about | {"question": question, "sentences": sentences, "labels": labels, "answers": answers})
    return found


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let the small reader begin from two narrow layers with random weights, which train in seconds.

    On one thread: two that wait for each other take ten times as long on a machine that has other work.
    """
    import torch
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("narrow")
    shape = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 128}
    BertModel(BertConfig(vocab_size=30_522, **shape), add_pooling_layer=False).save_pretrained(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("index.training.network.bundled_folder", lambda: folder)
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        yield
        torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    lines = [json.dumps(r) for r in rows()]
    for name, part in (("train.jsonl.gz", lines), ("contrast.jsonl.gz", lines[:48]), (CALIBRATION, lines[-48:])):
        (folder / name).write_bytes(gzip.compress("\n".join(part).encode()))
    return folder


def run(name: str, *args: object, weights: Path | None = None) -> str:
    """Run a command of index.training in this process; what it printed, or 'error: ...' if it ended with code 2.

    The embedding model is a stand-in; `weights` stands for the quick reranker's.
    """
    from index.training import evaluate, fit_quick, loop, metrics

    module = importlib.import_module(f"index.training.{name}")
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(said):
        patch.setattr(sys, "argv", [name, *map(str, args)])
        patch.setitem(os.environ, "TOKENIZERS_PARALLELISM", "true")
        patch.setitem(loop.REPORT_EVERY, "cpu", 3)
        patch.setattr(metrics, "_RESAMPLES", 20)  # the intervals take most of the time
        patch.setattr(evaluate, "prepare_embedder", lambda _: HashedWords())
        patch.setattr(fit_quick, "prepare_embedder", lambda _: HashedWords())
        patch.setattr(fit_quick, "WEIGHTS", weights or fit_quick.WEIGHTS)
        code: object = 0
        try:
            in_plain_words(module.main)
        except SystemExit as stop:
            code = stop.code
    assert code in (0, 2)
    return said.getvalue()


def train(data: Path, out: Path, seconds: float, *more: object) -> str:
    return run("train", data, "--out", out, "--minutes", seconds / 60, "--rate", 3e-3, "--tokens", 768, *more)


def log(out: Path, name: str) -> list[float]:
    lines = [json.loads(line) for line in (out / "log.jsonl").read_text("utf-8").splitlines()]
    return [line[name] for line in lines if name in line]


@pytest.fixture(scope="module")
def trained(data: Path, narrow: None, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001
    """The folder of a training of the small reader."""
    out = tmp_path_factory.mktemp("trained")
    train(data, out, 12)
    return out


@pytest.fixture(scope="module")
def published(data: Path, trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of its reader."""
    folder = tmp_path_factory.mktemp("readers") / "small"
    run("publish", data, "--checkpoint", trained / "last.pt", "--to", folder, "--write")
    return folder


def test_training_learns_and_goes_on_within_its_time(data: Path, trained: Path, tmp_path: Path) -> None:
    found = log(trained, "loss")
    assert found[-1] < 0.7 * found[0]
    out = Path(shutil.copytree(trained, tmp_path / "out"))
    steps = log(out, "steps")[-1]
    assert "going on after" in train(data, out, 16)
    assert log(out, "steps")[-1] > steps
    assert log(out, "loss")[len(found)] < found[0], "it begins where it ended"
    steps = log(out, "steps")[-1]
    train(data, out, 16)
    assert log(out, "steps")[-1] == steps, "the time is spent"


def test_a_pupil_learns_from_a_teacher_in_8_bits(data: Path, trained: Path, tmp_path: Path) -> None:
    last = trained / "last.pt"
    train(data, tmp_path / "pupil", 8, "--teacher", last, "--eight-bits")
    train(data, tmp_path / "same", 4, "--teacher", last, "--start", last, "--limit", 60)
    pupil, same = (log(tmp_path / name, "loss") for name in ("pupil", "same"))
    assert pupil[-1] < pupil[0]
    assert same[0] < pupil[0], "who begins as the teacher agrees with it"


def test_frozen_layers_stay_as_they_are(data: Path, trained: Path, tmp_path: Path) -> None:
    from index.training.network import load_weights

    train(data, tmp_path / "upper", 4, "--start", trained / "last.pt", "--frozen", 1)
    before, after = (load_weights(p / "last.pt")[1] for p in (trained, tmp_path / "upper"))
    changed = {name for name, value in before.items() if not value.equal(after[name])}
    assert any(".layer.1." in name for name in changed)
    assert not any(".layer.0." in name or "embeddings" in name for name in changed)


def test_a_published_reader_says_what_the_network_says(data: Path, trained: Path, published: Path) -> None:
    """The file says what the trained network says, but for the rounding to 8 bits; its curve is of this data."""
    from index.training.layout import RememberingLayout
    from index.training.network import build, load_weights
    from index.training.train import predict

    reader = Reader.open(published)
    assert reader is not None
    assert reader.card.title == "MiniLM-L6 reader"
    assert set(reader.card.data) == {"train.jsonl.gz", "contrast.jsonl.gz", CALIBRATION}
    assert reader.card.measured["calibration"]["made_p1"] > 0.8
    examples = read(data / CALIBRATION)
    theirs = predict(build(*load_weights(trained / "last.pt")), examples, RememberingLayout(), "cpu")
    ours = reader.read_many([(e.question, e.header, e.sentences) for e in examples])
    a, b = (np.concatenate(part) for part in ([p.scores for p in theirs], [r.sentences for r in ours]))
    assert np.corrcoef(a, b)[0, 1] > 0.98
    sure = [reader.card.curve.probability(r.any) for r in ours]
    right = [e.answerable for e in examples]
    assert np.mean(sure) == pytest.approx(np.mean(right), abs=0.15)


def test_a_published_reader_that_is_damaged_is_refused_by_name(published: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(published, tmp_path / "small"))
    (folder / "weights-1.bin").write_bytes(b"other")
    with pytest.raises(ModelError, match=r"weights-1\.bin in 'small' is not the one"):
        Reader.open(folder)
    (folder / "weights-1.bin").unlink()
    with pytest.raises(ModelError, match="'small' cannot be read"):
        Reader.open(folder)


def test_a_reader_that_is_published_anew_keeps_its_thresholds(data: Path, trained: Path, tmp_path: Path) -> None:
    (tmp_path / "weights-9.bin").write_bytes(b"of an earlier one")
    command = ("publish", data, "--checkpoint", trained / "last.pt", "--to", tmp_path, "--limit", 20)
    run(*command, "--write")
    card = ReaderCard.model_validate_json((tmp_path / CARD).read_bytes())
    assert {p.name for p in tmp_path.iterdir()} == {CARD, *card.files}
    measured = Thresholds(cautious=0.9, balanced=0.8, generous=0.7)
    card = card.model_copy(update={"thresholds": measured})
    (tmp_path / CARD).write_text(card.model_dump_json(), "utf-8")
    before = {p.name: p.stat().st_mtime_ns for p in tmp_path.iterdir()}
    assert ReaderCard.model_validate_json(run(*command)).thresholds == measured
    assert {p.name: p.stat().st_mtime_ns for p in tmp_path.iterdir()} == before, "written only with --write"
    (tmp_path / CARD).write_text("no card", "utf-8")
    assert "error: " in run(*command)


def test_the_quick_weights_are_fitted_anew(data: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(SHIPPED / "quick.json", tmp_path))
    before = Weights.model_validate_json(path.read_bytes())
    assert "p1_search" in run("fit_quick", data, "--questions", 60, weights=path)
    assert Weights.model_validate_json(path.read_bytes()) == before
    run("fit_quick", data, "--questions", 60, "--write", weights=path)
    fitted = Weights.model_validate_json(path.read_bytes())
    assert fitted.thresholds == before.thresholds
    assert fitted.sentence != before.sentence


def test_readers_are_measured_beside_their_baselines(data: Path, published: Path, tmp_path: Path) -> None:
    report, picture = tmp_path / "report.json", tmp_path / "risk.svg"
    shown = run(
        "evaluate", data / CALIBRATION, "--reader", published, SHIPPED / "small", "--failures", "--json", report
    )
    for word in (str(published), "embedding", "BM25", "chance", "P@1", "AUROC", "pairs/s", "made", "other"):
        assert word in shown
    assert len(json.loads(report.read_text("utf-8"))["rows"]) == 15, "five rankers on two sets and on both"
    run("evaluate", data / CALIBRATION, "--reader", published, "--limit", 30, "--json", report)
    found = json.loads(report.read_text("utf-8"))
    assert [r["questions"] for r in found["rows"] if r["ranker"] == "small"] == [15, 15, 30]
    done = subprocess.run([sys.executable, ROOT / "docs/make_risk_coverage.py", report, "--out", picture], check=False)
    assert done.returncode == 0
    assert picture.read_text("utf-8").count("<polyline") == 8, "four rankers on two sets"


def statements() -> list[dict[str, object]]:
    """Statements on the made-up towns, of each stance one a town."""
    found: list[dict[str, object]] = []
    for n, row in enumerate(rows()[::3]):
        year = 1500 + 7 * n
        about = {"n": n, **{name: row[name] for name in ("title", "header", "sentences")}}
        for claim, label, evidence in (
            (f"The charter of {row['title']} is of {year}.", "supported", [1]),
            (f"The charter of {row['title']} is of {year + 1}.", "contradicted", [1]),
            (f"{row['title']} is the only town in the north.", "partly", [0]),
            ("The mill was burned.", "not mentioned", []),
        ):
            found.append(about | {"claim": claim, "label": label, "evidence": evidence})
    return found


@pytest.fixture(scope="module")
def claims(trained: Path, published: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folder of a training of the reader of claims, and that of both readers as published."""
    out, folder = tmp_path_factory.mktemp("claims"), tmp_path_factory.mktemp("both") / "deep"
    lines = [json.dumps(s) for s in statements()]
    (out / "claims.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    options = ("--out", out, "--start", trained / "last.pt", "--upper", 1)
    run("train_claims", out, *options, "--minutes", 0.2, "--rate", 3e-3, "--tokens", 768)
    shutil.copytree(published, folder)
    run("publish_claims", out, "--checkpoint", out / "last.pt", "--to", folder, "--write")
    return out, folder


def test_a_reader_of_claims_learns_and_keeps_the_lower_layers(trained: Path, claims: tuple[Path, Path]) -> None:
    from index.training.network import load_checkpoint, load_weights

    losses = log(claims[0], "loss")
    assert losses[-1] < 0.9 * losses[0]
    before, after = load_weights(trained / "last.pt")[1], load_checkpoint(claims[0] / "last.pt", "cpu")["model"]
    changed = {name for name, value in before.items() if name in after and not value.equal(after[name].float())}
    assert any(".layer.1." in name for name in changed)
    assert not any(".layer.0." in name or "embeddings" in name for name in changed)


def test_a_published_reader_of_claims_says_what_the_network_says(claims: tuple[Path, Path]) -> None:
    from index.training.claim_data import read_claim_sets
    from index.training.layout import RememberingLayout
    from index.training.publish_claims import load_claims
    from index.training.train_claims import predict

    out, folder = claims
    card = ReaderCard.model_validate_json((folder / CLAIMS_CARD).read_bytes())
    assert "weights-1.bin" in card.files, "what it shares lies in the other reader's file"
    assert sum((folder / f).stat().st_size for f in card.files if f.startswith("claims-")) < 400_000
    assert card.thresholds.cautious >= card.thresholds.balanced >= card.thresholds.generous
    held = read_claim_sets(out)[1]
    theirs = predict(load_claims(out / "last.pt"), held, RememberingLayout())
    reader = OnnxClaimReader.open(folder)
    assert reader is not None
    ours = reader.read([(s.claim, Evidence(s.sentences, s.header)) for s in held])
    assert np.corrcoef(theirs[:, 0], [b.supported for b in ours])[0, 1] > 0.9
    assert Reader.open(folder) is not None, "the other reader is as before"


def test_what_a_reader_of_claims_shares_must_be_there(claims: tuple[Path, Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(claims[1], tmp_path / "deep"))
    (folder / "weights-1.bin").write_bytes(b"of another reader")
    with pytest.raises(ModelError, match=r"weights-1\.bin in 'deep' is not the one that claims\.json names"):
        OnnxClaimReader.open(folder)
    assert OnnxClaimReader.open(tmp_path) is None


def test_a_new_reader_keeps_the_reader_of_claims_beside_it(
    data: Path, trained: Path, claims: tuple[Path, Path], tmp_path: Path
) -> None:
    """It says the same, and shares those layers that the new reader has as they were."""
    folder = Path(shutil.copytree(claims[1], tmp_path / "deep"))
    asked = [("The charter of Aldport is of 1500.", Evidence(("Aldport got its charter in 1500.",), "Aldport"))]
    before = OnnxClaimReader.open(folder)
    train(data, tmp_path / "other", 2, "--start", trained / "last.pt", "--frozen", 1)
    run("publish", data, "--to", folder, "--limit", 20, "--write", "--checkpoint", tmp_path / "other" / "last.pt")
    assert (folder / "weights-1.bin").read_bytes() != (claims[1] / "weights-1.bin").read_bytes()
    after = OnnxClaimReader.open(folder)
    assert before is not None
    assert after is not None
    assert after.read(asked) == before.read(asked)
    card = ReaderCard.model_validate_json((folder / CLAIMS_CARD).read_bytes())
    assert "weights-1.bin" in card.files
    assert sum((folder / f).stat().st_size for f in card.files if f.startswith("claims-")) < 400_000


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ("train_claims {data} --out {tmp}/out --start {last}", "holds no claims.jsonl.gz"),
        ("publish_claims {data} --checkpoint {last} --to {tmp}", "holds no reader.json; publish the deep reader"),
        ("publish_claims {data} --checkpoint {last}", "holds a small reader; name the last.pt of a training of claims"),
        ("train {data} --out {tmp}/out --start {tmp}/no.pt", "no.pt: no checkpoint"),
        ("train {data} --out {tmp}/out --teacher {tmp}/no.pt", "no.pt: no checkpoint"),
        ("train {data} --out {tmp}/out --size deep --start {last}", "holds a small reader, not a deep one; add --size"),
        ("train {tmp} --out {tmp}/out", "holds no training data"),
        ("publish {data} --checkpoint {tmp}/no.pt", "no.pt: no checkpoint"),
        ("publish {tmp} --checkpoint {last}", "holds no training data"),
        ("fit_quick {tmp}", "holds no training data"),
        ("evaluate {tmp}/nothing.gz", "nothing.gz: cannot be read"),
        ("evaluate {data}/calibration.jsonl.gz --reader {tmp}", "no reader.onnx in"),
    ],
)
def test_an_error_is_one_plain_sentence(args: str, said: str, data: Path, trained: Path, tmp_path: Path) -> None:
    (tmp_path / "no.pt").write_bytes(b"no checkpoint")
    shown = run(*args.format(data=data, tmp=tmp_path, last=trained / "last.pt").split())
    assert said in shown
    assert shown.splitlines()[-1].startswith("error: ")
