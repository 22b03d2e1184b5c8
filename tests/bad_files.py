"""Files that cannot be read, each with a part of the reason that is given."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

from tests.documents import column, pdf, zipped
from tests.locked_pdf import locked_pdf
from tests.office import docx, epub, odt, word_paragraph

_GOOD = "The council of Esk sold the harbour on Monday."


def _bomb(part: str) -> bytes:
    return zipped({part: b" " * 150_000_000})


def _encrypted() -> bytes:
    raw = bytearray(docx(word_paragraph("Text.")))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = raw.find(mark)
        while place >= 0:
            raw[place + at] |= 1
            place = raw.find(mark, place + 4)
    return bytes(raw)


def _packed(method: int, cut: int) -> bytes:
    """Return a Word file whose parts are packed by `method`, each with `cut` bytes damaged."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx(word_paragraph(_GOOD)))) as parts, zipfile.ZipFile(out, "w", method) as made:
        for name in parts.namelist():
            made.writestr(name, parts.read(name))
    raw = bytearray(out.getvalue())
    for info in made.infolist():
        start = info.header_offset + 30 + len(info.filename)
        raw[start + 9 : start + 9 + cut] = b"\xff" * cut
    return bytes(raw)


_DRM = "<e><EncryptionMethod Algorithm='aes'/></e>"
_ENTITY = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document xmlns:w="w"><w:p>&x;</w:p></w:document>'

# Name, how its bytes are made, a part of the reason.
BAD: tuple[tuple[str, Callable[[], bytes], str], ...] = (
    ("empty.pdf", lambda: b"", "it is empty"),
    ("cut.pdf", lambda: pdf([column([_GOOD])])[:200], "it is damaged or cut short"),
    ("scan.pdf", lambda: pdf([[]]), "no text on its page"),
    ("locked.pdf", lambda: locked_pdf(_GOOD, "secret"), "it is encrypted with a password; save a copy without one"),
    ("bomb.docx", lambda: _bomb("word/document.xml"), "as a zip bomb does"),
    ("bomb.epub", lambda: _bomb("OEBPS/book.opf"), "as a zip bomb does"),
    ("dots.docx", lambda: docx("", {"../../evil": "x"}), "unpacked outside its folder"),
    ("entity.docx", lambda: docx("", {"word/document.xml": _ENTITY}), "declares entities"),
    ("entity.epub", lambda: epub({}, more={"OEBPS/book.opf": _ENTITY}), "declares entities"),
    ("dots.epub", lambda: epub({}, more={"../../evil.xhtml": "x"}), "unpacked outside its folder"),
    ("rooted.epub", lambda: epub({}, more={"/etc/passwd": "x"}), "unpacked outside its folder"),
    ("locked.epub", lambda: epub({}, more={"META-INF/encryption.xml": _DRM}), "protected (DRM)"),
    ("locked.docx", _encrypted, "encrypted with a password"),
    ("packed.docx", lambda: _packed(zipfile.ZIP_LZMA, 0), "packed in a way that is not allowed"),
    ("damaged-lzma.docx", lambda: _packed(zipfile.ZIP_LZMA, 9), "packed in a way that is not allowed"),
    ("damaged.docx", lambda: _packed(zipfile.ZIP_DEFLATED, 9), "is damaged"),
    ("locked.odt", lambda: odt("", {"META-INF/manifest.xml": "<encryption-data/>"}), "encrypted with a password"),
    ("cut.docx", lambda: docx(word_paragraph("Text."))[:150], "damaged or cut short"),
    ("sheet.docx", lambda: zipped({"xl/workbook.xml": "<x/>"}), "no Word file"),
    ("old.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "it is a file of old Office"),
    ("page.pdf", lambda: b"<!doctype html><p>404</p>", "it is a web page"),
    ("paper.txt", lambda: pdf([column([_GOOD])]), "it is a PDF"),
    ("program.txt", lambda: b"\x7fELF\x02\x01\x01\0\0\0", "it is a program"),
    ("noise.txt", lambda: bytes(range(256)) * 4, "it holds NUL bytes"),
    ("broken.rtf", lambda: b"{\\rtf1\\ansi {\\info", "the body is empty"),
    ("blank.html", lambda: b"<html><body><script>var x = 1;</script></body></html>", "the body is empty"),
    ("blank.md", lambda: b"\n\n  \n", "it is empty"),
)
