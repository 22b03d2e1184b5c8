"""Boxes that say something in words: a failure, a notice."""

from __future__ import annotations

from markupsafe import Markup

from app.chat.markup import html
from app.chat.texts import Texts


def problem_html(words: str, texts: Texts) -> Markup:
    """What went wrong and what to do; announced by screen readers at once."""
    return html(
        '<div class="problem" role="alert"><p><strong>{head}</strong></p><p>{words}</p></div>',
        head=texts.problem,
        words=words,
    )


def notice_html(words: str, dismiss: str = "") -> Markup:
    """Something to know that is no failure; with `dismiss`, a button of that name takes it away."""
    button = (
        html(' <button type="button" class="quiet" data-dismiss>{w}</button>', w=dismiss) if dismiss else Markup("")
    )
    return html('<p class="notice" role="note">{words}{button}</p>', words=words, button=button)
