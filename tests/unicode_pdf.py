"""A PDF in any script: glyphs with a table that says which characters each stands for, as word processors write."""

from __future__ import annotations

from collections.abc import Sequence

from tests.documents import one_page, stream

_SIZE, _TOP, _LEADING = 11, 760, 14


def unicode_pdf(lines: Sequence[Sequence[str]]) -> bytes:
    """Return a PDF of one page with these lines, each of the glyphs as they are drawn from the left to the right.

    A glyph stands for one or more characters, such as a letter with its accent.
    """
    glyphs = {glyph: n for n, glyph in enumerate(dict.fromkeys(g for line in lines for g in line), 1)}
    drawn = "".join(
        f"BT /F1 {_SIZE} Tf 1 0 0 1 70 {_TOP - n * _LEADING} Tm <{''.join(f'{glyphs[g]:04x}' for g in line)}> Tj ET\n"
        for n, line in enumerate(lines)
    ).encode()
    return one_page(
        drawn,
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Any /Encoding /Identity-H /DescendantFonts [6 0 R] "
        b"/ToUnicode 8 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Any /DW 600 /FontDescriptor 7 0 R "
        b"/CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>",
        b"<< /Type /FontDescriptor /FontName /Any /Flags 4 /FontBBox [0 -200 600 800] /ItalicAngle 0 /Ascent 800 "
        b"/Descent -200 /CapHeight 700 /StemV 80 >>",
        stream(_table(glyphs)),
    )


def _table(glyphs: dict[str, int]) -> bytes:
    rows = [f"<{n:04x}> <{glyph.encode('utf-16-be').hex()}>" for glyph, n in glyphs.items()]
    parts = [rows[at : at + 100] for at in range(0, len(rows), 100)]
    mapped = "\n".join(f"{len(part)} beginbfchar\n" + "\n".join(part) + "\nendbfchar" for part in parts)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Any def\n/CMapType 2 def\n"
        f"1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n{mapped}\nendcmap\nend\nend"
    ).encode()
