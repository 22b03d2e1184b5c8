"""Boxes that say something in words: a failure, a notice."""

from __future__ import annotations

from markupsafe import Markup

from app.render.html import html
from app.words.texts import Texts


def problem_html(words: str, texts: Texts) -> Markup:
    """What went wrong and what to do; announced by screen readers at once."""
    return html(
        '<div class="problem" role="alert"><p><strong>{head}</strong></p><p>{words}</p></div>',
        head=texts.problem,
        words=words,
    )


def notice_html(words: str) -> Markup:
    """Something to know that is no failure."""
    return html('<p class="notice" role="note">{words}</p>', words=words)


def passing_notice(words: str, of: str, dismiss: str) -> Markup:
    """A notice that a button named `dismiss` takes away. `of`: what it is about; another one is another notice."""
    return html(
        '<p class="notice" data-of="{of}">{words} '
        '<button type="button" class="quiet" data-dismiss>{dismiss}</button></p>',
        of=of,
        words=words,
        dismiss=dismiss,
    )
