"""The chat in a real Chromium: asking, footnotes, the source in place, refusals, keys, phones, hostile text."""

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
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from app.chat.door import ChatEngine
from app.server import create_app
from app.settings import Settings
from index.passage import Source
from index.reader import read_corpus
from tests.chat_engine import OverlapEngine, source_of
from tests.conftest import CORPUS
from tests.test_app_chat import TRICKS

pytestmark = pytest.mark.browser

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
FACT = "How many criminal proceedings were registered in October 2024?"
REFUSED = "What is the favourite colour of the unicorn king?"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
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
def serving(engine: ChatEngine | None, home: Path, corpus: Path = CORPUS) -> Iterator[str]:
    """The address of a server for `engine` in a thread of this process."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = create_app(Settings(home=home, corpus=corpus), engine)
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
        listener.close()


@pytest.fixture(scope="module")
def engine() -> OverlapEngine:
    return OverlapEngine(read_corpus(CORPUS), pause=0.15)


@pytest.fixture(scope="module")
def address(engine: OverlapEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(engine, tmp_path_factory.mktemp("home")) as url:
        yield url


Open = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Open]:
    """Opens pages, and fails the test for a script error, a dialog or a request to another host."""
    wrong: list[str] = []
    contexts = []

    def open_(url: str, **options: object) -> Page:
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        home = urlsplit(url).netloc
        page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
        page.on("dialog", lambda dialog: (wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("request", lambda r: _note_foreign(wrong, r.url, home))
        page.on("websocket", lambda w: _note_foreign(wrong, w.url, home))
        page.goto(url)
        expect(page.locator(".suggestions button, .welcome .problem").first).to_be_visible(timeout=20_000)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


def _note_foreign(wrong: list[str], url: str, home: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"data", "blob"} and parts.netloc != home:
        wrong.append(f"request to another host: {url}")


def ask(page: Page, question: str) -> Locator:
    """Ask, wait for the whole answer, and return its turn."""
    before = page.locator("article.turn").count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    turn = page.locator("article.turn").nth(before)
    expect(turn.locator(".answer[aria-busy=false]")).to_be_visible(timeout=20_000)
    return turn


def in_view(page: Page, inner: Locator) -> bool:
    """Whether the element's first line lies inside the window and inside each box that scrolls around it."""
    page.wait_for_timeout(600)  # scrolling is smooth
    return bool(
        inner.evaluate(
            """e => { const r = e.getClientRects()[0]; let top = 0, bottom = innerHeight;
            for (let p = e.parentElement; p; p = p.parentElement) {
              if (/auto|scroll/.test(getComputedStyle(p).overflowY)) {
                const b = p.getBoundingClientRect(); top = Math.max(top, b.top); bottom = Math.min(bottom, b.bottom);
              } }
            return r.top >= top && r.bottom <= bottom; }"""
        )
    )


def test_question_footnote_and_source_in_place(open_page: Open, address: str) -> None:
    page = open_page(address)
    turn = ask(page, FACT)
    said = turn.locator(".quoted").first.inner_text()
    mark = turn.locator(".mark").first
    expect(mark).to_have_text("1")
    mark.click()
    expect(mark).to_have_attribute("aria-current", "true")
    lit = page.locator("#evidence mark[aria-current]")
    expect(lit).to_have_text(said)
    assert in_view(page, lit)
    card = page.locator("#evidence .card").filter(has=page.locator("mark[aria-current]"))
    for words in ("World Socialist Web Site", "15 Nov 2024", "The article", "wsws-2024-11-15"):
        expect(card).to_contain_text(words, ignore_case=True)
    link = card.locator("footer a")
    expect(link).to_have_attribute("href", "https://www.wsws.org/en/articles/2024/11/15/voyh-n15.html")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")

    card.get_by_role("button", name="Open the source of footnote 1").click()
    whole = page.locator("#reader .whole")
    expect(whole).to_be_visible()
    expect(whole).to_contain_text("This article was submitted to the WSWS")
    place = page.locator("#reader mark[aria-current]")
    expect(place).to_have_text(said)
    assert in_view(page, place)
    expect(page.locator("#evidence .card").first).to_be_hidden()
    page.get_by_role("button", name="Back to the evidence").click()
    expect(page.locator("#reader")).to_be_hidden()
    assert in_view(page, lit)
    opener = card.get_by_role("button", name="Open the source of footnote 1")
    expect(opener).to_be_focused()
    opener.click()
    expect(whole).to_be_visible()


def test_other_quotations_of_the_answer_are_marked_lightly_in_the_source(open_page: Open, address: str) -> None:
    page = open_page(address)
    turn = ask(page, "How many criminal cases of desertion were opened by September 2024?")
    turn.locator(".mark").first.click()
    page.locator(".passage[aria-current] [data-open]").click()
    expect(page.locator("#reader mark[aria-current]")).to_have_count(1)
    expect(page.locator("#reader mark:not([aria-current])")).to_have_count(1)


