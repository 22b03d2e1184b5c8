"""The conversation as HTML: questions, statements with their marks, abstentions, problems, the first page."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from markupsafe import Markup

from app.answer import Role, Statement, Support
from app.chat.exchange import Conversation, Exchange
from app.chat.markup import emphasised, html, join
from app.chat.texts import ENGLISH, Texts, counted
from app.describe import relation_words, short_date, speaker
from index.passage import Kind, Relation, Source

_NOTHING = Markup("")


def conversation_html(conversation: Conversation, texts: Texts = ENGLISH) -> Markup:
    """All exchanges, oldest first. Each is `<article data-turn>`; marks carry `data-mark` and `data-turn`."""
    turns = join(_turn(e, texts) for e in conversation)
    return html(
        '<div class="conversation" role="log" aria-label="{label}">{turns}</div>',
        label=texts.conversation,
        turns=turns,
    )


def first_page(
    sources: Sequence[Source], suggestions: Sequence[str], problem: str = "", texts: Texts = ENGLISH
) -> Markup:
    """What is shown before the first question: what this is, what it reads, questions to begin with."""
    intro = html("<h2>{head}</h2><p>{more}</p>", head=texts.welcome, more=texts.welcome_more)
    if problem:
        body = _problem(problem, texts)
    else:
        body = html("{shelf}{offer}", shelf=_shelf(sources, texts), offer=_offer(suggestions, texts))
    return html('<div class="welcome">{intro}{body}</div>', intro=intro, body=body)


def _shelf(sources: Sequence[Source], texts: Texts) -> Markup:
    article = next((s for s in sources if s.kind is Kind.ARTICLE), None)
    if article is None:
        return html('<p class="shelf">{n}</p>', n=texts.sources_only.format(count=len(sources)))
    others = len(sources) - 1
    beside = texts.beside_one if others == 1 else texts.beside_many.format(count=others)
    return html(
        '<p class="shelf"><span class="shelf-label">{label}</span> <cite dir="auto">{title}</cite> '
        "<span>{publisher}, {date}</span>{beside}</p>",
        label=texts.article,
        title=article.title,
        publisher=article.publisher,
        date=short_date(article.published),
        beside=html("<br><span>{words}</span>", words=beside) if others else _NOTHING,
    )


def _offer(suggestions: Sequence[str], texts: Texts) -> Markup:
    buttons = join(
        html('<li><button type="button" data-ask="{q}">{q}</button></li>', q=question) for question in suggestions
    )
    return html(
        '<h3 id="suggestions-head">{head}</h3><ul class="suggestions" aria-labelledby="suggestions-head">'
        "{buttons}</ul>",
        head=texts.try_these,
        buttons=buttons,
    )


def _turn(exchange: Exchange, texts: Texts) -> Markup:
    read_as = _NOTHING
    if exchange.read_as:
        read_as = html('<p class="read-as">{l} {q}</p>', l=texts.read_as, q=exchange.read_as)
    return html(
        '<article class="turn" id="{id}" data-turn="{id}" aria-labelledby="{id}-question">'
        '<h2 class="asked" id="{id}-question" tabindex="-1" dir="auto">'
        '<span class="for-ears">{asked} </span>{question}</h2>{read_as}'
        '<div class="answer" aria-busy="{busy}">{body}</div></article>',
        id=exchange.id,
        asked=texts.you_asked,
        question=exchange.question,
        read_as=read_as,
        busy="true" if exchange.pending else "false",
        body=_body(exchange, texts),
    )


def _body(exchange: Exchange, texts: Texts) -> Markup:
    if exchange.problem:
        return _problem(exchange.problem, texts)
    if exchange.answer is not None and exchange.answer.abstained:
        return _abstention(exchange, exchange.answer.text, texts)
    lead = [s for s in exchange.statements if s.role is not Role.FURTHER]
    further = [s for s in exchange.statements if s.role is Role.FURTHER]
    return join(
        [
            *(_said(exchange, list(group), texts) for _, group in groupby(lead, key=_speaker_key)),
            _further(exchange, further, texts),
            html('<p class="waiting">{words}</p>', words=texts.reading) if exchange.pending else _NOTHING,
            _tally(exchange, texts),
        ]
    )


def _speaker_key(statement: Statement) -> tuple[str, str, Support]:
    return statement.speaker, _source_id(statement), statement.support


def _source_id(statement: Statement) -> str:
    return statement.quotes[0].source_id if statement.quotes else ""


def _said(exchange: Exchange, statements: Sequence[Statement], texts: Texts) -> Markup:
    """Statements of one speaker under that speaker's name; Footnote's own words have none."""
    name = statements[0].speaker
    words = join(_words(exchange, s, texts) for s in statements)
    head = html('<p class="speaker" dir="auto">{name}</p>', name=name) if name else _NOTHING
    return html('<div class="{kind}">{head}{words}</div>', kind=_kind(statements[0]), head=head, words=words)


def _kind(statement: Statement) -> str:
    """CSS classes: a source's words are set apart from Footnote's own about it."""
    return "said" if statement.support is Support.QUOTED else "said own"


def _words(exchange: Exchange, statement: Statement, texts: Texts) -> Markup:
    marks = join(
        html(
            # A word joiner keeps the mark on the line of the last word.
            '\u2060<a class="mark" role="doc-noteref" href="#{turn}-quote-{n}" '
            'data-mark="{n}" data-turn="{turn}" aria-label="{name}">{n}</a>',
            turn=exchange.id,
            n=q.number,
            name=texts.footnote.format(number=q.number, speaker=speaker(exchange.sources[q.source_id])),
        )
        for q in statement.quotes
    )
    text = emphasised(statement.text, statement.emphasis)
    if statement.support is Support.QUOTED:
        text = html('“<span class="quoted">{text}</span>”', text=text)
    return html('<p class="words" dir="auto">{text}{marks}</p>', text=text, marks=marks)


def _further(exchange: Exchange, statements: Sequence[Statement], texts: Texts) -> Markup:
    """What other sources add or dispute: one group a source, in order of first appearance."""
    if not statements:
        return _NOTHING
    groups: dict[str, list[Statement]] = {}
    for statement in statements:
        groups.setdefault(_source_id(statement), []).append(statement)
    items = []
    for source_id, said in groups.items():
        source = exchange.sources.get(source_id)
        stands = _NOTHING
        if source is not None and source.relation is not Relation.ARTICLE:
            stands = html(
                ' <span class="relation">{words}</span>',
                words=relation_words(source.relation),
            )
        items.append(
            html(
                '<div class="{kind}"><p class="speaker" dir="auto">{name}{stands}</p>{words}</div>',
                kind=_kind(said[0]),
                name=said[0].speaker,
                stands=stands,
                words=join(_words(exchange, s, texts) for s in said),
            )
        )
    return html(
        '<section class="further" aria-label="{head}"><h3>{head}</h3>{items}</section>',
        head=texts.further,
        items=join(items),
    )


def _tally(exchange: Exchange, texts: Texts) -> Markup:
    if exchange.answer is None or not exchange.quotes:
        return _NOTHING
    cited = {q.source_id for q in exchange.quotes}
    return html(
        '<p class="tally">{words}</p>',
        words=texts.tally.format(
            quotes=counted(len(exchange.quotes), texts.quotations), sources=counted(len(cited), texts.sources)
        ),
    )


def _abstention(exchange: Exchange, words: str, texts: Texts) -> Markup:
    show = _NOTHING
    if exchange.nearest:
        show = html(
            '<p><button type="button" class="quiet" data-show="{turn}">{label}</button></p>',
            turn=exchange.id,
            label=texts.see_nearest,
        )
    return html(
        '<div class="abstained" role="note" aria-label="{label}"><p>{words}</p>{show}</div>',
        label=texts.not_answered,
        words=words,
        show=show,
    )


def _problem(words: str, texts: Texts) -> Markup:
    return html(
        '<div class="problem" role="alert"><p><strong>{head}</strong></p><p>{words}</p></div>',
        head=texts.problem,
        words=words,
    )
