"""A folder of Markdown files with front matter -> Sources, validated.

Layout: `article.md` and `sources/**/*.md`. Front matter is YAML between two lines '---'; every value is
read as text, so '2024-10' stays a month and '2012' a year.
"""

from __future__ import annotations

import hashlib
from dataclasses import fields
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from index.errors import CorpusError
from index.passage import Source, SourceFacts
from index.read.front_matter import FENCE, FrontMatterError, parse, split
from index.read.markdown import canonical

_FACTS = TypeAdapter(SourceFacts)
_FIELDS = tuple(f.name for f in fields(SourceFacts))


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
    facts = _validate(meta, name)
    text = canonical(body)
    if not text.text:
        raise CorpusError(f"{name}: the body is empty; write the text below the second '{FENCE}' line")
    return Source(
        **{name: getattr(facts, name) for name in _FIELDS},
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


def _validate(meta: str, name: str) -> SourceFacts:
    try:
        data = parse(meta)
    except FrontMatterError as error:
        raise CorpusError(f"{name}: {error}") from None
    try:
        return _FACTS.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise CorpusError(f"{name}: field '{'.'.join(map(str, first['loc']))}': {_words(first)}") from None


def _words(error: object) -> str:
    """A pydantic error as words with a remedy."""
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
