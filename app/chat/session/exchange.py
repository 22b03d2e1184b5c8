"""The state of a browser tab: a conversation, made of questions with their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.chat.session.suggestions import Suggestion
from app.model_run import Translations
from app.query import Query
from app.records import (
    RESTING,
    Answer,
    AnswerHit,
    AnswerQuote,
    Direct,
    Part,
    QuestionKind,
    Statement,
    Support,
    Turn,
    Understanding,
    parted,
)
from index.errors import QuoteError
from index.fetched.seen import Looked, Seen
from index.filters import Filters
from index.source import Source

NOT_YET = Understanding(standalone_question="")  # nothing is known yet of how a question is read
# Questions on which sources have nothing to compare: about the corpus itself, or about nothing in it.
_ABOUT_NO_MATTER = frozenset(
    {
        QuestionKind.METADATA,
        QuestionKind.SMALLTALK,
        QuestionKind.OPINION,
        QuestionKind.UNCLEAR,
        QuestionKind.OVERVIEW,
        QuestionKind.ABOUT,
    }
)


@dataclass(frozen=True)
class Exchange:
    """`id` ('t1', 't2', ...) is unique in its conversation. `problem`: words shown instead of an answer.

    `as_typed`: it was asked word for word. `searched`: the reader's own words for the search. `with_model`: a language
    model was set up; `quotations_only`: the reader wanted it left alone. `writing`: it is at work, and nothing is
    proved yet. `understood`: how the question was read, as soon as that is known.
    `asked_of`: ids of the only sources that were asked; empty: all of them. `stopped`: the reader ended the answer
    early. `sources` holds each quoted or nearest source by id, exactly as it was when it was quoted: a rebuilt
    index does not take the words away from an answer that is on the screen.
    `changed`: numbers of the quotations that could not be proved when the exchange was read back.
    `seen`: when the pages of those sources were last seen to say so, by id.
    `removed`: ids of the quoted sources that have been taken out of the index since.
    `translating`: its quotations are being translated.
    `offered`: questions to ask instead, where there is no answer. `offering`: they are still being looked for.
    """

    id: str
    question: str
    as_typed: bool = False
    searched: str = ""
    with_model: bool = False
    quotations_only: bool = False
    writing: bool = False
    understood: Understanding = NOT_YET
    asked_of: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # of the sources in `asked_of`
    statements: tuple[Statement, ...] = ()
    answer: Answer | None = None
    problem: str = ""
    stopped: bool = False
    sources: Mapping[str, Source] = field(default_factory=dict)
    changed: frozenset[int] = frozenset()
    seen: Mapping[str, Seen] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    offered: tuple[Suggestion, ...] = ()
    offering: bool = False
    translating: bool = False

    @property
    def pending(self) -> bool:
        return self.answer is None and not self.problem and not self.stopped

    @property
    def busy(self) -> bool:
        """Whether more of it is to come."""
        return self.pending or self.later

    @property
    def later(self) -> bool:
        """Whether only that is to come which nobody waits for with the next question."""
        return self.offering or self.translating

    @property
    def translations(self) -> Translations | None:
        """The machine translations beside the quotations."""
        return self.answer.translations if self.answer is not None else None

    @property
    def quotes(self) -> tuple[AnswerQuote, ...]:
        """Return each quotation once, in the order of the statements: two statements may rest on the same one."""
        return tuple({q.number: q for s in self.statements for q in s.quotes}.values())

    @property
    def proved(self) -> tuple[AnswerQuote, ...]:
        """Return the `quotes` that are proved; their source is in `sources`."""
        return tuple(q for q in self.quotes if q.number not in self.changed)

    @property
    def parted(self) -> tuple[Part, ...]:
        """Return each question of the message with what answers it, direct pieces only where they are proved."""
        answer = self.answer
        direct: tuple[Direct, ...] = ()
        if answer is not None:
            direct = tuple(d for d in answer.direct if d.number not in self.changed)
        return parted(self.understood.parts, direct, self.statements)

    @property
    def language(self) -> str:
        """Return the code of the question's language if the model does not read it."""
        return self.understood.language

    @property
    def nearest(self) -> tuple[AnswerHit, ...]:
        """Return the closest passages of an abstention whose sources are at hand."""
        if self.answer is None or not self.answer.abstained:
            return ()
        return tuple(h for h in self.answer.nearest if h.source_id in self.sources)

    @property
    def comparable(self) -> bool:
        """Say whether it makes sense to ask what each source says: a question of substance, put to several sources."""
        answer = self.answer
        if answer is None or answer.abstained or self.changed or len(self.asked_of) == 1:
            return False
        return answer.kind not in _ABOUT_NO_MATTER and any(
            s.support is Support.QUOTED or s.support in RESTING for s in answer.statements
        )

    def quote(self, number: int) -> AnswerQuote | None:
        """Return the proved quotation with this footnote number."""
        return next((q for q in self.proved if q.number == number), None)


