"""Searching the sources from the page: a box, the passages found with the words marked, and the way to each place."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from app.chat.session.search import Found
from app.chat.view.elements import NOTHING, button, open_button, problem_html
from app.chat.view.search_box import search_box
from app.chat.view.source_viewer import overlay_bar
from app.render.html import Highlight, html, join, span_html
from app.words.describe import date_words, kind_words
from app.words.texts import Texts
from index.source import Source


def search_html(
    query: str, found: Sequence[Found], within: Source | None, opened: int, texts: Texts, problem: str = ""
) -> Markup:
    """Show what was found for `query`, or the empty box; `opened` counts the openings, as in the source viewer."""
    head = texts.search_within.format(title=within.title) if within is not None else texts.search_sources
    others = NOTHING
    if within is not None:
        others = button(texts.search_all, class_="quiet", data_search_all=query)
    results = NOTHING
    if problem:
        results = problem_html(problem, texts)
    elif query:
        results = _results(found, texts)
    return html(
        '<section class="search" data-opened="{opened}" aria-labelledby="search-head">{bar}'
        '<h2 id="search-head" tabindex="-1" dir="auto">{head}</h2>{box}<p>{others}</p>{results}</section>',
        opened=opened,
        bar=overlay_bar(texts),
        head=head,
        box=search_box(texts, query, within.id if within is not None else ""),
        others=others,
        results=results,
    )


def _results(found: Sequence[Found], texts: Texts) -> Markup:
    with_words = [f for f in found if f.words]
    close = [f for f in found if not f.words]
    counted = texts.counted(len(with_words), texts.search_found) if with_words else texts.search_none
    said = html('<p class="calm" role="status">{words}</p>', words=counted)
    if close:
        close_head = html("<h3>{words}</h3>", words=texts.search_close)
        return said + _list(with_words, texts) + close_head + _list(close, texts)
    return said + _list(with_words, texts)


def _list(found: Sequence[Found], texts: Texts) -> Markup:
    return html('<ol class="found">{items}</ol>', items=join(_item(f, texts) for f in found)) if found else NOTHING


def _item(found: Found, texts: Texts) -> Markup:
    source = found.source
    marks = [Highlight(start, end, number=0) for start, end in found.words]
    return html(
        '<li><p class="card-meta"><span class="publisher">{publisher}</span> <span>{date}</span> '
        "<span>{kind}</span></p>"
        '<p class="found-title" dir="auto">{title}</p><div class="source-text">{text}</div><p>{open}</p></li>',
        publisher=source.publisher,
        date=date_words(source.published, texts),
        kind=kind_words(source, texts, short=True),
        title=source.title,
        text=span_html(source, found.start, found.end, marks),
        open=open_button(
            texts.open_source,
            source.id,
            source.sha256,
            found.place,
            class_="quiet",
            aria_label=texts.open_nearest_name.format(title=source.title),
        ),
    )
