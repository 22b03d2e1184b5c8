"""What the server does for each event of a conversation. Nothing here raises: what goes wrong is said in words.

What opens over the conversation is in `overlays.py`, what stands around it in `frame.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import gradio as gr

from app.chat.event import Update, data_of, exchange_of
from app.chat.frame import Frame
from app.chat.session.converse import converse
from app.chat.session.engine import EngineProvider
from app.chat.session.exchange import Conversation, TabState, settled, with_seen, without_removed
from app.chat.session.exports import export
from app.chat.session.messages import ClientState, message, read_client_state
from app.chat.session.offers import Offers
from app.chat.session.problems import attempt
from app.chat.session.stored import restored, to_keep
from app.chat.view.conversation import exchanges_html
from app.chat.view.elements import dismissable_notice
from app.chat.view.evidence import evidence_html
from app.chat.view.panels import index_counts, sources_panel_html
from app.feedback import given, record
from app.query import Query
from app.settings import Settings
from app.sources.contents import IndexContents
from app.words.languages import TEXTS, choose
from app.words.texts import Texts
from index.fetched.seen import Looked, never
from index.filters import Filters


@dataclass(frozen=True)
class Events:
    """The handlers. `language` is always the code of the page's language, `client` what its scripts say of the page."""

    provider: EngineProvider
    settings: Settings
    looked: Looked = never

    @property
    def frame(self) -> Frame:
        return Frame(self.provider, self.settings.corpus)

    def ask(
        self, typed: str, client: str, tab: TabState, language: str, event: gr.EventData
    ) -> Iterator[tuple[Update, ...]]:
        """Stream the conversation: [conversation, evidence, tab, question, messages].

        A suggestion brings its question with the event; the box's own text stays when it does.
        """
        texts, state = TEXTS[language], read_client_state(client)
        data = data_of(event)
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
            yield (*self._shown(grown, texts), now, box, gr.skip() if grown[-1].busy else to_keep(now))
            box = gr.skip()  # what is typed meanwhile stays

    def stop(self, client: str, tab: TabState, language: str) -> tuple[Update, ...]:
        """Keep what there is after a stop, with nothing pending: [conversation, evidence, tab, messages]."""
        now = TabState(tab.conversation_id, settled(tab.conversation))
        if now == tab or tab.conversation_id != read_client_state(client).conversation_id:
            return (gr.skip(),) * 4
        return (*self._shown(now.conversation, TEXTS[language]), now, to_keep(now))

    def restore(self, client: str, language: str) -> tuple[Update, ...]:
        """Show another conversation, as the browser kept it: [conversation, evidence, tab, messages]."""
        state, texts = read_client_state(client), TEXTS[language]
        return self._whole(TabState(state.conversation_id, self._restored(state, texts)), texts)

    def load(self, client: str) -> tuple[Update, ...]:
        """Fill a new page in its language: [language, frame..., conversation, evidence, tab, messages]."""
        state = read_client_state(client)
        texts = choose(state.languages)
        tab = TabState(state.conversation_id, self._restored(state, texts))
        return (texts.code, *self.frame.whole(texts), *self._whole(tab, texts))

    def set_language(self, tab: TabState, event: gr.EventData) -> tuple[Update, ...]:
        """Show the page in another language; outputs as `load`."""
        texts = choose([str(data_of(event).get("language"))])
        return (texts.code, *self.frame.whole(texts), *self._whole(tab, texts))

    def check_index(self, tab: TabState, language: str, event: gr.EventData) -> tuple[Update, ...]:
        """See whether another generation serves than the one on the page.

        [sources panel, notice, conversation, evidence, tab]; the last three only where a quoted source was removed.
        """
        texts, before = TEXTS[language], data_of(event).get("generation")
        contents, _ = attempt(lambda: self.provider.engine().contents(), texts)
        if contents is None or contents.generation == before:
            return (gr.skip(),) * 5
        words = texts.newer.format(**index_counts(contents, texts))
        notice = str(dismissable_notice(words, contents.generation, texts.dismiss)) if before else ""
        return str(sources_panel_html(contents, texts)), notice, *self._removed(tab, contents, texts)

    def feedback(self, tab: TabState, language: str, event: gr.EventData) -> Update:
        """Record a verdict on an answer in the local file; the message says so, or what went wrong."""
        data = data_of(event)
        exchange = exchange_of(tab, data)
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
        texts, data = TEXTS[language], data_of(event)
        kind, title = str(data.get("kind")), str(data.get("title", ""))
        file, problem = attempt(lambda: export(tab.conversation, kind, title, self.settings, texts, self.looked), texts)
        return message("file", **file) if file else message("file", problem=texts.save_failed.format(why=problem))

    def _restored(self, state: ClientState, texts: Texts) -> Conversation:
        engine = attempt(self.provider.engine, texts)[0] if state.records else None
        return restored(state.records or (), engine, texts, Offers(self.settings.corpus, engine).recalled)

    def _whole(self, tab: TabState, texts: Texts) -> tuple[Update, ...]:
        """Show a conversation from its beginning: [conversation, evidence, tab, messages]."""
        shown, evidence = self._shown(tab.conversation, texts)
        if not tab.conversation:
            shown, evidence = self.frame.first_page(texts), self.frame.overview(texts)
        return shown, evidence, tab, message("ready")

    def _removed(self, tab: TabState, contents: IndexContents, texts: Texts) -> tuple[Update, ...]:
        """Say of earlier answers what was removed; while one is being made, the next question does that."""
        there = {entry.id for entry in contents.entries}
        conversation = without_removed(tab.conversation, there.__contains__)
        if conversation is tab.conversation or any(e.busy for e in conversation):
            return (gr.skip(),) * 3
        return *self._shown(conversation, texts), TabState(tab.conversation_id, conversation)

    def _shown(self, conversation: Conversation, texts: Texts) -> tuple[str, str]:
        conversation = with_seen(conversation, self.looked)
        return str(exchanges_html(conversation, texts)), str(evidence_html(conversation, texts))
