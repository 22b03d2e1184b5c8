"""The references of an answer: a list that paper has, where no footnote can be opened."""

from __future__ import annotations

from markupsafe import Markup

from app.chat.session.exchange import Exchange
from app.chat.view.elements import NOTHING
from app.records import AnswerQuote
from app.render.html import host_of, html, join
from app.words.describe import about_words, date_words, page_words, seen_words
from app.words.texts import Texts


def references_html(exchange: Exchange, texts: Texts) -> Markup:
    """List each footnote with its source: title, publisher, date, what it is, its page. Shown in print only."""
    if not exchange.proved:
        return NOTHING
    return html(
        '<section class="references"><h3>{head}</h3><ol>{items}</ol></section>',
        head=texts.references,
        items=join(_reference(exchange, q, texts) for q in sorted(exchange.proved, key=lambda q: q.number)),
    )


def _reference(exchange: Exchange, quote: AnswerQuote, texts: Texts) -> Markup:
    source = exchange.sources[quote.source_id]
    by = (source.author, source.publisher, date_words(source.published, texts), page_words(quote.pages, texts))
    return html(
        '<li value="{n}"><cite dir="auto">{title}</cite> · {by} ({about}){address}{seen}</li>',
        n=quote.number,
        title=source.title,
        by=", ".join(w for w in by if w),
        about=about_words(source, texts),
        seen=f" ({words})" if (words := seen_words(exchange.seen.get(source.id), texts)) else "",
        address=html(" · {url}", url=source.url) if host_of(source.url) else NOTHING,
    )
