"""A PDF -> Document with page numbers. The only file that imports pypdfium2 (PDFium, the engine of Chromium).

PDFium gives the characters in the order in which they are drawn, and where each stands. They become lines here;
`pdf_lines` takes the lines of a page apart and `pdf_layout` makes paragraphs of them.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import hypot
from statistics import median

import pypdfium2 as pdfium
import pypdfium2.raw as engine

from index.read.document import Document
from index.read.pdf_layout import Line, Piece, lay_out
from index.source import BlockKind

_ERRORS = {
    engine.FPDF_ERR_PASSWORD: "it is encrypted with a password; save a copy without one",
    engine.FPDF_ERR_SECURITY: "it is encrypted in a way that cannot be read; save a copy without protection",
}
_DAMAGED = "it is damaged or cut short, and no page can be read; get the file again"
_MOST_PAGES = 20_000
_DIVIDED = 0x02  # what PDFium gives for the hyphen of a word that goes on in the next line
_HYPHENS = frozenset({0xAD, 0x2010})  # divide a word, too, where a line ends in one; '-' is told by PDFium
_ENDS = frozenset({_DIVIDED, ord("\r"), ord("\n")})
_BLANK = ord(" ")
_NO_CHARACTER = chr(0xFFFE)  # what PDFium gives for a dividing hyphen in a whole text
_GAP = 1.1  # a blank wider than this many times the size of the type parts columns or cells
_BOLD = 600
_DATE = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")


def read_pdf(raw: bytes) -> Document:
    """Read a PDF that holds text. Raises ValueError if it is damaged, encrypted, or pictures of pages only."""
    try:
        file = pdfium.PdfDocument(raw)
    except pdfium.PdfiumError as error:
        raise ValueError(_ERRORS.get(getattr(error, "err_code", None), _DAMAGED)) from None
    try:
        if len(file) > _MOST_PAGES:
            raise ValueError(f"it has {len(file)} pages, more than {_MOST_PAGES}; divide it")
        pages = [_lines(file, n) for n in range(len(file))]
        said = {name: _said(file, name) for name in ("Title", "Author", "CreationDate")}
    finally:
        file.close()
    if not any(pages):
        raise ValueError(
            f"no text on {'its page' if len(pages) == 1 else f'any of its {len(pages)} pages'}: they are pictures, "
            "as a scan has; run it through text recognition first, such as ocrmypdf"
        )
    document = lay_out(pages)
    return Document(
        document.text, document.blocks, pages=document.pages, hints=_hints(said, document, _biggest(document))
    )


def _said(file: pdfium.PdfDocument, name: str) -> str:
    """Return a field of what the file says of itself; '' if it holds half a character."""
    try:
        return str(file.get_metadata_value(name))
    except UnicodeDecodeError:
        return ""


def _hints(said: dict[str, str], document: Document, biggest: str) -> dict[str, str]:
    """Return what the file says of itself. Its title is believed if it stands in the text: many are leftovers."""
    title, date = said["Title"].strip(), _DATE.match(said["CreationDate"])
    stands = title and " ".join(title.lower().split()) in " ".join(document.text[:20_000].lower().split())
    found = {
        "title": title if stands or not biggest else biggest,
        "author": said["Author"].strip(),
        "saved": "-".join(p for p in date.groups() if p) if date else "",
    }
    return {name: value for name, value in found.items() if value}


def _biggest(document: Document) -> str:
    """Return the most prominent heading of the first page; '' without one."""
    second = next((at for at, page in document.pages if page > 1), len(document.text))
    heads = [b for b in document.blocks if b.kind is BlockKind.HEADING and b.start < second]
    first = min(heads, key=lambda b: b.level, default=None)
    return " ".join(document.text[first.start : first.end].split()) if first else ""


def _lines(file: pdfium.PdfDocument, n: int) -> list[Line]:
    """Return the lines of page `n` (from 0) as they are drawn; none if the page cannot be read."""
    try:
        page = file[n]
        text = page.get_textpage()
    except pdfium.PdfiumError:
        return []  # one damaged page costs that page: PDFium shows the others too
    letters = _Letters(text)
    made = [line for span in _spans(letters.codes) if (line := _line(letters, span, n + 1))]
    text.close()
    page.close()
    return made


class _Letters:
    """The characters of a page, and where each stands.

    A line asks for hundreds of places, so the variables that PDFium fills are made once.
    """

    def __init__(self, text: pdfium.PdfTextPage) -> None:
        self._text = text.raw
        self.codes = self._codes(text.count_chars())
        self._left, self._right, self._low, self._high = (ctypes.c_double() for _ in range(4))

    def _codes(self, count: int) -> Sequence[int]:
        """Return the code of each character: all at once, unless PDFium leaves some out or gives one in two halves."""
        buffer = (ctypes.c_ushort * (count + 1))()
        whole = engine.FPDFText_GetText(self._text, 0, count, buffer) == count + 1
        characters = bytes(buffer)[: 2 * count].decode("utf-16-le", "surrogatepass") if whole else ""
        if len(characters) == count:
            return [ord(c) for c in characters.replace(_NO_CHARACTER, chr(_DIVIDED))]
        return [engine.FPDFText_GetUnicode(self._text, at) for at in range(count)]

    def left(self, at: int) -> float:
        """Return where a character begins, from the left, in points."""
        engine.FPDFText_GetCharBox(self._text, at, self._left, self._right, self._low, self._high)
        return self._left.value

    def right(self, at: int) -> float:
        """Return where a character ends."""
        engine.FPDFText_GetCharBox(self._text, at, self._left, self._right, self._low, self._high)
        return self._right.value

    def height(self, at: int) -> float:
        """Return how far above the lower edge of the page a character's line stands, in points."""
        engine.FPDFText_GetCharOrigin(self._text, at, self._left, self._low)
        return self._low.value

    def size(self, at: int) -> float:
        """Return the size of a character's type in points, as drawn: the page may scale what the font states."""
        matrix = engine.FS_MATRIX()
        engine.FPDFText_GetMatrix(self._text, at, matrix)
        return max(float(engine.FPDFText_GetFontSize(self._text, at)) * hypot(matrix.c, matrix.d), 1.0)

    def is_bold(self, at: int) -> bool:
        return bool(engine.FPDFText_GetFontWeight(self._text, at) >= _BOLD)


