"""The one road from a question to a cited answer, which terminal, browser and HTTP all take."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from app.answer import smalltalk, summary
from app.answer.about_sources import answer_metadata
from app.answer.compose import Draft, Numbering, finish
from app.answer.constraints import satisfying, unmentioned
from app.answer.extract import candidates, drafts, select, telling_figure
from app.compare.rows import Comparison, compare, nothing, stamp
from app.question.classify import Question, classify
from app.question.follow_up import stand_alone
from app.question.language import detect
from app.records import (
    Answer,
    Done,
    Event,
    QuestionKind,
    Role,
    StatementReady,
    Support,
    Turn,
    Understood,
)
from app.settings import Settings
from app.sources import Shelf, shelf_of
from index.errors import UnknownSourceError, UsageError
from index.filters import Filters
from index.passage import Hit, Kind, Source
from index.rerank.reranker import Reranker
from index.retrieve import Retriever
from index.storage.generation import Manifest, current_id

ABSTENTION = "The sources do not answer this."
MAX_QUESTION = 2000  # characters; longer texts are not questions
ENGINE = "extractive"


class Stopwatch:
    """Milliseconds a stage, summed."""

    def __init__(self) -> None:
        self.ms: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        try:
            yield
        finally:
            self.ms[name] = self.ms.get(name, 0.0) + (time.perf_counter() - start) * 1000


class Engine:
    """An open index with all that answers from it. Thread-safe; follows a switch of generations by itself."""

    def __init__(self, settings: Settings, retriever: Retriever) -> None:
        self.settings = settings
        self._retriever = retriever
        self._lock = threading.Lock()

    @classmethod
    def open(cls, settings: Settings) -> Engine:
        """Open the current generation. Raises NoIndexError, StaleIndexError, DamagedIndexError, ModelError."""
        return cls(settings, Retriever.open(settings.index))

    @property
    def generation(self) -> str:
        return self._retriever.generation.id

    @property
    def threshold(self) -> float:
        """The confidence (0..1) below which a question is refused."""
        return _threshold(self.settings, self._retriever.reranker)

    @property
    def manifest(self) -> Manifest:
        return self._retriever.generation.manifest

    def sources(self) -> tuple[Source, ...]:
        return self._current().generation.sources()

    def source(self, source_id: str, sha256: str | None = None) -> Source:
        """The source; with `sha256`, the version of it that was quoted.

        Raises UnknownSourceError if there is no such source, or not in that version any more.
        """
        source = self._current().generation.source(source_id)
        if sha256 is not None and source.sha256 != sha256:
            raise UnknownSourceError(
                f"source '{source_id}' has changed since it was quoted; ask again to quote the present text"
            )
        return source

    def warm(self) -> None:
        """Load what the first question would load."""
        self._current().retrieve("How many, when and why?", self.settings.hits)
        detect("In which language is this question?")

    def search(self, query: str, k: int = 5, filters: Filters = Filters()) -> list[Hit]:
        """The `k` passages nearest to `query`, best first."""
        return self._current().retrieve(query, k, filters)

    def answer(self, question: str, history: Sequence[Turn] = (), filters: Filters = Filters()) -> Answer:
        """The whole answer at once; raises as `ask` does."""
        for event in self.ask(question, history, filters):
            if isinstance(event, Done):
                return event.answer
        raise AssertionError("ask() ended without Done")

    def ask(self, question: str, history: Sequence[Turn] = (), filters: Filters = Filters()) -> Iterator[Event]:
        """Events of one answer: Understood, StatementReady (any number), Done.

        Raises UsageError for an empty or overlong question, and what opening a newer generation raises.
        """
        yield from self._run(question, filters).events(history)

    def compare(self, question: str, history: Sequence[Turn] = (), filters: Filters = Filters()) -> Comparison:
        """What each source says on `question`, a row a source in order of date; raises as `ask` does."""
        return self._run(question, filters).comparison(history)

    def shelf(self) -> Shelf:
        """What stands in the index that serves now. Raises what opening a newer generation raises."""
        return shelf_of(self._current().generation)

    def _run(self, question: str, filters: Filters) -> _Run:
        if not question.strip():
            raise UsageError("the question is empty; write what you want to know")
        if len(question) > MAX_QUESTION:
            raise UsageError(f"the question has {len(question)} characters; write at most {MAX_QUESTION}")
        return _Run(self._current(), self.settings, question, filters)

    def _current(self) -> Retriever:
        """The retriever on the current generation, opened anew if another was switched in."""
        with self._lock:
            current = current_id(self.settings.home)
            if current is not None and current != self._retriever.generation.id:
                self._retriever = self._retriever.reopen()
            return self._retriever


class _Run:
    """One question on its way."""

    def __init__(self, retriever: Retriever, settings: Settings, question: str, filters: Filters) -> None:
        self.retriever, self.settings, self.question, self.filters = retriever, settings, question, filters
        self.clock = Stopwatch()
        self.sources = {s.id: s for s in retriever.generation.sources() if filters.matches(s)}
        self.numbering = Numbering(self.sources)

    def events(self, history: Sequence[Turn]) -> Iterator[Event]:
        with self.clock.stage("understand"):
            asked = classify(stand_alone(self.question, history))
            about_corpus = self._metadata(asked)
        kind = QuestionKind.METADATA if about_corpus else asked.kind
        yield Understood(standalone_question=asked.text, kind=kind)
        hits: list[Hit] = []
        confidence: float | None = None
        if asked.kind is QuestionKind.SMALLTALK:
            found = [_self(smalltalk.reply(asked.text, list(self.sources.values())))]
        elif about_corpus:
            found = about_corpus
        elif asked.kind is QuestionKind.OVERVIEW and (summed := self._summarise(asked))[0]:
            found, hits = summed
        else:
            with self.clock.stage("retrieve"):
                hits = self.retriever.retrieve(asked.search, self.settings.hits, self._scope(asked))
            with self.clock.stage("extract"):
                found, confidence = self._extract(asked, hits)
        with self.clock.stage("prove"):
            statements = [self.numbering.statement(d) for d in found]
        for statement in statements:
            yield StatementReady(statement=statement)
        abstained = not statements
        unknown = unmentioned(asked, self.sources.values(), self._mentions) if abstained else ()
        yield Done(
            answer=finish(
                question=self.question,
                standalone=asked.text,
                kind=kind,
                statements=statements,
                sources=self.numbering.sources(),
                hits=hits,
                abstention=refusal(unknown) if abstained else None,
                unmentioned=unknown,
                confidence=confidence,
                timings_ms=self.clock.ms | {"total": sum(self.clock.ms.values())},
                engine=f"{ENGINE}: {self.retriever.reranker.name}",
                stamp=stamp(self.retriever),
                nearest=hits[: self.settings.nearest] if abstained else (),
            )
        )

    def comparison(self, history: Sequence[Turn]) -> Comparison:
        asked = classify(stand_alone(self.question, history))
        if asked.kind is QuestionKind.SMALLTALK or self._metadata(asked) or self._asks_for_a_summary(asked):
            return nothing(self.question, asked, self.retriever, self.sources)
        threshold = _threshold(self.settings, self.retriever.quick)
        return compare(self.question, asked, self.retriever, self.sources, self.filters, threshold)

    def _asks_for_a_summary(self, asked: Question) -> bool:
        return asked.kind is QuestionKind.OVERVIEW and summary.target(asked.text, [*self.sources.values()]) is not None

    def _metadata(self, asked: Question) -> list[Draft]:
        if asked.kind in (QuestionKind.SMALLTALK, QuestionKind.OVERVIEW):
            return []
        return answer_metadata(asked.text, list(self.sources.values())) or []

    def _scope(self, asked: Question) -> Filters:
        """The user's filters; the article alone where the question asks what the article says."""
        if not asked.asks_the_article:
            return self.filters
        articles = frozenset(s.id for s in self.sources.values() if s.kind is Kind.ARTICLE)
        return replace(self.filters, sources=articles) if articles else self.filters

    def _extract(self, asked: Question, hits: Sequence[Hit]) -> tuple[list[Draft], float]:
        """Drafts, none if the sources do not answer, and the confidence (0..1) that the leading sentence does."""
        ranked = satisfying(candidates(hits, self.sources), asked, self._mentions)
        if not ranked:
            return [], 0.0
        confidence = ranked[0].confidence
        if confidence < _threshold(self.settings, self.retriever.reranker):
            return [], confidence
        figure = telling_figure(asked, ranked[0])
        named = self.retriever.mentioning(figure, asked.search, self._scope(asked)) if figure else []
        return drafts(asked, select(asked, ranked, candidates(named, self.sources))), confidence

    def _mentions(self, word: str, source_id: str | None) -> bool:
        return self.retriever.mentions(word, source_id, self.filters)

    def _summarise(self, asked: Question) -> tuple[list[Draft], list[Hit]]:
        """A summary of the source that the question names; nothing if it names none."""
        source = summary.target(asked.text, list(self.sources.values()))
        if source is None:
            return [], []
        passages = self.retriever.passages_of(source)
        found = summary.summarise(source, passages, self.retriever.embedder)
        return found, summary.summary_hits(found, passages)


def refusal(unmentioned: Sequence[str]) -> str:
    """What is said in place of an answer; names of the question that no source mentions are told."""
    return " ".join([ABSTENTION, *([f"None of them mentions {' or '.join(unmentioned)}."] if unmentioned else [])])


def _threshold(settings: Settings, reranker: Reranker) -> float:
    """As set, or else as measured for `reranker`."""
    return reranker.threshold if settings.answer_threshold is None else settings.answer_threshold


def _self(text: str) -> Draft:
    return Draft(text, (), Support.NONE, Role.SELF)