def test_the_answer_arrives_statement_by_statement(open_page: Open, address: str) -> None:
    page = open_page(address)
    page.evaluate(
        """() => { window.seen = []; new MutationObserver(() => {
        const n = document.querySelectorAll('.turn .words').length, b = document.querySelector('.answer')?.ariaBusy;
        window.seen.push([n, b]); }).observe(document.querySelector('#conversation'),
        {subtree: true, childList: true, attributes: true}); }"""
    )
    turn = ask(page, "How many criminal cases of desertion were opened by September 2024?")
    assert turn.locator(".words").count() == 3
    seen = page.evaluate("window.seen")
    assert [1, "true"] in seen, "the first statement is shown while the answer is being made"
    assert [2, "true"] in seen
    assert seen[-1] == [3, "false"]


def test_further_statements_stand_below_grouped_by_source(open_page: Open, address: str) -> None:
    page = open_page(address)
    turn = ask(page, "How many criminal cases of desertion were opened by September 2024?")
    groups = turn.locator(".further .said")
    expect(groups.first.locator(".speaker")).to_contain_text("our note on WSWS, 8 Oct 2024")
    expect(groups.first.locator(".relation")).to_have_text("cited by the article")
    expect(turn.locator("> .answer > .said .speaker")).to_have_text("WSWS, 15 Nov 2024")
    expect(turn.locator("> .answer > .said strong")).to_have_count(1)


def test_refusal_looks_different_and_shows_the_closest_passages(open_page: Open, address: str) -> None:
    page = open_page(address)
    ask(page, FACT)
    turn = ask(page, REFUSED)
    expect(turn.locator(".abstained")).to_contain_text("The sources do not answer this.")
    expect(turn.locator(".mark")).to_have_count(0)
    shown = page.locator("#evidence section:visible")
    expect(shown).to_have_count(1)
    expect(shown.get_by_role("heading", name="Closest passages, not an answer")).to_be_visible()
    expect(shown.locator("mark")).to_have_count(0)
    page.locator("article.turn .mark").first.click()
    expect(page.locator("#evidence section:visible mark[aria-current]")).to_be_visible()
    turn.get_by_role("button", name="See the closest passages").click()
    expect(shown.locator("h2")).to_have_text("Closest passages, not an answer")
    shown.locator("[data-open-nearest]").first.click()
    expect(page.locator("#reader mark[aria-current]").first).to_be_visible()


def test_a_suggestion_asks_itself(open_page: Open, address: str) -> None:
    page = open_page(address)
    offered = page.locator(".suggestions button")
    assert 3 <= offered.count() <= 4
    question = offered.first.inner_text()
    offered.first.click()
    expect(page.locator("article.turn .asked")).to_contain_text(question)
    expect(page.locator(".answer[aria-busy=false]")).to_be_visible()


def test_keyboard_alone(open_page: Open, address: str) -> None:
    page = open_page(address)
    for _ in range(12):
        if page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            break
        page.keyboard.press("Tab")
    page.keyboard.type(FACT)
    page.keyboard.press("Enter")
    expect(page.locator(".answer[aria-busy=false]")).to_be_visible(timeout=20_000)
    for _ in range(8):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.dataset.mark") == "1":
            break
    mark = page.get_by_role("link", name="Footnote 1, WSWS, 15 Nov 2024")
    expect(mark).to_be_focused()
    outline = mark.evaluate("e => getComputedStyle(e).outlineStyle")
    assert outline == "solid", "focus is visible"
    page.keyboard.press("Enter")
    expect(page.locator("#evidence .passage[aria-current]")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.locator("[data-open='1']")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#reader mark[aria-current]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#reader")).to_be_hidden()
    expect(page.locator("[data-open='1']")).to_be_focused()
    page.keyboard.press("Escape")
    expect(mark).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone(open_page: Open, address: str, scheme: str) -> None:
    page = open_page(address, viewport={"width": 390, "height": 844}, color_scheme=scheme, has_touch=True)
    width = "document.documentElement.scrollWidth"
    assert page.evaluate(width) == 390
    turn = ask(page, FACT)
    turn.locator(".mark").first.tap()
    lit = page.locator("#evidence mark[aria-current]")
    assert in_view(page, lit)
    assert page.evaluate(width) == 390
    page.locator(".passage[aria-current] [data-open]").tap()
    place = page.locator("#reader mark[aria-current]")
    expect(place).to_be_visible()
    assert in_view(page, place)
    assert page.evaluate(width) == 390
    page.get_by_role("button", name="Back to the evidence").tap()
    page.locator(".number[aria-current]").tap()
    assert in_view(page, turn.locator(".mark").first)
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(23, 24, 27)") == (scheme == "dark")


def test_two_tabs_do_not_share_a_conversation_and_a_follow_up_has_its_own(
    open_page: Open, address: str, engine: OverlapEngine
) -> None:
    one, two = open_page(address), open_page(address)
    ask(one, FACT)
    expect(two.locator("article.turn")).to_have_count(0)
    ask(two, REFUSED)
    ask(one, "and in January 2024?")
    question, history = engine.asked[-1]
    assert question == "and in January 2024?"
    assert [t.text for t in history if t.role == "user"] == [FACT]
    expect(one.locator(".read-as")).to_contain_text(FACT)
    expect(two.locator("article.turn")).to_have_count(1)


def test_reload_and_new_conversation_begin_afresh(open_page: Open, address: str, engine: OverlapEngine) -> None:
    page = open_page(address)
    ask(page, FACT)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".suggestions button").first).to_be_visible()
    expect(page.locator("article.turn")).to_have_count(0)
    ask(page, FACT)
    assert engine.asked[-1][1] == ()
    page.reload()
    expect(page.locator(".suggestions button").first).to_be_visible(timeout=20_000)
    ask(page, FACT)
    assert engine.asked[-1][1] == ()


