"""Any words, written into a document of each format: every passage and sentence gives back the words at its place."""

from __future__ import annotations

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
from index.read.sentences import sentences_of
from index.read.split import split
from tests.documents import column, pdf
from tests.fakes import HashedWords
from tests.office import docx, epub, odt, word_paragraph
from tests.test_index_formats import check_offsets, xml, xml_read

Parts = Sequence[str]


def _rtf(parts: Parts) -> bytes:
    units = [p.encode("utf-16-le") for p in parts]
    codes = [[int.from_bytes(u[n : n + 2], "little", signed=True) for n in range(0, len(u), 2)] for u in units]
    return b"{\\rtf1 " + "\\par ".join("".join(f"\\u{c}?" for c in part) for part in codes).encode() + b"\\par}"


WRITERS: Mapping[str, Callable[[Parts], bytes]] = {
    ".txt": lambda parts: "\n\n".join(parts).encode(),
    ".html": lambda parts: f"<html><body>{''.join(f'<p>{xml(p)}</p>' for p in parts)}</body></html>".encode(),
    ".docx": lambda parts: docx("".join(map(word_paragraph, parts))),
    ".epub": lambda parts: epub({"a.xhtml": "".join(f"<p>{xml(p)}</p>" for p in parts)}),
    ".odt": lambda parts: odt("".join(f"<text:p>{xml(p)}</text:p>" for p in parts)),
    ".csv": lambda parts: "".join(f'"a","{p.replace(chr(34), chr(34) * 2)}"\n' for p in ["b", *parts]).encode(),
    ".rtf": _rtf,
    ".pdf": lambda parts: pdf([column([p.encode("cp1252", "ignore").decode("cp1252") for p in parts])]),
}
# Without the border of cells. A page that says one thing twice in a row is read as if it said it once.
WORDS = st.text(min_size=1, max_size=50).map(
    lambda t: f"Words {' '.join(xml_read(clean(t)).replace('|', '').split())} end."
)


@pytest.mark.parametrize("suffix", WRITERS)
@settings(max_examples=40, deadline=None)
@given(parts=st.lists(WORDS, min_size=1, max_size=5, unique_by=str.casefold))
def test_every_place_gives_back_its_words(suffix: str, parts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        raw = WRITERS[suffix](parts)
        (source,) = read_new(Path(folder), [NewFile(raw, f"a{suffix}", "a", {})])
    check_offsets(source)
    for sentence in (placed.sentence for placed in sentences_of(source)):
        assert source.text[sentence.start : sentence.end] == sentence.text
    for passage in split(source, HashedWords(), 64):
        assert not list(span_errors(source, passage))
    if suffix in (".txt", ".html", ".docx", ".epub", ".odt", ".csv"):  # the others cannot hold every character
        read, written = ("".join(normalize("NFC", text).split()) for text in (source.text, "".join(parts)))
        assert written in read.replace("a|", "") or written == read
