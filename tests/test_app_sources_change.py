"""Sources added and removed: what they are taken for is shown first, and all is done or nothing."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bundle.replay import replay
from app.bundle.write import pack
from app.chat.session.engine import EngineProvider
from app.chat.view.source_viewer import source_link_html
from app.cli.options import corpus_settings
from app.engine import Engine
from app.settings import Settings
from app.sources.add import prepare
from app.sources.incoming import Incoming
from app.sources.remove import remove
from app.sources.trash import empty, in_trash
from app.words.languages import ENGLISH
from index.build.build import build
from index.build.status import stale_reason
from index.errors import BuildLockedError, CorpusError, StoreError, UnknownSourceError, UsageError
from index.fetched.store import changing_pages
from index.read.front_matter import read_fields, write_fields
from index.retrieve import Retriever
from index.settings import IndexSettings
from index.source import Kind, Relation
from index.storage.generation import open_current
from tests.bad_files import BAD
from tests.conftest import Footnote
from tests.documents import column, pdf
from tests.fakes import HashedWords, write_source

TEXT = b"The council of Esk sold the harbour to Hanno Wirt on Monday."
PAGE = b"<html><head><title>Pier</title></head><body><p>Hanno Wirt promised to repair the old pier.</p></body></html>"


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    corpus = tmp_path / "corpus"
    write_source(corpus, "paper", "The yard built forty ships.", kind="article", relation="article")
    write_source(corpus, "union", "The union counted 31 ships.", relation="disputes")
    made = IndexSettings(home=tmp_path / "home", corpus=corpus)
    build(made, embedder=HashedWords())
    return made


def add(settings: IndexSettings, *incoming: Incoming) -> HashedWords:
    embedder = HashedWords()
    prepare(settings, incoming).commit(embedder=embedder)
    return embedder


def state(settings: IndexSettings) -> dict[str, str]:
    """Every file of the corpus, and which index serves."""
    files = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in settings.corpus.rglob("*") if p.is_file()}
    return {str(path): digest for path, digest in files.items()} | {
        "index": (settings.home / "current").read_text("ascii")
    }


def test_a_new_source_is_indexed_and_nothing_else_is_read_again(settings: IndexSettings) -> None:
    addition = prepare(settings, [Incoming(PAGE, "pier.html", {"published": "2024-05", "relation": "cited"})])
    (proposal,) = addition.proposals
    assert (proposal.facts.title, proposal.facts.published, proposal.file) == ("Pier", "2024-05", "sources/pier.html")
    assert (proposal.stated, "title" in proposal.guessed) == (("relation", "published"), True)
    embedder = HashedWords()
    report = addition.commit(embedder=embedder)
    assert report.sources.added == ("pier.html",)
    assert len(embedder.calls) == 1
    assert (settings.corpus / "sources" / "pier.html").read_bytes() == PAGE
    source = open_current(settings).source("pier.html")
    assert (source.facts, source.guessed) == (proposal.facts, proposal.guessed)
    assert source.relation is Relation.CITED
    assert stale_reason(settings) is None


def test_a_page_is_read_once_for_the_preview_and_the_index(settings: IndexSettings) -> None:
    report = prepare(settings, [Incoming(PAGE, "pier.html")]).commit(embedder=HashedWords())
    assert (report.files_read, report.files_reused) == (0, 1)


def test_a_preview_leaves_everything_as_it_was(settings: IndexSettings) -> None:
    before, home = state(settings), sorted(settings.home.rglob("*"))
    prepare(settings, [Incoming(PAGE, "pier.html")], keep=False)
    assert (state(settings), sorted(settings.home.rglob("*"))) == (before, home)


def test_what_lies_in_the_folder_since_may_take_the_text_and_the_id_of_an_indexed_file(tmp_path: Path) -> None:
    corpus = tmp_path / "papers"
    corpus.mkdir()
    (corpus / "report.txt").write_text("The harbour was sold to a bank.")
    (corpus / "the-pier.txt").write_text("The old pier was closed.")
    settings = IndexSettings(home=tmp_path / "home", corpus=corpus)
    build(settings, embedder=HashedWords())
    (corpus / "a copy.txt").write_text("The harbour was sold to a bank.")
    (corpus / "the pier.txt").write_text("The new pier was opened.")
    report = prepare(settings, [Incoming(PAGE, "pier.html")]).commit(embedder=HashedWords())
    assert [line.split(":")[0] for line in report.passed_over] == ["report.txt"]
    assert stale_reason(settings) is None


def test_facts_with_every_kind_of_letter_come_back_from_the_sidecar(settings: IndexSettings) -> None:
    title = "He said: “no” – 'yes', #1 & [2]: Гавань {x} | > - ? *"
    add(settings, Incoming(TEXT, "a.txt", {"title": title, "published": "2012", "author": "", "id": "sale"}))
    source = open_current(settings).source("sale")
    assert (source.title, source.published, source.author, source.file) == (title, "2012", None, "sources/sale.txt")
    assert source.kind is Kind.FULLTEXT


def test_a_folder_without_an_article_keeps_its_other_files(tmp_path: Path) -> None:
    """A folder sources/ would hide them."""
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "old.txt").write_text("Fishermen protested against the sale of boats.")
    settings = IndexSettings(home=tmp_path / "home", corpus=folder)
    add(settings, Incoming(TEXT, "new.txt"))
    assert [s.id for s in open_current(settings).sources()] == ["new.txt", "old.txt"]
    with pytest.raises(CorpusError, match=r"the article of a corpus is its file article\.txt"):
        prepare(settings, [Incoming(b"Another text of some words.", "article.txt")])


def test_an_empty_folder_gets_its_first_source(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    settings = IndexSettings(home=tmp_path / "home", corpus=tmp_path / "new")
    add(settings, Incoming(TEXT, "first.txt"))
    assert [s.id for s in open_current(settings).sources()] == ["first.txt"]


UNION = b"The union counted 31 ships."
WRONG = [
    (Incoming(b"", "a.txt"), r"a\.txt: it is empty"),
    (Incoming(b"MZ\x90", "a.exe"), r"a\.exe: files of this kind cannot be read"),
    (Incoming(b"MZ\x90\0", "a.pdf"), r"a\.pdf: its name ends in \.pdf, and it is a program"),
    (Incoming(pdf([[]]), "scan.pdf"), r"scan\.pdf: "),
    (Incoming(pdf([column(["Some words here."])])[:300], "cut.pdf"), r"cut\.pdf: "),
    (Incoming(b"x" * 2_000_000, "big.txt"), r"big\.txt: it has 2 MB, more than `largest_file` allows"),
    (Incoming(UNION, "union-text.txt"), r"it holds the same text as sources/union\.md"),
    (
        Incoming(b"Other words of a union.", "other.txt", {"id": "union"}),
        r"'union' is already the id of sources/union\.md",
    ),
    (Incoming(TEXT, "a.txt", {"published": "2024-02-31"}), r"field 'published': '2024-02-31' has no such day"),
    (Incoming(TEXT, "a.txt", {"id": "../../up"}), r"field 'id': '\.\./\.\./up' has a form that is not allowed"),
    (Incoming(TEXT, "a.txt", {"kind": "article", "relation": "article"}), r"the article of a corpus is its file"),
    (Incoming(b"---\nid: x\n---\nText.", "bad.md"), r"sources/bad\.md: field 'title': is missing"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=[said[:40] for _, said in WRONG])
def test_one_bad_file_and_nothing_is_added(settings: IndexSettings, wrong: Incoming, said: str) -> None:
    settings = settings.model_copy(update={"largest_file": 1})
    before = state(settings)
    with pytest.raises(CorpusError, match=said) as raised:
        add(settings, Incoming(b"Quite other words of a good file.", "good.txt"), wrong)
    assert "\n" not in str(raised.value)
    assert state(settings) == before


@pytest.mark.parametrize(("name", "make", "reason"), BAD, ids=[name for name, _, _ in BAD])
def test_a_bad_file_is_one_line_in_the_terminal(
    footnote_here: Footnote, settings: IndexSettings, tmp_path: Path, name: str, make: Callable[[], bytes], reason: str
) -> None:
    (tmp_path / name).write_bytes(make())
    before = state(settings)
    env = {"FOOTNOTE_HOME": str(settings.home), "FOOTNOTE_CORPUS": str(settings.corpus)}
    done = footnote_here("sources", "add", name, "--title", "A title", **env)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"footnote: {name}: ")
    assert reason in done.stderr
    assert state(settings) == before
    assert stale_reason(settings) is None


def test_the_same_file_twice_is_refused(settings: IndexSettings) -> None:
    add(settings, Incoming(TEXT, "sale.txt"))
    with pytest.raises(CorpusError, match=r"again\.txt: the corpus has this very file already, as sources/sale\.txt"):
        prepare(settings, [Incoming(TEXT, "again.txt", {"id": "other"})])
    with pytest.raises(CorpusError, match=r"the corpus has another file sources/sale\.txt"):
        prepare(settings, [Incoming(b"The sale was called off.", "sale.txt")])
    with pytest.raises(CorpusError, match="this very file already"):
        prepare(settings, [Incoming(b"New words.", "b.txt"), Incoming(b"New words.", "c.txt")])


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\a.txt", "a.txt"),
        (".hidden.txt", "hidden.txt"),
        ("suggestions.txt", "source-suggestions.txt"),
        ("a\x1b[2J\u0000b?.TXT", "a-[2J-b-.txt"),
        ("\udcff.txt", "\ufffd.txt"),
        ("..txt", "source.txt"),
        ("ї" * 300 + ".txt", "ї" * 98 + ".txt"),
    ],
)
def test_a_strangers_name_stays_in_its_folder(settings: IndexSettings, given: str, kept: str) -> None:
    assert prepare(settings, [Incoming(TEXT, given)]).proposals[0].file == f"sources/{kept}"


@pytest.mark.parametrize("where", ["app.sources.add.build", "app.sources.add.sync"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), KeyboardInterrupt()])
def test_a_full_disk_or_an_interruption_leaves_everything_as_it_was(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch, where: str, error: BaseException
) -> None:
    before = state(settings)
    addition = prepare(settings, [Incoming(TEXT, "sale.txt", {"title": "T"}), Incoming(PAGE, "pier.html")])

    def fail(*_args: object, **_named: object) -> None:
        raise error

    monkeypatch.setattr(where, fail)
    with pytest.raises((StoreError, OSError, KeyboardInterrupt)):
        addition.commit(embedder=HashedWords())
    assert state(settings) == before
    monkeypatch.undo()
    assert stale_reason(settings) is None


def test_an_interruption_after_the_switch_undoes_nothing(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index that serves has the source, so its file stays."""

    def interrupted(*args: IndexSettings, **named: HashedWords) -> None:
        build(*args, embedder=named["embedder"])
        raise KeyboardInterrupt

    monkeypatch.setattr("app.sources.add.build", interrupted)
    with pytest.raises(KeyboardInterrupt):
        add(settings, Incoming(TEXT, "sale.txt"))
    assert stale_reason(settings) is None
    assert open_current(settings).source("sale.txt").text == TEXT.decode()


