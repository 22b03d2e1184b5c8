"""What can be done with an answer: the row of buttons below it, the form for feedback, the text to copy."""

from __future__ import annotations

from markupsafe import Markup

from app.chat.session.exchange import Exchange
from app.chat.view.copy_menu import copied_texts, copy_buttons
from app.chat.view.elements import AGAIN, COMPARE, DOWN, EDIT, LINK, NOTHING, UP, button
from app.feedback import MAX_REASON
from app.records import Answer
from app.render.html import html, join
from app.words.texts import Texts


def actions_html(exchange: Exchange, texts: Texts, *, last: bool) -> Markup:
    """Make the buttons, with the form for a reason and the text that 'copy' copies, both hidden.

    Only the `last` exchange can be asked again or edited. Nothing for one that is still being answered.
    """
    if exchange.pending or exchange.offering:
        return NOTHING
    answer = exchange.answer if not exchange.changed else None
    buttons = [_compare(exchange.id, texts)] if exchange.comparable else []
    buttons += _for_answer(exchange, answer, texts) if answer else []
    if last:
        searched = {"data_searched": exchange.searched} if exchange.searched else {}
        buttons.append(button(texts.again, AGAIN, data_again=exchange.id, **_typed(exchange), **searched))
        buttons.append(button(texts.edit, EDIT, data_edit=exchange.id))
    row = html(
        '<div class="actions" role="group" aria-label="{label}">{buttons}</div>',
        label=texts.this_answer,
        buttons=join(buttons),
    )
    if answer is None:
        return row
    return row + _feedback_form(exchange.id, texts) + copied_texts(exchange, answer)


def _typed(exchange: Exchange) -> dict[str, object]:
    """Return the attribute that has a question asked word for word, if it was."""
    return {"data_word_for_word": True} if exchange.as_typed else {}


def _compare(turn: str, texts: Texts) -> Markup:
    return button(texts.compare, COMPARE, data_compare=turn, data_words=texts.compare, data_busy=texts.comparing)


def _for_answer(exchange: Exchange, answer: Answer, texts: Texts) -> list[Markup]:
    turn = exchange.id
    thumbs = [_thumb(turn, "up", UP, texts.useful), _thumb(turn, "down", DOWN, texts.not_useful)]
    return [
        copy_buttons(turn, answer, texts),
        button(
            texts.copy_link,
            LINK,
            data_link=turn,
            # The question as it stands alone: a link to 'and in January?' would ask nothing.
            data_alone=answer.standalone_question,
            **_typed(exchange),
            data_done=texts.link_copied,
            data_failed=texts.copy_failed,
        ),
        html('<span class="thumbs">{thumbs}</span>', thumbs=join(thumbs)),
    ]


def _thumb(turn: str, verdict: str, icon: Markup, words: str) -> Markup:
    return button(
        icon,
        class_="bare",
        data_verdict=verdict,
        data_turn=turn,
        aria_pressed="false",
        aria_expanded="false",
        aria_controls=f"{turn}-feedback",
        title=words,
        aria_label=words,
    )


def _feedback_form(turn: str, texts: Texts) -> Markup:
    return html(
        '<form class="feedback" id="{t}-feedback" data-feedback="{t}" hidden><label>{label}'
        '<textarea rows="2" maxlength="{most}" dir="auto"></textarea></label><p class="feedback-hint">{hint}</p>'
        '<p class="feedback-buttons"><button type="submit">{send}</button> {cancel}</p></form>'
        '<p class="feedback-saved" role="status" data-feedback-saved="{t}" data-words="{saved}"></p>',
        t=turn,
        label=texts.reason,
        most=MAX_REASON,
        hint=texts.reason_hint,
        send=texts.send_reason,
        cancel=button(texts.cancel, data_feedback_cancel=turn),
        saved=texts.feedback_saved,
    )
