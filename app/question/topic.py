"""What a question asks to be told about: 'Tell me about the 155th Brigade', 'Who is Boiko?', 'What is desertion?'."""

from __future__ import annotations

import re

# 'the mayor of Olm' and 'Berg's lawyer' have one answer; 'the bridge' is described.
_NO_PHRASE = (
    r"(?!.*\b(?:of|for|in|by|to|at|on|with|behind|from|between|against|over|about|besides|after|before)\b|.*['’]s\b)"
)
_TOLD = (
    r"tell me (?:more |something |all )?about|describe(?: what happened (?:to|with|in|at|during))?|"
    r"background (?:on|to)|"
    r"(?:i want|i'd like) to know (?:more )?about|"
    r"(?:give me )?(?:an? )?(?:short |brief )?(?:overview|summary|portrait|description|account) of|"
    r"summari[sz]e|sum up|what (?:is there to know|do (?:you|we|they|the sources) (?:know|have)|is known) about|"
    r"what happened (?:to|with|in|at|on|during)|what(?: was| is|['’]?s) (?:all )?(?:that|this)(?: \w+)? (?:about|with)|"
    r"what(?: was| is|['’]?s) in"
)
ABOUT = re.compile(
    rf"^(?:and |so |ok |please |pls |can you |could you |would you )*(?:"
    rf"(?:{_TOLD})\s+(?P<told>[^,;?!]+)|"
    rf"(?:who|what)(?:'s| is| are| was| were) {_NO_PHRASE}(?!\w+ed\b|.*ing\b)(?P<asked>[^,;?!]{{2,60}}))[\s?!.]*$|"
    r"^(?P<titled>[^,;?!]{3,60}?)\s+[-–:,]\s+(?:give me |please )?(?:an? )?(?:short |brief )?"
    r"(?:overview|summary|portrait|description)\b",
    re.IGNORECASE,
)
# How to tell it, and for whom, is no part of it: 'in a few lines', 'for my class'.
_MANNER = re.compile(
    r"[\s,]+(?:for (?:me|my|us|our|an?)\b.*|in (?:a few|one|two|three|five|short|brief|plain|simple)\b.*|briefly)$",
    re.I,
)
_ARTICLE = re.compile(r"^(?:the|a|an|this|that) ", re.IGNORECASE)


def topic(question: str) -> str:
    """Return the words that name what is to be told about; '' if the question asks for something else."""
    for sentence in re.split(r"(?<=[?.!])\s+(?=\w)", " ".join(question.split())):
        if found := ABOUT.search(sentence):
            words = next(words for words in found.groups() if words).strip(" ?.!")
            return _MANNER.sub("", _ARTICLE.sub("", words))
    return ""
