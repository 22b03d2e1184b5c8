"""Which sources a search may look at, in a form that both engines apply."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass

from index.passage import Kind, Relation, Source

_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?\Z")


def date_range(published: str | None) -> tuple[int, int] | None:
    """Return the first and last day (YYYYMMDD) that an ISO 8601 date of full or reduced precision may mean.

    None gives None. Raises ValueError for a text that is no date.
    """
    if published is None:
        return None
    match = _DATE.match(published)
    if match is None:
        raise ValueError(f"'{published}' is no date; write YYYY, YYYY-MM or YYYY-MM-DD")
    year, first_month, last_month = int(match[1]), int(match[2] or 1), int(match[2] or 12)
    if not 1 <= first_month <= 12:
        raise ValueError(f"'{published}' has no such month")
    days = calendar.monthrange(max(year, 1), last_month)[1]
    first_day, last_day = int(match[3] or 1), int(match[3] or days)
    if not 1 <= first_day <= last_day <= days:
        raise ValueError(f"'{published}' has no such day")
    return (year * 10000 + first_month * 100 + first_day, year * 10000 + last_month * 100 + last_day)


def facets(source: Source) -> dict[str, str]:
    """Return the fields of a source that both engines store and filter by, dates apart."""
    return {
        "source": source.id,
        "kind": source.kind.value,
        "relation": source.relation.value,
        "publisher": source.publisher,
    }


@dataclass(frozen=True, slots=True)
class Filters:
    """A source passes if it has one of the values of every field that is not empty.

    `published_from`, `published_to`: YYYYMMDD, inclusive. A source whose date is known only to the month or
    year passes if some day of it lies in the range; a source without a date never passes a date range.
    """

    sources: frozenset[str] = frozenset()
    kinds: frozenset[Kind] = frozenset()
    relations: frozenset[Relation] = frozenset()
    publishers: frozenset[str] = frozenset()
    published_from: int | None = None
    published_to: int | None = None

    @property
    def is_empty(self) -> bool:
        return self == Filters()

    def allowed(self) -> dict[str, list[str]]:
        """Return the allowed values of each restricted field, by its name in `facets`."""
        fields = {
            "source": self.sources,
            "kind": self.kinds,
            "relation": self.relations,
            "publisher": self.publishers,
        }
        return {name: sorted(map(str, values)) for name, values in fields.items() if values}

    def matches(self, source: Source) -> bool:
        """Return whether `source` passes: the definition that both engines are tested against."""
        own = facets(source)
        if any(own[name] not in values for name, values in self.allowed().items()):
            return False
        if self.published_from is None and self.published_to is None:
            return True
        span = date_range(source.published)
        if span is None:
            return False
        return (self.published_from is None or span[1] >= self.published_from) and (
            self.published_to is None or span[0] <= self.published_to
        )
