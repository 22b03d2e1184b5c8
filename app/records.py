"""Statement and Answer: frozen, and the same after a trip through JSON."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal, NamedTuple, Self

from pydantic import Field, model_validator

from app.model_run import ModelRun, Translations
from app.saying import Own
from app.support.records import OfOriginal, Verdict
from index.passage import Quote
from index.records import Record
from index.source import SourceFacts


class QuestionKind(StrEnum):
    """The road that a question takes."""

    FACT = "fact"
    EXPLAIN = "explain"
    WHO_SAYS = "who-says"
    COMPARE = "compare"
    LIST = "list"
    CHOICE = "choice"  # which of two is more, longer or earlier
    LATEST = "latest"  # how things stand by the newest word
    ABOUT = "about"  # what the sources say of somebody or something
    OVERVIEW = "overview"
    METADATA = "metadata"
    SMALLTALK = "smalltalk"
    OPINION = "opinion"  # a judgement, advice or a forecast is asked for: declined
    UNCLEAR = "unclear"  # too little is said to search for: met with a question back


class Support(StrEnum):
    """How a statement rests on its quotations."""

    QUOTED = "quoted"  # the statement is its quotations, word for word
    METADATA = "metadata"  # rests on the source's front matter; the quotation shows the source
    NONE = "none"  # Footnote speaking of itself (small talk, abstention): no claim, no footnote
    # A language model's words, from here on. The first five rest on quotations that are proved.
    SUPPORTED = "supported"
    PARTLY = "partly"
    UNSUPPORTED = "not-supported"
    CONTRADICTED = "contradicted"
    UNCHECKED = "unchecked"  # there is no way to say
    NOT_FOUND = "not-found"  # the words that the model says it rests on stand in no passage: no footnote


RESTING = frozenset(
    {Support.SUPPORTED, Support.PARTLY, Support.UNSUPPORTED, Support.CONTRADICTED, Support.UNCHECKED}
)  # a model's words with a footnote
OWN = frozenset({Support.METADATA, Support.NONE})  # Footnote's own words
WRITTEN = RESTING | {Support.NOT_FOUND}  # a model's words
# What no quotation bears out as it is said: such statements stand last, in this order, or nowhere.
DOUBTED = (Support.PARTLY, Support.CONTRADICTED, Support.UNSUPPORTED, Support.NOT_FOUND)


class Role(StrEnum):
    """A statement's place in the answer."""

    ANSWER = "answer"  # leads
    FURTHER = "further"  # what other sources, or other sentences, add or dispute
    SELF = "self"  # Footnote speaking of itself


class Turn(Record):
    role: Literal["user", "assistant"]
    text: str


WRITTEN_BY = "llm: "  # begins `Answer.engine` where a language model's name follows
CUT = " … "  # between two quotations of one statement: words are left out


def as_one(quotes: Sequence[Quote | AnswerQuote]) -> str:
    """Return the text of a statement that is these quotations, word for word."""
    return CUT.join(q.text for q in quotes)


class AnswerQuote(Record):
    """A proved span with its footnote number (1, 2, ... in reading order, one number a quotation).

    `pages`: the first and the last page of the file on which it stands, from 1; None for a source without pages.
    """

    number: int = Field(ge=1)
    source_id: str
    source_sha256: str
    start: int
    end: int
    text: str
    pages: tuple[int, int] | None = None

    @property
    def quote(self) -> Quote:
        """The span without its number, to be proved."""
        return Quote(self.source_id, self.source_sha256, self.start, self.end, self.text)


class Statement(Record):
    """One statement. `text` carries no [n] marks.

    Its first quotation's source speaks; if `quoting`, somebody whom that source quotes. Without quotations Footnote
    speaks. `heading`: the words stand in a heading of their source. `emphasis`: (start, end) spans in `text` that hold
    the answering words. `part`: the place in `Answer.parts` of the question that it answers.
    `on_article`: a note's words that only tell what the article says: they support nothing that it says.
    `later`: a note's words that speak of a later day than its original's.
    `own`: what Footnote says itself; `text` has it in English. `of_list`: of the list that it stands in or introduces,
    how many items the answer to a question for a list shows, and how many there are; None if it shows them all.
    `verdict`: what `support` comes from where the words are a language model's and were checked. `of_original`: where a
    note is quoted whose original is in the index, what the original does with the quoted words.
    """

    text: str
    quotes: tuple[AnswerQuote, ...] = ()
    support: Support = Support.QUOTED
    role: Role = Role.ANSWER
    quoting: bool = False
    heading: bool = False
    emphasis: tuple[tuple[int, int], ...] = ()
    part: int = 0
    on_article: bool = False
    later: bool = False
    own: Own | None = None
    of_list: tuple[int, int] | None = None
    verdict: Verdict | None = None
    of_original: OfOriginal | None = None

    @model_validator(mode="after")
    def _own_words_are_no_quotation(self) -> Self:
        is_own, of_a_source = self.own is not None, self.own is not None and self.own.saying.of_a_source
        fits = is_own == (self.support in OWN) and of_a_source == (self.support is Support.METADATA)
        if not fits or (is_own and bool(self.quotes) != of_a_source):
            raise ValueError("Footnote's own words are no quotation, and show the source that they are about")
        return self


