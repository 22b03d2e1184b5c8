"""The conversation as HTML: each question with what came of it."""

from __future__ import annotations

from markupsafe import Markup

from app.chat.session.exchange import Conversation, Exchange
from app.chat.view.abstention import abstention_html
from app.chat.view.actions import actions_html
from app.chat.view.marks import cards_html
from app.chat.view.notices import notice_html, problem_html
from app.chat.view.statements import statements_html
from app.render.html import html, join
from app.words.describe import language_words
from app.words.english import ENGLISH
from app.words.texts import Texts

_NOTHING = Markup("")


def conversation_html(conversation: Conversation, texts: Texts = ENGLISH) -> Markup:
    """All exchanges, oldest first. Each is `<article data-turn>`; marks carry `data-mark` and `data-turn`."""
    turns = join(_turn(e, texts, last=e is conversation[-1]) for e in conversation)
    return html(
        '<div class="conversation" role="log" aria-label="{label}">{turns}</div>',
        label=texts.conversation,
        turns=turns,
    )


def _turn(exchange: Exchange, texts: Texts, *, last: bool) -> Markup:
    return html(
        '<article class="turn" id="{id}" data-turn="{id}" aria-labelledby="{id}-question">'
        '<h2 class="asked" id="{id}-question" tabindex="-1" dir="auto">'
        '<span class="for-ears">{asked} </span><span data-question="{id}">{question}</span></h2>{read}'
        '<div class="answer" aria-busy="{busy}">{body}</div>{actions}{cards}</article>',
        id=exchange.id,
        asked=texts.you_asked,
        question=exchange.question,
        read=_as_read(exchange, texts),
        busy="true" if exchange.pending else "false",
        body=_body(exchange, texts),
        actions=actions_html(exchange, texts, last=last),
        cards=cards_html(exchange, texts),
    )


def _as_read(exchange: Exchange, texts: Texts) -> Markup:
    """How the question was understood, of whom it was asked, and whether its language can be read at all."""
    lines = []
    if exchange.read_as:
        lines.append(html('<p class="read-as">{l} {q}</p>', l=texts.read_as, q=exchange.read_as))
    if exchange.asked_of:
        words = texts.counted(len(exchange.asked_of), texts.asked_of, names="; ".join(exchange.names))
        lines.append(html('<p class="asked-of">{words}</p>', words=words))
    if exchange.unreadable:
        name = language_words(exchange.unreadable, texts)
        lines.append(notice_html(texts.unreadable.format(language=name)))
    return join(lines)


def _body(exchange: Exchange, texts: Texts) -> Markup:
    if exchange.problem:
        return problem_html(exchange.problem, texts)
    if exchange.answer is not None and exchange.answer.abstained:
        return abstention_html(exchange, texts)
    after = _NOTHING
    if exchange.pending:
        after = html('<p class="waiting">{words}</p>', words=texts.reading)
    elif exchange.stopped:
        after = notice_html(texts.stopped)
    return join([statements_html(exchange, texts), after, _tally(exchange, texts)])


def _tally(exchange: Exchange, texts: Texts) -> Markup:
    if exchange.answer is None or not exchange.proved:
        return _NOTHING
    cited = {q.source_id for q in exchange.proved}
    return html(
        '<p class="tally">{words}</p>',
        words=texts.tally.format(
            quotes=texts.counted(len(exchange.proved), texts.quotations),
            sources=texts.counted(len(cited), texts.from_sources),
        ),
    )
