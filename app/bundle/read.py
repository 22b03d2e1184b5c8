"""The members of a stranger's bundle, read in memory and held against its manifest.

Whatever a bundle holds, reading it ends in one UsageError (it is no bundle) or in `problems`, one line each.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from app import __version__
from app.bundle.archive import read_zip
from app.bundle.format import (
    ANSWERS,
    MANIFEST,
    QUOTES,
    SOURCES,
    Manifest,
    QuoteLine,
    SourceCard,
    Version,
    answer_name,
    misdescribed,
    misheld,
    mislabelled,
    quote_lines,
    unfounded,
)
from app.bundle.pages import MAX_TEXT, pages
from app.records import Answer
from index.errors import UsageError

MAX_QUOTATIONS = 20_000  # far beyond any conversation; a stranger's file must not keep the machine busy for hours
_TAKE = "take the file as it was saved or sent"

_R = TypeVar("_R", bound=BaseModel)


class Unpacked:
    """A bundle's manifest, answers, source cards and texts. `problems`: what is amiss with its members, in words."""

    def __init__(self, data: bytes) -> None:
        """Read a bundle. Raises UsageError if `data` is none."""
        self._members = read_zip(data)
        self.manifest = self._manifest()
        self.problems = list(self._changed())
        self.cards = self._cards()
        self.answers = self._answers()
        self._texts: dict[Version, str | None] = {}
        for n, answer in self.answers.items():
            wrong = (
                *misdescribed(answer, self.cards),
                *unfounded(answer),
                *mislabelled(answer, self.cards),
                *misheld(answer, self.text),
            )
            self.problems += (f"{answer_name(n)}: {what}" for what in wrong)

    def text(self, source_id: str, sha256: str) -> str | None:
        """Return the source's text in that version, proved by its SHA-256; None if the bundle does not hold it."""
        key = (source_id, sha256)
        if key not in self._texts:
            card = self.cards.get(key)
            content = self._members.get(card.text) if card else None
            right = content is not None and hashlib.sha256(content).hexdigest() == sha256
            self._texts[key] = content.decode("utf-8", "replace") if content is not None and right else None
        return self._texts[key]

    @property
    def too_large(self) -> bool:
        """Return whether its sources have too many characters to make its pages again."""
        return sum(len(self.text(*key) or "") for key in self.cards) > MAX_TEXT

    def member(self, name: str) -> bytes | None:
        return self._members.get(name)

    @cached_property
    def listed(self) -> frozenset[QuoteLine]:
        """Return the quotations of quotes.jsonl."""
        rows = self._members.get(QUOTES, b"").splitlines()
        _check_count(len(rows))
        parsed = [self._parsed(f"{QUOTES}, line {n}", row, QuoteLine) for n, row in enumerate(rows, 1)]
        lines = frozenset(line for line in parsed if line)
        if not len(lines) == len(rows) == self.manifest.quotations:
            self.problems.append(f"{QUOTES} does not hold each of the {self.manifest.quotations} quotations once")
        return lines

    @cached_property
    def cited(self) -> frozenset[QuoteLine]:
        """Return the quotations of the answers."""
        _check_count(sum(len(s.quotes) for answer in self.answers.values() for s in answer.statements))
        return frozenset(line for n, answer in self.answers.items() for line in quote_lines(n, answer))

    def _manifest(self) -> Manifest:
        if MANIFEST not in self._members:
            raise UsageError(f"this is no bundle of Footnote's: it has no {MANIFEST}; {_TAKE}")
        try:
            return Manifest.model_validate_json(self._members[MANIFEST])
        except ValidationError as error:
            raise UsageError(f"this is no bundle of Footnote's: {_words(MANIFEST, error)}; {_TAKE}") from None

    def _changed(self) -> Iterator[str]:
        stamps = self.manifest.files
        for name in stamps:
            if name not in self._members:
                yield f"{name} is missing"
            elif hashlib.sha256(self._members[name]).hexdigest() != stamps[name]:
                yield f"{name} was changed after the bundle was made"
        for name in self._members:
            if name not in stamps and name != MANIFEST:
                yield f"{name} was added after the bundle was made"

    def _parsed(self, name: str, content: bytes, record: type[_R]) -> _R | None:
        try:
            return record.model_validate_json(content)
        except ValidationError as error:
            self.problems.append(f"cannot be read: {_words(name, error)}")
            return None

    def _cards(self) -> dict[Version, SourceCard]:
        names = [n for n in self._members if n.startswith(SOURCES) and n.endswith(".json")]
        cards = [card for n in names if (card := self._parsed(n, self._members[n], SourceCard))]
        return {(c.facts.id, c.sha256): c for c in cards}

    def _answers(self) -> dict[int, Answer]:
        present = {name for name in self._members if name.startswith(ANSWERS)}
        names = {n: answer_name(n) for n in range(1, len(present) + 1)}
        if present != set(names.values()) or len(present) != self.manifest.answers:
            self.problems.append(f"answers/ does not hold the {self.manifest.answers} answers of the bundle")
        found = {n: self._parsed(name, self._members[name], Answer) for n, name in names.items() if name in present}
        return {n: answer for n, answer in found.items() if answer}


def altered_pages(unpacked: Unpacked) -> Iterator[str]:
    """Yield the members for readers that say something else than the answers.

    Call where all else is in order and it is not `too_large`.
    """
    manifest = unpacked.manifest
    try:
        made = datetime.strptime(manifest.made, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        yield f"{MANIFEST}: 'made' is no time in UTC"
        return
    texts = {card: unpacked.text(*key) for key, card in unpacked.cards.items()}
    sources = [card.source(text) for card, text in texts.items() if text is not None]
    whole = [source for source in sources if source is not None]
    if len(whole) < len(texts):
        yield f"{SOURCES}: the text of a source is missing, or its blocks do not lie in it"
        return
    answers = [unpacked.answers[n] for n in sorted(unpacked.answers)]
    maker = (
        "" if manifest.footnote == __version__ else f"; Footnote {manifest.footnote} made it, check it with that one"
    )
    for name, content in pages(answers, manifest.title, whole, made, manifest.footnote).items():
        if unpacked.member(name) != content:
            yield f"{name} is not what this Footnote makes of the answers{maker}"


def _check_count(quotations: int) -> None:
    if quotations > MAX_QUOTATIONS:
        raise UsageError(
            f"this bundle holds {quotations} quotations, no more than {MAX_QUOTATIONS} are checked; {_TAKE}"
        )


def _words(name: str, error: ValidationError) -> str:
    """Say what is wrong with a record, without repeating its content."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    where = ".".join(map(str, first["loc"]))[:80]
    return f"{name}: {where + ': ' if where else ''}{first['msg'][:200]}"
