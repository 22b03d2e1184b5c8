"""The page in Gradio: its regions, and which event goes to which handler.

The regions are `gr.HTML` with Gradio's default template, which inserts `value` as it is; the value is always
made by `app.render.html`, which escapes. The scripts turn clicks on elements with data attributes into events
of the conversation region, and send what they know of the page, the client state, along.
"""

from __future__ import annotations

from typing import Any

from app.chat.blocks import SESSIONS, Blocks, Leftovers, PageRoutes  # before gradio, whose environment it sets

# isort: split
import gradio as gr
from fastapi import FastAPI

from app.chat.assets import BASE, SCRIPTS, STYLES
from app.chat.events import Events
from app.chat.frame import Frame
from app.chat.overlays import Overlays
from app.chat.page_head import PageHead
from app.chat.session.engine import EngineProvider
from app.chat.session.exchange import TabState
from app.chat.session.looked import looked_at
from app.chat.theme import theme
from app.chat.view.check import check_way_html
from app.chat.view.frame import composer_status_html
from app.chat.view.panels import conversations_panel_html
from app.question.check import MAX_QUESTION
from app.render.html import html, join
from app.settings import Settings
from app.words.languages import ENGLISH

AT_ONCE = 8  # answers made at the same time; more only contend for a laptop's cores
EVENTS = (
    "submit",
    "restore",
    "set_language",
    "open_source",
    "compare",
    "search",
    "check",
    "check_index",
    "feedback",
    "save",
)


def _script(name: str, function: str) -> str:
    """Write a function for Gradio to run in the browser; `scripts` is the module of this name."""
    head, _, body = function.partition(" => ")
    module = f"new URL('{BASE}/{name}', document.baseURI)"
    return f"async {head} => {{ const scripts = await import({module}); return {body}; }}"


_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_UNQUEUED: dict[str, Any] = {"queue": False, **_QUIET}
_AT_START = "(client) => [scripts.startupState()]"
# The scripts put the client state in the place of the region 'messages'.
_WITH_CLIENT: dict[str, Any] = {
    "js": _script("composer.js", "(client, ...more) => [scripts.clientState(), ...more]"),
    **_UNQUEUED,
}


def mount_chat(app: FastAPI, provider: EngineProvider, settings: Settings) -> FastAPI:
    """Mount the chat at '/' of `app`; routes that exist already keep their paths."""
    head = [html('<link rel="stylesheet" href="{base}/{name}">', base=BASE, name=n) for n in STYLES]
    head += [html('<link rel="modulepreload" href="{base}/{name}">', base=BASE, name=n) for n in SCRIPTS]
    looked = looked_at(settings.home)
    page = build(Events(provider, settings, looked), Overlays(provider, looked))
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        page,
        path="/",
        theme=theme(),
        head=str(join(head)),
        footer_links=[],
        run_history=False,
        show_error=False,
        enable_monitoring=False,
        max_file_size=1,  # byte: the page takes no files
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        app_kwargs={"openapi_url": None},
    )
    gradio_app: FastAPI = mounted.routes[-1].app  # type: ignore[attr-defined]  # of a Mount
    gradio_app.add_middleware(Leftovers, blocks=page)
    gradio_app.add_middleware(PageHead)
    gradio_app.add_middleware(PageRoutes)
    return mounted


def build(events: Events, overlays: Overlays) -> Blocks:
    """Build the page and say which event goes to which handler."""
    blocks: Blocks
    with Blocks(title=ENGLISH.title, analytics_enabled=False, fill_width=True) as blocks:
        blocks.state_session_capacity = SESSIONS
        page = _Page(events.frame)
        asking = _asking(page, events)
        page.stop.click(None, cancels=asking, **_UNQUEUED)
        blocks.load(events.load, page.messages, page.whole, js=_script("startup.js", _AT_START), **_UNQUEUED)
        _conversation_events(page, events, overlays, asking)
    return blocks


