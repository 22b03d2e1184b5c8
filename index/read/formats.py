"""Which reader reads which file. Each is imported, with its library, when the first file of its kind is read.

To add a format, write `index/read/<format>.py` with a function bytes -> Document, whose ValueError says what is wrong
and what to do, and add it to `FORMATS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePath

from index.errors import CorpusError
from index.read.document import Document

READER_VERSION = 5  # raise it when a reader would make another text of the same file


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file: its reader (module and function), and what that needs.

    `packages`: import name -> name on PyPI.
    """

    module: str
    function: str
    packages: dict[str, str]
    is_costly: bool = True  # to read, so that what was read is kept

    def reader(self) -> Callable[[bytes], Document]:
        """Import the reader. Raises CorpusError, which names the pip command, if a package is missing."""
        try:
            found: Callable[[bytes], Document] = getattr(import_module(f"index.read.{self.module}"), self.function)
        except ModuleNotFoundError as error:
            if (error.name or "").split(".")[0] == "index":
                raise
            raise CorpusError(
                f"reading such files needs the package {error.name}, which is missing; "
                f"run: pip install {' '.join(self.packages.values())}"
            ) from error
        return found

    @property
    def version(self) -> str:
        """What the result depends on besides the file: this code and its libraries."""
        return " ".join((f"{self.module} {READER_VERSION}", *map(_release, self.packages.values())))


@cache
def _release(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return package


_LXML = {"lxml": "lxml"}
_CHARSET = {"charset_normalizer": "charset-normalizer"}
_MARKDOWN = Format("markdown", "read_markdown", {"markdown_it": "markdown-it-py"}, is_costly=False)
_PAGE = Format("web_page", "read_web_page", {"trafilatura": "trafilatura", **_LXML, **_CHARSET})
FORMATS = {
    ".md": _MARKDOWN,
    ".markdown": _MARKDOWN,
    ".txt": Format("plain_text", "read_plain_text", _CHARSET, is_costly=False),
    ".html": _PAGE,
    ".htm": _PAGE,
    ".xhtml": _PAGE,
    ".pdf": Format("pdf", "read_pdf", {"pypdfium2": "pypdfium2"}),
    ".docx": Format("word", "read_word", {"mammoth": "mammoth", **_LXML}),
    ".epub": Format("epub", "read_epub", _LXML),
    ".odt": Format("open_document", "read_open_document", _LXML),
    ".rtf": Format("rich_text", "read_rich_text", {"striprtf": "striprtf"}),
    ".csv": Format("csv_table", "read_csv", _CHARSET, is_costly=False),
}


def reader_of(name: str) -> str:
    """Return what reads a file of this name, with the versions of its libraries: 'pdf 1 pypdfium2 5.15.2'."""
    return FORMATS[PurePath(name).suffix.lower()].version


_ARCHIVE = "a zip archive"
# How files begin that are something, whatever their names say.
_SIGNATURES = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", _ARCHIVE),
    (b"{\\rtf", "an RTF"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a file of old Office, or an encrypted one of new Office"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3\0", "a database"),
)
_EXPECTED = {".pdf": "a PDF", ".docx": _ARCHIVE, ".epub": _ARCHIVE, ".odt": _ARCHIVE, ".rtf": "an RTF"}
_WEB = (b"<!doctype html", b"<html")
_HEAD = 1024  # bytes before which a PDF may hold something else (ISO 32000-1, annex H.3)


def refuse_misnamed(raw: bytes, suffix: str) -> None:
    """Raise ValueError if a file is empty, or not what its name says."""
    if not raw.strip():
        raise ValueError("it is empty")
    wanted = _EXPECTED.get(suffix)
    found = next((kind for begin, kind in _SIGNATURES if raw.startswith(begin)), None)
    if wanted == "a PDF" and b"%PDF-" in raw[:_HEAD]:
        return
    if wanted is not None and found is None and raw[:_HEAD].lstrip().lower().startswith(_WEB):
        found = "a web page"
    if found is None and wanted is not None:
        raise ValueError(f"its name ends in {suffix} and it does not begin as such a file does; get the file again")
    if found != wanted:
        raise ValueError(f"its name ends in {suffix}, and it is {found}; give it the name of what it is")
