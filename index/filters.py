"""Which sources a search may look at, in a form that both engines apply."""

from __future__ import annotations

from dataclasses import dataclass

from index.source import Kind, Relation, SourceFacts, date_range


def facets(source: SourceFacts) -> dict[str, str]:
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

    def allowed(self) -> dict[str, list[str]]:
        """Return the allowed values of each restricted field, by its name in `facets`."""
        fields = {
            "source": self.sources,
            "kind": self.kinds,
            "relation": self.relations,
            "publisher": self.publishers,
        }
        return {name: sorted(map(str, values)) for name, values in fields.items() if values}

    def matches(self, source: SourceFacts) -> bool:
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
