"""Every file format -> the same kind of document: its words in order, headings, lists, tables, exact offsets."""

from __future__ import annotations

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from contextlib import suppress
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.read.csv_table import read_csv
from index.read.decode import clean, decode
from index.read.document import Document
from index.read.epub import read_epub
from index.read.markdown import read_markdown
from index.read.open_document import read_open_document
from index.read.pdf_layout import Line, Piece, lay_out
from index.read.plain_text import read_plain_text
from index.read.rich_text import read_rich_text
from index.read.web_page import read_web_page
from index.read.word import read_word
from index.read.zipped import Archive
from index.source import MarkKind
from tests.office import docx, epub, odt, word_paragraph, word_properties, word_row

HARBOUR = [
    ("heading", "The harbour"),
    ("paragraph", "The mayor sold it. These are gone:"),
    ("list_item", "the pier"),
    ("list_item", "the boats"),
    ("table_head", "Year | Boats"),
    ("table_row", "2020 | 5"),
]
PAGE = (
    "<h1>The harbour</h1><p>The mayor <b>sold</b> it. These are gone:</p><ul><li>the pier</li><li>the boats</li></ul>"
    "<table><tr><th>Year</th><th>Boats</th></tr><tr><td>2020</td><td>5</td></tr></table>"
)


def blocks(document: Document) -> list[tuple[str, str]]:
    return [(b.kind.value, document.text[b.start : b.end]) for b in document.blocks]


def check_offsets(document: Document) -> None:
    """Every offset lies where it must, and the text can be stored and hashed."""
    document.text.encode("utf-8")
    end = 0
    starts = {b.start for b in document.blocks}
    for block in document.blocks:
        assert end <= block.start < block.end <= len(document.text)
        words = document.text[block.start : block.end]
        assert words == words.strip()
        assert block.under == -1 or (block.under in starts and block.under < block.start)
        end = block.end
    for mark in document.marks:
        assert any(b.start <= mark.start < mark.end <= b.end for b in document.blocks)
    for places in (document.lines, document.pages):
        assert list(places) == sorted(places)
        assert all(0 <= at < max(1, len(document.text)) for at, _ in places)


def words_of(document: Document) -> str:
    return "".join(document.text.replace(" | ", "").split())


@pytest.mark.parametrize(
    ("read", "raw"),
    [
        (read_web_page, f"<html><body><article>{PAGE}</article></body></html>".encode()),
        (read_epub, epub({"a%20b.xhtml".replace("%20", "-"): PAGE})),
        (
            read_open_document,
            odt(
                '<text:h text:outline-level="1">The harbour</text:h><text:p>The mayor <text:span text:style-name="B">'
                "sold</text:span><text:s/>it. These are gone:</text:p><text:list><text:list-item><text:p>the pier"
                "</text:p></text:list-item><text:list-item><text:p>the boats</text:p></text:list-item></text:list>"
                "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Year</text:p>"
                "</table:table-cell><table:table-cell><text:p>Boats</text:p></table:table-cell></table:table-row>"
                "</table:table-header-rows><table:table-row><table:table-cell><text:p>2020</text:p></table:table-cell>"
                "<table:table-cell><text:p>5</text:p></table:table-cell></table:table-row></table:table>"
            ),
        ),
        (
            read_markdown,
            b"# The harbour\n\nThe mayor **sold** it. These are gone:\n\n- the pier\n- the boats\n\n"
            b"|Year|Boats|\n|-|-|\n|2020|5|\n",
        ),
    ],
    ids=["html", "epub", "odt", "md"],
)
def test_the_same_text_in_several_formats(read: Callable[[bytes], Document], raw: bytes) -> None:
    """A reader of any format sees the same blocks; the list hangs on its introduction, the row on its head."""
    document = read(raw)
    assert blocks(document) == HARBOUR
    named = {document.text[b.start : b.end]: b for b in document.blocks}
    assert named["the pier"].under == named[HARBOUR[1][1]].start
    assert named["2020 | 5"].under == named["Year | Boats"].start
    bold = [m for m in document.marks if m.kind is MarkKind.STRONG]
    assert [document.text[m.start : m.end] for m in bold] == ["sold"]
    check_offsets(document)


