"""What the browser tests share: a server in a thread, pages that fail the test for anything foreign, asking."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from app.chat.session.engine import ChatEngine
from app.server import create_app
from app.settings import Settings
from tests.conftest import CORPUS

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
expect.set_options(timeout=15_000)  # ms; a machine with other work is slow, not wrong
FACT = "How many criminal proceedings were registered in October 2024?"
SEVERAL = "How many criminal cases of desertion were opened by September 2024?"
REFUSED = "What is the favourite colour of the unicorn king?"


@contextmanager
def launched() -> Iterator[Browser]:
    """Debian's Chromium; skips the tests without one, but not where continuous integration runs."""
    path = shutil.which("chromium")
    if path is None:
        why = "no command 'chromium' on PATH; install Debian's package chromium to run the browser tests"
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=list(FLAGS))
        yield browser
        browser.close()


@contextmanager
def serving(
    engine: ChatEngine | None, home: Path, corpus: Path = CORPUS, port: int = 0, **settings: object
) -> Iterator[str]:
    """The address of a server for `engine` in a thread of this process; `settings`: further ones."""
    listener = socket.create_server(("127.0.0.1", port))
    app = create_app(Settings(home=home, corpus=corpus, **settings), engine)  # type: ignore[arg-type]
    config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive(), "the server ended while it started"
            assert time.monotonic() < deadline, "the server did not start"
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)
        app.state.adding.close()
        listener.close()


Open = Callable[..., Page]


class Pages:
    """Opens pages, each in a browser profile of its own unless `context` is given, and notes what is `wrong`:
    script errors, dialogs, requests to another host.
    """

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.wrong: list[str] = []
        self.contexts: list[BrowserContext] = []

    def open(self, url: str, *, context: BrowserContext | None = None, **options: object) -> Page:
        """The page once it is ready; `options` are those of a Playwright context."""
        page = (context or self.profile(**options)).new_page()
        home = urlsplit(url).netloc
        page.on("pageerror", lambda error: self.wrong.append(f"script error: {error}"))
        page.on("dialog", lambda dialog: (self.wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda r: self._foreign(r.url, home))
        page.on("websocket", lambda w: self._foreign(w.url, home))
        page.goto(url)
        ready(page)
        return page

    def profile(self, **options: object) -> BrowserContext:
        """A browser profile: storage and settings of its own."""
        context = self.browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})  # type: ignore[arg-type]
        self.contexts.append(context)
        return context

    def _foreign(self, url: str, home: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != home:
            self.wrong.append(f"request to another host: {url}")

    def close(self) -> None:
        for context in self.contexts:
            context.close()


def ready(page: Page) -> None:
    """Wait until the server has filled the page: from then on it answers."""
    page.locator("body.ready").wait_for(timeout=60_000)


def ask(page: Page, question: str) -> Locator:
    """Ask, wait for the whole answer, and return its turn."""
    before = page.locator("article.turn").count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator("article.turn").nth(before)
    answered(turn)
    return turn


def answered(turn: Locator) -> None:
    expect(turn.locator(".answer[aria-busy=false]")).to_be_visible(timeout=60_000)


def in_view(page: Page, inner: Locator) -> bool:
    """Whether the element's first line lies inside the window and inside each box that scrolls around it.

    What is fixed is scrolled by no box around it.
    """
    seen = """e => { const r = e.getClientRects()[0]; let top = 0, bottom = innerHeight;
        for (let p = e.parentElement; p; p = p.parentElement) {
          if (/auto|scroll/.test(getComputedStyle(p).overflowY)) {
            const b = p.getBoundingClientRect(); top = Math.max(top, b.top); bottom = Math.min(bottom, b.bottom);
          }
          if (getComputedStyle(p).position === "fixed") break; }
        return r.top >= top && r.bottom <= bottom; }"""
    for _ in range(20):  # scrolling is smooth
        page.wait_for_timeout(75)
        if inner.evaluate(seen):
            return True
    return False
