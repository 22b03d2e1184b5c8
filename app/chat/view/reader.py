"""The source reader as HTML: one whole source, its quotations marked in their places."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from markupsafe import Markup

from app.chat.session.exchange import Exchange
from app.chat.view.evidence import card_head
from app.chat.view.icons import BACK, LINK, NEXT
from app.chat.view.notices import notice_html, problem_html
from app.render.fragment import live_address
from app.render.html import Highlight, host_of, html, join, link, span_html
from app.words.english import ENGLISH
from app.words.texts import Texts
from app.words.wording import date_words, language_words, relation_words
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
    marks = [
        Highlight(q.start, q.end, q.number, current=q.number == number)
        for q in exchange.proved
        if q.source_id == source.id
    ]
    return reader_html(source, marks, opened, texts)


def nearest_in_place(exchange: Exchange, place: int, opened: int, texts: Texts = ENGLISH) -> Markup | None:
    """The source of the nearest passage at `place` (0-based), that passage marked; None if there is none."""
    if not 0 <= place < len(exchange.nearest):
        return None
    hit = exchange.nearest[place]
    return span_in_place(exchange.sources[hit.source_id], hit.start, hit.end, opened, texts)


def span_in_place(source: Source, start: int, end: int, opened: int, texts: Texts = ENGLISH) -> Markup:
    """`source` with one span marked, which has no footnote number."""
    return reader_html(source, [Highlight(start, end, number=0, current=True)], opened, texts)


def reader_html(
    source: Source, highlights: Sequence[Highlight], opened: int, texts: Texts = ENGLISH, message: str = ""
) -> Markup:
    """The whole of `source` with `highlights` marked and its metadata above; `message` stands first."""
    steps = sorted(highlights, key=lambda h: (h.start, h.number))
    return html(
        '<section class="reader-sheet" data-opened="{opened}" data-source="{id}" aria-labelledby="reader-head">'
        '{bar}{message}<div id="reader-head" tabindex="-1">{head}</div>{places}{facts}'
        '<div class="source-text whole"{language}>{body}</div></section>',
        opened=opened,
        id=source.id,
        bar=sheet_bar(texts, _turn(texts) if len(steps) > 1 else _NOTHING),
        message=notice_html(message) if message else _NOTHING,
        head=card_head(source, texts),
        places=join(_place(source, h, n, len(steps), texts) for n, h in enumerate(steps, 1)),
        facts=_facts(source, texts),
        # A note's words are ours, whatever the original is written in.
        language=_NOTHING if source.kind is Kind.NOTE else html(' lang="{c}"', c=source.language),
        body=span_html(source, 0, len(source.text), highlights, tag=_number, links=True),
    )


def sheet_bar(texts: Texts, more: Markup = _NOTHING) -> Markup:
    """The bar above an opened sheet: the way back, and what else belongs there."""
    return html(
        '<div class="reader-bar"><button type="button" data-close title="Esc">{icon}{back}</button>{more}</div>',
        icon=BACK,
        back=texts.back,
        more=more,
    )


def reader_problem(words: str, opened: int, texts: Texts) -> Markup:
    """A sheet that says in words why there is no source to show."""
    return html(
        '<section class="reader-sheet" data-opened="{opened}" aria-label="{label}">{bar}'
        '<div id="reader-head" tabindex="-1">{words}</div></section>',
        opened=opened,
        label=texts.source_viewer,
        bar=sheet_bar(texts),
        words=problem_html(words, texts),
    )


def _turn(texts: Texts) -> Markup:
    """Buttons from quotation to quotation."""
    return html(
        '<span class="turn-pages"><button type="button" data-step="-1" aria-label="{p}" title="{p} (p)">{back}</button>'
        '<button type="button" data-step="1" aria-label="{n}" title="{n} (n)">{next}</button></span>',
        p=texts.previous_quotation,
        n=texts.next_quotation,
        back=BACK,
        next=NEXT,
    )


def _place(source: Source, highlight: Highlight, place: int, count: int, texts: Texts) -> Markup:
    """What belongs to one quotation: which it is, its live page, a link to here. Shown while it is the current one."""
    return html(
        '<div class="place" data-place-of="{n}"{hidden}>{which}<span class="place-doors">{live}'
        '<button type="button" data-copy-place="{address}" data-done="{done}" data-failed="{failed}">'
        "{icon}{words}</button></span></div>",
        n=highlight.number,
        hidden=_NOTHING if highlight.current else html(" hidden"),
        which=html("<span>{w}</span>", w=texts.of_quotations.format(place=place, count=count))
        if count > 1
        else _NOTHING,
        live=_live(source, highlight, texts),
        address=place_address(source, highlight.start, highlight.end),
        done=texts.link_copied,
        failed=texts.copy_failed,
        icon=LINK,
        words=texts.copy_place,
    )


def place_address(source: Source, start: int, end: int) -> str:
    """The query of a link to `start:end`: ?source=ID&span=START-END, with the text's hash, so that it can be proved."""
    return "?" + urlencode({"source": source.id, "span": f"{start}-{end}", "sha256": source.sha256[:16]})


def _live(source: Source, highlight: Highlight, texts: Texts) -> Markup:
    """The live page at these words; for a note the page it is about, said to be so."""
    address = live_address(source, highlight.start, highlight.end)
    if not address:
        return _NOTHING
    words = texts.live_note if source.kind is Kind.NOTE else texts.live_here
    return html('<span class="live">{link}</span>', link=link(address, words, texts.new_tab))


def _number(highlight: Highlight) -> Markup:
    if not highlight.number:
        return _NOTHING
    return html('<span class="number" aria-hidden="true">{n}</span>', n=highlight.number)


def _facts(source: Source, texts: Texts) -> Markup:
    pages = [link(url, host_of(url), url) for url in source.via if host_of(url)]
    rows: list[tuple[str, str | Markup]] = [
        (texts.author, source.author or ""),
        (texts.published, date_words(source.published, texts, long=True)),
        (texts.relation_label, "" if source.kind is Kind.ARTICLE else relation_words(source.relation, texts)),
        (texts.written_in, language_words(source.language, texts)),
        (texts.address, link(source.url, host_of(source.url), texts.new_tab) if host_of(source.url) else ""),
        (texts.via, Markup(", ").join(pages)),
        (texts.source_id, html("<code>{id}</code>", id=source.id)),
    ]
    facts = join(html("<div><dt>{name}</dt><dd>{value}</dd></div>", name=n, value=v) for n, v in rows if v)
    warning = notice_html(texts.note_warning) if source.kind is Kind.NOTE else _NOTHING
    return html('<dl class="facts">{facts}</dl>{warning}', facts=facts, warning=warning)