def test_a_word_file() -> None:
    body = (
        word_paragraph("The harbour", "Heading1") + word_paragraph("The mayor sold it.")
        + f"<w:tbl>{word_row('Year', 'Boats', head=True)}{word_row('2020', '5')}</w:tbl>"
    )  # fmt: skip
    document = read_word(docx(body, word_properties("On the harbour", "Jane Roe", "2024-03-04T05:06:07Z")))
    assert blocks(document) == [
        ("heading", "The harbour"),
        ("paragraph", "The mayor sold it."),
        ("table_head", "Year | Boats"),
        ("table_row", "2020 | 5"),
    ]
    assert document.hints["title"] == "On the harbour"
    assert document.hints["author"] == "Jane Roe"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_word_file_whose_text_lies_in_a_part_of_any_name_declares_no_entities(encoding: str) -> None:
    raw = docx(word_paragraph("Another text."))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        relations = archive.read("_rels/.rels").replace(b"word/document.xml", b"word/main.dat")
        document = archive.read("word/document.xml").decode().replace("Another text", "&x;")
    main = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE d [<!ENTITY x "Boats">]>{document}'
    parts: dict[str, str | bytes] = {"_rels/.rels": relations, "word/main.dat": main.encode(encoding)}
    with pytest.raises(ValueError, match=r"its part word/main\.dat declares entities"):
        read_word(docx(word_paragraph("Another text."), parts))


def test_a_damaged_picture_of_a_word_file_costs_the_picture() -> None:
    raw = docx(word_paragraph("The mayor sold it."), {"word/media/boat.png": b"\x89PNG" + bytes(range(256))})
    damaged = raw.replace(b"\x89PNG", b"\x88PNG")
    assert damaged != raw
    assert read_word(damaged).text == "The mayor sold it."


def test_rich_text() -> None:
    document = read_rich_text(
        rb"{\rtf1\ansi\ansicpg1252{\info{\title Caf\'e9 report}{\author Jane Roe}{\revtim\yr2024\mo3\dy4}}"
        rb"\pard The mayor sold it for \u8364?5.\par\trowd\cellx100\cellx200 Year\cell Boats\cell\row"
        rb"\trowd\cellx100\cellx200 2020\cell 5\cell\row\pard The \b end\b0 .\par}"
    )
    assert [text for _, text in blocks(document)] == [
        "The mayor sold it for €5.", "Year | Boats", "2020 | 5", "The end.",
    ]  # fmt: skip
    assert document.hints == {"title": "Café report", "author": "Jane Roe", "saved": "2024-03-04"}


def test_a_book_says_what_it_is_and_its_footnote_marks_are_no_text() -> None:
    metadata = (
        "<dc:title>A Book</dc:title><dc:creator>Ann Poe</dc:creator><dc:publisher>Press</dc:publisher>"
        "<dc:date>2019-05-01</dc:date><dc:language>en-GB</dc:language>"
    )
    book = epub(
        {"b.xhtml": "<p>It began<a href='#n1'><sup>1</sup></a> in Łódź.</p>", "a.xhtml": "<p>It ended.</p>"}, metadata
    )
    document = read_epub(book)
    assert document.text == "It began in Łódź.\n\nIt ended."
    assert document.hints == {
        "title": "A Book", "author": "Ann Poe", "publisher": "Press", "published": "2019-05-01", "language": "en-GB",
    }  # fmt: skip


def test_a_footnote_of_an_open_document_stands_behind_the_text() -> None:
    document = read_open_document(
        odt(
            "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes><text:p>They sold<text:note>"
            "<text:note-citation>1</text:note-citation><text:note-body><text:p>In May.</text:p></text:note-body>"
            "</text:note> it.</text:p>"
        )
    )
    assert document.text == "They sold it.\n\nIn May."


