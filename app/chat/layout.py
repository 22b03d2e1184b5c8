"""The page in Gradio: its regions, and which event goes to which handler.

The regions are `gr.HTML` with Gradio's default template, which inserts `value` as it is; the value is always
made by `app.render.html`, which escapes. The scripts turn clicks on elements with data attributes into events
of the conversation region, and say in a ticket what they know of the page.
"""

from __future__ import annotations

import os
from typing import Any

# Read when gradio is imported and when its queue is made.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # no calls home
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"  # no table of all events after each event

import gradio as gr
from fastapi import FastAPI

from app.chat.assets import BASE, SCRIPTS, STYLES
from app.chat.events import Events
from app.chat.session.engine import EngineDoor
from app.chat.session.exchange import Desk
from app.chat.theme import theme
from app.chat.view.evidence import evidence_html
from app.chat.view.frame import above_html, masthead_html, talks_html
from app.render.html import html, join
from app.settings import Settings
from app.words.english import ENGLISH

AT_ONCE = 8  # answers made at the same time; more only contend for a laptop's cores
LONGEST = 2000  # characters the box takes; the answering road refuses more, in words
EVENTS = ("submit", "open", "compare", "restore", "speak", "look", "judge", "save")

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
_AT_ONCE: dict[str, Any] = {"queue": False, **_QUIET}


def mount_chat(app: FastAPI, door: EngineDoor, settings: Settings) -> FastAPI:
    """Mount the chat at '/' of `app`; routes that exist already keep their paths."""
    head = [html('<link rel="stylesheet" href="{base}/{name}">', base=BASE, name=n) for n in STYLES]
    head += [html('<link rel="modulepreload" href="{base}/{name}">', base=BASE, name=n) for n in SCRIPTS]
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        build(Events(door, settings)),
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
    )
    return mounted


def build(events: Events) -> gr.Blocks:
    """The page: conversation and question box on the left, evidence or an opened sheet on the right, two drawers."""
    texts = ENGLISH  # until the browser has said which language it wants
    page: gr.Blocks
    with gr.Blocks(title=texts.title, analytics_enabled=False, fill_width=True) as page:
        desk, compared, language = gr.State(Desk()), gr.State(None), gr.State(texts.code)
        masthead = _region("masthead", str(masthead_html(texts)))
        with gr.Row(elem_id="desk", equal_height=False):
            with gr.Column(elem_id="talk"):
                talk = _region("conversation", events.opening(texts), events=EVENTS)
                notice = _region("notice", "")
                above = _region("above", str(above_html(texts)))
                with gr.Row(elem_id="composer"):
                    question = _question_box()
                    ask = gr.Button(texts.ask, variant="primary", elem_id="ask", min_width=72)
                    stop = gr.Button(texts.stop, elem_id="stop", min_width=72)
            with gr.Column(elem_id="beside"):
                evidence = _region("evidence", str(evidence_html((), texts)))
                reader = _region("reader", "")
                compare = _region("compare", "")
        talks = _region("talks", str(talks_html(texts)))
        shelf = _region("shelf", events.shelf(texts))
        post = _region("post", "")

        shown = [talk, evidence, desk, post]
        whole = [language, masthead, talks, shelf, above, question, ask, stop, *shown]
        asking = gr.on(
            [question.submit, ask.click, talk.submit],  # gr.on takes only events that Gradio itself knows
            events.ask,
            inputs=[question, post, desk, language],
            outputs=[talk, evidence, desk, question, post],
            js=_script("composer.js", "(typed, post, ...more) => [typed, scripts.order(), ...more]"),
            trigger_mode="once",
            concurrency_limit=AT_ONCE,
            concurrency_id="ask",
            **_QUIET,
        )
        ticket = _script("composer.js", "(post, ...more) => [scripts.ticket(), ...more]")
        with_ticket = {"js": ticket, **_AT_ONCE}
        asking.failure(events.settle, [post, desk, language], shown, **with_ticket)
        stop.click(None, cancels=asking, **_AT_ONCE)
        talk.restore(events.restore, [post, language], shown, cancels=asking, **with_ticket)
        talk.speak(events.speak, desk, whole, **_AT_ONCE)
        talk.open(events.open, [desk, compared, language], reader, **_AT_ONCE)
        talk.compare(events.compare, [desk, language], [compare, compared], **_AT_ONCE)
        talk.look(events.look, language, [shelf, notice], **_AT_ONCE)
        talk.judge(events.judge, [desk, language], post, **_AT_ONCE)
        talk.save(events.save, [desk, language], post, **_AT_ONCE)
        page.load(events.greet, post, whole, js=_script("arrival.js", "(post) => [scripts.greet()]"), **_AT_ONCE)
    return page


def _question_box() -> gr.Textbox:
    return gr.Textbox(
        label=ENGLISH.question,
        show_label=False,
        placeholder=ENGLISH.question_hint,
        lines=1,
        max_lines=6,
        max_length=LONGEST,
        container=False,
        autofocus=True,
        elem_id="question",
    )


def _region(name: str, value: str, events: tuple[str, ...] = ()) -> gr.HTML:
    """A region of the page. The scripts are handed its element; `events` are what it may trigger."""
    wire = ", ".join(f"'{event}'" for event in events)
    return gr.HTML(
        value,
        elem_id=name,
        apply_default_css=False,
        js_on_load=f"import(new URL('{BASE}/chat.js', document.baseURI))"
        f".then((chat) => chat.attach('{name}', element, watch, trigger, [{wire}]));",
    )


def _script(name: str, function: str) -> str:
    """A function for Gradio that runs in the browser; `scripts` is the module of this name."""
    head, _, body = function.partition(" => ")
    module = f"new URL('{BASE}/{name}', document.baseURI)"
    return f"async {head} => {{ const scripts = await import({module}); return {body}; }}"
