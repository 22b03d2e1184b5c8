"""Footnote marks and the card that hovering or focusing a mark shows."""

from __future__ import annotations

from markupsafe import Markup

from app.chat.session.exchange import Exchange
from app.chat.view.context import in_a_line
from app.records import AnswerQuote
from app.render.html import html, join
from app.render.visible import visible
from app.words.describe import date_words, kind_words, opening, relation_words, speaker
from app.words.texts import Texts
from index.passage import Kind

_NOTHING = Markup("")


def marks_html(exchange: Exchange, quotes: tuple[AnswerQuote, ...], texts: Texts) -> Markup:
    """The numbered marks behind a statement. A mark of a changed source leads nowhere and says so."""
    return join(_mark(exchange, q, texts) for q in quotes)


def _mark(exchange: Exchange, quote: AnswerQuote, texts: Texts) -> Markup:
    if quote.number in exchange.changed:
        return html(
            '\u2060<span class="mark gone" role="img" aria-label="{name}" title="{name}">{n}</span>',
            n=quote.number,
            name=texts.footnote_changed.format(number=quote.number),
        )
    source = exchange.sources[quote.source_id]
    return html(
        # A word joiner keeps the mark on the line of the last word.
        '\u2060<a class="mark" role="doc-noteref" href="#{turn}-quote-{n}" data-mark="{n}" data-turn="{turn}" '
        'aria-label="{name}" aria-describedby="{turn}-card-{n}">{n}</a>',
        turn=exchange.id,
        n=quote.number,
        name=texts.footnote.format(number=quote.number, speaker=speaker(source, texts, long=True)),
    )


def cards_html(exchange: Exchange, texts: Texts) -> Markup:
    """A hidden card a quotation: its words with a line around them, who says it, when, what kind of source."""
    return join(_card(exchange, q, texts) for q in exchange.proved)


def _card(exchange: Exchange, quote: AnswerQuote, texts: Texts) -> Markup:
    source = exchange.sources[quote.source_id]
    line = in_a_line(source, quote.start, quote.end)
    stands = _NOTHING
    if source.kind is not Kind.ARTICLE:
        stands = html("<span>{words}</span>", words=relation_words(source.relation, texts))
    return html(
        '<div class="mark-card" id="{turn}-card-{n}" role="tooltip" popover="manual">'
        '<p class="mark-card-words" dir="auto">{before} <mark>{words}</mark>{after}</p>'
        '<p class="mark-card-who"><span class="publisher">{publisher}</span> <span>{date}</span></p>'
        '<p class="mark-card-kind"><span>{kind}</span>{stands}</p>'
        '<p class="mark-card-hint" aria-hidden="true">{hint}</p></div>',
        turn=exchange.id,
        n=quote.number,
        before=visible(line.before),
        words=visible(line.words),
        after=html(" {words}", words=visible(line.after)) if line.after else _NOTHING,
        publisher=source.publisher,
        date=date_words(source.published, texts, long=True),
        kind=opening(kind_words(source, texts)),
        stands=stands,
        hint=texts.card_hint,
    )
