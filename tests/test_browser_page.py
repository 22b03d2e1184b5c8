"""The page around an answer, in a real Chromium: its title, its colours, its keys, what it offers where."""

from __future__ import annotations

import re
import socket
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from index.read.corpus import read_corpus
from tests.browser import FACT, REFUSED, SEVERAL, Pages, ask, in_view, ready, serving
from tests.chat_engine import OverlapEngine
from tests.conftest import CORPUS

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def box(page: Page) -> str:
    return page.locator("#question textarea").input_value()


def test_the_tab_is_named_for_the_question(pages: Pages, address: str) -> None:
    page = pages.open(address)
    expect(page).to_have_title("Footnote")
    ask(page, FACT)
    expect(page).to_have_title(f"{FACT} · Footnote")
    page.locator("#header [data-new]").click()
    expect(page).to_have_title("Footnote")


def test_light_and_dark_are_the_readers_choice_and_last(pages: Pages, address: str) -> None:
    page = pages.open(address, color_scheme="light")
    body, choice = page.locator("body"), page.get_by_role("combobox", name="Light or dark")
    light, dark = "rgb(250, 249, 246)", "rgb(23, 24, 27)"
    expect(body).to_have_css("background-color", light)
    choice.select_option("Dark")
    expect(body).to_have_css("background-color", dark)
    page.reload()
    ready(page)
    expect(body).to_have_css("background-color", dark)
    page.emulate_media(color_scheme="dark")
    choice.select_option("Light")
    expect(body).to_have_css("background-color", light)
    choice.select_option("As the system")
    expect(body).to_have_css("background-color", dark)
    page.emulate_media(color_scheme="light")
    expect(body).to_have_css("background-color", light)


def test_n_and_p_go_to_footnotes_out_of_an_empty_box_only(pages: Pages, address: str) -> None:
    page = pages.open(address)
    page.keyboard.type("pn")
    assert box(page) == "pn"  # nothing to go to yet
    turn = ask(page, SEVERAL)
    page.locator("#question textarea").focus()
    page.keyboard.press("n")
    expect(turn.locator(".mark").first).to_be_focused()
    page.keyboard.press("n")
    expect(turn.locator(".mark").nth(1)).to_be_focused()
    page.keyboard.press("p")
    expect(turn.locator(".mark").first).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("who pays, and n/p?")
    assert box(page) == "who pays, and n/p?"


def press(page: Page, key: str, code: str) -> None:
    """Press a key of another layout: Playwright's own keyboard is American."""
    pressed = "e => e.dispatchEvent(new KeyboardEvent('keydown', {KEY, bubbles: true, cancelable: true}))"
    page.evaluate(f"({pressed.replace('KEY', f'key: {key!r}, code: {code!r}')})(document.activeElement)")


@pytest.mark.parametrize("typed", [("т", "з", "."), ("n", "p", "/")])
def test_keys_work_by_their_place_on_a_layout_of_another_script(
    pages: Pages, address: str, typed: tuple[str, str, str]
) -> None:
    page = pages.open(address)
    turn = ask(page, SEVERAL)
    page.locator("#question textarea").focus()
    press(page, typed[0], "KeyN")
    expect(turn.locator(".mark").first).to_be_focused()
    press(page, typed[0], "KeyN")
    expect(turn.locator(".mark").nth(1)).to_be_focused()
    press(page, typed[1], "KeyP")
    expect(turn.locator(".mark").first).to_be_focused()
    press(page, typed[2], "Slash")
    expect(page.locator("#question textarea")).to_be_focused()


def test_a_ukrainian_question_that_begins_with_the_key_of_n_is_typed_whole(pages: Pages, address: str) -> None:
    page = pages.open(address)
    turn = ask(page, FACT)
    page.locator("#question textarea").focus()
    press(page, "т", "KeyN")
    expect(turn.locator(".mark").first).to_be_focused()
    press(page, "а", "KeyF")
    assert box(page) == "та"


