"""An exchange as the browser keeps it, and back. Nothing that comes from a browser is believed.

Every quotation is proved again against the current index; what cannot be proved is marked as changed and never
shown as a quotation. What cannot be read at all becomes an exchange that says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.chat.session.engine import ChatEngine, holds
from app.chat.session.exchange import MOST, NOT_YET, Conversation, Exchange, TabState, prove, without_removed
from app.chat.session.messages import message
from app.chat.session.suggestions import Suggestion
from app.question.check import MAX_QUESTION
from app.records import Answer, AnswerQuote, Statement, Support, Understanding, as_one
from app.words.texts import Texts
from index.errors import QuoteError, UnknownSourceError
from index.source import Source


class StoredExchange(BaseModel):
    """What is kept of an `Exchange`; fields as there. Sources are not kept: the index has them.

    `offered`: the questions that were offered, as they are asked.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    question: str = Field(max_length=MAX_QUESTION)
    as_typed: bool = False
    searched: str = Field("", max_length=MAX_QUESTION)
    with_model: bool = False
    quotations_only: bool = False
    understood: Understanding = NOT_YET
    asked_of: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    statements: tuple[Statement, ...] = ()
    answer: Answer | None = None
    problem: str = ""
    stopped: bool = False
    offered: tuple[str, ...] = Field((), max_length=20)


Recall = Callable[[Iterable[str]], tuple[Suggestion, ...]]


def record_of(exchange: Exchange) -> dict[str, Any]:
    """Turn `exchange` into JSON-ready data."""
    kept = StoredExchange.model_validate(
        {name: getattr(exchange, name) for name in StoredExchange.model_fields if name not in {"statements", "offered"}}
        | {"statements": () if exchange.answer is not None else exchange.statements}
        | {"offered": tuple(s.question for s in exchange.offered)}
    )
    return kept.model_dump(mode="json")


def to_keep(tab: TabState) -> str:
    """Make the message that has the browser keep the last exchange; `turns`: the ids of all that are shown."""
    last = tab.conversation[-1]
    return message(
        "exchange",
        conversation_id=tab.conversation_id,
        id=last.id,
        turns=[e.id for e in tab.conversation],
        record=record_of(last),
        generation=last.answer.index.generation if last.answer is not None else "",
    )


def restored(
    records: Iterable[Any], engine: ChatEngine | None, texts: Texts, recall: Recall = lambda _: ()
) -> Conversation:
    """Read `records` (JSON data of any shape) back as exchanges t1, t2, ..., each proved anew.

    Without an engine nothing can be proved, so that every quotation counts as changed. `recall`: returns those of
    the questions once offered that may be offered again.
    """
    latest = list(records)[-MOST:]
    read = tuple(_exchange(f"t{n}", data, engine, texts, recall) for n, data in enumerate(latest, 1))
    return without_removed(read, partial(holds, engine)) if engine is not None else read


def _exchange(turn: str, data: Any, engine: ChatEngine | None, texts: Texts, recall: Recall) -> Exchange:
    try:
        # Through JSON text: strings of a browser become tuples and enumerations only so.
        record = StoredExchange.model_validate_json(json.dumps(data))
    except ValidationError:
        return Exchange(id=turn, question=_question(data) or texts.untitled, problem=texts.exchange_unreadable)
    sources: dict[str, Source] = {}
    told = record.answer.statements if record.answer is not None else record.statements
    statements = tuple(_beside_original(s, engine, sources) for s in told)
    changed: set[int] = set()
    for statement in statements:
        proved = [_proved(q, engine, sources) for q in statement.quotes]
        if not all(proved) or not _word_for_word(statement):
            changed.update(q.number for q in statement.quotes)
    if engine is not None and record.answer is not None and record.answer.index.generation == engine.generation:
        _add_nearest(record.answer, engine, sources)
    made = {"statements", "stopped", "offered"}
    kept = {name: getattr(record, name) for name in StoredExchange.model_fields if name not in made}
    if record.answer is not None:
        sound = tuple(d for d in record.answer.direct if d not in record.answer.unfounded)
        kept["answer"] = record.answer.model_copy(update={"direct": sound, "statements": statements})
    return Exchange(
        **kept,
        id=turn,
        stopped=record.stopped or (record.answer is None and not record.problem),
        statements=statements,
        sources=sources,
        changed=frozenset(changed),
        offered=recall(record.offered),
    )


def _question(data: Any) -> str:
    question = data.get("question") if isinstance(data, dict) else None
    return question[:MAX_QUESTION] if isinstance(question, str) else ""


def _proved(quote: AnswerQuote, engine: ChatEngine | None, sources: dict[str, Source]) -> bool:
    """Check the quotation against the current index; if it is proved, add its source to `sources`."""
    if engine is None:
        return False
    try:
        source = engine.source(quote.source_id, quote.source_sha256)
        prove(quote, source)
    except (QuoteError, UnknownSourceError):
        return False
    sources[quote.source_id] = source
    return True


def _beside_original(statement: Statement, engine: ChatEngine | None, sources: dict[str, Source]) -> Statement:
    """Return the statement; what an original is said to do with it goes where the original is another one by now."""
    found = statement.of_original
    if found is None:
        return statement
    try:
        if engine is not None:
            original = engine.source(found.source_id, found.source_sha256)
            if found.text:
                found.quote.prove(original)
            sources[original.id] = original
            return statement
    except (QuoteError, UnknownSourceError):
        pass
    return statement.model_copy(update={"of_original": None})


def _word_for_word(statement: Statement) -> bool:
    """Check that a statement that is shown as a quotation is what its footnotes quote."""
    if statement.support is not Support.QUOTED:
        return True
    return bool(statement.quotes) and as_one(statement.quotes).split() == statement.text.split()


def _add_nearest(answer: Answer, engine: ChatEngine, sources: dict[str, Source]) -> None:
    """Add the sources of the nearest passages; the generation is the one that was asked, so their spans still hold."""
    for hit in answer.nearest:
        try:
            source = engine.source(hit.source_id)
        except UnknownSourceError:
            continue
        if 0 <= hit.start < hit.end <= len(source.text):
            sources.setdefault(hit.source_id, source)
