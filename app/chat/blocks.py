"""Gradio kept to what the page needs: a bounded memory, a log that repeats nothing, no route that nobody uses."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qs

# Read when gradio is imported and when its queue is made.
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # no calls home
os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000000"  # no table of all events after each event
os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "100"  # ... and no list of the last 10,000

import gradio as gr
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.chat.session.problems import logged
from app.render.own_page import not_found_html
from app.words.languages import ENGLISH, choose
from app.words.texts import Texts

# Sessions that the server remembers, the latest ones. Gradio keeps 10,000, at 0.11 MB each. A page whose session was
# forgotten sends its conversation along with the next question.
SESSIONS = 300

# The routes of Gradio's that its page takes, by their first names; uploads, files, API pages and the rest are closed.
_API = "gradio_api"
_ROUTES = frozenset("config theme.css assets static svelte robots.txt".split()) | {""}
_API_ROUTES = frozenset("queue run cancel reset heartbeat startup-events app_id".split())


class Blocks(gr.Blocks):
    """Gradio's page. What a handler raises is said with a reference, and neither printed nor sent."""

    def get_block_name(self) -> str:
        return "blocks"

    async def process_api(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Run an event's handler. Raises gr.Error, which Gradio shows without printing it."""
        try:
            return await super().process_api(*args, **kwargs)
        except gr.Error:
            raise
        except Exception as error:  # noqa: BLE001 - the last stop before Gradio's own log: logged, and said in words
            words = ENGLISH.unexpected.format(reference=logged(error))
        raise gr.Error(words, print_exception=False)


class PageRoutes:
    """Answers 404 to whatever the page does not need of Gradio's routes: a page to a browser, else JSON."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not _needed(scope["path"]):
            await not_found(Headers(scope=scope))(scope, receive, send)
            return
        await self.app(scope, receive, send)


def not_found(headers: Headers) -> Response:
    """Answer that there is nothing here, in the browser's language if it wants a page."""
    if "text/html" not in headers.get("accept", ""):
        return JSONResponse({"detail": "Not Found"}, 404)
    return HTMLResponse(not_found_html(accepted(headers)), 404)


def accepted(headers: Headers) -> Texts:
    """Return the first language of a request's Accept-Language that there is."""
    return choose(part.partition(";")[0].strip() for part in headers.get("accept-language", "").split(","))


class Leftovers:
    """Drops what Gradio's queue keeps of a browser session once its stream has ended and nothing is running for it."""

    def __init__(self, app: ASGIApp, blocks: Blocks) -> None:
        self.app, self.blocks = app, blocks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.app(scope, receive, send)
        finally:
            if scope["type"] == "http":
                self._drop(_session(scope["path"], scope["query_string"]))

    def _drop(self, session: str) -> None:
        queue = self.blocks._queue
        events = queue.pending_event_ids_session.get(session, set())
        if session and not any(event in queue.event_ids_to_events for event in events):
            queue.pending_event_ids_session.pop(session, None)
            queue.pending_messages_per_session.pop(session, None)


def _session(path: str, query: bytes) -> str:
    """Return the session whose stream it is; '' if it is none."""
    if path == f"/{_API}/queue/data":
        return parse_qs(query.decode("latin-1")).get("session_hash", [""])[0]
    beginning, _, last = path.rpartition("/")
    return last if beginning == f"/{_API}/heartbeat" else ""


def _needed(path: str) -> bool:
    first, _, rest = path.strip("/").partition("/")
    return rest.partition("/")[0] in _API_ROUTES if first == _API else first in _ROUTES
