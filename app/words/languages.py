"""The languages of the interface, read from <code>.toml, and which one a browser gets."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Any

from app.words.plural import Plural
from app.words.texts import Texts

CODES = ("en", "uk")  # a further language is one more file


def _load(code: str) -> Texts:
    data = tomllib.loads(files("app.words").joinpath(f"{code}.toml").read_text("utf-8"))
    return Texts(**{name: _value(value) for name, value in data.items()})


def _value(value: Any) -> Any:
    if isinstance(value, dict) and "one" in value:
        return Plural(**{"few": value["many"], **value})
    return tuple(value) if isinstance(value, list) else value


TEXTS: Mapping[str, Texts] = {code: _load(code) for code in CODES}
ENGLISH = TEXTS["en"]


def choose(wanted: Iterable[str]) -> Texts:
    """Return the first available language of `wanted` (BCP 47 tags, best first: 'uk-UA', 'en'), else English."""
    for tag in wanted:
        found = TEXTS.get(tag.split("-")[0].lower())
        if found is not None:
            return found
    return ENGLISH