def test_keys_of_another_latin_layout_go_by_what_is_printed_on_them(pages: Pages, address: str) -> None:
    page = pages.open(address)
    turn = ask(page, SEVERAL)
    turn.locator(".mark").first.focus()
    press(page, "b", "KeyN")  # Dvorak
    expect(turn.locator(".mark").first).to_be_focused()
    press(page, "n", "KeyL")
    expect(turn.locator(".mark").nth(1)).to_be_focused()


@pytest.mark.parametrize("words", ["now what happened?", "please say more", "npr reported what?"])
def test_a_question_that_begins_with_n_or_p_is_typed_whole(pages: Pages, address: str, words: str) -> None:
    page = pages.open(address)
    ask(page, FACT)
    page.locator("#question textarea").focus()
    page.keyboard.type(words)
    expect(page.locator("#question textarea")).to_be_focused()
    assert box(page) == words


def test_sources_are_compared_only_where_they_answer(pages: Pages, address: str) -> None:
    page = pages.open(address)
    offered = page.get_by_role("button", name="What does each source say?")
    ask(page, REFUSED)
    expect(offered).to_have_count(0)
    ask(page, FACT)
    expect(offered).to_have_count(1)


@pytest.mark.parametrize("size", [(1280, 640), (390, 844)])
def test_the_form_for_feedback_opens_in_view(pages: Pages, address: str, size: tuple[int, int]) -> None:
    page = pages.open(address, viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    turn = ask(page, SEVERAL)
    thumb, save = turn.locator("button[data-verdict=down]"), turn.locator(".feedback [type=submit]")
    top_of_box = page.locator("#composer").evaluate("e => e.getBoundingClientRect().top")
    for room in (60, 150, 200):  # CSS pixels between the thumb and the question box
        thumb.evaluate(
            "(e, y) => { const by = e.getBoundingClientRect().top - y; "
            "document.querySelector('#conversation').scrollTop += by; window.scrollBy(0, by); }",
            top_of_box - room,
        )
        thumb.press("Enter")
        assert in_view(page, save)
        bottom = save.evaluate("e => e.getBoundingClientRect().bottom")
        assert bottom <= top_of_box, "not below the question box"
        turn.locator("[data-feedback-cancel]").press("Enter")


def test_a_finger_meets_every_mark(pages: Pages, address: str) -> None:
    page = pages.open(address, **PHONE)
    turn = ask(page, SEVERAL)
    for mark in turn.locator(".mark").all():
        size = mark.bounding_box()
        assert size is not None
        assert size["width"] >= 24
        assert size["height"] >= 24


def test_forced_colours_keep_what_is_marked_and_which_is_the_current_one(pages: Pages, address: str) -> None:
    page = pages.open(address, forced_colors="active")
    ask(page, SEVERAL).locator(".mark").first.click()
    ground = "e => getComputedStyle(e).backgroundColor"
    current = page.locator("#evidence mark[aria-current]").first.evaluate(ground)
    other = page.locator("#evidence mark:not([aria-current])").first.evaluate(ground)
    paper = page.evaluate(f"({ground})(document.body)")
    assert len({current, other, paper}) == 3
    border = page.locator(".mark").nth(1).evaluate("e => getComputedStyle(e).borderTopStyle")
    assert border == "solid"


def test_dates_are_written_one_way(pages: Pages, address: str) -> None:
    page = pages.open(address)
    turn = ask(page, FACT)
    turn.locator(".mark").first.click()
    page.locator(".passage[aria-current] [data-open]").click()
    page.get_by_role("button", name="Conversations", exact=True).click()
    text = str(page.evaluate("document.querySelector('gradio-app').textContent"))
    assert "15 Nov 2024" in page.locator("#source-viewer .facts").inner_text()
    assert re.search(r"\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d", page.locator(".conversation-time").last.inner_text())
    assert "15 November 2024" not in text.replace(page.locator(".whole").inner_text(), "")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def test_a_restart_of_the_server_keeps_what_is_typed_and_says_what_happens(
    pages: Pages, engine: OverlapEngine, tmp_path: Path
) -> None:
    port = free_port()
    with serving(engine, tmp_path, port=port) as url:
        page = pages.open(url)
        said = ask(page, FACT).locator(".quoted").first.inner_text()
    field, trouble = page.locator("#question textarea"), page.locator(".trouble")
    field.fill(SEVERAL)
    page.keyboard.press("Enter")
    expect(trouble).to_contain_text("Footnote's server does not answer")
    expect(page.locator(".toast-wrap")).to_be_hidden()  # Gradio's own words
    expect(field).to_have_value(SEVERAL)
    with serving(engine, tmp_path, port=port):
        expect(trouble).to_contain_text("The server is back")
        expect(field).to_have_value(SEVERAL)
        expect(page.locator("article.turn .quoted").first).to_have_text(said)
        page.wait_for_timeout(2500)  # Gradio may reload the page once more
        ready(page)
        expect(field).to_have_value(SEVERAL)
        field.press("Enter")
        expect(page.locator("article.turn").nth(1).locator(".answer[aria-busy=false]")).to_be_visible()


def test_a_question_that_the_server_took_along_is_put_back(pages: Pages, tmp_path: Path) -> None:
    gate = threading.Event()
    port = free_port()
    slow = OverlapEngine(read_corpus(CORPUS), gate=gate)
    with serving(slow, tmp_path, port=port) as url:
        page = pages.open(url)
        page.locator("#question textarea").fill(FACT)
        page.keyboard.press("Enter")
        expect(page.locator(".answer[aria-busy=true] .words").first).to_be_visible()
        expect(page.locator("#question textarea")).to_have_value("")
        threading.Timer(3, gate.set).start()  # after the server has cut its streams
    expect(page.locator(".trouble")).to_contain_text("does not answer", timeout=40_000)
    with serving(slow, tmp_path, port=port):
        expect(page.locator(".trouble")).to_contain_text("Your last question was not answered")
        expect(page.locator("#question textarea")).to_have_value(FACT)


def test_what_is_typed_outlives_a_reload(pages: Pages, address: str) -> None:
    page = pages.open(address)
    page.locator("#question textarea").fill("Half a quest")
    page.reload()
    ready(page)
    expect(page.locator("#question textarea")).to_have_value("Half a quest")
    expect(page.locator(".trouble")).to_be_hidden()


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_the_first_page_shows_the_article_and_how_its_sources_stand_to_it(
    pages: Pages, address: str, engine: OverlapEngine, size: tuple[int, int]
) -> None:
    page = pages.open(address, viewport={"width": size[0], "height": size[1]})
    expect(page.get_by_text("Ukraine: A wave of desertions").filter(visible=True)).to_have_count(1)
    overview = page.locator(".overview")
    expect(overview.locator("h2")).to_have_text("28 sources on the article")
    first = overview.locator("details").first
    disputing = [s for s in engine.sources() if s.relation.value == "disputes"]
    expect(first.locator("summary")).to_have_text(f"Disputing the article {len(disputing)}")
    shown = first.locator("li:visible")
    expect(shown).to_have_count(len(disputing))
    expect(overview.locator("li")).to_have_count(28)
    expect(overview.locator("li:visible")).to_have_count(len(disputing))
    title = shown.first.get_by_role("button").inner_text()
    shown.first.get_by_role("button").click()
    expect(page.locator("#source-viewer h3")).to_have_text(title)
    page.get_by_role("button", name="Back", exact=True).click()
    expect(shown.first.get_by_role("button")).to_be_focused()
    ask(page, FACT)
    expect(overview).to_have_count(0)
    expect(page.locator("#evidence .card").first).to_be_attached()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_linked_place_opens_under_the_name_of_its_source(
    pages: Pages, address: str, engine: OverlapEngine, width: int
) -> None:
    note = engine.source("ap-2024-11-29-desertion")
    end = len(note.text)
    page = pages.open(f"{address}/?source={note.id}&span={end - 80}-{end}", viewport={"width": width, "height": 700})
    expect(page.locator("#source-viewer mark[aria-current]").first).to_be_visible()
    which = page.locator(".overlay-which")
    expect(which).to_contain_text("Our note on Associated Press, 29 Nov 2024")
    expect(which).to_contain_text(note.title)
    assert in_view(page, which.locator("strong"))
    assert in_view(page, page.locator("#source-viewer mark[aria-current]").first)


@pytest.mark.parametrize("width", [650, 1280])  # a sheet of A4 within its margins; a window
def test_paper_has_answer_evidence_and_references_and_no_controls(pages: Pages, address: str, width: int) -> None:
    page = pages.open(address, color_scheme="dark", viewport={"width": width, "height": 900})
    ask(page, FACT)
    turn = ask(page, SEVERAL)
    page.emulate_media(media="print")
    for control in ("#header", "#composer", ".actions", "[data-open]", "button"):
        expect(page.locator(f"{control}:visible")).to_have_count(0)
    expect(page.locator("article.turn .quoted:visible")).to_have_count(page.locator("article.turn .quoted").count())
    expect(page.locator("#evidence section:visible")).to_have_count(2)
    listed = turn.locator(".references li:visible")
    expect(listed).to_have_count(turn.locator(".mark").count())
    expect(listed.first).to_contain_text("World Socialist Web Site, 15 Nov 2024 (the article)")
    expect(listed.first).to_contain_text("https://www.wsws.org/")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    height = page.evaluate("document.documentElement.scrollHeight")
    assert page.locator("#evidence section").last.evaluate("e => e.getBoundingClientRect().bottom") <= height + 1
    assert page.evaluate("getComputedStyle(document.body).overflow") == "visible", (
        "what is long goes on on the next page"
    )


def test_on_a_phone_the_evidence_is_a_sheet_and_back_leads_to_the_answer(pages: Pages, address: str) -> None:
    page = pages.open(address, **PHONE, reduced_motion="reduce")
    turn = ask(page, SEVERAL)
    evidence, viewer = page.locator("#evidence"), page.locator("#source-viewer")
    expect(evidence).to_be_hidden()  # no second page below the answer
    mark = turn.locator(".mark").nth(1)
    mark.tap()
    mark.tap()
    expect(evidence).to_be_visible()
    assert in_view(page, mark), "the statement stays in sight"
    assert in_view(page, page.locator("#evidence mark[aria-current]").first)
    page.locator(".passage[aria-current] [data-open]").tap()
    expect(viewer).to_be_visible()
    page.go_back()
    expect(viewer).to_be_hidden()
    expect(turn).to_be_visible()
    assert in_view(page, mark)
    page.go_back()
    expect(evidence).to_be_hidden()
    assert in_view(page, mark)
    mark.tap()
    mark.tap()
    page.get_by_role("button", name="Back to the answer").tap()
    expect(evidence).to_be_hidden()
    expect(mark).to_be_focused()
    expect(page.locator("#question textarea")).to_be_visible()
    turn.locator("[data-compare]").tap()
    expect(page.get_by_role("table")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("table")).to_be_hidden()
    assert in_view(page, turn.locator("[data-compare]"))
    expect(page).to_have_url(re.compile(re.escape(address)))


def test_the_browsers_back_closes_what_lies_over_the_page_and_then_leaves_it(pages: Pages, address: str) -> None:
    page = pages.open(address)
    ask(page, FACT).locator(".mark").first.click()
    page.locator(".passage[aria-current] [data-open]").click()
    expect(page.locator("#source-viewer")).to_be_visible()
    page.go_back()
    expect(page.locator("#source-viewer")).to_be_hidden()
    expect(page.locator("article.turn .mark").first).to_be_visible()
    page.get_by_role("button", name="Sources", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.locator("#sources")).to_be_hidden()
    page.wait_for_timeout(100)
    page.go_back()
    expect(page).to_have_url("about:blank")
