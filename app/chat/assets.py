"""The chat's own style sheets and scripts: their names, and what the server hands out."""

from __future__ import annotations

from importlib.resources import files

BASE = "/chat-files"  # where the server offers them
STYLES = (
    "chat.css", "layout.css", "answer.css", "evidence.css", "overview.css", "overlays.css", "panels.css", "copy.css",
    "search.css", "check.css", "adding.css", "engine.css", "sheet.css", "contrast.css", "print.css",
)  # fmt: skip
SCRIPTS = (
    "chat.js", "page.js", "footnotes.js", "card.js", "overlays.js", "panels.js", "store.js", "conversations.js",
    "composer.js", "sources.js", "actions.js", "startup.js", "keys.js", "search.js", "check.js", "title.js", "theme.js",
    "connection.js", "sheet.js", "back.js", "engine.js", "reword.js",
    "adding.js", "requests.js",
)  # fmt: skip
ICON = "icon.svg"
FILES = dict.fromkeys(STYLES, "text/css") | dict.fromkeys(SCRIPTS, "text/javascript") | {ICON: "image/svg+xml"}


def asset(name: str) -> bytes:
    """Read one of `FILES`."""
    return files("app.chat").joinpath("static", name).read_bytes()
