"""What stands around a conversation, and in its place before there is one, as the index is now."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import gradio as gr

from app.chat.event import Update
from app.chat.session.engine import EngineProvider
from app.chat.session.problems import attempt
from app.chat.session.suggestions import first_suggestions
from app.chat.view.check import check_way_html
from app.chat.view.evidence import evidence_html
from app.chat.view.frame import composer_status_html, engines_html, first_page_html, header_html
from app.chat.view.overview import overview_html
from app.chat.view.panels import conversations_panel_html, sources_panel_html
from app.words.texts import Texts
from index.source import Kind


@dataclass(frozen=True)
class Frame:
    """Makes the parts of the page. Without an index they say in words how to make one."""

    provider: EngineProvider
    corpus: Path

    def whole(self, texts: Texts) -> tuple[Update, ...]:
        """Make what surrounds the conversation.

        [header, conversations panel, sources panel, composer status, engines, question, ask, stop, check]
        """
        return (
            self.header(texts),
            str(conversations_panel_html(texts)),
            self.sources_panel(texts),
            str(composer_status_html(texts)),
            self._engines(texts),
            gr.Textbox(label=texts.question, placeholder=self._hint(texts)),
            gr.Button(texts.ask),
            gr.Button(texts.stop),
            str(check_way_html(texts)),
        )

    def header(self, texts: Texts) -> str:
        """Make the header: what it says of the answers depends on what writes them."""
        return str(header_html(texts, bool(self._model(texts))))

    def _model(self, texts: Texts) -> str:
        """Return the name of the language model that is set up; '' without one, or without an index."""
        return attempt(lambda: self.provider.engine().model_name, texts)[0] or ""

    def _hint(self, texts: Texts) -> str:
        sources, _ = attempt(lambda: self.provider.engine().sources(), texts)
        has_article = not sources or any(s.kind is Kind.ARTICLE for s in sources)
        return texts.question_hint if has_article else texts.question_hint_sources

    def _engines(self, texts: Texts) -> str:
        """Make the choice between a language model and quotations; nothing where no model is set up."""
        return str(engines_html(self._model(texts), texts))

    def first_page(self, texts: Texts) -> str:
        """Make the first page for now: with an index, or with words on how to make one."""

        def opening() -> str:
            sources = self.provider.engine().sources()
            suggested = first_suggestions(self.corpus, sources)
            return str(first_page_html(sources, suggested, texts, with_model=bool(self._model(texts))))

        shown, problem = attempt(opening, texts)
        return shown or str(first_page_html((), (), texts, problem))

    def overview(self, texts: Texts) -> str:
        """Show what the index holds; without one, what will stand there."""
        shown, _ = attempt(lambda: str(overview_html(self.provider.engine().sources(), texts)), texts)
        return shown or str(evidence_html((), texts))

    def sources_panel(self, texts: Texts) -> str:
        """Make the sources panel from the current index."""
        contents, problem = attempt(lambda: self.provider.engine().contents(), texts)
        return str(sources_panel_html(contents, texts, problem))
