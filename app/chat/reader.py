"""The source reader as HTML: one whole source, the quotation marked in its place."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from app.answer import AnswerQuote
from app.chat.evidence import card_head, page_link
from app.chat.exchange import Exchange
from app.chat.markup import Highlight, host_of, html, join, link, span_html
from app.chat.texts import ENGLISH, Texts
from index.passage import Kind, Source

_NOTHING = Markup("")


def quote_in_place(exchange: Exchange, number: int, opened: int, texts: Texts = ENGLISH) -> Markup | None:
    """The source of footnote `number`, all of this answer's quotations in it marked; None if there is none.

    `opened` counts the openings, so that the page can tell a source opened again from one left open.
    """
    asked = exchange.quote(number)
    if asked is None:
        return None
    source = exchange.sources[asked.source_id]
    marks = _highlights([q for q in exchange.quotes if q.source_id == source.id], asked)
    return reader_html(source, marks, opened, texts)


def nearest_in_place(exchange: Exchange, place: int, opened: int, texts: Texts = ENGLISH) -> Markup | None:
    """The source of the nearest passage at `place` (0-based), that passage marked; None if there is none."""
    if not 0 <= place < len(exchange.nearest):
        return None
    hit = exchange.nearest[place]
    passage = Highlight(hit.start, hit.end, number=0, current=True)
    return reader_html(exchange.sources[hit.source_id], [passage], opened, texts)


def _highlights(quotes: Sequence[AnswerQuote], asked: AnswerQuote) -> list[Highlight]:
    return [Highlight(q.start, q.end, q.number, current=q.number == asked.number) for q in quotes]


def reader_html(source: Source, highlights: Sequence[Highlight], opened: int, texts: Texts = ENGLISH) -> Markup:
    """The whole of `source` with `highlights` marked and its metadata above."""
    return html(
        '<section class="reader-sheet" data-opened="{opened}" aria-labelledby="reader-head">'
        '<div class="reader-bar"><button type="button" data-close>{back}</button>{page}</div>'
        '<div id="reader-head" tabindex="-1">{head}</div>{facts}'
        '<div class="source-text whole">{body}</div></section>',
        opened=opened,
        back=texts.back,
        page=page_link(source, texts),
        head=card_head(source),
        facts=_facts(source, texts),
        body=span_html(source, 0, len(source.text), highlights, tag=_number, links=True),
    )


def _number(highlight: Highlight) -> Markup:
    if not highlight.number:
        return _NOTHING
    return html('<span class="number" aria-hidden="true">{n}</span>', n=highlight.number)


def _facts(source: Source, texts: Texts) -> Markup:
    facts = []
    if source.author:
        facts.append(html("<p>{by} {author}</p>", by=texts.author, author=source.author))
    if source.kind is Kind.NOTE:
        facts.append(html("<p>{words}</p>", words=texts.note_warning))
    pages = [link(url, host_of(url), url) for url in source.via if host_of(url)]
    if pages:
        facts.append(html("<p>{label} {pages}</p>", label=texts.via, pages=Markup(", ").join(pages)))
    facts.append(html("<p>{label} <code>{id}</code></p>", label=texts.source_id, id=source.id))
    return html('<div class="facts">{facts}</div>', facts=join(facts))
