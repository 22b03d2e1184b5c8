"""The facts of a source: what its front matter or its sidecar states, and what is guessed of the rest.

Front matter that holds one of Footnote's own fields is a source's, and is held to every rule. Any other is that of
another program (a blog, a notebook): what it says of title, author, date and language is taken, the rest is not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import PurePosixPath

from anyascii import anyascii
from pydantic import TypeAdapter, ValidationError

from index.errors import CorpusError
from index.read.document import Document
from index.read.folder import ARTICLE
from index.source import STATED, UNPRINTABLE, BlockKind, Kind, Relation, SourceFacts, date_range, is_web_address
from index.text.classify_language import classify
from index.text.dates import dates

_FACTS = TypeAdapter(SourceFacts)
_FOUND_OUT = frozenset(f.name for f in fields(SourceFacts)) - set(STATED)  # by a build
_NO_FIELD = f"is not a field; remove it or use one of {', '.join(STATED)}"
_OWN = frozenset({"id", "kind", "relation", "basis", "via"})
# What other programs call the fields.
_ELSEWHERE = {
    "title": "title", "author": "author", "authors": "author", "creator": "author", "date": "published",
    "published": "published", "lang": "language", "language": "language", "url": "url", "link": "url",
    "canonical": "url", "source": "url", "publisher": "publisher", "site": "publisher", "licence": "licence",
    "license": "licence", "rights": "licence",
}  # fmt: skip
_GUESSED = ("title", "publisher", "author", "published", "language", "url", "licence")
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}\Z")
_NO_ID = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_ID, _LONGEST = 150, 300  # characters
_LONGEST_URL = 2_000  # characters; a part of an address is another address
_DAY = re.compile(r"(?<!\d)(\d{4})(?:[-_.](\d{2})(?:[-_.](\d{2}))?)?(?!\d)")
_ISO = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?\Z")
_SAMPLE = 1000  # characters that the language is told from
_LETTERS = 30  # that it takes
_TOP = 1500  # characters in which a document says of when it is
_DATE_LINE = 200  # characters of a line that does so
_SENTENCE = re.compile(r"[.!?…][\"'”’»)]*$")


@dataclass(frozen=True, slots=True)
class Metadata:
    """Facts with the names of the fields that were guessed; `has_id`: whether the id was stated."""

    facts: SourceFacts
    guessed: tuple[str, ...]
    has_id: bool


def facts_of(document: Document, name: str, sidecar: Mapping[str, object]) -> Metadata:
    """Return the facts of the file `name` (relative to the corpus). Raises CorpusError for a field that is not allowed.

    What the sidecar states goes before the front matter, and both before what is guessed.
    """
    if not _OWN.isdisjoint(document.fields):
        return Metadata(_validate({**document.fields, **sidecar}, name), (), True)
    stated = stated_elsewhere(document.fields) | dict(sidecar)
    guesses = _guesses(document, name)
    guessed = tuple(f for f in _GUESSED if f in guesses and f not in stated)
    is_article = PurePosixPath(name).stem == ARTICLE and "/" not in name
    assigned = {
        "id": id_of(name),
        "url": "",
        "kind": Kind.ARTICLE.value if is_article else Kind.FULLTEXT.value,
        "relation": Relation.ARTICLE.value if is_article else Relation.NONE.value,
    }
    return Metadata(_validate({**assigned, **guesses, **stated}, name), guessed, "id" in stated)


def stated_elsewhere(fields: Mapping[str, object]) -> dict[str, str]:
    """Return what another program's names say of a source, by the names of our fields, as far as it may be used."""
    return _usable(_elsewhere(fields))


def id_of(name: str, again: bool = False) -> str:
    """Return an id made of a file's name; `again`: another one, since the first is taken."""
    words = _NO_ID.sub("-", anyascii(name.removeprefix("sources/"))).strip("-._")[-_LONGEST_ID:].lstrip("-._")
    mark = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{words}-{mark}" if again or not words else words


