"""The chat in a real Chromium: asking, streaming, footnotes and their passages, refusals, failures in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from index.read.corpus import read_corpus
from tests.browser import FACT, REFUSED, SEVERAL, Pages, ask, in_view, serving
from tests.chat_engine import OverlapEngine
from tests.conftest import CORPUS

pytestmark = pytest.mark.browser


def test_question_footnote_and_source_in_place(pages: Pages, address: str) -> None:
    page = pages.open(address)
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
    whole = page.locator("#source-viewer .whole")
    expect(whole).to_be_visible()
    expect(whole).to_contain_text("This article was submitted to the WSWS")
    place = page.locator("#source-viewer mark[aria-current]")
    expect(place).to_have_text(said)
    assert in_view(page, place)
    expect(page.locator("#evidence .card").first).to_be_hidden()
    page.get_by_role("button", name="Back", exact=True).click()
    expect(page.locator("#source-viewer")).to_be_hidden()
    assert in_view(page, lit)
    opener = card.get_by_role("button", name="Open the source of footnote 1")
    expect(opener).to_be_focused()
    opener.click()
    expect(whole).to_be_visible()


def test_the_answer_arrives_statement_by_statement(pages: Pages, address: str) -> None:
    page = pages.open(address)
    page.evaluate(
        """() => { window.seen = []; new MutationObserver(() => {
        const n = document.querySelectorAll('.turn .words').length, b = document.querySelector('.answer')?.ariaBusy;
        window.seen.push([n, b]); }).observe(document.querySelector('#conversation'),
        {subtree: true, childList: true, attributes: true}); }"""
    )
    turn = ask(page, SEVERAL)
    assert turn.locator(".words").count() == 3
    seen = page.evaluate("window.seen")
    assert [1, "true"] in seen, "the first statement is shown while the answer is being made"
    assert [2, "true"] in seen
    assert seen[-1] == [3, "false"]


def test_further_statements_stand_below_grouped_by_source(pages: Pages, address: str) -> None:
    page = pages.open(address)
    turn = ask(page, SEVERAL)
    groups = turn.locator(".further .said")
    expect(groups.first.locator(".speaker")).to_contain_text("our note on WSWS, 8 Oct 2024")
    expect(turn.locator(".said .relation")).to_have_count(0)  # it stands on the source, not over what it says
    expect(page.locator("#evidence .relation").first).to_be_visible()
    expect(turn.locator("> .answer > .said .speaker")).to_have_text("WSWS, 15 Nov 2024")
    expect(turn.locator("> .answer > .said strong")).to_have_count(1)


def test_refusal_looks_different_and_shows_the_closest_passages(pages: Pages, address: str) -> None:
    page = pages.open(address)
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
    expect(page.locator("#source-viewer mark[aria-current]").first).to_be_visible()


def test_a_suggestion_asks_itself(pages: Pages, address: str) -> None:
    page = pages.open(address)
    offered = page.locator(".questions button")
    assert 3 <= offered.count() <= 4
    expect(page.locator(".corpus")).to_contain_text("Ukraine: A wave of desertions")
    question = offered.first.inner_text()
    offered.first.click()
    expect(page.locator("article.turn .asked")).to_contain_text(question)
    expect(page.locator(".answer[aria-busy=false]")).to_be_visible()


@pytest.mark.parametrize("way", ["Enter", "Ask", "a suggestion"])
def test_a_new_question_does_not_wait_for_what_a_refusal_offers(pages: Pages, tmp_path: Path, way: str) -> None:
    engine = OverlapEngine(read_corpus(CORPUS))
    with serving(engine, tmp_path) as url:
        page = pages.open(url)
        ask(page, REFUSED)
        engine.near.clear()
        field = page.locator("#question textarea")
        field.fill("How many helicopters were built on the moon?")
        page.keyboard.press("Enter")
        second = page.locator("article.turn").nth(1)
        expect(second.locator(".refusal")).to_be_visible()
        expect(second.locator(".covered .waiting")).to_be_visible()
        field.press("Enter")  # nothing is typed: they are still looked for
        expect(second.locator(".covered .waiting")).to_be_visible()
        if way == "a suggestion":
            page.locator("article.turn").first.locator(".questions button").first.click()
        else:
            field.fill(FACT)
        if way == "Enter":
            field.press("Enter")
        elif way == "Ask":
            page.get_by_role("button", name="Ask", exact=True).click()
        third = page.locator("article.turn").nth(2)
        expect(third.locator(".answer[aria-busy=false] .words").first).to_be_visible()
        expect(second.locator(".refusal")).to_be_visible()
        expect(second.locator(".waiting")).to_have_count(0)
        engine.near.set()
        page.wait_for_timeout(500)  # what is found too late changes nothing
        expect(page.locator("article.turn")).to_have_count(3)
        assert len(engine.asked) == 3


def test_without_an_index_the_page_says_what_to_do(pages: Pages, tmp_path: Path) -> None:
    with serving(None, tmp_path / "nowhere") as url:
        page = pages.open(url)
        expect(page.get_by_role("alert")).to_contain_text("footnote index build")
        turn = ask(page, FACT)
        expect(turn.get_by_role("alert")).to_contain_text("footnote index build")
        expect(page.locator("#ask")).to_be_enabled()


@pytest.mark.slow
def test_real_engine_answers_and_proves_in_the_browser(pages: Pages, built_home: Path) -> None:
    with serving(None, built_home) as url:
        page = pages.open(url)
        turn = ask(page, FACT)
        turn.locator(".mark").first.click()
        lit = page.locator("#evidence mark[aria-current]")
        expect(lit).to_have_text(turn.locator(".quoted").first.inner_text())
        page.locator(".passage[aria-current] [data-open]").click()
        opened = page.locator("#source-viewer mark[aria-current]")
        expect(opened).to_have_text(turn.locator(".quoted").first.inner_text())
