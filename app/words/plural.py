"""What Unicode CLDR knows of a language, and the forms of one phrase with a number."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from babel import Locale


@cache
def locale(code: str) -> Locale:
    """Return what Unicode CLDR knows of a language: months, plural forms, names of languages."""
    from babel import Locale

    return Locale.parse(code)


class Plural(NamedTuple):
    """Forms of one phrase with {count}: for one, for a few, for many (CLDR's names)."""

    one: str
    few: str
    many: str
