"""Documents for the tests, made by hand: small, and as broken as a test wants them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence

Placed = tuple[float, float, float, str]  # x and y of a line's start in points, the size of its type, its words


def pdf(pages: Sequence[Sequence[Placed]], info: Mapping[str, str] | None = None) -> bytes:
    """Return a PDF with these lines on its pages, in Helvetica."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica "
               "/Encoding /WinAnsiEncoding >>"]  # fmt: skip
    entries = "".join(f"/{name} ({_escaped(value)}) " for name, value in (info or {}).items())
    objects.append(f"<< {entries}>>")
    kids = []
    for lines in pages:
        drawn = "".join(
            f"BT /F1 {size} Tf 1 0 0 1 {x} {y} Tm ({_escaped(words)}) Tj ET\n" for x, y, size, words in lines
        )
        objects.append(f"<< /Length {len(drawn.encode('cp1252'))} >>\nstream\n{drawn}endstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    return pdf_file([body.encode("cp1252") for body in objects], "/Info 4 0 R")


def one_page(drawn: bytes, *font: bytes, trailer: str = "") -> bytes:
    """Return a PDF of one page on which this is drawn. `font`: its font /F1, the object 5, and what that needs."""
    return pdf_file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
            b"/Resources << /Font << /F1 5 0 R >> >> >>",
            stream(drawn),
            *font,
        ],
        trailer,
    )


def stream(content: bytes) -> bytes:
    """Return an object of a PDF that holds this content."""
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


def pdf_file(objects: Sequence[bytes], trailer: str = "") -> bytes:
    """Return a PDF file of these objects, numbered from 1; the first is the catalogue."""
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for n, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (n, body))
    start = out.tell()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}".encode())
    out.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def _escaped(words: str) -> str:
    return words.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def column(
    lines: Sequence[str], x: float = 70, top: float = 760, size: float = 11, leading: float = 14
) -> list[Placed]:
    """Return lines one below the other; an empty one leaves a gap."""
    return [(x, top - n * leading, size, line) for n, line in enumerate(lines) if line]


def zipped(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a zip archive of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()
