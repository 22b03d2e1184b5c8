"""The evidence panel as HTML: each quoted passage with its quotation marked, and its source's card."""

from __future__ import annotations

from markupsafe import Markup

from app.chat.session.exchange import Conversation, Exchange
from app.chat.view.excerpts import Excerpt, excerpts
from app.records import AnswerQuote
from app.render.html import Highlight, host_of, html, join, link, span_html
from app.words.describe import date_words, kind_words, opening, relation_words
from app.words.english import ENGLISH
from app.words.texts import Texts
from index.passage import Kind, Source

_NOTHING = Markup("")


def evidence_html(conversation: Conversation, texts: Texts = ENGLISH) -> Markup:
    """One `<section data-turn>` an exchange; all but the last are hidden until one of their marks is used."""
    if not conversation:
        return html('<p class="evidence-empty">{words}</p>', words=texts.evidence_empty)
    last = conversation[-1].id
    return join(_section(e, texts, hidden=e.id != last) for e in conversation)


def _section(exchange: Exchange, texts: Texts, *, hidden: bool) -> Markup:
    head = texts.nearest if exchange.nearest else texts.evidence
    return html(
        '<section class="evidence-turn{kind}" data-turn="{id}" aria-labelledby="{id}-evidence"{hidden}>'
        '<h2 id="{id}-evidence" tabindex="-1">{head}</h2>'
        '<p class="evidence-for" dir="auto">{for_} “{question}”</p>{body}</section>',
        kind=" nearest" if exchange.nearest else "",
        id=exchange.id,
        hidden=html(" hidden") if hidden else _NOTHING,
        head=head,
        for_=texts.evidence_for,
        question=exchange.question,
        body=_body(exchange, texts),
    )


def _body(exchange: Exchange, texts: Texts) -> Markup:
    if exchange.nearest:
        places: dict[str, list[int]] = {}
        for place, hit in enumerate(exchange.nearest):
            places.setdefault(hit.source_id, []).append(place)
        cards = join(
            _card(exchange.sources[i], join(_nearest(exchange, p, texts) for p in at), texts)
            for i, at in places.items()
        )
        return html('<p class="calm">{more}</p>{cards}', more=texts.nearest_more, cards=cards)
    if exchange.answer is not None and exchange.answer.nearest and exchange.answer.abstained:
        return html('<p class="evidence-empty">{words}</p>', words=texts.nearest_gone)
    if not exchange.quotes:
        words = texts.reading if exchange.pending else texts.no_quotes
        return html('<p class="evidence-empty">{words}</p>', words=words)
    by_source: dict[str, list[AnswerQuote]] = {}
    for quote in exchange.proved:
        by_source.setdefault(quote.source_id, []).append(quote)
    cards = join(
        _card(exchange.sources[i], _quoted(exchange, exchange.sources[i], quotes, texts), texts)
        for i, quotes in by_source.items()
    )
    return cards + _changed(exchange, texts)


def _changed(exchange: Exchange, texts: Texts) -> Markup:
    """The quotations that no longer stand in their source: named, never shown as evidence."""
    gone = [q for q in exchange.quotes if q.number in exchange.changed]
    if not gone:
        return _NOTHING
    items = join(
        html(
            '<p class="changed-quote">{words} <code>{id}</code></p>',
            words=texts.changed_quote.format(number=q.number),
            id=q.source_id,
        )
        for q in gone
    )
    return html(
        '<div class="card changed">{items}<p class="notice">{words}</p></div>', items=items, words=texts.changed
    )


def _quoted(exchange: Exchange, source: Source, quotes: list[AnswerQuote], texts: Texts) -> Markup:
    hits = exchange.answer.hits if exchange.answer is not None else ()
    return join(_passage(exchange, source, e, texts) for e in excerpts(source, quotes, hits))


def _card(source: Source, passages: Markup, texts: Texts) -> Markup:
    return html(
        '<article class="card" data-source="{id}">{head}{passages}{foot}</article>',
        id=source.id,
        head=card_head(source, texts),
        passages=passages,
        foot=_card_foot(source, texts),
    )


def card_head(source: Source, texts: Texts = ENGLISH) -> Markup:
    """Publisher, date, title, and in plain words what the source is and how it stands to the article."""
    stands = _NOTHING
    if source.kind is not Kind.ARTICLE:
        stands = html('<span class="relation">{r}</span>', r=relation_words(source.relation, texts))
    return html(
        '<header><p class="card-meta"><span class="publisher">{publisher}</span> <span>{date}</span></p>'
        '<h3 dir="auto">{title}</h3><p class="card-kind"><span>{label}</span>{stands}</p></header>',
        publisher=source.publisher,
        date=date_words(source.published, texts),
        title=source.title,
        label=opening(kind_words(source, texts)),
        stands=stands,
    )


def _card_foot(source: Source, texts: Texts) -> Markup:
    return html(
        '<footer>{page}<span class="source-id">{label} <code>{id}</code></span></footer>',
        page=page_link(source, texts),
        label=texts.source_id,
        id=source.id,
    )


def page_link(source: Source, texts: Texts = ENGLISH) -> Markup:
    """A link to the source's page, named by its host; nothing if its address is none."""
    host = host_of(source.url)
    return link(source.url, texts.page_at.format(host=host), texts.new_tab) if host else _NOTHING


def _passage(exchange: Exchange, source: Source, excerpt: Excerpt, texts: Texts) -> Markup:
    highlights = [Highlight(q.start, q.end, q.number) for q in excerpt.quotes]
    number = excerpt.quotes[0].number

    def tag(highlight: Highlight) -> Markup:
        return html(
            '<a class="number" id="{turn}-quote-{n}" href="#{turn}" data-back="{n}" '
            'data-turn="{turn}" title="{title}" aria-label="{name}">{n}</a>',
            turn=exchange.id,
            n=highlight.number,
            title=texts.back_to_statement,
            name=texts.to_statement.format(number=highlight.number),
        )

    body = span_html(source, excerpt.start, excerpt.end, highlights, tag=tag)
    return html(
        '<div class="passage" data-numbers="{numbers}" tabindex="-1"><div class="source-text">{body}</div>'
        '<p class="passage-doors"><button type="button" data-open="{n}" data-turn="{turn}" '
        'aria-label="{name}">{label}</button></p></div>',
        numbers=" ".join(str(q.number) for q in excerpt.quotes),
        body=body,
        n=number,
        turn=exchange.id,
        name=texts.open_source_name.format(number=number, title=source.title),
        label=texts.open_source,
    )


def _nearest(exchange: Exchange, place: int, texts: Texts) -> Markup:
    hit = exchange.nearest[place]
    source = exchange.sources[hit.source_id]
    return html(
        '<div class="passage"><div class="source-text">{body}</div><p class="passage-doors">'
        '<button type="button" data-open-nearest="{place}" data-turn="{turn}" aria-label="{name}">'
        "{label}</button></p></div>",
        body=span_html(source, hit.start, hit.end),
        place=place,
        turn=exchange.id,
        name=texts.open_nearest_name.format(title=source.title),
        label=texts.open_source,
    )
