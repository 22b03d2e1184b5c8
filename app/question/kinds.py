"""The kinds of question, each by a pattern over English question words; the first that fits gives the kind."""

from __future__ import annotations

import re

from app.question.topic import ABOUT
from app.records import QuestionKind
from index.text.patterns import one_of
from index.text.words import AUXILIARIES, SAYING

SAY = one_of(SAYING)
SOURCES = r"(?:sources?|reports?|outlets?|accounts?|versions?|notes?|papers?|they|media)"
DIFFER = r"(?:agree|disagree|differ|contradict|conflict|match|diverge|at odds)"
ALL = r"(?:all |the |these |those |each |various |other |different |what )*"
MORE = (
    r"(?:more|less|fewer|longer|older|bigger|larger|higher|earlier|later|better|worse|harder|dearer|cheaper|sooner|"
    r"shorter|smaller|lower|greater|younger|faster)(?! tha[nt]\b)"
)
# A law or an order may say what to do in a case, or for a purpose; what to do at all is a matter of opinion.
UNCONDITIONAL = r"^(?!.*\b(?:if|when)\b|.*\bdo(?:ne)?\b.*\bto\b)"

# The first that fits a question in lower case gives its kind.
KINDS = {
    QuestionKind.OPINION: re.compile(
        r"\b(?:do|would) (?:you|u) (?:\w+ )?(?:think|believe|reckon|recommend|advise|suggest)\b|"
        r"\b(?:your|ur) (?:view|opinion|advice|take|judge?ment)\b|\byou reckon\b|\bhow likely\b|"
        r"\bwho(?: is|'s) (?:right|telling the truth|to be believed|lying)\b|"
        r"(?:^|[,:;.] )(?:so |and |but |then )*(?:should|ought) (?:i|we)\b|"
        r"\b(?:what|whom?|which(?: \w+)?) (?:should|ought) (?:i|we) (?:to )?"
        r"(?:think|believe|trust|make of|choose|take)\b|"
        r"\bcan (?:i|we) (?:really )?(?:trust|believe)\b|"
        r"^(?:and |but |so )?(?:is|was|are|were) (?:it|this|that) (?:really |not )?(?:fair|right|wrong|just|moral)\b|"
        rf"{UNCONDITIONAL}.*?(?:\bought (?:the|they|he|she|it|one)\b|"
        r"\b(?:what|which(?: \w+)?) (?:should|ought) .{1,40}? (?:do|have done)\b)|"
        r"^will .{2,80}\b(?:ever|next year|in the future|soon|succeed|win|lose|collapse)\b"
    ),
    QuestionKind.CHOICE: re.compile(
        rf"\b{MORE}\b.{{2,120}}?\b(?:or|than)\b|"
        # 'Which came first, the law or the strike?', but not 'the most common reason for desertion or absence'
        r"\b(?:most|first)(?:\b.{0,80}?[,:;–—-]|(?<=came first)) (?!that\b)(?:\S+ ){1,8}?or\b|"
        r"\b(?!other\b|rather\b)\w{3,}er than\b|"
        rf"\bor\b.{{2,80}}?\b(?:{MORE}|(?<!the )first)\b"
    ),
    QuestionKind.COMPARE: re.compile(
        rf"\b(?:{SOURCES}|figures?|numbers?|article)\b.{{0,40}}?\b{DIFFER}\b|"
        rf"\b{DIFFER}s?\b.{{0,30}}?\b(?:sources?|reports?|outlets?|each other)\b|"
        r"\bcompared?\b|\b(?:versus|vs\.?)\s|\bdifferences? between\b|\bdiscrepanc|\bdisputed?\b.{0,20}\?|"
        r"\b(?:do|does|did) (?:the )?(?:two|three|they|these|those|both)\b.{0,20}?\b(?:match|line up|fit)\b|"
        r"\b(?:do|does|did) .{3,60}? (?:agree|disagree|differ|contradict)\b|"
        r"\bside by side\b|\btimeline\b|\bchronolog|\btrace\b|"
        r"\bhow (?:did|has|have|does) .{2,80}?\b(?:chang|develop|evolv|climb|grow|grew|shift|mov)\w*|"
        r"\bconflicting\b|\b(?:each|different|various) (?:sources?|outlets?|side)\b|"
        rf"\bwhat (?:do|does|did) .{{2,60}} {SAY},? (?:and|but) (?:what|how) (?:do|does|did)\b|"
        r"\b(?:by|according to) [\w' -]{3,40} and (?:by|to|according to)\b"
    ),
    QuestionKind.ABOUT: ABOUT,
    QuestionKind.OVERVIEW: re.compile(
        r"\bwhat(?:'s| is| are| was| does)\b.{0,60}?\b(?:all )?about\??$|"
        r"\b(?:summari[sz]e|sum up|summary|overview|gist|tl;?dr|in a nutshell|in brief)\b|"
        r"\b(?:main|key|central|most important) (?:points?|claims?|messages?|arguments?|ideas?|takeaways?|findings?|"
        r"thesis|statements?)\b|"
        r"\bwhat (?:does|do) (?:the|this|that) (?:article|text|piece|report|note|source)s? "
        r"(?:say|argue|claim|cover|discuss|report)\??$|"
        r"\btell me about (?:the|this) (?:article|text|piece)\b"
    ),
    QuestionKind.LATEST: re.compile(
        r"\b(?:now|currently|today|nowadays|these days|at present|so far|to date|up to now|latest|newest|most recent|"
        r"(?:as of|by|on) (?:the |its |their )?last (?:\w+ )?(?:report|count|figure|estimate|word|update)s?)\b"
    ),
    QuestionKind.WHO_SAYS: re.compile(
        rf"^(?:and )?(?:who(?:m)?|whose|which (?:(?!is |are |was |were )\w+ ){{1,3}}?|"
        rf"what (?:person|source|outlet|newspaper|officer|official))(?: else)?\s?(?:has |had |have )?{SAY}\b|"
        r"\baccording to (?:whom|which|what)\b|\bwho (?:is|was) (?:the source|quoted|cited)\b|"
        r"\bon whose (?:word|authority)\b|"
        rf"\bwho .{{0,30}}\b{SAY} (?:that|so)\b|\bwhose (?:estimate|claim|figure|words|account|statement)\b"
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
        r"(?= (?:are|were|do|did|have|had|has|does|can|could|will|would|that|of|in|on|to|from|by|for|who|which)\b|\W*$)"
    ),
}
