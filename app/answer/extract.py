"""Answering without a language model: the sentences that answer, quoted exactly and grouped by source.

The reranker's sentence score is an estimate of the probability that a sentence answers (0..1). The best
sentence leads; others follow if they come near it, at most one a source before a second of any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.answer.answering_words import answering_words
from app.answer.candidates import Candidate, InFull
from app.answer.compose import Draft
from app.answer.going_on import going_on
from app.answer.list_items import cut_list
from app.answer.newest import newest_first
from app.answer.originals import originals_first
from app.answer.same_figure import telling_figure, with_the_figure
from app.answer.whole_list import holds, whole_list
from app.question.classify import Question
from app.records import QuestionKind, Role, as_one
from index.passage import Quote, Sentence, Span
from index.source import BlockKind, Source
from index.text.analysis import analyse, tokens
from index.text.answer_type import AnswerType
from index.text.dates import may_be
from index.text.figures import is_exact
from index.text.numbers import numbers
from index.text.words import AUXILIARIES


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an answer may hold; `share` is the part of the lead's score that a further sentence needs."""

    statements: int
    share: float


# A list or comparison needs room; a fact or a speaker is answered by one sentence and what others add to it.
LIMITS: Mapping[QuestionKind, Limits] = {
    QuestionKind.FACT: Limits(4, 0.25),
    QuestionKind.ABOUT: Limits(4, 0.2),
    QuestionKind.WHO_SAYS: Limits(3, 0.25),
    QuestionKind.EXPLAIN: Limits(4, 0.2),
    QuestionKind.LIST: Limits(8, 0.25),
    QuestionKind.OVERVIEW: Limits(4, 0.2),
    QuestionKind.LATEST: Limits(5, 0.1),
    QuestionKind.CHOICE: Limits(6, 0.2),
    QuestionKind.COMPARE: Limits(8, 0.2),
}
# A reason or a list goes on in the next sentence of one source; for the rest another source's word weighs more.
_ONE_VOICE = frozenset({QuestionKind.EXPLAIN, QuestionKind.OVERVIEW, QuestionKind.LIST})
# Several sentences of one passage may answer: each is judged alone.
_SEVERAL = frozenset({QuestionKind.LIST, QuestionKind.CHOICE, QuestionKind.COMPARE})
# Two sentences that share this part of their terms say the same: of one source only the better is shown.
_SAME = 0.6
# The items of a list stand beside each other: there, less is asked of each.
_BESIDE, _PARAGRAPH = 0.25, 600  # part of the share, characters
_NO_DIRECT = frozenset({QuestionKind.ABOUT, QuestionKind.OVERVIEW})  # not answered in a few words
# Answers of a few words: only of these are several set beside each other in the direct line.
_SHORT = frozenset({AnswerType.NUMBER, AnswerType.DATE, AnswerType.PERSON, AnswerType.PLACE})
_LIKELY = 0.5  # confidence that the direct line needs at all
_AS_SURE, _AS_LIKELY = 0.8, 0.6  # parts of the lead's confidence and probability that the direct line asks of others
_ON_FIGURE = 2  # sentences that are shown for naming the same figure


def select(
    question: Question, ranked: Sequence[Candidate], in_full: InFull, named: Sequence[Candidate] = ()
) -> list[Candidate]:
    """Return the sentences to show, the lead first. `ranked` is best first and not empty.

    `in_full`: what a source says behind them. `named`: sentences, best first, of passages that hold the lead's figure,
    wherever the search ranked them.
    """
    limits = LIMITS[question.kind]
    ranked = originals_first(ranked)
    if question.kind is QuestionKind.LATEST:
        ranked = newest_first(ranked)
    lead = whole_list(question, ranked[0], ranked)
    ranked = [lead, *(c for c in ranked[1:] if not holds(lead, c))]
    if question.kind in _SEVERAL:
        fits = (c for c in ranked[1:] if c.alone >= limits.share * lead.alone * (_BESIDE if _beside(c, lead) else 1.0))
        near = sorted(fits, key=lambda c: -c.alone)
    else:
        near = [c for c in ranked[1:] if c.score >= lead.score * limits.share]
    if question.kind not in _ONE_VOICE:  # every source once before any source twice
        near.sort(key=lambda c: _place_in_source(c, ranked))
    opening = [lead, *going_on(question.kind, lead, in_full)]
    chosen = [*opening]
    for c in [*_on_the_same_figure(question, lead, named), *near]:
        if len(chosen) >= limits.statements:
            break
        if c not in chosen and not any(_repeats(c, other) for other in chosen):
            chosen.append(c)
            if question.kind is QuestionKind.EXPLAIN and c.alone >= _AS_SURE * lead.alone:
                chosen += [n for n in going_on(question.kind, c, in_full) if n not in chosen]
    if question.kind is QuestionKind.LATEST:
        return newest_first(chosen)
    return [*opening, *_grouped(chosen[len(opening) :])]


