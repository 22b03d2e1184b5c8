"""Copying an answer: as rich text and Markdown together, or its sources as references in three styles."""

from __future__ import annotations

from datetime import UTC, datetime

from markupsafe import Markup

from app.chat.session.exchange import Exchange
from app.chat.view.elements import COPY, NEXT, button
from app.records import Answer
from app.render.citations import cite_all
from app.render.html import html, join
from app.render.markdown import answer_markdown
from app.render.rich_text import rich_text
from app.render.style import Style
from app.words.texts import Texts


def copy_buttons(turn: str, answer: Answer, texts: Texts) -> Markup:
    """Make the button that copies the answer and, if it quotes sources, the menu of styles beside it."""
    whole = button(texts.copy, COPY, data_copy=turn, data_done=texts.copied, data_failed=texts.copy_failed)
    if not answer.sources:
        return whole
    styles = join(
        button(style.words, data_copy_as=style, data_turn=turn, data_done=texts.copied, data_failed=texts.copy_failed)
        for style in Style
    )
    return html(
        '{whole}<details class="copy-menu"><summary title="{more}" aria-label="{more}">{icon}</summary>'
        '<div class="copy-styles" role="group" aria-label="{more}"><p>{more}</p>{styles}</div></details>',
        whole=whole,
        more=texts.copy_sources_as,
        icon=NEXT,
        styles=styles,
    )


def copied_texts(exchange: Exchange, answer: Answer) -> Markup:
    """Make what the buttons copy, hidden: `data-markdown`, `data-rich` and one `data-cited` a style."""
    text = answer_markdown(answer, exchange.sources.values(), looked=lambda source_id, _: exchange.seen.get(source_id))
    markdown = html('<pre class="markdown" data-markdown="{t}" hidden>{text}</pre>', t=exchange.id, text=text)
    rich = html('<template data-rich="{t}">{text}</template>', t=exchange.id, text=rich_text(text))
    if not answer.sources:
        return markdown + rich
    today = datetime.now(UTC).date()
    facts = [s.facts for s in answer.sources]
    cited = join(
        html('<pre data-cited="{t}-{s}" hidden>{text}</pre>', t=exchange.id, s=s.value, text=cite_all(facts, s, today))
        for s in Style
    )
    return markdown + rich + cited
