"""The members of a bundle of evidence, and what they must say of each other; docs/bundle.md is the page on it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Annotated

from pydantic import AfterValidator, Field

from app.llm.ground import find
from app.llm.reply import read_whole
from app.model_run import Purpose
from app.records import RESTING, WRITTEN, Answer, AnswerQuote, IndexStamp, Statement, Support, as_one
from app.words.own import own_words
from index.errors import UsageError
from index.records import Record
from index.source import Block, BlockKind, Source, SourceFacts

FORMAT = 3  # raised when a member changes its meaning
MANIFEST, QUOTES, README = "manifest.json", "quotes.jsonl", "README.txt"
ANSWERS, SOURCES = "answers/", "sources/"


def _readable(version: int) -> int:
    if version > FORMAT:
        raise UsageError(f"this bundle has format {version}, this Footnote reads up to {FORMAT}; update Footnote")
    return version


class Manifest(Record):
    """What a bundle is and holds. `made`: ISO 8601, UTC, whole seconds. `files`: the others with their SHA-256."""

    format: Annotated[int, AfterValidator(_readable)]
    made: str
    title: str
    footnote: str
    versions: dict[str, str]
    settings: dict[str, str | int | float | bool | None]
    indexes: tuple[IndexStamp, ...]
    answers: int = Field(ge=1)
    quotations: int = Field(ge=0)
    files: dict[str, str]


Version = tuple[str, str]
"""A source's id and the SHA-256 of its text."""


class QuoteLine(AnswerQuote):
    """A line of quotes.jsonl: footnote `number` of answer `answer`."""

    answer: int


class SourceCard(Record):
    """A source's facts; its text is the member `text`, whose SHA-256 is `sha256`. `blocks`: what its text is made of,
    so that links to the live page can be made again. `pages`: pairs (offset, page), as in the source.
    """

    facts: SourceFacts
    sha256: str
    text: str
    characters: int
    blocks: tuple[Block, ...] = ()
    pages: tuple[tuple[int, int], ...] = ()

    def source(self, text: str) -> Source | None:
        """Return the source with its text; None if the blocks do not lie in it one after the other."""
        at = 0
        for block in self.blocks:
            if not at <= block.start <= block.end <= len(text):
                return None
            at = block.end
        known = {f.name: getattr(self.facts, f.name) for f in fields(SourceFacts)}
        return Source(**known, text=text, blocks=self.blocks, pages=self.pages)


def answer_name(n: int) -> str:
    """Name the member that holds answer `n` (from 1): 'answers/01.json'."""
    return f"{ANSWERS}{n:02d}.json"


def quote_lines(n: int, answer: Answer) -> tuple[QuoteLine, ...]:
    """Return the quotations of `answer`, the bundle's `n`-th, by number, each once."""
    lines = dict.fromkeys(QuoteLine(answer=n, **quote.model_dump()) for quote in answer.quotes)
    return tuple(sorted(lines, key=lambda line: line.number))


def misquoted(answer: Answer) -> set[int]:
    """Return the footnotes of statements that claim to be their quotation word for word and are not."""
    return {
        quote.number
        for s in answer.statements
        if s.support is Support.QUOTED and s.text != as_one(s.quotes)
        for quote in s.quotes
    }


def unfounded(answer: Answer) -> Iterator[str]:
    """Yield where `answer` claims to be cut out of a quotation, to rest on one or to be Footnote's, and is not."""
    for number in dict.fromkeys(d.number for d in answer.unfounded):
        yield f"the direct answer of footnote {number} does not stand in its quotation"
    said = _said(answer)
    for place, statement in enumerate(answer.statements, 1):
        if statement.support in WRITTEN and (why := _unheld(statement, said)):
            yield f"statement {place} {why}"
        if statement.own and not _is_own(statement, answer):
            yield f"statement {place} is not what Footnote says itself"


