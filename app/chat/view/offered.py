"""Questions to ask with one click: on the first page, and beside a question that has no answer."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from app.chat.session.exchange import Exchange
from app.chat.session.suggestions import Suggestion
from app.chat.view.elements import NOTHING, button, question_list
from app.render.html import html
from app.words.texts import Texts


def suggestions_html(suggestions: Iterable[Suggestion], texts: Texts) -> Markup:
    """List the suggestions in the page's language. Where a question is asked in English, its English stands below."""
    return question_list((s.question, s.shown(texts), _asked_as(s, texts)) for s in suggestions)


def _asked_as(suggestion: Suggestion, texts: Texts) -> str:
    if suggestion.shown(texts) == suggestion.question:
        return ""
    return texts.asked_in_english.format(question=suggestion.question)


def offered_html(exchange: Exchange, texts: Texts) -> Markup:
    """Offer questions that the sources answer, and the list of the sources."""
    questions = suggestions_html(exchange.offered, texts) if exchange.offered else NOTHING
    head = texts.covered if exchange.offered else ""
    if exchange.offering:
        head, questions = texts.covered, questions + html('<p class="waiting">{words}</p>', words=texts.offering)
    return html(
        '<section class="covered" aria-label="{label}">{head}{questions}<p>{all}</p></section>',
        label=texts.covered,
        head=html("<h3>{head}</h3>", head=head) if head else NOTHING,
        questions=questions if head else NOTHING,
        all=button(texts.look_at_sources, class_="quiet", data_panel="sources"),
    )
