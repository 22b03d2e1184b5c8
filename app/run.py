"""One question on its way from what was understood to the events of an answer, or to a comparison."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from app.answer import smalltalk, summary
from app.answer.about_sources import answer_metadata
from app.answer.compose import Draft, Numbering, finish
from app.answer.constraints import satisfying, unmentioned
from app.answer.extract import Candidate, candidates, drafts, select, telling_figure
from app.compare.relevance import Found
from app.compare.rows import Comparison, compare, tabulate
from app.question.classify import classify
from app.records import (
    Done,
    Event,
    IndexStamp,
    QuestionKind,
    Role,
    StatementReady,
    Support,
    Understanding,
    Understood,
)
from app.settings import Settings
from index.filters import Filters
from index.passage import Hit
from index.retrieve import Retriever
from index.source import Kind, Source

ENGINE = "extractive"


class Stopwatch:
    """Sums milliseconds by stage."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.ms[name] = self.ms.get(name, 0.0) + (time.perf_counter() - start) * 1000


class Run:
    """One question on its way: understood, searched for and checked in the same way for an answer and a comparison."""

    def __init__(
        self,
        retriever: Retriever,
        settings: Settings,
        threshold: float,
        question: str,
        understood: Understanding,
        filters: Filters,
    ) -> None:
        self.retriever, self.settings, self.threshold = retriever, settings, threshold
        self.question, self.understood, self.filters = question, understood, filters
        self.clock = Stopwatch()
        every = retriever.generation.sources()
        self.sources = {s.id: s for s in every if filters.matches(s)}
        self.article = next((s.facts for s in every if s.kind is Kind.ARTICLE), None)
        with self.clock.stage("understand"):
            self.asked = classify(understood.standalone_question)
            self.about_corpus = self._about_corpus()
            self.summarised = self._to_summarise()
        self.scope = self._scope()
        generation = retriever.generation
        self.stamp = IndexStamp(generation=generation.id, fingerprint=generation.manifest.fingerprint)

    def events(self) -> Iterator[Event]:
        """Yield the events of an answer."""
        asked = self.asked
        kind = QuestionKind.METADATA if self.about_corpus else asked.kind
        yield Understood(kind=kind, **dict(self.understood))
        found, hits, confidence = self._found()
        numbering = Numbering(self.sources, self.article)
        with self.clock.stage("prove"):
            statements = [numbering.statement(d) for d in found]
        for statement in statements:
            yield StatementReady(statement=statement)
        unknown = () if statements else unmentioned(asked, self.sources.values(), self._mentions)
        yield Done(
            answer=finish(
                question=self.question,
                understood=self.understood,
                kind=kind,
                statements=statements,
                sources=numbering.sources(),
                hits=hits,
                unmentioned=unknown,
                confidence=confidence,
                timings_ms=self.clock.ms | {"total": sum(self.clock.ms.values())},
                engine=f"{ENGINE}: {self.retriever.reranker.name}",
                stamp=self.stamp,
                nearest=hits[: self.settings.nearest],
            )
        )

    def comparison(self) -> Comparison:
        """Compare what the sources say; what an answer would refuse has no rows."""
        searches = self.asked.kind is not QuestionKind.SMALLTALK and not self.about_corpus and not self.summarised
        found: list[Found] = []
        if searches and self._evidence()[1]:
            found = compare(self.asked, self.retriever, self.sources, self.scope, self._satisfying)
        return tabulate(self.question, self.asked, found, self.sources, self.stamp, self.article)

    def _found(self) -> tuple[list[Draft], list[Hit], float | None]:
        """Return the statements, the hits behind them, and the confidence (0..1) where the sources were searched."""
        if self.asked.kind is QuestionKind.SMALLTALK:
            reply = smalltalk.reply(self.asked.text, [*self.sources.values()])
            return [Draft(reply, (), Support.NONE, Role.SELF)], [], None
        if self.about_corpus:
            return self.about_corpus, [], None
        if self.summarised:
            passages = self.retriever.passages_of(self.summarised)
            drafts = summary.summarise(self.summarised, passages, self.retriever.embedder)
            return drafts, summary.summary_hits(drafts, passages), None
        hits, ranked, confidence = self._evidence()
        with self.clock.stage("extract"):
            return self._drafts(ranked) if ranked else [], hits, confidence

    def _evidence(self) -> tuple[list[Hit], list[Candidate], float]:
        """Return the hits, the sentences that may answer (best first; none: refused), and the best one's confidence."""
        with self.clock.stage("retrieve"):
            hits = self.retriever.retrieve(self.asked.search, self.settings.hits, self.scope)
        with self.clock.stage("check"):
            ranked = self._satisfying(candidates(hits, self.sources))
        confidence = ranked[0].confidence if ranked else 0.0
        if confidence < self.threshold:
            ranked = []
        if titles := self._in_headings(hits, ranked[0] if ranked else None):
            ranked, confidence = [*titles, *ranked], titles[0].confidence
        return hits, ranked, confidence

    def _in_headings(self, hits: Sequence[Hit], lead: Candidate | None) -> list[Candidate]:
        """Return the headings that answer, and better than `lead`, best first; none for a comparison or a list."""
        if self.asked.kind not in (QuestionKind.FACT, QuestionKind.WHO_SAYS, QuestionKind.EXPLAIN):
            return []
        with self.clock.stage("retrieve"):
            found = self.retriever.headings(self.asked.search, hits, lead.sentence.read if lead else "")
        with self.clock.stage("check"):
            ranked = self._satisfying(candidates(found, self.sources, with_headings=True))
        least = max(self.threshold, lead.confidence if lead else 0.0)
        return [c for c in ranked if c.confidence >= least]

    def _drafts(self, ranked: Sequence[Candidate]) -> list[Draft]:
        figure = telling_figure(self.asked, ranked[0])
        named = self.retriever.mentioning(figure, self.asked.search, self.scope) if figure else []
        return drafts(self.asked, select(self.asked, ranked, candidates(named, self.sources)))

    def _satisfying(self, ranked: Sequence[Candidate]) -> list[Candidate]:
        return satisfying(ranked, self.asked, self.sources.values(), self._mentions)

    def _mentions(self, word: str, source_id: str | None) -> bool:
        return self.retriever.mentions(word, source_id, self.filters)

    def _about_corpus(self) -> list[Draft]:
        if self.asked.kind in (QuestionKind.SMALLTALK, QuestionKind.OVERVIEW):
            return []
        return answer_metadata(self.asked.text, list(self.sources.values()))

    def _to_summarise(self) -> Source | None:
        """Return the source that the question wants summed up, if it names one."""
        if self.asked.kind is not QuestionKind.OVERVIEW:
            return None
        return summary.target(self.asked.text, list(self.sources.values()))

    def _scope(self) -> Filters:
        """Return the user's filters, narrowed to the article where the question asks what the article says."""
        if not self.asked.asks_the_article:
            return self.filters
        articles = frozenset(s.id for s in self.sources.values() if s.kind is Kind.ARTICLE)
        return replace(self.filters, sources=articles) if articles else self.filters
