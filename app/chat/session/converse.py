"""A question typed in the browser -> the growing conversation. Errors become words here."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from app.chat.session.engine import ChatEngine, EngineDoor
from app.chat.session.exchange import Conversation, Exchange, history, next_id, prove
from app.chat.session.offered import offered
from app.records import Done, Event, StatementReady, Understood
from app.words.describe import speaker
from app.words.english import ENGLISH
from app.words.texts import Texts
from index.errors import DamagedIndexError, FootnoteError, NoIndexError, StaleIndexError, UsageError
from index.filters import Filters
from index.passage import Source

_log = logging.getLogger(__name__)
# An absolute path: not the inside of a word or an address.
_PATH = re.compile(r"(?<![\w/:.])(?:[A-Za-z]:)?(?:[\\/][\w.@+~ -]*[\w.@+~-]){2,}[\\/]?")


def converse(
    door: EngineDoor,
    conversation: Conversation,
    question: str,
    texts: Texts = ENGLISH,
    *,
    asked_of: Sequence[str] = (),
    replace_last: bool = False,
    language_of: Callable[[str], str | None] = lambda _: None,
) -> Iterator[Conversation]:
    """Ask, and yield the conversation each time that it has grown; the last one is whole.

    `asked_of`: ids of the only sources to ask; empty: all. `replace_last`: the new exchange takes the place of
    the last one. `language_of`: the code of a question's language if the model cannot read it.
    Never raises what the engine raises: the exchange's `problem` says it, the log keeps the details.
    """
    exchange = Exchange(id=next_id(conversation), question=question, asked_of=tuple(asked_of))
    before = conversation[:-1] if replace_last else conversation
    yield (*before, exchange)
    try:
        engine = door.engine()
        exchange = replace(_addressed(exchange, engine, texts), unreadable=language_of(question) or "")
        filters = Filters(sources=frozenset(exchange.asked_of))
        for event in engine.ask(question, history(before), filters):
            exchange = _grown(exchange, event, engine)
            yield (*before, exchange)
    except Exception as error:  # noqa: BLE001 - the last stop before the browser: logged, and said in words
        yield (*before, replace(exchange, statements=(), answer=None, problem=problem_words(error, texts)))


def _addressed(exchange: Exchange, engine: ChatEngine, texts: Texts) -> Exchange:
    """`exchange` with the chosen sources that the present index holds, and their names. Raises UsageError if none."""
    if not exchange.asked_of:
        return exchange
    chosen = [s for s in engine.sources() if s.id in exchange.asked_of]
    if not chosen:
        raise UsageError(texts.chosen_gone)
    return replace(exchange, asked_of=tuple(s.id for s in chosen), names=tuple(speaker(s, texts) for s in chosen))


def _grown(exchange: Exchange, event: Event, engine: ChatEngine) -> Exchange:
    match event:
        case Understood():
            differs = event.standalone_question.strip() != exchange.question.strip()
            return replace(exchange, read_as=event.standalone_question if differs else "")
        case StatementReady():
            cited = ((q.source_id, q.source_sha256) for q in event.statement.quotes)
            sources = _with_sources(exchange, engine, cited)
            for quote in event.statement.quotes:
                prove(quote, sources[quote.source_id])
            return replace(exchange, statements=(*exchange.statements, event.statement), sources=sources)
        case Done():
            answer = event.answer
            cited = ((q.source_id, q.source_sha256) for q in answer.quotes)
            near = ((h.source_id, None) for h in answer.nearest)
            sources = _with_sources(exchange, engine, [*cited, *near])
            for quote in answer.quotes:
                prove(quote, sources[quote.source_id])
            other = offered((h.source_id for h in answer.nearest), engine.sources()) if answer.abstained else ()
            return replace(exchange, statements=answer.statements, answer=answer, sources=sources, offered=other)


def _with_sources(
    exchange: Exchange, engine: ChatEngine, wanted: Iterable[tuple[str, str | None]]
) -> dict[str, Source]:
    sources = dict(exchange.sources)
    for source_id, sha256 in wanted:
        if source_id not in sources:
            sources[source_id] = engine.source(source_id, sha256)
    return sources


def problem_words(error: Exception, texts: Texts = ENGLISH) -> str:
    """What a reader is told about `error`: what to do, without the machine's paths. Logs the details."""
    match error:
        case NoIndexError():
            return texts.no_index
        case StaleIndexError():
            return texts.stale_index
        case DamagedIndexError():
            _log.error("damaged index: %s", error)
            return texts.damaged_index
        case FootnoteError():
            _log.warning("%s: %s", type(error).__name__, error)
            return without_paths(str(error))
        case _:
            reference = secrets.token_hex(4)
            _log.error("unexpected error, reference %s", reference, exc_info=error)
            return texts.unexpected.format(reference=reference)


def without_paths(message: str) -> str:
    """`message` with each absolute path cut to its last part."""
    return _PATH.sub(lambda m: re.split(r"[\\/]", m[0].rstrip("\\/"))[-1], message)
