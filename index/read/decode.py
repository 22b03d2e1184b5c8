"""Bytes -> text: Unicode in any of its forms, and the older encodings that are still met.

The only file that imports charset_normalizer. A line that is UTF-8 is read as such, so that a file put together from
several loses nothing; all other lines are read in one encoding, the likeliest.
"""

from __future__ import annotations

import codecs
import re

from index.text.classify_language import classify

# UTF-32's mark begins with UTF-16's, so it comes first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Of the letters: text in Latin script has fewer outside ASCII, text in another script more.
_MANY = 0.4
_FEW_BYTES = 6  # too few to tell a script from
_OTHER_SCRIPTS = ("cp1251", "koi8_u", "cp1253", "cp1255", "cp1256", "cp932", "euc_jp", "gb18030", "big5", "euc_kr")
_CODE_PAGES = {
    "cp1250": frozenset("cs hr hu pl ro sk sl sq".split()),
    "cp1254": frozenset("az tr".split()),
    "cp1257": frozenset("et lt lv".split()),
}
# Codecs of Python that are no encoding of a page; the first takes time in proportion to the square of the length.
_NO_CHARSETS = frozenset({"punycode", "idna", "undefined", "unicode-escape", "raw-unicode-escape"})
_SAMPLE = 20_000  # bytes that the encoding is told from
# Controls without a meaning in a text, halves of characters, marks that only say where a word may be broken.
_NO_TEXT = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u200b\u2060\ufeff\ufffe\uffff\ud800-\udfff]")
_WHITE = str.maketrans("\x0b\x0c\x85\u2028\u2029", "\n\n\n\n\n")


def decode(raw: bytes) -> str:
    """Return `raw` as text, cleaned. Raises ValueError if it is no text."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return clean(raw[len(mark) :].decode(encoding, "replace"))
    if b"\0" in raw:
        return clean(raw.decode(_without_mark(raw), "replace"))
    try:
        return clean(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return clean(_mixed(raw))


def in_utf8(raw: bytes, charset: str) -> bytes:
    """Return a text in UTF-8 that is said to be in `charset`; as it is if it cannot be read so, or that is none."""
    try:
        codec = codecs.lookup(charset).name
        return raw if codec in _NO_CHARSETS else raw.decode(codec).encode("utf-8", "replace")
    except (LookupError, UnicodeError):
        return raw


def clean(text: str) -> str:
    """Return `text` without what is no text, its line ends as '\\n'."""
    return _NO_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n").translate(_WHITE))


def _without_mark(raw: bytes) -> str:
    """Return which UTF-16 a file with NUL bytes is in. Raises ValueError if in none."""
    sample = raw[: _SAMPLE & ~1]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if min(even, odd) * 10 < max(even, odd) and max(even, odd) * 5 > len(sample) // 2 and len(raw) % 2 == 0:
        return "utf-16-le" if odd > even else "utf-16-be"
    raise ValueError("it holds NUL bytes and is no text; save it as text in UTF-8")


def _mixed(raw: bytes) -> str:
    lines = raw.splitlines(keepends=True)
    other = [line for line in lines if not _is_utf8(line)]
    encoding = _older_encoding(b"".join(other), raw)
    return "".join(line.decode("utf-8" if _is_utf8(line) else encoding, "replace") for line in lines)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _older_encoding(lines: bytes, whole: bytes) -> str:
    """Return the likeliest encoding of `lines`, which are not UTF-8."""
    sample = lines[:_SAMPLE]
    high = sum(byte >= 0x80 for byte in sample)
    letters = sum(chr(byte).isalpha() for byte in sample if byte < 0x80)
    if high >= max(_FEW_BYTES, _MANY * (high + letters)):
        from charset_normalizer import from_bytes

        best = from_bytes(sample, cp_isolation=list(_OTHER_SCRIPTS)).best()
        if best is not None:
            return best.encoding
    language, _ = classify(whole[:_SAMPLE].decode("ascii", "ignore"))
    return next((page for page, languages in _CODE_PAGES.items() if language in languages), "cp1252")
