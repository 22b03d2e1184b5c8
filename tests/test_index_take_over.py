"""An index that took over what has not changed is the index that a whole build makes, and a kill leaves the old one."""

from __future__ import annotations

import ast
import os
import random
import shutil
import subprocess
import sys
from contextlib import closing
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from chromadb.api.models.Collection import Collection
from chromadb.errors import InternalError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sources.lock import lock_of
from index.build import making
from index.build.build import build
from index.build.status import stale_reason
from index.build.verify import verify
from index.read.formats import FORMATS
from index.settings import IndexSettings
from index.storage import reuse
from index.storage.generation import Generation, open_current
from index.storage.lexical import LexicalIndex
from index.storage.vectors import VectorStore
from tests.fakes import HashedWords

WORDS = "boat pier bank council ferry storm crane harbour berth pilot island quay mayor strike price".split()
QUESTIONS = ("Who sold the boat to the bank?", "the storm at the pier", "What did the mayor say of ferry 7?")


def text_of(seed: int) -> str:
    """Some paragraphs; equal for equal seeds, so that texts come twice."""
    chosen = random.Random(seed)
    sentences = [
        " ".join(chosen.choices(WORDS, k=9)).capitalize() + f" in {seed * 7 + n}." for n in range(seed % 5 + 1)
    ]
    return "\n\n".join(sentences)


def change(folder: Path, what: tuple[str, int, int]) -> None:
    kind, name, seed = what
    path = folder / f"{name:02}.{'md' if name % 3 else 'txt'}"
    beside = path.with_name(path.name + ".meta.yaml")
    match kind:
        case "write":
            path.write_text(text_of(seed), "utf-8")
        case "remove":
            path.unlink(missing_ok=True)
            beside.unlink(missing_ok=True)
        case "state" if path.exists():
            kind = "note" if seed % 2 else "fulltext"  # a note is named with the source that has its address
            url = f"https://esk.example/{seed % 3}"
            beside.write_text(
                f"title: Title {seed}\npublished: 20{seed % 20 + 10}\nurl: {url}\nkind: {kind}\n", "utf-8"
            )
        case "name":  # of two files whose names make one id, one gets another
            (folder / f"{name:02}?{'a' if seed % 2 else '-a'}.txt").write_text(text_of(seed), "utf-8")


CHANGES = st.lists(
    st.tuples(st.sampled_from(["write", "write", "write", "remove", "state", "name"]), st.integers(0, 9),
              st.integers(0, 40)),
    min_size=1, max_size=4,
)  # fmt: skip


def answers(opened: Generation) -> list[object]:
    """What both engines find, passages and places included."""
    found: list[object] = []
    for question in QUESTIONS:
        vector = HashedWords().embed_queries([question])[0]
        for pairs in (opened.vectors.query(vector, 8), opened.lexical.search(question, 8)):
            passages = opened.passages([n for n, _ in pairs])
            found.append([(n, p, round(score, 4)) for (n, score), p in zip(pairs, passages, strict=True)])
    return found


def same(one: IndexSettings, other: IndexSettings) -> None:
    """Hold two indexes of one corpus against each other, byte for byte where they have to be."""
    assert lock_of(one).written() == lock_of(other).written()
    with closing(open_current(one)) as a, closing(open_current(other)) as b:
        for part in ("sources", "passed_over", "passages_of", "fingerprint"):
            assert getattr(a.manifest, part) == getattr(b.manifest, part)
        assert [*a.manifest.sources] == [*b.manifest.sources]
        assert a.sources() == b.sources()
        assert a.catalog.keys() == b.catalog.keys()
        ids = [*range(1, a.manifest.passages + 1)]
        assert a.passages(ids) == b.passages(ids)
        assert np.allclose(a.vectors.vectors(ids), b.vectors.vectors(ids), atol=1e-6)
        assert answers(a) == answers(b)


@pytest.mark.slow
@given(steps=st.lists(CHANGES, min_size=1, max_size=4), share=st.sampled_from([0.25, 50.0]))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_after_any_changes_the_index_is_that_of_a_whole_build(
    tmp_path_factory: pytest.TempPathFactory, steps: list[list[tuple[str, int, int]]], share: float
) -> None:
    folder = tmp_path_factory.mktemp("changes")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "first.md").write_text("# The first\n\nIt is never changed, and the mayor was asked.", "utf-8")
    for n in range(4):
        change(corpus, ("write", n, n))
    going_on = IndexSettings(home=folder / "on", corpus=corpus)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(making, "_MOST_GONE", share)
        build(going_on, embedder=HashedWords())
        for n, step in enumerate(steps):
            for what in step:
                change(corpus, what)
            build(going_on, embedder=HashedWords())
            assert verify(going_on).ok, verify(going_on).problems
            whole = IndexSettings(home=folder / f"whole-{n}", corpus=corpus)
            build(whole, embedder=HashedWords())
            same(going_on, whole)


