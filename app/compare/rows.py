"""What each source says on one question: its best sentence, proved, a row a source, in order of date.

question ── retrieve_each ── relevance (which sources speak to it) ── rows

Nothing is averaged or merged; a source that gives two different figures for what the question counts has two rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import takewhile

from app.answer.candidates import Candidate, candidates
from app.answer.compose import Numbering
from app.answer.extract import draft_of
from app.answer.same_figure import with_the_figure
from app.compare.relevance import CUT, Cut, Found, on_the_matter, quotable
from app.question.classify import Question
from app.records import AnswerQuote, IndexStamp, Role
from index.filters import Filters
from index.passage import Quote
from index.records import Record
from index.rerank.features import query_view
from index.retrieve import Retriever
from index.source import BlockKind, Source, SourceFacts, date_range
from index.text.analysis import tokens
from index.text.figures import counts, figures_and_dates, is_exact

EACH = 2  # passages of a source that are read
_NAMING = 30  # passages that are looked at for the figure that answers
_SECOND_SCORE, _SECOND_WORDS = 0.25, 0.8  # parts of the first sentence's score and cover that a second one needs
_NEAR = 4  # words behind a figure that may hold the noun that it counts
_PLURALS = ("people", "men", "children", "police")  # endings of nouns that take no s
_LAST = (10**8, 10**8)  # the day of an undated source: behind every other
_HOW_MANY = re.compile(r"\b(?:how many|(?:number|total|count) of)(?= )", re.IGNORECASE)


class Row(Record):
    """What one source says. `number` counts the rows from 1 and is the quotation's number.

    `quoting`: the words are somebody's whom the source quotes. `emphasis`: (start, end) spans of `quote.text` that
    hold figures and dates. `on_article` and `later`: as in `Statement`.
    """

    number: int
    facts: SourceFacts
    quote: AnswerQuote
    quoting: bool
    emphasis: tuple[tuple[int, int], ...]
    on_article: bool = False
    later: bool = False

    @property
    def source_id(self) -> str:
        return self.facts.id


class Comparison(Record):
    """Rows by date, undated sources last. `searched`: number of sources that the filters let through.

    `silent`: ids of those without a row, in the corpus' order: nothing on the matter was found in them.
    """

    question: str
    standalone_question: str
    rows: tuple[Row, ...]
    searched: int
    silent: tuple[str, ...]
    index: IndexStamp


def compare(
    asked: Question,
    figure: str | None,
    retriever: Retriever,
    sources: Mapping[str, Source],
    scope: Filters,
    satisfying: Callable[[Question, Sequence[Candidate]], list[Candidate]],
) -> list[Found]:
    """Return the sentences of the rows, by date. `sources`: those that the user's filters let through.

    `figure`: the figure that answers, if one does. `satisfying`: leaves out the
    sentences that cannot answer, as for an answer.
    """
    found = choose(asked, *gather(asked, figure, retriever, sources, scope, satisfying))
    order = {source_id: n for n, source_id in enumerate(sources)}
    return sorted(
        found,
        key=lambda f: (
            date_range(f.candidate.source.published) or _LAST,
            order[f.source_id],
            f.candidate.sentence.start,
        ),
    )


def tabulate(
    question: str,
    asked: Question,
    found: Sequence[Found],
    sources: Mapping[str, Source],
    index: IndexStamp,
    article: SourceFacts | None = None,
) -> Comparison:
    """Return `found`, in the rows' order, as rows; `article`: what the notes may tell of.

    Raises QuoteError if a quotation does not match its source.
    """
    numbering = Numbering(sources, article)
    rows = [_row(f, numbering) for f in found]
    speaking = {r.source_id for r in rows}
    return Comparison(
        question=question,
        standalone_question=asked.text,
        rows=tuple(rows),
        searched=len(sources),
        silent=tuple(source_id for source_id in sources if source_id not in speaking),
        index=index,
    )


def _row(found: Found, numbering: Numbering) -> Row:
    statement = numbering.statement(replace(draft_of(found.candidate, Role.ANSWER), quotes=_in_one(found)))
    quote = statement.quotes[0]
    return Row(
        number=quote.number,
        facts=found.candidate.source.facts,
        quote=quote,
        quoting=statement.quoting,
        emphasis=figures_and_dates(quote.text),
        on_article=statement.on_article,
        later=statement.later,
    )


def _in_one(found: Found) -> tuple[Quote]:
    """Quote a sentence in one piece: an item of a list from the words on that introduce it, a row of a table alone."""
    source, sentence = found.candidate.source, found.candidate.sentence
    stands_alone = sentence.block is BlockKind.TABLE_ROW or not sentence.context
    return (Quote.of(source, sentence.start if stands_alone else sentence.context[0][0], sentence.end),)


def gather(
    asked: Question,
    figure: str | None,
    retriever: Retriever,
    sources: Mapping[str, Source],
    scope: Filters,
    satisfying: Callable[[Question, Sequence[Candidate]], list[Candidate]],
) -> tuple[list[Found], list[Found]]:
    """Return all sentences that may be rows, and those that hold the figure that answers; both best first.

    A sentence that holds the very figure need not be about the names of the question, but about its time.
    """
    lexical = retriever.generation.lexical
    query = query_view(asked.search, lexical.document_frequencies, lexical.count())
    hits = retriever.retrieve_each(asked.search, EACH, scope)
    ranked = quotable(query, hits, satisfying(asked, candidates(hits, sources)))
    if figure is None:
        return ranked, []
    named = retriever.mentioning(figure, asked.search, scope, k=_NAMING, quick=True)
    same_figure = quotable(query, named, with_the_figure(figure, candidates(named, sources), asked))
    # A round figure can match by chance: its passage must share words with the question.
    return ranked, [f for f in same_figure if is_exact(figure) or f.cover >= CUT.cover]


def choose(asked: Question, ranked: Sequence[Found], named: Sequence[Found] = (), cut: Cut = CUT) -> list[Found]:
    """Return each source's best relevant sentence, and a second one if it gives another figure.

    `ranked`: all sentences, best first. `named`: sentences that hold the figure that answers, best first; such a
    source has a row however little its words resemble the question.
    """
    best_first = sorted(ranked, key=lambda f: -f.score(cut))
    fitting: dict[str, list[Found]] = {}
    for found in [*on_the_matter(best_first, cut), *named]:
        fitting.setdefault(found.source_id, []).append(found)
    counted = _counted(asked)
    chosen = []
    for first, *others in fitting.values():
        chosen.append(first)
        chosen.extend([f for f in others if _second(first, f, counted, cut)][:1])
    return chosen


def _second(first: Found, other: Found, counted: str, cut: Cut) -> bool:
    """Tell whether `other` speaks to the question as `first` does, and gives another figure for what is `counted`."""
    near = other.own >= _SECOND_WORDS * first.own and other.score(cut) >= _SECOND_SCORE * first.score(cut)
    one, two = _values(first, counted), _values(other, counted)
    return near and bool(one) and bool(two) and not one & two


def _counted(asked: Question) -> str:
    """Return the term of the noun that the question asks the number of ('how many fishing |ships'); '' if none."""
    match = _HOW_MANY.search(asked.text)
    if match is None:
        return ""
    noun = takewhile(lambda t: not t.is_stop, (t for t in tokens(asked.text[match.end() :]) if not t.extra))
    return next((t.term for t in reversed([*noun]) if t.surface.lower().endswith(("s", *_PLURALS))), "")


def _values(found: Found, counted: str) -> set[Decimal]:
    """Return the figures of a sentence that have the noun `counted` close behind them."""
    if not counted:
        return set()
    behind = {n.value: [t.term for t in tokens(found.text[n.end :]) if not t.extra][:_NEAR] for n in counts(found.text)}
    return {value for value, terms in behind.items() if counted in terms}