def test_footnotes_of_an_open_document_keep_their_order() -> None:
    one, two, three = (
        f"<text:note><text:note-citation>{n}</text:note-citation><text:note-body><text:p>{words}</text:p>"
        "</text:note-body></text:note>"
        for n, words in enumerate(("In May.", "In June.", "In July."), 1)
    )
    body = f"<text:p>They <text:span>sold{one}</text:span> it{two}.</text:p><text:p>And left{three}.</text:p>"
    assert read_open_document(odt(body)).text == "They sold it.\n\nAnd left.\n\nIn May.\n\nIn June.\n\nIn July."


def test_a_page_without_its_furniture() -> None:
    """Menus and footers are no text; the page says who wrote it, when, and where it stands."""
    long = "The council of Esk sold the harbour on Monday, and nobody in the town had been asked about it before. " * 4
    page = (
        "<html lang='en-GB'><head><title>Harbour sold | The Voice</title><meta name='author' content='Jane Roe'>"
        "<meta property='og:site_name' content='The Voice'><link rel='canonical' href='https://voice.example/a'>"
        "<meta property='article:published_time' content='2024-03-04T10:00:00Z'></head><body><nav><ul>"
        "<li><a href='/'>Home</a></li><li><a href='/s'>Sport</a></li></ul></nav><article><h1>Harbour sold</h1>"
        f"<p>{long}</p><p>It fetched <a href='https://x.example/p'>£447</a>.<sup><a href='#n1'>[1]</a></sup></p>"
        "</article><footer><p>Copyright The Voice. All rights reserved. Imprint and terms.</p></footer></body></html>"
    )
    document = read_web_page(page.encode())
    assert "Sport" not in document.text
    assert "Copyright" not in document.text
    assert document.text.endswith("It fetched £447.")
    link = next(m for m in document.marks if m.kind is MarkKind.LINK)
    assert (document.text[link.start : link.end], link.href) == ("£447", "https://x.example/p")
    assert document.hints == {
        "title": "Harbour sold", "author": "Jane Roe", "publisher": "The Voice", "published": "2024-03-04",
        "url": "https://voice.example/a", "language": "en-GB",
    }  # fmt: skip


def test_what_a_page_says_in_linked_data_and_what_only_stands_in_it() -> None:
    """A date in the text is no date of the page; code inside a sentence stays in it; a heading's mark is no text."""
    data = '{"@context":"https://schema.org","@type":"NewsArticle","headline":"Boats","datePublished":"2023-07-08"}'
    body = (
        "<article><h1>Boats<a href='#boats'>¶</a></h1><p>On 2019-06-22 they used the <code>sell</code> command for the "
        "boats, and so the boats were gone before anybody in the town had heard of it.</p></article>"
    )
    head = "<html><head><title>Boats | Harbour site</title>{}</head><body>{}</body></html>"
    stated = read_web_page(head.format(f'<script type="application/ld+json">{data}</script>', body).encode())
    assert (stated.hints["title"], stated.hints["published"]) == ("Boats", "2023-07-08")
    assert stated.text.startswith("Boats\n\nOn 2019-06-22 they used the sell command for the boats")
    assert "published" not in read_web_page(head.format("", body).encode()).hints


def test_no_word_is_lost_behind_a_comment_of_a_page() -> None:
    """Some programs part what they fill in from what they do not by a comment."""
    long = "The council of Esk sold the harbour, and nobody in the town had been asked about it before. " * 4
    said = "The price was not <!-- -->seven<!-- --> million <i>crowns</i><!--[-->, the council says.<?end ?>"
    page = f"<html><body><article><p>{long}</p><p>{said}</p><p>{long}</p></article></body></html>"
    assert blocks(read_web_page(page.encode()))[1][1] == "The price was not seven million crowns, the council says."


