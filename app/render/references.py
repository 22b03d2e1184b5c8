"""What a kept answer says of each of its quotations: words, speaker, source, place on the live page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from app import __version__
from app.records import Answer, AnswerQuote, Statement, Support
from app.render.fragment import live_address, web_address
from app.render.visible import visible
from app.words.describe import (
    about_words,
    date_words,
    dated_name,
    kind_words,
    page_words,
    said_by,
    seen_words,
    speaker,
    translation_words,
)
from index.fetched.seen import Looked, never
from index.source import Source, SourceFacts


@dataclass(frozen=True, slots=True)
class Reference:
    """One footnote, control characters made visible. `speaker` says whose words the quotation is, and when.

    `published`: by whom, when and on which page, and in brackets what kind of source it is and its relation to the
    article. `translation`: a machine's, and said to be one. `seen`: when the page at `address` was seen to say so.
    `published`, `address`, `translation` and `seen` may be empty.
    """

    number: int
    quotation: str
    speaker: str
    title: str
    published: str
    address: str
    translation: str = ""
    seen: str = ""

    @property
    def stop(self) -> str:
        """Return the full stop behind the title; '' if the title ends with one of its own."""
        return "" if self.title.endswith((".", "?", "!", "…")) else "."


@dataclass(frozen=True, slots=True)
class Near:
    """A passage that came near to a question without answering it; `words` is empty if they are not at hand."""

    words: str
    speaker: str
    title: str
    label: str


Versions = Mapping[tuple[str, str], Source]
"""Sources by id and SHA-256, in every version that is at hand."""


def by_version(sources: Iterable[Source]) -> Versions:
    return {(s.id, s.sha256): s for s in sources}


def references(answer: Answer, versions: Versions, looked: Looked = never) -> tuple[Reference, ...]:
    """Return each footnote of `answer` once, in the order of the numbers. `looked`: what is known of their pages.

    A source at hand speaks for itself; of another the answer tells what it is, which may come from a stranger.
    """
    found: dict[int, Reference] = {}
    for statement in answer.statements:
        for quote in statement.quotes:
            version = versions.get((quote.source_id, quote.source_sha256))
            facts = version or answer.facts_of(quote.source_id)
            reference = _reference(statement, quote, facts, version)
            translation = visible(translation_words(answer, quote.number))
            seen = seen_words(looked(quote.source_id, quote.source_sha256)) if reference.address else ""
            found.setdefault(quote.number, replace(reference, translation=translation, seen=seen))
    return tuple(found[n] for n in sorted(found))


def _reference(
    statement: Statement, quote: AnswerQuote, facts: SourceFacts | None, version: Source | None
) -> Reference:
    if facts is None:
        return Reference(quote.number, visible(quote.text), visible(quote.source_id), visible(quote.source_id), "", "")
    by = (facts.author, facts.publisher, date_words(facts.published), page_words(quote.pages))
    published = ", ".join(w for w in by if w)
    return Reference(
        number=quote.number,
        quotation=visible(quote.text),
        speaker=visible(dated_name(facts) if statement.support is Support.METADATA else said_by(statement, facts)),
        title=visible(facts.title),
        published=visible(f"{published} ({about_words(facts)})"),
        address=live_address(version, quote.start, quote.end) if version else web_address(facts.url),
    )


def origin(answers: Sequence[Answer], made: datetime | None, version: str = __version__) -> str:
    """Return 'Footnote 1.0, 25 Nov 2026; index 20261125T...': what made a transcript, when, from which index."""
    day = date_words((made or datetime.now(UTC)).astimezone(UTC).date().isoformat())
    generations = list(dict.fromkeys(a.index.generation for a in answers))
    index = "index" if len(generations) == 1 else "indexes"
    return f"Footnote {version}, {day}; {index} {', '.join(generations)}"


def nearest(answer: Answer, versions: Versions) -> tuple[Near, ...]:
    """Return the passages shown beside an abstention, nearest first; without words where versions differ in them."""
    found = []
    for hit in answer.nearest:
        said = {s.text[hit.start : hit.end]: s for s in versions.values() if s.id == hit.source_id}
        if len(said) == 1:
            ((words, source),) = said.items()
            found.append(Near(*map(visible, (words, speaker(source), source.title, kind_words(source)))))
        else:
            found.append(Near("", "", visible(hit.source_id), ""))
    return tuple(found)
