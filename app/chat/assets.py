"""The chat's own style sheets and scripts: their names, and what the server hands out."""

from __future__ import annotations

from importlib.resources import files

BASE = "/chat-files"  # where the server offers them
STYLES = (
    "chat.css", "desk.css", "answer.css", "evidence.css", "reader.css", "compare.css", "drawers.css",
)  # fmt: skip
SCRIPTS = (
    "chat.js", "page.js", "marks.js", "card.js", "sheets.js", "drawers.js", "store.js", "talks.js", "composer.js",
    "shelf.js", "actions.js", "arrival.js", "keys.js",
)  # fmt: skip
FILES = dict.fromkeys(STYLES, "text/css") | dict.fromkeys(SCRIPTS, "text/javascript")


def asset(name: str) -> bytes:
    """One of `FILES`."""
    return files("app.chat").joinpath("static", name).read_bytes()