def test_tables_in_tables_and_cells_that_span() -> None:
    page = (
        "<table><tr><td><p>Around it.</p><table><thead><tr><th>Year</th><th>Boats</th></tr></thead>"
        "<tr><td rowspan=2>2020</td><td>5</td></tr><tr><td>6</td></tr><tr><td colspan=2>In all 11</td></tr></table>"
        "</td></tr></table>"
    )
    document = read_epub(epub({"a.xhtml": page}))
    assert [text for _, text in blocks(document)] == [
        "Around it.", "Year | Boats", "2020 | 5", "2020 | 6", "In all 11 |",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "count"),
    [
        ("<tr><td rowspan=100 colspan=100>Pier {}</td><td>sold</td></tr>", 300),
        ("<tr>" + "<td>gap</td>" * 90 + "</tr>" + "<tr><td>Pier {}</td></tr>" * 40, 300),
    ],
    ids=["cells that span all", "rows of one cell below a wide one"],
)
@pytest.mark.parametrize("kind", ["page", "book"])
def test_a_table_that_is_nearly_all_gaps_is_read_as_text(row: str, count: int, kind: str) -> None:
    """Filled, the gaps would be a hundred times the page."""
    rows = "".join(row.replace("{}", str(n)) for n in range(count))
    page = f"<html><body><article><h1>Piers</h1><p>{'The piers were sold. ' * 20}</p><table>{rows}</table></article>"
    document = read_web_page(page.encode()) if kind == "page" else read_epub(epub({"a.xhtml": page}))
    assert len(document.text) < len(page)
    assert {"Pier 0", f"Pier {count - 1}"} <= {text for _, text in blocks(document)}
    check_offsets(document)


def test_tables_in_a_table_of_a_page_stand_where_the_page_has_them() -> None:
    """What surrounds them too: each word once, in its order, and the inner rows cell by cell."""
    long = "The council of Esk sold the harbour, and nobody in the town had been asked about it before. " * 4
    inner = "<table><thead><tr><th>Year</th><th>Boats</th></tr></thead><tr><td>{}</td><td>5</td></tr></table>"
    page = (
        f"<html><body><article><h1>Harbour sold</h1><p>{long}</p><table><caption>By coast</caption>"
        f"<tr><td>The <b>north</b> coast{inner.format(2020)}and after it</td></tr>"
        f"<tr><td><p>South.</p></td><td>{inner.format(2021)}</td></tr></table><p>The end.</p></article></body></html>"
    )
    document = read_web_page(page.encode())
    assert blocks(document) == [
        ("heading", "Harbour sold"), ("paragraph", long.strip()), ("paragraph", "By coast"),
        ("paragraph", "The north coast"), ("table_head", "Year | Boats"), ("table_row", "2020 | 5"),
        ("paragraph", "and after it"), ("paragraph", "South."), ("table_head", "Year | Boats"),
        ("table_row", "2021 | 5"), ("paragraph", "The end."),
    ]  # fmt: skip
    check_offsets(document)


def test_plain_text_keeps_paragraphs_lists_and_lines() -> None:
    document = read_plain_text(b"One line\nand its end.\n\nThese:\n- a pier\n  of wood\n- boats\n")
    assert blocks(document) == [
        ("paragraph", "One line and its end."),
        ("paragraph", "These:"),
        ("list_item", "a pier of wood"),
        ("list_item", "boats"),
    ]
    assert document.blocks[2].under == document.blocks[1].start
    assert [line for _, line in document.lines] == [1, 2, 4, 5, 6, 7]
    whole = read_plain_text(("A" * 130 + ".\nNext paragraph.\n").encode())
    assert len(whole.blocks) == 2


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_table_of_values(separator: str) -> None:
    rows = [("Year", "Boats", "Note"), ("2020", "5", "old"), ("2021", "17", "new")]
    document = read_csv("\n".join(separator.join(row) for row in rows).encode())
    assert blocks(document)[0] == ("table_head", "Year | Boats | Note")
    assert blocks(document)[2] == ("table_row", "2021 | 17 | new")


SENTENCE = "Die Straße führt über die Brücke nach München, wo die Bürger größere Häuser bauen."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SENTENCE, "utf-8-sig"),
        (SENTENCE, "utf-16"),
        (SENTENCE, "utf-16-le"),
        (SENTENCE, "utf-32"),
        (SENTENCE, "latin-1"),
        ("Il a été décidé que l'élève n'était pas là; ça coûte 5 € à Noël.", "cp1252"),
        ("Міський голова продав гавань за 447 фунтів у понеділок.", "cp1251"),
        ("Zażółć gęślą jaźń, burmistrz sprzedał przystań.", "cp1250"),
        ("市長は月曜日に港を売却した。", "shift_jis"),
    ],
)
def test_texts_in_other_encodings(text: str, encoding: str) -> None:
    assert read_plain_text(text.encode(encoding)).text == text


