"""A folder of any files is a corpus: what is read, guessed, stated, passed over, and kept for the next build."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from index.build.build import build
from index.build.status import stale_reason
from index.build.verify import verify
from index.errors import CorpusError
from index.read import formats
from index.read.corpus import read_corpus, read_folder
from index.settings import IndexSettings
from index.source import Kind, Relation
from index.storage.generation import open_current
from tests.bad_files import BAD
from tests.documents import column, pdf
from tests.fakes import HashedWords, write_source
from tests.office import docx, word_paragraph, word_properties

GOOD = "The council of Esk sold the harbour on Monday."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "papers"
    made.mkdir()
    (made / "good.txt").write_text(GOOD)
    return made


def settings_of(folder: Path, **more: object) -> IndexSettings:
    return IndexSettings.model_validate({"home": folder.parent / "home", "corpus": folder, **more})


def test_a_folder_without_an_article_is_a_corpus(folder: Path) -> None:
    """Every file that can be read is a source, in subfolders too; what lies beside is named."""
    (folder / "sub").mkdir()
    (folder / "sub" / "Report über Häfen.md").write_text("# On harbours\n\nHarbours are for boats.\n")
    (folder / "2024-03-04 minutes.csv").write_text("Year,Boats\n2020,5\n2021,17\n")
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "suggestions.txt").write_text("Who sold the harbour?\n")
    found = read_folder(folder)
    sources = {s.file: s for s in found.sources}
    assert sources.keys() == {"good.txt", "2024-03-04 minutes.csv", "sub/Report über Häfen.md"}
    report = sources["sub/Report über Häfen.md"]
    assert (report.id, report.title, report.publisher) == (
        "sub-Report-uber-Hafen.md",
        "On harbours",
        "Report über Häfen.md",
    )
    assert (report.kind, report.relation, report.url) == (Kind.FULLTEXT, Relation.NONE, "")
    assert sources["2024-03-04 minutes.csv"].published == "2024-03-04"
    assert {"title", "publisher", "language"} <= set(sources["good.txt"].guessed)
    assert sources["good.txt"].language == "en"
    assert [str(p).split(":")[0] for p in found.passed_over] == ["photo.jpg"]


def test_one_file_is_a_corpus(folder: Path) -> None:
    found = read_folder(folder / "good.txt")
    assert [(s.id, s.file, s.text) for s in found.sources] == [("good.txt", "good.txt", GOOD)]


def test_what_has_no_proper_name_is_passed_over_and_a_folder_not_entered(folder: Path) -> None:
    for n, name in enumerate((b"caf\xe9", b"a\x1b[2J", b".hid\xff")):
        place = os.path.join(os.fsencode(folder), name)
        os.mkdir(place)
        Path(os.fsdecode(place), f"{n}.txt").write_text(f"Boat {n} is for sale.")
    Path(os.fsdecode(os.path.join(os.fsencode(folder), b"\xff.txt"))).write_text("Another boat is for sale.")
    report = build(settings_of(folder), embedder=HashedWords())
    reason = "its name holds a control character, or is not UTF-8; rename it"
    assert [*map(str, report.passed_over)] == [f"{n}: {reason}" for n in ("a\ufffd[2J", "caf\ufffd", "\ufffd.txt")]
    assert [s.file for s in read_folder(folder).sources] == ["good.txt"]


def test_an_article_of_any_kind_stands_before_its_sources(folder: Path) -> None:
    (folder / "article.txt").write_text("The article says that the harbour is sold.")
    (folder / "sources").mkdir()
    (folder / "sources" / "b.html").write_text(f"<html><body><p>{GOOD}</p></body></html>")
    found = read_folder(folder)
    assert [(s.id, s.kind) for s in found.sources] == [("article.txt", Kind.ARTICLE), ("b.html", Kind.FULLTEXT)]
    assert found.sources[0].relation is Relation.ARTICLE
    assert [p.name for p in found.passed_over] == ["good.txt"]


def test_a_sidecar_states_what_would_be_guessed(folder: Path) -> None:
    (folder / "good.txt.meta.yaml").write_text(
        "id: sale\ntitle: The sale\npublisher: The Council\npublished: 2024-03\nurl: https://esk.example/sale\n"
    )
    (source,) = read_folder(folder).sources
    assert (source.id, source.title, source.publisher, source.published) == (
        "sale",
        "The sale",
        "The Council",
        "2024-03",
    )
    assert source.guessed == ("language",)
    settings = settings_of(folder)
    build(settings, embedder=HashedWords())
    assert stale_reason(settings) is None
    (folder / "good.txt.meta.yaml").write_text("title: Another title\n")
    assert "changed good.txt.meta.yaml" in str(stale_reason(settings))


@pytest.mark.parametrize(
    ("sidecar", "expected"),
    [
        ("titel: The sale\n", "good.txt: field 'titel': is not a field"),
        ("published: last week\n", "good.txt: field 'published': 'last week' is no date"),
        ("title: [\n", "good.txt.meta.yaml: line 2: the front matter is not YAML"),
    ],
)
def test_a_sidecar_that_breaks_a_rule_stops_the_build(folder: Path, sidecar: str, expected: str) -> None:
    (folder / "good.txt.meta.yaml").write_text(sidecar)
    with pytest.raises(CorpusError) as error:
        read_folder(folder)
    assert str(error.value).startswith(expected)


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        ("Ann Reed, 3 April 2024", "2024-04-03"),
        ("Edition 5.2, for version 5.2, September 2022", "2022-09"),
        ("Esk, 14.05.2021", "2021-05-14"),
        ("On 3 April 2020 the council met.", "2024-12-31"),  # of what is told, not of the text
        ("Copyright 2015", "2024-12-31"),
    ],
)
def test_the_date_under_a_title_goes_before_that_of_the_file(folder: Path, top: str, expected: str) -> None:
    properties = word_properties("The harbour", "Ann", "2024-12-31T10:00:00Z")
    body = word_paragraph("The harbour", "Heading1") + word_paragraph(top) + word_paragraph("The mayor sold it.")
    (folder / "report.docx").write_bytes(docx(body, properties))
    source = next(s for s in read_corpus(folder) if s.file == "report.docx")
    assert source.published == expected
    assert "published" in source.guessed


def test_front_matter_of_another_program_is_no_error(folder: Path) -> None:
    (folder / "post.md").write_text(
        "---\nlayout: post\ntitle: On boats\ndate: 2023-05-06 10:00\nauthors: [Ann Poe, Bo Li]\n---\nBoats.\n"
    )
    post = next(s for s in read_folder(folder).sources if s.file == "post.md")
    assert (post.title, post.published, post.author) == ("On boats", "2023-05-06", "Ann Poe, Bo Li")
    assert not {"title", "published", "author"} & set(post.guessed)


def test_an_address_is_never_cut(folder: Path) -> None:
    """One that is longer than any that leads somewhere is left out."""
    long, longer = ("https://esk.example/" + "a" * (n - 20) for n in (2_000, 2_001))
    (folder / "post.md").write_text(f"---\nlayout: post\nlink: {long}\n---\nBoats.\n")
    (folder / "page.html").write_text(f"<html><head><link rel='canonical' href='{long}'></head><p>Piers.</p></html>")
    (folder / "other.md").write_text(f"---\nlayout: post\nlink: {longer}\n---\nShips.\n")
    urls = {s.file: s.url for s in read_folder(folder).sources}
    assert urls == {"good.txt": "", "post.md": long, "page.html": long, "other.md": ""}


def test_an_address_that_cannot_be_taken_apart_is_not_guessed(folder: Path) -> None:
    page = '<html><head><meta property="og:url" content="https://[x"></head><body><p>Boats were sold.</p></body></html>'
    (folder / "page.html").write_text(page)
    (folder / "post.md").write_text('---\nlayout: post\nlink: "https://[x"\n---\nBoats.\n')
    found = {s.file: s.url for s in read_folder(folder).sources}
    assert (found["page.html"], found["post.md"]) == ("", "")


def test_names_that_give_one_id_give_two(folder: Path) -> None:
    (folder / "a b.txt").write_text("One text.")
    (folder / "a-b.txt").write_text("Another text.")
    ids = [s.id for s in read_folder(folder).sources]
    assert len(set(ids)) == 3


@pytest.mark.parametrize(
    ("name", "make", "reason"), [*BAD, ("same.md", GOOD.encode, "it holds the same text as good.txt")]
)
def test_one_bad_file_is_named_and_the_rest_is_indexed(
    folder: Path, name: str, make: Callable[[], bytes], reason: str
) -> None:
    """The index answers from the others; alone, the bad file is an error of one line."""
    (folder / name).write_bytes(make())
    settings = settings_of(folder)
    report = build(settings, embedder=HashedWords())
    assert [line for line in report.passed_over if line.startswith(f"{name}: ") and reason in line]
    assert all("\n" not in line for line in report.passed_over)
    assert open_current(settings).source("good.txt").text == GOOD
    assert verify(settings).ok
    if name != "same.md":
        (folder / "good.txt").unlink()
        with pytest.raises(CorpusError, match="no source can be read here; the first that is passed over"):
            build(settings, embedder=HashedWords())
        assert open_current(settings).source("good.txt").text == GOOD


def test_a_huge_file_is_not_opened(folder: Path) -> None:
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(1_000_000_000)
    settings = settings_of(folder)
    report = build(settings, embedder=HashedWords())
    (line,) = report.passed_over
    assert line.startswith("huge.txt: it has 1,000 MB, more than `largest_file` allows")
    assert stale_reason(settings) is None


def test_a_page_of_five_megabytes_of_script(folder: Path) -> None:
    script = b"<script>" + b"x='<p>no text</p>';" * 280_000 + b"</script>"
    (folder / "page.html").write_bytes(b"<html><body><p>Before it.</p>" + script + b"<p>After it.</p></body></html>")
    page = next(s for s in read_folder(folder).sources if s.file == "page.html")
    assert page.text == "Before it.\n\nAfter it."


def test_a_missing_package_is_named_with_the_command(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "a.pdf").write_bytes(pdf([column([GOOD])]))
    missing = formats.Format("gone_reader", "read", {"nowhere": "nowhere-pdf"})
    monkeypatch.setitem(formats.FORMATS, ".pdf", missing)

    def absent(_: str) -> None:
        raise ModuleNotFoundError("No module named 'nowhere'", name="nowhere")

    monkeypatch.setattr(formats, "import_module", absent)
    with pytest.raises(CorpusError, match=r"^a\.pdf: .*package nowhere, .*; run: pip install nowhere-pdf"):
        read_folder(folder)


def test_a_changed_file_costs_that_file(folder: Path) -> None:
    for n in range(3):
        (folder / f"{n}.pdf").write_bytes(pdf([column([f"The boats of year {n} were sold."])]))
    settings = settings_of(folder)
    assert build(settings, embedder=HashedWords()).files_read == 3
    (folder / "1.pdf").write_bytes(pdf([column(["The piers stayed."])]))
    embedder = HashedWords()
    report = build(settings, embedder=embedder)
    assert (report.files_read, report.files_reused) == (1, 2)
    assert len(embedder.calls) == 1
    assert [s.pages for s in open_current(settings).sources() if s.file.endswith(".pdf")] == [((0, 1),)] * 3


def test_another_model_makes_all_passages_anew_and_reads_no_file_again(folder: Path) -> None:
    for n in range(3):
        (folder / f"{n}.pdf").write_bytes(pdf([column([f"The boats of year {n} were sold."])]))
    settings = settings_of(folder)
    build(settings, embedder=HashedWords())
    report = build(settings, embedder=HashedWords("other-words", 128))
    assert (report.built, report.embedded, report.reused) == (True, report.passages, 0)
    assert (report.files_read, report.files_reused, bool(report.sources)) == (0, 3, False)
    assert verify(settings).ok


def test_a_build_that_was_killed_reads_only_what_is_left(folder: Path) -> None:
    for n in range(4):
        (folder / f"{n}.pdf").write_bytes(pdf([column([f"The boats of year {n} were sold."])]))
    settings = settings_of(folder)

    class Killed(BaseException):
        pass

    class Dies(HashedWords):
        def count_tokens(self, texts: object) -> list[int]:  # noqa: ARG002
            raise Killed

    with pytest.raises(Killed):
        build(settings, embedder=Dies())
    report = build(settings, embedder=HashedWords())
    assert (report.files_read, report.files_reused) == (0, 4)
    kept = list((settings.home / "read").iterdir())
    kept[0].write_text("damaged")
    for path in folder.glob("*.pdf"):
        path.touch()
    report = build(settings, full=True, embedder=HashedWords())
    assert (report.files_read, report.files_reused) == (1, 3)
    assert verify(settings).ok


def test_sources_with_and_without_front_matter_stand_side_by_side(tmp_path: Path) -> None:
    write_source(tmp_path / "corpus", "stated", "The union counted 31 ships.", relation="disputes")
    (tmp_path / "corpus" / "sources" / "plain.txt").write_text(GOOD)
    sources = {s.id: s for s in read_folder(tmp_path / "corpus").sources}
    assert sources["stated"].guessed == ()
    assert sources["plain.txt"].relation is Relation.NONE


def test_a_zip_that_lies_about_its_sizes_is_damaged(folder: Path) -> None:
    raw = bytearray(docx(word_paragraph("Text. " * 50_000)))
    place = raw.rfind(b"PK\x01\x02")
    raw[place + 24 : place + 28] = (10).to_bytes(4, "little")
    (folder / "lie.docx").write_bytes(bytes(raw))
    found = read_folder(folder)
    assert [p.name for p in found.passed_over] == ["lie.docx"]


@pytest.mark.parametrize("top", [False, True])
def test_a_folder_that_cannot_be_read_and_a_file_that_vanishes_are_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch, top: bool
) -> None:
    corpus = folder
    if not top:
        (folder / "sources").mkdir()
        (folder / "good.txt").rename(folder / "sources" / "good.txt")
        folder = folder / "sources"
    (folder / "closed").mkdir()
    (folder / "gone.txt").write_text("Words.")
    scan, look = os.scandir, Path.stat

    def closed(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return scan(path)

    def vanishing(path: Path, **named: bool) -> os.stat_result:
        if path.name == "gone.txt":
            os.unlink(path)
        return look(path, **named)

    monkeypatch.setattr("os.scandir", closed)
    monkeypatch.setattr(Path, "stat", vanishing)
    found = read_folder(corpus)
    assert [s.text for s in found.sources] == [GOOD]
    assert {Path(p.name).name: p.reason for p in found.passed_over} == {
        "closed": "this folder cannot be read (Permission denied); change its permissions",
        "gone.txt": "it cannot be read (No such file or directory)",
    }


def test_files_that_cannot_be_opened_are_named_and_the_rest_is_indexed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index is up to date without them, and no longer once they can be read."""
    for name in ("closed.txt", "gone.txt", "about.txt"):
        (folder / name).write_text(f"The words of {name} are these.")
    (folder / "about.txt.meta.yaml").write_text("title: Closed\n")
    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path.name == "gone.txt":
            path.unlink(missing_ok=True)
        if path.name in ("closed.txt", "about.txt.meta.yaml"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return read(path)

    settings = settings_of(folder)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refused)
        report = build(settings, embedder=HashedWords())
        assert sorted(report.passed_over) == [
            "about.txt: about.txt.meta.yaml beside it cannot be read (Permission denied); repair the file or its "
            "permissions",
            "closed.txt: it cannot be read (Permission denied); repair the file or its permissions",
            "gone.txt: it cannot be read (No such file or directory); repair the file or its permissions",
        ]
        assert stale_reason(settings) is None
    assert [s.file for s in open_current(settings).sources()] == ["good.txt"]
    assert "closed.txt" in str(stale_reason(settings))
    assert build(settings, embedder=HashedWords()).passed_over == ()
