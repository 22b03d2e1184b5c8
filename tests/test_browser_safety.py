"""Sources are data and an index may change at any time, in a real Chromium: nothing runs, nothing breaks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.engine import Engine
from app.settings import Settings
from index.build.build import build
from index.source import Source
from tests.browser import Pages, ask, ready, serving
from tests.chat_engine import OverlapEngine, source_of
from tests.fakes import small_corpus, write_source
from tests.test_app_chat import TRICKS

pytestmark = pytest.mark.browser

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


def test_a_hostile_source_runs_nothing(pages: Pages, tmp_path: Path) -> None:
    (tmp_path / "suggestions.txt").write_text(
        "<img src=x onerror=window.__pwned=1> ${Object.assign(window,{__pwned:1})}"
    )
    with serving(OverlapEngine(hostile()), tmp_path, tmp_path) as url:
        page = pages.open(url)
        images: list[str] = []
        page.on("request", lambda r: images.append(r.url) if r.resource_type == "image" else None)
        for number in range(3):
            turn = ask(page, f"Smugglers asked {TRICKS[number]} dollars")
            turn.locator(".mark").first.hover()
            expect(page.locator(".mark-card:popover-open")).to_be_visible()
            turn.locator(".mark").first.click()
            page.locator(".passage[aria-current] [data-open]").click()
            whole = page.locator("#source-viewer .whole")
            expect(whole).to_contain_text("<script>window.__pwned=1</script>")
            expect(whole).to_contain_text(TEMPLATE)
            expect(page.locator("#source-viewer mark[aria-current]")).to_have_count(1)
            page.keyboard.press("Escape")
        turn.locator("[data-compare]").click()
        expect(page.get_by_role("table")).to_contain_text("Smugglers asked for")
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Sources", exact=True).click()
        page.locator("[data-choose]").first.check()
        expect(page.locator("#sources")).to_contain_text("<img src=y onerror=window.__pwned=1>")
        page.keyboard.press("Escape")
        expect(page.locator(".chip:visible")).to_contain_text("<img src=y")
        ask(page, f"{TEMPLATE} <img src=x onerror=window.__pwned=1>")
        page.get_by_role("button", name="Conversations", exact=True).click()
        page.reload()
        ready(page)
        expect(page.locator("article.turn")).to_have_count(4)
        assert page.evaluate("window.__pwned") is None
        ours = ":is(#header, #columns, #sources, #conversations)"
        assert page.evaluate(f"document.querySelectorAll('{ours} :is(img, script, iframe, object)').length") == 0
        assert page.locator(f"{ours} [href^='javascript']").count() == 0
        assert images == []


def test_a_rebuild_does_not_take_the_words_from_an_open_answer(pages: Pages, tmp_path: Path) -> None:
    engine = OverlapEngine([source_of("Smugglers asked for 20,000 dollars at the border.")])
    with serving(engine, tmp_path, tmp_path) as url:
        page = pages.open(url)
        before = ask(page, "Smugglers asked dollars")
        engine.switch([source_of("Smugglers asked for 35,000 dollars at the border, the mended note says.")], "g2")
        after = ask(page, "Smugglers asked dollars")
        expect(after.locator(".quoted")).to_contain_text("35,000")
        expect(page.locator("#notice")).to_contain_text("The index was updated: one source, one passage.")
        before.locator(".mark").click()
        page.locator(".passage[aria-current] [data-open]").click()
        expect(page.locator("#source-viewer mark[aria-current]")).to_have_text(
            "Smugglers asked for 20,000 dollars at the border."
        )
        page.keyboard.press("Escape")
        after.locator(".mark").click()
        page.locator(".passage[aria-current] [data-open]").click()
        expect(page.locator("#source-viewer mark[aria-current]")).to_contain_text("35,000")
        page.get_by_role("button", name="Dismiss").click()
        expect(page.locator("#notice .notice")).to_have_count(0)
        engine.switch([source_of("Nobody asked for anything.")], "g3")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # the reader comes back to the page
        expect(page.locator("#notice")).to_contain_text("The index was updated")
        engine.switch([source_of("Smugglers asked for 35,000 dollars at the border, the mended note says.")], "g2")

        page.reload()  # now only the browser knows the older words, and the index cannot prove them
        ready(page)
        old = page.locator("article.turn").first
        expect(old.locator(".words.gone")).to_contain_text("20,000")
        expect(old.locator(".notice")).to_contain_text("The source has changed since")
        expect(page.locator("article.turn").last.locator(".quoted")).to_contain_text("35,000")


@pytest.mark.slow
def test_the_index_is_rebuilt_while_the_chat_is_open(pages: Pages, built_home: Path, tmp_path: Path) -> None:
    corpus, home = small_corpus(tmp_path / "corpus"), tmp_path / "home"
    shutil.copytree(built_home / "models", home / "models")
    settings = Settings(home=home, corpus=corpus)
    build(settings.index)
    engine = Engine.open(settings)
    engine.warm()
    question = "When was the dam built?"
    with serving(engine, home, corpus) as url:
        page = pages.open(url)
        before = ask(page, question)
        expect(before.locator(".quoted").first).to_have_text("The dam was built in 1931.")
        for year in (1932, 1933):
            write_source(corpus, "dam", f"The dam was built in {year}. It holds nine thousand tonnes of water.")
            assert build(settings.index).built
            after = ask(page, question)
            expect(after.locator(".quoted").first).to_have_text(f"The dam was built in {year}.")
        expect(page.locator("#notice")).to_contain_text("The index was updated")
        expect(page.locator(f"#sources [data-generation='{engine.generation}']")).to_have_count(1)
        expect(before.locator(".quoted").first).to_have_text("The dam was built in 1931.")
        before.locator(".mark").first.click()
        expect(page.locator("#evidence section:visible mark[aria-current]")).to_have_text("The dam was built in 1931.")
        expect(page.get_by_role("alert").locator("visible=true")).to_have_count(0)
