"""Damaged documents: each is read or refused in time. `make fuzz` looks for more, and what it found stands here."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from index.errors import CorpusError
from index.read.corpus import NewFile, read_new
from index.read.csv_table import read_csv
from index.read.web_page import read_web_page
from index.text.sentences import sentence_spans
from tests.bench.damaged import KINDS, PAGE, damaged
from tests.bench.fuzz_readers import read
from tests.documents import column, pdf
from tests.office import docx, word_paragraph
from tests.test_index_formats import blocks

_DATA = '{"@type":"NewsArticle","headline":"The harbour","datePublished":"2024-04-01"}'


def linked(data: str) -> bytes:
    """Return a page with these linked data."""
    assert _DATA in PAGE
    return PAGE.replace(_DATA, data).encode()


@pytest.mark.parametrize("suffix", KINDS)
def test_a_damaged_document_is_read_or_refused(tmp_path: Path, suffix: str) -> None:
    rng = random.Random(0)
    assert {read(damaged(rng, KINDS[suffix]), f"a{suffix}", tmp_path) for _ in range(25)} <= {"read", "refused"}


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("words-without-blanks.pdf", lambda: pdf([column(["a" * 60_000])])),
        ("tags-in-linked-data.html", lambda: linked('{"x": "' + "<!--" * 50_000 + '"}')),
        ("scripts-without-an-end.html", lambda: PAGE.encode() + b"<script</script" * 200_000),
        ("notes.html", lambda: b"<p>" + b"word <a href='#n1'>1</a> " * 30_000),
        ("quotes.csv", lambda: b"Year;Boats\n20" + '"e\u0301\t'.encode() * 40_000),
        ("fonts.rtf", lambda: rb"{\rtf1{\fonttbl{\f0 " + rb"\f1\fcharset9" * 20_000 + rb"Boats.\par"),
        ("two-fonts.rtf", lambda: rb"{\rtf1}\fonttbl}{\fonttbl{\f0 " + rb"\f1\fcharset9" * 20_000 + rb"Boats.\par"),
        ("late-fonts.rtf", lambda: rb"{\rtf1{\f0 " + rb"\f1\fcharset9" * 20_000 + rb"\fonttbl}Boats.\par}"),
        ("links.rtf", lambda: rb"{\rtf1 Boats.\par" + rb"{\field{\*\fldinst{ HYPERLINK " * 20_000 + b"}"),
        ("quotation-marks.txt", lambda: ("The boats. " + "п»ї," * 60_000).encode()),
    ],
)
def test_no_document_takes_the_square_of_its_length(tmp_path: Path, name: str, make: Callable[[], bytes]) -> None:
    """Each took from nine seconds to hours."""
    raw, begun = make(), time.process_time()
    assert read(raw, name, tmp_path) in ("read", "refused")
    assert time.process_time() - begun < 5


def test_linked_data_that_are_deep_or_long() -> None:
    assert read_web_page(linked("[" * 9000 + "]" * 9000)).hints["author"] == "Ann Reed"
    long = linked(_DATA.replace("{", '{"articleBody": "' + "<p>Words.</p> " * 2000 + '",', 1))
    assert read_web_page(long).hints["published"] == "2024-04-01"


def test_the_separator_of_a_table() -> None:
    for text, row in (
        ("Year;Share\n2020;1,5\n2021;2,5\n", "2020 | 1,5"),
        ('Name, Note\nA, "one, two"\n', "A | one, two"),
        ("Name\tNote\nA\tone, two; three\n", "A | one, two; three"),
    ):
        assert blocks(read_csv(text.encode()))[1][1] == row


@pytest.mark.parametrize("code", [rb"{\info{\title \u99999999999 ?}}Boats.\par", rb"Boats \u99999999999 ?\par"])
def test_a_character_that_there_is_not_is_damage(tmp_path: Path, code: bytes) -> None:
    with pytest.raises(CorpusError, match="it is damaged"):
        read_new(tmp_path, [NewFile(b"{\\rtf1" + code + b"}", "a.rtf", "a.rtf", {})])


def test_an_error_of_a_damaged_part_is_one_line(tmp_path: Path) -> None:
    raw = docx(word_paragraph("Text."), {"word/styles.xml": b"<a>\0</a>"})
    with pytest.raises(CorpusError, match=r"its part word/styles\.xml is damaged") as caught:
        read_new(tmp_path, [NewFile(raw, "a.docx", "a.docx", {})])
    assert "\n" not in str(caught.value)


def test_a_long_paragraph_has_the_sentences_of_a_short_one() -> None:
    sentences = [f"The boat number {n} left the harbour “for ever” at noon." for n in range(1200)]
    text = " ".join(sentences)
    assert [text[a:b] for a, b in sentence_spans(text, "en")] == sentences