def test_a_licence_that_a_page_names_is_found(settings: IndexSettings) -> None:
    link = b'<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">Licence</a>'
    (proposal,) = prepare(settings, [Incoming(PAGE.replace(b"</body>", link + b"</body>"), "pier.html")]).proposals
    assert (proposal.facts.licence, "licence" in proposal.guessed) == ("CC BY 4.0", True)


def test_removal_goes_to_the_trash_and_is_noticed(settings: IndexSettings) -> None:
    """By the next answer, by links and by bundles that quote the source."""
    add(settings, Incoming(TEXT, "sale.txt", {"title": "The sale"}))
    wanted = Settings(home=settings.home, corpus=settings.corpus, reader="none")
    engine = Engine(wanted, Retriever(settings, open_current(settings), HashedWords()), refusing=False)
    answer = engine.answer("To whom did the council sell the harbour?")
    assert answer.quotes[0].source_id == "sale.txt"
    bundle = pack([answer], engine.sources(), wanted, "Harbour")
    removal = remove(settings, ["sale.txt"], embedder=HashedWords())
    assert removal.index.sources.removed == ("sale.txt",)
    assert removal.sources[0].files == ("sources/sale.txt", "sources/sale.txt.meta.yaml")
    assert removal.trash is not None
    assert (removal.trash / "sources" / "sale.txt").read_bytes() == TEXT
    assert removal.trash.is_relative_to(settings.home)
    assert not list(settings.corpus.rglob("sale*"))
    assert stale_reason(settings) is None
    assert "sale.txt" not in {q.source_id for q in engine.answer("To whom did the council sell the harbour?").quotes}
    with pytest.raises(UnknownSourceError):
        engine.source("sale.txt")
    replayed = replay(bundle, settings.home)
    assert replayed.ok
    assert {q.here for q in replayed.quotes if q.source_id == "sale.txt"} == {"absent"}
    link = source_link_html(EngineProvider(lambda: engine, engine), {"source": "sale.txt", "span": "0-10"}, 1, ENGLISH)
    assert "a source that is not in the index: sale.txt" in link
    engine.close()


