"""The evidence as HTML: each quoted passage with its quotation marked, and what is known of its source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.chat.session.exchange import Conversation, Exchange
from app.chat.view.elements import BACK, NOTHING, button, notice_html, of_original_html, relation_html, seen_html
from app.chat.view.translations import translating_html, translation_html
from app.records import AnswerHit, AnswerQuote, QuestionKind
from app.render.html import Highlight, host_of, html, join, link, span_html
from app.render.visible import visible
from app.words.describe import date_words, kind_words, nearest_words, opening, page_words
from app.words.texts import Texts
from index.fetched.seen import Seen
from index.source import Source
from index.text.sentences import sentence_spans

CONTEXT = 600  # characters; about what a retrieved passage of 160 tokens holds


def evidence_html(conversation: Conversation, texts: Texts) -> Markup:
    """Make a `<section data-turn>` for each exchange; all but the last are hidden until a mark of theirs is used."""
    if not conversation:
        return _empty(texts.evidence_empty)
    last = conversation[-1].id
    return join(_section(e, texts, hidden=e.id != last) for e in conversation)


def _empty(words: str) -> Markup:
    return html('<p class="evidence-empty">{words}</p>', words=words)


def _section(exchange: Exchange, texts: Texts, *, hidden: bool) -> Markup:
    return html(
        '<section class="evidence{kind}" data-turn="{id}" aria-labelledby="{id}-evidence"{hidden}>'
        '<div class="sheet-bar">{back}</div><h2 id="{id}-evidence" tabindex="-1">{head}</h2>'
        '<p class="evidence-for" dir="auto">{for_} “{question}”</p>{body}</section>',
        kind=" nearest" if exchange.nearest else "",
        id=exchange.id,
        hidden=html(" hidden") if hidden else NOTHING,
        back=button(texts.back_to_answer, BACK, data_sheet_close=True),  # on a phone, where evidence is a sheet
        head=nearest_words(_kind(exchange), texts) if exchange.nearest else texts.evidence,
        for_=texts.evidence_for,
        question=exchange.question,
        body=_body(exchange, texts),
    )


def _kind(exchange: Exchange) -> QuestionKind:
    return exchange.answer.kind if exchange.answer is not None else QuestionKind.FACT


def _body(exchange: Exchange, texts: Texts) -> Markup:
    passages: dict[str, list[Markup]] = {}  # source id -> its passages
    if exchange.nearest:
        for place, hit in enumerate(exchange.nearest):
            passages.setdefault(hit.source_id, []).append(_nearest(exchange, place, texts))
        opinion = _kind(exchange) is QuestionKind.OPINION
        more = html('<p class="calm">{more}</p>', more=texts.nearest_opinion_more if opinion else texts.nearest_more)
        return more + _cards(exchange, passages, texts)
    if exchange.answer is not None and exchange.answer.nearest and exchange.answer.abstained:
        return _empty(texts.nearest_gone)
    if not exchange.quotes:
        return _empty(texts.reading if exchange.pending else texts.no_quotes)
    hits = exchange.answer.hits if exchange.answer is not None else ()
    for source_id in dict.fromkeys(q.source_id for q in exchange.proved):
        source = exchange.sources[source_id]
        quotes = [q for q in exchange.proved if q.source_id == source_id]
        passages[source_id] = [_passage(exchange, source, e, texts) for e in excerpts(source, quotes, hits)]
    return translating_html(exchange, texts) + _cards(exchange, passages, texts) + _changed(exchange, texts)


def _cards(exchange: Exchange, passages: dict[str, list[Markup]], texts: Texts) -> Markup:
    return join(
        html(
            '<article class="card">{head}{removed}{passages}'
            "<footer>{page}<span>{label} <code>{id}</code></span></footer></article>",
            head=card_head(exchange.sources[source_id], texts),
            removed=notice_html(texts.removed_proved) if source_id in exchange.removed else NOTHING,
            passages=join(of_source),
            page=_page_link(exchange.sources[source_id].url, texts, exchange.seen.get(source_id)),
            label=texts.source_id,
            id=source_id,
        )
        for source_id, of_source in passages.items()
    )


def card_head(source: Source, texts: Texts) -> Markup:
    """Say publisher, date and title, and in plain words what the source is and its relation to the article."""
    return html(
        '<header><p class="card-meta"><span class="publisher">{publisher}</span> <span>{date}</span></p>'
        '<h3 dir="auto">{title}</h3><p class="card-kind"><span>{label}</span>{relation}</p></header>',
        publisher=source.publisher,
        date=date_words(source.published, texts),
        title=source.title,
        label=opening(kind_words(source, texts)),
        relation=relation_html(source, texts),
    )


def _page_link(url: str, texts: Texts, seen: Seen | None) -> Markup:
    """Link to the live page, and say when it was last seen to say so."""
    host = host_of(url)
    if not host:
        return NOTHING
    way = link(url, texts.page_at.format(host=host), texts.new_tab)
    return html('<span class="live-page">{way}{seen}</span>', way=way, seen=seen_html(seen, texts))


def _changed(exchange: Exchange, texts: Texts) -> Markup:
    """Name the quotations that are no longer in their source; they are never shown as evidence.

    Of a source that was removed, what the browser kept is shown, said to be no more than that.
    """
    lost = [q for q in exchange.quotes if q.number in exchange.changed]
    changed = [q for q in lost if q.source_id not in exchange.removed]
    items = join(
        html(
            '<p class="changed-quote">{words} <code>{id}</code></p>',
            words=texts.changed_quote.format(number=q.number),
            id=q.source_id,
        )
        for q in changed
    )
    card = html('<div class="card changed">{items}{notice}</div>', items=items, notice=notice_html(texts.changed))
    removed = join(_removed(exchange, q, texts) for q in lost if q.source_id in exchange.removed)
    return (card if changed else NOTHING) + removed


def _removed(exchange: Exchange, quote: AnswerQuote, texts: Texts) -> Markup:
    facts = exchange.answer.facts_of(quote.source_id) if exchange.answer is not None else None
    title = html('<h3 dir="auto">{title}</h3>', title=facts.title) if facts is not None else NOTHING
    return html(
        '<div class="card changed removed" data-removed="{n}"><header>{title}</header>{notice}'
        '<div class="passage" data-numbers="{n}" tabindex="-1">'
        '<blockquote dir="auto">{number}“{words}”</blockquote></div>'
        "<footer><span>{label} <code>{id}</code></span></footer></div>",
        n=quote.number,
        number=_number(exchange, quote.number, texts),
        title=title,
        notice=notice_html(texts.removed),
        words=visible(quote.text),
        label=texts.source_id,
        id=quote.source_id,
    )


def _passage(exchange: Exchange, source: Source, excerpt: Excerpt, texts: Texts) -> Markup:
    def tag(highlight: Highlight) -> Markup:
        return _number(exchange, highlight.number, texts)

    highlights = [Highlight(q.start, q.end, q.number) for q in excerpt.quotes]
    first = excerpt.quotes[0].number
    name = texts.open_source_name.format(number=first, title=source.title)
    return html(
        '<div class="passage" data-numbers="{numbers}" tabindex="-1"><div class="source-text">{body}</div>{translated}'
        "{beside}<p>{page}{open}</p></div>",
        beside=join(_beside_original(exchange, q, texts) for q in excerpt.quotes),
        numbers=" ".join(str(q.number) for q in excerpt.quotes),
        body=span_html(source, excerpt.start, excerpt.end, highlights, tag=tag),
        translated=join(translation_html(exchange, q.number, texts, numbered=True) for q in excerpt.quotes),
        page=_page(source, excerpt.quotes[0].start, excerpt.quotes[-1].end, texts),
        open=button(texts.open_source, class_="quiet", data_open=first, data_turn=exchange.id, aria_label=name),
    )


def _beside_original(exchange: Exchange, quote: AnswerQuote, texts: Texts) -> Markup:
    """Say what an original does with a statement that ends with `quote`."""
    found = (s.of_original for s in exchange.statements if s.quotes and s.quotes[-1] == quote)
    return of_original_html(next(found, None), texts, quote.number)


def _number(exchange: Exchange, number: int, texts: Texts) -> Markup:
    """Make the number before a quotation, which leads back to its statement."""
    return html(
        '<a class="number" id="{turn}-quote-{n}" href="#{turn}" data-back="{n}" '
        'data-turn="{turn}" title="{title}" aria-label="{name}">{n}</a>',
        turn=exchange.id,
        n=number,
        title=texts.back_to_statement,
        name=texts.to_statement.format(number=number),
    )


def _nearest(exchange: Exchange, place: int, texts: Texts) -> Markup:
    hit = exchange.nearest[place]
    source = exchange.sources[hit.source_id]
    name = texts.open_nearest_name.format(title=source.title)
    return html(
        '<div class="passage"><div class="source-text">{body}</div><p>{page}{open}</p></div>',
        page=_page(source, hit.start, hit.end, texts),
        body=span_html(source, hit.start, hit.end),
        open=button(texts.open_source, class_="quiet", data_open_nearest=place, data_turn=exchange.id, aria_label=name),
    )


def _page(source: Source, start: int, end: int, texts: Texts) -> Markup:
    words = page_words(source.pages_of(start, end), texts)
    return html('<span class="page-number">{words}</span>', words=words) if words else NOTHING


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A span of one source and the quotations in it, in the order of their numbers."""

    start: int
    end: int
    quotes: tuple[AnswerQuote, ...]


