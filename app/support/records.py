"""What a check of a statement finds: a verdict with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from index.passage import Quote
from index.records import Record


class Label(StrEnum):
    """How a statement rests on the quoted words."""

    QUOTED = "quoted"  # it is words of the source
    SUPPORTED = "supported"  # the source says it in other words
    PARTLY = "partly"  # the source says less: a hedge, a speaker or a condition is lost, or something is added
    NOT_SUPPORTED = "not supported"  # the source does not say it
    CONTRADICTED = "contradicted"  # the source says otherwise
    UNSURE = "unsure"  # a reader has read both and cannot say which of these it is

    @property
    def holds(self) -> bool:
        return self in (Label.QUOTED, Label.SUPPORTED)


class Guard(StrEnum):
    """What is compared word for word. docs/quality.md says what each gains."""

    FIGURE = "figure"  # a number that the source does not give
    DERIVED = "derived"  # a number that can be calculated from the source's: not proved, and not wrong
    UNIT = "unit"  # the source's number with another unit
    DATE = "date"
    NAME = "name"
    QUALIFIER = "qualifier"  # 'up to' before a number, lost
    NEGATION = "negation"
    OPPOSITE = "opposite"  # 'more' for 'fewer', 'convicted' for 'charged'
    ADDED = "added"  # 'only', 'first', 'because' that the source does not have
    SPEAKER = "speaker"  # somebody's word, told as a fact
    DOUBT = "doubt"  # 'allegedly', 'may', lost


class Reason(Record):
    """Something found against a statement. `said`: words of the statement; `given`: the source's words in their place.

    Either is empty where there are none. `app.words.reasons` makes a sentence of it: 'the source says “up to 9,000”'.
    """

    guard: Guard
    said: str = ""
    given: str = ""


class Verdict(Record):
    """`label`: what came of the check. `reasons`: what speaks against the statement, the weightiest first.

    `sentence`: which of the quoted sentences it rests on, from 0. `probability`: 0..1, that the sentences say it, by
    the reader named `reader`; None and '' where no reader has read it: then a label that holds says only that nothing
    was found against the statement.
    """

    label: Label
    reasons: tuple[Reason, ...] = ()
    sentence: int = 0
    probability: float | None = None
    reader: str = ""

    @property
    def shown(self) -> tuple[Reason, ...]:
        """The reasons that tell a reader something: what a sentence lacks that may be on another matter does not."""
        return () if self.label in (Label.NOT_SUPPORTED, Label.UNSURE) else self.reasons


class Backing(StrEnum):
    """What an original does with a sentence of the note that sums it up."""

    BORNE_OUT = "borne-out"
    PARTLY = "partly"  # it says less: a hedge or a speaker is lost
    CONTRADICTED = "contradicted"  # it has another figure, date or unit in the same sentence
    NOT_FOUND = "not-found"
    UNCLEAR = "unclear"  # no reader has read a free paraphrase or is sure of it, or another language: nobody can say

    @property
    def is_against(self) -> bool:
        return self in (Backing.PARTLY, Backing.CONTRADICTED, Backing.NOT_FOUND)


class OfOriginal(Record):
    """A note's sentence held against its original: `text` are the original's words that come nearest to it.

    They stand at `start:end` in the source `source_id`; all are empty where nothing comes near. `reasons`: what speaks
    against the note's sentence. `checker`: what has compared them.
    """

    backing: Backing
    source_id: str
    source_sha256: str
    start: int = 0
    end: int = 0
    text: str = ""
    reasons: tuple[Reason, ...] = ()
    checker: str

    @property
    def quote(self) -> Quote:
        """The original's words, to be proved."""
        return Quote(self.source_id, self.source_sha256, self.start, self.end, self.text)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Quoted sentences in their order. `header`: title and metadata; `context`: the words around the quotation.

    Names and dates of a statement may come from header and context; what it says must stand in the sentences.
    """

    sentences: tuple[str, ...]
    header: str = ""
    context: str = ""
