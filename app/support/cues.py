"""Words that change what a sentence says. English. docs/quality.md says what each guard gains with them."""

from __future__ import annotations

import re

from index.text.words import SAYING


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEGATIONS = _words("not no never none nobody nothing neither nor without cannot")
# What says no without one of these: a statement with it has lost no negation.
DENIALS = NEGATIONS | _words(
    """unable unknown absent lack lacks lacked refuse refuses refused fail fails failed deny denies denied prevent
    prevented reject rejected too hardly barely rarely scarcely instead except only yet still"""
)
# Of one of these in a statement the source must have one too.
ABSOLUTES = _words("only alone sole solely first ever all every always entire entirely unanimously")
TOTALITIES = ABSOLUTES | _words("no none never whole both each everyone everybody everything single")
CAUSES = re.compile(
    r"\b(?:because|owing to|due to|on account of|as a result of|thanks to|in protest|for fear)\b", re.IGNORECASE
)
GROUNDS = re.compile(
    r"\b(?:because|owing|due|account|results?|thanks|reasons?|caused?|causes|since|as|for|so|why|therefore|blam\w+|"
    r"protest|fear)\b",
    re.IGNORECASE,
)
# Sides that cannot both be meant: words of one side say the same. Compared by stem.
OPPOSITES: tuple[tuple[str, ...], ...] = (
    ("more", "less fewer"),
    ("higher", "lower"),
    ("above", "below"),
    ("before", "after"),
    ("rise rose risen increase grew grown", "fall fell fallen decrease decline drop"),
    ("convict guilty", "acquit", "charge register accuse suspect arrest"),
)
# What bounds a figure in other words than those before it.
BOUNDS = re.compile(
    r"\b(?:as \w+ as|or (?:more|longer|less|fewer|older|younger)|than|limit\w*|ceiling|maximum|minimum|most|least|"
    r"within)\b",
    re.IGNORECASE,
)
UNITS = _words(
    """second seconds minute minutes hour hours day days night nights week weeks month months year years decade decades
    millimetre millimetres centimetre centimetres metre metres kilometre kilometres km cm mm foot feet mile miles inch
    inches gram grams kilo kilos kilogram kilograms kg ton tons tonne tonnes litre litres hectare hectares acre acres"""
)
DOUBTS = re.compile(
    r"\b(?:alleged(?:ly)?|reportedly|suspected|apparently|perhaps|possibl[ey]|probabl[ey]|may|might|could|supposed(?:ly)?|"
    r"rumou?r\w*|unconfirmed|likely|(?:said|believed|thought) to|seems?|seemed|appear(?:s|ed)? to|estimat\w+|would)\b",
    re.IGNORECASE,
)
SAYS = SAYING | _words(
    "insist insists insisted maintain maintains maintained accuse accused complain complained according"
)
# What gives a statement to somebody, or leaves it open.
ATTRIBUTED = re.compile(
    r"\b(?:say|says|said|told|tells|claim\w*|argu\w+|according|report\w*|stat(?:e|es|ed|ement)|call(?:s|ed)|admit\w*|"
    r"den(?:y|ies|ied)|warn\w*|insist\w*|maintain\w*|accus\w+|alleg\w+|complain\w*|believ\w+|thinks?|thought|describ\w+|"
    r"suggest\w*|estimat\w+|puts?|wr[io]te\w*|remember\w*|recall\w*|view\w*|words|opinion\w*|account\w*|version|count|"
    r"regard\w*|consider\w*|declar\w+|assert\w*|contend\w*|object\w*|critici\w+|blam\w+|prais\w+|announc\w+|explain\w*|"
    r"adds?|added|not(?:es|ed)|answer\w*|repl\w+|swore|testif\w+|attribut\w+|expect\w*|ask\w*|promis\w+|confirm\w*|"
    r"reject\w*|list\w*|gives?|gave|quot\w+|cit\w+|mention\w*|(?-i:for (?=[A-Z])))\b|[“”\"]",
    re.IGNORECASE,
)