class _Page:
    """Conversation and question box, beside them the evidence or what opens over it, and two panels; what a tab keeps.

    Made in English: the browser says then which language it wants. `answers`: what an answer changes; `whole`: what the
    language does.
    """

    def __init__(self, frame: Frame) -> None:
        texts = ENGLISH
        self.tab, self.compared, self.language = gr.State(TabState()), gr.State(None), gr.State(texts.code)
        self.header = _region("header", frame.header(texts))
        with gr.Row(elem_id="columns", equal_height=False):
            with gr.Column(elem_id="main"):
                self.conversation = _region("conversation", frame.first_page(texts), events=EVENTS)
                self.notice = _region("notice", "")
                self.composer_status = _region("composer-status", str(composer_status_html(texts)))
                with gr.Row(elem_id="composer"):
                    self.engines = _region("engines", "")
                    self.question = _question_box()
                    self.ask = gr.Button(texts.ask, variant="primary", elem_id="ask", min_width=72)
                    self.stop = gr.Button(texts.stop, elem_id="stop", min_width=72)
                    self.check = _region("check-way", str(check_way_html(texts)))
            with gr.Column(elem_id="side"):
                self.evidence = _region("evidence", frame.overview(texts))
                self.source_viewer = _region("source-viewer", "")
                self.comparison = _region("comparison", "")
                self.search = _region("search", "")
                self.checked = _region("checked", "")
        self.conversations = _region("conversations", str(conversations_panel_html(texts)))
        self.sources = _region("sources", frame.sources_panel(texts))
        self.messages = _region("messages", "")
        self.answers = [self.conversation, self.evidence, self.tab, self.messages]
        around = [self.header, self.conversations, self.sources, self.composer_status]
        composer = [self.engines, self.question, self.ask, self.stop, self.check]
        self.whole = [self.language, *around, *composer, *self.answers]


def _asking(page: _Page, events: Events) -> Any:
    """Have a question answered; return what stops it."""
    asking = gr.on(
        [page.question.submit, page.ask.click, page.conversation.submit],  # only events that Gradio itself knows
        events.ask,
        inputs=[page.question, page.messages, page.tab, page.language],
        outputs=[page.conversation, page.evidence, page.tab, page.question, page.messages],
        js=_script("composer.js", "(typed, client, ...more) => [typed, scripts.askingState(), ...more]"),
        trigger_mode="once",
        concurrency_limit=AT_ONCE,
        concurrency_id="ask",
        **_QUIET,
    )
    asking.failure(events.stop, [page.messages, page.tab, page.language], page.answers, **_WITH_CLIENT)
    return asking


def _conversation_events(page: _Page, events: Events, overlays: Overlays, asking: Any) -> None:
    """Say where each event goes that the scripts trigger on the conversation; 'submit' is a question's."""
    on, tab, language = page.conversation, page.tab, page.language
    viewed = [page.sources, page.notice, page.conversation, page.evidence, tab]
    on.restore(events.restore, [page.messages, language], page.answers, cancels=asking, **_WITH_CLIENT)
    on.set_language(events.set_language, tab, page.whole, **_UNQUEUED)
    on.open_source(overlays.open_source, [tab, page.compared, language], page.source_viewer, **_UNQUEUED)
    on.compare(overlays.compare, [tab, language], [page.comparison, page.compared], **_UNQUEUED)
    on.search(overlays.search, language, page.search, **_UNQUEUED)
    on.check(overlays.check, [page.messages, language], page.checked, **_WITH_CLIENT)
    on.check_index(events.check_index, [tab, language], viewed, **_UNQUEUED)
    on.feedback(events.feedback, [tab, language], page.messages, **_UNQUEUED)
    on.save(events.save, [tab, language], page.messages, **_UNQUEUED)


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        label=ENGLISH.question,
        show_label=False,
        placeholder=ENGLISH.question_hint,
        lines=1,
        max_lines=6,
        max_length=MAX_QUESTION,
        container=False,
        autofocus=True,
        elem_id="question",
    )


def _region(name: str, value: str, events: tuple[str, ...] = ()) -> gr.HTML:
    """Make a region of the page. The scripts get its element; `events` are what it may trigger."""
    wire = ", ".join(f"'{event}'" for event in events)
    return gr.HTML(
        value,
        elem_id=name,
        apply_default_css=False,
        js_on_load=f"import(new URL('{BASE}/chat.js', document.baseURI))"
        f".then((chat) => chat.attach('{name}', element, watch, trigger, [{wire}]));",
    )
