"""What a question asks for: its kind (the road it takes) and the type of its answer.

Rules over English question words. A question that no rule knows is taken as asking for a fact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.records import QuestionKind
from index.text.answer_type import AnswerType, answer_type


@dataclass(frozen=True, slots=True)
class Question:
    """A question that stands alone, with its kind and the type of its answer.

    `search` is what to look for: `text` without what only says how to answer ('Do the sources agree?').
    """

    text: str
    search: str
    kind: QuestionKind
    wants: AnswerType


_SAY = (
    r"(?:say|says|said|claim|claims|claimed|argue|argues|argued|report|reports|reported|state|states|stated|"
    r"estimate|estimates|estimated|suggest|suggests|suggested|believe|believes|believed|think|thinks|write|"
    r"writes|wrote|call|calls|called|admit|admits|admitted|deny|denies|denied|warn|warns|warned|put|puts|told|"
    r"mention|mentions|mentioned|give|gives|gave|blame|blames|blamed|confirm|confirms|confirmed)"
)

_SMALLTALK = re.compile(
    r"(?:hi|hello|hey|hiya|good (?:morning|afternoon|evening|day)|greetings|howdy|привіт|вітаю|добрий день|"
    r"hallo|bonjour|hola)(?: there| all| everyone| footnote)?|"
    r"(?:many |ok(?:ay)?,? |great,? )?(?:thanks|thank you|thx|cheers|дякую)(?: a lot| so much| very much| you)?|"
    r"(?:ok|okay|cool|great|nice|good|got it|i see|fine|perfect|wow)(?: then| job| work)?|"
    r"(?:good ?)?bye|see you(?: later)?|good night|"
    r"how are you(?: doing)?(?: today)?|how(?:'s| is) it going|what'?s up|"
    r"(?:so )?(?:who|what) are you|what is (?:this|footnote)|what'?s (?:this|your name)|are you (?:a |an )?"
    r"(?:bot|robot|human|ai|real|chatgpt|person|language model|llm)|"
    r"(?:so )?what (?:can|could|do) you do(?: for me)?|how do you work|how does this work|"
    r"(?:what|how) can (?:i|you) (?:ask|help)(?: you| me| with)?(?: about)?|help(?: me)?|can you help(?: me)?"
)

_OVERVIEW = re.compile(
    r"\bwhat(?:'s| is| are| was| does)\b.{0,60}?\b(?:all )?about\??$|"
    r"\b(?:summari[sz]e|sum up|summary|overview|gist|tl;?dr|in a nutshell|in brief)\b|"
    r"\b(?:main|key|central|most important) (?:points?|claims?|messages?|arguments?|ideas?|takeaways?|findings?|"
    r"thesis|statements?)\b|"
    r"\bwhat (?:does|do) (?:the|this|that) (?:article|text|piece|report|note|source)s? (?:say|argue|claim|cover|"
    r"discuss|report)\??$|"
    r"\btell me about (?:the|this) (?:article|text|piece)\b"
)

_COMPARE = re.compile(
    r"\b(?:sources?|reports?|outlets?|accounts?|figures?|versions?|notes?|papers?|they|numbers?|article)\b.{0,40}?"
    r"\b(?:agree|disagree|differ|contradict|conflict|match|diverge|at odds)\b|"
    r"\b(?:agree|disagree|differ|contradict|conflict)s?\b.{0,30}?\b(?:sources?|reports?|outlets?|each other)\b|"
    r"\bcompare|\bcompared (?:with|to)\b|\bversus\b|\bvs\.?(?=\s)|\bdifferences? between\b|"
    r"\bdiscrepanc|\bdisputed?\b.{0,20}\?|\bconflicting\b|\b(?:each|different|various) (?:sources?|outlets?|side)\b|"
    rf"\bwhat (?:do|does|did) .{{2,60}} {_SAY},? (?:and|but) (?:what|how) (?:do|does|did)\b|"
    r"\bby [\w' -]{3,40} and by\b|\baccording to [\w' -]{3,40} and (?:according )?to\b"
)

_THE_ARTICLE = re.compile(
    rf"\b(?:do|does|did) (?:the|this) (?:article|text) (?:itself )?{_SAY}\b|"
    r"\baccording to (?:the|this) (?:article|text)\b|\bin the article(?:'s own words)?\W*$",
    re.IGNORECASE,
)
_SINGLE = (AnswerType.NUMBER, AnswerType.DATE)  # 'what percentage of soldiers' asks for one figure, not for a list
_SOURCES = r"(?:sources?|reports?|outlets?|accounts?|versions?|notes?|papers?|they|media)"
_HOW_TO_ANSWER = re.compile(
    rf"^(?:and |but )?(?:do|does|did) (?:all |the |these |those |different )*{_SOURCES} (?:all )?"
    r"(?:agree|disagree|differ|contradict|conflict|match|say the same)\b(?: (?:on|about) (?:this|that|it))?\W*$|"
    rf"^(?:and )?what (?:do|does|did) (?:the |each |different |various |other |all )*{_SOURCES} say\W*$|"
    rf"^compare (?:the |what |all )*(?:{_SOURCES}|figures|numbers)(?: say| give)?(?: on| for| of| about)?\b|"
    rf"\baccording to (?:the |each |different |various |all )*{_SOURCES}\b(?=\W*$)|"
    r"^(?:is|are) (?:this|that|it|they) (?:disputed|contested|contradicted)\W*$",
    re.IGNORECASE,
)

_WHO_SAYS = re.compile(
    rf"^(?:and )?(?:who(?:m)?|whose|which (?:(?!is |are |was |were )\w+ ){{1,3}}?|"
    r"what (?:person|source|outlet|newspaper|officer|official))"
    rf"(?: else)?\s?(?:has |had |have )?{_SAY}\b|"
    r"\baccording to (?:whom|which|what)\b|\bwho (?:is|was) (?:the source|quoted|cited)\b|"
    r"\bon whose (?:word|authority)\b|"
    rf"\bwho .{{0,30}}\b{_SAY} (?:that|so)\b|\bwhose (?:estimate|claim|figure|words|account|statement)\b"
)

_EXPLAIN = re.compile(
    r"^(?:and |but |so )?(?:why|how come|for what reasons?|explain)\b|"
    r"\bwhy (?:do|does|did|is|are|was|were|should|would|could|can|has|have)\b|"
    r"\bwhat (?:caused|causes|explains?|led to|drove|motivated|made)\b|"
    r"\bwhat (?:is|are|was|were) the (?:reasons?|causes?|explanations?|purpose)\b|"
    r"^(?:and |but |so )?how (?:do|does|did|is|are|was|were|can|could|should|would|has|have)\b"
)

_LIST = re.compile(
    r"^(?:please )?(?:list|name|enumerate)\b|\b(?:what|which) (?:kinds?|types?|sorts?) of\b|"
    r"^(?:whom?) (?:all )?did\b|\bwhat (?:are|were) (?:all )?the\b|\bwho (?:are|were) the\b|\bwhat (?:all|else)\b|"
    r"\b(?:which|what) (?:\w+ ){0,2}?"
    r"(?!(?:is|was|does|has|this|news|its|his|as|us|less|years?|terms)\b)\w{2,}[^su\W]s"
    r"(?= (?:are|were|do|did|have|had|has|does|can|could|will|would|that|of|in|on|to|from|by|who|which)\b|\W*$)"
)


def classify(text: str) -> Question:
    """The kind of `text` and the type of its answer, by the first rule that fits."""
    asked = re.sub(r"\s+", " ", text.strip())
    low = asked.lower()
    return Question(asked, _search(asked), _kind(low), answer_type(low))


def asks_the_article(text: str) -> bool:
    """Whether `text` asks what the article, and nobody else, says."""
    return _THE_ARTICLE.search(text) is not None and classify(text).kind is not QuestionKind.COMPARE


def _search(asked: str) -> str:
    parts = [p for p in re.split(r"(?<=[.?!:;])\s+", asked) if p]
    telling = [_HOW_TO_ANSWER.sub("", p).strip() for p in parts]
    kept = " ".join(p for p in telling if re.search(r"\w", p))
    return kept or asked


def _kind(low: str) -> QuestionKind:
    if _SMALLTALK.fullmatch(low.strip(" .,!?:)…")):
        return QuestionKind.SMALLTALK
    if low.startswith("why"):
        return QuestionKind.EXPLAIN
    for kind, pattern in (
        (QuestionKind.COMPARE, _COMPARE),
        (QuestionKind.OVERVIEW, _OVERVIEW),
        (QuestionKind.WHO_SAYS, _WHO_SAYS),
        (QuestionKind.EXPLAIN, _EXPLAIN),
        (QuestionKind.LIST, _LIST),
    ):
        if pattern.search(low) and not (kind is QuestionKind.LIST and answer_type(low) in _SINGLE):
            return kind
    return QuestionKind.FACT
