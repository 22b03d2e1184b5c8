"""Large corpora: to look at a new source, or at the list of all, the others are not read."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

from app.sources.add import prepare
from app.sources.contents import contents_of, entry_of
from app.sources.incoming import Incoming
from index.build.build import build
from index.errors import CorpusError, DamagedIndexError
from index.read import corpus as reading
from index.settings import IndexSettings
from index.storage.catalog import Catalog
from index.storage.generation import open_current
from tests.documents import column, pdf
from tests.fakes import HashedWords

FILES = 6
NEW = Incoming(b"The pier of Esk was sold on Monday.", "pier.txt")


@pytest.fixture
def settings(tmp_path: Path) -> IndexSettings:
    """An index of small texts; the last repeats the first, one has pages, one a sidecar."""
    folder = tmp_path / "notes"
    folder.mkdir()
    for n in range(FILES):
        (folder / f"{n}.txt").write_text(f"Boat number {n % (FILES - 1)} was sold to the bank – «Острів».", "utf-8")
    (folder / "paper.pdf").write_bytes(pdf([column(["The boats were sold."]), column(["The piers stayed."])]))
    (folder / "2.txt.meta.yaml").write_text("id: second\ntitle: The second boat\nlanguage: en\n", "utf-8")
    made = IndexSettings(home=tmp_path / "home", corpus=folder)
    build(made, embedder=HashedWords())
    return made


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files of the corpus that are opened from here on."""
    names: list[str] = []
    read_bytes = reading.read_bytes
    monkeypatch.setattr(reading, "read_bytes", lambda path: names.append(path.name) or read_bytes(path))
    return names


def test_a_preview_opens_no_other_file(settings: IndexSettings, opened: list[str]) -> None:
    (proposal,) = prepare(settings, [NEW]).proposals
    assert (proposal.file, proposal.opening) == ("pier.txt", "The pier of Esk was sold on Monday.")
    assert opened == []


def test_a_preview_opens_what_is_new_or_was_changed(settings: IndexSettings, opened: list[str]) -> None:
    (settings.corpus / "new.txt").write_bytes(NEW.raw)
    with pytest.raises(CorpusError, match=r"this very file already, as new\.txt"):
        prepare(settings, [NEW])
    (settings.corpus / "new.txt").unlink()
    (settings.corpus / "3.txt").write_bytes(NEW.raw + b"\n")
    with pytest.raises(CorpusError, match=r"the same text as 3\.txt"):
        prepare(settings, [NEW])
    (settings.corpus / "4.txt.meta.yaml").write_text("id: pier.txt\n", "utf-8")
    (settings.corpus / "3.txt").write_text("Nothing of the kind.", "utf-8")
    with pytest.raises(CorpusError, match="already the id"):
        prepare(settings, [NEW])
    assert {*opened} == {"new.txt", "3.txt", "4.txt", "4.txt.meta.yaml"}


def test_a_preview_knows_files_that_are_not_opened(settings: IndexSettings) -> None:
    for raw, name, said in (
        ((settings.corpus / "1.txt").read_bytes(), "other.txt", r"this very file already, as 1\.txt"),
        ((settings.corpus / "1.txt").read_bytes() + b"\n", "other.txt", r"the same text as 1\.txt"),
        (b"Some other words.", "2.txt", r"another file 2\.txt"),
        (b"Some other words.", "5.txt", r"another file 5\.txt"),  # one that was passed over
    ):
        with pytest.raises(CorpusError, match=said):
            prepare(settings, [Incoming(raw, name)])
    with pytest.raises(CorpusError, match=r"already the id of 2\.txt"):
        prepare(settings, [Incoming(b"Some other words.", "x.txt", {"id": "second"})])


def test_what_only_looks_untouched_is_noticed_by_the_build(settings: IndexSettings) -> None:
    path = settings.corpus / "3.txt"
    before, raw = path.stat(), path.read_bytes()
    path.write_bytes(raw.replace(b"number 3", b"number 9"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert build(settings, embedder=HashedWords()).sources.changed == ("3.txt",)


def test_the_list_is_made_without_the_texts(settings: IndexSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_current(settings)) as generation:
        sources = generation.sources()
    monkeypatch.delattr(Catalog, "source")
    with closing(open_current(settings)) as generation:
        entries = contents_of(generation).entries
        assert [(e.facts, e.file, e.guessed, e.characters, e.pages) for e in entries] == [
            (s.facts, s.file, s.guessed, len(s.text), s.pages[-1][1] if s.pages else None) for s in sources
        ]
        assert entry_of(generation, "second") == next(e for e in entries if e.id == "second")


def test_a_list_with_a_changed_word_is_not_shown(settings: IndexSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Catalog._read

    def changed(self: Catalog, *query: object) -> list[tuple[str, ...]]:
        rows = read(self, *query)  # type: ignore[arg-type]
        return [tuple(v.replace("second boat", "third boat") for v in row) for row in rows]

    monkeypatch.setattr(Catalog, "_read", changed)
    with closing(open_current(settings)) as generation, pytest.raises(DamagedIndexError, match="second"):
        contents_of(generation)
