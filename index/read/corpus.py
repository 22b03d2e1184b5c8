"""A folder of files -> Sources, validated. Layout: `article.md` and `sources/**/*.md`.

To add a file format, write `index/read/<format>.py` with a function like `read_markdown` (bytes -> Document; its
ValueError says where, what is wrong, and what to do) and add it to `READERS`. All metadata values are text, so that
'2024-10' stays a month and '2012' a year.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from index.errors import CorpusError
from index.read.document import Document
from index.read.markdown import read_markdown
from index.source import Source, SourceFacts

READERS: dict[str, Callable[[bytes], Document]] = {".md": read_markdown}  # by the file's suffix


_FACTS = TypeAdapter(SourceFacts)
_FIELDS = tuple(f.name for f in fields(SourceFacts))


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
    facts = _validate(document.fields, name)
    return Source(
        **{name: getattr(facts, name) for name in _FIELDS},
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


def _validate(data: dict[str, object], name: str) -> SourceFacts:
    try:
        return _FACTS.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise CorpusError(f"{name}: field '{'.'.join(map(str, first['loc']))}': {_words(first)}") from None


def _words(error: object) -> str:
    """Return a pydantic error in words, with a remedy."""
    assert isinstance(error, dict)
    given, kind = error.get("input"), error["type"]
    if kind == "missing":
        return "is missing; add it to the front matter"
    if kind == "unexpected_keyword_argument":
        return f"is not a field; remove it or use one of {', '.join(_FIELDS)}"
    if kind == "enum":
        return f"'{given}' is not allowed; use {error['ctx']['expected']}"
    if kind == "string_too_short":
        return "is empty; fill it in"
    if kind == "string_pattern_mismatch":
        return f"'{given}' has a form that is not allowed; use letters, digits, '.', '_' and '-'"
    message = str(error["msg"]).removeprefix("Value error, ")
    return message if str(given) in message else f"'{given}': {message}"