class Direct(Record):
    """The answering words, cut out of the quotation `number`; `speaker`: who says so, in short English words.

    `part`: the place in `Answer.parts` of the question that they answer.
    """

    text: str
    number: int = Field(ge=1)
    speaker: str
    part: int = 0


def stands_in(direct: Direct, quote: AnswerQuote) -> bool:
    """Return whether `direct` is cut out of `quote`."""
    return direct.number == quote.number and direct.text.strip() != "" and direct.text in quote.text


class Part(NamedTuple):
    """A question of a message with what answers it. `words`: the question; '' where it is the only one."""

    words: str
    direct: tuple[Direct, ...]
    statements: tuple[Statement, ...]


def parted(parts: Sequence[str], direct: Sequence[Direct], statements: Sequence[Statement]) -> tuple[Part, ...]:
    """Return each of the questions `parts` with what answers it, in their order; without several, one without words.

    Nothing is lost: what belongs to no part that there is stands under the last one.
    """
    names = parts if len(parts) > 1 else ("",)
    last = len(names) - 1

    def of(n: int, part: int) -> bool:
        return n == (part if 0 <= part <= last else last)

    return tuple(
        Part(words, tuple(d for d in direct if of(n, d.part)), tuple(s for s in statements if of(n, s.part)))
        for n, words in enumerate(names)
    )


class Correction(Record):
    """A word that was typed, and the word of the corpus that it was read as."""

    typed: str
    read: str


class AnswerSource(Record):
    """A source that the answer quotes; `footnotes` are the numbers of its quotations, ascending."""

    facts: SourceFacts
    footnotes: tuple[int, ...]

    @property
    def id(self) -> str:
        return self.facts.id


class AnswerHit(Record):
    """A retrieved passage: span and ranking score (higher is better, comparable within one answer)."""

    source_id: str
    start: int
    end: int
    score: float


class IndexStamp(Record):
    generation: str
    fingerprint: str


class Understanding(Record):
    """A question as it was understood.

    `standalone_question`: in need of no earlier turn. `context`: the earlier question that was used for it; '' if none
    was. `unclear`: too little was said to search for. `corrections`: misspelt words that were mended. `language`: the
    code (ISO 639-1) of a question that the model does not read. `parts`: the questions of one message, if it holds
    several.
    """

    standalone_question: str
    context: str = ""
    unclear: bool = False
    corrections: tuple[Correction, ...] = ()
    language: str = ""
    parts: tuple[str, ...] = ()


class Answer(Understanding):
    """What was answered, from what, and how long it took.

    `id`: 16 hex digits that name this answer (`app.answer.compose.answer_id`); in a batch the question's own id.
    A part of the question without a statement is not answered.
    `direct`: the answering words, above the statements; empty where none can be told.
    `text`: plain text with [n] marks. `nearest`: on an abstention the closest passages, which do not answer.
    `unmentioned`: on an abstention names and years of the question that no source mentions.
    `confidence`: 0..1, the estimated probability that the sources answer; None where it does not apply.
    `timings_ms`: stage -> milliseconds. `model`: what a language model had to do with it; None where none was asked.
    `translations`: of the quotations in another language than the question's; None where none were asked for.
    """

    id: str = ""
    question: str
    abstained: bool
    kind: QuestionKind
    direct: tuple[Direct, ...] = ()
    text: str
    statements: tuple[Statement, ...]
    sources: tuple[AnswerSource, ...]
    hits: tuple[AnswerHit, ...]
    nearest: tuple[AnswerHit, ...] = ()
    unmentioned: tuple[str, ...] = ()
    confidence: float | None = None
    timings_ms: dict[str, float]
    engine: str
    model: ModelRun | None = None
    translations: Translations | None = None
    index: IndexStamp

    @property
    def written_by(self) -> str:
        """The language model that it is in the words of; '' if it is made of quotations."""
        return self.engine.removeprefix(WRITTEN_BY) if self.engine.startswith(WRITTEN_BY) else ""

    @property
    def quotes(self) -> tuple[AnswerQuote, ...]:
        """The quotations in the order of their numbers, each once."""
        return tuple(dict.fromkeys(q for s in self.statements for q in s.quotes))

    @property
    def parted(self) -> tuple[Part, ...]:
        """The questions of the message, each with what answers it."""
        return parted(self.parts, self.direct, self.statements)

    @property
    def unfounded(self) -> tuple[Direct, ...]:
        """The direct pieces that do not stand in the quotation with their number: in a sound answer none."""
        return tuple(d for d in self.direct if not any(stands_in(d, q) for q in self.quotes))

    def facts_of(self, source_id: str) -> SourceFacts | None:
        """Return what the answer says of a source that it quotes."""
        return next((s.facts for s in self.sources if s.id == source_id), None)