def excerpts(source: Source, quotes: Sequence[AnswerQuote], hits: Sequence[AnswerHit] = ()) -> tuple[Excerpt, ...]:
    """Cut out the passages of `source` that hold `quotes`; quotations whose passages overlap share one.

    A quotation's passage is the retrieved one that holds it, or else whole sentences around it.
    """
    merged: list[Excerpt] = []
    placed = [(_excerpt(source, q, hits), q) for q in quotes]
    for (start, end), quote in sorted(placed, key=lambda p: (p[0], p[1].number)):
        last = merged[-1] if merged else None
        if last is not None and start < last.end:
            held = tuple(sorted((*last.quotes, quote), key=lambda q: q.number))
            merged[-1] = Excerpt(last.start, max(last.end, end), held)
        else:
            merged.append(Excerpt(start, end, (quote,)))
    return tuple(sorted(merged, key=lambda e: e.quotes[0].number))


def _excerpt(source: Source, quote: AnswerQuote, hits: Sequence[AnswerHit]) -> tuple[int, int]:
    for hit in hits:
        if hit.source_id == source.id and hit.start <= quote.start and quote.end <= hit.end:
            return hit.start, min(hit.end, len(source.text))
    return _around(source, quote.start, quote.end)


def _around(source: Source, start: int, end: int) -> tuple[int, int]:
    """Take whole sentences of the blocks that hold the span, about `CONTEXT` characters of them."""
    blocks = [b for b in source.blocks if b.start < end and b.end > start]
    low, high = (blocks[0].start, blocks[-1].end) if blocks else (0, len(source.text))
    if high - low <= CONTEXT:
        return low, high
    sentences = [(low + a, low + b) for a, b in sentence_spans(source.text[low:high], source.language)]
    inside = [i for i, (a, b) in enumerate(sentences) if a < end and b > start]
    if not inside:
        return start, end
    first, last = inside[0], inside[-1]
    while True:
        grown = False
        if first > 0 and sentences[last][1] - sentences[first - 1][0] <= CONTEXT:
            first, grown = first - 1, True
        if last + 1 < len(sentences) and sentences[last + 1][1] - sentences[first][0] <= CONTEXT:
            last, grown = last + 1, True
        if not grown:
            return min(start, sentences[first][0]), max(end, sentences[last][1])
