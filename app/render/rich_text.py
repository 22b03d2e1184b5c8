"""Markdown that Footnote wrote, as HTML to paste into a document: the same words, for programs that take rich text."""

from __future__ import annotations

from functools import lru_cache

from markdown_it import MarkdownIt
from markupsafe import Markup

_COMMONMARK = MarkdownIt("commonmark", {"html": False})  # tags are shown, never made


@lru_cache(maxsize=512)  # a long conversation is made anew with each statement of its last answer
def rich_text(markdown: str) -> Markup:
    """Return `markdown` as HTML. What sources say in it is escaped already (`app.render.escape_markdown`)."""
    return Markup(_COMMONMARK.render(markdown))
