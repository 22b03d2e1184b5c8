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

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_UNQUEUED: dict[str, Any] = {"queue": False, **_QUIET}


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
    """Build the page: conversation and question box, beside them the evidence or what opens over it, two panels."""
    texts = ENGLISH  # until the browser has said which language it wants
    page: Blocks
    with Blocks(title=texts.title, analytics_enabled=False, fill_width=True) as page:
        page.state_session_capacity = SESSIONS
        tab, compared, language = gr.State(TabState()), gr.State(None), gr.State(texts.code)
        header = _region("header", events.frame.header(texts))
        with gr.Row(elem_id="columns", equal_height=False):
            with gr.Column(elem_id="main"):
                conversation = _region("conversation", events.frame.first_page(texts), events=EVENTS)
                notice = _region("notice", "")
                composer_status = _region("composer-status", str(composer_status_html(texts)))
                with gr.Row(elem_id="composer"):
                    engines = _region("engines", "")
                    question = _question_box()
                    ask = gr.Button(texts.ask, variant="primary", elem_id="ask", min_width=72)
                    stop = gr.Button(texts.stop, elem_id="stop", min_width=72)
                    check = _region("check-way", str(check_way_html(texts)))
            with gr.Column(elem_id="side"):
                evidence = _region("evidence", events.frame.overview(texts))
                source_viewer = _region("source-viewer", "")
                comparison = _region("comparison", "")
                search = _region("search", "")
                checked = _region("checked", "")
        conversations = _region("conversations", str(conversations_panel_html(texts)))
        sources = _region("sources", events.frame.sources_panel(texts))
        messages = _region("messages", "")

        shown = [conversation, evidence, tab, messages]
        frame = [header, conversations, sources, composer_status, engines, question, ask, stop, check]
        whole = [language, *frame, *shown]
        asking = gr.on(
            [question.submit, ask.click, conversation.submit],  # gr.on takes only events that Gradio itself knows
            events.ask,
            inputs=[question, messages, tab, language],
            outputs=[conversation, evidence, tab, question, messages],
            js=_script("composer.js", "(typed, client, ...more) => [typed, scripts.askingState(), ...more]"),
            trigger_mode="once",
            concurrency_limit=AT_ONCE,
            concurrency_id="ask",
            **_QUIET,
        )
        # The scripts put the client state in the place of the region 'messages'.
        client = {"js": _script("composer.js", "(client, ...more) => [scripts.clientState(), ...more]"), **_UNQUEUED}
        loading = {"js": _script("startup.js", "(client) => [scripts.startupState()]"), **_UNQUEUED}
        asking.failure(events.stop, [messages, tab, language], shown, **client)
        stop.click(None, cancels=asking, **_UNQUEUED)
        page.load(events.load, messages, whole, **loading)
        conversation.restore(events.restore, [messages, language], shown, cancels=asking, **client)
        conversation.set_language(events.set_language, tab, whole, **_UNQUEUED)
        conversation.open_source(overlays.open_source, [tab, compared, language], source_viewer, **_UNQUEUED)
        conversation.compare(overlays.compare, [tab, language], [comparison, compared], **_UNQUEUED)
        conversation.search(overlays.search, language, search, **_UNQUEUED)
        conversation.check(overlays.check, [messages, language], checked, **client)
        conversation.check_index(events.check_index, [tab, language], [sources, notice, *shown[:3]], **_UNQUEUED)
        conversation.feedback(events.feedback, [tab, language], messages, **_UNQUEUED)
        conversation.save(events.save, [tab, language], messages, **_UNQUEUED)
    return page


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


def _script(name: str, function: str) -> str:
    """Write a function for Gradio to run in the browser; `scripts` is the module of this name."""
    head, _, body = function.partition(" => ")
    module = f"new URL('{BASE}/{name}', document.baseURI)"
    return f"async {head} => {{ const scripts = await import({module}); return {body}; }}"
