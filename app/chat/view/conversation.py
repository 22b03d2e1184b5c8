"""The conversation as HTML: each question with its answer, the refusal to answer, or the problem."""

from __future__ import annotations

from markupsafe import Markup

from app.chat.session.exchange import Conversation, Exchange
from app.chat.view.actions import actions_html
from app.chat.view.elements import NOTHING, button, notice_html, problem_html
from app.chat.view.offered import offered_html
from app.chat.view.references import references_html
from app.chat.view.statements import cards_html, statements_html
from app.question.check import MAX_QUESTION
from app.records import Answer
from app.render.html import html, join
from app.words.describe import engine_words, refusal_words, unreadable_words
from app.words.texts import Texts
from app.words.understood import read_as, showing, way_back


def exchanges_html(conversation: Conversation, texts: Texts) -> Markup:
    """Show all exchanges, oldest first. Each is `<article data-turn>`; marks carry `data-mark` and `data-turn`."""
    return html(
        '<div class="conversation" role="log" aria-label="{label}">{turns}</div>',
        label=texts.conversation,
        turns=join(_turn(e, texts, last=e is conversation[-1]) for e in conversation),
    )


def _turn(exchange: Exchange, texts: Texts, *, last: bool) -> Markup:
    return html(
        '<article class="turn" id="{id}" data-turn="{id}" aria-labelledby="{id}-question">'
        '<h2 class="asked" id="{id}-question" tabindex="-1" dir="auto">'
        '<span class="screen-reader">{asked} </span><span data-question="{id}">{question}</span></h2>{read}'
        '<div class="answer" aria-busy="{busy}"{later}>{body}</div>{actions}{references}{cards}</article>',
        id=exchange.id,
        asked=texts.you_asked,
        question=exchange.question,
        read=_as_read(exchange, texts),
        busy="true" if exchange.pending or exchange.offering else "false",
        later=Markup(" data-later") if exchange.later else NOTHING,
        body=_body(exchange, texts),
        actions=actions_html(exchange, texts, last=last),
        references=references_html(exchange, texts),
        cards=cards_html(exchange, texts),
    )


def _as_read(exchange: Exchange, texts: Texts) -> Markup:
    """Say how the question was understood, which sources were asked, and whether its language can be read at all."""
    lines = [_understood(exchange, texts)]
    if exchange.asked_of:
        words = texts.counted(len(exchange.asked_of), texts.asked_of, names="; ".join(exchange.names))
        lines.append(html('<p class="asked-of">{words}</p>', words=words))
    if exchange.language:
        lines.append(notice_html(unreadable_words(exchange.language, texts)))
    return join(lines)


def _understood(exchange: Exchange, texts: Texts) -> Markup:
    """Say what was searched for, with buttons that ask with other words, or with the same words as they were typed."""
    said = []
    other = read_as(exchange.question, exchange.understood)
    if other:
        said.append(html('{label} <span dir="auto">{question}</span>', label=texts.read_as, question=other))
    if mended := showing(exchange.understood, texts):
        said.append(html("{words}", words=mended))
    if not said:
        return html('<p class="read-as">{words}</p>', words=texts.asked_as_typed) if exchange.as_typed else NOTHING
    if not exchange.pending:
        if other:
            said[0] += html(" {b}", b=_reword_way(exchange.id, texts))
        words = way_back(exchange.question, exchange.understood, texts)
        said[-1] += html(" {b}", b=button(words, class_="quiet", data_as_typed=exchange.id, dir="auto"))
    lines = join(html('<p class="read-as" dir="auto">{words}</p>', words=w) for w in said)
    return lines + _reword_form(exchange.id, other, texts) if other and not exchange.pending else lines


def _reword_way(turn: str, texts: Texts) -> Markup:
    return button(texts.reword, class_="quiet", data_reword=turn, aria_expanded="false", aria_controls=f"{turn}-reword")


def _reword_form(turn: str, words: str, texts: Texts) -> Markup:
    """Make the form, hidden at first, that asks once more with other words for the search."""
    return html(
        '<form class="reword" id="{t}-reword" data-reworded="{t}" hidden>'
        '<textarea rows="1" maxlength="{most}" aria-label="{label}" dir="auto">{words}</textarea>'
        '<p class="reword-buttons"><button type="submit">{now}</button> {cancel}</p></form>',
        t=turn,
        most=MAX_QUESTION,
        label=texts.reword_label,
        words=words,
        now=texts.reword_now,
        cancel=button(texts.cancel, class_="quiet", data_reword_cancel=turn),
    )


def _body(exchange: Exchange, texts: Texts) -> Markup:
    if exchange.problem:
        return problem_html(exchange.problem, texts)
    if exchange.answer is not None and exchange.answer.abstained:
        return _refusal(exchange, exchange.answer, texts)
    after = NOTHING
    if exchange.pending:
        after = html('<p class="waiting">{words}</p>', words=texts.writing if exchange.writing else texts.reading)
    elif exchange.stopped:
        after = notice_html(texts.stopped)
    elif exchange.answer is not None:
        after = _rests_on(exchange, exchange.answer, texts)
    return statements_html(exchange, texts) + after


def _rests_on(exchange: Exchange, answer: Answer, texts: Texts) -> Markup:
    """Say below an answer how many quotations it rests on, and what wrote it where a language model is set up."""
    said = []
    if exchange.proved:
        quotes = texts.counted(len(exchange.proved), texts.quotations)
        sources = texts.counted(len({q.source_id for q in exchange.proved}), texts.from_sources)
        words = texts.tally.format(quotes=quotes, sources=sources)
        said.append(html('<p class="tally">{words}</p>', words=words))
    if words := engine_words(answer, exchange.with_model, exchange.quotations_only, texts):
        said.append(html('<p class="engine">{words}</p>', words=words))
    return join(said)


def _refusal(exchange: Exchange, answer: Answer, texts: Texts) -> Markup:
    """Say that the sources do not answer, and show the way to the closest passages and to other questions.

    It has no marks: nothing in it is a statement of a source.
    """
    words = refusal_words(answer.unmentioned, texts, answer.kind)
    nearest = NOTHING
    if exchange.nearest:
        nearest = html("<p>{b}</p>", b=button(texts.see_nearest, class_="quiet", data_show=exchange.id))
    return html(
        '<div class="abstained" role="note" aria-label="{label}"><p class="refusal">{words}</p>{nearest}</div>'
        "{covered}",
        label=texts.not_answered,
        words=words,
        nearest=nearest,
        covered=offered_html(exchange, texts),
    )
