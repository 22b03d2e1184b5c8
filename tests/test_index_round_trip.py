"""Any words, written into a document of each format: every passage and sentence gives back the words at its place."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.build.verify import span_errors
from index.read.corpus import NewFile, read_new
from index.read.decode import clean
from index.read.one_file import read_source
from index.read.sentences import sentences_of
from index.read.split import split
from index.source import Source
from tests.fakes import HashedWords
from tests.office import docx, epub, odt, rtf, word_paragraph
from tests.test_index_formats import check_offsets, xml, xml_read
from tests.unicode_pdf import unicode_pdf

Parts = Sequence[str]
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")  # what Markdown may take for markup


WRITERS: Mapping[str, Callable[[Parts], bytes]] = {
    ".txt": lambda parts: "\n\n".join(parts).encode(),
    ".html": lambda parts: f"<html><body>{''.join(f'<p>{xml(p)}</p>' for p in parts)}</body></html>".encode(),
    ".docx": lambda parts: docx("".join(map(word_paragraph, parts))),
    ".epub": lambda parts: epub({"a.xhtml": "".join(f"<p>{xml(p)}</p>" for p in parts)}),
    ".odt": lambda parts: odt("".join(f"<text:p>{xml(p)}</text:p>" for p in parts)),
    ".csv": lambda parts: "".join(f'"a","{p.replace(chr(34), chr(34) * 2)}"\n' for p in ["b", *parts]).encode(),
    ".rtf": rtf,
    ".md": lambda parts: "\n\n".join(_PUNCTUATION.sub(r"\\\g<0>", p) for p in parts).encode(),
    ".pdf": unicode_pdf,
}
# Without the border of cells. A page that says one thing twice in a row is read as if it said it once.
WORDS = st.text(min_size=1, max_size=50).map(
    lambda t: f"Words {' '.join(xml_read(clean(t)).replace('|', '').split())} end."
)


def check_places(source: Source) -> None:
    """Every block, passage and sentence gives back the words at its place."""
    check_offsets(source)
    for sentence in (placed.sentence for placed in sentences_of(source)):
        assert source.text[sentence.start : sentence.end] == sentence.text
    for passage in split(source, HashedWords(), 64):
        assert not list(span_errors(source, passage))


@pytest.mark.parametrize("suffix", WRITERS)
@settings(max_examples=40, deadline=None)
@given(parts=st.lists(WORDS, min_size=1, max_size=5, unique_by=str.casefold))
def test_every_place_gives_back_its_words(suffix: str, parts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        raw = WRITERS[suffix](parts)
        (source,) = read_new(Path(folder), [NewFile(raw, f"a{suffix}", "a", {})])
    check_places(source)
    if suffix != ".pdf":  # there a line of both directions is read otherwise
        read, written = ("".join(normalize("NFC", text).split()) for text in (source.text, "".join(parts)))
        assert written in read.replace("a|", "") or written == read


STRANGE = "שלום לעולם, مرحبا بالعالم e\u0301a\u0308 👩‍👩‍👧 𝒜𝒷 中文。 \u200fright"


def test_scripts_from_right_to_left_and_combined_characters(tmp_path: Path) -> None:
    for name, raw in {
        "a.txt": STRANGE.encode(),
        "b.html": f"<html><body><p>{STRANGE}</p></body></html>".encode(),
        "c.docx": docx(word_paragraph(STRANGE)),
        "d.epub": epub({"a.xhtml": f"<p>{STRANGE}</p>"}),
        "e.odt": odt(f"<text:p>{STRANGE}</text:p>"),
        "f.csv": f'"{STRANGE}","1"\n"b","2"\n'.encode(),
        "g.md": f"# {STRANGE}\n\n- *{STRANGE}*\n".encode(),
        "h.rtf": rtf([STRANGE]),
    }.items():
        (tmp_path / name).write_bytes(raw)
        source = read_source(tmp_path / name, name)
        # trafilatura composes what is in two characters: the page's text is still the same to a reader.
        assert normalize("NFC", clean(STRANGE)) in normalize("NFC", source.text), name
        check_places(source)


def test_a_pdf_in_scripts_from_right_to_left_and_with_combined_characters(tmp_path: Path) -> None:
    """Its glyphs stand as they are drawn, from the left to the right; its text is read in the order of its words."""
    written = [
        "שלום לעולם, כאן נמל ישן.",
        "مرحبا بالعالم، هنا ميناء قديم.",
        "Der Hafen e\u0301a\u0308 👩‍👩‍👧 👍🏽 𝒜𝒷 中文。",
    ]
    drawn = [
        written[0][::-1],
        written[1][::-1],
        [*"Der Hafen ", "e\u0301", *"a\u0308 ", "👩‍👩‍👧", " ", "👍🏽", *" 𝒜𝒷 中文。"],
    ]
    for n, (glyphs, text) in enumerate(zip(drawn, written, strict=True)):
        (tmp_path / f"{n}.pdf").write_bytes(unicode_pdf([glyphs]))
        source = read_source(tmp_path / f"{n}.pdf", f"{n}.pdf")
        assert normalize("NFC", source.text) == normalize("NFC", text)
        check_places(source)
