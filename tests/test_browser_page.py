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
from tests.chat_engine import OverlapEngine, source_of
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
    turn.locator("[data-verdict=down]").click()
    save = turn.locator(".feedback [type=submit]")
    assert in_view(page, save)
    page.wait_for_timeout(200)
    bottom = save.evaluate("e => e.getBoundingClientRect().bottom")
    assert bottom <= page.locator("#composer").evaluate("e => e.getBoundingClientRect().top"), "not below the box"


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
