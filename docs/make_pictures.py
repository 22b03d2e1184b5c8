"""Makes the pictures of the README from the running chat: `make pictures`.

Serves the present index and asks questions of the corpus' suggestions in Chromium: the first (a fact), the second
(a disagreement), and one that is meant to be refused. Writes chat.png, source.png, compare.png, refusal.png,
dark.png and phone.png here.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright

from app.chat.session.suggestions import corpus_suggestions
from app.server import create_app
from app.settings import Settings, load_settings

HERE = Path(__file__).resolve().parent
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
WIDE, PHONE = (1440, 900), (390, 844)
REFUSED = "What is the salary of a private in the Ukrainian army?"
SETTLED = 900  # ms; scrolling is smooth


@contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """The chat on a free port, as long as the block runs."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise SystemExit("the server did not start; see above")
        time.sleep(0.05)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(timeout=20)


def opened(browser: Browser, url: str, size: tuple[int, int], scheme: str = "light") -> Page:
    """The chat's first page in a window of `size` (CSS pixels)."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(url)
    page.locator("body.ready").wait_for()
    return page


def ask(page: Page, question: str) -> None:
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(".answer[aria-busy=false]").last.wait_for()


def save(page: Page, name: str) -> None:
    page.wait_for_timeout(SETTLED)
    page.screenshot(path=HERE / f"{name}.png")
    print(f"docs/{name}.png")


def pictures(browser: Browser, url: str, question: str, disputed: str, refused: str) -> None:
    """All six pictures."""
    page = opened(browser, url, WIDE)
    ask(page, question)
    page.locator(".mark").first.click()
    page.locator(".mark").nth(1).hover()
    page.locator(".mark-card:popover-open").wait_for()
    save(page, "chat")
    page.locator(".mark").first.click()
    page.locator(".passage[aria-current] [data-open]").click()
    page.locator("#source-viewer mark[aria-current]").first.wait_for()
    save(page, "source")

    page = opened(browser, url, WIDE)
    ask(page, disputed)
    page.locator("[data-compare]").click()
    page.locator("table.compared").wait_for()
    save(page, "compare")

    page = opened(browser, url, WIDE)
    ask(page, refused)
    if not page.locator(".abstained").count():
        raise SystemExit(f"this question was answered, so it cannot show a refusal: {refused}")
    save(page, "refusal")

    page = opened(browser, url, WIDE, "dark")
    ask(page, question)
    page.locator(".mark").first.click()
    save(page, "dark")

    page = opened(browser, url, PHONE)
    ask(page, question)
    save(page, "phone")


def main() -> None:
    settings = load_settings()
    offered = [s.question for s in corpus_suggestions(settings.corpus)]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--question", default=offered[0], help="asked for all pictures but the refusal")
    parser.add_argument("--disputed", default=offered[1], help="asked for the picture of what each source says")
    parser.add_argument("--refused", default=REFUSED, help="a question that the sources do not answer")
    args = parser.parse_args()
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("no command 'chromium' on PATH; install Debian's package chromium")
    with serving(settings) as url, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        pictures(browser, url, args.question, args.disputed, args.refused)
        browser.close()


if __name__ == "__main__":
    main()