def test_what_cannot_be_taken_back_is_named_behind_what_went_wrong(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(settings)
    stuck, unlink = settings.corpus / "sources" / "pier.html", Path.unlink

    def fail(*_args: object, **_named: object) -> None:
        raise StoreError("the index: no space left")

    def locked(path: Path, **named: bool) -> None:
        if path == stuck:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        unlink(path, **named)

    addition = prepare(settings, [Incoming(TEXT, "sale.txt", {"title": "T"}), Incoming(PAGE, "pier.html")])
    with monkeypatch.context() as patch:
        patch.setattr("app.sources.add.build", fail)
        patch.setattr(Path, "unlink", locked)
        with pytest.raises(StoreError) as caught:
            addition.commit(embedder=HashedWords())
    assert str(caught.value) == (
        "the index: no space left; remove from the corpus what could not be taken back: pier.html (Permission denied)"
    )
    stuck.unlink()
    assert state(settings) == before


@pytest.mark.parametrize(("name", "now"), [("sale.txt", "Esk sold it."), ("sale.txt.meta.yaml", "title: The sale\n")])
def test_what_was_edited_while_the_index_was_built_is_not_taken_back(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch, name: str, now: str
) -> None:
    """Nor what is stated of it in the file beside it; the rest is."""
    sources, before = settings.corpus / "sources", state(settings)

    def edited(*_args: object, **_named: object) -> None:
        (sources / name).write_text(now, "utf-8")
        raise StoreError("the index: no space left")

    addition = prepare(settings, [Incoming(TEXT, "sale.txt", {"title": "T"}), Incoming(PAGE, "pier.html")])
    with monkeypatch.context() as patch:
        patch.setattr("app.sources.add.build", edited)
        with pytest.raises(StoreError) as caught:
            addition.commit(embedder=HashedWords())
    assert str(caught.value) == (
        f"the index: no space left; edited meanwhile, and stays in the corpus for the next build: {name}"
    )
    assert {path.name for path in sources.iterdir()} == {"union.md", "sale.txt", "sale.txt.meta.yaml"}
    assert (sources / name).read_text("utf-8") == now
    assert {p: d for p, d in state(settings).items() if "sale.txt" not in p} == before
    build(settings, embedder=HashedWords())
    held = open_current(settings).source("sale.txt")
    assert (held.text, held.title) == (("Esk sold it.", "T") if name == "sale.txt" else (TEXT.decode(), "The sale"))


def test_a_removal_that_cannot_be_taken_back_loses_no_file(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(settings, Incoming(TEXT, "sale.txt"), Incoming(PAGE, "pier.html"))
    before, move = state(settings), shutil.move
    failing: list[bool] = []

    def fail(*_args: object, **_named: object) -> None:
        failing.append(True)
        raise KeyboardInterrupt

    def stuck(path: Path, there: Path) -> None:
        if failing and there.name == "sale.txt":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(there))
        move(path, there)

    with monkeypatch.context() as patch:
        patch.setattr("app.sources.remove.build", fail)
        patch.setattr("app.sources.aside.shutil.move", stuck)
        with pytest.raises(KeyboardInterrupt) as caught:
            remove(settings, ["sale.txt", "pier.html"])
    (trash,) = (settings.home / "trash").iterdir()
    assert caught.value.__notes__ == [f"put back into the corpus what lies in {trash}: sale.txt (Permission denied)"]
    (trash / "sources" / "sale.txt").rename(settings.corpus / "sources" / "sale.txt")
    assert state(settings) == before


def linked(settings: IndexSettings) -> Path:
    """Put a source that is a relative link into the corpus, and index it; return the link."""
    (settings.corpus.parent / "sale of the harbour.txt").write_bytes(TEXT)
    link = settings.corpus / "sources" / "sale.txt"
    link.symlink_to(Path("../..") / "sale of the harbour.txt")
    build(settings, embedder=HashedWords())
    return link


def test_a_removal_of_a_link_that_fails_leaves_the_link(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = linked(settings)
    before = state(settings)
    monkeypatch.setattr("app.sources.remove.build", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt) as caught:
        remove(settings, ["sale.txt", "union"])
    assert (link.is_symlink(), state(settings)) == (True, before)
    assert not hasattr(caught.value, "__notes__")
    assert list((settings.home / "trash").iterdir()) == []


def test_a_move_to_another_disk_that_broke_off_leaves_nothing_in_the_trash(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(settings)
    before = state(settings)

    def half(path: Path, there: Path) -> None:
        if path.is_symlink():
            there.symlink_to(path.readlink())
        else:
            there.write_bytes(path.read_bytes()[:9])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(there))

    monkeypatch.setattr("app.sources.aside.shutil.move", half)
    with pytest.raises(StoreError, match="free space"):
        remove(settings, ["sale.txt", "union"])
    assert state(settings) == before
    assert list((settings.home / "trash").iterdir()) == []


def test_a_file_that_was_written_again_meanwhile_does_not_cost_the_old_one(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As by an editor that is open."""
    path = settings.corpus / "sources" / "union.md"
    old = path.read_bytes()

    def saved(*_args: object, **_named: object) -> None:
        path.write_bytes(b"Another text.")
        raise StoreError("the index: no space left")

    monkeypatch.setattr("app.sources.remove.build", saved)
    with pytest.raises(StoreError, match=r"sources/union\.md \(the corpus has another file there by now\)"):
        remove(settings, ["union"])
    (trash,) = in_trash(settings.home)
    assert (trash.folder / "sources" / "union.md").read_bytes() == old
    assert path.read_bytes() == b"Another text."


def test_a_removal_that_waited_for_a_build_with_the_source_is_taken_back(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = settings.corpus / "sources" / "union.md"
    raw, serving = path.read_bytes(), open_current(settings).id

    def interrupted(*_args: object, **_named: object) -> None:
        path.write_bytes(raw)  # another's build has read it before it was moved
        build(settings, full=True, embedder=HashedWords())
        path.unlink()
        raise KeyboardInterrupt

    monkeypatch.setattr("app.sources.remove.build", interrupted)
    with pytest.raises(KeyboardInterrupt):
        remove(settings, ["union"])
    assert open_current(settings).id != serving
    assert path.read_bytes() == raw
    assert stale_reason(settings) is None


def test_what_another_build_has_taken_in_stays_when_the_rest_is_taken_back(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    pier = settings.corpus / "sources" / "pier.html"

    def interrupted(*_args: object, **_named: object) -> None:
        pier.unlink()  # another's build has looked before it was written
        build(settings, embedder=HashedWords())
        pier.write_bytes(PAGE)
        raise StoreError("the index: no space left")

    monkeypatch.setattr("app.sources.add.build", interrupted)
    addition = prepare(settings, [Incoming(TEXT, "sale.txt", {"title": "T"}), Incoming(PAGE, "pier.html")])
    with pytest.raises(StoreError, match=r"in the index all the same: sale\.txt"):
        addition.commit(embedder=HashedWords())
    assert not pier.exists()
    assert open_current(settings).source("sale.txt").title == "T"
    assert stale_reason(settings) is None


def test_a_copy_to_the_trash_that_breaks_off_leaves_the_file_whole(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To another disk a file is copied, and removed only then."""
    before, move = state(settings), shutil.move

    def breaking(path: Path, there: Path) -> None:
        if there.is_relative_to(settings.corpus):
            move(path, there)
            return
        there.write_bytes(path.read_bytes()[:5])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr("app.sources.aside.shutil.move", breaking)
        with pytest.raises(StoreError, match="cannot be moved to the trash"):
            remove(settings, ["union"])
    assert state(settings) == before
    assert not list((settings.home / "trash").glob("*"))


def test_a_removal_is_told_as_json(footnote_here: Footnote, settings: IndexSettings) -> None:
    """One object on standard output and nothing else: what was removed, where it lies, what the index has now."""
    add(settings, Incoming(TEXT, "sale.txt", {"title": "The sale"}))
    env = {"FOOTNOTE_HOME": str(settings.home), "FOOTNOTE_CORPUS": str(settings.corpus)}
    done = footnote_here("sources", "remove", "sale.txt", "--json", **env)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    (removed,) = said["sources"]
    assert (removed["id"], removed["title"]) == ("sale.txt", "The sale")
    assert removed["files"] == ["sources/sale.txt", "sources/sale.txt.meta.yaml"]
    assert (Path(said["trash"]) / "sources" / "sale.txt").read_bytes() == TEXT
    assert said["index"]["sources"]["removed"] == ["sale.txt"]
    again = footnote_here("sources", "remove", "sale.txt", "--json", **env)
    assert (again.returncode, again.stdout, again.stderr.count("\n")) == (2, "", 1)


def test_what_cannot_be_removed(settings: IndexSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state(settings)
    with pytest.raises(UsageError, match="'paper' is the article"):
        remove(settings, ["paper"])
    with pytest.raises(UnknownSourceError, match="did you mean union"):
        remove(settings, ["unions"])
    monkeypatch.setattr("app.sources.remove.build", lambda *_a, **_n: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        remove(settings, ["union"])
    assert state(settings) == before
    assert not list((settings.home / "trash").glob("*"))
    write_source(settings.corpus, "union", "The union counted 33 ships.")
    with pytest.raises(CorpusError, match=r"sources/union\.md: the file in the corpus is not the one that is indexed"):
        remove(settings, ["union"])


def test_the_last_source_stays(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    settings = IndexSettings(home=tmp_path / "home", corpus=tmp_path / "one")
    add(settings, Incoming(TEXT, "first.txt"))
    with pytest.raises(UsageError, match="these are all the sources"):
        remove(settings, ["first.txt"])


@given(st.dictionaries(st.sampled_from(["title", "author", "url"]), st.text(st.characters(codec="utf-8"))))
def test_a_sidecar_keeps_every_text(fields: dict[str, str]) -> None:
    assert read_fields(write_fields(fields)) == fields


@given(st.text(), st.sampled_from([".txt", ".PDF", ".html"]))
def test_any_name_becomes_one_that_stays_in_its_folder(name: str, end: str) -> None:
    made = Incoming(b"", name + end).file_name
    assert (Path(made).name, Path(made).suffix.lower()) == (made, end.lower())
    assert len(made.encode()) <= 200
    assert not made.startswith(".")


def test_two_at_once_are_both_added(settings: IndexSettings) -> None:
    with ThreadPoolExecutor(2) as both:
        done = [both.submit(add, settings, Incoming(TEXT[:n], f"sale{n}.txt")) for n in (44, 49)]
        for one in done:
            one.result()
    assert {"sale44.txt", "sale49.txt"} <= {s.id for s in open_current(settings).sources()}
    assert stale_reason(settings) is None


@pytest.fixture
def desk(built_home: Path, tmp_path: Path) -> dict[str, str]:
    """A small corpus and a file to add, with the bundled model, as a user has them."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "models").symlink_to(built_home / "models")
    write_source(tmp_path / "corpus", "paper", "The yard built forty ships.", kind="article", relation="article")
    (tmp_path / "2024-03 sale.txt").write_bytes(TEXT)
    return {"FOOTNOTE_HOME": str(home), "FOOTNOTE_CORPUS": str(tmp_path / "corpus")}


def test_the_whole_road_in_the_terminal(footnote: Footnote, desk: dict[str, str], tmp_path: Path) -> None:
    tried = footnote("sources", "add", "2024-03 sale.txt", "--publisher", "Esk Post", "--dry-run", **desk)
    assert tried.returncode == 0, tried.stderr
    lines = [" ".join(line.split()) for line in tried.stdout.splitlines()]
    assert {"date 2024-03 (guessed)", "publisher Esk Post", "file sources/2024-03 sale.txt"} <= set(lines)
    assert not (tmp_path / "corpus" / "sources").exists()
    added = footnote("sources", "add", "2024-03 sale.txt", "--id", "sale", "--publisher", "Esk Post", "--json", **desk)
    assert added.returncode == 0, added.stderr
    said = json.loads(added.stdout)
    assert (said["sources"][0]["id"], said["sources"][0]["stated"]) == ("sale", ["id", "publisher"])
    assert said["index"]["sources"]["added"] == ["paper", "sale"]  # there was no index yet
    assert "Esk Post" in footnote("ask", "Who bought the harbour from the council?", **desk).stdout
    shown = json.loads(footnote("sources", "show", "sale", "--json", **desk).stdout)
    assert (shown["published"], shown["guessed"]) == (None, ["title", "language"])
    assert shown["reader"].startswith("plain_text ")
    assert "guessed" in footnote("sources", "show", "sale", **desk).stdout
    again = footnote("sources", "add", "2024-03 sale.txt", **desk)
    assert (again.returncode, again.stdout) == (2, "")
    assert "2024-03 sale.txt: the corpus has this very file already, as sources/sale.txt" in again.stderr
    removed = footnote("sources", "remove", "sale", **desk)
    assert removed.returncode == 0, removed.stderr
    assert f"Moved to {desk['FOOTNOTE_HOME']}/trash/" in removed.stdout
    assert footnote("show", "sale", **desk).returncode == 2


def test_a_folder_that_the_chat_has_indexed_keeps_its_index(tmp_path: Path) -> None:
    (tmp_path / "papers" / ".footnote").mkdir(parents=True)
    assert corpus_settings(tmp_path / "papers", None).home == Path(".footnote")
    (tmp_path / "papers" / ".footnote" / "current").touch()
    assert corpus_settings(tmp_path / "papers", None).home == tmp_path / "papers" / ".footnote"
    assert corpus_settings(tmp_path / "papers", tmp_path).home == tmp_path
    assert corpus_settings(None, None).home == Path(".footnote")


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("add", "pipe.txt"), "pipe.txt: is no file"),
        (("add", "nowhere.txt"), "nowhere.txt: cannot be read (No such file or directory)"),
        (("add", "huge.txt"), "huge.txt: it has 1,000 MB, more than `largest_file` allows"),
        (("add", "."), ".: is a folder; name the files in it"),
        (("add", "a.txt", "b.txt", "--title", "T"), "--title: no two sources share this"),
        (("add", "a.txt", "--kind", "essay"), "'essay'"),
        (("add", "a.txt", "--corpus", "nowhere"), "nowhere: there is no such folder; make it, or name another"),
        (("add",), "Missing argument"),
        (("show", "nobody"), "no source has the id 'nobody'"),
        (("remove", "nobody"), "no source has the id 'nobody'"),
    ],
)
def test_wrong_commands_are_one_line(footnote_here: Footnote, tmp_path: Path, args: tuple[str, ...], said: str) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT)
    (tmp_path / "b.txt").write_bytes(TEXT)
    with (tmp_path / "huge.txt").open("wb") as file:
        file.truncate(1_000_000_000)
    os.mkfifo(tmp_path / "pipe.txt")
    done = footnote_here("sources", *args)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def lain(folder: Path, days: int) -> Path:
    """Make a folder of the trash older; return it."""
    then = datetime.now(UTC) - timedelta(days=days)
    return folder.rename(folder.with_name(f"{then:%Y%m%dT%H%M%SZ}-{folder.name.partition('-')[2]}"))


def test_what_lay_in_the_trash_for_thirty_days_goes_with_the_next_removal(settings: IndexSettings) -> None:
    add(settings, Incoming(TEXT, "sale.txt"), Incoming(PAGE, "pier.html"), Incoming(b"A third text of words.", "c.txt"))
    bins = [remove(settings, [one], embedder=HashedWords()).trash for one in ("sale.txt", "pier.html")]
    assert all(bins)
    old, young = (lain(folder, days) for folder, days in zip(bins, (31, 29), strict=True) if folder)
    own = settings.home / "trash" / "mine"
    own.mkdir()
    removal = remove(settings, ["c.txt"], embedder=HashedWords())
    assert removal.emptied == (old,)
    assert (young / "sources" / "pier.html").is_file()
    assert own.is_dir(), "what Footnote did not put there stays"
    assert {t.folder for t in in_trash(settings.home)} == {young, removal.trash}


def test_a_trash_that_cannot_be_emptied_does_not_fail_a_removal(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise StoreError("emptying the trash: Permission denied")

    monkeypatch.setattr("app.sources.trash.empty", refused)
    removal = remove(settings, ["union"], embedder=HashedWords())
    assert "the trash could not be emptied of what is old" in removal.notes[0]
    assert removal.emptied == ()


def test_two_commands_may_empty_the_trash_at_once(settings: IndexSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    removal, rmtree = remove(settings, ["union"], embedder=HashedWords()), shutil.rmtree

    def beside(path: Path) -> None:
        rmtree(path)
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))

    monkeypatch.setattr("app.sources.trash.shutil.rmtree", beside)
    assert [t.folder for t in empty(settings.home)] == [removal.trash]


def test_for_good_no_word_of_it_is_left(settings: IndexSettings) -> None:
    add(settings, Incoming(TEXT, "sale.txt", {"title": "The sale"}))
    removal = remove(settings, ["sale.txt"], embedder=HashedWords(), for_good=True)
    assert removal.trash is None
    left = [p for p in settings.home.parent.rglob("*") if p.is_file() and b"Hanno Wirt" in p.read_bytes()]
    assert left == []
    assert stale_reason(settings) is None


def test_of_a_link_only_the_link_is_said_to_go(footnote_here: Footnote, settings: IndexSettings) -> None:
    env = {"FOOTNOTE_HOME": str(settings.home), "FOOTNOTE_CORPUS": str(settings.corpus)}
    target, words = linked(settings).resolve(), "sources/sale.txt (a link; the file that it leads to stays)"
    removal = remove(settings, ["sale.txt"], embedder=HashedWords())
    assert removal.trash
    assert words in footnote_here("sources", "trash", **env).stdout
    assert words in footnote_here("sources", "trash", "--empty", **env).stdout
    linked(settings)
    assert f"Deleted for good: {words}" in footnote_here("sources", "remove", "sale.txt", "--for-good", **env).stdout
    assert target.read_bytes() == TEXT


def test_for_good_what_an_open_chat_still_holds_is_said(footnote_here: Footnote, settings: IndexSettings) -> None:
    add(settings, Incoming(TEXT, "sale.txt"))
    chat = open_current(settings)
    removal = remove(settings, ["sale.txt"], embedder=HashedWords(), for_good=True)
    (note,) = removal.notes
    assert "an older index is in use" in note
    assert "footnote index prune" in note
    chat.close()
    assert footnote_here("index", "prune", FOOTNOTE_HOME=str(settings.home)).returncode == 0
    assert not any(b"Hanno Wirt" in p.read_bytes() for p in settings.home.rglob("*") if p.is_file())


def test_for_good_waits_for_no_half_done_work(settings: IndexSettings) -> None:
    """While pages are fetched nothing is removed, so that it can be asked for again."""
    add(settings, Incoming(TEXT, "sale.txt"))
    before = state(settings)
    with changing_pages(settings.home), pytest.raises(BuildLockedError, match="fetching or checking pages"):
        remove(settings, ["sale.txt"], embedder=HashedWords(), for_good=True)
    assert state(settings) == before
    remove(settings, ["sale.txt"], embedder=HashedWords(), for_good=True)


def test_for_good_a_large_index_keeps_nothing_of_it(settings: IndexSettings) -> None:
    for n in range(12):
        write_source(settings.corpus, f"boat-{n}", f"Boat number {n} was sold.")
    add(settings, Incoming(TEXT, "sale.txt", {"publisher": "Wirt's own paper"}))
    remove(settings, ["sale.txt"], embedder=HashedWords(), for_good=True)
    held = [p for p in (settings.home / "generations").rglob("*") if p.is_file() and p.name != "manifest.json"]
    assert [p for p in held if b"Wirt's own paper" in p.read_bytes()] == []


def test_the_trash_is_listed_and_emptied_in_the_terminal(footnote_here: Footnote, settings: IndexSettings) -> None:
    env = {"FOOTNOTE_HOME": str(settings.home), "FOOTNOTE_CORPUS": str(settings.corpus)}
    assert "empty" in footnote_here("sources", "trash", **env).stdout
    add(settings, Incoming(TEXT, "sale.txt"))
    remove(settings, ["sale.txt"], embedder=HashedWords())
    listed = footnote_here("sources", "trash", **env).stdout
    assert f"until {datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}: sources/sale.txt" in listed
    (one,) = json.loads(footnote_here("sources", "trash", "--json", **env).stdout)["removals"]
    assert (Path(one["folder"]) / one["files"][0]).read_bytes() == TEXT
    assert "Deleted: sources/sale.txt" in footnote_here("sources", "trash", "--empty", **env).stdout
    assert in_trash(settings.home) == ()