def _spans(codes: Sequence[int]) -> Iterator[tuple[int, int, bool]]:
    """Yield the first and last + 1 character of each line, and whether a word is divided at its end."""
    start = 0
    for at, code in enumerate(codes):
        if code in _ENDS:
            if at > start:
                hyphen = at - start > 1 and codes[at - 1] in _HYPHENS
                yield start, at - hyphen, hyphen or code == _DIVIDED
            start = at + 1
    if len(codes) > start:
        yield start, len(codes), False


def _line(letters: _Letters, span: tuple[int, int, bool], page: int) -> Line | None:
    start, end, divided = span
    codes = letters.codes
    drawn = [at for at in range(start, end) if codes[at] > _BLANK]
    if not drawn:
        return None
    # A bullet or a raised figure at an end may be larger or smaller than the words.
    sample = (drawn[0], drawn[len(drawn) // 2], drawn[-1])
    size = median(map(letters.size, sample))
    pieces: list[Piece] = []
    first = start
    for before, after in pairwise(drawn):
        if after - before > 1 and letters.left(after) - letters.right(before) > _GAP * size:
            pieces += _piece(letters, first, before + 1)
            first = after
    pieces += _piece(letters, first, drawn[-1] + 1)
    bold = all(map(letters.is_bold, sample))
    return Line(tuple(pieces), letters.height(sample[1]), size, page, divided, bold) if pieces else None


def _piece(letters: _Letters, first: int, end: int) -> list[Piece]:
    """Return the characters `first:end` as a piece; none if they are blanks."""
    # PDFium gives a character beyond the first plane in two halves.
    words = "".join(map(chr, letters.codes[first:end])).encode("utf-16-le", "surrogatepass")
    whole = words.decode("utf-16-le", "replace").strip()
    return [Piece(whole, letters.left(first), letters.right(end - 1))] if whole else []
