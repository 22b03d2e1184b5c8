"""The box in which words to look for in the sources are typed."""

from __future__ import annotations

from markupsafe import Markup

from app.chat.view.elements import SEARCH
from app.question.check import MAX_QUESTION
from app.render.html import html
from app.words.texts import Texts


def search_box(texts: Texts, query: str = "", within: str = "") -> Markup:
    """Make the box; `within`: the id of the only source to search."""
    label = texts.search_here if within else texts.search_sources
    return html(
        '<form class="search-box" role="search" data-search="{within}"><input type="search" value="{query}" '
        'maxlength="{most}" placeholder="{label}" aria-label="{label}" autocomplete="off" dir="auto">'
        '<button type="submit">{icon}{words}</button></form>',
        within=within,
        query=query,
        most=MAX_QUESTION,
        label=label,
        icon=SEARCH,
        words=texts.search,
    )