def _on_the_same_figure(question: Question, lead: Candidate, named: Sequence[Candidate]) -> list[Candidate]:
    """Return sentences of other sources with the very figure that answers: they confirm, qualify or dispute it.

    A round figure may be in another source by chance, so its sentence must come near the lead like any other.
    """
    figure = telling_figure(lead)
    if figure is None:
        return []
    least = 0.0 if is_exact(figure) else lead.score * LIMITS[question.kind].share
    others = [c for c in named if c.source.id != lead.source.id and c.score >= least]
    return with_the_figure(figure, others, question)[:_ON_FIGURE]


def _beside(candidate: Candidate, lead: Candidate) -> bool:
    """Return whether a sentence stands in the lead's paragraph or list, or in the next."""
    near = abs(candidate.sentence.start - lead.sentence.start) <= _PARAGRAPH
    return candidate.source.id == lead.source.id and near


def _place_in_source(candidate: Candidate, ranked: Sequence[Candidate]) -> int:
    """Return 0 for the best sentence of its source, 1 for the second, ..."""
    return [c for c in ranked if c.source.id == candidate.source.id].index(candidate)


def drafts(question: Question, chosen: Sequence[Candidate]) -> list[Draft]:
    """Turn `chosen`, the lead first, into statements, each with itself as its quotation.

    In the direct line stand the lead's answering words, if it is likelier than not to answer. Where a few words answer,
    those of sentences join them that are nearly as sure and name no other time than the question.
    """
    found = []
    told = question.kind not in _NO_DIRECT and bool(chosen) and chosen[0].confidence >= _LIKELY
    for n, candidate in enumerate(chosen):
        draft = draft_of(candidate, Role.ANSWER if n == 0 else Role.FURTHER)
        fits = _settles(question, draft) if n == 0 else _answers_too(question, candidate, chosen[0], draft)
        found.append(replace(draft, answers=told and fits and bool(draft.emphasis)))
    if found and question.kind not in _NO_DIRECT and question.wants not in _SHORT:
        found[0] = replace(found[0], of_list=cut_list(chosen))
    return found


def _settles(question: Question, draft: Draft) -> bool:
    """Tell whether a draft's answering words say more than a figure where yes or no is asked."""
    first = next((t.surface.lower() for t in question.own.tokens), "")
    words = [t for a, z in draft.emphasis for t in tokens(draft.text[a:z]) if not t.extra and t.surface[:1].isalpha()]
    return first not in AUXILIARIES or sum(not t.is_stop for t in words) > 1


def _answers_too(question: Question, candidate: Candidate, lead: Candidate, draft: Draft) -> bool:
    if question.kind is QuestionKind.LATEST or not (question.wants in _SHORT or question.kind is QuestionKind.LIST):
        return False
    if question.wants is AnswerType.NUMBER and not all(numbers(draft.text[a:z]) for a, z in draft.emphasis):
        return False
    sure = candidate.confidence >= _AS_SURE * lead.confidence and candidate.alone >= _AS_LIKELY * lead.alone
    asked, named = question.read.dates, analyse(candidate.sentence.read).dates
    return sure and (not asked or all(any(may_be(date, other) for other in asked) for date in named))


def draft_of(candidate: Candidate, role: Role) -> Draft:
    """Return a statement that quotes the whole sentence behind what it hangs on."""
    sentence, source = candidate.sentence, candidate.source
    quotes = quotes_of(source, sentence)
    text = as_one(quotes)
    at = len(text) - len(sentence.text)  # the sentence ends the statement
    span = answering_words(candidate)
    spans = candidate.items or ((span,) if span else ())
    return Draft(
        text=text,
        quotes=quotes,
        role=role,
        quoting=sentence.block is BlockKind.QUOTE,
        heading=sentence.block is BlockKind.HEADING,
        emphasis=tuple((at + a, at + b) for a, b in spans),
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
