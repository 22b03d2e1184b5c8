"""What the server does for each event of the page. Nothing here raises: what goes wrong is said in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from app.chat.session.converse import converse
from app.chat.session.engine import EngineProvider
from app.chat.session.exchange import Conversation, Exchange, TabState, query_of, settled, without_removed
from app.chat.session.exports import export
from app.chat.session.messages import ClientState, message, read_client_state
from app.chat.session.offers import Offers
from app.chat.session.problems import attempt
from app.chat.session.search import find
from app.chat.session.stored import record_of, restored
from app.chat.session.suggestions import first_suggestions
from app.chat.view.check import Asked, check_html, check_way_html
from app.chat.view.comparison import Compared, comparison_html, comparison_problem, row_in_source
from app.chat.view.conversation import exchanges_html
from app.chat.view.elements import dismissable_notice
from app.chat.view.evidence import evidence_html
from app.chat.view.frame import composer_status_html, engines_html, first_page_html, header_html
from app.chat.view.overview import overview_html
from app.chat.view.panels import conversations_panel_html, index_counts, sources_panel_html
from app.chat.view.search import search_html
from app.chat.view.source_viewer import nearest_in_source, quote_in_source, source_link_html
from app.feedback import given, record
from app.outside import whole_characters
from app.query import Query
from app.question.check import MAX_QUESTION
from app.settings import Settings
from app.sources.contents import IndexContents
from app.words.languages import TEXTS, choose
from app.words.texts import Texts
from index.filters import Filters
from index.source import Kind

Update = Any  # a value for a component, or Gradio's word for 'as it is'


@dataclass(frozen=True)
class Events:
    """The handlers. `language` is always the code of the page's language, `client` what its scripts say of the page."""

    provider: EngineProvider
    settings: Settings

    def ask(
        self, typed: str, client: str, tab: TabState, language: str, event: gr.EventData
    ) -> Iterator[tuple[Update, ...]]:
        """Stream the conversation: [conversation, evidence, tab, question, messages].

        A suggestion brings its question with the event; the box's own text stays when it does.
        """
        texts, state = TEXTS[language], read_client_state(client)
        data = _data(event)
        given, again, as_typed = (data.get(k) for k in ("question", "typed", "as_typed"))
        searched = str(data.get("searched") or "")
        question = str(given if given is not None else typed).strip()
        if not question:
            yield (gr.skip(),) * 5
            return
        known = (tab.conversation_id, len(tab.conversation)) == (state.conversation_id, state.turns)
        if not known and state.records is None:
            # Another server, or another tab's conversation: the browser knows better.
            yield (
                *(gr.skip(),) * 4,
                message(
                    "send-records", question=question, typed=given is None, as_typed=as_typed is True, searched=searched
                ),
            )
            return
        conversation = tab.conversation if state.records is None else self._restored(state, texts)
        last = bool(conversation) and conversation[-1].id == state.replace
        box: Update = "" if given is None or again else gr.skip()
        query = Query(
            question,
            filters=Filters(sources=frozenset(state.sources)),
            as_typed=as_typed is True,
            quotations_only=state.quotations_only,
            searched=searched,
        )
        offer = Offers(self.settings.corpus).near
        for grown in converse(self.provider, conversation, query, texts, replace_last=last, offer=offer):
            now = TabState(state.conversation_id, grown)
            yield (*_shown(grown, texts), now, box, gr.skip() if grown[-1].busy else _to_keep(now))
            box = gr.skip()  # what is typed meanwhile stays

    def stop(self, client: str, tab: TabState, language: str) -> tuple[Update, ...]:
        """Keep what there is after a stop, with nothing pending: [conversation, evidence, tab, messages]."""
        now = TabState(tab.conversation_id, settled(tab.conversation))
        if now == tab or tab.conversation_id != read_client_state(client).conversation_id:
            return (gr.skip(),) * 4
        return (*_shown(now.conversation, TEXTS[language]), now, _to_keep(now))

    def restore(self, client: str, language: str) -> tuple[Update, ...]:
        """Show another conversation, as the browser kept it: [conversation, evidence, tab, messages]."""
        state, texts = read_client_state(client), TEXTS[language]
        return self._whole(TabState(state.conversation_id, self._restored(state, texts)), texts)

    def load(self, client: str) -> tuple[Update, ...]:
        """Fill a new page in its language: [language, frame..., conversation, evidence, tab, messages]."""
        state = read_client_state(client)
        texts = choose(state.languages)
        tab = TabState(state.conversation_id, self._restored(state, texts))
        return (texts.code, *self.frame(texts), *self._whole(tab, texts))

    def set_language(self, tab: TabState, event: gr.EventData) -> tuple[Update, ...]:
        """Show the page in another language; outputs as `load`."""
        texts = choose([str(_data(event).get("language"))])
        return (texts.code, *self.frame(texts), *self._whole(tab, texts))

    def _restored(self, state: ClientState, texts: Texts) -> Conversation:
        engine = attempt(self.provider.engine, texts)[0] if state.records else None
        return restored(state.records or (), engine, texts, Offers(self.settings.corpus, engine).recalled)

    def _whole(self, tab: TabState, texts: Texts) -> tuple[Update, ...]:
        """Show a conversation from its beginning: [conversation, evidence, tab, messages]."""
        shown, evidence = _shown(tab.conversation, texts)
        if not tab.conversation:
            shown, evidence = self.first_page(texts), self.overview(texts)
        return shown, evidence, tab, message("ready")

    def frame(self, texts: Texts) -> tuple[Update, ...]:
        """Make what surrounds the conversation.

        [header, conversations panel, sources panel, composer status, engines, question, ask, stop, check]
        """
        return (
            str(header_html(texts)),
            str(conversations_panel_html(texts)),
            self.sources_panel(texts),
            str(composer_status_html(texts)),
            self.engines(texts),
            gr.Textbox(label=texts.question, placeholder=self._hint(texts)),
            gr.Button(texts.ask),
            gr.Button(texts.stop),
            str(check_way_html(texts)),
        )

    def _hint(self, texts: Texts) -> str:
        sources, _ = attempt(lambda: self.provider.engine().sources(), texts)
        has_article = not sources or any(s.kind is Kind.ARTICLE for s in sources)
        return texts.question_hint if has_article else texts.question_hint_sources

    def engines(self, texts: Texts) -> str:
        """Make the choice between a language model and quotations; nothing where no model is set up."""
        model, _ = attempt(lambda: self.provider.engine().model_name, texts)
        return str(engines_html(model or "", texts))

    def first_page(self, texts: Texts) -> str:
        """Make the first page for now: with an index, or with words on how to make one."""

        def opening() -> str:
            sources = self.provider.engine().sources()
            return str(first_page_html(sources, first_suggestions(self.settings.corpus, sources), texts))

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

    def check_index(self, tab: TabState, language: str, event: gr.EventData) -> tuple[Update, ...]:
        """See whether another generation serves than the one on the page.

        [sources panel, notice, conversation, evidence, tab]; the last three only where a quoted source was removed.
        """
        texts, before = TEXTS[language], _data(event).get("generation")
        contents, _ = attempt(lambda: self.provider.engine().contents(), texts)
        if contents is None or contents.generation == before:
            return (gr.skip(),) * 5
        words = texts.newer.format(**index_counts(contents, texts))
        notice = str(dismissable_notice(words, contents.generation, texts.dismiss)) if before else ""
        return str(sources_panel_html(contents, texts)), notice, *self._removed(tab, contents, texts)

    def _removed(self, tab: TabState, contents: IndexContents, texts: Texts) -> tuple[Update, ...]:
        """Say of earlier answers what was removed; while one is being made, the next question does that."""
        there = {entry.id for entry in contents.entries}
        conversation = without_removed(tab.conversation, there.__contains__)
        if conversation is tab.conversation or any(e.busy for e in conversation):
            return (gr.skip(),) * 3
        return *_shown(conversation, texts), TabState(tab.conversation_id, conversation)

    def open_source(self, tab: TabState, compared: Compared | None, language: str, event: gr.EventData) -> Update:
        """Open the source of a footnote, a nearest passage, a row or a link; change nothing if there is none."""
        texts, data = TEXTS[language], _data(event)
        opened, number, nearest, row = (data.get(k) for k in ("opened", "number", "nearest", "row"))
        if not isinstance(opened, int):
            return gr.skip()
        if "source" in data:
            return str(source_link_html(self.provider, data, opened, texts))
        exchange = _exchange(tab, data)
        shown = None
        if isinstance(row, int) and compared is not None and compared.turn == data.get("turn"):
            shown = row_in_source(compared, row, opened, texts)
        elif exchange is not None and isinstance(number, int):
            shown = quote_in_source(exchange, number, opened, texts)
        elif exchange is not None and isinstance(nearest, int):
            shown = nearest_in_source(exchange, nearest, opened, texts)
        return gr.skip() if shown is None else str(shown)

    def compare(self, tab: TabState, language: str, event: gr.EventData) -> tuple[Update, ...]:
        """Ask what each source says on the question of an exchange: [comparison, compared]."""
        texts, data = TEXTS[language], _data(event)
        exchange, opened = _exchange(tab, data), data.get("opened")
        if exchange is None or not isinstance(opened, int):
            return gr.skip(), gr.skip()
        compared, problem = attempt(lambda: self._compared(tab, exchange), texts)
        if compared is None:
            return str(comparison_problem(problem, opened, texts)), None
        return str(comparison_html(compared, opened, texts)), compared

    def search(self, language: str, event: gr.EventData) -> Update:
        """Look for words in all sources or in one, or show the empty box; change nothing if it was not asked so."""
        texts, data = TEXTS[language], _data(event)
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
        texts, data = TEXTS[language], _data(event)
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

    def _compared(self, tab: TabState, exchange: Exchange) -> Compared:
        before = tab.conversation[: tab.conversation.index(exchange)]
        engine = self.provider.engine()
        found = engine.compare(query_of(exchange, before))
        sources = {r.source_id: engine.source(r.source_id, r.quote.source_sha256) for r in found.rows}
        return Compared(exchange.id, found, sources)

    def feedback(self, tab: TabState, language: str, event: gr.EventData) -> Update:
        """Record a verdict on an answer in the local file; the message says so, or what went wrong."""
        data = _data(event)
        exchange = _exchange(tab, data)
        if exchange is None or exchange.answer is None:
            return gr.skip()
        answer, verdict = exchange.answer, data.get("verdict")

        def kept() -> str:
            record(self.settings.home, given(answer, verdict, str(data.get("reason", ""))))
            return message("feedback", turn=exchange.id, verdict=verdict)

        said, problem = attempt(kept, TEXTS[language])
        return said or message("feedback", turn=exchange.id, problem=problem)

    def save(self, tab: TabState, language: str, event: gr.EventData) -> Update:
        """Make a file of the conversation; the message brings it, or what went wrong."""
        texts, data = TEXTS[language], _data(event)
        kind, title = str(data.get("kind")), str(data.get("title", ""))
        file, problem = attempt(lambda: export(tab.conversation, kind, title, self.settings, texts), texts)
        return message("file", **file) if file else message("file", problem=texts.save_failed.format(why=problem))


def _data(event: gr.EventData) -> dict[str, Any]:
    return event._data if isinstance(event._data, dict) else {}


def _exchange(tab: TabState, data: dict[str, Any]) -> Exchange | None:
    return next((e for e in tab.conversation if e.id == data.get("turn")), None)


def _shown(conversation: Conversation, texts: Texts) -> tuple[str, str]:
    return str(exchanges_html(conversation, texts)), str(evidence_html(conversation, texts))


def _to_keep(tab: TabState) -> str:
    """Make the message that has the browser keep the last exchange; `turns`: the ids of all that are shown."""
    last = tab.conversation[-1]
    return message(
        "exchange",
        conversation_id=tab.conversation_id,
        id=last.id,
        turns=[e.id for e in tab.conversation],
        record=record_of(last),
        generation=last.answer.index.generation if last.answer is not None else "",
    )
