"""One message on its way to an answer, question by question, or to a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace

from app.answer.beside_original import beside_original
from app.answer.compose import Draft, Numbering, finish, own_draft
from app.answer.direct import direct
from app.answer.same_figure import telling_figure
from app.answer.unclear import question_back
from app.answerer import Answerer, Found, Stopwatch
from app.compare.rows import Comparison, compare, tabulate
from app.events import Anew, Done, Event, StatementReady, Understood, Writing
from app.llm.asked import is_told, prompt_of
from app.llm.failure import ModelFailure
from app.llm.prompt import Message
from app.llm.protocol import Answering, Asked, Engine, Extractive
from app.llm.standalone import Heard
from app.model_run import Purpose
from app.query import Query
from app.question.classify import CONTEXT, Question, classify
from app.question.follow_up import in_context
from app.question.opinion import ASKS_THE_SOURCES, asks_for_opinion
from app.records import IndexStamp, QuestionKind, Statement, Turn, Understanding
from app.settings import ReplyFormat, Settings
from index.retrieve import Retriever
from index.source import Kind


class Run:
    """A message that was understood: for an answer and a comparison it is searched for and checked in the same way."""

    def __init__(
        self,
        retriever: Retriever,
        settings: Settings,
        threshold: float,
        query: Query,
        heard: Heard,
        model: Engine | None = None,
    ) -> None:
        """`query`: with a question that was checked; `heard`: how it was understood. `model`: what answers in its own
        words.
        """
        self.model, self.calls, self.failed = model, heard.calls, heard.failed
        # Other words than the question's are searched for, maybe in another language.
        self.reworded = bool(query.searched) or any(call.purpose is Purpose.TRANSLATE for call in heard.calls)
        self.question, self.understood, self.retriever, self.settings = (
            query.question, heard.understood, retriever, settings,
        )  # fmt: skip
        self.clock = Stopwatch()
        every = retriever.generation.sources()
        self.article = next((s.facts for s in every if s.kind is Kind.ARTICLE), None)
        self.answerer = Answerer(retriever, query.filters, threshold, settings.hits, self.clock)
        with self.clock.stage("understand"):
            self.asked = self._classify(self.understood.standalone_question)
        generation = retriever.generation
        self.stamp = IndexStamp(generation=generation.id, fingerprint=generation.manifest.fingerprint)

    def events(self) -> Iterator[Event]:
        """Yield the events of an answer. Where a language model fails, the extractive answer takes its place."""
        parts, understood = self._found()
        found = parts[0] if len(parts) == 1 else _together(parts, self.asked.kind)
        yield Understood(kind=found.kind, **dict(understood))
        try:
            yield from self._told(self._first_engine(), parts, found, understood)
        except ModelFailure as failure:
            yield Anew()
            yield from self._told(Extractive(self.retriever.reranker.name, failure.run), parts, found, understood)

    def prompts(self) -> list[tuple[Message, ...]]:
        """Return what a language model would be told. Raises ModelFailure if nothing fits its window."""
        limits = self.settings.llm_window - self.settings.llm_tokens
        as_json = self.settings.llm_format is not ReplyFormat.LINES
        asked = [a for a in self._asked(*self._found()) if is_told(a)]
        return [prompt_of(a, limits, as_json=as_json).messages for a in asked]

    def _found(self) -> tuple[list[Found], Understanding]:
        """Answer each question of the message with quotations; name its parts only where there are several."""
        parts = [self._unclear()] if self.understood.unclear else self._parts()
        understood = self.understood if len(parts) > 1 else self.understood.model_copy(update={"parts": ()})
        return parts, understood

    def _asked(self, parts: Sequence[Found], understood: Understanding) -> Iterator[Asked]:
        texts = understood.parts or (understood.standalone_question,)
        for n, (text, part) in enumerate(zip(texts, parts, strict=True)):
            typed = text if understood.parts and not self.reworded else self.question
            yield Asked(text, typed, part, self.answerer.sources, self.retriever.generation.passages_of, n)

    def _first_engine(self) -> Answering:
        if self.model is not None and self.failed is None:
            return self.model.answering(self.calls)
        return Extractive(self.retriever.reranker.name, self.failed)

    def _told(
        self, engine: Answering, parts: Sequence[Found], found: Found, understood: Understanding
    ) -> Iterator[Event]:
        """Yield what `engine` makes of what was found, and the whole answer. Raises ModelFailure."""
        numbering = Numbering(self.answerer.sources, self.article)
        drafts: list[Draft] = []
        statements: list[Statement] = []
        for asked in self._asked(parts, understood):
            with closing(engine.write(asked)) as written:
                for made in written:
                    if isinstance(made, Writing):
                        yield made
                        continue
                    with self.clock.stage("prove"):
                        drafts.append(replace(made, part=asked.part))
                        numbered = numbering.statement(drafts[-1])
                        statements.append(beside_original(numbered, self.retriever.generation.find))
                    yield StatementReady(statement=statements[-1])
        run = engine.run if engine.run and (engine.run.calls or engine.run.failure) else None
        wrote = any(call.purpose is Purpose.ANSWER for call in run.calls) if run and not run.failure else False
        ms = self.clock.ms | ({"model": sum(c.total_ms for c in run.calls)} if run else {})
        yield Done(
            answer=finish(
                question=self.question,
                understood=understood,
                kind=found.kind,
                direct=direct(drafts, statements, self.answerer.sources),
                statements=statements,
                sources=numbering.sources(),
                hits=found.hits,
                unmentioned=found.unmentioned,
                confidence=found.confidence,
                timings_ms=ms | {"total": sum(ms.values())},
                engine=engine.name if wrote else Extractive(self.retriever.reranker.name).name,
                model=run,
                stamp=self.stamp,
                nearest=found.hits[: self.settings.nearest],
            )
        )

    def comparison(self) -> Comparison:
        """Compare what the sources say; what an answer would refuse has no rows."""
        answerer, asked = self.answerer, self.asked
        searches = asked.kind not in (QuestionKind.SMALLTALK, QuestionKind.OPINION) and not self.understood.unclear
        searches = searches and not answerer.about_corpus(asked) and not answerer.to_summarise(asked)
        evidence = answerer.evidence(asked) if searches else None
        rows = []
        if evidence and evidence.ranked:
            figure = telling_figure(evidence.ranked[0])
            scope = answerer.scope(asked)
            rows = compare(asked, figure, self.retriever, answerer.sources, scope, answerer.satisfying)
        return tabulate(self.question, asked, rows, answerer.sources, self.stamp, self.article)

    def _classify(self, text: str) -> Question:
        """Return the question `text` with its kind."""
        asked = classify(text)
        english = asked.kind in ASKS_THE_SOURCES and not self.understood.language
        if english and asks_for_opinion(asked.own.text, self.retriever.embedder):
            return replace(asked, kind=QuestionKind.OPINION)
        return asked

    def _unclear(self) -> Found:
        """Ask back."""
        return Found(QuestionKind.UNCLEAR, (own_draft(question_back(self.question)),))

    def _parts(self) -> list[Found]:
        """Answer each question of the message; the whole as one where it holds one, or where no part is answered."""
        found: list[Found] = []
        turns: list[Turn] = []
        for text in self.understood.parts:
            found.append(self._part(text, turns))
            said = [Turn(role="assistant", text=f"“{d.text}”") for d in found[-1].drafts[:1]]
            turns += [Turn(role="user", text=text), *said]
        return found if any(f.drafts for f in found) else [self.answerer.answer(self.asked)]

    def _part(self, text: str, before: list[Turn]) -> Found:
        """Answer one question; one that cannot be answered alone may need the first of the message."""
        alone = in_context(text, before)
        found = None if alone.unclear else self.answerer.answer(self._classify(alone.standalone_question))
        if (found and found.drafts) or not before:
            return found or self._unclear()
        beside = f"{text.rstrip(' ?')}?{CONTEXT}{before[0].text.rstrip(' ?')})"
        again = self.answerer.answer(self._classify(beside)) if beside != alone.standalone_question else None
        return next((f for f in (again, found) if f and f.drafts), found or again or self._unclear())


def _together(parts: list[Found], kind: QuestionKind) -> Found:
    """Join the answers to the parts of a message, in their order."""
    sure = [f.confidence for f in parts if f.confidence is not None and f.drafts]
    return Found(
        kind=kind,
        drafts=tuple(replace(d, part=n) for n, f in enumerate(parts) for d in f.drafts),
        hits=tuple(dict.fromkeys(h for f in parts for h in f.hits)),
        confidence=min(sure, default=None),
    )
