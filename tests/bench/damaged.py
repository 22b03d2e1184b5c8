"""Documents of every format, small and whole, and ways to damage them."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from tests.documents import column, pdf, zipped
from tests.office import docx, epub, odt, word_paragraph, word_properties, word_row
from tests.zips import members

PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>The harbour - Esk Post</title>'
    '<meta name="author" content="Ann Reed"><script type="application/ld+json">{"@type":"NewsArticle","headline":"The '
    'harbour","datePublished":"2024-04-01"}</script></head><body><nav>Menu</nav><article><h1>The harbour</h1><p>The '
    'mayor <b>sold</b> it to <a href="https://example.org/a">a bank</a>.<sup><a href="#n1">1</a></sup> These are gone:'
    "</p><ul><li>the pier<li>the boats</ul><blockquote>We were not asked.</blockquote><table><tr><th>Year</th><th "
    'colspan="2">Boats</th></tr><tr><td rowspan="2">2020</td><td>5</td><td>6</td></tr></table><pre>a = 1\nb</pre>'
    "</article><footer>About</footer></body></html>"
)
BODY = "<h1>The harbour</h1><p>The mayor <b>sold</b> it. These are gone:</p><ul><li>the pier</li></ul><p>Text.</p>"
_WORDS = [
    "The council of Esk sold the harbour on Monday, and the buy-",
    "er is a bank. Fishermen protested.",
    "",
    "1. the pier",
]


@dataclass(frozen=True)
class Kind:
    """A whole document, and words that mean something to its reader."""

    whole: Callable[[], bytes]
    words: Sequence[str]


_TAGS = (
    "<table>", "<tr>", "<td colspan='99999' rowspan='99999'>", "<div>", "</div>", "<p>", "<li>", "<ul>", "<!--", "-->",
    "<![CDATA[", "]]>", "<script>", "</script>", "<b>", "</b>", "<svg>", "<math>", "<template>", "<pre>", "&#0;",
    "&#xd800;", "&#x10ffff;", "&amp;", "&lt;", "<a href='#'>", "<a href='/x&#1;'>", "<base href='//[&#11;'>",
    "&#xfffe;", "<sup>", "<br>", "<h1>", "<meta charset='utf-7'>", "<meta charset='utf-16'>",
    "<?xml version='1.0' encoding='ebcdic'?>", "<!DOCTYPE x [<!ENTITY a 'b'>]>", "<time>",
    '<meta property="article:published_time" content="2024-02-30">', "<html>", "<body>", "<select>", "<frameset>",
    '{"@graph":[', '{"@type":"Person","name":', "[", "{", "]", "}", '"', ":", ",", "null",
    "<script type='application/ld+json'>",
)  # fmt: skip
_WORD = (
    "<w:p>", "</w:p>", "<w:tbl>", "<w:tr>", "<w:tc>", "<w:r>", "<w:t>", '<w:gridSpan w:val="99999"/>', "<w:del>",
    '<w:numPr><w:ilvl w:val="99"/><w:numId w:val="7"/></w:numPr>', '<w:vMerge w:val="restart"/>', "<w:hyperlink>",
    '<w:footnoteReference w:id="9"/>', '<w:fldChar w:fldCharType="begin"/>', "<mc:AlternateContent>", "<w:sdt>",
)  # fmt: skip
_OPEN = (
    "<text:p>", "</text:p>", '<text:s text:c="99999"/>', "<text:list>", "<text:list-item>", "<table:table>", "<text:h>",
    '<table:table-cell table:number-columns-spanned="99999" table:number-columns-repeated="99999">', "<text:note>",
    "<table:table-row>", "<text:section>", "<draw:frame>", "<office:annotation>", "<text:tab/>",
)  # fmt: skip
_PDF = (
    "<<", ">>", "[", "]", "(", ")", "stream", "endstream", "obj", "endobj", "0 R", "2 0 R", "4 0 R", "/Kids [2 0 R]",
    "/Count 999999999", "/Length 99999999", "/Parent", "BT", "ET", "Tf", "Td", "Tj", "TJ", "Tm", "q", "Q", "Do",
    "1e38", "-1e38", "0", "99999999999999999999", "/Filter /FlateDecode", "/Encrypt << >>", "xref", "trailer",
    "startxref 0 %%EOF", "/Prev 0", "/Rotate 45", "/MediaBox [0 0 0 0]", "/UserUnit 1e9", "/FontMatrix", "/Type3",
)  # fmt: skip
_RTF = (
    "{", "}", "\\'ff", "\\'zz", "\\u99999?", "\\u-1?", "\\uc99", "\\bin99999 ", "\\par", "\\cell", "\\row", "\\trowd",
    "\\ansicpg99999", "\\ansicpg932", "\\fonttbl", "{\\*\\x ", "\\pict", "\\object", "\\field", "\\v", "\\revtim\\yr0",
    "\\fcharset999", "\\f9", "{\\info{\\title ", "\\",
)  # fmt: skip
_MARKDOWN = (
    "---\n", "# ", "> ", "- ", "1. ", "|", "\n|-|-|\n", "```\n", "*", "_", "[", "](", "](http://a)", "![", "<b>",
    "<div>\n", "&#0;", "&nbsp;", "\\", "    ", "\n", "[^1]:", "~~", "id: a\n", "title: [", "relation: x\n", "`", "***",
)  # fmt: skip
_TEXT = ("\n", "\n\n", "- ", "1. ", "\t", ",", ";", '"', "|", "\r", "\0", "\ufeff", "\u2028", "e\u0301", "\u200f")

_ODT_BODY = (
    '<text:h text:outline-level="1">The harbour</text:h><text:p>The mayor '
    '<text:span text:style-name="B">sold</text:span>'
    "<text:s/>it.<text:note><text:note-body><text:p>A note.</text:p></text:note-body></text:note></text:p><text:list>"
    "<text:list-item><text:p>the pier</text:p></text:list-item></text:list><table:table><table:table-row>"
    "<table:table-cell><text:p>2020</text:p></table:table-cell><table:table-cell><text:p>5</text:p></table:table-cell>"
    "</table:table-row></table:table>"
)
_META = "<m xmlns:dc='d'><dc:title>The harbour</dc:title><dc:creator>Ann</dc:creator><dc:date>2024-04-01</dc:date></m>"
KINDS: Mapping[str, Kind] = {
    ".pdf": Kind(
        lambda: pdf(
            [[*column(["The harbour"], size=20), *column([*_WORDS, "2020", "2021"], top=700)]] * 3, {"Title": "Esk"}
        ),
        _PDF,
    ),
    ".html": Kind(lambda: PAGE.encode(), _TAGS),
    ".docx": Kind(
        lambda: docx(
            f"{word_paragraph('The harbour', 'Heading1')}{word_paragraph('The mayor sold it. It is gone.')}<w:tbl>"
            f"{word_row('Year', 'Boats', head=True)}{word_row('2020', '5')}</w:tbl>",
            word_properties("The harbour", "Ann", "2024-04-01T00:00:00Z"),
        ),
        _WORD,
    ),
    ".epub": Kind(
        lambda: epub({"a.xhtml": BODY, "b.xhtml": BODY}, "<dc:title>Esk</dc:title><dc:date>2024</dc:date>"), _TAGS
    ),
    ".odt": Kind(lambda: odt(_ODT_BODY, {"meta.xml": _META}), _OPEN),
    ".rtf": Kind(
        lambda: (
            b"{\\rtf1\\ansi\\ansicpg1252{\\fonttbl{\\f0\\fcharset0 Arial;}}{\\info{\\title The harbour}{\\author Ann}"
            b"{\\revtim\\yr2024\\mo4\\dy1}}\\f0 The mayor \\b sold\\b0  it to caf\\'e9 \\u8364?.\\par\\bullet  the pier"
            b"\\par\\trowd Year\\cell Boats\\cell\\row 2020\\cell 5\\cell\\row}"
        ),
        _RTF,
    ),
    ".csv": Kind(lambda: b'Year;Boats;Note\n2020;5;"a ""b"" c"\n2021;6;\n2022;7;caf\xe9\n', _TEXT),
    ".txt": Kind(lambda: "\n".join([*_WORDS, "- the boats", "", "Ще рядок тексту."]).encode(), _TEXT),
    ".md": Kind(
        lambda: (
            b"---\ntitle: The harbour\ndate: 2024-04-01\n---\n# The harbour\n\nThe mayor **sold** it to [a bank](http://"
            b"a.example).\n\n- the pier\n- the boats\n\n|Year|Boats|\n|-|-|\n|2020|5|\n\n> We were not asked.\n"
        ),
        _MARKDOWN,
    ),
}


def damaged(rng: random.Random, kind: Kind) -> bytes:
    """Return one damaged document."""
    raw = kind.whole()
    if raw.startswith(b"PK") and rng.random() < 0.9:
        parts = members(raw)
        for _ in range(rng.randint(1, 2)):
            _damage_part(rng, parts, kind)
        return zipped(parts)
    return _damage(rng, raw, kind)


def _damage_part(rng: random.Random, parts: dict[str, bytes], kind: Kind) -> None:
    name = rng.choice(sorted(parts))
    way = rng.random()
    if way < 0.5:
        parts[name] = _damage_tree(rng, parts[name])
    elif way < 0.85:
        parts[name] = _damage(rng, parts[name], kind)
    elif way < 0.9:
        del parts[name]
        parts.setdefault("mimetype", b"")
    elif way < 0.95:
        parts[rng.choice(sorted(parts))] = parts[name]
    else:
        parts[name[: rng.randint(0, len(name))] + rng.choice(["x", "/", "é", "\\", "x" * 300])] = parts.pop(name)


def _damage(rng: random.Random, raw: bytes, kind: Kind) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 4, 8))):
        raw = rng.choice(_WAYS)(rng, raw, kind)
    return raw


def _damage_tree(rng: random.Random, raw: bytes) -> bytes:
    """Return a part as well-formed XML, its elements doubled, moved, removed, nested or otherwise said."""
    try:
        root = etree.fromstring(raw)
    except etree.XMLSyntaxError:
        return raw  # damaged already
    for _ in range(rng.randint(1, 4)):
        every = [e for e in root.iter(etree.Element) if e is not root]
        if not every:
            break
        element, other = rng.choice(every), rng.choice(every)
        way = rng.randrange(6)
        if way == 0:
            element.addnext(deepcopy(element))
        elif way == 1:
            other.append(deepcopy(element))
        elif way == 2:
            element.getparent().remove(element)
        elif way == 3:
            element.tag = other.tag
        elif way == 4:
            for name in element.attrib:
                element.set(name, rng.choice(("", "0", "-1", "99999", "../x", "é#?%", *other.attrib.values())))
        else:
            for _ in range(rng.choice((1, 10, 240))):
                inner = etree.SubElement(element, other.tag, other.attrib)
                inner.text, element = "words", inner
    return etree.tostring(root)


def _place(rng: random.Random, raw: bytes) -> tuple[int, int]:
    start = rng.randint(0, len(raw))
    return start, min(len(raw), start + rng.choice((1, 2, 4, 16, 100, 1000)))


def _change(rng: random.Random, raw: bytes, _: Kind) -> bytes:
    start, end = _place(rng, raw)
    return raw[:start] + rng.randbytes(min(end - start, 8)) + raw[start + min(end - start, 8) :]


def _cut(rng: random.Random, raw: bytes, _: Kind) -> bytes:
    start, end = _place(rng, raw)
    return raw[:start] + (raw[end:] if rng.random() < 0.8 else b"")


def _double(rng: random.Random, raw: bytes, _: Kind) -> bytes:
    start, end = _place(rng, raw)
    to = rng.randint(0, len(raw))
    return raw[:to] + raw[start:end] * rng.choice((1, 1, 1, 2, 50)) + raw[to:]


def _put_in(rng: random.Random, raw: bytes, kind: Kind) -> bytes:
    at = rng.randint(0, len(raw))
    words = "".join(rng.choice(kind.words) for _ in range(rng.randint(1, 3))).encode()
    return raw[:at] + words * rng.choice((1, 1, 1, 1, 1, 3, 300, 20_000)) + raw[at:]


def _figure(rng: random.Random, raw: bytes, _: Kind) -> bytes:
    """Write another number where there is one."""
    places = [n for n, byte in enumerate(raw) if 0x30 <= byte <= 0x39]
    if not places:
        return raw
    at = rng.choice(places)
    return raw[:at] + rng.choice((b"", b"0", b"-1", b"65536", b"2147483648", b"9" * 30, b"1.5")) + raw[at + 1 :]


_WAYS = (_change, _change, _cut, _double, _put_in, _put_in, _figure)