TEMPLATE = "${Object.assign(window,{__pwned:1})}"  # runs where Gradio evaluates a template that holds it


def hostile() -> list[Source]:
    run = "window.__pwned=1"
    own = (f"<img src=x onerror={run}>", f"<script>{run}</script>", f"{TEMPLATE} `{TEMPLATE}` {{{{{run}}}}}")
    tricks = (*TRICKS, *own)
    body = "\n\n".join(f"Smugglers asked for {n} dollars {trick} at once." for n, trick in enumerate(tricks))
    title = f"<img src=y onerror={run}>{TEMPLATE}"
    return [
        source_of(body, "hostile", title=title, publisher=title, author=title, url="javascript:window.__pwned=1"),
        source_of(body, "other", title=title, via=("javascript:window.__pwned=1", "https://example.org/<b>")),
    ]


def test_a_hostile_source_runs_nothing(open_page: Open, tmp_path: Path) -> None:
    (tmp_path / "suggestions.txt").write_text(
        "<img src=x onerror=window.__pwned=1> ${Object.assign(window,{__pwned:1})}"
    )
    with serving(OverlapEngine(hostile()), tmp_path, tmp_path) as url:
        page = open_page(url)
        images: list[str] = []
        page.on("request", lambda r: images.append(r.url) if r.resource_type == "image" else None)
        for number in range(4):
            turn = ask(page, f"Smugglers asked {TRICKS[number]} dollars")
            turn.locator(".mark").first.click()
            page.locator(".passage[aria-current] [data-open]").click()
            expect(page.locator("#reader .whole")).to_be_visible()
            expect(page.locator("#reader .whole")).to_contain_text("<script>window.__pwned=1</script>")
            expect(page.locator("#reader .whole")).to_contain_text(TEMPLATE)
            expect(page.locator("#reader mark[aria-current]")).to_have_count(1)
            page.keyboard.press("Escape")
        ask(page, f"{TEMPLATE} <img src=x onerror=window.__pwned=1>")
        assert page.evaluate("window.__pwned") is None
        ours = "#conversation, #evidence, #reader"
        assert page.evaluate(f"document.querySelectorAll(':is({ours}) :is(img, script, svg, iframe)').length") == 0
        assert page.locator(f":is({ours}) [href^='javascript']").count() == 0
        assert images == []


def test_a_rebuild_does_not_take_the_words_from_an_open_answer(open_page: Open, tmp_path: Path) -> None:
    engine = OverlapEngine([source_of("Smugglers asked for 20,000 dollars at the border.")])
    with serving(engine, tmp_path, tmp_path) as url:
        page = open_page(url)
        before = ask(page, "Smugglers asked dollars")
        engine.switch([source_of("Smugglers asked for 35,000 dollars at the border, the mended note says.")], "g2")
        after = ask(page, "Smugglers asked dollars")
        expect(after.locator(".quoted")).to_contain_text("35,000")
        before.locator(".mark").click()
        page.locator(".passage[aria-current] [data-open]").click()
        expect(page.locator("#reader mark[aria-current]")).to_have_text(
            "Smugglers asked for 20,000 dollars at the border."
        )
        page.keyboard.press("Escape")
        after.locator(".mark").click()
        page.locator(".passage[aria-current] [data-open]").click()
        expect(page.locator("#reader mark[aria-current]")).to_contain_text("35,000")


def test_without_an_index_the_page_says_what_to_do(open_page: Open, tmp_path: Path) -> None:
    with serving(None, tmp_path / "nowhere") as url:
        page = open_page(url)
        expect(page.get_by_role("alert")).to_contain_text("footnote index build")
        turn = ask(page, FACT)
        expect(turn.get_by_role("alert")).to_contain_text("footnote index build")
        expect(page.locator("#ask")).to_be_enabled()


@pytest.mark.slow
def test_real_engine_answers_and_proves_in_the_browser(open_page: Open, built_home: Path) -> None:
    with serving(None, built_home) as url:
        page = open_page(url)
        turn = ask(page, FACT)
        turn.locator(".mark").first.click()
        lit = page.locator("#evidence mark[aria-current]")
        expect(lit).to_have_text(turn.locator(".quoted").first.inner_text())
        page.locator(".passage[aria-current] [data-open]").click()
        expect(page.locator("#reader mark[aria-current]")).to_have_text(turn.locator(".quoted").first.inner_text())
