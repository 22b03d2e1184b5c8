"""How soon the chat can be used, and how soon an answer begins, in a real Chromium beside a warm server.

Both are seconds as the reader has them: from the opening of the address until the page takes a question, and from
the Enter key until the first word of the answer stands on the page. Browser, server and the machine's other work
share its cores.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page

from app.engine import Engine
from app.settings import Settings
from tests.browser import launched, serving

# Resolves to the milliseconds from Enter to the first word, both by the page's own clock.
_FIRST_WORD = """() => new Promise((done) => {
  let pressed = 0;
  const before = document.querySelectorAll('.turn .words').length;
  document.addEventListener('keydown', (e) => { if (e.key === 'Enter') pressed = performance.now(); },
    { capture: true, once: true });
  new MutationObserver((_, observer) => {
    if (document.querySelectorAll('.turn .words').length <= before) return;
    observer.disconnect();
    done(performance.now() - pressed);
  }).observe(document.querySelector('#conversation'), { subtree: true, childList: true });
})"""

_PAINTED = "performance.getEntriesByName('first-contentful-paint')[0].startTime"


def measure(home: Path, corpus: Path, questions: Sequence[str], runs: int) -> dict[str, float]:
    """Medians in seconds, after one page that is not counted: 'paint', 'interactive', 'first_word' over `questions`.

    'paint' is the browser's first contentful paint (W3C, Paint Timing).
    """
    engine = Engine.open(Settings(home=home, corpus=corpus))
    engine.warm()
    paint, interactive, first_word = [], [], []
    with serving(engine, home, corpus) as url, launched() as browser:
        for run in range(runs + 1):
            page = browser.new_page()
            page.goto(url, wait_until="commit")
            page.locator("body.ready").wait_for()
            opened = page.evaluate("performance.now()") / 1000
            painted = page.evaluate(_PAINTED) / 1000
            # One question mark more makes a new question of it: an old one's readings would come from memory.
            said = [first_word_seconds(page, q + "?" * run) for q in questions]
            page.close()
            if run:
                paint.append(painted)
                interactive.append(opened)
                first_word += said
    medians = (statistics.median(m) for m in (paint, interactive, first_word))
    return dict(zip(("paint", "interactive", "first_word"), medians, strict=True))


def first_word_seconds(page: Page, question: str) -> float:
    """Seconds from Enter to the first word of the answer to `question`."""
    page.locator("#question textarea").fill(question)
    page.evaluate(f"() => {{ window.firstWord = ({_FIRST_WORD})(); }}")
    page.keyboard.press("Enter")
    seconds = float(page.evaluate("window.firstWord")) / 1000
    page.locator(".answer[aria-busy=true]").wait_for(state="detached")
    return seconds
