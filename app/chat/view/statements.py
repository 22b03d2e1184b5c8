"""The statements of an answer as HTML: who says what, with footnote marks and the card that each mark shows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from app.chat.session.exchange import Exchange
from app.chat.view.elements import NOTHING, notice_html, of_original_html, relation_html
from app.chat.view.translations import translation_html
from app.records import DOUBTED, AnswerQuote, Part, Role, Statement, Support
from app.render.html import emphasised, html, join
from app.render.visible import visible
from app.words.describe import aside, date_words, kind_words, model_failure, opening, said_by, speaker
from app.words.direct import STOP, Piece, cut_words, pieces
from app.words.own import own_words
from app.words.texts import Texts
from index.source import Source

LINE = 60  # characters: about a line of the card
LONGEST = 420  # characters of a quotation on its card


def statements_html(exchange: Exchange, texts: Texts) -> Markup:
    """Show what answers each question of the message, and why it is not in a model's words, where a model failed."""
    run = exchange.answer.model if exchange.answer else None
    failed = notice_html(model_failure(run, texts)) if run and run.failure else NOTHING
    return failed + join(_part(exchange, part, texts) for part in exchange.parted)


def _part(exchange: Exchange, part: Part, texts: Texts) -> Markup:
    """Show the direct answer, the statements that lead, and what further sources add or dispute.

    One question of several stands under its own words; that it is not answered is said when nothing more can come.
    """
    if part.words and not part.statements:
        words = texts.part_not_answered.format(question=part.words)
        said = html('<p class="part-not-answered" role="note" dir="auto">{words}</p>', words=words)
        return said if exchange.answer is not None else NOTHING
    head = html('<h3 class="part" dir="auto">{words}</h3>', words=part.words) if part.words else NOTHING
    lead = [s for s in part.statements if s.role is not Role.FURTHER]
    said = join(_said(exchange, list(group), texts) for _, group in groupby(lead, key=_speaker_key))
    cut = html('<p class="list-cut">{words}</p>', words=words) if (words := cut_words(part, texts)) else NOTHING
    return head + _direct(exchange, part, texts) + said + _further(exchange, part, texts) + cut


def _direct(exchange: Exchange, part: Part, texts: Texts) -> Markup:
    """Show the answering words, each with who says so and its mark; what a screen reader reads first is 'Answer'."""
    shown = pieces(part.direct, part.statements, exchange.sources, texts)
    if not shown:
        return NOTHING
    return html(
        '<p class="direct"><span class="screen-reader">{label} </span>{pieces}</p>',
        label=texts.answer,
        pieces=html('<span class="direct-stop">{stop}</span>', stop=STOP).join(
            _piece(exchange, p, texts) for p in shown
        ),
    )


def _piece(exchange: Exchange, piece: Piece, texts: Texts) -> Markup:
    quote = exchange.quote(piece.number)
    statement = next((s for s in exchange.statements if quote in s.quotes), None)
    who = html(' <span class="direct-who" dir="auto">({who})</span>', who=piece.who) if piece.who else NOTHING
    return html(
        '<span class="direct-piece"><span class="direct-words{clause}" dir="auto">{words}</span>{who}{mark}</span>',
        clause=" clause" if piece.clause else "",
        words=visible(piece.words),
        who=who,
        mark=_mark(exchange, statement, quote, texts) if quote and statement else NOTHING,
    )


def _speaker_key(statement: Statement) -> tuple[object, ...]:
    name = statement.quoting, statement.heading, statement.on_article, statement.later
    return *name, _source_id(statement), statement.support


def _source_id(statement: Statement) -> str:
    return statement.quotes[0].source_id if statement.quotes else ""


def _source(exchange: Exchange, statement: Statement) -> Source | None:
    return exchange.sources.get(_source_id(statement))


def _said(exchange: Exchange, statements: Sequence[Statement], texts: Texts) -> Markup:
    """Show statements of one speaker under that speaker's name; Footnote's own words have none.

    A source's relation to the article is no part of it: a source that corroborates the article may dispute it here.
    """
    name = said_by(statements[0], _source(exchange, statements[0]), texts)
    head = html('<p class="speaker" dir="auto">{name}</p>', name=name) if name else NOTHING
    return html(
        '<div class="said{own}">{head}{words}</div>',
        own="" if statements[0].support is Support.QUOTED else " own",
        head=head,
        words=join(_words(exchange, s, texts) for s in statements),
    )


