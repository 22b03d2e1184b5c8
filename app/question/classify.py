"""What a question asks for: its kind (the road it takes) and the type of its answer.

Rules over English question words. A question that no rule knows is taken as asking for a fact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from app.question.names import Name, names, years
from app.records import QuestionKind
from index.text.analysis import Analysis, analyse
from index.text.answer_type import AnswerType, answer_type
from index.text.patterns import one_of
from index.text.words import AUXILIARIES, SAYING

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


_SAY = one_of(SAYING)
_SOURCES = r"(?:sources?|reports?|outlets?|accounts?|versions?|notes?|papers?|they|media)"
_DIFFER = r"(?:agree|disagree|differ|contradict|conflict|match|diverge|at odds)"
_ALL = r"(?:all |the |these |those |each |various |other |different |what )*"

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
    rf"\b(?:do|does|did) (?:the|this) (?:article|text) (?:itself )?{_SAY}\b|"
    r"\baccording to (?:the|this) (?:article|text)\b|\bin the article(?:'s own words)?\W*$"
)
_HOW_TO_ANSWER = re.compile(
    rf"^(?:and |but )?(?:do|does|did) {_ALL}{_SOURCES} (?:all )?(?:{_DIFFER}|say the same)\b"
    rf"(?: (?:on|about) (?:this|that|it))?\W*$|"
    rf"^(?:and )?what (?:do|does|did) {_ALL}{_SOURCES} say\W*$|"
    rf"^compare {_ALL}(?:{_SOURCES}|figures|numbers)(?: say| give)?(?: on| for| of| about)?\b|"
    rf"\baccording to {_ALL}{_SOURCES}\b(?=\W*$)|"
    r"^(?:is|are) (?:this|that|it|they) (?:disputed|contested|contradicted)\W*$",
    re.IGNORECASE,
)
# The first that fits a question in lower case gives its kind.
_KINDS = {
    QuestionKind.COMPARE: re.compile(
        rf"\b(?:{_SOURCES}|figures?|numbers?|article)\b.{{0,40}}?\b{_DIFFER}\b|"
        rf"\b{_DIFFER}s?\b.{{0,30}}?\b(?:sources?|reports?|outlets?|each other)\b|"
        r"\bcompared?\b|\b(?:versus|vs\.?)\s|\bdifferences? between\b|\bdiscrepanc|\bdisputed?\b.{0,20}\?|"
        r"\bconflicting\b|\b(?:each|different|various) (?:sources?|outlets?|side)\b|"
        rf"\bwhat (?:do|does|did) .{{2,60}} {_SAY},? (?:and|but) (?:what|how) (?:do|does|did)\b|"
        r"\b(?:by|according to) [\w' -]{3,40} and (?:by|to|according to)\b"
    ),
    QuestionKind.OVERVIEW: re.compile(
        r"\bwhat(?:'s| is| are| was| does)\b.{0,60}?\b(?:all )?about\??$|"
        r"\b(?:summari[sz]e|sum up|summary|overview|gist|tl;?dr|in a nutshell|in brief)\b|"
        r"\b(?:main|key|central|most important) (?:points?|claims?|messages?|arguments?|ideas?|takeaways?|findings?|"
        r"thesis|statements?)\b|"
        r"\bwhat (?:does|do) (?:the|this|that) (?:article|text|piece|report|note|source)s? "
        r"(?:say|argue|claim|cover|discuss|report)\??$|"
        r"\btell me about (?:the|this) (?:article|text|piece)\b"
    ),
    QuestionKind.WHO_SAYS: re.compile(
        rf"^(?:and )?(?:who(?:m)?|whose|which (?:(?!is |are |was |were )\w+ ){{1,3}}?|"
        rf"what (?:person|source|outlet|newspaper|officer|official))(?: else)?\s?(?:has |had |have )?{_SAY}\b|"
        r"\baccording to (?:whom|which|what)\b|\bwho (?:is|was) (?:the source|quoted|cited)\b|"
        r"\bon whose (?:word|authority)\b|"
        rf"\bwho .{{0,30}}\b{_SAY} (?:that|so)\b|\bwhose (?:estimate|claim|figure|words|account|statement)\b"
    ),
    QuestionKind.EXPLAIN: re.compile(
        rf"\bwhy\b|^(?:and |but |so )?(?:explain|how (?:come|{one_of(AUXILIARIES)}))\b|"
        r"\bwhat (?:caused|causes|explains?|led to|drove|motivated|made)\b|"
        r"\b(?:for|is|are|was|were) (?:what|the) (?:reasons?|causes?|explanations?|purpose)\b"
    ),
    QuestionKind.LIST: re.compile(
        r"^(?:please )?(?:list|name|enumerate)\b|\b(?:what|which) (?:kinds?|types?|sorts?) of\b|"
        r"^(?:whom?) (?:all )?did\b|\bwhat (?:are|were) (?:all )?the\b|\bwho (?:are|were) the\b|\bwhat (?:all|else)\b|"
        r"\b(?:which|what) (?:\w+ ){0,2}?"
        r"(?!(?:is|was|does|has|this|news|its|his|as|us|less|years?|terms)\b)\w{2,}[^su\W]s"
        r"(?= (?:are|were|do|did|have|had|has|does|can|could|will|would|that|of|in|on|to|from|by|who|which)\b|\W*$)"
    ),
}
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


def _search(asked: str) -> str:
    telling = [_HOW_TO_ANSWER.sub("", part).strip() for part in re.split(r"(?<=[.?!:;])\s+", asked)]
    return " ".join(part for part in telling if any(map(str.isalnum, part))) or asked


def _kind(low: str, wants: AnswerType) -> QuestionKind:
    if smalltalk(low):
        return QuestionKind.SMALLTALK
    if low.startswith("why"):
        return QuestionKind.EXPLAIN
    found = (kind for kind, rule in _KINDS.items() if rule.search(low))
    return next((k for k in found if k is not QuestionKind.LIST or wants not in _SINGLE), QuestionKind.FACT)
