"""A PDF's text as a reader would read it: pages, columns, divided words, running heads, headings, tables."""

from __future__ import annotations

from pathlib import Path

import pypdfium2 as pdfium
import pytest

from index.errors import CorpusError
from index.read.document import Document
from index.read.one_file import read_source
from index.read.pdf import _spans, read_pdf
from index.settings import IndexSettings
from index.storage.generation import open_current
from tests.documents import column, pdf
from tests.locked_pdf import locked_pdf
from tests.test_index_formats import blocks, check_offsets

LEFT = ["The mayor of Esk sold the harbour, and the coun-", "cil says that nobody was asked about it."]
RIGHT = ["The right column goes on with other words,", "and it ends here."]
TITLE = (70.0, 800.0, 22.0, "The Harbour Report")


def page_of(document: Document, words: str) -> int:
    at = document.text.index(words)
    return next(page for start, page in reversed(document.pages) if start <= at)


def test_columns_are_read_one_after_the_other_and_divided_words_joined() -> None:
    """Also where a program draws the two columns line by line."""
    left, right = column(LEFT), column(RIGHT, x=330)
    expected = [
        ("heading", "The Harbour Report"),
        ("paragraph", "The mayor of Esk sold the harbour, and the council says that nobody was asked about it."),
        ("paragraph", "The right column goes on with other words, and it ends here."),
    ]
    for lines in ([*left, *right], [line for pair in zip(left, right, strict=True) for line in pair]):
        document = read_pdf(pdf([[TITLE, *lines]]))
        assert blocks(document) == expected
        check_offsets(document)


def test_a_compound_that_the_text_writes_with_a_hyphen_keeps_it() -> None:
    lines = [
        "He is a well-known man, and in the town he is well-",
        "known for the years 2019-",
        "20 and for nothing else.",
    ]
    document = read_pdf(pdf([column(lines)]))
    assert document.text == (
        "He is a well-known man, and in the town he is well-known for the years 2019-20 and for nothing else."
    )


def test_a_line_that_ends_in_a_typographic_hyphen_divides_a_word() -> None:
    codes = list(map(ord, "the old fer\u2010\r\nries"))
    assert list(_spans(codes)) == [(0, 11, True), (14, 18, False)]


WORDS = ("boats", "piers", "ropes", "masts", "sails")


def test_pages_are_known_and_running_heads_are_gone() -> None:
    """A sentence that goes on over the page is one sentence, and the head between its halves is no part of it."""
    pages = []
    for n, word in enumerate(WORDS, 1):
        lines = [f"The {word} were sold on page {n}.", "More was said of it.", f"Nobody bought the {word} which"]
        start = [f"were old {WORDS[n - 2]} by then."] if n > 1 else []
        pages.append([(70, 820, 9, "Harbour Papers 2024"), *column([*start, *lines]), (300, 30, 9, f"Page {n} of 5")])
    document = read_pdf(pdf(pages))
    assert "Harbour Papers" not in document.text
    assert "of 5" not in document.text
    assert "Nobody bought the boats which were old boats by then." in document.text
    assert [page_of(document, f"The {word} were") for word in WORDS] == [1, 2, 3, 4, 5]
    assert page_of(document, "Nobody bought the boats") == 1
    assert page_of(document, "were old boats") == 2
    check_offsets(document)


def test_a_title_in_the_words_of_the_running_head_stays() -> None:
    pages = [[(70.0, 800.0, 24.0, "Esk Reports"), *column(["The mayor sold the harbour."])]]
    pages += [[(70.0, 800.0, 9.0, "Esk Reports"), *column([f"On {day} it rained."])] for day in ("Monday", "Friday")]
    document = read_pdf(pdf([*pages, pages[1]]))
    assert document.text.startswith("Esk Reports\n")
    assert document.text.count("Esk Reports") == 1


def test_a_table_goes_on_over_the_page() -> None:
    rows = [
        (60.0, ("Year", "Ships", "Cargo")),
        (760.0, ("2021", "1,204", "88,100")),
        (746.0, ("2022", "1,310", "91,450")),
    ]
    drawn = [[(70.0 + 150 * n, y, 11.0, cell) for n, cell in enumerate(row)] for y, row in rows]
    document = read_pdf(pdf([[*column(["Ships and cargo by year:"], top=90), *drawn[0]], [*drawn[1], *drawn[2]]]))
    assert blocks(document)[1:] == [
        ("table_head", "Year | Ships | Cargo"), ("table_row", "2021 | 1,204 | 88,100"),
        ("table_row", "2022 | 1,310 | 91,450"),
    ]  # fmt: skip
    assert page_of(document, "Year |") == 1
    assert page_of(document, "2021 |") == 2


