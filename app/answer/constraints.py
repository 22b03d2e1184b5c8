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
from app.question.follow_up import without_context
from app.question.language import is_english_prose
from app.question.names import Name, names, years
from app.records import QuestionKind
from index.passage import Source
from index.text.answer_type import AnswerType, answer_spans
from index.text.periods import holds_count_for, may_overlap

Mentions = Callable[[str, str | None], bool]
"""Whether a source (id; None: any source) mentions a word, its title, publisher, author and date included."""

_COUNTED = re.compile(r"\bhow many\b|\b(?:what|which|the) (?:is the |was the )?(?:total )?number of\b", re.IGNORECASE)
# What asks for the future. 'The will to fight' does not, nor 'what happened in the next year'.
_ASKS_AHEAD = re.compile(
    r"^(?:and |but |so )?(?:(?:when|where|who|what|why|which|how)(?: \w+){0,3} )?(?<!\bthe )(?<!\bof )will\b|"
    r"\b(?:think|believe|say)s? .{0,60}(?<!\bthe )(?<!\bof )(?<!\btheir )will\b|\b(?:do|does)\b.{0,60}\bexpect\b|"
    r"\b(?:predict|forecast)\b|\bin (?:the )?future\b",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\bnext (?:year|month|week|spring|summer|autumn|fall|winter)\b", re.IGNORECASE)
# A sentence tells of the past if it has a verb of it and nothing that looks ahead: a modal verb, a verb of expecting,
# planning or refusing, or the present tense of what is laid down ('takes effect').
_PAST = re.compile(
    r"\b(?:was|were|had|did|said|told|went|came|gave|fell|rose|began|left|wrote|saw|became|got|made|took|found|held|"
    r"(?!hundred|united|need|indeed|speed|proceed|exceed)\w{2,}ed)\b",
    re.IGNORECASE,
)
_LOOKS_AHEAD = re.compile(
    r"\b(?:will|won['’]t|shall|would|may|might|could|should|can|cannot|must|going to|(?:is|are) to|due (?:to|in|on|by)|"
    r"set to|about to|ahead|next|future|coming|upcoming|later|tomorrow|soon|until|likely|unlikely|risk\w*|deadline|"
    r"(?:expect|predict|forecast|foresee|foresaw|anticipat|plan|intend|intent|hope|hoping|fear|warn|threat|promis|"
    r"pledg|propos|schedul|prospect|refus)\w*|rul(?:es?|ed|ing) out|aim(?:s|ed|ing)|projected|projections?|"
    r"(?:takes?|took) effect|(?:comes?|came) into (?:force|effect)|ent(?:er|ers|ered) (?:into )?force|in force|"
    r"effective|appl(?:y|ies)|exempts?|liable|punishable|carries|begins|starts|ends|expires?)\b|\w['’]ll\b",
    re.IGNORECASE,
)
_ASKS_QUANTITY = re.compile(r"\bhow (?:many|much|old)\b", re.IGNORECASE)
# Quantities that are no figures; `index.text.numbers` reads figures and counts in words.
_QUANTITY = re.compile(
    r"\b(?:no|none|nobody|nothing|never|neither|zero|few|fewer|several|some|any|many|much|more|less|little|lots?|most|"
    r"majority|minority|hal(?:f|ves)|thirds?|quarters?|fifths?|sixths?|eighths?|tenths?|all|each|every|entire|whole|both|"
    r"one|once|single|another|couple|pair|handful|scores|twice|thrice|dozens?|hundreds|thousands|millions|billions|"
    r"(?:doubl|tripl|quadrupl)(?:e[ds]?|ing)|\w+fold|countless|unknown|enough|numerous|repeatedly|born|teenagers?|"
    r"\w+teens|(?:twen|thir|for|fif|six|seven|eigh|nine)ties|until)\b",
    re.IGNORECASE,
)


def satisfying(ranked: Sequence[Candidate], question: Question, mentions: Mentions) -> list[Candidate]:
    """Those of `ranked`, in the same order, that may satisfy the constraints of `question`: the four below.

    A follow-up keeps the time and names of the question before it, but asks for something else of them. To a
    comparison a source may add its word on one of the names.
    """
    own = without_context(question.text)
    fitting = of_the_quantity(of_the_future(of_the_time(ranked, question.text), own), own)
    return fitting if question.kind is QuestionKind.COMPARE else of_the_names(fitting, question.text, mentions)


def of_the_time(ranked: Sequence[Candidate], query: str) -> list[Candidate]:
    """Those of `ranked` that may speak of the time that `query` names: figures of 2024 are none of 2023.

    Where `query` asks how many, a count for a longer time is none either: '2022 and 2023' for October 2023.
    """
    fits = holds_count_for if _COUNTED.search(query) else may_overlap
    return [c for c in ranked if fits(c.sentence.text, query)]


def of_the_future(ranked: Sequence[Candidate], query: str) -> list[Candidate]:
    """All of `ranked`, but where `query` asks what will be none that only tells of the past."""
    if not (_ASKS_AHEAD.search(query) or (_NEXT.search(query) and not _PAST.search(query))):
        return list(ranked)
    return [c for c in ranked if _LOOKS_AHEAD.search(c.sentence.text) or not _PAST.search(c.sentence.text)]


def of_the_quantity(ranked: Sequence[Candidate], query: str) -> list[Candidate]:
    """All of `ranked`, but where `query` asks how many, how much or how old only those that hold a quantity.

    A date, 'Article 407', '82nd' and what the question says itself are none; 'most' or 'a fifth' are.
    """
    if not _ASKS_QUANTITY.search(query):
        return list(ranked)
    return [c for c in ranked if _holds_quantity(c.sentence.text, query)]


def _holds_quantity(text: str, query: str) -> bool:
    return bool(_QUANTITY.search(text) or answer_spans(AnswerType.NUMBER, text, query))


def of_the_names(ranked: Sequence[Candidate], query: str, mentions: Mentions) -> list[Candidate]:
    """Those of `ranked` whose source mentions every name of `query`, and one of its years if it has any.

    A source in another language than English may have names in words of its own ('Німеччина'): it stays.
    """
    wanted, dated = names(query), years(query)
    apart: dict[str, bool] = {}
    for c in ranked if wanted or dated else ():
        if c.source.id not in apart:
            apart[c.source.id] = is_english_prose(c.source.text) and _is_apart(c.source.id, wanted, dated, mentions)
    return [c for c in ranked if not apart.get(c.source.id, False)]


def _is_apart(source_id: str, wanted: Sequence[Name], dated: Sequence[str], mentions: Mentions) -> bool:
    def mentioned(word: str) -> bool:
        return mentions(word, source_id)

    return any(lacks(n, mentioned) for n in wanted) or bool(dated and not any(map(mentioned, dated)))


def unmentioned(query: str, sources: Iterable[Source], mentions: Mentions) -> tuple[str, ...]:
    """Names and years of `query` that none of `sources` mentions, as they stand there.

    None where a source is in another language than English, see `of_the_names`.
    """
    missing = [n.text for n in names(query) if lacks(n, lambda word: mentions(word, None))]
    missing += [y for y in years(query) if not mentions(y, None)]
    return tuple(dict.fromkeys(missing)) if missing and all(is_english_prose(s.text) for s in sources) else ()


def lacks(name: Name, mentioned: Callable[[str], bool]) -> bool:
    """Whether a name is not there: its last word is not, and at most half of its words are.

    So 'Volodymyr Zelensky' is there where 'Zelensky' is, and 'Vladimir Putin' is not where another Vladimir is.
    """
    found = [mentioned(word) for word in name.words]
    return not found[-1] and sum(found) * 2 <= len(found)
