"""What a kept answer says of each of its quotations: words, speaker, source, place on the live page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app import __version__
from app.records import Answer, AnswerHit, AnswerQuote, AnswerSource, Support
from app.render.fragment import live_address, web_address
from app.words.describe import RELATION_WORDS, acronym, short_date, source_label
from app.words.describe import speaker as speaker_of
from index.passage import Kind, Source

_RELATIONS = {relation.value: words for relation, words in RELATION_WORDS.items()}


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


class Shelf:
    """Sources by id, in every version that was given."""

    def __init__(self, sources: Iterable[Source]) -> None:
        self._versions: dict[str, dict[str, Source]] = {}
        for source in sources:
            self._versions.setdefault(source.id, {})[source.sha256] = source

    def version(self, source_id: str, sha256: str) -> Source | None:
        """The source in the version that was quoted, if it is at hand."""
        return self._versions.get(source_id, {}).get(sha256)

    def passage(self, hit: AnswerHit) -> tuple[Source, str] | None:
        """A hit's source and words; None if its versions at hand read differently there, or none is at hand."""
        found = {s.text[hit.start : hit.end]: s for s in self._versions.get(hit.source_id, {}).values()}
        return next(((s, words) for words, s in found.items()), None) if len(found) == 1 else None


def references(answer: Answer, shelf: Shelf) -> tuple[Reference, ...]:
    """Each footnote of `answer` once, in the order of the numbers.

    A source at hand speaks for itself; of another the answer tells what it is, which may come from a stranger.
    """
    found: dict[int, Reference] = {}
    about = {s.id: s for s in answer.sources}
    for statement in answer.statements:
        for quote in statement.quotes:
            who = statement.speaker if statement.support is Support.QUOTED else ""
            version = shelf.version(quote.source_id, quote.source_sha256)
            found.setdefault(quote.number, _reference(quote, who, version, about.get(quote.source_id)))
    return tuple(found[n] for n in sorted(found))


def _reference(quote: AnswerQuote, speaker: str, version: Source | None, said: AnswerSource | None) -> Reference:
    source = version or said
    if source is None:
        return Reference(quote.number, quote.text, speaker or quote.source_id, quote.source_id, "", "", "")
    date = _date(source.published)
    label = source_label(version) if version else said.label if said else ""
    stands = "" if source.kind == Kind.ARTICLE else _RELATIONS.get(source.relation, source.relation)
    return Reference(
        number=quote.number,
        quotation=quote.text,
        speaker=speaker or f"{acronym(source.publisher)}, {date}",
        title=source.title,
        published=", ".join(w for w in (source.author, source.publisher, date) if w),
        about="; ".join(w for w in (label, stands) if w),
        address=live_address(version, quote.start, quote.end) if version else web_address(source.url),
    )


def _date(published: str | None) -> str:
    try:
        return short_date(published)
    except ValueError:  # an answer that went through other hands
        return str(published)


def origin(answers: Sequence[Answer], made: datetime | None) -> str:
    """'Footnote 1.0, 25 Nov 2026; index 20261125T...': what made a transcript, when, and from which index."""
    day = short_date((made or datetime.now(UTC)).astimezone(UTC).date().isoformat())
    generations = list(dict.fromkeys(a.index.generation for a in answers))
    index = "index" if len(generations) == 1 else "indexes"
    return f"Footnote {__version__}, {day}; {index} {', '.join(generations)}"


def nearest(answer: Answer, shelf: Shelf) -> tuple[Near, ...]:
    """The passages beside an abstention, nearest first."""
    found = []
    for hit in answer.nearest:
        at_hand = shelf.passage(hit)
        if at_hand is None:
            found.append(Near("", "", hit.source_id, ""))
            continue
        source, words = at_hand
        found.append(Near(words, speaker_of(source), source.title, source_label(source)))
    return tuple(found)
