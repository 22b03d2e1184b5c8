"""From a question typed in the browser to the growing conversation. Errors become words here."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial

from app.chat.session.engine import ChatEngine, EngineProvider, holds
from app.chat.session.exchange import MOST, Conversation, Exchange, next_id, prove, query_of, without_removed
from app.chat.session.problems import ENDINGS, logged, problem_words
from app.chat.session.suggestions import Suggestion
from app.events import Anew, Done, Event, StatementReady, Understood, Writing
from app.outside import whole_characters
from app.query import Query
from app.question.check import MAX_QUESTION
from app.records import Answer, Statement, Understanding
from app.words.describe import speaker
from app.words.texts import Texts
from index.errors import FootnoteError, UsageError
from index.source import Source

Offer = Callable[[Exchange, ChatEngine], Iterator[tuple[Suggestion, ...]]]


def converse(
    provider: EngineProvider,
    conversation: Conversation,
    query: Query | str,
    texts: Texts,
    *,
    replace_last: bool = False,
    offer: Offer | None = None,
) -> Iterator[Conversation]:
    """Ask, and yield the conversation each time that it has grown; the last one is whole.

    `query`: as the reader put it; its earlier turns are those of the conversation, and of its filters only the sources
    are kept. `replace_last`: the new exchange takes the place of the last one. `offer`: finds questions to ask instead,
    once it is shown that there is no answer; whoever stops taking ends its search.
    Of a long conversation the latest `MOST` exchanges stay.
    Never raises what the engine raises, a library's panic included: the exchange's `problem` says it, the log keeps
    the details.
    """
    query = Query.of(query)
    exchange = _begun(query, next_id(conversation))
    before = (conversation[:-1] if replace_last else conversation)[1 - MOST :]
    if len(query.question) > MAX_QUESTION:
        problem = texts.question_too_long.format(length=len(query.question), most=MAX_QUESTION)
        yield (*before, replace(exchange, question=f"{exchange.question[: MAX_QUESTION - 1]}…", problem=problem))
        return
    yield (*before, exchange)
    try:
        engine = provider.engine()
        before = without_removed(before, partial(holds, engine))
        exchange = replace(_addressed(exchange, engine, texts), with_model=bool(engine.model_name))
        with closing(_answered(exchange, query_of(exchange, before), engine, offer)) as growing:
            for grown in growing:
                exchange = grown
                yield (*before, exchange)
    except ENDINGS:
        raise
    except BaseException as error:  # noqa: BLE001 - the last stop before the browser: logged, and said in words
        problem = problem_words(error, texts)
        lost = replace(exchange, statements=(), answer=None, offering=False, translating=False, problem=problem)
        yield (*before, lost)


def _begun(query: Query, exchange_id: str) -> Exchange:
    """Return the exchange of a question, of which nothing but what was typed and chosen is known yet."""
    return Exchange(
        id=exchange_id,
        question=whole_characters(query.question),
        as_typed=query.as_typed,
        searched=whole_characters(query.searched).strip()[:MAX_QUESTION],
        quotations_only=query.quotations_only,
        asked_of=tuple(sorted(query.filters.sources)),
    )


def _answered(exchange: Exchange, query: Query, engine: ChatEngine, offer: Offer | None) -> Generator[Exchange]:
    """Add the answer as it grows, and then what helps to read it: other questions, or translations."""
    with closing(engine.ask(query)) as events:
        for event in events:
            exchange = _grown(exchange, event, engine)
            refused = exchange.answer is not None and exchange.answer.abstained
            exchange = replace(exchange, offering=refused and offer is not None)
            yield exchange
    if exchange.offering and offer is not None:
        yield from _offered(exchange, engine, offer)
    elif exchange.answer is not None and not exchange.quotations_only:
        yield from _translated(exchange, exchange.answer, engine)


def _offered(exchange: Exchange, engine: ChatEngine, offer: Offer) -> Iterator[Exchange]:
    """Add questions to ask instead, as they are found. If looking for them fails, the refusal stands with those that
    there are, and the log says why.
    """
    try:
        for offered in offer(exchange, engine):
            exchange = replace(exchange, offered=offered)
            yield exchange
    except FootnoteError as error:
        logged(error)
    yield replace(exchange, offering=False)


def _translated(exchange: Exchange, answer: Answer, engine: ChatEngine) -> Iterator[Exchange]:
    """Add translations of the quotations, if they are in another language than the question. Without them the answer
    stands as it is, and the log says why.
    """
    try:
        with closing(engine.translated(answer)) as growing:
            for made in growing:
                if isinstance(made, Answer):
                    exchange = replace(exchange, answer=made)
                yield replace(exchange, translating=not isinstance(made, Answer))
    except FootnoteError as error:
        logged(error)
        yield exchange


def _addressed(exchange: Exchange, engine: ChatEngine, texts: Texts) -> Exchange:
    """Keep the chosen sources that the present index holds, with their names. Raises UsageError if there are none."""
    if not exchange.asked_of:
        return exchange
    chosen = [s for s in engine.sources() if s.id in exchange.asked_of]
    if not chosen:
        raise UsageError(texts.chosen_gone)
    return replace(exchange, asked_of=tuple(s.id for s in chosen), names=tuple(speaker(s, texts) for s in chosen))


def _grown(exchange: Exchange, event: Event, engine: ChatEngine) -> Exchange:
    match event:
        case Understood():
            read = Understanding(**{name: getattr(event, name) for name in Understanding.model_fields})
            return replace(exchange, understood=read)
        case StatementReady():
            sources = _quoted_sources(exchange, engine, [event.statement])
            return replace(exchange, statements=(*exchange.statements, event.statement), sources=sources)
        case Writing():
            return replace(exchange, writing=True)
        case Anew():
            return replace(exchange, writing=False, statements=())
        case Done():
            answer = event.answer
            sources = _quoted_sources(exchange, engine, answer.statements)
            near = [h.source_id for h in answer.nearest]
            sources |= {i: engine.source(i, generation=answer.index.generation) for i in near if i not in sources}
            return replace(exchange, statements=answer.statements, answer=answer, sources=sources)


def _quoted_sources(exchange: Exchange, engine: ChatEngine, statements: Iterable[Statement]) -> dict[str, Source]:
    """Add what `statements` quote, and the originals that their notes are held against, to the sources of `exchange`.

    Raises QuoteError unless each quotation is proved.
    """
    sources = dict(exchange.sources)
    for statement in statements:
        for quote in statement.quotes:
            if quote.source_id not in sources:
                sources[quote.source_id] = engine.source(quote.source_id, quote.source_sha256)
            prove(quote, sources[quote.source_id])
        if found := statement.of_original:
            original = sources.get(found.source_id) or engine.source(found.source_id, found.source_sha256)
            if found.text:
                found.quote.prove(original)
            sources[original.id] = original
    return sources
