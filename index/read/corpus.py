"""A folder of Markdown files with front matter -> Sources, validated.

Layout: `article.md` and `sources/**/*.md`. Front matter is YAML between two lines '---'; every value is
read as text, so '2024-10' stays a month and '2012' a year.
"""

from __future__ import annotations

import hashlib
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
from index.read.front_matter import FENCE, FrontMatterError, fields, split
from index.read.markdown import canonical


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
    """The corpus' files in reading order: the article first. Raises CorpusError if there are none."""
    article = folder / "article.md"
    files = [article] if article.is_file() else []
    files += sorted(p for p in (folder / "sources").rglob("*.md") if p.is_file())
    if not files:
        raise CorpusError(
            f"{folder}: no article.md and no sources/*.md here; name the folder that holds them with --corpus"
        )
    return files


def read_corpus(folder: Path) -> tuple[Source, ...]:
    """All sources of `folder`. Raises CorpusError for the first file that cannot be read."""
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
    """Relative file name -> SHA-256 (hex) of its bytes: a cheap way to see that the corpus changed."""
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(_read_bytes(p, p.name)).hexdigest()
        for p in corpus_files(folder)
    }


def read_source(path: Path, name: str) -> Source:
    """One file. Raises CorpusError: one line with `name`, field, what is wrong, what to do."""
    try:
        raw = _read_bytes(path, name).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError(f"{name}: byte {error.start} is not UTF-8 ({error.reason}); save the file as UTF-8") from None
    try:
        meta, body, first_line = split(raw)
    except FrontMatterError as error:
        raise CorpusError(f"{name}: {error}") from None
    front = _validate(meta, name)
    text = canonical(body)
    if not text.text:
        raise CorpusError(f"{name}: the body is empty; write the text below the second '{FENCE}' line")
    return Source(
        **{key: getattr(front, key) for key in FrontMatter.model_fields},
        text=text.text,
        blocks=text.blocks,
        marks=text.marks,
        lines=tuple((offset, line + first_line - 1) for offset, line in text.lines),
        file=name,
    )


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CorpusError(f"{name}: cannot be read ({error.strerror}); mend the file or its permissions") from error


def _validate(meta: str, name: str) -> FrontMatter:
    try:
        data = fields(meta)
    except FrontMatterError as error:
        raise CorpusError(f"{name}: {error}") from None
    try:
        return FrontMatter.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise CorpusError(f"{name}: field '{'.'.join(map(str, first['loc']))}': {_words(first)}") from None


def _words(error: object) -> str:
    """A pydantic error as words with a remedy."""
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
