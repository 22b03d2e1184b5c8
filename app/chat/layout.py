"""The page in Gradio: regions, events, and which answer goes where.

The regions are `gr.HTML` with Gradio's default template, which inserts `value` as it is; the value is always
made by `app.chat.markup`, which escapes. chat.js turns clicks on elements with data attributes into the
events 'ask' and 'open' of the conversation region.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

# Read when gradio is imported and when its queue is made.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # no calls home
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"  # no table of all events after each event

import gradio as gr
from fastapi import FastAPI

from app.chat.conversation import conversation_html, first_page
from app.chat.door import EngineDoor
from app.chat.evidence import evidence_html
from app.chat.exchange import Conversation
from app.chat.markup import html, join
from app.chat.reader import nearest_in_place, quote_in_place
from app.chat.suggestions import suggestions
from app.chat.talk import converse, problem_words
from app.chat.texts import ENGLISH, Texts
from app.chat.theme import theme

ASSETS = "/chat-files"  # where the server offers FILES
FILES = {"chat.css": "text/css", "reading.css": "text/css", "chat.js": "text/javascript"}
AT_ONCE = 8  # answers made at the same time; more only contend for a laptop's cores

LONGEST = 2000  # characters the box takes; the answering road refuses more, in words

_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}


def asset(name: str) -> bytes:
    """One of `FILES`."""
    return files("app.chat").joinpath(name).read_bytes()


def mount_chat(app: FastAPI, door: EngineDoor, corpus: Path, texts: Texts = ENGLISH) -> FastAPI:
    """Mount the chat at '/' of `app`; routes that exist already keep their paths."""
    styles = (n for n in FILES if n.endswith(".css"))
    head = join(html('<link rel="stylesheet" href="{base}/{name}">', base=ASSETS, name=n) for n in styles)
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        build(door, corpus, texts),
        path="/",
        theme=theme(),
        head=str(head),
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


def build(door: EngineDoor, corpus: Path, texts: Texts = ENGLISH) -> gr.Blocks:
    """The page: conversation and question box on the left, evidence or the opened source on the right."""
    page: gr.Blocks
    with gr.Blocks(title=texts.title, analytics_enabled=False, fill_width=True) as page:
        conversation = gr.State(())
        opening = _opening(door, corpus, texts)
        _region("masthead", _masthead(texts))
        clear = gr.Button(texts.clear, elem_id="clear", min_width=72)
        with gr.Row(elem_id="desk", equal_height=False):
            with gr.Column(elem_id="talk"):
                talk = _region("conversation", opening(), events=("ask", "open"))
                with gr.Row(elem_id="composer"):
                    question = gr.Textbox(
                        label=texts.question,
                        show_label=False,
                        placeholder=texts.question_hint,
                        lines=1,
                        max_lines=6,
                        max_length=LONGEST,
                        container=False,
                        autofocus=True,
                        elem_id="question",
                    )
                    ask = gr.Button(texts.ask, variant="primary", elem_id="ask", min_width=72)
            with gr.Column(elem_id="beside"):
                evidence = _region("evidence", str(evidence_html((), texts)))
                reader = _region("reader", "")

        shown = [talk, evidence, conversation]
        asker = _asker(door, texts)
        asking = [
            trigger(
                asker,
                inputs=[question, conversation],
                outputs=[*shown, question, ask],
                concurrency_limit=AT_ONCE,
                concurrency_id="ask",
                **_QUIET,
            )
            for trigger in (question.submit, ask.click, talk.ask)
        ]
        talk.open(_opener(texts), inputs=conversation, outputs=reader, queue=False, **_QUIET)
        clear.click(_clearer(opening, texts), outputs=[*shown, question, ask], cancels=asking, queue=False, **_QUIET)
        page.load(opening, outputs=talk, queue=False, **_QUIET)
    return page


def _region(name: str, value: str, events: tuple[str, ...] = ()) -> gr.HTML:
    """A region of the page. chat.js is handed its element; `events` are what it may trigger."""
    wire = ", ".join(f"'{event}'" for event in events)
    return gr.HTML(
        value,
        elem_id=name,
        apply_default_css=False,
        js_on_load=f"import(new URL('{ASSETS}/chat.js', document.baseURI))"
        f".then((chat) => chat.attach('{name}', element, watch, trigger, [{wire}]));",
    )


def _masthead(texts: Texts) -> str:
    return str(
        html(
            '<header class="masthead"><h1>{title}</h1><p>{tagline}</p></header>',
            title=texts.title,
            tagline=texts.tagline,
        )
    )


def _opening(door: EngineDoor, corpus: Path, texts: Texts) -> Callable[[], str]:
    def opening() -> str:
        """The first page as things stand now: with an index, or with words on how to make one."""
        try:
            return str(first_page(door.engine().sources(), suggestions(corpus, texts), texts=texts))
        except Exception as error:  # noqa: BLE001 - a page in any case; problem_words logs the details
            return str(first_page((), (), problem_words(error, texts), texts))

    return opening


def _asker(door: EngineDoor, texts: Texts) -> Callable[..., Iterator[tuple[Any, ...]]]:
    def ask(typed: str, conversation: Conversation, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        """Stream the conversation; a suggestion brings its question with the event."""
        given = event._data.get("question") if isinstance(event._data, dict) else None
        question = str(given if given is not None else typed).strip()
        if not question:
            yield (gr.skip(),) * 5
            return
        for grown in converse(door, conversation, question, texts):
            pending = grown[-1].pending
            yield (
                str(conversation_html(grown, texts)),
                str(evidence_html(grown, texts)),
                grown,
                "",
                gr.Button(texts.asking if pending else texts.ask, interactive=not pending),
            )

    return ask


def _opener(texts: Texts) -> Callable[..., str]:
    def open_source(conversation: Conversation, event: gr.EventData) -> Any:
        """The reader for {turn, number} or {turn, nearest}; anything that names nothing changes nothing."""
        data = event._data if isinstance(event._data, dict) else {}
        exchange = next((e for e in conversation if e.id == data.get("turn")), None)
        opened, number, nearest = (data.get(k) for k in ("opened", "number", "nearest"))
        sheet = None
        if exchange is not None and isinstance(opened, int):
            if isinstance(number, int):
                sheet = quote_in_place(exchange, number, opened, texts)
            elif isinstance(nearest, int):
                sheet = nearest_in_place(exchange, nearest, opened, texts)
        return gr.skip() if sheet is None else str(sheet)

    return open_source


def _clearer(opening: Callable[[], str], texts: Texts) -> Callable[[], tuple[Any, ...]]:
    def clear() -> tuple[Any, ...]:
        return opening(), str(evidence_html((), texts)), (), "", gr.Button(texts.ask, interactive=True)

    return clear
