"""What a figure counts: the noun that stands behind it, and the words around it that narrow the count.

Rules over English word order, strict on purpose: two figures count alike only if their sentences leave no word
unmatched. A missed likeness costs a chart; a false one would mix unlike counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.analyse import STOP_WORDS, Token, stem
from index.names import same_name

_WORD = re.compile(r"[^\W\d_][\w’']*(?:[-‑][^\W\d_][\w’']*)*")
_GAP = re.compile(r"[ \t\n\u00a0]+[“\"‘']?")
_LONGEST = 6  # words of a noun phrase, adjectives included
# Plural nouns that do not end in -s; compounds of men, women, people and folk ('servicemen') are plural as well.
_PLURALS = re.compile(
    r"(?:\w*(?:men|women|people|children|folk|feet|geese|teeth|mice)|police|personnel|staff|cattle|fish|sheep|deer|"
    r"aircraft|spacecraft|criteria|media|data|poultry|offspring)\Z",
    re.IGNORECASE,
)
_SINGULAR = re.compile(r"(?:ss|us|is)\Z", re.IGNORECASE)
_PREPOSITIONS = frozenset(
    """
    of in on at by with without within into onto from to for against about over under between among across after
    before during through near outside inside beyond toward towards upon via per except despite behind beside along
    around as than
    """.split()
)
# Words that end a noun phrase: what follows says more about it, or is the verb.
_AFTER = _PREPOSITIONS | frozenset(
    """
    a an the this that these those who whom whose which what where when while and or but nor then if because since
    until till up out off down is are was were be been being am has have had do does did will would can could shall
    should may might must not no never also only even still just already alone so too very i you he she it we they
    them him her us me his its their our your my such same there here every each all both either neither respectively
    """.split()
)
_RELATIVE = frozenset(["who", "whom", "which", "that"])
# 'forty more ships' says by how many ships a count grew.
_CHANGE = frozenset("more further additional extra fewer less another other others".split())
# Words of STOP_WORDS that change what is said, so that they are never dropped.
_KEPT = frozenset("will would can could should may might must shall not no nor never if".split())
# Words that narrow nothing.
_LIGHT = frozenset(
    "total overall altogether already also just only alone even still exactly official officially there".split()
)
_NUMBER_OF = re.compile(r"\b(?:(?:total|overall) )?(?:number|total|count|toll) of(?=\s)", re.IGNORECASE)
_NEUTRAL = frozenset(
    stem(w)
    for w in "reach reached stand stands stood rise rose risen grow grew grown fall fell fallen climb climbed drop "
    "dropped amount amounted come came put".split()
)


@dataclass(frozen=True, slots=True)
class Noun:
    """text[start:end] is the noun phrase with its adjectives; `head` is the stem of its noun ('ship').

    `lead`: where 'the number of' before it begins, else `start`. `head_start`: where its noun begins.
    """

    start: int
    end: int
    head: str
    head_start: int
    lead: int


@dataclass(frozen=True, slots=True)
class Qualifier:
    """A word that narrows a count, and its part in the sentence. A name also matches another spelling of it.

    `role`: the preposition it stands behind; 'agent' and 'verb' for who did it and what was done, so that 'the yard
    built 40 ships' meets '40 ships were built by the yard' and not '40 ships built the yard'; else 'behind'.
    """

    term: str
    name: str
    role: str


def noun_after(text: str, end: int) -> Noun | None:
    """The plural noun phrase that begins right behind `end` ('9,048| criminal proceedings were')."""
    words = list(_phrase(text, end))
    if not words or words[0][0].lower() in _CHANGE:
        return None
    plural = [n for n, match in enumerate(words) if is_plural(match[0])]
    if not plural:
        return None
    head = plural[0]
    while head + 1 in plural:  # 'sales offices': the last of a run of plurals is the head
        head += 1
    start = words[0].start()
    return Noun(start, words[head].end(), stem(words[head][0]), words[head].start(), start)


def noun_before(text: str, start: int, figure: int) -> Noun | None:
    """The noun of 'the number of ships built reached |40': looked for in `text[start:figure]`."""
    found = None
    for match in _NUMBER_OF.finditer(text, start, figure):
        noun = noun_after(text, match.end())
        if noun is not None and noun.end <= figure:
            found = Noun(noun.start, noun.end, noun.head, noun.head_start, match.start())
    return found


def is_plural(word: str) -> bool:
    """Whether an English noun looks plural; verbs in -s look so too."""
    if _PLURALS.match(word):
        return True
    bare = word.rstrip("’'")
    return len(bare) > 3 and bare[-1] in "sS" and not _SINGULAR.search(bare)


def qualifiers(
    tokens: Sequence[Token],
    pivot: tuple[int, int],
    skip: Sequence[tuple[int, int]],
    others: Sequence[tuple[int, int]] = (),
    neutral: bool = False,
) -> list[Qualifier]:
    """The words of `tokens` outside the spans `skip` that narrow a count, in reading order.

    `pivot`: the figure, or the noun phrase where 'the number of' leads it; an agent and a verb before it are those
    of an active sentence. `others`: spans of figures; whatever their value, they count as the same word.
    `neutral`: leave out verbs that only state a number ('the number of ships reached').
    """
    parts: list[tuple[Token, str]] = []
    role = "agent"
    for t in tokens:
        word = t.surface.lower()
        if t.extra:
            continue
        if pivot[0] < t.end and t.start < pivot[1]:
            role = "behind"
        if any(a < t.end and t.start < b for a, b in skip):
            continue
        if word in _PREPOSITIONS:
            if word == "by" and parts and role == "behind":
                parts[-1] = (parts[-1][0], "verb")
            role = "agent" if word == "by" else word
        elif word in _RELATIVE and t.start >= pivot[1]:
            role = "relative"
        elif word not in _LIGHT and (word not in STOP_WORDS or word in _KEPT) and not (neutral and t.term in _NEUTRAL):
            parts.append((t, role))
    parts = _relative_clause(_active(parts, pivot[0]))
    values = {a for a, _ in others}
    return [
        Qualifier("#" if t.start in values else _british(t.term), t.surface if t.surface[:1].isupper() else "", part)
        for t, part in parts
    ]


def like(one: Sequence[Qualifier], other: Sequence[Qualifier], ordered: bool) -> bool:
    """Whether the words of one count match those of another, each with each; in the same order if `ordered`."""
    if len(one) != len(other):
        return False
    if ordered:
        return all(_match(a, b) for a, b in zip(one, other, strict=True))
    left = list(other)
    for a in one:
        same = next((b for b in left if a == b), None) or next((b for b in left if _match(a, b)), None)
        if same is None:
            return False
        left.remove(same)
    return True


def _active(parts: list[tuple[Token, str]], figure: int) -> list[tuple[Token, str]]:
    """'the yard built |40 ships': the word right before the figure is the verb."""
    before = [n for n, (t, _) in enumerate(parts) if t.end <= figure]
    if before and parts[before[-1]][1] == "agent" and parts[before[-1]][0].surface.islower():
        parts[before[-1]] = (parts[before[-1]][0], "verb")
    return parts


def _relative_clause(parts: list[tuple[Token, str]]) -> list[tuple[Token, str]]:
    """'ships that the yard built' has agent and verb, 'ships that sank' says what 'ships sank' says."""
    inside = [n for n, (_, role) in enumerate(parts) if role == "relative"]
    for n in inside:
        role = "behind" if len(inside) == 1 else "verb" if n == inside[-1] else "agent"
        parts[n] = (parts[n][0], role)
    return parts


def _match(a: Qualifier, b: Qualifier) -> bool:
    named = a.name != "" and b.name != "" and same_name(a.name, b.name)
    return a.role == b.role and (a.term == b.term or named)


def _british(term: str) -> str:
    """One stem for 'unauthorised' and 'unauthorized', 'analyse' and 'analyze'."""
    return re.sub(r"(?<=[iy])z\Z", "s", term)


def _phrase(text: str, end: int) -> Iterator[re.Match[str]]:
    at = end
    for _ in range(_LONGEST):
        gap = _GAP.match(text, at)
        word = _WORD.match(text, gap.end()) if gap else None
        if word is None or word[0].lower() in _AFTER:
            return
        yield word
        at = word.end()
