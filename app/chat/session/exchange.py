"""The state of a browser tab: a conversation, made of questions with their answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.records import Answer, AnswerHit, AnswerQuote, QuestionKind, Statement, Support, Turn
from index.errors import QuoteError
from index.source import Source

# Questions on which sources have nothing to compare: about the corpus itself, or about nothing in it.
_ABOUT_NO_MATTER = frozenset(
    {QuestionKind.METADATA, QuestionKind.SMALLTALK, QuestionKind.OPINION, QuestionKind.UNCLEAR, QuestionKind.OVERVIEW}
)


@dataclass(frozen=True)
class Exchange:
    """`id` ('t1', 't2', ...) is unique in its conversation. `problem`: words shown instead of an answer.

    `asked_of`: ids of the only sources that were asked; empty: all of them. `unreadable`: the code of the
    question's language if the model does not read it. `stopped`: the reader ended the answer early.
    `sources` holds each quoted or nearest source by id, exactly as it was when it was quoted: a rebuilt
    index does not take the words away from an answer that is on the screen.
    `changed`: numbers of the quotations that could not be proved when the exchange was read back.
    `offered`: sources to ask about instead, where there is no answer.
    """

    id: str
    question: str
    read_as: str = ""
    asked_of: tuple[str, ...] = ()
    names: tuple[str, ...] = ()  # of the sources in `asked_of`
    unreadable: str = ""
    statements: tuple[Statement, ...] = ()
    answer: Answer | None = None
    problem: str = ""
    stopped: bool = False
    sources: Mapping[str, Source] = field(default_factory=dict)
    changed: frozenset[int] = frozenset()
    offered: tuple[Source, ...] = ()

    @property
    def pending(self) -> bool:
        return self.answer is None and not self.problem and not self.stopped

    @property
    def quotes(self) -> tuple[AnswerQuote, ...]:
        """Return each quotation once, in the order of the statements: two statements may rest on the same one."""
        return tuple({q.number: q for s in self.statements for q in s.quotes}.values())

    @property
    def proved(self) -> tuple[AnswerQuote, ...]:
        """Return the `quotes` that are proved; their source is in `sources`."""
        return tuple(q for q in self.quotes if q.number not in self.changed)

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
        return answer.kind not in _ABOUT_NO_MATTER and any(s.support is Support.QUOTED for s in answer.statements)

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
            turns.append(Turn(role="user", text=exchange.question))
            turns.append(Turn(role="assistant", text=exchange.answer.text))
    return turns


def prove(quote: AnswerQuote, source: Source) -> None:
    """Check a quotation before it is shown. Raises QuoteError."""
    quote.quote.prove(source)
    if not quote.text:
        raise QuoteError(f"footnote {quote.number} quotes nothing of '{quote.source_id}'")


def settled(conversation: Conversation) -> Conversation:
    """Return the conversation with nothing pending: an answer that was stopped stays as far as it came."""
    return tuple(replace(e, stopped=True) if e.pending else e for e in conversation)
