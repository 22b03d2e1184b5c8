"""Answers over made-up sources, proved by the real road from drafts to answers; for what is done with answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from app.answer.compose import Draft, Numbering, finish
from app.bundle.write import pack
from app.records import Answer, Direct, IndexStamp, QuestionKind, Role, Support, Understanding
from app.saying import Own, Saying
from app.settings import Settings
from app.words.describe import short_speaker
from app.words.own import own_words
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
    about: bool = False,
    direct: Sequence[tuple[str, int]] = (),
    parts: Sequence[tuple[str, int]] = (),
    generation: str = "20261125T120000Z-00c0ffee",
    **understood: object,
) -> Answer:
    """An answer that quotes `quoted` (source, words), the first as its lead; `about`: one more in Footnote's words, on
    the first source.

    `direct`: words and the number of their footnote. `parts`: each question with the number of its quotations, in their
    order. `understood`: fields of `Understanding`.
    """
    of = [n for n, (_, count) in enumerate(parts) for _ in range(count)] or [0] * len(quoted)
    first = {n: of.index(n) for n in of}
    numbering = Numbering({s.id: s for s, _ in quoted})
    drafts = [
        Draft(words, (span(source, words),), role=Role.ANSWER if n == first[of[n]] else Role.FURTHER, part=of[n])
        for n, (source, words) in enumerate(quoted)
    ]
    if about:
        source = quoted[0][0]
        own = Own(saying=Saying.LISTED)
        quote = span(source, quoted[0][1])
        drafts.append(Draft(own_words(own, source.facts), (quote,), Support.METADATA, Role.FURTHER, own=own))
    statements = [numbering.statement(d) for d in drafts]
    pieces = [Direct(text=t, number=n, speaker="", part=of[n - 1]) for t, n in direct]
    pieces = [
        p.model_copy(update={"speaker": short_speaker(statements[p.number - 1], quoted[p.number - 1][0])})
        for p in pieces
    ]
    read = Understanding(
        standalone_question=standalone or question,
        parts=tuple(q for q, _ in parts),
        **understood,  # type: ignore[arg-type]
    )
    return _finish(question, read, statements, numbering, generation, direct=pieces)


def refusal_of(
    question: str,
    near: Sequence[Source] = (),
    generation: str = "20261125T120000Z-00c0ffee",
    kind: QuestionKind = QuestionKind.FACT,
) -> Answer:
    """An abstention with the whole text of each of `near` as a nearest passage."""
    return _finish(question, Understanding(standalone_question=question), [], Numbering({}), generation, near, kind)


def _finish(  # type: ignore[no-untyped-def]
    question, understood, statements, numbering, generation, near=(), kind=QuestionKind.FACT, direct=()
):
    hits = [Hit(Passage(s.id, 0, len(s.text), s.text, s.title, ()), 0.1) for s in near]
    return finish(
        question=question,
        understood=understood,
        kind=kind,
        statements=statements,
        sources=numbering.sources(),
        hits=hits,
        confidence=0.5,
        timings_ms={"total": 1.25},
        engine="extractive",
        stamp=IndexStamp(generation=generation, fingerprint="0123456789abcdef"),
        nearest=hits,
        direct=direct,
    )


def rewritten(source: Source, text: str) -> Source:
    """Another version of `source`, its blocks parted by empty lines."""
    return replace(source_of(text), **{f: getattr(source, f) for f in (
        "id", "title", "publisher", "author", "published", "url", "kind", "relation")})  # fmt: skip


# One conversation, a figure that two sources tell otherwise and a refusal, and its evidence.
ARTICLE, NOTE = harbour()
FORTY = "The yard built forty ships in 1912."
ANSWERS = [
    answer_of(
        "How many ships?",
        [(ARTICLE, FORTY), (NOTE, NOTE.text)],
        about=True,
        direct=[("forty", 1), ("31", 2)],
    ),
    refusal_of("Who is the king?", [NOTE]),
]
MADE = datetime(2026, 11, 25, 12, 30, 59, 999, tzinfo=UTC)
BUNDLE = pack(ANSWERS, [NOTE, ARTICLE], Settings(), "The ships of 1912", made=MADE)
TEXT, CARD = "sources/paper-1912.txt", "sources/paper-1912.json"
