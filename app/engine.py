"""The one road from a question to a cited answer: terminal, browser and HTTP all take it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from app.claim import ClaimCheck, check_claim
from app.compare.rows import Comparison
from app.events import Done, Event, Writing
from app.llm.prompt import Message
from app.llm.protocol import Engine as Model
from app.llm.quotations import foreign, with_translations
from app.llm.standalone import Heard, with_model
from app.nearby import Nearby, Place
from app.query import Query
from app.question.check import checked
from app.question.language import detect
from app.question.understand import understand
from app.records import Answer
from app.run import Run
from app.serving import Serving
from app.settings import Doubted, Settings
from app.sources.contents import IndexContents, contents_of
from app.support.check import installed
from index.errors import UnknownSourceError
from index.filters import Filters
from index.passage import Hit
from index.retrieve import Retriever
from index.source import Source
from index.storage.manifest import Manifest


class Engine:
    """An open index and everything that answers from it. Thread-safe; notices when the index is rebuilt."""

    def __init__(
        self, settings: Settings, retriever: Retriever, refusing: bool = True, model: Model | None = None
    ) -> None:
        """Answer from `retriever`; `refusing`: whether to refuse at all (False: to measure confidence).

        `model`: what answers in its own words, unless quotations only are wanted.
        """
        self.settings, self.model = settings, model
        self.threshold = retriever.reranker.thresholds.at(settings.caution) if refusing else 0.0
        self._serving = Serving(retriever)
        self._nearby = Nearby(retriever.generation.id, retriever.embedder)

    @classmethod
    def open(cls, settings: Settings, refusing: bool = True) -> Engine:
        """Open the current generation. Raises NoIndexError, StaleIndexError, DamagedIndexError, ModelError.

        With a language model set up, raises UsageError where it is half set up.
        """
        model = _model(settings)
        return cls(settings, Retriever.open(settings.index), refusing, model)

    def close(self) -> None:
        """Release files and memory, unless an answer is still being made."""
        self._serving.close()

    @property
    def generation(self) -> str:
        return self._serving.latest.generation.id

    @property
    def model_name(self) -> str:
        """The language model that is set up; '' without one."""
        return self.model.name if self.model is not None else ""

    @property
    def manifest(self) -> Manifest:
        return self._serving.latest.generation.manifest

    def sources(self) -> tuple[Source, ...]:
        with self._serving.current() as retriever:
            return retriever.generation.sources()

    def source(self, source_id: str, sha256: str | None = None, generation: str | None = None) -> Source:
        """Return the source; with `sha256`, only in the version that was quoted.

        An answer that began before a rebuild tells of older versions. While it lasts, they are found too, by
        `sha256` or by the answer's `generation`.
        Raises UnknownSourceError if there is no such source, or not in that version any more.
        """
        with self._serving.in_use() as retrievers:
            same = [r for r in retrievers if r.generation.id == generation]
            for retriever in same or retrievers:
                found = retriever.generation.find(source_id)
                if found is not None and sha256 in (None, found.sha256):
                    return found
            retrievers[0].generation.source(source_id)  # names those that look alike
        raise UnknownSourceError(
            f"source '{source_id}' has changed since it was quoted; ask again to quote the present text"
        )

    def warm(self) -> None:
        """Load what the first question would load."""
        self.search("How many, when and why?", self.settings.hits)
        detect("In which language is this question?")
        with self._serving.current() as retriever:
            retriever.vocabulary.near("qestion", 1)
        if self.model is not None:
            self.model.warm()

    def search(self, query: str, k: int = 5, filters: Filters = Filters()) -> list[Hit]:
        """Return the `k` passages that best match `query`, best first. Raises what `ask` raises."""
        with self._serving.current() as retriever:
            return retriever.retrieve(checked(query), k, filters)

    def answer(self, query: Query | str) -> Answer:
        """Return the whole answer at once. Raises what `ask` raises."""
        query = Query.of(query)
        answer = next(event.answer for event in [*self.ask(query)] if isinstance(event, Done))
        made = [] if query.quotations_only else [*self.translated(answer)]
        return next((later for later in made if isinstance(later, Answer)), answer)

    def ask(self, query: Query | str) -> Generator[Event]:
        """Yield the events of one answer: Understood, StatementReady and Writing (any number), Done.

        Where a language model fails, Anew stands before the statements that count.
        Close it, if not all are taken: until then its generation stays open.
        Raises UsageError for an empty or overlong question, and what opening a newer generation raises.
        """
        with self.run(query) as run:
            yield from run.events()

    def translated(self, answer: Answer) -> Generator[Writing | Answer]:
        """Yield signs of life while a language model translates what `answer` quotes in another language than its
        question's, and at last the answer with the translations; nothing where there is nothing to translate.

        Close it, if not all are taken: the model is then left alone.
        """
        language, quotes = foreign(answer) if self.model is not None else ("", ())
        if self.model is not None and quotes:
            made, call = yield from self.model.translate(quotes, language)
            yield with_translations(answer, made, call)

    def prompts(self, query: Query | str) -> list[tuple[Message, ...]]:
        """Return what a language model would be told for each part of the question that it would be asked. Asks none.

        Raises what `ask` raises, and ModelFailure if nothing fits the model's window.
        """
        with self.run(replace(Query.of(query), quotations_only=True)) as run:
            return run.prompts()

    def compare(self, query: Query | str) -> Comparison:
        """Return what each source says on the question, by date. Raises what `ask` raises."""
        with self.run(query) as run:
            return run.comparison()

    def check(self, claim: str, filters: Filters = Filters()) -> ClaimCheck:
        """Hold a statement against the sources. Raises what `ask` raises, and ModelError for a damaged reader."""
        claim = checked(claim, "statement", "write what somebody claims")
        with self._serving.current() as retriever:
            return check_claim(claim, retriever, filters, installed())

    def nearby(self, question: str, offered: Mapping[str, Place | None]) -> Generator[tuple[str, ...]]:
        """Yield the few of the `offered` questions that are near to `question` and have an answer, nearest first: those
        found so far, each time that one was tried.

        A question that comes with a place must be answered from there. What is not yet known of a question is found
        out by asking it, which takes as long as any answer. Close it, if not all are taken. Raises what `ask` raises.
        """
        with self._serving.current() as retriever:
            if self._nearby.generation != retriever.generation.id:
                self._nearby = Nearby(retriever.generation.id, retriever.embedder)
            yield from self._nearby.find(question, offered, lambda near: self.answer(Query(near, quotations_only=True)))

    def contents(self) -> IndexContents:
        """List what the index that serves now holds. Raises what opening a newer generation raises."""
        with self._serving.current() as retriever:
            return contents_of(retriever.generation)

    @contextmanager
    def run(self, query: Query | str) -> Iterator[Run]:
        """Hold the current generation while a question is on its way. Raises what `ask` raises."""
        query = Query.of(query)
        query = replace(query, question=checked(query.question))
        words, turns = (checked(query.searched), ()) if query.searched else (query.question, query.history)
        model = None if query.quotations_only else self.model
        with self._serving.current() as retriever:
            read = partial(understand, vocabulary=retriever.vocabulary, settings=self.settings.index)
            heard = Heard(read(words, turns, as_typed=query.as_typed))
            if model is not None and not query.as_typed:
                heard = with_model(model, words, turns, heard.understood, partial(read, history=()))
            yield Run(retriever, self.settings, self.threshold, query, heard, model)


def _model(settings: Settings) -> Model | None:
    """Return the language model of the settings, None if there is none. Raises UsageError, ModelError."""
    if not settings.llm_url and not settings.llm_model:
        return None
    from app.llm.client import ServerModel
    from app.llm.generate import LanguageModel

    return LanguageModel(ServerModel.of(settings), doubted=settings.llm_doubted is Doubted.LAST)
