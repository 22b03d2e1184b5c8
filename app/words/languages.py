"""The languages of the interface, and which one a browser gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from app.words.english import ENGLISH
from app.words.texts import Texts
from app.words.ukrainian import UKRAINIAN

TEXTS: Mapping[str, Texts] = {t.code: t for t in (ENGLISH, UKRAINIAN)}


def choose(wanted: Iterable[str]) -> Texts:
    """Return the first available language of `wanted` (BCP 47 tags, best first: 'uk-UA', 'en'), else English."""
    for tag in wanted:
        found = TEXTS.get(tag.split("-")[0].lower())
        if found is not None:
            return found
    return ENGLISH