def _guesses(document: Document, name: str) -> dict[str, str]:
    """Return what the document and its name say of it, for fields that may be filled so."""
    hints = _usable(dict(document.hints))
    path = PurePosixPath(name)
    found = {
        "title": hints.get("title") or _heading(document) or path.stem,
        "author": hints.get("author", ""),
        "published": _day_in(path.stem) or hints.get("published") or _date_line(document) or hints.get("saved", ""),
        "language": hints.get("language") or _language(document.text),
        "url": hints.get("url", ""),
        "licence": hints.get("licence", ""),
    }
    found["publisher"] = hints.get("publisher") or found["author"] or path.name
    return {key: value for key, value in found.items() if value}


def _usable(values: Mapping[str, object]) -> dict[str, str]:
    """Return those values, in the form of their fields, that a field may hold."""
    found: dict[str, str] = {}
    for name, value in values.items():
        words = " ".join(UNPRINTABLE.sub(" ", str(value)).split())
        if name != "url":
            words = words[:_LONGEST]
        if name in ("published", "saved"):
            words = _date(words)
        elif name == "language":
            match = _LANGUAGE.match(words)
            words = match[1].lower() if match else ""
        elif name == "url" and (len(words) > _LONGEST_URL or not is_web_address(words)):
            words = ""
        if words:
            found[name] = words
    return found


def _elsewhere(front_matter: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in front_matter.items():
        name = _ELSEWHERE.get(key.lower()) if isinstance(key, str) else None
        if isinstance(value, list):
            value = ", ".join(v for v in value if isinstance(v, str))
        if name and isinstance(value, str):
            found.setdefault(name, value)
    return found


def _date(words: str) -> str:
    """Return the date that `words` begin with, in ISO 8601; '' if that is none."""
    match = _ISO.match(words)
    if match is None:
        return ""
    try:
        date_range(match[0])
    except ValueError:
        return ""
    return match[0]


def _day_in(stem: str) -> str:
    """Return a date of a file's name that has a month at least; '' without one."""
    for match in _DAY.finditer(stem):
        if match[2] and "1400" < match[1] < "2100" and (day := _date("-".join(g for g in match.groups() if g))):
            return day
    return ""


def _heading(document: Document) -> str:
    heads = [b for b in document.blocks if b.kind is BlockKind.HEADING]
    first = next((b for b in heads if b.level == 1), heads[0] if heads else None)
    return " ".join(document.text[first.start : first.end].split())[:_LONGEST] if first else ""


def _date_line(document: Document) -> str:
    """Return the date of a line at the top that is no sentence, as under a title; '' without one that has a month."""
    for block in document.blocks:
        words = document.text[block.start : block.end]
        if block.start > _TOP:
            break
        if len(words) <= _DATE_LINE and not _SENTENCE.search(words) and "table" not in block.kind:
            for date in dates(words):
                if date.month is not None and (day := _date(date.iso)):
                    return day
    return ""


def _language(text: str) -> str:
    sample = text[:_SAMPLE]
    return classify(sample)[0] if sum(map(str.isalpha, sample)) >= _LETTERS else ""


def _validate(data: dict[str, object], name: str) -> SourceFacts:
    if strange := data.keys() & _FOUND_OUT:
        raise CorpusError(f"{name}: field '{min(strange)}': {_NO_FIELD}")
    try:
        return _FACTS.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        message = f"{name}: field '{'.'.join(map(str, first['loc']))}': {_words(first)}"
        raise CorpusError(UNPRINTABLE.sub("\ufffd", message)) from None


def _words(error: object) -> str:
    """Return a pydantic error in words, with a remedy."""
    assert isinstance(error, dict)
    given, kind = error.get("input"), error["type"]
    if kind == "missing":
        return "is missing; add it to the front matter"
    if kind == "unexpected_keyword_argument":
        return _NO_FIELD
    if kind == "enum":
        return f"'{given}' is not allowed; use {error['ctx']['expected']}"
    if kind == "string_too_short":
        return "is empty; fill it in"
    if kind == "string_pattern_mismatch":
        return f"'{given}' has a form that is not allowed; use letters, digits, '.', '_' and '-'"
    message = str(error["msg"]).removeprefix("Value error, ")
    return message if str(given) in message else f"'{given}': {message}"
