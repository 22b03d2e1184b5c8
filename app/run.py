"""One message on its way to an answer, question by question, or to a comparison."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from app.answer.compose import Numbering, finish, own_draft
from app.answer.direct import direct
from app.answer.extract import telling_figure
from app.answer.unclear import question_back
from app.answerer import Answerer, Found, Stopwatch
from app.compare.rows import Comparison, compare, tabulate
from app.question.classify import CONTEXT, classify
from app.question.follow_up import in_context
from app.records import (
    Done,
    Event,
    IndexStamp,
    QuestionKind,
    StatementReady,
    Turn,
    Understanding,
    Understood,
)
from app.settings import Settings
from index.filters import Filters
from index.retrieve import Retriever
from index.source import Kind

ENGINE = "extractive"


class Run:
    """A message that was understood: for an answer and a comparison it is searched for and checked in the same way."""

    def __init__(
        self,
        retriever: Retriever,
        settings: Settings,
        threshold: float,
        question: str,
        understood: Understanding,
        filters: Filters,
    ) -> None:
        self.question, self.understood, self.retriever, self.settings = question, understood, retriever, settings
        self.clock = Stopwatch()
        every = retriever.generation.sources()
        self.article = next((s.facts for s in every if s.kind is Kind.ARTICLE), None)
        self.answerer = Answerer(retriever, filters, threshold, settings.hits, self.clock)
        with self.clock.stage("understand"):
            self.asked = classify(understood.standalone_question)
        generation = retriever.generation
        self.stamp = IndexStamp(generation=generation.id, fingerprint=generation.manifest.fingerprint)

    def events(self) -> Iterator[Event]:
        """Yield the events of an answer."""
        parts = [self._unclear()] if self.understood.unclear else self._parts()
        found = parts[0] if len(parts) == 1 else _together(parts, self.asked.kind)
        understood = self.understood if len(parts) > 1 else self.understood.model_copy(update={"parts": ()})
        yield Understood(kind=found.kind, **dict(understood))
        numbering = Numbering(self.answerer.sources, self.article)
        with self.clock.stage("prove"):
            statements = [numbering.statement(d) for d in found.drafts]
        for statement in statements:
            yield StatementReady(statement=statement)
        yield Done(
            answer=finish(
                question=self.question,
                understood=understood,
                kind=found.kind,
                direct=direct(found.drafts, statements, self.answerer.sources),
                statements=statements,
                sources=numbering.sources(),
                hits=found.hits,
                unmentioned=found.unmentioned,
                confidence=found.confidence,
                timings_ms=self.clock.ms | {"total": sum(self.clock.ms.values())},
                engine=f"{ENGINE}: {self.retriever.reranker.name}",
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
        found = None if alone.unclear else self.answerer.answer(classify(alone.standalone_question))
        if (found and found.drafts) or not before:
            return found or self._unclear()
        beside = f"{text.rstrip(' ?')}?{CONTEXT}{before[0].text.rstrip(' ?')})"
        again = self.answerer.answer(classify(beside)) if beside != alone.standalone_question else None
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
