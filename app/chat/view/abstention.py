"""What is shown when the sources do not answer: calm words, the closest passages, and what they do cover."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from app.chat.session.exchange import Exchange
from app.chat.view.offers import Offer, offers
from app.render.html import html, join
from app.words.describe import refusal_words
from app.words.texts import Texts

_NOTHING = Markup("")


def abstention_html(exchange: Exchange, texts: Texts) -> Markup:
    """The refusal of an exchange. It has no marks: nothing in it is a statement of a source."""
    show = _NOTHING
    if exchange.nearest:
        show = html(
            '<p><button type="button" class="quiet" data-show="{turn}">{label}</button></p>',
            turn=exchange.id,
            label=texts.see_nearest,
        )
    return html(
        '<div class="abstained" role="note" aria-label="{label}"><p class="refusal">{words}</p>{show}</div>{covered}',
        label=texts.not_answered,
        words=_refusal(exchange, texts),
        show=show,
        covered=_covered(exchange, texts),
    )


def _refusal(exchange: Exchange, texts: Texts) -> str:
    """That the sources do not answer, and what the question names that none of them mentions."""
    unknown = exchange.answer.unmentioned if exchange.answer else ()
    return refusal_words(unknown, texts)


def _covered(exchange: Exchange, texts: Texts) -> Markup:
    """Questions that the sources do answer."""
    return html(
        '<section class="covered" aria-label="{head}"><h3>{head}</h3>{buttons}'
        '<p><button type="button" class="quiet" data-drawer="shelf">{all}</button></p></section>',
        head=texts.covered,
        buttons=offers_html(offers(exchange.offered, texts)),
        all=texts.look_at_sources,
    )


def offers_html(given: Sequence[Offer]) -> Markup:
    """Questions that ask themselves when they are chosen."""
    items = join(
        html(
            '<li><button type="button" data-ask="{q}" dir="auto">{words}{more}</button></li>',
            q=offer.question,
            words=offer.words,
            more=html(' <span class="offer-more">{more}</span>', more=offer.more) if offer.more else _NOTHING,
        )
        for offer in given
    )
    return html('<ul class="suggestions">{items}</ul>', items=items)
