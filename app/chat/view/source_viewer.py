"""The source viewer: a whole source with its quotations marked, opened from a footnote, a passage, a row or a link."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from app.chat.session.engine import EngineProvider
from app.chat.session.exchange import Exchange
from app.chat.session.problems import problem_words
from app.chat.view.elements import BACK, LINK, NEXT, NOTHING, button, notice_html, problem_html, seen_html
from app.chat.view.evidence import card_head
from app.chat.view.search_box import search_box
from app.render.fragment import live_address
from app.render.html import Highlight, host_of, html, join, link, span_html
from app.words.describe import date_words, language_words, opening, page_words, speaker, standing
from app.words.texts import Texts
from index.errors import UnknownSourceError
from index.fetched.seen import Looked, Seen, never
from index.source import Kind, Source

_SPAN = re.compile(r"(\d{1,9})-(\d{1,9})\Z", re.ASCII)


def quote_in_source(exchange: Exchange, number: int, opened: int, texts: Texts) -> Markup | None:
    """Show the source of footnote `number`, all of this answer's quotations in it marked; None if there is none.

    `opened` counts the openings, so that the page can tell a source opened again from one left open.
    """
    asked = exchange.quote(number)
    if asked is None:
        return None
    marks = [
        Highlight(q.start, q.end, q.number, current=q.number == number)
        for q in exchange.proved
        if q.source_id == asked.source_id
    ]
    notice = texts.removed_proved if asked.source_id in exchange.removed else ""
    seen = exchange.seen.get(asked.source_id)
    return source_html(exchange.sources[asked.source_id], marks, opened, texts, notice=notice, seen=seen)


def nearest_in_source(exchange: Exchange, place: int, opened: int, texts: Texts) -> Markup | None:
    """Show the source of the nearest passage at `place` (0-based), that passage marked; None if there is none."""
    if not 0 <= place < len(exchange.nearest):
        return None
    hit = exchange.nearest[place]
    source, seen = exchange.sources[hit.source_id], exchange.seen.get(hit.source_id)
    return source_html(source, [_unnumbered(hit.start, hit.end)], opened, texts, seen=seen)


def source_link_html(
    provider: EngineProvider, wanted: Mapping[str, Any], opened: int, texts: Texts, looked: Looked = never
) -> Markup:
    """Show what a link names: 'source', and if given 'span' and 'sha256' (the beginning of the text's hash).

    Without a span the source is shown from its beginning. A hash that does not fit means that the source has
    changed since, so nothing is marked. A place that cannot be shown is said in words. `looked`: what is known of
    pages.
    """
    source_id, span, sha256 = (wanted.get(k) or "" for k in ("source", "span", "sha256"))
    texts_only = all(isinstance(v, str) for v in (source_id, span, sha256))
    match = _SPAN.match(span) if texts_only else None
    if not texts_only or not source_id or (span and match is None):
        return _problem(texts.link_wrong, opened, texts)
    try:
        source = provider.engine().source(source_id)
    except UnknownSourceError:
        return _problem(texts.link_unknown.format(source=source_id[:200]), opened, texts)
    except Exception as error:  # noqa: BLE001 - said in words, logged in problem_words
        return _problem(problem_words(error, texts), opened, texts)
    if not source.sha256.startswith(sha256):
        return source_html(source, (), opened, texts, notice=texts.link_changed)
    seen = looked(source.id, source.sha256)
    if match is None:
        return source_html(source, (), opened, texts, seen=seen)
    start, end = int(match[1]), int(match[2])
    if not start < end <= len(source.text):
        words = texts.link_outside.format(start=start, end=end, length=len(source.text))
        return source_html(source, (), opened, texts, notice=words)
    return source_html(source, [_unnumbered(start, end)], opened, texts, seen=seen)


def source_link(source: Source, start: int, end: int) -> str:
    """Make the query of a link to `start:end`: ?source=ID&span=START-END, with the text's hash as its proof."""
    return "?" + urlencode({"source": source.id, "span": f"{start}-{end}", "sha256": source.sha256[:16]})


def _unnumbered(start: int, end: int) -> Highlight:
    return Highlight(start, end, number=0, current=True)


def source_html(
    source: Source,
    highlights: Sequence[Highlight],
    opened: int,
    texts: Texts,
    notice: str = "",
    seen: Seen | None = None,
) -> Markup:
    """Show the whole of `source` with `highlights` marked and its metadata above; `notice` comes first.

    `seen`: when its page was last seen to say so.
    """
    steps = sorted(highlights, key=lambda h: (h.start, h.number))
    body = html(
        '{places}{facts}{search}<div class="source-text whole"{language}>{text}</div>',
        places=join(_place(source, h, n, len(steps), texts, seen) for n, h in enumerate(steps, 1)),
        facts=_facts(source, texts, seen),
        search=search_box(texts, within=source.id),
        # A note's words are ours, whatever the original is written in.
        language=NOTHING if source.kind is Kind.NOTE else html(' lang="{c}"', c=source.language),
        text=span_html(source, 0, len(source.text), highlights, tag=_number, links=True),
    )
    bar = overlay_bar(texts, _which(source, texts) + (_step_buttons(texts) if len(steps) > 1 else NOTHING))
    return _viewer(source.title, bar + notice_html(notice) if notice else bar, card_head(source, texts), body, opened)


def _problem(words: str, opened: int, texts: Texts) -> Markup:
    return _viewer(texts.source_viewer, overlay_bar(texts), problem_html(words, texts), NOTHING, opened)


def _viewer(label: str, bar: Markup, head: Markup, body: Markup, opened: int) -> Markup:
    return html(
        '<section class="source-viewer" data-opened="{opened}" aria-label="{label}">{bar}'
        '<div id="source-viewer-head" tabindex="-1">{head}</div>{body}</section>',
        opened=opened,
        label=label,
        bar=bar,
        head=head,
        body=body,
    )


def overlay_bar(texts: Texts, more: Markup = NOTHING) -> Markup:
    """Make the bar above what opens over the evidence: the way back, and what else belongs there."""
    back = button(texts.back, BACK, data_close=True, title="Esc")
    return html('<div class="overlay-bar">{back}{more}</div>', back=back, more=more)


def _which(source: Source, texts: Texts) -> Markup:
    """Say whose words these are: it stays above them, wherever in the text a link or a footnote leads."""
    return html(
        '<p class="overlay-which" dir="auto"><strong>{who}</strong> <span>{title}</span></p>',
        who=opening(speaker(source, texts)),
        title=source.title,
    )


def _step_buttons(texts: Texts) -> Markup:
    """Make the buttons from quotation to quotation."""
    previous, following = texts.previous_quotation, texts.next_quotation
    return html(
        '<span class="step-buttons">{previous}{following}</span>',
        previous=button(BACK, data_step=-1, aria_label=previous, title=f"{previous} (p)"),
        following=button(NEXT, data_step=1, aria_label=following, title=f"{following} (n)"),
    )


def _place(source: Source, highlight: Highlight, place: int, count: int, texts: Texts, seen: Seen | None) -> Markup:
    """Say which quotation it is and on which page, with its live page and a link to here; shown while it is current."""
    said = [texts.of_quotations.format(place=place, count=count)] if count > 1 else []
    said += filter(None, [page_words(source.pages_of(highlight.start, highlight.end), texts)])
    which = html("<span>{words}</span>", words=", ".join(said)) if said else NOTHING
    copy = button(
        texts.copy_place,
        LINK,
        data_copy_place=source_link(source, highlight.start, highlight.end),
        data_done=texts.link_copied,
        data_failed=texts.copy_failed,
    )
    return html(
        '<div class="place" data-place-of="{n}"{hidden}>{which}<span class="place-buttons">{live}{copy}</span></div>',
        n=highlight.number,
        hidden=NOTHING if highlight.current else html(" hidden"),
        which=which,
        live=_live(source, highlight, texts, seen),
        copy=copy,
    )


def _live(source: Source, highlight: Highlight, texts: Texts, seen: Seen | None) -> Markup:
    """Link to the live page at these words, with when it was seen to hold them; for a note to the page it is about,
    said to be so.
    """
    address = live_address(source, highlight.start, highlight.end)
    if not address:
        return NOTHING
    words = texts.live_here
    if source.kind is Kind.NOTE:
        words = texts.live_summary if source.original else texts.live_note
    way = link(address, words, texts.new_tab)
    return html('<span class="live">{way}{seen}</span>', way=way, seen=seen_html(seen, texts))


def _number(highlight: Highlight) -> Markup:
    if not highlight.number:
        return NOTHING
    return html('<span class="number" aria-hidden="true">{n}</span>', n=highlight.number)


def _facts(source: Source, texts: Texts, seen: Seen | None) -> Markup:
    page = NOTHING
    if host_of(source.url):
        page = link(source.url, host_of(source.url), texts.new_tab) + seen_html(seen, texts)
    pages = [link(url, host_of(url), url) for url in source.via if host_of(url)]
    rows: list[tuple[str, str | Markup]] = [
        (texts.author, source.author or ""),
        (texts.published, date_words(source.published, texts)),
        (texts.relation_label, standing(source, texts)),
        (texts.written_in, language_words(source.language, texts)),
        (texts.address, page),
        (texts.via, Markup(", ").join(pages)),
        (texts.source_id, html("<code>{id}</code>", id=source.id)),
    ]
    facts = join(html("<div><dt>{name}</dt><dd>{value}</dd></div>", name=n, value=v) for n, v in rows if v)
    return html('<dl class="facts">{facts}</dl>{warning}', facts=facts, warning=_warning(source, texts))


def _warning(source: Source, texts: Texts) -> Markup:
    """Say of a note that its words are ours, with the way to its original where the index has it."""
    if source.kind is not Kind.NOTE:
        return NOTHING
    if not source.original:
        return notice_html(texts.note_warning)
    way = button(texts.open_original, class_="quiet", data_open_source=source.original)
    return notice_html(html("{words} {way}", words=texts.summary_warning, way=way))