def _is_own(statement: Statement, answer: Answer) -> bool:
    facts = answer.facts_of(statement.quotes[0].source_id) if statement.quotes else None
    if statement.own is None or (statement.own.saying.of_a_source and facts is None):
        return False
    return statement.text == own_words(statement.own, facts)


def mislabelled(answer: Answer, cards: Mapping[Version, SourceCard]) -> Iterator[str]:
    """Yield where `answer` says otherwise than a source's blocks whether words are another's, or stand in a heading.

    Where a quotation lies in blocks of several kinds that is open.
    """
    for place, statement in enumerate(answer.statements, 1):
        quote = statement.quotes[-1] if statement.quotes and not statement.own else None
        card = cards.get((quote.source_id, quote.source_sha256)) if quote else None
        blocks = [b for b in card.blocks if quote and b.start < quote.end and quote.start < b.end] if card else []
        if quote and blocks:
            # A label in bold at the start of a block is a heading too; a card does not say what is in bold.
            may_be_label = quote.start <= blocks[-1].start and quote.end < blocks[-1].end
            wrong = _mislabelled(statement, {b.kind for b in blocks}, may_be_label)
            yield from (f"statement {place} {what}" for what in wrong)


def _mislabelled(statement: Statement, kinds: Collection[BlockKind], may_be_label: bool) -> Iterator[str]:
    whole, label = statement.support is Support.QUOTED, may_be_label and not statement.quoting
    if statement.quoting and BlockKind.QUOTE not in kinds:
        yield "is said to be somebody else's words and is its source's own"
    if not statement.quoting and kinds == {BlockKind.QUOTE} and not (label and (statement.heading or not whole)):
        yield "is said to be its source's own words and is somebody else's"
    if statement.heading and not (whole and (BlockKind.HEADING in kinds or label)):
        yield "is said to stand in a heading and does not"
    if not statement.heading and whole and kinds == {BlockKind.HEADING}:
        yield "stands in a heading and is not said to"


def _said(answer: Answer) -> dict[str, list[str]]:
    """Return each statement of the model's raw replies with the words that it gave for it."""
    said: dict[str, list[str]] = {}
    for call in answer.model.calls if answer.model else ():
        if call.purpose is Purpose.ANSWER:
            for claim in read_whole(call.reply):
                said.setdefault(claim.text, []).append(claim.quote)
    return said


def _unheld(statement: Statement, said: Mapping[str, Sequence[str]]) -> str:
    """Say why a statement is not what the model said, or does not rest on what it quotes; '' if all is well."""
    if statement.text not in said:
        return "is not in the reply of the model"
    if statement.support not in RESTING:
        return "has footnotes and is said to have none" if statement.quotes else ""
    if not any(find(words, q.text) for words in said[statement.text] for q in statement.quotes):
        return "does not quote the words that the model gave for it"
    return ""


def misheld(answer: Answer, text: Callable[[str, str], str | None]) -> Iterator[str]:
    """Yield where `answer` has words of a note's original that is not at hand, or does not have them.

    `text`: gives the text of a source by id and SHA-256, None if it is not at hand.
    """
    for place, statement in enumerate(answer.statements, 1):
        found = statement.of_original
        whole = text(found.source_id, found.source_sha256) if found else ""
        if whole is None:
            yield f"statement {place} stands beside an original that is not at hand"
        elif found and not (0 <= found.start <= found.end and whole[found.start : found.end] == found.text):
            yield f"statement {place} has words of an original that do not stand there"


def misdescribed(answer: Answer, cards: Mapping[Version, SourceCard]) -> Iterator[str]:
    """Yield where `answer` describes a source otherwise than its card: who says it must stay true."""
    for source_id, sha256 in dict.fromkeys((q.source_id, q.source_sha256) for q in answer.quotes):
        facts, card = answer.facts_of(source_id), cards.get((source_id, sha256))
        if facts is None:
            yield f"it does not say what the source '{source_id}' is"
        elif card and (different := facts.differences(card.facts)):
            yield f"it describes the source '{source_id}' otherwise ({', '.join(different)})"