Conversation = tuple[Exchange, ...]
MOST = 200  # exchanges that are kept of one conversation: the latest


@dataclass(frozen=True)
class TabState:
    """What the server keeps of one tab: its conversation, and the id that the browser keeps it under."""

    conversation_id: str = ""
    conversation: Conversation = ()


def next_id(conversation: Sequence[Exchange]) -> str:
    """Make an id that no exchange of the conversation has or had."""
    return f"t{max((int(e.id[1:]) for e in conversation), default=0) + 1}"


def history(conversation: Iterable[Exchange]) -> list[Turn]:
    """Return the finished turns, as the engine takes them; what cannot be proved is left out."""
    turns: list[Turn] = []
    for exchange in conversation:
        if exchange.answer is not None and not exchange.changed:
            turns.append(Turn(role="user", text=exchange.searched or exchange.question))
            turns.append(Turn(role="assistant", text=exchange.answer.text))
    return turns


def query_of(exchange: Exchange, before: Iterable[Exchange]) -> Query:
    """Return what an engine is asked for `exchange`, which stands after `before` in its conversation."""
    return Query(
        exchange.question,
        history(before),
        Filters(sources=frozenset(exchange.asked_of)),
        as_typed=exchange.as_typed,
        quotations_only=exchange.quotations_only,
        searched=exchange.searched,
    )


def prove(quote: AnswerQuote, source: Source) -> None:
    """Check a quotation before it is shown. Raises QuoteError."""
    quote.quote.prove(source)
    if not quote.text:
        raise QuoteError(f"footnote {quote.number} quotes nothing of '{quote.source_id}'")


def without_removed(conversation: Conversation, is_there: Callable[[str], bool]) -> Conversation:
    """Return the conversation with what it quotes of removed sources named so. `is_there`: whether the index has an id.

    It is the same object if nothing is otherwise.
    """
    ids = {q.source_id for e in conversation for q in e.quotes}
    gone = {source_id for source_id in ids if not is_there(source_id)}
    known = [frozenset(q.source_id for q in e.quotes if q.source_id in gone) for e in conversation]
    if all(e.removed == removed for e, removed in zip(conversation, known, strict=True)):
        return conversation
    return tuple(replace(e, removed=removed) for e, removed in zip(conversation, known, strict=True))


def with_seen(conversation: Conversation, looked: Looked) -> Conversation:
    """Return the conversation with what is known by now of the pages of its sources."""

    def of(exchange: Exchange) -> dict[str, Seen]:
        found = ((s.id, looked(s.id, s.sha256)) for s in exchange.sources.values())
        return {source_id: seen for source_id, seen in found if seen}

    return tuple(replace(e, seen=of(e)) for e in conversation)


def settled(conversation: Conversation) -> Conversation:
    """Return the conversation with nothing pending: an answer that was stopped stays as far as it came."""
    ended = (replace(e, stopped=e.stopped or e.pending, offering=False, translating=False) for e in conversation)
    return tuple(ended)
