"""Which sources a search may look at, in a form that both engines can apply."""

from __future__ import annotations

from dataclasses import dataclass

from index.errors import UsageError
from index.passage import Kind, Relation, Source, date_range


@dataclass(frozen=True, slots=True)
class Filters:
    """Every field that is not empty must hold; within a field any value will do.

    `published_from`, `published_to`: YYYYMMDD, inclusive. A source whose date is known only to the month or
    year passes if some day of it lies in the range; a source without a date never passes a date range.
    """

    sources: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    relations: frozenset[Relation] = frozenset()
    publishers: frozenset[str] = frozenset()
    published_from: int | None = None
    published_to: int | None = None

    @classmethod
    def between(cls, first: str | None, last: str | None, **others: frozenset[str]) -> Filters:
        """Filters with a date range given as ISO 8601 texts. Raises UsageError for a text that is no date."""
        try:
            low, high = date_range(first), date_range(last)
        except ValueError as error:
            raise UsageError(f"date filter: {error}") from None
        return cls(
            published_from=low[0] if low else None,
            published_to=high[1] if high else None,
            **others,  # type: ignore[arg-type]
        )

    @property
    def is_empty(self) -> bool:
        return self == Filters()

    def matches(self, source: Source) -> bool:
        """Whether `source` passes: the definition that both engines are tested against."""
        if self.sources and source.id not in self.sources:
            return False
        if self.kinds and source.kind not in self.kinds:
            return False
        if self.relations and source.relation not in self.relations:
            return False
        if self.publishers and source.publisher not in self.publishers:
            return False
        if self.published_from is None and self.published_to is None:
            return True
        span = date_range(source.published)
        if span is None:
            return False
        low, high = span
        return (self.published_from is None or high >= self.published_from) and (
            self.published_to is None or low <= self.published_to
        )
