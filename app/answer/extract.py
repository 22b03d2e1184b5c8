"""Answering without a language model: the sentences that answer, quoted exactly and grouped by source.

The reranker's sentence score is an estimate of the probability that a sentence answers (0..1). The best
sentence leads; others follow if they come near it, at most one a source before a second of any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.answer.compose import Draft
from app.answer.emphasis import answering_words, emphasise
from app.question.classify import Question
from app.records import QuestionKind, Role, as_one
from index.passage import Hit, Quote, Sentence, Span
from index.source import BlockKind, Source
from index.text.analysis import analyse
from index.text.figures import is_exact
from index.text.numbers import numbers


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an answer may hold; `share` is the part of the lead's score that a further sentence needs."""

    statements: int
    share: float


# A list or comparison needs room; a fact or a speaker is answered by one sentence and what others add to it.
LIMITS: Mapping[QuestionKind, Limits] = {
    QuestionKind.FACT: Limits(4, 0.25),
    QuestionKind.WHO_SAYS: Limits(3, 0.25),
    QuestionKind.EXPLAIN: Limits(4, 0.2),
    QuestionKind.LIST: Limits(4, 0.2),
    QuestionKind.OVERVIEW: Limits(4, 0.2),
    QuestionKind.COMPARE: Limits(6, 0.06),
}
# A reason or a list goes on in the next sentence of one source; for the rest another source's word weighs more.
_ONE_VOICE = frozenset({QuestionKind.EXPLAIN, QuestionKind.LIST, QuestionKind.OVERVIEW})
# Two sentences that share this part of their terms say the same: of one source only the better is shown.
_SAME = 0.6
# A smaller figure can be in two texts by chance.
_TELLING = 100
_ON_FIGURE = 2  # sentences that are shown for naming the same figure


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with its score (0..1, higher is better).

    `answer`: characters (start, end) of the sentence that are likeliest to answer, None if that is not known.
    `confidence`: 0..1, that it answers at all: what the best sentence of its passage has, in parts of that one's score.
    """

    source: Source
    sentence: Sentence
    score: float
    confidence: float
    answer: tuple[int, int] | None = None


def candidates(hits: Sequence[Hit], sources: Mapping[str, Source], with_headings: bool = False) -> list[Candidate]:
    """Return all quotable sentences of `hits`, best first, each once. A heading is quoted only `with_headings`."""
    found = [
        Candidate(
            sources[hit.passage.source_id],
            scored.sentence,
            scored.score,
            hit.confidence * scored.score / (hit.sentences[0].score or 1.0),
            scored.answer,
        )
        for hit in hits
        for scored in hit.sentences
        if with_headings or scored.sentence.block is not BlockKind.HEADING
    ]
    found.sort(key=lambda c: (-c.score, c.source.id, c.sentence.start))
    return list({(c.source.id, c.sentence.start): c for c in reversed(found)}.values())[::-1]


def select(question: Question, ranked: Sequence[Candidate], named: Sequence[Candidate] = ()) -> list[Candidate]:
    """Return the sentences to show, the lead first. `ranked` is best first and not empty.

    `named`: sentences, best first, of passages that hold the lead's figure, wherever the search ranked them.
    """
    limits = LIMITS[question.kind]
    lead = ranked[0]
    near = [c for c in ranked[1:] if c.score >= lead.score * limits.share]
    if question.kind not in _ONE_VOICE:  # every source once before any source twice
        near.sort(key=lambda c: (_place_in_source(c, ranked), -c.score))
    chosen = [lead]
    for c in [*_on_the_same_figure(question, lead, named), *near]:
        if len(chosen) == limits.statements:
            break
        if c not in chosen and not any(_repeats(c, other) for other in chosen):
            chosen.append(c)
    return [lead, *_grouped(chosen[1:])]


def telling_figure(question: Question, lead: Candidate) -> str | None:
    """Return the lead's answering figure as written there; None if there is none, or one too small to tell."""
    text = lead.sentence.read
    marked = (text[start:end] for start, end in emphasise(question, text))
    return next((words for words in marked if any(n.value >= _TELLING for n in numbers(words))), None)


def _on_the_same_figure(question: Question, lead: Candidate, named: Sequence[Candidate]) -> list[Candidate]:
    """Return sentences of other sources with the very figure that answers: they confirm, qualify or dispute it.

    A round figure may be in another source by chance, so its sentence must come near the lead like any other.
    """
    figure = telling_figure(question, lead)
    if figure is None:
        return []
    said = {n.value for n in numbers(figure)}
    least = 0.0 if is_exact(figure) else lead.score * LIMITS[question.kind].share
    others = [c for c in named if c.source.id != lead.source.id and c.score >= least]
    return [c for c in others if said & {n.value for n in numbers(c.sentence.text)}][:_ON_FIGURE]


def _place_in_source(candidate: Candidate, ranked: Sequence[Candidate]) -> int:
    """Return 0 for the best sentence of its source, 1 for the second, ..."""
    return [c for c in ranked if c.source.id == candidate.source.id].index(candidate)


def drafts(question: Question, chosen: Sequence[Candidate]) -> list[Draft]:
    """Turn `chosen` into statements, each with itself as its quotation."""
    return [draft_of(c, question, Role.ANSWER if n == 0 else Role.FURTHER) for n, c in enumerate(chosen)]


def draft_of(candidate: Candidate, question: Question, role: Role) -> Draft:
    """Return a statement that quotes the whole sentence behind what it hangs on."""
    sentence, source = candidate.sentence, candidate.source
    quotes = quotes_of(source, sentence)
    text = as_one(quotes)
    at = len(text) - len(sentence.text)  # the sentence ends the statement
    read = (sentence.own(span) for span in emphasise(question, sentence.read))
    own = tuple(span for span in read if span) or answering_words(sentence.text, candidate.answer)
    return Draft(
        text=text,
        quotes=quotes,
        role=role,
        quoting=sentence.block is BlockKind.QUOTE,
        heading=sentence.block is BlockKind.HEADING,
        emphasis=tuple((at + start, at + end) for start, end in own),
    )


def quotes_of(source: Source, sentence: Sentence) -> tuple[Quote, ...]:
    """Quote what `sentence` hangs on, and itself, which ends the last quotation; neighbours are one."""
    found: list[Span] = []
    for start, end in (*sentence.context, (sentence.start, sentence.end)):
        if found and not source.text[found[-1][1] : start].strip():
            start = found.pop()[0]
        found.append((start, end))
    return tuple(Quote.of(source, *span) for span in found)


def _grouped(further: Sequence[Candidate]) -> list[Candidate]:
    """Group sentences by source: sources by their best sentence, sentences in reading order."""
    order = list(dict.fromkeys(c.source.id for c in further))
    return sorted(further, key=lambda c: (order.index(c.source.id), c.sentence.start))


def _repeats(one: Candidate, other: Candidate) -> bool:
    """Tell whether `one` says what `other` says: the same source in much the same words."""
    a, b = analyse(one.sentence.text).terms, analyse(other.sentence.text).terms
    if one.source.id != other.source.id:
        return False
    return len(a & b) >= _SAME * min(len(a), len(b)) if a and b else True
