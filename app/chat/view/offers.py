"""Questions that the sources can answer, made from the sources themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.words.describe import date_words
from app.words.english import ENGLISH
from app.words.texts import Texts
from index.passage import Source


@dataclass(frozen=True, slots=True)
class Offer:
    """A question to be asked, what its button says, and a softer line behind it."""

    question: str
    words: str
    more: str = ""


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
