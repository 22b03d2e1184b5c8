"""A folder of files -> Sources, validated. Layout: `article.md` and `sources/**/*.md`.

To add a file format, write `index/read/<format>.py` with a function like `read_markdown` (bytes -> Document; its
ValueError says where, what is wrong, and what to do) and add it to `READERS`. All metadata values are text, so that
'2024-10' stays a month and '2012' a year.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    StringConstraints,
    ValidationError,
    field_validator,
)

from index.errors import CorpusError
from index.filters import date_range
from index.passage import Basis, Kind, Relation, Source
from index.read.document import Document
from index.read.markdown import read_markdown

READERS: dict[str, Callable[[bytes], Document]] = {".md": read_markdown}  # by the file's suffix


def _web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("write an address that begins with http:// or https://")
    return value


_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$")]
_Url = Annotated[str, AfterValidator(_web_address)]


class FrontMatter(BaseModel):
    """The fields of a source file; `docs/corpus.md` explains each."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: _Id
    title: _Text
    publisher: _Text
    author: str | None = None
    published: str | None = None
    url: _Url
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]+)*$")] = "en"
    kind: Kind
    relation: Relation
    basis: Basis = Basis.ORIGINAL
    via: tuple[str, ...] = ()

    @field_validator("author", "published")
    @classmethod
    def _empty_is_none(cls, value: str | None) -> str | None:
        return (value or "").strip() or None

    @field_validator("published")
    @classmethod
    def _is_date(cls, value: str | None) -> str | None:
        date_range(value)
        return value


def corpus_files(folder: Path) -> list[Path]:
    """Return the corpus' files in reading order, the article first. Raises CorpusError if there are none."""
    files = [*folder.glob("article.*"), *sorted((folder / "sources").rglob("*"))]
    files = [p for p in files if p.suffix in READERS and p.is_file()]
    if not files:
        raise CorpusError(
            f"{folder}: no article.md and no sources/*.md here; name the folder that holds them with --corpus"
        )
    return files


def read_corpus(folder: Path) -> tuple[Source, ...]:
    """Read all sources of `folder`. Raises CorpusError for the first file that cannot be read."""
    sources: list[Source] = []
    seen: dict[str, str] = {}
    for path in corpus_files(folder):
        source = read_source(path, path.relative_to(folder).as_posix())
        if source.id in seen:
            raise CorpusError(
                f"{source.file}: field 'id': '{source.id}' is already the id of {seen[source.id]}; "
                "give each file an id of its own"
            )
        seen[source.id] = source.file
        sources.append(source)
    return tuple(sources)


def file_digests(folder: Path) -> dict[str, str]:
    """Return relative file name -> SHA-256 (hex) of its bytes: a cheap way to see that the corpus changed."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(_read_bytes(p, p.name)).hexdigest()
        for p in corpus_files(folder)
    }


def read_source(path: Path, name: str) -> Source:
    """Read one file. Raises CorpusError: one line with `name`, field, what is wrong, what to do."""
    try:
        document = READERS[path.suffix](_read_bytes(path, name))
    except ValueError as error:
        raise CorpusError(f"{name}: {error}") from None
    front = _validate(document.fields, name)
    return Source(
        **{key: getattr(front, key) for key in FrontMatter.model_fields},
        text=document.text,
        blocks=document.blocks,
        marks=document.marks,
        lines=document.lines,
        file=name,
    )


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{name}: cannot be read ({error.strerror}); repair the file or its permissions") from error


def _validate(data: dict[str, object], name: str) -> FrontMatter:
    try:
        return FrontMatter.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise CorpusError(f"{name}: field '{'.'.join(map(str, first['loc']))}': {_words(first)}") from None


def _words(error: object) -> str:
    """Return a pydantic error in words, with a remedy."""
    assert isinstance(error, dict)
    given, kind = error.get("input"), error["type"]
    if kind == "missing":
        return "is missing; add it to the front matter"
    if kind == "extra_forbidden":
        return f"is not a field; remove it or use one of {', '.join(FrontMatter.model_fields)}"
    if kind == "enum":
        return f"'{given}' is not allowed; use {error['ctx']['expected']}"
    if kind == "string_too_short":
        return "is empty; fill it in"
    if kind == "string_pattern_mismatch":
        return f"'{given}' has a form that is not allowed; use letters, digits, '.', '_' and '-'"
    message = str(error["msg"]).removeprefix("Value error, ")
    return message if str(given) in message else f"'{given}': {message}"
