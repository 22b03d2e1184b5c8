"""Office files and books for the tests, made of the parts that they need and no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from tests.documents import zipped

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _relations(kind: str, target: str) -> str:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="r1" Type="{_RELATION}/{kind}" Target="{target}"/></Relationships>'
    )


def word_paragraph(words: str, style: str = "") -> str:
    styled = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{styled}<w:r><w:t xml:space="preserve">{escape(words)}</w:t></w:r></w:p>'


def word_row(*cells: str, head: bool = False) -> str:
    made = "".join(f"<w:tc>{word_paragraph(c)}</w:tc>" for c in cells)
    return f"<w:tr>{'<w:trPr><w:tblHeader/></w:trPr>' if head else ''}{made}</w:tr>"


def docx(body: str, more: Mapping[str, str | bytes] | None = None) -> bytes:
    """Return a Word file with this body, in Word's XML, and a style for headings."""
    styles = f'<w:styles {_W}><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/></w:style>'
    return zipped(
        {
            "[Content_Types].xml": _TYPES,
            "_rels/.rels": _relations("officeDocument", "word/document.xml"),
            "word/_rels/document.xml.rels": _relations("styles", "styles.xml"),
            "word/styles.xml": f"{styles}</w:styles>",
            "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
            **(more or {}),
        }
    )


def word_properties(title: str, author: str, modified: str) -> dict[str, str]:
    return {
        "docProps/core.xml": '<cp:coreProperties xmlns:cp="c" xmlns:dc="d" xmlns:dcterms="t">'
        f"<dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>"
        f"<dcterms:modified>{modified}</dcterms:modified></cp:coreProperties>"
    }


def epub(chapters: Mapping[str, str], metadata: str = "", more: Mapping[str, str | bytes] | None = None) -> bytes:
    """Return a book of these chapters (file name -> body in XHTML) behind a table of contents."""
    items = "".join(
        f'<item id="i{n}" href="{name}" media-type="application/xhtml+xml"/>' for n, name in enumerate(chapters)
    )
    references = "".join(f'<itemref idref="i{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'{metadata}</metadata><manifest><item id="toc" href="toc.xhtml" properties="nav" '
        f'media-type="application/xhtml+xml"/>{items}</manifest><spine><itemref idref="toc"/>{references}</spine>'
        "</package>"
    )  # fmt: skip
    pages = {
        f"OEBPS/{name}": '<?xml version="1.0" encoding="utf-8"?><html xmlns="http://www.w3.org/1999/xhtml">'
        f"<head><title>x</title></head><body>{body}</body></html>"
        for name, body in {"toc.xhtml": "<p>Contents</p>", **chapters}.items()
    }
    container = '<container xmlns="c"><rootfiles><rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    return zipped({"META-INF/container.xml": container, "OEBPS/book.opf": package, **pages, **(more or {})})


_ODF = 'xmlns:office="o" xmlns:text="t" xmlns:table="tb" xmlns:style="s" xmlns:fo="f" xmlns:dc="d"'


def odt(body: str, more: Mapping[str, str | bytes] | None = None) -> bytes:
    """Return an OpenDocument text with this body, and a style 'B' that is bold."""
    style = '<style:style style:name="B"><style:text-properties fo:font-weight="bold"/></style:style>'
    content = (
        f"<office:document-content {_ODF}><office:automatic-styles>{style}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    return zipped({"content.xml": content, **(more or {})})


def rtf(paragraphs: Sequence[str]) -> bytes:
    """Return a text in RTF whose every character is written by its number in UTF-16, as Word writes them."""
    units = [p.encode("utf-16-le") for p in paragraphs]
    codes = [[int.from_bytes(u[n : n + 2], "little", signed=True) for n in range(0, len(u), 2)] for u in units]
    return b"{\\rtf1 " + "\\par ".join("".join(f"\\u{c}?" for c in part) for part in codes).encode() + b"\\par}"
