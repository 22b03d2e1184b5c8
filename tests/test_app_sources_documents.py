"""Documents of llama-index as sources: ids and metadata stay, and what they say is quoted and proved."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NoReturn

import pytest
from llama_index.core import SimpleDirectoryReader
from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document, MetadataMode, TextNode

from app.sources.documents import RefreshedDocuments, add_documents, delete_ref_doc, refresh_ref_docs
from app.sources.trash import in_trash
from index.build.build import build
from index.build.status import stale_reason
from index.errors import CorpusError, StoreError, UnknownSourceError
from index.llama import FootnoteRetriever, document_of, node_of, passage_of, quote_of
from index.passage import Quote
from index.read.split import split
from index.retrieve import Retriever
from index.settings import IndexSettings
from index.storage.generation import open_current
from tests.conftest import ROOT
from tests.fakes import HashedWords

SALE = "The council of Esk sold the harbour to Hanno Wirt."


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    return IndexSettings(home=tmp_path / "home", corpus=tmp_path / "corpus", reader="none")


def test_ids_and_metadata_stay(settings: IndexSettings) -> None:
    metadata = {"title": "The sale", "author": "Ann Day", "date": "2024-05-06", "url": "https://esk.example/sale",
                "file_size": 51, "tags": ["harbour", "Гавань"], "source": "/home/ann/sale.txt"}  # fmt: skip
    given = Document(id_="sale-1", text=SALE, metadata=metadata, excluded_llm_metadata_keys=["file_size"])
    path = Document(id_="/home/ann/pier.txt_part_0", text="The old pier is closed to boats.", metadata={})
    added = add_documents([given, path], settings, embedder=HashedWords())
    assert added.source_ids["sale-1"] == "sale-1"
    generation = open_current(settings)
    source = generation.source("sale-1")
    assert (source.title, source.author, source.published, source.url, source.text) == (
        "The sale", "Ann Day", "2024-05-06", "https://esk.example/sale", SALE,
    )  # fmt: skip
    assert not re.search(r"/home/ann", str(source.facts))
    found = document_of(source)
    assert (found.id_, found.text) == (given.id_, given.text)
    assert {name: found.metadata[name] for name in metadata} == metadata
    assert "file_size" in found.excluded_llm_metadata_keys
    other = generation.source(added.source_ids[path.id_])
    assert "/" not in other.id
    assert document_of(other).id_ == path.id_
    assert stale_reason(settings) is None


def test_the_address_of_a_document_is_never_cut(settings: IndexSettings) -> None:
    url = "https://esk.example/sale?" + "a=1&" * 100
    added = add_documents([Document(id_="sale", text=SALE, metadata={"url": url})], settings, embedder=HashedWords())
    assert open_current(settings).source(added.source_ids["sale"]).url == url


def test_what_is_found_is_a_node_of_the_document(settings: IndexSettings) -> None:
    given = Document(id_="/papers/sale.txt", text=SALE, metadata={"desk": 7})
    add_documents([given, Document(text="The old pier is closed to boats.")], settings, embedder=HashedWords())
    retriever = Retriever(settings, open_current(settings), HashedWords())
    best = FootnoteRetriever(retriever).retrieve("Who bought the harbour of Esk?")[0].node
    assert isinstance(best, TextNode)
    assert (best.ref_doc_id, best.metadata["desk"]) == (given.id_, 7)
    quote = quote_of(best, retriever.generation.source(best.metadata["source_id"]))
    assert quote.text == SALE


def test_a_node_is_its_passage_again(settings: IndexSettings) -> None:
    metadata = {"title": "The sale", "publisher": "Esk Council", "date": "2024-05-06", "file_name": "sale.md"}
    given = Document(id_="sale", text=f"# The harbour\n\n{SALE}\n\n# The pier\n\nIt is closed.", metadata=metadata)
    add_documents([given], settings, embedder=HashedWords())
    source = open_current(settings).source("sale")
    passages = split(source, HashedWords(), 160)
    assert {p.header for p in passages} > {"The sale. Esk Council, 2024-05-06. The harbour"}
    assert tuple(passage_of(node_of(p, source), source) for p in passages) == passages
    assert "Esk Council, 2024" not in node_of(passages[0], source).get_content(MetadataMode.LLM)


@pytest.mark.parametrize("error", [StoreError("the disk is full"), KeyboardInterrupt()])
def test_a_folder_is_made_only_for_what_comes_to_lie_in_it(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    there = settings.corpus.parent
    deep = settings.model_copy(update={"corpus": there / "papers" / "of" / "esk"})

    def fail(*_args: object, **_named: object) -> None:
        raise error

    with pytest.raises(CorpusError, match="its metadata has 4"):
        add_documents([Document(id_="big", text="Words.", metadata={"all": "x" * 40_000})], deep)
    with monkeypatch.context() as patch:
        patch.setattr("app.sources.add.build", fail)
        with pytest.raises(type(error)):
            add_documents([Document(text=SALE)], deep, embedder=HashedWords())
    assert not (there / "papers").exists()
    add_documents([Document(text=SALE)], deep, embedder=HashedWords())
    assert len(open_current(deep).sources()) == 1


def test_any_reader_may_be_given(settings: IndexSettings, tmp_path: Path) -> None:
    papers = tmp_path / "papers"
    papers.mkdir()
    (papers / "sale.txt").write_text(SALE)
    (papers / "pier.md").write_text("# The pier\n\nThe **old pier** is closed to boats.\n")
    reader = SimpleDirectoryReader(str(papers), filename_as_id=True)
    added = add_documents(reader, settings, embedder=HashedWords())
    sources = open_current(settings).sources()
    assert {document_of(s).id_ for s in sources} == set(added.source_ids)
    assert {s.title for s in sources} >= {"sale.txt"}
    assert any("The old pier is closed to boats." in s.text for s in sources)
    assert not any(str(tmp_path) in str(s.facts) for s in sources)


class Halves(BaseReader):
    """A reader that somebody wrote."""

    def load_data(self, *_args: object, **_named: object) -> list[Document]:
        return [Document(id_="a", text=SALE), Document(id_="b", text=" "), Document(id_="c", text=SALE)]


def test_what_says_nothing_new_is_passed_over_by_name(settings: IndexSettings) -> None:
    added = add_documents(Halves(), settings, embedder=HashedWords())
    assert added.passed_over == ("b: it is empty", "c: it holds the same text as a")
    assert list(added.source_ids) == ["a"]
    with pytest.raises(CorpusError, match="document a: the corpus has this very file already"):
        add_documents(Halves(), settings, embedder=HashedWords())
    with pytest.raises(CorpusError, match="document big: its metadata has 4"):
        add_documents([Document(id_="big", text="Words.", metadata={"all": "x" * 40_000})], settings)
    with pytest.raises(CorpusError, match="there is no document with words"):
        add_documents([Document(text="")], settings, embedder=HashedWords())


def test_the_example_of_the_documents_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs" / "formats.md").read_text("utf-8")
    first, later = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "sale.txt").write_text(SALE)
    (tmp_path / "papers" / "pier.txt").write_text("The old pier is closed to boats.")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("index.build.build.prepare_embedder", lambda *_: HashedWords())
    monkeypatch.setattr("index.retrieve.open_embedder", lambda _: HashedWords())
    names: dict[str, object] = {}
    exec(first, names)
    quote = names["quote"]
    assert isinstance(quote, Quote)
    assert quote.text == SALE
    (tmp_path / "papers" / "sale.txt").write_text("The harbour was sold again.")
    exec(later, names)
    refreshed = names["refreshed"]
    assert isinstance(refreshed, RefreshedDocuments)
    assert [Path(i).name for i in refreshed.replaced] == ["sale.txt"]
    assert refreshed.added == ()
    left = open_current(IndexSettings(home=Path(".footnote"), corpus=Path("corpus"), reader="none")).sources()
    assert [s.text for s in left] == ["The harbour was sold again."]


def files(settings: IndexSettings) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in settings.corpus.rglob("*") if p.is_file()}


def test_a_changed_document_replaces_the_old_one_and_an_unchanged_one_costs_nothing(settings: IndexSettings) -> None:
    sale = Document(id_="/home/ann/sale.txt", text=SALE, metadata={"title": "The sale"})
    pier = Document(id_="pier", text="The old pier is closed to boats.")
    first = refresh_ref_docs([sale, pier], settings, embedder=HashedWords())
    assert (first.added, first.replaced) == ((sale.id_, "pier"), ())
    before, serving = files(settings), open_current(settings).id
    embedder = HashedWords()
    same = refresh_ref_docs([sale, pier], settings, embedder=embedder)
    assert (same.added, same.replaced, same.index, embedder.calls) == ((), (), None, [])
    assert (files(settings), open_current(settings).id) == (before, serving)

    resold = Document(id_=sale.id_, text="Hanno Wirt sold the harbour again.", metadata={"title": "The sale"})
    crane = Document(id_="crane", text="A crane fell into the water.")
    again = refresh_ref_docs([resold, crane], settings, embedder=embedder)
    assert (again.added, again.replaced) == (("crane",), (sale.id_,))
    assert len(embedder.calls) == 2  # the pier is not given, and stays
    generation = open_current(settings)
    assert generation.source(again.source_ids[sale.id_]).text == resold.text
    assert generation.source("pier").text == pier.text
    titled = Document(id_="crane", text=crane.text, metadata={"title": "The crane"})
    assert refresh_ref_docs([titled], settings, embedder=embedder).replaced == ("crane",)
    assert open_current(settings).source("crane").title == "The crane"
    assert stale_reason(settings) is None


def test_a_document_that_becomes_markdown_takes_the_place_of_the_text(settings: IndexSettings) -> None:
    refresh_ref_docs([Document(id_="sale", text=SALE)], settings, embedder=HashedWords())
    marked = Document(id_="sale", text=f"# Sale\n\n{SALE}", metadata={"file_name": "sale.md"})
    assert refresh_ref_docs([marked], settings, embedder=HashedWords()).replaced == ("sale",)
    assert {*files(settings)} == {"sale.md", "sale.md.meta.yaml"}


class _Full(HashedWords):
    def embed_passages(self, *_: object) -> NoReturn:
        raise OSError("no space")


def test_a_refresh_that_fails_leaves_everything_as_it_was(settings: IndexSettings) -> None:
    documents = [Document(id_="sale", text=SALE), Document(id_="pier", text="The old pier is closed to boats.")]
    refresh_ref_docs(documents, settings, embedder=HashedWords())
    before, serving = files(settings), open_current(settings).id
    with pytest.raises(OSError, match="no space"):
        refresh_ref_docs([Document(id_="sale", text="It was sold again.")], settings, embedder=_Full())
    with pytest.raises(CorpusError, match=r"has this very file already, as pier\.txt"):
        refresh_ref_docs([Document(id_="sale", text=documents[1].text)], settings, embedder=HashedWords())
    assert (files(settings), open_current(settings).id) == (before, serving)


def test_a_refresh_that_cannot_be_taken_back_loses_no_document(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh_ref_docs([Document(id_="sale", text=SALE)], settings, embedder=HashedWords())
    monkeypatch.setattr("app.sources.add._take_back", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt) as caught:
        refresh_ref_docs([Document(id_="sale", text="It was sold again.")], settings, embedder=_Full())
    assert "sale.txt (the corpus has another file there by now)" in caught.value.__notes__[0]
    (trash,) = in_trash(settings.home)
    assert SALE in (trash.folder / "sale.txt").read_text("utf-8")


def test_a_refresh_that_fails_loses_no_edit_and_no_document(
    settings: IndexSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    refresh_ref_docs([Document(id_="sale", text=SALE)], settings, embedder=HashedWords())

    def edited(*_args: object, **_named: object) -> None:
        (settings.corpus / "sale.txt").write_text("It was given away.", "utf-8")
        raise KeyboardInterrupt

    monkeypatch.setattr("app.sources.add.build", edited)
    with pytest.raises(KeyboardInterrupt) as caught:
        refresh_ref_docs([Document(id_="sale", text="It was sold again.")], settings, embedder=HashedWords())
    assert caught.value.__notes__[0] == "edited meanwhile, and stays in the corpus for the next build: sale.txt"
    assert "sale.txt (the corpus has another file there by now)" in caught.value.__notes__[1]
    assert (settings.corpus / "sale.txt").read_text("utf-8") == "It was given away."
    (trash,) = in_trash(settings.home)
    assert SALE in (trash.folder / "sale.txt").read_text("utf-8")


def test_a_refresh_beside_another_build_is_taken_back(settings: IndexSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose index holds the documents as they were."""
    refresh_ref_docs([Document(id_="sale", text=SALE)], settings, embedder=HashedWords())
    before, serving = files(settings), open_current(settings).id

    def interrupted(*_args: object, **_named: object) -> None:
        after = files(settings)
        for name in after:
            (settings.corpus / name).unlink()
        for name, raw in before.items():
            (settings.corpus / name).write_bytes(raw)
        build(settings, full=True, embedder=HashedWords())
        for name, raw in after.items():
            (settings.corpus / name).write_bytes(raw)
        raise KeyboardInterrupt

    monkeypatch.setattr("app.sources.add.build", interrupted)
    resold, crane = Document(id_="sale", text="It was sold again."), Document(id_="crane", text="A crane fell.")
    with pytest.raises(KeyboardInterrupt):
        refresh_ref_docs([resold, crane], settings, embedder=HashedWords())
    assert open_current(settings).id != serving
    assert files(settings) == before
    retitled = Document(id_="sale", text=SALE, metadata={"title": "The sale"})
    with pytest.raises(KeyboardInterrupt):
        refresh_ref_docs([retitled], settings, embedder=HashedWords())
    assert files(settings) == before
    assert in_trash(settings.home) == ()