@pytest.mark.parametrize("charset", ["punycode", "undefined", "idna", "unicode_escape", "no-such"])
def test_a_page_that_names_no_encoding_of_pages_is_read_as_what_it_is(charset: str) -> None:
    head = f'<html><head><meta charset="{charset}"></head>'
    document = read_web_page(f"{head}<body><p>The harbour-master is sold \\u0041 \xa3.</p></body></html>".encode())
    assert document.text == "The harbour-master is sold \\u0041 \xa3."


@pytest.mark.parametrize("reference", ["&#1;", "&#11;", "&#0031;", "&#x1f", "&#XFFFE;", "&#65535;"])
def test_a_reference_to_what_is_no_character_costs_nothing_of_a_page(reference: str) -> None:
    """Where the tree is changed: behind a footnote's number, in a table that lays out the page, in a link."""
    page = (
        f"<html><body><p>Esk<sup><a href='#n1'>1</a></sup>{reference} sold it at &#65;&#x20ac;.</p><table><tr><td>The"
        f"{reference} north<table><tr><td>2020</td><td>5</td></tr></table></td></tr></table>"
        f"<p>See <a href='/a{reference}'>there</a>.</p></body></html>"
    )
    document = read_web_page(page.encode(), "https://esk.example/b")
    assert blocks(document) == [
        ("paragraph", "Esk sold it at A€."), ("paragraph", "The north"), ("table_row", "2020 | 5"),
        ("paragraph", "See there."),
    ]  # fmt: skip
    assert [m.href for m in document.marks] == ["https://esk.example/a"]


@pytest.mark.parametrize("charset", ["punycode", "idna"])
def test_a_page_in_ascii_that_names_a_codec_of_domains_is_read_as_what_it_is(charset: str) -> None:
    page = f'<html><head><meta charset="{charset}"></head><body><p>The harbour--master is sold.</p></body></html>'
    assert read_web_page(page.encode()).text == "The harbour--master is sold."


@pytest.mark.parametrize("begin", [b"The harbour is sold.\n", b"Year;Boats\n2020;5\n2021;6\n"])
@pytest.mark.parametrize("read", [read_plain_text, read_csv])
def test_empty_lines_cost_little_memory(read: Callable[[bytes], Document], begin: bytes) -> None:
    """Each took from seventy to a hundred times its length."""
    raw = begin + b"\n" * 100_000
    read(begin)  # what is loaded once
    tracemalloc.start()
    try:
        document = read(raw)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert document == read(begin)
    assert peak < 10 * len(raw)


def test_lines_keep_their_numbers_behind_empty_ones() -> None:
    for last in ("The end.", "x" * 200):  # wrapped, and a line a paragraph
        document = read_plain_text(f"\n\nOne\nor two.\n\n\n- Three.\n- Four.\n\n{last}".encode())
        assert [line for _, line in document.lines] == [3, 4, 7, 8, 10]


def test_a_book_of_many_chapters_takes_no_time_for_each_of_them() -> None:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as made:
        for n in range(10_000):
            made.writestr(f"chapter-{n}.xhtml", "")
    archive = Archive(held.getvalue())
    begun = time.process_time()
    assert not any(archive.beside("book.opf", f"missing-{n}.xhtml") for n in range(10_000))
    assert time.process_time() - begun < 1