def test_short_paragraphs_stand_apart() -> None:
    """In a text with more gaps between paragraphs than inside them, too."""
    lines = ["Ann Reed, 3 April 2024", "", "The council of Esk sold the harbour to a bank, with eleven votes to nine",
             "of its members.", "", "Fishermen protest", "", "The price is high", "", "The ferry stays"]  # fmt: skip
    found = [text for _, text in blocks(read_pdf(pdf([column(lines)])))]
    assert found[0] == "Ann Reed, 3 April 2024"
    assert found[1].endswith("with eleven votes to nine of its members.")
    assert found[-2:] == ["The price is high", "The ferry stays"]


def test_tables_lists_and_headings() -> None:
    rows = [("Year", "Boats"), ("2020", "5"), ("2021", "17")]
    cells = [(x, 720 - 14 * n, 11, word) for n, row in enumerate(rows) for x, word in zip((70, 300), row, strict=True)]
    lines = [
        TITLE,
        *column(["The figures are these:"]),
        *cells,
        *column(["After it.", "", "- the pier", "- the boats"], top=650),
    ]
    document = read_pdf(pdf([lines]))
    assert blocks(document) == [
        ("heading", "The Harbour Report"),
        ("paragraph", "The figures are these:"),
        ("table_head", "Year | Boats"),
        ("table_row", "2020 | 5"),
        ("table_row", "2021 | 17"),
        ("paragraph", "After it."),
        ("list_item", "the pier"),
        ("list_item", "the boats"),
    ]
    assert document.blocks[3].under == document.blocks[2].start


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Microsoft Word - draft3.doc", "The Harbour Report"),
        ("The harbour report", "The harbour report"),
        ("", "The Harbour Report"),
    ],
)
def test_a_title_is_believed_if_the_text_bears_it_out(tmp_path: Path, said: str, expected: str) -> None:
    raw = pdf([[TITLE, *column(LEFT)]], {"Title": said, "Author": "Jane Roe", "CreationDate": "D:20240102030405Z"})
    (tmp_path / "r.pdf").write_bytes(raw)
    source = read_source(tmp_path / "r.pdf", "r.pdf")
    assert (source.title, source.author, source.published) == (expected, "Jane Roe", "2024-01-02")
    assert {"title", "author", "published"} <= set(source.guessed)


def test_a_title_with_half_a_character_is_left_out() -> None:
    raw = pdf([column(LEFT)], {"Title": "HalfABit", "Author": "Jane Roe"})
    document = read_pdf(raw.replace(b"(HalfABit)", b"<FEFFD83D>"))
    assert document.text.startswith("The ")
    assert document.hints == {"author": "Jane Roe"}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "it is empty"),
        (b"%PDF-1.4\n", "it is damaged or cut short"),
        (pdf([column(LEFT)])[:300], "it is damaged or cut short"),
        (pdf([[], []]), "no text on any of its 2 pages: they are pictures, as a scan has; run it through text recog"),
        (b"<!DOCTYPE html><p>Not found</p>", "its name ends in .pdf, and it is a web page"),
        (b"PK\x03\x04rest", "its name ends in .pdf, and it is a zip archive"),
        (b"hello", "its name ends in .pdf and it does not begin as such a file does"),
    ],
)
def test_a_pdf_that_cannot_be_read_is_named(tmp_path: Path, raw: bytes, reason: str) -> None:
    (tmp_path / "bad.pdf").write_bytes(raw)
    with pytest.raises(CorpusError, match=r"^bad\.pdf: ") as error:
        read_source(tmp_path / "bad.pdf", "bad.pdf")
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


def test_a_pdf_with_a_password_says_so() -> None:
    """It opens with its password, so that it is refused for nothing else; an empty password hides nothing."""
    raw = locked_pdf("The boats were sold.", "secret")
    with pdfium.PdfDocument(raw, password="secret") as file:
        assert file[0].get_textpage().get_text_range() == "The boats were sold."
    with pytest.raises(ValueError, match=r"^it is encrypted with a password; save a copy without one$"):
        read_pdf(raw)
    with pytest.raises(ValueError, match=r"^it is encrypted in a way that cannot be read; save a copy without prot"):
        read_pdf(raw.replace(b"/Standard", b"/Stranger"))
    assert read_pdf(locked_pdf("The boats were sold.", "")).text == "The boats were sold."


def test_an_index_keeps_the_pages(tmp_path: Path) -> None:
    from index.build.build import build
    from tests.fakes import HashedWords

    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "r.pdf").write_bytes(pdf([column(["The boats were sold."]), column(["The piers stayed."])]))
    settings = IndexSettings(home=tmp_path / "home", corpus=tmp_path / "papers")
    build(settings, embedder=HashedWords())
    source = open_current(settings).source("r.pdf")
    assert source.pages_of(source.text.index("boats"), source.text.index("boats") + 5) == (1, 1)
    assert source.pages_of(0, len(source.text)) == (1, 2)
