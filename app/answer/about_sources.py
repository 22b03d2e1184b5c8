"""Questions about the corpus itself: which sources, how many, who wrote or published one, when, where.

Answered from the front matter; the footnote of each statement opens the title in the source.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from app.answer.compose import Draft
from app.question.named_sources import Named, named_sources, words
from app.records import Role, Support
from app.words.describe import date_words, relation_words
from index.passage import Quote
from index.source import BlockKind, Kind, Relation, Source, date_range
from index.text.words import FRONT_MATTER

_THING = r"(?:sources?|documents?|notes?|articles?|texts?|reports?|publications?|pieces?|items?)"
_THINGS = r"(?:sources|documents|notes|articles|texts|reports|publications|pieces|items)"
_COUNT = re.compile(rf"^how many {_THING}\b")
_LIST = re.compile(
    rf"^(?:please )?(?:which|what|list|show|name|give)\b.{{0,30}}?\b{_THINGS}\b|"
    r"^what (?:do you (?:have|know)|is in)\b"
)
_EXTREME = re.compile(
    rf"\b(newest|latest|most recent|youngest|oldest|earliest)\b.{{0,20}}?\b{_THING}\b|"
    rf"\b{_THING}\b.{{0,40}}?\b(newest|latest|most recent|youngest|oldest|earliest)\b"
)
_WROTE = re.compile(
    r"\bwho (?:wrote|is the author|are the authors|authored)|\bauthors? of\b|\bwritten by\b|\bby whom\b|\bbyline\b"
)
_PUBLISHED = re.compile(r"\bwho (?:published|is the publisher)|\bpublishers? of\b|\bwhere (?:was|were) .* published\b|"
                        r"\bwhich (?:outlet|newspaper|publisher|agency)s? published\b")  # fmt: skip
_WHEN = re.compile(r"\bwhen (?:was|were|did)\b.*\b(?:published|written|appear|come out|posted|dated)\b|"
                   r"\b(?:publication )?date of\b|\bhow old is\b|\bwhat(?: is|'s) the date\b")  # fmt: skip
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


def answer_metadata(question: str, sources: Sequence[Source]) -> list[Draft] | None:
    """Return drafts if `question` asks about the corpus itself, else None."""
    low = re.sub(r"\s+", " ", question.lower()).strip(" ?.!")
    named = named_sources(question, sources)
    if [w for w in named.rest if w not in FRONT_MATTER and not w.isdigit()]:
        return None  # it asks for something that front matter does not hold
    for road in (_of_one_source, _extreme, _count, _list):
        drafts = road(low, named, sources)
        if drafts is not None:
            return drafts
    return None


def about_source(source: Source, text: str, role: Role = Role.ANSWER) -> Draft:
    """Return a statement about `source` whose footnote opens its title (or, without one, its first words)."""
    block = next((b for b in source.blocks if b.kind is BlockKind.HEADING), source.blocks[0])
    quote = Quote.of(source, block.start, block.end)
    return Draft(text, (quote,), Support.METADATA, role)


def card(source: Source) -> str:
    """Return '“Title” (Publisher, date, by Author; relation to the article)'."""
    by = f", by {source.author}" if source.author else ""
    relation = relation_words(source.relation)
    return f"“{source.title}” ({source.publisher}, {date_words(source.published)}{by}; {relation})"


def _of_one_source(low: str, named: Named, sources: Sequence[Source]) -> list[Draft] | None:  # noqa: ARG001
    if not named.sources:
        return None
    answers: list[tuple[re.Pattern[str], Callable[[Source], str]]] = [
        (_WROTE, lambda s: f"{s.author or 'No author is recorded'}: {card(s)}."),
        (_PUBLISHED, lambda s: f"{s.publisher} published {card(s)}."),
        (_WHEN, lambda s: f"{_dated(s)}: {card(s)}."),
        (_WHERE, lambda s: f"{card(s)} is at {s.url}."),
    ]
    for rule, text in answers:
        if rule.search(low):
            return [about_source(s, text(s), Role.FURTHER if n else Role.ANSWER) for n, s in enumerate(named.sources)]
    return None


def _dated(source: Source) -> str:
    return f"Published {date_words(source.published)}" if source.published else "No date is recorded"


def _extreme(low: str, named: Named, sources: Sequence[Source]) -> list[Draft] | None:
    match = _EXTREME.search(low)
    if match is None:
        return None
    pool = [s for s in (named.sources or _related(low, sources)) if s.published]
    if not pool:
        return None
    oldest = (match.group(1) or match.group(2)) in {"oldest", "earliest"}
    pool.sort(key=lambda s: date_range(s.published) or (0, 0), reverse=not oldest)
    word = "oldest" if oldest else "newest"
    return [about_source(pool[0], f"The {word} source is {card(pool[0])}.")]


def _related(low: str, sources: Sequence[Source]) -> list[Source]:
    """Return the sources in the relation or of the kind that the question names, or all if it names none."""
    for relation, rule in _RELATIONS.items():
        if rule.search(low):
            return [s for s in sources if s.relation is relation]
    if re.search(r"\bnotes\b", low):
        return [s for s in sources if s.kind is Kind.NOTE]
    return list(sources)


def _chosen(low: str, named: Named, sources: Sequence[Source]) -> list[Source]:
    if re.search(r"\bthe article\b", low) and any(r.search(low) for r in _RELATIONS.values()):
        return _related(low, sources)
    years = {w for w in words(low) if re.fullmatch(r"(?:19|20)\d\d", w)}
    pool = list(named.sources) or _related(low, sources)
    return [s for s in pool if not years or (s.published or "")[:4] in years]


def _count(low: str, named: Named, sources: Sequence[Source]) -> list[Draft] | None:
    if not _COUNT.match(low):
        return None
    pool = _chosen(low, named, sources)
    if not pool:
        return None
    kinds = ", ".join(
        f"{relation_words(relation)} ({n})" for relation in Relation if (n := sum(s.relation is relation for s in pool))
    )
    noun = "source" if len(pool) == 1 else "sources"
    return [about_source(pool[0], f"{len(pool)} {noun}: {kinds}. The first is {card(pool[0])}.")]


def _list(low: str, named: Named, sources: Sequence[Source]) -> list[Draft] | None:
    if not _LIST.match(low):
        return None
    pool = _chosen(low, named, sources)
    if not pool:
        return None
    return [about_source(s, f"{card(s)}.", Role.FURTHER if n else Role.ANSWER) for n, s in enumerate(pool)]
