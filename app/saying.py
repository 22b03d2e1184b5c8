"""What Footnote says itself in an answer: which sentence it is, and what fills it."""

from __future__ import annotations

from enum import StrEnum

from index.records import Record
from index.source import Relation


class Saying(StrEnum):
    """A sentence of Footnote's own; `app/words` holds its words in each language."""

    HELLO = "hello"
    ABOUT = "about"  # what Footnote can do, and of what
    THANKS = "thanks"
    BYE = "bye"
    ASSENT = "assent"
    UNSURE = "unsure"  # the question back to a message that says too little
    NO_WORD = "no-word"  # ... that has no word in it
    AUTHOR = "author"
    NO_AUTHOR = "no-author"
    PUBLISHER = "publisher"
    DATE = "date"
    NO_DATE = "no-date"
    ADDRESS = "address"
    NEWEST = "newest"
    OLDEST = "oldest"
    NEWEST_DATED = "newest-dated"  # where some sources have no date
    OLDEST_DATED = "oldest-dated"
    LISTED = "listed"
    COUNTED = "counted"

    @property
    def of_a_source(self) -> bool:
        """Return whether it says something of a source, so that a footnote shows which."""
        return self not in _OF_NO_SOURCE


_OF_NO_SOURCE = {Saying.HELLO, Saying.ABOUT, Saying.THANKS, Saying.BYE, Saying.ASSENT, Saying.UNSURE, Saying.NO_WORD}


class Own(Record):
    """Footnote's own words, to be said in the reader's language. Of a source they say what its front matter says.

    `repeats`: a title or a message that is repeated. `sources`: how many there are, `relations`: of each relation.
    """

    saying: Saying
    repeats: str = ""
    sources: int = 0
    relations: tuple[tuple[Relation, int], ...] = ()
