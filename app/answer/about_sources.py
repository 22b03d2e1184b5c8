"""Questions about the corpus itself: which sources, how many, who wrote or published one, when, where.

Answered from the front matter; the footnote of each statement opens the title in the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from app.answer.compose import Draft
from app.question.named_sources import Named, named_sources, words
from app.records import Role, Support
from app.saying import Own, Saying
from app.words.own import own_words
from index.passage import Quote
from index.source import BlockKind, Kind, Relation, Source, date_range
from index.text.patterns import one_of
from index.text.words import FRONT_MATTER, SOURCES

_NOUNS = SOURCES - {"news"}
_COUNT = re.compile(rf"^how many {one_of(_NOUNS)}\b")
_LIST = re.compile(
    rf"^(?:please )?(?:which|what|list|show|name|give)\b.{{0,30}}?\b{one_of(w for w in _NOUNS if w.endswith('s'))}\b|"
    r"^what (?:do you (?:have|know)|is in)\b"
)
_NEWEST, _OLDEST = r"\b(?:newest|latest|most recent|youngest)\b", r"\b(?:oldest|earliest)\b"
_EXTREME = re.compile(
    rf"(?:{_NEWEST}|{_OLDEST}).{{0,20}}?\b{one_of(_NOUNS)}\b|\b{one_of(_NOUNS)}\b.{{0,40}}?(?:{_NEWEST}|{_OLDEST})"
)
_EXTREMES = {  # whether the newest is asked for, whether every source has a date
    (True, True): Saying.NEWEST,
    (True, False): Saying.NEWEST_DATED,
    (False, True): Saying.OLDEST,
    (False, False): Saying.OLDEST_DATED,
}
_WROTE = re.compile(
    r"\bwho (?:wrote|is the author|are the authors|authored)|\bauthors? of\b|\bwritten by\b|\bby whom\b|\bbyline\b"
)
_PUBLISHED = re.compile(r"\bwho (?:published|is the publisher)|\bpublishers? of\b|\bwhere (?:was|were) .* published\b|"
                        r"\bwhich (?:outlet|newspaper|publisher|agency)s? published\b")  # fmt: skip
_WHEN = re.compile(r"\bwhen (?:was|were|did)\b.*\b(?:published|written|appear|come out|posted|dated)\b|"
                   r"\b(?:publication )?date of\b|\bhow old is (?:the|this|that)\b|"
                   r"\bwhat(?: is|'s) the date\b")  # fmt: skip
_WHERE = re.compile(
    r"\b(?:link|url|(?:web )?address|website)\b|\bwhere (?:can|do|could) (?:i|we|one) (?:find|read|see)\b"
)
_RELATIONS = {
    Relation.DISPUTES: re.compile(r"\b(?:disput|contradict|disagree|contest)"),
    Relation.CORROBORATES: re.compile(r"\b(?:corroborat|confirm|support|agree with)"),
    Relation.CITED: re.compile(r"\b(?:does the article cite|cited|article cites?|rely on|relies on)\b"),
    Relation.LAW: re.compile(r"\blaws?\b"),
    Relation.BACKGROUND: re.compile(r"\bbackground\b"),
    Relation.LATER: re.compile(r"\blater\b|\bafter the article\b"),
}


def answer_metadata(question: str, sources: Sequence[Source]) -> list[Draft]:
    """Return drafts if `question` asks about the corpus itself, else none."""
    low = re.sub(r"\s+", " ", question.lower()).strip(" ?.!")
    named = named_sources(question, sources)
    if [w for w in named.rest if w not in FRONT_MATTER and not w.isdigit()]:
        return []  # it asks for something that front matter does not hold
    return _of_one_source(low, named.sources) or _extreme(low, named, sources) or _several(low, named, sources)


def about_source(source: Source, own: Own, role: Role = Role.ANSWER) -> Draft:
    """Return a statement about `source` whose footnote opens its title (or, without one, its first words)."""
    block = next((b for b in source.blocks if b.kind is BlockKind.HEADING), source.blocks[0])
    quote = Quote.of(source, block.start, block.end)
    return Draft(own_words(own, source.facts), (quote,), Support.METADATA, role, own=own)


def _each(sources: Sequence[Source], saying: Callable[[Source], Saying]) -> list[Draft]:
    return [about_source(s, Own(saying=saying(s)), Role.FURTHER if n else Role.ANSWER) for n, s in enumerate(sources)]


def _of_one_source(low: str, named: Sequence[Source]) -> list[Draft]:
    answers: list[tuple[re.Pattern[str], Callable[[Source], Saying]]] = [
        (_WROTE, lambda s: Saying.AUTHOR if s.author else Saying.NO_AUTHOR),
        (_PUBLISHED, lambda _: Saying.PUBLISHER),
        (_WHEN, lambda s: Saying.DATE if s.published else Saying.NO_DATE),
        (_WHERE, lambda _: Saying.ADDRESS),
    ]
    return next((_each(named, saying) for rule, saying in answers if rule.search(low)), [])


def _extreme(low: str, named: Named, sources: Sequence[Source]) -> list[Draft]:
    """Return each source of the latest day, or of the earliest: the last or first that its date may mean."""
    pool = _pool(low, named, sources) if _EXTREME.search(low) else []
    days = {s.id: day for s in pool if (day := date_range(s.published))}
    if not days:
        return []
    newest = re.search(_NEWEST, low) is not None
    last = max(day[1] for day in days.values()) if newest else min(day[0] for day in days.values())
    chosen = [s for s in pool if s.id in days and days[s.id][newest] == last]
    all_dated = len(days) == len(pool)
    return _each(chosen, lambda _: _EXTREMES[newest, all_dated])


def _several(low: str, named: Named, sources: Sequence[Source]) -> list[Draft]:
    counts = _COUNT.match(low)
    pool = _pool(low, named, sources) if counts or _LIST.match(low) else []
    if not counts or not pool:
        return _each(pool, lambda _: Saying.LISTED)
    relations = tuple((r, n) for r in Relation if (n := sum(s.relation is r for s in pool)))
    return [about_source(pool[0], Own(saying=Saying.COUNTED, sources=len(pool), relations=relations))]


def _pool(low: str, named: Named, sources: Sequence[Source]) -> list[Source]:
    """Return the sources that are named, or of the relation or kind that is named, or all; of the years named."""
    pool = list(named.sources or sources)
    relation = next((relation for relation, rule in _RELATIONS.items() if rule.search(low)), None)
    if relation and (not named.sources or re.search(r"\bthe article\b", low)):
        pool = [s for s in sources if s.relation is relation]
    elif not named.sources and re.search(r"\bnotes\b", low):
        pool = [s for s in sources if s.kind is Kind.NOTE]
    years = {w for w in words(low) if re.fullmatch(r"(?:19|20)\d\d", w)}
    return [s for s in pool if not years or (s.published or "")[:4] in years]
