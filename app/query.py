"""What an engine is asked: a question, and how it is to be taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.records import Turn
from index.filters import Filters


@dataclass(frozen=True, slots=True)
class Query:
    """A question with all that decides how it is answered or compared.

    `history`: the earlier turns, oldest first. `filters`: which sources are asked. `as_typed`: take the question word
    for word, without earlier turns and without mending. `quotations_only`: ask no language model, even if one is set
    up. `searched`: search for these words instead, without earlier turns; the question stays what is asked, in its own
    language.
    """

    question: str
    history: Sequence[Turn] = ()
    filters: Filters = Filters()
    as_typed: bool = False
    quotations_only: bool = False
    searched: str = ""

    @classmethod
    def of(cls, asked: Query | str) -> Query:
        """Return `asked`; a plain question is taken with the defaults."""
        return cls(asked) if isinstance(asked, str) else asked
