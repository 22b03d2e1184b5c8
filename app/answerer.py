"""One question that stands alone: searched for, checked, and answered with sentences of the sources, or refused."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

from app.answer import smalltalk, summary
from app.answer.about_sources import answer_metadata
from app.answer.about_topic import about, mentions_of
from app.answer.candidates import Candidate, InFull, candidates, in_full
from app.answer.compose import Draft, own_draft
from app.answer.constraints import satisfying, unmentioned
from app.answer.extract import drafts, select
from app.answer.same_figure import telling_figure
from app.question.classify import Question
from app.question.named_sources import is_its_author, named_sources
from app.question.topic import topic
from app.records import QuestionKind
from index.filters import Filters
from index.passage import Hit
from index.rerank.features import query_view
from index.retrieve import Retriever
from index.source import Kind, Source

# What is asked for stands in several passages.
_WIDE = frozenset({QuestionKind.COMPARE, QuestionKind.CHOICE, QuestionKind.LIST, QuestionKind.LATEST})
_NAMED, _EACH = 5, 3  # sources that a question may name to have them compared, and passages of each
_OF_HALVES = 0.5  # part of the threshold where no sentence need answer: each tells of one of two
_ONE_ANSWER = frozenset({QuestionKind.FACT, QuestionKind.WHO_SAYS, QuestionKind.EXPLAIN, QuestionKind.LATEST})


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


@dataclass(frozen=True, slots=True)
class Found:
    """What answers a question: no drafts where it is refused.

    `hits`: the passages behind the drafts, or those that came near. `confidence`: 0..1, that the sources answer; None
    if they were not searched. `unmentioned`: on a refusal names and years that no source mentions.
    """

    kind: QuestionKind
    drafts: tuple[Draft, ...]
    hits: tuple[Hit, ...] = ()
    confidence: float | None = None
    unmentioned: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """`ranked`: the sentences that may answer, best first; none where the question is refused."""

    hits: tuple[Hit, ...]
    ranked: tuple[Candidate, ...]
    confidence: float


class Answerer:
    """Answers questions from one generation of the index. `threshold`: the confidence below which it refuses."""

    def __init__(self, retriever: Retriever, filters: Filters, threshold: float, hits: int, clock: Stopwatch) -> None:
        self.retriever, self.filters, self.threshold, self.clock = retriever, filters, threshold, clock
        self._hits = hits
        self.sources = {s.id: s for s in retriever.generation.sources() if filters.matches(s)}

    @cached_property
    def _articles(self) -> frozenset[str]:
        return frozenset(s.id for s in self.sources.values() if s.kind is Kind.ARTICLE)

    def answer(self, asked: Question) -> Found:
        """Answer one question, or refuse."""
        if asked.kind is QuestionKind.SMALLTALK:
            reply = smalltalk.reply(asked.text, [*self.sources.values()])
            return Found(asked.kind, (own_draft(reply),))
        with self.clock.stage("understand"):
            front_matter, source = self.about_corpus(asked), self.to_summarise(asked)
        if front_matter:
            return Found(QuestionKind.METADATA, tuple(front_matter))
        if source:
            passages = self.retriever.passages_of(source)
            said = summary.summarise(source, passages, self.retriever.embedder)
            return Found(QuestionKind.OVERVIEW, tuple(said), tuple(summary.summary_hits(said, passages)))
        if topical := self._about(asked):
            return topical
        return self._searched(asked)

    def evidence(self, asked: Question) -> Evidence:
        """Search for what answers, and check it."""
        with self.clock.stage("retrieve"):
            hits = self._retrieve(asked)
        with self.clock.stage("check"):
            ranked = self.satisfying(asked, candidates(hits, self.sources))
        confidence = ranked[0].confidence if ranked else 0.0
        if confidence < self.threshold * (_OF_HALVES if asked.kind is QuestionKind.CHOICE else 1.0):
            ranked = []
        if titles := self._in_headings(asked, hits, ranked[0] if ranked else None):
            ranked, confidence = [*titles, *ranked], titles[0].confidence
        return Evidence(tuple(hits), tuple(ranked), confidence)

    def _retrieve(self, asked: Question) -> list[Hit]:
        """Search all sources; those that are to be compared by name, each by itself."""
        scope, several = self.scope(asked), asked.kind in (QuestionKind.COMPARE, QuestionKind.CHOICE)
        named = named_sources(asked.text, list(self.sources.values())).sources if several else ()
        if not 2 <= len(named) <= _NAMED:
            return self.retriever.retrieve(asked.search, self._hits, scope, wide=asked.kind in _WIDE)
        each = [replace(scope, sources=frozenset({s.id})) for s in named]
        found = [h for one in each for h in self.retriever.retrieve(asked.search, _EACH, one)]
        return sorted(found, key=lambda h: -h.score)

    def satisfying(self, asked: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
        """Return those of `ranked` that keep to the names and the time of the question."""
        return satisfying(ranked, asked, self.sources.values(), self._mentions)

    def about_corpus(self, asked: Question) -> list[Draft]:
        """Answer from the front matter, if the question is about the sources themselves."""
        if asked.kind in (QuestionKind.SMALLTALK, QuestionKind.OVERVIEW):
            return []
        return answer_metadata(asked.text, list(self.sources.values()))

    def to_summarise(self, asked: Question) -> Source | None:
        """Return the source that the question wants summed up, if it names one."""
        if asked.kind not in (QuestionKind.OVERVIEW, QuestionKind.ABOUT):
            return None
        found = summary.target(asked.text, list(self.sources.values()))
        return None if found and is_its_author(topic(asked.text), found) else found

    def scope(self, asked: Question) -> Filters:
        """Return the user's filters, narrowed to the article where the question asks what the article says."""
        return (
            replace(self.filters, sources=self._articles) if asked.asks_the_article and self._articles else self.filters
        )

    def _searched(self, asked: Question) -> Found:
        found = self.evidence(asked)
        if asked.kind is QuestionKind.OPINION or not found.ranked:
            unknown = unmentioned(asked, self.sources.values(), self._mentions)
            return Found(asked.kind, (), found.hits, found.confidence, unknown)
        with self.clock.stage("extract"):
            figure = telling_figure(found.ranked[0])
            named = self.retriever.mentioning(figure, asked.search, self.scope(asked)) if figure else []
            chosen = select(asked, found.ranked, self._in_full(found.ranked), candidates(named, self.sources))
            return Found(asked.kind, tuple(drafts(asked, chosen)), found.hits, found.confidence)

    def _about(self, asked: Question) -> Found | None:
        """Tell what the sources say of a topic; None if the question has none, or they do not mention it."""
        words = topic(asked.text) if asked.kind in (QuestionKind.ABOUT, QuestionKind.OVERVIEW) else ""
        if not words:
            return None
        with self.clock.stage("retrieve"):
            hits = [
                *self.retriever.retrieve(asked.search, self._hits, self.scope(asked)),
                *self.retriever.mentioning(words, asked.search, self.scope(asked), k=20),
            ]
        with self.clock.stage("extract"):
            lexical = self.retriever.generation.lexical
            view = query_view(words, lexical.document_frequencies, lexical.count())
            ranked = self.satisfying(asked, candidates(hits, self.sources))
            mentions = mentions_of(view, ranked)
            if not mentions:
                return None
            chosen = about(view, mentions, self._in_full(ranked), self.retriever.embedder)
            return Found(asked.kind, tuple(drafts(asked, chosen)), tuple(hits[: self._hits]), hits[0].confidence)

    def _in_headings(self, asked: Question, hits: Sequence[Hit], lead: Candidate | None) -> list[Candidate]:
        """Return the headings that answer, and better than `lead`, best first; none where several answers are due."""
        if asked.kind not in _ONE_ANSWER:
            return []
        with self.clock.stage("retrieve"):
            found = self.retriever.headings(asked.search, hits, lead.sentence.read if lead else "")
        with self.clock.stage("check"):
            ranked = self.satisfying(asked, candidates(found, self.sources, with_headings=True))
        least = max(self.threshold, lead.confidence if lead else 0.0)
        return [c for c in ranked if c.confidence >= least]

    def _in_full(self, ranked: Sequence[Candidate]) -> InFull:
        return lambda source: in_full(source, self.retriever.passages_of(source), ranked)

    def _mentions(self, word: str, source_id: str | None) -> bool:
        return self.retriever.mentions(word, source_id, self.filters)
