"""A reader's own statement held against the sources: which sentences support or dispute it, and which say nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.answer.beside_original import beside_original
from app.answer.candidates import Candidate
from app.answer.compose import Draft, Numbering, finish
from app.answer.extract import draft_of
from app.answerer import Stopwatch
from app.records import Answer, AnswerQuote, IndexStamp, QuestionKind, Role, Statement, Understanding
from app.support.check import Checker
from app.support.records import Evidence, Label, Verdict
from index.filters import Filters
from index.fuse import distinct
from index.passage import Hit, Sentence
from index.records import Record
from index.retrieve import Retriever
from index.source import BlockKind, Kind, Source

PASSAGES = 8  # that are held against a statement
SILENT = 3  # sentences of each label that tells little
_ORDER = (Label.QUOTED, Label.SUPPORTED, Label.CONTRADICTED, Label.PARTLY, Label.UNSURE, Label.NOT_SUPPORTED)

_SILENT = (Label.UNSURE, Label.NOT_SUPPORTED)


class Finding(Record):
    """What the sentence of footnote `number` does with the statement, by `verdict`."""

    number: int
    verdict: Verdict


class ClaimCheck(Record):
    """A statement, and what the sources do with it, the findings that tell first.

    `answer`: the sentences as quotations, one a statement, as in any answer: it proves, saves and replays as one.
    `reader`: which model has read them; '' if none: then only words were compared.
    """

    claim: str
    findings: tuple[Finding, ...]
    reader: str
    searched: int
    answer: Answer

    def of(self, *labels: Label) -> tuple[tuple[Finding, Statement, AnswerQuote], ...]:
        """Return the findings with one of `labels`, each with its statement and quotation."""
        by_number = {s.quotes[-1].number: s for s in self.answer.statements}
        found = ((f, by_number[f.number]) for f in self.findings if f.verdict.label in labels)
        return tuple((f, s, s.quotes[-1]) for f, s in found)


@dataclass(frozen=True, slots=True)
class _Held:
    hit: Hit
    verdict: Verdict

    @property
    def sentence(self) -> Sentence:
        """The sentence that the verdict is about."""
        return _sentences(self.hit)[self.verdict.sentence]


def check_claim(claim: str, retriever: Retriever, filters: Filters, checker: Checker) -> ClaimCheck:
    """Hold `claim` against the passages nearest to it. Raises what retrieving and reading raise."""
    clock, generation = Stopwatch(), retriever.generation
    with clock.stage("retrieve"):
        hits = retriever.retrieve(claim, PASSAGES, filters, wide=True)
    stamp = IndexStamp(generation=generation.id, fingerprint=generation.manifest.fingerprint)
    sources = {s.id: s for s in generation.sources() if filters.matches(s)}
    return hold_against(claim, hits, sources, checker, stamp, clock)


def hold_against(
    claim: str,
    hits: Sequence[Hit],
    sources: Mapping[str, Source],
    checker: Checker,
    stamp: IndexStamp,
    clock: Stopwatch | None = None,
) -> ClaimCheck:
    """Hold `claim` against passages. Raises ModelError if the reader fails, QuoteError if a source was altered."""
    clock = clock or Stopwatch()
    with clock.stage("check"):
        held = _held(claim, hits, sources, checker)
    article = next((s.facts for s in sources.values() if s.kind is Kind.ARTICLE), None)
    numbering = Numbering(sources, article)
    with clock.stage("prove"):
        statements = [beside_original(numbering.statement(_draft(h, sources)), sources.get) for h in held]
    reader = checker.reader.name if checker.reader else ""
    answer = finish(
        question=claim,
        understood=Understanding(standalone_question=claim),
        kind=QuestionKind.FACT,
        statements=statements,
        sources=numbering.sources(),
        hits=hits,
        confidence=None,
        timings_ms=clock.ms | {"total": sum(clock.ms.values())},
        engine=f"check: {reader or 'guards alone'}",
        stamp=stamp,
    )
    findings = [Finding(number=s.quotes[-1].number, verdict=h.verdict) for h, s in zip(held, statements, strict=True)]
    return ClaimCheck(claim=claim, findings=tuple(findings), reader=reader, searched=len(sources), answer=answer)


def _held(claim: str, hits: Sequence[Hit], sources: Mapping[str, Source], checker: Checker) -> list[_Held]:
    """Check the claim against each passage, and order by what came of it; a sentence counts once."""
    with_sentences = [h for h in hits if _sentences(h)]
    evidence = [_evidence(h, sources[h.passage.source_id]) for h in with_sentences]
    verdicts = checker.check_all([(claim, e) for e in evidence])
    held = [_Held(*one) for one in zip(with_sentences, verdicts, strict=True)]
    held.sort(key=lambda h: _ORDER.index(h.verdict.label))
    once = distinct(held, lambda h: (h.hit.passage.source_id, h.sentence.start))
    found = [h for h in once if h.verdict.label not in _SILENT]
    for label in _SILENT:
        found += [h for h in once if h.verdict.label is label][:SILENT]
    return found


def _sentences(hit: Hit) -> list[Sentence]:
    return [s for s in hit.passage.sentences if s.block is not BlockKind.HEADING]


def _evidence(hit: Hit, source: Source) -> Evidence:
    who = " ".join(part for part in (source.publisher, source.author, source.published) if part)
    return Evidence(tuple(s.read for s in _sentences(hit)), hit.passage.header, who)


def _draft(held: _Held, sources: Mapping[str, Source]) -> Draft:
    """Quote the sentence; what of the claim it answers is not marked."""
    source = sources[held.hit.passage.source_id]
    role = Role.ANSWER if held.verdict.label.holds else Role.FURTHER
    return draft_of(Candidate(source, held.sentence, held.hit.score, held.hit.confidence), role)