def test_a_text_put_together_from_two_encodings() -> None:
    raw = "Prévu à midi, dit-il.\n\n".encode() + "Le café était fermé.\n".encode("cp1252")
    assert read_plain_text(raw).text == "Prévu à midi, dit-il.\n\nLe café était fermé."


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_pages_tables_and_markdown_in_utf_16(encoding: str) -> None:
    """With a mark at the start and without one; a page may go on naming the encoding that it had before."""
    page = f'<html><head><meta charset="utf-8"></head><body><p>{SENTENCE}</p></body></html>'
    for read, text, expected in (
        (read_web_page, page, [("paragraph", SENTENCE)]),
        (read_markdown, f"# Straße\n\n{SENTENCE}\n", [("heading", "Straße"), ("paragraph", SENTENCE)]),
        (read_csv, "Straße;Häuser\nBrücke;5\n", [("table_head", "Straße | Häuser"), ("table_row", "Brücke | 5")]),
    ):
        document = read(text.encode(encoding))
        assert blocks(document) == expected
        check_offsets(document)


TEXTS = st.text(st.characters(blacklist_categories=("Cs",)), max_size=60)
ANY = st.lists(st.text(max_size=40), min_size=1, max_size=6)


def xml(words: str) -> str:
    """`words` as XML may hold them."""
    return escape("".join(c for c in clean(words) if c in "\n\t" or ord(c) >= 32))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_text_or_refused(raw: bytes) -> None:
    for read in (read_plain_text, read_csv, read_markdown):
        with suppress(ValueError):
            check_offsets(read(raw))


@given(ANY)
def test_offsets_of_plain_text(parts: list[str]) -> None:
    check_offsets(read_plain_text("\n\n".join(clean(p) for p in parts).encode()))


@given(ANY)
def test_offsets_of_pages_and_books(parts: list[str]) -> None:
    body = "".join(
        f"<p>a<b>{p}</b></p><ul><li>{p}</li></ul><table><tr><td>{p}</td><td>x</td></tr></table>"
        for p in map(xml, parts)
    )
    for document in (read_web_page(f"<html><body>{body}</body></html>".encode()), read_epub(epub({"a.xhtml": body}))):
        check_offsets(document)
    # Every word that was written is there, in its order.
    first = read_epub(epub({"a.xhtml": "".join(f"<p>{xml(p)}</p>" for p in parts)}))
    assert words_of(first) == words_of(read_plain_text("\n\n".join(xml_read(p) for p in parts).encode()))


def xml_read(words: str) -> str:
    return "".join(c for c in clean(words) if c in "\n\t" or ord(c) >= 32).replace(" | ", "")


@given(ANY)
def test_offsets_of_office_files(parts: list[str]) -> None:
    check_offsets(read_word(docx("".join(word_paragraph(xml_read(p)) for p in parts))))
    check_offsets(read_open_document(odt("".join(f"<text:p>{xml(p)}</text:p>" for p in parts))))


@given(ANY)
def test_offsets_of_tables_and_rich_text(parts: list[str]) -> None:
    parts = [clean(p) for p in parts]
    quoted = ",".join('"' + p.replace('"', '""') + '"' for p in parts)
    check_offsets(read_csv(f"{quoted}\n{quoted}\n".encode()))
    escaped = "".join(f"\\u{(ord(c) + 32768) % 65536 - 32768}?" for p in parts for c in p if ord(c) < 65536)
    check_offsets(read_rich_text(b"{\\rtf1\\ansi " + escaped.encode() + b"\\par}"))


@given(st.lists(st.lists(st.tuples(TEXTS, st.floats(8, 30), st.booleans()), max_size=6), min_size=1, max_size=5))
def test_offsets_of_pdf_pages(pages: list[list[tuple[str, float, bool]]]) -> None:
    made = [
        [
            Line((Piece(words, 70, 70 + 6 * len(words)),), 800 - 14 * n, size, at, divided)
            for n, (words, size, divided) in enumerate(lines)
        ]
        for at, lines in enumerate(pages, 1)
    ]
    if any(made):
        document = lay_out(made)
        check_offsets(document)
        assert all(1 <= page <= len(pages) for _, page in document.pages)


def test_decode_is_whole_characters_only() -> None:
    assert decode(b"a\xed\xa0\x80b").encode() is not None
    assert clean("a\ud800\x00\ufeffb\r\nc\rd") == "ab\nc\nd"
