"""Whether a sentence can be about what a question names: its time, its quantity, its names.

The rerankers read for likeness and hardly tell one year or one region from another: a figure for no region in
particular looks like an answer to a question on Odesa. What is named can be checked: a sentence answers only if the
times it states may meet the one that is asked about, and if its source mentions every name and year of the question
at all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from app.answer import QuestionKind
from app.extract import Candidate
from app.language import is_english_prose, is_plainly_english
from app.period import holds_count_for, may_overlap
from app.question import Question
from index.analyse import Token, dates, tokens, without_possessive
from index.answer_type import AnswerType, answer_spans
from index.passage import Source

Mentions = Callable[[str, str | None], bool]
"""Whether a source (id; None: any source) mentions a word, its title, publisher and date included."""

_COUNTED = re.compile(r"\bhow (?:many|much)\b|\b(?:number|total|sum|amount|count) of\b", re.IGNORECASE)
# What asks for the future, and what a sentence that may speak of it holds: modal verbs, verbs of expecting and
# planning, and the present tense of what is laid down ('takes effect').
_ASKS_AHEAD = re.compile(
    r"^(?:and |but |so )?(?:(?:when|where|who|what|why|how(?: \w+)?) )?will\b|"
    r"\b(?:think|believe|say)s? .{0,60}\bwill\b|\b(?:do|does|is|are)\b.{0,60}\bexpect|\b(?:predict|forecast)\b|"
    r"\bnext (?:year|month|week|spring|summer|autumn|fall|winter)\b|\bin (?:the )?future\b",
    re.IGNORECASE,
)
_LOOKS_AHEAD = re.compile(
    r"\b(?:will|won['’]t|shall|would|may|might|could|should|going to|(?:is|are) to|due (?:to|in|on|by)|set to|"
    r"about to|ahead|next|future|coming|upcoming|later|tomorrow|soon|until|likely|unlikely|risk\w*|"
    r"(?:expect|predict|forecast|foresee|foresaw|anticipat|plan|intend|intent|hope|hoping|fear|warn|threat|promis|"
    r"pledg|propos|schedul|prospect)\w*|aim(?:s|ed|ing)|projected|projections?|"
    r"(?:takes?|took) effect|(?:comes?|enters?|came|entered) into (?:force|effect)|begins|starts|ends|expires?)\b|"
    r"\w['’]ll\b",
    re.IGNORECASE,
)
_ASKS_QUANTITY = re.compile(r"\bhow (?:many|much|old)\b", re.IGNORECASE)
_QUANTITY = re.compile(
    r"\b(?:no|none|nobody|nothing|never|neither|zero|few|fewer|several|many|much|most|majority|minority|half|all|"
    r"every|entire|whole|twice|thrice|dozens?|hundreds|thousands|millions|billions|double[ds]?|countless|unknown)\b",
    re.IGNORECASE,
)
_SHORTEST = 3  # letters; a shorter capitalised word is an initial or an abbreviation
# What a name is the name of: another text may call it otherwise, or leave it out.
_KINDS = frozenset(
    """
    region oblast province district county city town village state republic federation ministry office department
    army forces force brigade battalion regiment division corps unit court law act war operation group party
    university agency service council committee commission parliament government newspaper magazine company monday
    tuesday wednesday thursday friday saturday sunday
    """.split()
)
_BETWEEN = re.compile(r"(?:['’]s)?\s+(?:(?:of|of the|de|del|la|von|van|der)\s+)?")
_SENTENCE_END = ("", ".", "?", "!")


def agreeing(ranked: Sequence[Candidate], question: Question, mentions: Mentions) -> list[Candidate]:
    """Those of `ranked` that can be about the time, past or to come, and the names of `question`, in the same order.

    To a comparison a source may add its word on one of the names.
    """
    fitting = ranked
    for rule in (of_the_time, of_the_future, of_the_quantity):
        fitting = rule(fitting, question.text)
    return list(fitting) if question.kind is QuestionKind.COMPARE else of_the_names(fitting, question.text, mentions)


def of_the_time(ranked: Sequence[Candidate], query: str) -> list[Candidate]:
    """Those of `ranked` that may speak of the time that `query` names: figures of 2024 are none of 2023.

    Where `query` asks how many, a figure for a longer time is none either: '2022 and 2023' for October 2023.
    """
    fits = holds_count_for if _COUNTED.search(query) else may_overlap
    return [c for c in ranked if fits(c.sentence.text, query)]


def of_the_future(ranked: Sequence[Candidate], query: str) -> list[Candidate]:
    """All of `ranked`, but where `query` asks what will be only those that speak of what may come."""
    if not _ASKS_AHEAD.search(query):
        return list(ranked)
    return [c for c in ranked if _LOOKS_AHEAD.search(c.sentence.text)]


def of_the_quantity(ranked: Sequence[Candidate], query: str) -> list[Candidate]:
    """All of `ranked`, but where `query` asks how many, how much or how old only those that hold a quantity.

    A date, 'Article 407', '82nd' and what the question says itself are none; 'most' or 'dozens' are.
    """
    if not _ASKS_QUANTITY.search(query):
        return list(ranked)
    return [c for c in ranked if _holds_quantity(c.sentence.text, query)]


def _holds_quantity(text: str, query: str) -> bool:
    return bool(_QUANTITY.search(text) or answer_spans(AnswerType.NUMBER, text, query))


def of_the_names(ranked: Sequence[Candidate], query: str, mentions: Mentions) -> list[Candidate]:
    """Those of `ranked` whose source mentions every name and every year of `query`.

    A source in another language than English may have names in words of its own ('Німеччина'): it stays.
    """
    wanted = [*names(query), *years(query)]
    missing: dict[str, bool] = {}
    for c in ranked if wanted else ():
        if c.source.id not in missing:
            missing[c.source.id] = is_english_prose(c.source.text) and any(
                lacks(n, lambda w, c=c: mentions(w, c.source.id))  # type: ignore[misc]
                for n in wanted
            )
    return [c for c in ranked if not missing.get(c.source.id, False)]


def unmentioned(query: str, sources: Iterable[Source], mentions: Mentions) -> tuple[str, ...]:
    """Names and years of `query` that none of `sources` mentions, as they stand there.

    None where a source is in another language than English, see `of_the_names`.
    """
    if not all(is_english_prose(s.text) for s in sources):
        return ()
    missing = [n for n in (*names(query), *years(query)) if lacks(n, lambda word: mentions(word, None))]
    return tuple(" ".join(n) for n in missing)


def lacks(name: Sequence[str], mentioned: Callable[[str], bool]) -> bool:
    """Whether a name is not there: its last word is not, and at most half of its words are.

    So 'President Volodymyr Zelensky' is there where 'Zelensky' is, and 'Vladimir Putin' is not where another
    Vladimir is.
    """
    found = [mentioned(word) for word in name]
    return not found[-1] and sum(found) * 2 <= len(found)


def names(query: str) -> list[tuple[str, ...]]:
    """The names in `query`, each as its words: capitalised words that stand together, the text's first word left out.

    Abbreviations are no names here: they may be spelled out. Nor is anything in a text set like a headline ('How Did
    It'), or in one that is not plainly English: other languages set capitals by other rules, and inflect names.
    """
    if not is_plainly_english(query):
        return []
    words = [t for t in tokens(query) if not t.extra]
    if any(t.is_stop and t.surface[0].isupper() and len(t.surface) > 1 and not _begins(query, t) for t in words):
        return []
    return [tuple(without_possessive(t.surface) for t in run) for run in _runs(query, words)]


def years(query: str) -> list[tuple[str]]:
    return [(str(y),) for y in dict.fromkeys(d.year for d in dates(query) if d.year is not None)]


def _runs(query: str, words: Sequence[Token]) -> Iterator[list[Token]]:
    """Capitalised words that stand together, 'of' and the like between them allowed ('Anne of Kyiv')."""
    dated = [(d.start, d.end) for d in dates(query)]
    run: list[Token] = []
    for token in words:
        if _begins(query, token) or any(a <= token.start < b for a, b in dated) or not _is_name(token):
            continue
        if run and not _BETWEEN.fullmatch(query, run[-1].end, token.start):
            yield run
            run = []
        run.append(token)
    if run:
        yield run


def _begins(query: str, token: Token) -> bool:
    """Whether a sentence begins with `token`."""
    return query[: token.start].rstrip()[-1:] in _SENTENCE_END


def _is_name(token: Token) -> bool:
    """A capitalised word that is neither a figure ('Nine') nor an abbreviation ('UN', 'MPs')."""
    word = without_possessive(token.surface)
    plain = len(word) >= _SHORTEST and word.isalpha() and not token.term.isdigit()
    return plain and word[0].isupper() and word[1].islower() and not token.is_stop and word.lower() not in _KINDS
