"""One question with what came of it, and a conversation of them: what a browser tab's session keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.answer import Answer, AnswerHit, AnswerQuote, Statement, Turn
from index.errors import QuoteError
from index.passage import Quote, Source


@dataclass(frozen=True)
class Exchange:
    """`id` is unique in its conversation. `problem`: words shown instead of an answer.

    `sources` holds each quoted or nearest source by id, exactly as it was when it was quoted: a rebuilt
    index does not take the words away from an answer that is on the screen.
    """

    id: str
    question: str
    read_as: str = ""
    statements: tuple[Statement, ...] = ()
    answer: Answer | None = None
    problem: str = ""
    sources: Mapping[str, Source] = field(default_factory=dict)

    @property
    def pending(self) -> bool:
        return self.answer is None and not self.problem

    @property
    def quotes(self) -> tuple[AnswerQuote, ...]:
        """Each quotation once, in the order of the statements: two statements may rest on the same one."""
        return tuple({q.number: q for s in self.statements for q in s.quotes}.values())

    @property
    def nearest(self) -> tuple[AnswerHit, ...]:
        return self.answer.nearest if self.answer is not None and self.answer.abstained else ()

    def quote(self, number: int) -> AnswerQuote | None:
        return next((q for q in self.quotes if q.number == number), None)


Conversation = tuple[Exchange, ...]


def history(conversation: Sequence[Exchange]) -> list[Turn]:
    """The finished turns of a conversation, as the answering road takes them."""
    turns: list[Turn] = []
    for exchange in conversation:
        if exchange.answer is not None:
            turns.append(Turn(role="user", text=exchange.question))
            turns.append(Turn(role="assistant", text=exchange.answer.text))
    return turns


def prove(quote: AnswerQuote, source: Source) -> None:
    """Check a quotation before it is shown. Raises QuoteError."""
    Quote(quote.source_id, quote.source_sha256, quote.start, quote.end, quote.text).prove(source)
    if not quote.text:
        raise QuoteError(f"footnote {quote.number} quotes nothing of '{quote.source_id}'")
