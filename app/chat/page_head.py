"""What the chat's page says of itself to browsers, search engines and previews: Footnote's own words and icon.

Gradio's template names Gradio in its metadata and points to its own addresses. The page is corrected on its way out.
"""

from __future__ import annotations

import re

from markupsafe import Markup
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.render.html import html
from app.render.own_page import ICON
from app.words.languages import ENGLISH

_FOREIGN = re.compile(
    rb"""<meta\s+(?:property|name)=["'](?:og|twitter):[^>]*>\s*|<link\s+rel=["'](?:manifest|icon)["'][^>]*>\s*""",
    re.DOTALL,
)
_HEAD_ENDS = b"</head>"


class PageHead:
    """Puts Footnote's metadata in the place of Gradio's, in the head of the page at '/'."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await self.app(scope, receive, send)
            return
        start: Message | None = None
        body = bytearray()

        async def collecting(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body.extend(message.get("body", b""))
            if message.get("more_body", False) or start is None:
                return
            page = _corrected(bytes(body))
            headers = MutableHeaders(raw=list(start["headers"]))
            headers["content-length"] = str(len(page))
            await send({**start, "headers": headers.raw})
            await send({"type": "http.response.body", "body": page if scope["method"] != "HEAD" else b""})

        await self.app(scope, receive, collecting)


def _corrected(page: bytes) -> bytes:
    head, end, rest = page.partition(_HEAD_ENDS)
    return _FOREIGN.sub(b"", head) + str(_metadata()).encode() + end + rest if end else page


def _metadata() -> Markup:
    return html(
        '<meta name="application-name" content="{title}"><meta name="description" content="{about}">'
        '<meta property="og:title" content="{title}"><meta property="og:type" content="website">'
        '<meta property="og:description" content="{about}">'
        '<link rel="icon" type="image/svg+xml" href="{icon}"><title>{title}</title>',
        title=ENGLISH.title,
        about=ENGLISH.page_description,
        icon=ICON,
    )