@pytest.fixture
def built(tmp_path: Path) -> IndexSettings:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for n in range(12):
        (corpus / f"{n:02}.txt").write_text(text_of(n), "utf-8")
    wanted = IndexSettings(home=tmp_path / "home", corpus=corpus)
    build(wanted, embedder=HashedWords())
    return wanted


def test_a_changed_file_is_all_that_is_read_divided_and_stored(
    built: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    divided: list[str] = []
    stored: list[int] = []
    split, add = making.split, VectorStore.add
    monkeypatch.setattr(making, "split", lambda s, *rest: divided.append(s.file) or split(s, *rest))
    monkeypatch.setattr(VectorStore, "add", lambda self, ids, *rest: stored.extend(ids) or add(self, ids, *rest))
    (built.corpus / "05.txt").write_text("The pier was closed for good.", "utf-8")
    embedder = HashedWords()
    report = build(built, embedder=embedder)
    assert (divided, len(embedder.calls), len(stored), report.embedded) == (["05.txt"], 1, 1, 1)
    assert report.passages == report.reused + 1
    with closing(open_current(built)) as opened:
        question = HashedWords().embed_queries(["The pier was closed for good."])[0]
        n = opened.vectors.query(question, 1)[0][0]
        assert opened.passages([n])[0].text == "The pier was closed for good."
        assert opened.lexical.search("pier closed", 1)[0][0] == n


def test_other_rules_take_nothing_over_but_vectors(built: IndexSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    divided: list[str] = []
    split = making.split
    monkeypatch.setattr(making, "split", lambda s, *rest: divided.append(s.file) or split(s, *rest))
    monkeypatch.setattr("index.storage.reuse.rules", lambda: "those of another version")
    (built.corpus / "05.txt").write_text("The pier was closed for good.", "utf-8")
    embedder = HashedWords()
    build(built, embedder=embedder)
    assert (len(divided), len(embedder.calls)) == (12, 1)


def test_an_index_of_other_rules_is_built_again_though_no_file_changed(
    built: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else questions would be asked in terms that the index does not have."""
    assert stale_reason(built) is None
    monkeypatch.setattr("index.storage.reuse.rules", lambda: "those of another version")
    assert "built by another version of Footnote, of Python or of a library" in (stale_reason(built) or "")
    report = build(built, embedder=HashedWords())
    assert (report.built, report.embedded, bool(report.sources)) == (True, 0, False)
    assert stale_reason(built) is None
    assert not build(built, embedder=HashedWords()).built


def test_every_library_that_decides_what_is_stored_is_among_the_rules() -> None:
    """Or among what is noted of each source's reader."""
    decide_nothing = {"footnote", "numpy", "pydantic", "pydantic-settings", "filelock", "rapidfuzz"}
    owners = packages_distributions()
    used: set[str] = set()
    for folder in ("build", "read", "storage", "text", "fetched"):
        for path in Path(reuse.__file__).parent.parent.joinpath(folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_bytes())):
                names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                match node:
                    case ast.Call(ast.Attribute(attr="import_module"), [ast.Constant(str(name))]):
                        names.append(name)
                used |= {owners[top][0] for top in (name.split(".")[0] for name in names) if top in owners}
    noted = {*reuse._LIBRARIES, *(package for kind in FORMATS.values() for package in kind.packages.values())}
    left = {name.lower().replace("_", "-") for name in used} - {name.lower().replace("_", "-") for name in noted}
    assert left <= decide_nothing


def test_an_index_is_stamped_with_the_rules_that_run_and_not_with_those_on_disk(tmp_path: Path) -> None:
    """Footnote may be updated while its server runs."""
    package = Path(reuse.__file__).parent.parent
    shutil.copytree(package, tmp_path / "index", ignore=shutil.ignore_patterns("weights", "__pycache__"))
    update = (
        "import index.text.names as n, index.storage.reuse as r; open(n.__file__, 'a').write('#')\nprint(r.rules())"
    )
    place = {"cwd": tmp_path, "env": {**os.environ, "PYTHONPATH": str(tmp_path)}}
    done = subprocess.run([sys.executable, "-c", update], capture_output=True, text=True, check=True, **place)  # type: ignore[call-overload]
    assert (tmp_path / "index" / "text" / "names.py").read_bytes().endswith(b"#")
    assert done.stdout.strip() == reuse.rules()


def test_many_given_up_vectors_are_left_behind(built: IndexSettings) -> None:
    for n in range(12):
        (built.corpus / f"{n:02}.txt").write_text(f"The pier was closed on day {n}.", "utf-8")
        build(built, embedder=HashedWords())
    with closing(open_current(built)) as opened:
        keys = opened.vectors._keys
        assert keys is None or keys.gone <= opened.manifest.passages * 0.25
    whole = built.model_copy(update={"home": built.home.with_name("whole")})
    build(whole, embedder=HashedWords())
    same(built, whole)


class KilledError(BaseException):
    pass


@pytest.mark.parametrize(
    ("owner", "step"),
    [(VectorStore, "go_on"), (VectorStore, "add"), (VectorStore, "count"), (LexicalIndex, "commit")],
)
def test_a_killed_change_leaves_the_old_index_to_its_readers(
    built: IndexSettings, monkeypatch: pytest.MonkeyPatch, owner: type, step: str
) -> None:
    def die(*_: object, **__: object) -> None:
        raise KilledError

    with closing(open_current(built)) as reader:
        before = answers(reader)
        (built.corpus / "05.txt").write_text("The pier was closed for good.", "utf-8")
        with monkeypatch.context() as patched:
            patched.setattr(owner, step, die)
            with pytest.raises(KilledError):
                build(built, embedder=HashedWords())
        assert answers(reader) == before
        with closing(open_current(built)) as again:
            assert (again.id, answers(again)) == (reader.id, before)
        assert verify(built).ok
        build(built, embedder=HashedWords())
        assert answers(reader) == before
    whole = built.model_copy(update={"home": built.home.with_name("whole")})
    build(whole, embedder=HashedWords())
    same(built, whole)


def test_a_source_whose_id_another_takes_gets_another(built: IndexSettings) -> None:
    (built.corpus / "05.txt.meta.yaml").write_text("id: 07.txt\n", "utf-8")
    build(built, embedder=HashedWords())
    whole = built.model_copy(update={"home": built.home.with_name("whole")})
    build(whole, embedder=HashedWords())
    same(built, whole)


def test_a_note_that_did_not_change_learns_of_its_original(built: IndexSettings) -> None:
    address = "url: https://esk.example/sale\n"
    (built.corpus / "05.txt.meta.yaml").write_text(f"id: note\nkind: note\n{address}", "utf-8")
    build(built, embedder=HashedWords())
    (built.corpus / "sale.txt").write_text("The harbour was sold to a bank.", "utf-8")
    (built.corpus / "sale.txt.meta.yaml").write_text(address, "utf-8")
    report = build(built, embedder=HashedWords())
    assert (report.sources.added, report.sources.changed) == (("sale.txt",), ("note",))
    with closing(open_current(built)) as opened:
        assert opened.source("note").original == "sale.txt"
    (built.corpus / "sale.txt.meta.yaml").unlink()
    build(built, embedder=HashedWords())
    with closing(open_current(built)) as opened:
        assert opened.source("note").original == ""


@pytest.mark.parametrize("step", ["delete", "count"])
def test_vectors_that_cannot_be_taken_over_are_stored_anew(
    built: IndexSettings, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Chroma gives one client a folder to the whole process: one that failed must not serve the new store."""
    failures = iter([InternalError("the graph is broken")])
    kept = getattr(Collection, step)

    def fail(self: Collection, *rest: Any, **named: Any) -> Any:
        for error in failures:
            raise error
        return kept(self, *rest, **named)

    (built.corpus / "05.txt").write_text("The pier was closed for good.", "utf-8")
    with monkeypatch.context() as patched:
        patched.setattr(Collection, step, fail)
        report = build(built, embedder=HashedWords())
    assert [note for note in report.notes if "stored anew" in note], report.notes
    assert verify(built).ok
    whole = built.model_copy(update={"home": built.home.with_name("whole")})
    build(whole, embedder=HashedWords())
    same(built, whole)
