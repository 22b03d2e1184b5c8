"""Answers over made-up sources, proved by the real road from drafts to answers; for what is done with answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from app.answer.compose import Draft, Numbering, finish
from app.bundle.write import pack
from app.records import Answer, IndexStamp, QuestionKind, Role, Support, Understanding
from app.settings import Settings
from index.passage import Hit, Passage, Quote
from index.source import Kind, Relation, Source
from tests.chat_engine import source_of

ABSTENTION = "The sources do not answer this."


def harbour() -> tuple[Source, Source]:
    """An article and a note that disputes its figure."""
    article = source_of(
        "Ships of the year.\n\nThe yard built forty ships in 1912. Anna Berg runs the yard.\n\nShe has no deputy.",
        "paper-1912", title="Ships of the year", publisher="Harbour Paper", published="1912-12-01",
        author="Ida Holm", url="https://paper.example/1912#ships", kind=Kind.ARTICLE, relation=Relation.ARTICLE,
    )  # fmt: skip
    note = source_of(
        "The union counted 31 ships built by the yard in 1912.", "union-1913", title="What the union counted",
        publisher="Dock Union", published="1913-01", url="https://union.example/", kind=Kind.NOTE,
    )  # fmt: skip
    return article, note


def span(source: Source, words: str) -> Quote:
    start = source.text.index(words)
    return Quote.of(source, start, start + len(words))


def answer_of(
    question: str,
    quoted: Sequence[tuple[Source, str]],
    *,
    standalone: str = "",
    about: str = "",
    generation: str = "20261125T120000Z-00c0ffee",
) -> Answer:
    """An answer that quotes `quoted` (source, words), the first as its lead; `about`: one more in Footnote's words."""
    numbering = Numbering({s.id: s for s, _ in quoted})
    drafts = [
        Draft(words, (span(source, words),), role=Role.FURTHER if n else Role.ANSWER)
        for n, (source, words) in enumerate(quoted)
    ]
    if about:
        source = quoted[0][0]
        drafts.append(Draft(about, (span(source, quoted[0][1]),), Support.METADATA, Role.FURTHER))
    return _finish(question, standalone, [numbering.statement(d) for d in drafts], numbering, generation)


def refusal_of(question: str, near: Sequence[Source] = (), generation: str = "20261125T120000Z-00c0ffee") -> Answer:
    """An abstention with the whole text of each of `near` as a nearest passage."""
    return _finish(question, "", [], Numbering({}), generation, near)


def _finish(question, standalone, statements, numbering, generation, near=()):  # type: ignore[no-untyped-def]
    hits = [Hit(Passage(s.id, 0, len(s.text), s.text, s.title, ()), 0.1) for s in near]
    return finish(
        question=question,
        understood=Understanding(standalone_question=standalone or question),
        kind=QuestionKind.FACT,
        statements=statements,
        sources=numbering.sources(),
        hits=hits,
        confidence=0.5,
        timings_ms={"total": 1.25},
        engine="extractive",
        stamp=IndexStamp(generation=generation, fingerprint="0123456789abcdef"),
        nearest=hits,
    )


def rewritten(source: Source, text: str) -> Source:
    """Another version of `source`, its blocks parted by empty lines."""
    return replace(source_of(text), **{f: getattr(source, f) for f in (
        "id", "title", "publisher", "author", "published", "url", "kind", "relation")})  # fmt: skip


# One conversation, a figure that two sources tell otherwise and a refusal, and its evidence.
ARTICLE, NOTE = harbour()
FORTY = "The yard built forty ships in 1912."
ANSWERS = [
    answer_of("How many ships?", [(ARTICLE, FORTY), (NOTE, NOTE.text)], about="“Ships of the year” is the article."),
    refusal_of("Who is the king?", [NOTE]),
]
MADE = datetime(2026, 11, 25, 12, 30, 59, 999, tzinfo=UTC)
BUNDLE = pack(ANSWERS, [NOTE, ARTICLE], Settings(), "The ships of 1912", made=MADE)
TEXT, CARD = "sources/paper-1912.txt", "sources/paper-1912.json"
