"""What a question names and an answer must keep to: its time, past or to come, its quantity, its names.

The rerankers read for likeness and hardly tell one year or one region from another: a figure for no region in
particular looks like an answer to a question on one of them. What is named can be checked. A sentence is left out where
it breaks a constraint for certain; where the words leave it open it stays, and the rerankers' confidence decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from app.answer.extract import Candidate
from app.question.classify import Question
from app.question.language import is_english_prose
from app.question.names import Name
from app.records import QuestionKind
from index.source import Source
from index.text.analysis import Analysis, analyse
from index.text.answer_type import HOW_MANY, AnswerType, answer_spans
from index.text.periods import holds_count_for, may_overlap
from index.text.words import AHEAD, AHEAD_STEMS, NOT_PAST, PAST_VERBS, QUANTITIES

Mentions = Callable[[str, str | None], bool]
"""Whether a source (id; None: any source) mentions a word, its title, publisher, author and date included."""

# What asks for the future. 'The will to fight' does not, nor 'what happened in the next year'.
_ASKS_AHEAD = re.compile(
    r"^(?:and |but |so )?(?:(?:when|where|who|what|why|which|how)(?: \w+){0,3} )?(?<!\bthe )(?<!\bof )will\b|"
    r"\b(?:think|believe|say)s? .{0,60}(?<!\bthe )(?<!\bof )(?<!\btheir )will\b|\b(?:do|does)\b.{0,60}\bexpect\b|"
    r"\b(?:predict|forecast)\b|\bin (?:the )?future\b",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:going to|(?:is|are|due|set|about) to|due (?:in|on|by)|rul(?:es?|ed|ing) out|(?:takes?|took) effect|"
    r"(?:comes?|came) into (?:force|effect)|ent(?:ers?|ered) (?:into )?force|in force)\b|\w['’]ll\b",
    re.IGNORECASE,
)


def satisfying(ranked: Sequence[Candidate], question: Question, mentions: Mentions) -> list[Candidate]:
    """Return those of `ranked`, in the same order, that may satisfy the four constraints of `question`.

    A follow-up keeps the time and names of the question before it, but asks for something else of them. To a
    comparison a source may add its word on one of the names.
    """
    fitting = of_the_quantity(of_the_future(of_the_time(ranked, question), question), question)
    return fitting if question.kind is QuestionKind.COMPARE else of_the_names(fitting, question, mentions)


def of_the_time(ranked: Sequence[Candidate], question: Question) -> list[Candidate]:
    """Return those of `ranked` that may speak of the time that the question names: figures of 2024 are none of 2023.

    Where it asks how many, a count for a longer time is none either: '2022 and 2023' for October 2023.
    """
    asked = question.text.lower()
    fits = holds_count_for if "how many" in asked or "number of" in asked else may_overlap
    return [c for c in ranked if fits(_read(c), question.read)]


def of_the_future(ranked: Sequence[Candidate], question: Question) -> list[Candidate]:
    """Return all of `ranked`, but where the question asks what will be, none that only tells of the past."""
    if not _ASKS_AHEAD.search(question.own.text):
        return list(ranked)
    return [c for c in ranked if not _is_past(_read(c))]


def of_the_quantity(ranked: Sequence[Candidate], question: Question) -> list[Candidate]:
    """Return all of `ranked`, but where the question asks for a quantity only those that hold one.

    A date, 'Article 407', '82nd' and what the question says itself are none; 'most' or 'a fifth' are.
    """
    if not (HOW_MANY.search(question.own.text) and question.wants is AnswerType.NUMBER):
        return list(ranked)
    texts = ((c, _read(c)) for c in ranked)
    return [c for c, t in texts if t.words & QUANTITIES or answer_spans(AnswerType.NUMBER, t, question.own)]


def _read(candidate: Candidate) -> Analysis:
    return analyse(candidate.sentence.text)


def _is_past(text: Analysis) -> bool:
    """Return whether a sentence has a verb in the past tense and nothing that looks ahead."""
    past = text.words & PAST_VERBS or any(len(w) > 3 and w.endswith("ed") and w not in NOT_PAST for w in text.words)
    return bool(past) and not (text.words & AHEAD or text.terms & AHEAD_STEMS or _AHEAD.search(text.text))


def of_the_names(ranked: Sequence[Candidate], question: Question, mentions: Mentions) -> list[Candidate]:
    """Return those of `ranked` whose source mentions every name of the question, and one of its years if it has any.

    A source in another language than English may have names in words of that language ('Німеччина'): it stays.
    """
    sources = {c.source.id: c.source for c in ranked} if question.names or question.years else {}
    apart = {i for i, s in sources.items() if is_english_prose(s.text) and _is_apart(i, question, mentions)}
    return [c for c in ranked if c.source.id not in apart]


def _is_apart(source_id: str, question: Question, mentions: Mentions) -> bool:
    def mentioned(word: str) -> bool:
        return mentions(word, source_id)

    dated = question.years
    return any(lacks(n, mentioned) for n in question.names) or bool(dated and not any(map(mentioned, dated)))


def unmentioned(question: Question, sources: Iterable[Source], mentions: Mentions) -> tuple[str, ...]:
    """Return the names and years of the question that none of `sources` mentions, as it spells them.

    None where a source is in another language than English, see `of_the_names`.
    """
    missing = [n.text for n in question.names if lacks(n, lambda word: mentions(word, None))]
    missing += [y for y in question.years if not mentions(y, None)]
    return tuple(dict.fromkeys(missing)) if missing and all(is_english_prose(s.text) for s in sources) else ()


def lacks(name: Name, mentioned: Callable[[str], bool]) -> bool:
    """Return whether a name is not there: its last word is not, and at most half of its words are.

    So 'Volodymyr Zelensky' is there where 'Zelensky' is, and 'Vladimir Putin' is not where another Vladimir is.
    """
    found = [mentioned(word) for word in name.words]
    return not found[-1] and sum(found) * 2 <= len(found)
