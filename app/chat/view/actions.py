"""What can be done with an answer: the row of buttons below it, the reason for a judgement, the text to copy."""

from __future__ import annotations

from markupsafe import Markup

from app.chat.session.exchange import Exchange
from app.chat.view.icons import AGAIN, COMPARE, COPY, DOWN, EDIT, LINK, UP
from app.feedback import MAX_REASON
from app.render.html import html, join
from app.render.markdown import answer_markdown
from app.words.texts import Texts

_NOTHING = Markup("")


def actions_html(exchange: Exchange, texts: Texts, *, last: bool) -> Markup:
    """The buttons, with the form for a reason and the text that 'copy' copies, both hidden.

    Only the `last` exchange can be asked again or edited. Nothing for one that is still being answered.
    """
    if exchange.pending:
        return _NOTHING
    whole = exchange.answer is not None and not exchange.changed
    buttons = [*(_for_answer(exchange, texts) if whole else ()), *(_for_question(exchange, texts) if last else ())]
    row = html(
        '<div class="actions" role="group" aria-label="{label}">{buttons}</div>',
        label=texts.this_answer,
        buttons=join(buttons),
    )
    return join([row, _reason(exchange, texts), _markdown(exchange)]) if whole else row


def _for_answer(exchange: Exchange, texts: Texts) -> list[Markup]:
    turn = exchange.id
    return [
        html(
            '<button type="button" data-compare="{t}" data-words="{words}" data-busy="{busy}">{icon}{words}</button>',
            t=turn, icon=COMPARE, words=texts.compare, busy=texts.comparing,
        ),
        html(
            '<button type="button" data-copy="{t}" data-done="{done}" data-failed="{failed}">{icon}{words}</button>',
            t=turn, icon=COPY, words=texts.copy, done=texts.copied, failed=texts.copy_failed,
        ),
        html(
            '<button type="button" data-link="{t}" data-alone="{alone}" data-done="{done}" data-failed="{failed}">'
            "{icon}{words}</button>",
            t=turn, alone=_alone(exchange), icon=LINK, words=texts.copy_link,
            done=texts.link_copied, failed=texts.copy_failed,
        ),
        html('<span class="thumbs">{up}{down}</span>', up=_thumb(turn, "up", texts), down=_thumb(turn, "down", texts)),
    ]  # fmt: skip


def _thumb(turn: str, verdict: str, texts: Texts) -> Markup:
    icon, words = (UP, texts.useful) if verdict == "up" else (DOWN, texts.not_useful)
    return html(
        '<button type="button" class="bare" data-judge="{verdict}" data-turn="{t}" aria-pressed="false" '
        'aria-expanded="false" aria-controls="{t}-reason" title="{words}" aria-label="{words}">{icon}</button>',
        verdict=verdict,
        t=turn,
        words=words,
        icon=icon,
    )


def _alone(exchange: Exchange) -> str:
    """The question as it stands alone: a link to 'and in January?' would ask nothing."""
    return exchange.answer.standalone_question if exchange.answer is not None else exchange.question


def _for_question(exchange: Exchange, texts: Texts) -> list[Markup]:
    return [
        html('<button type="button" data-again="{t}">{i}{words}</button>', t=exchange.id, i=AGAIN, words=texts.again),
        html('<button type="button" data-edit="{t}">{i}{words}</button>', t=exchange.id, i=EDIT, words=texts.edit),
    ]


def _reason(exchange: Exchange, texts: Texts) -> Markup:
    return html(
        '<form class="reason" id="{t}-reason" data-reason="{t}" hidden><label>{label}'
        '<textarea rows="2" maxlength="{most}" dir="auto"></textarea></label><p class="reason-hint">{hint}</p>'
        '<p class="reason-doors"><button type="submit">{send}</button> '
        '<button type="button" data-reason-cancel="{t}">{cancel}</button></p></form>'
        '<p class="judged" role="status" data-judged="{t}" data-words="{judged}"></p>',
        t=exchange.id,
        label=texts.reason,
        most=MAX_REASON,
        hint=texts.reason_hint,
        send=texts.send_reason,
        cancel=texts.cancel,
        judged=texts.feedback_saved,
    )


def _markdown(exchange: Exchange) -> Markup:
    assert exchange.answer is not None
    text = answer_markdown(exchange.answer, exchange.sources.values())
    return html('<pre class="markdown" data-markdown="{t}" hidden>{text}</pre>', t=exchange.id, text=text)
