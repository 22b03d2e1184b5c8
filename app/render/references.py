"""What a kept answer says of each of its quotations: words, speaker, source, place on the live page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app import __version__
from app.records import Answer, AnswerHit, AnswerQuote, Statement, Support
from app.render.fragment import live_address, web_address
from app.words.describe import date_words, dated_name, kind_words, relation_words, said_by, speaker
from index.source import Kind, Source, SourceFacts


@dataclass(frozen=True, slots=True)
class Reference:
    """One footnote. `quotation` is verbatim; `speaker` says whose words it is, and when.

    `about` says in plain words what kind of source it is and how it stands to the article. `published`, `about` and
    `address` may be empty.
    """

    number: int
    quotation: str
    speaker: str
    title: str
    published: str
    about: str
    address: str


@dataclass(frozen=True, slots=True)
class Near:
    """A passage that came near to a question without answering it; `words` is empty if its source is not at hand."""

    words: str
    speaker: str
    title: str
    label: str


class SourceVersions:
    """Sources by id, in every version that was given."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._versions: dict[str, dict[str, Source]] = {}
        for source in sources:
            self._versions.setdefault(source.id, {})[source.sha256] = source

    def get(self, source_id: str, sha256: str) -> Source | None:
        """Return the source in the version that was quoted, if it is at hand."""
        return self._versions.get(source_id, {}).get(sha256)

    def passage(self, hit: AnswerHit) -> tuple[Source, str] | None:
        """Return a hit's source and words; None if no version is at hand, or if the versions differ there."""
        found = {s.text[hit.start : hit.end]: s for s in self._versions.get(hit.source_id, {}).values()}
        return next(((s, words) for words, s in found.items()), None) if len(found) == 1 else None


def references(answer: Answer, versions: SourceVersions) -> tuple[Reference, ...]:
    """Return each footnote of `answer` once, in the order of the numbers.

    A source at hand speaks for itself; of another the answer tells what it is, which may come from a stranger.
    """
    found: dict[int, Reference] = {}
    for statement in answer.statements:
        for quote in statement.quotes:
            version = versions.get(quote.source_id, quote.source_sha256)
            facts = version or answer.facts_of(quote.source_id)
            found.setdefault(quote.number, _reference(statement, quote, facts, version))
    return tuple(found[n] for n in sorted(found))


def _reference(
    statement: Statement, quote: AnswerQuote, facts: SourceFacts | None, version: Source | None
) -> Reference:
    if facts is None:
        return Reference(quote.number, quote.text, quote.source_id, quote.source_id, "", "", "")
    date = date_words(facts.published)
    about = [kind_words(facts)] + ([] if facts.kind is Kind.ARTICLE else [relation_words(facts.relation)])
    return Reference(
        number=quote.number,
        quotation=quote.text,
        speaker=said_by(statement, facts) if statement.support is Support.QUOTED else dated_name(facts),
        title=facts.title,
        published=", ".join(w for w in (facts.author, facts.publisher, date) if w),
        about="; ".join(about),
        address=live_address(version, quote.start, quote.end) if version else web_address(facts.url),
    )


def origin(answers: Sequence[Answer], made: datetime | None) -> str:
    """Return 'Footnote 1.0, 25 Nov 2026; index 20261125T...': what made a transcript, when, from which index."""
    day = date_words((made or datetime.now(UTC)).astimezone(UTC).date().isoformat())
    generations = list(dict.fromkeys(a.index.generation for a in answers))
    index = "index" if len(generations) == 1 else "indexes"
    return f"Footnote {__version__}, {day}; {index} {', '.join(generations)}"


def nearest(answer: Answer, versions: SourceVersions) -> tuple[Near, ...]:
    """Return the passages shown beside an abstention, nearest first."""
    found = []
    for hit in answer.nearest:
        at_hand = versions.passage(hit)
        if at_hand is None:
            found.append(Near("", "", hit.source_id, ""))
            continue
        source, words = at_hand
        found.append(Near(words, speaker(source), source.title, kind_words(source)))
    return tuple(found)
