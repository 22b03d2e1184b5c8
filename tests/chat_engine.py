"""An engine for the chat's tests: it ranks sentences by the words they share with the question.

Numbers, proofs and records are the real ones (`app.answer.compose`); only retrieval is simple, so that a browser
test starts in seconds. What it was asked is kept in `asked`.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.answer.compose import Draft, Numbering, finish
from app.answer.extract import Candidate
from app.claim import ClaimCheck, hold_against
from app.compare.relevance import Found
from app.compare.rows import Comparison, tabulate
from app.events import Done, Event, StatementReady, Understood, Writing
from app.nearby import Place
from app.query import Query
from app.question.classify import classify
from app.question.language import unreadable
from app.records import Answer, Direct, IndexStamp, QuestionKind, Role, Statement, Turn, Understanding
from app.sources.contents import IndexContents, SourceEntry
from app.support.check import Checker
from app.words.describe import short_speaker
from index.errors import UnknownSourceError
from index.filters import Filters
from index.passage import Hit, Passage, Quote, Sentence
from index.settings import IndexSettings
from index.source import Basis, Block, BlockKind, Kind, Relation, Source
from index.text.sentences import sentence_spans

_WORD = re.compile(r"\w{3,}")
_COMMON = frozenset("the and for are was were who what which how many much does did with that from".split())
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")
ENOUGH = 0.6  # of the question's words in one sentence
MOST = 3


def words(text: str) -> set[str]:
    return set(_WORD.findall(text.lower())) - _COMMON


@dataclass(frozen=True)
class Counts:
    """What `/health` reads of a manifest."""

    passages: int


class OverlapEngine:
    """`ChatEngine` over `sources`. `pause`: seconds between two statements, so that streaming can be seen. `gate`: no
    further statement is made until it is set.

    `read`: questions with how they are understood, unless they are taken as typed; `kinds`: questions with their kind,
    those of an opinion are declined. `direct`: answer with the first figure of each statement, too.
    No model is set up (`model_name`).
    `asked` holds each question with its earlier turns, `filtered` the ids that it was asked of, `typed` whether it was
    to be taken as typed, in order.
    """

    model_name = ""

    def __init__(
        self,
        sources: Sequence[Source],
        generation: str = "g1",
        pause: float = 0.0,
        gate: threading.Event | None = None,
        read: Mapping[str, Understanding] | None = None,
        kinds: Mapping[str, QuestionKind] | None = None,
        direct: bool = False,
    ) -> None:
        self.pause, self.gate = pause, gate or threading.Event()
        if gate is None:
            self.gate.set()
        self.near = threading.Event()
        self.near.set()
        self.asked: list[tuple[str, tuple[Turn, ...]]] = []
        self.filtered: list[frozenset[str]] = []
        self.typed: list[bool] = []
        self.read, self.kinds, self.direct = read or {}, kinds or {}, direct
        self.switch(sources, generation)

    def switch(self, sources: Sequence[Source], generation: str) -> None:
        """Serve another generation from the next call on."""
        self._sources = {s.id: s for s in sources}
        self._passages = [p for s in sources for p in _passages(s)]
        self.generation = generation
        self.manifest = Counts(len(self._passages))

    def sources(self) -> tuple[Source, ...]:
        return tuple(self._sources.values())

    def source(self, source_id: str, sha256: str | None = None, generation: str | None = None) -> Source:  # noqa: ARG002
        found = self._sources.get(source_id)
        if found is None or (sha256 is not None and found.sha256 != sha256):
            raise UnknownSourceError(f"no source '{source_id}' in this version")
        return found

    def close(self) -> None:
        """Nothing is open."""

    def ask(self, query: Query) -> Generator[Event]:
        question, filters = query.question, query.filters
        self.asked.append((question, tuple(query.history)))
        self.filtered.append(filters.sources)
        self.typed.append(query.as_typed)
        language = unreadable(question, IndexSettings()) or ""
        read = Understanding(standalone_question=self._alone(query), language=language)
        read = read if query.as_typed else self.read.get(question, read)
        read = Understanding(standalone_question=query.searched) if query.searched else read
        kind = self.kinds.get(question, QuestionKind.FACT)
        yield Understood(kind=kind, **dict(read))
        alone = read.standalone_question
        ranked = self._ranked(alone, filters)
        numbering = Numbering(self._sources)
        statements = []
        for draft in self._all_drafts(read, ranked, filters) if kind is QuestionKind.FACT else ():
            statements.append(numbering.statement(draft))
            yield StatementReady(statement=statements[-1])
            time.sleep(self.pause)
            self.gate.wait(30)
        best: dict[str, Hit] = {}
        for score, passage, _ in ranked:
            best.setdefault(passage.id, Hit(passage, score))
        hits = list(best.values())[:MOST]
        yield Done(
            answer=finish(
                question=question,
                understood=read,
                kind=kind,
                statements=statements,
                direct=list(self._direct(statements)) if self.direct else [],
                sources=numbering.sources(),
                hits=hits,
                confidence=ranked[0][0] if ranked else None,
                timings_ms={"total": 0.0},
                engine="overlap",
                stamp=IndexStamp(generation=self.generation, fingerprint="0" * 16),
                nearest=hits,
            )
        )

    def translated(self, answer: Answer) -> Generator[Writing | Answer]:  # noqa: ARG002
        """Nothing: there is no model."""
        yield from ()

    def compare(self, query: Query) -> Comparison:
        """The best sentence of each source that shares enough words; the rows are the real ones."""
        alone = query.searched or self._alone(query)
        best: dict[str, Found] = {}
        for score, passage, sentence in self._ranked(alone, query.filters):
            source = self._sources[passage.source_id]
            if score >= ENOUGH:
                best.setdefault(source.id, Found(Candidate(source, sentence, score, score), score, score, score, False))
        found = sorted(best.values(), key=lambda f: f.candidate.source.published or "9")
        shown = {s.id: s for s in self._sources.values() if query.filters.matches(s)}
        stamp = IndexStamp(generation=self.generation, fingerprint="0" * 16)
        return tabulate(query.question, classify(alone), found, shown, stamp)

    def nearby(self, question: str, offered: Mapping[str, Place | None]) -> Generator[tuple[str, ...]]:
        """Those that share most words with `question` and are answered; found as soon as `near` is set."""
        while not self.near.wait(0.05):
            yield ()
        near = sorted(
            (q for q in offered if words(q) & words(question)), key=lambda q: -len(words(q) & words(question))
        )
        yield tuple(q for q in near if any(score >= ENOUGH for score, _, _ in self._ranked(q, Filters())))[:MOST]

    def check(self, claim: str, filters: Filters = Filters()) -> ClaimCheck:
        hits = self.search(claim, 8, filters)
        stamp = IndexStamp(generation=self.generation, fingerprint="f")
        return hold_against(claim, hits, self._sources, Checker(), stamp)

    def search(self, query: str, k: int = 5, filters: Filters = Filters()) -> list[Hit]:
        """The passages that share words with `query`."""
        best: dict[str, Hit] = {}
        for score, passage, _ in self._ranked(query, filters):
            best.setdefault(passage.id, Hit(passage, score))
        return list(best.values())[:k]

    def contents(self) -> IndexContents:
        counts = {s: sum(p.source_id == s for p in self._passages) for s in self._sources}
        return IndexContents(
            generation=self.generation,
            fingerprint="0" * 16,
            built_at="2026-11-25T17:43:28+00:00",
            model="overlap",
            passages=len(self._passages),
            entries=tuple(
                SourceEntry(facts=s.facts, passages=counts[i], characters=len(s.text)) for i, s in self._sources.items()
            ),
        )

    def _alone(self, query: Query) -> str:
        earlier = [t.text for t in query.history if t.role == "user" and not query.as_typed]
        leans = bool(earlier) and query.question.lower().startswith("and ")
        return f"{earlier[-1]} {query.question}" if leans else query.question

    def _ranked(self, question: str, filters: Filters) -> list[tuple[float, Passage, Sentence]]:
        wanted = words(question)
        passages = [p for p in self._passages if filters.matches(self._sources[p.source_id])]
        return sorted(((_share(wanted, s.text), p, s) for p in passages for s in p.sentences), key=lambda r: -r[0])

    def _all_drafts(
        self, read: Understanding, ranked: Sequence[tuple[float, Passage, Sentence]], filters: Filters
    ) -> Iterator[Draft]:
        """The drafts of the whole question, or of each of its parts."""
        if len(read.parts) < 2:
            yield from self._drafts(ranked)
        for n, part in enumerate(read.parts if len(read.parts) > 1 else ()):
            yield from (replace(draft, part=n) for draft in self._drafts(self._ranked(part, filters)))

    def _direct(self, statements: Sequence[Statement]) -> Iterator[Direct]:
        for s in statements:
            who = short_speaker(s, self._sources[s.quotes[0].source_id])
            for a, b in s.emphasis:
                yield Direct(text=s.text[a:b], number=s.quotes[0].number, speaker=who, part=s.part)

    def _drafts(self, ranked: Sequence[tuple[float, Passage, Sentence]]) -> Iterator[Draft]:
        for place, (score, passage, sentence) in enumerate(ranked[:MOST]):
            if score < ENOUGH:
                return
            source = self._sources[passage.source_id]
            yield Draft(
                sentence.text,
                (Quote.of(source, sentence.start, sentence.end),),
                role=Role.FURTHER if place else Role.ANSWER,
                emphasis=tuple(m.span() for m in _NUMBER.finditer(sentence.text))[:1],
            )


def _share(wanted: set[str], text: str) -> float:
    return len(wanted & words(text)) / len(wanted) if wanted else 0.0


def _passages(source: Source) -> Iterator[Passage]:
    for block in source.blocks:
        text = source.text[block.start : block.end]
        spans = [(block.start + a, block.start + b) for a, b in sentence_spans(text, source.language)]
        sentences = tuple(Sentence(a, b, source.text[a:b], block.kind) for a, b in spans)
        yield Passage(source.id, block.start, block.end, text, source.title, sentences)


def source_of(text: str, source_id: str = "hostile", **fields: object) -> Source:
    """A source whose paragraphs are parted by empty lines."""
    blocks, at = [], 0
    for paragraph in text.split("\n\n"):
        blocks.append(Block(at, at + len(paragraph), BlockKind.PARAGRAPH))
        at += len(paragraph) + 2
    defaults: dict[str, object] = {
        "title": "A title",
        "publisher": "A Publisher",
        "author": None,
        "published": "2024-11-29",
        "url": "https://example.org/page",
        "language": "en",
        "kind": Kind.NOTE,
        "relation": Relation.DISPUTES,
        "basis": Basis.ORIGINAL,
        "via": (),
    }
    return Source(id=source_id, text=text, blocks=tuple(blocks), **{**defaults, **fields})  # type: ignore[arg-type]