def _words(exchange: Exchange, statement: Statement, texts: Texts) -> Markup:
    lost = [q for q in statement.quotes if q.number in exchange.changed]
    changed, removed = bool(lost), bool(lost) and all(q.source_id in exchange.removed for q in lost)
    own = statement.own if not changed else None
    words = own_words(own, _source(exchange, statement), texts) if own else statement.text
    text = emphasised(words, () if own else statement.emphasis).replace("\n\n", Markup("<br>"))
    if statement.support is Support.QUOTED and not changed:
        text = html('“<span class="quoted">{text}</span>”', text=text)
    label = aside(statement, None, texts)
    return html(
        '<p class="words{gone}{doubted}" dir="auto">{text}{marks}{label}</p>{notice}{translated}{beside}',
        beside=NOTHING if changed else of_original_html(statement.of_original, texts),
        label=html(' <span class="aside">({label})</span>', label=label) if label else NOTHING,
        gone=" gone" if changed else "",
        doubted=" doubted" if statement.support in DOUBTED else "",
        text=text,
        marks=join(_mark(exchange, statement, q, texts) for q in statement.quotes),
        notice=notice_html(texts.removed if removed else texts.changed) if changed else NOTHING,
        translated=join(translation_html(exchange, q.number, texts) for q in statement.quotes)
        if statement.support is Support.QUOTED
        else NOTHING,
    )


def _further(exchange: Exchange, part: Part, texts: Texts) -> Markup:
    """Show what other sources add or dispute: one group a speaker, in order of first appearance."""
    groups: dict[tuple[object, ...], list[Statement]] = {}
    for statement in part.statements:
        if statement.role is Role.FURTHER:
            groups.setdefault(_speaker_key(statement), []).append(statement)
    if not groups:
        return NOTHING
    return html(
        '<section class="further" aria-label="{name}">{head}{groups}</section>',
        name=texts.further,
        head=html("<h4>{h}</h4>" if part.words else "<h3>{h}</h3>", h=texts.further),
        groups=join(_said(exchange, said, texts) for said in groups.values()),
    )


def _mark(exchange: Exchange, statement: Statement, quote: AnswerQuote, texts: Texts) -> Markup:
    """Make the numbered mark behind a statement. A mark of a changed source leads nowhere and says so; that of a
    removed one leads to what was kept of it.
    """
    if quote.number in exchange.changed and quote.source_id in exchange.removed:
        return html(
            '\u2060<a class="mark gone" role="doc-noteref" href="#{turn}-quote-{n}" data-mark="{n}" data-turn="{turn}" '
            'aria-label="{name}" title="{name}">{n}</a>',
            turn=exchange.id,
            n=quote.number,
            name=texts.footnote_removed.format(number=quote.number),
        )
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
        name=texts.footnote.format(number=quote.number, speaker=_speaker(statement, source, texts)),
    )


def _speaker(statement: Statement, source: Source, texts: Texts) -> str:
    return speaker(source, texts, on_article=statement.on_article, later=statement.later)


def cards_html(exchange: Exchange, texts: Texts) -> Markup:
    """Make a hidden card for each quotation: its words with a line around them, who says so, when, what it is."""
    return join(_card(exchange, q, texts) for q in exchange.proved)


def _card(exchange: Exchange, quote: AnswerQuote, texts: Texts) -> Markup:
    source = exchange.sources[quote.source_id]
    before, words, after = quote_in_line(source, quote.start, quote.end)
    return html(
        '<div class="mark-card" id="{turn}-card-{n}" role="tooltip" popover="manual">'
        '<p class="mark-card-words" dir="auto">{before} <mark>{words}</mark> {after}</p>{translated}'
        '<p class="mark-card-who"><span class="publisher">{publisher}</span> <span>{date}</span></p>'
        '<p class="mark-card-kind"><span>{kind}</span>{relation}</p>{removed}'
        '<p class="mark-card-hint" aria-hidden="true">{hint}</p></div>',
        turn=exchange.id,
        n=quote.number,
        before=visible(before),
        words=visible(words),
        after=visible(after),
        translated=translation_html(exchange, quote.number, texts),
        publisher=source.publisher,
        date=date_words(source.published, texts),
        kind=opening(kind_words(source, texts)),
        relation=relation_html(source, texts),
        removed=notice_html(texts.removed_proved) if quote.source_id in exchange.removed else NOTHING,
        hint=texts.card_hint,
    )


def quote_in_line(source: Source, start: int, end: int) -> tuple[str, str, str]:
    """Return `source.text[start:end]` between about a line of its own block before and behind, cut between words.

    White space is drawn together, as a browser shows it; a cut is marked by '…'.
    """
    first, last = source.block_at(start), source.block_at(end - 1)
    before = _tidy(source.text[first.start if first else start : start])
    words = _tidy(source.text[start:end])
    after = _tidy(source.text[end : last.end if last else end])
    if len(before) > LINE:
        before = f"… {before[-LINE:].split(' ', 1)[-1]}"
    if len(words) > LONGEST:
        return before, words[:LONGEST].rsplit(" ", 1)[0], "…"
    if len(after) > LINE:
        after = f"{after[:LINE].rsplit(' ', 1)[0]} …"
    return before, words, after


def _tidy(text: str) -> str:
    return " ".join(text.split())
