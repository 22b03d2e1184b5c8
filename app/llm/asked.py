"""Which questions a language model gets, and with which passages. Needs no llama-index."""

from __future__ import annotations

from app.llm import prompt as prompts
from app.llm.prompt import Prompt
from app.llm.protocol import Asked
from app.records import QuestionKind
from index.fuse import distinct
from index.passage import Passage

# What the sources say is asked for; other questions are about Footnote, its list of sources, or nothing in them.
_TELLS = frozenset(QuestionKind) - {
    QuestionKind.SMALLTALK, QuestionKind.METADATA, QuestionKind.OPINION, QuestionKind.UNCLEAR,
}  # fmt: skip


def is_told(asked: Asked) -> bool:
    """Return whether a model is asked: for what the sources say, and where they answer."""
    return asked.found.kind in _TELLS and bool(asked.found.drafts)


def prompt_of(asked: Asked, room: int, *, as_json: bool) -> Prompt:
    """Return the prompt for a question. Raises ModelFailure if no passage fits into `room` tokens."""
    return prompts.for_answer(told(asked), passages_of(asked), asked.sources, as_json=as_json, room=room)


def told(asked: Asked) -> str:
    """Return the question as the model gets it: in the reader's own words, and as it was understood."""
    if asked.typed == asked.question:
        return asked.question
    return f"{asked.typed} (understood as: {asked.question})"


def passages_of(asked: Asked) -> list[Passage]:
    """Return what the model may quote, best first: where the extractive answer stands, then what else was found."""
    hits = [hit.passage for hit in asked.found.hits]
    first: list[Passage] = []
    for quote in (q for draft in asked.found.drafts for q in draft.quotes):
        holding = [p for p in hits if p.source_id == quote.source_id and p.start <= quote.start < p.end]
        holding = holding or [p for p in asked.lookup(quote.source_id) if p.start <= quote.start < p.end]
        first += holding[:1]
    return distinct([*first, *hits], lambda p: (p.source_id, p.start, p.end))
