"""What a question asks for: its kind (the road it takes) and the type of its answer.

Rules over English question words. A question that no rule knows is taken as asking for a fact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from app.question.kinds import ALL, DIFFER, KINDS, SAY, SOURCES
from app.question.names import Name, names, years
from app.records import QuestionKind
from index.text.analysis import Analysis, analyse
from index.text.answer_type import AnswerType, answer_type

CONTEXT = " ("  # a follow-up has the question before it behind this, up to a bracket at the end


@dataclass(frozen=True)
class Question:
    """A question that needs no earlier turn, with its kind, the type of its answer and its analysis.

    `search` is what to look for: `text` without what only says how to answer ('Do the sources agree?').
    `read`: the analysis of `text`. `own`: the same without the earlier question that a follow-up has as its context.
    """

    text: str
    search: str
    kind: QuestionKind
    wants: AnswerType
    read: Analysis
    own: Analysis

    @cached_property
    def names(self) -> list[Name]:
        return names(self.read)

    @cached_property
    def years(self) -> list[str]:
        return years(self.read)

    @property
    def asks_the_article(self) -> bool:
        """Return whether it asks what the article, and nobody else, says."""
        return _THE_ARTICLE.search(self.text.lower()) is not None and self.kind is not QuestionKind.COMPARE


# The group that fits says what reply is due.
_SMALLTALK = re.compile(
    r"(?P<hello>(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|howdy|привіт|вітаю|добрий день|"
    r"hallo|bonjour|hola)(?: there| all| everyone| footnote)?|how are you(?: doing)?(?: today)?|"
    r"how(?:'s| is) it going|what'?s up)|"
    r"(?P<thanks>(?:many |ok(?:ay)?,? |great,? )?(?:thanks|thank you|thx|cheers|дякую)"
    r"(?: a lot| so much| very much| you)?)|"
    r"(?P<assent>(?:ok|okay|cool|great|nice|good|got it|i see|fine|perfect|wow)(?: then| job| work)?)|"
    r"(?P<bye>(?:good ?)?bye|see you(?: later)?|good night)|"
    r"(?P<about>(?:so )?(?:who|what) are you|what is (?:this|footnote)|what'?s (?:this|your name)|are you (?:a |an )?"
    r"(?:bot|robot|human|ai|real|chatgpt|person|language model|llm)|"
    r"(?:so )?what (?:can|could|do) you do(?: for me)?|how do you work|how does this work|"
    r"(?:what|how) can (?:i|you) (?:ask|help)(?: you| me| with)?(?: about)?|(?:can you )?help(?: me)?)"
)
_THE_ARTICLE = re.compile(
    rf"\b(?:do|does|did) (?:the|this) (?:article|text) (?:itself )?{SAY}\b|"
    r"\baccording to (?:the|this) (?:article|text)\b|"
    r"(?<! one )(?<! ones )(?<! that )\bin the article(?:'s own words)?\W*$"
)
_HOW_TO_ANSWER = re.compile(
    rf"^(?:and |but )?(?:do|does|did) {ALL}{SOURCES} (?:all )?(?:{DIFFER}|say the same)\b"
    rf"(?: (?:on|about) (?:this|that|it))?\W*$|"
    rf"^(?:and )?what (?:do|does|did) {ALL}{SOURCES} say\W*$|"
    rf"^(?:do|does|did) .{{3,60}}? {DIFFER} (?:on|about|over|as to) (?=(?:how|what|who|when|where|why|which)\b)|"
    rf"^compare {ALL}(?:{SOURCES}|figures|numbers)(?: say| give)?(?: on| for| of| about)?\b|"
    rf"\baccording to {ALL}{SOURCES}\b(?=\W*$)|"
    r"^(?:is|are) (?:this|that|it|they) (?:really )?(?:disputed|contested|contradicted|true|so)\W*$",
    re.IGNORECASE,
)
_SINGLE = (AnswerType.NUMBER, AnswerType.DATE)  # 'what percentage of soldiers' asks for one figure, not for a list


def classify(text: str) -> Question:
    """Return the question `text` with its kind, by the first rule that fits, and the type of its answer."""
    asked = " ".join(text.split())
    wants = answer_type(asked)
    own = asked.partition(CONTEXT)[0] if asked.endswith(")") else asked
    return Question(asked, _search(asked), _kind(asked.lower(), wants), wants, analyse(asked), analyse(own))


def smalltalk(text: str) -> str:
    """Return 'hello', 'thanks', 'assent', 'bye' or 'about' (Footnote itself); '' if `text` is no small talk."""
    found = _SMALLTALK.fullmatch(text.lower().strip(" .,!?:)…"))
    return found.lastgroup or "" if found else ""


def says_how_to_answer(text: str) -> bool:
    """Return whether `text` asks for nothing of its own: 'Do the sources agree?'."""
    return _HOW_TO_ANSWER.sub("", text.strip()).strip() == ""


def _search(asked: str) -> str:
    telling = [_HOW_TO_ANSWER.sub("", part).strip() for part in re.split(r"(?<=[.?!:;])\s+", asked)]
    return " ".join(part for part in telling if any(map(str.isalnum, part))) or asked


def _kind(low: str, wants: AnswerType) -> QuestionKind:
    if smalltalk(low):
        return QuestionKind.SMALLTALK
    if low.startswith("why"):
        return QuestionKind.EXPLAIN
    found = (kind for kind, rule in KINDS.items() if rule.search(low))
    return next((k for k in found if k is not QuestionKind.LIST or wants not in _SINGLE), QuestionKind.FACT)