def test_what_was_replaced_long_ago_leaves_the_trash(settings: IndexSettings) -> None:
    for text in (SALE, "It was sold again."):
        refresh_ref_docs([Document(id_="sale", text=text)], settings, embedder=HashedWords())
    (trash,) = in_trash(settings.home)
    old = trash.folder.rename(trash.folder.with_name("20200101T000000Z-01234567"))
    refresh_ref_docs([Document(id_="sale", text="Nobody bought it.")], settings, embedder=HashedWords())
    assert not old.exists()
    assert [t.files for t in in_trash(settings.home)] == [("sale.txt", "sale.txt.meta.yaml")]


def test_a_source_that_was_no_document_is_not_replaced(settings: IndexSettings) -> None:
    settings.corpus.mkdir()
    (settings.corpus / "sale.txt").write_text(SALE, "utf-8")
    with pytest.raises(CorpusError, match="sale"):
        refresh_ref_docs([Document(id_="sale", text="Nothing was sold.")], settings, embedder=HashedWords())
    assert (settings.corpus / "sale.txt").read_text("utf-8") == SALE


def test_a_document_is_deleted_by_its_own_id(settings: IndexSettings) -> None:
    sale = Document(id_="/home/ann/sale.txt", text=SALE)
    add_documents([sale, Document(id_="pier", text="The old pier is closed.")], settings, embedder=HashedWords())
    removal = delete_ref_doc(sale.id_, settings, embedder=HashedWords())
    assert [*open_current(settings).manifest.sources] == ["pier"]
    assert removal.trash is not None
    assert SALE in "".join(p.read_text("utf-8") for p in removal.trash.rglob("*.txt"))
    with pytest.raises(UnknownSourceError):
        delete_ref_doc(sale.id_, settings, embedder=HashedWords())
