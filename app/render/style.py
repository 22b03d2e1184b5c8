"""The styles of references. Apart from the writer, so that `footnote --help` stays light."""

from __future__ import annotations

from enum import StrEnum


class Style(StrEnum):
    CHICAGO = "chicago"
    APA = "apa"
    BIBTEX = "bibtex"

    @property
    def words(self) -> str:
        """Return what the style is called, in every language."""
        return {"chicago": "Chicago", "apa": "APA", "bibtex": "BibTeX"}[self.value]
