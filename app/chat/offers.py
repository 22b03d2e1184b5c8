"""Questions that the sources can answer, made from the sources themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.chat.english import ENGLISH
from app.chat.texts import Texts
from app.chat.wording import date_words
from index.passage import Kind, Source

MOST = 3


@dataclass(frozen=True, slots=True)
class Offer:
    """A question to be asked, what its button says, and a softer line behind it."""

    question: str
    words: str
    more: str = ""


def offered(near: Iterable[str], sources: Sequence[Source]) -> tuple[Source, ...]:
    """`MOST` sources to offer when there is no answer: those with an id in `near` first, then the corpus' own order."""
    by_id = {s.id: s for s in sources if s.kind is not Kind.ARTICLE}
    order = dict.fromkeys([*(i for i in near if i in by_id), *by_id])
    return tuple(by_id[i] for i in order)[:MOST]


def offers(sources: Sequence[Source], texts: Texts) -> list[Offer]:
    """To sum up each of `sources`, and what the article is about.

    The questions are put in English, whose forms the answering road reads; the buttons speak `texts`.
    """
    return [*(_about(s, texts) for s in sources), Offer(ENGLISH.about_article, texts.about_article)]


def _about(source: Source, texts: Texts) -> Offer:
    return Offer(
        ENGLISH.about_source.format(title=source.title),
        texts.about_source.format(title=source.title),
        f"{source.publisher}, {date_words(source.published, texts)}",
    )
