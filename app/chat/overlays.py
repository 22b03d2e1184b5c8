"""What opens over the conversation or beside it: a source, a comparison, a search, a check of a statement.

Nothing here raises: what goes wrong is said in words.
"""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr

from app.chat.event import Update, data_of, exchange_of
from app.chat.session.engine import EngineProvider
from app.chat.session.exchange import Exchange, TabState, query_of, with_seen
from app.chat.session.messages import read_client_state
from app.chat.session.problems import attempt
from app.chat.session.search import find
from app.chat.view.check import Asked, check_html
from app.chat.view.comparison import Compared, comparison_html, comparison_problem, row_in_source
from app.chat.view.search import search_html
from app.chat.view.source_viewer import nearest_in_source, quote_in_source, source_link_html
from app.outside import whole_characters
from app.question.check import MAX_QUESTION
from app.words.languages import TEXTS
from index.fetched.seen import Looked, never
from index.filters import Filters


@dataclass(frozen=True)
class Overlays:
    """The handlers. `language` is always the code of the page's language. `opened`: which opening this is, as the
    scripts count them.
    """

    provider: EngineProvider
    looked: Looked = never

    def open_source(self, tab: TabState, compared: Compared | None, language: str, event: gr.EventData) -> Update:
        """Open the source of a footnote, a nearest passage, a row or a link; change nothing if there is none."""
        texts, data = TEXTS[language], data_of(event)
        opened, number, nearest, row = (data.get(k) for k in ("opened", "number", "nearest", "row"))
        if not isinstance(opened, int):
            return gr.skip()
        if "source" in data:
            return str(source_link_html(self.provider, data, opened, texts, self.looked))
        exchange, shown = exchange_of(tab, data), None
        exchange = with_seen((exchange,), self.looked)[0] if exchange else None
        if isinstance(row, int) and compared is not None and compared.turn == data.get("turn"):
            shown = row_in_source(compared, row, opened, texts, self.looked)
        elif exchange is not None and isinstance(number, int):
            shown = quote_in_source(exchange, number, opened, texts)
        elif exchange is not None and isinstance(nearest, int):
            shown = nearest_in_source(exchange, nearest, opened, texts)
        return gr.skip() if shown is None else str(shown)

    def compare(self, tab: TabState, language: str, event: gr.EventData) -> tuple[Update, ...]:
        """Ask what each source says on the question of an exchange: [comparison, compared]."""
        texts, data = TEXTS[language], data_of(event)
        exchange, opened = exchange_of(tab, data), data.get("opened")
        if exchange is None or not isinstance(opened, int):
            return gr.skip(), gr.skip()
        compared, problem = attempt(lambda: self._compared(tab, exchange), texts)
        if compared is None:
            return str(comparison_problem(problem, opened, texts)), None
        return str(comparison_html(compared, opened, texts)), compared

    def _compared(self, tab: TabState, exchange: Exchange) -> Compared:
        before = tab.conversation[: tab.conversation.index(exchange)]
        engine = self.provider.engine()
        found = engine.compare(query_of(exchange, before))
        sources = {r.source_id: engine.source(r.source_id, r.quote.source_sha256) for r in found.rows}
        return Compared(exchange.id, found, sources)

    def search(self, language: str, event: gr.EventData) -> Update:
        """Look for words in all sources or in one, or show the empty box; change nothing if it was not asked so."""
        texts, data = TEXTS[language], data_of(event)
        query, within, opened = data.get("query"), data.get("within"), data.get("opened")
        if not isinstance(query, str) or not isinstance(within, str) or not isinstance(opened, int):
            return gr.skip()
        query = whole_characters(query).strip()[:MAX_QUESTION]

        def found() -> str:
            engine = self.provider.engine()
            source = engine.source(within) if within else None
            return str(search_html(query, find(engine, query, within) if query else (), source, opened, texts))

        shown, problem = attempt(found, texts)
        return shown or str(search_html(query, (), None, opened, texts, problem))

    def check(self, client: str, language: str, event: gr.EventData) -> Update:
        """Hold a statement against the chosen sources, or show the empty box; nothing if it was not asked so."""
        texts, data = TEXTS[language], data_of(event)
        claim, opened = data.get("claim"), data.get("opened")
        if not isinstance(claim, str) or not isinstance(opened, int):
            return gr.skip()
        asked = Asked(whole_characters(claim).strip()[:MAX_QUESTION], opened)
        if not asked.claim:
            return str(check_html(asked, None, texts))
        chosen = read_client_state(client).sources

        def found() -> str:
            engine = self.provider.engine()
            there = frozenset(s.id for s in engine.sources() if s.id in chosen)
            return str(check_html(asked, engine.check(asked.claim, Filters(sources=there)), texts))

        shown, problem = attempt(found, texts)
        return shown or str(check_html(asked, None, texts, problem))
