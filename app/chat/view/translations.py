"""Machine translations beside quotations: always said to be a machine's, never shown as a quotation."""

from __future__ import annotations

from markupsafe import Markup

from app.chat.session.exchange import Exchange
from app.chat.view.elements import NOTHING, notice_html
from app.render.html import html
from app.render.visible import visible
from app.words.describe import not_translated
from app.words.texts import Texts


def translation_html(exchange: Exchange, number: int, texts: Texts, *, numbered: bool = False) -> Markup:
    """Show the translation of the quotation `number`; nothing if there is none, or it is not proved any more.

    `numbered`: with its number, where several quotations stand together.
    """
    made = exchange.translations
    words = made.of(number) if made is not None and number not in exchange.changed else ""
    if made is None or not words:
        return NOTHING
    return html(
        '<p class="translation" dir="auto"><span class="translation-label">{number}{label}</span> '
        '<span lang="{language}" dir="auto">{words}</span></p>',
        number=f"{number} · " if numbered else "",
        label=texts.machine_translation.format(model=visible(made.model)),
        language=made.language,
        words=visible(words),
    )


def translating_html(exchange: Exchange, texts: Texts) -> Markup:
    """Say that translations are on their way, or why there are not all of them."""
    if exchange.translating:
        return html('<p class="waiting" role="status">{words}</p>', words=texts.translating)
    words = not_translated(exchange.translations, texts) if exchange.translations is not None else ""
    return notice_html(words) if words else NOTHING
