"""The chat for everyone, in a real Chromium: keys alone, screen readers, phones, dark pages, two languages."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser import FACT, REFUSED, SEVERAL, Pages, answered, ask, in_view, ready

pytestmark = pytest.mark.browser


def violations(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands, in its rule's name and the elements concerned."""
    found = Axe().run(page).response["violations"]
    return [
        f"{v['impact']}: {v['id']}: {node['html'][:200]} {node['any'][0]['message'] if node['any'] else ''}"
        for v in found
        for node in v["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_of_any_grade(pages: Pages, address: str, scheme: str) -> None:
    page = pages.open(address, color_scheme=scheme, reduced_motion="reduce")
    found = {"first page": violations(page)}
    turn = ask(page, SEVERAL)
    turn.locator(".mark").first.focus()
    page.keyboard.press("p")
    found["answer with a card"] = violations(page)
    turn.locator(".mark").first.click()
    turn.locator("[data-verdict=down]").click()
    page.locator("#header h1").hover()
    found["passage and reason"] = violations(page)
    page.locator(".passage[aria-current] [data-open]").click()
    expect(page.locator("#source-viewer .whole")).to_be_visible()
    found["source viewer"] = violations(page)
    page.keyboard.press("Escape")
    turn.locator("[data-compare]").click()
    expect(page.get_by_role("table")).to_be_visible()
    found["table"] = violations(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Sources", exact=True).click()
    page.locator("[data-choose]").nth(1).check()
    found["sources panel"] = violations(page)
    page.get_by_role("button", name="Conversations", exact=True).click()
    found["conversations panel"] = violations(page)
    page.keyboard.press("Escape")
    ask(page, REFUSED)
    found["refusal with a chip"] = violations(page)
    page.get_by_role("button", name="Check a statement").click()
    page.locator("#checked textarea").fill("Nobody was the only one of 4,000 who deserted.")
    page.keyboard.press("Enter")
    expect(page.locator("#checked .notice, #checked .checked .calm")).to_be_visible()
    found["checked statement"] = violations(page)
    assert {where: what for where, what in found.items() if what} == {}


def test_keyboard_alone(pages: Pages, address: str) -> None:
    page = pages.open(address)
    page.locator("body").press("Tab")
    page.keyboard.press("/")
    expect(page.locator("#question textarea")).to_be_focused()
    page.keyboard.type(FACT)
    page.keyboard.press("Enter")
    answered(page.locator("article.turn"))
    for _ in range(20):
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
    expect(page.locator("#source-viewer mark[aria-current]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#source-viewer")).to_be_hidden()
    expect(page.locator("[data-open='1']")).to_be_focused()
    page.keyboard.press("Escape")
    expect(mark).to_be_focused()
    page.keyboard.press("Escape")  # the card
    for name in ("sources", "conversations"):
        button = page.locator(f"#header [data-panel={name}]")
        button.focus()
        page.keyboard.press("Enter")
        expect(button).to_have_attribute("aria-expanded", "true")
        expect(page.locator(f"#{name}-head")).to_be_focused()
        page.keyboard.press("Escape")
        expect(button).to_be_focused()
        expect(button).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("n")
    expect(page.locator(".mark").nth(1)).to_be_focused()  # from the one that was in use
    page.keyboard.press("/")
    page.keyboard.type("who n/p")
    expect(page.locator("#question textarea")).to_have_value("who n/p")


def test_a_mark_says_what_it_is_to_a_screen_reader(pages: Pages, address: str) -> None:
    page = pages.open(address)
    turn = ask(page, SEVERAL)
    mark = turn.locator(".mark").nth(1)
    expect(mark).to_have_attribute("role", "doc-noteref")
    expect(mark).to_have_accessible_name("Footnote 2, our note on WSWS, 8 Oct 2024")
    card = page.locator(f"#{mark.get_attribute('aria-describedby')}").text_content() or ""
    assert "World Socialist Web Site" in card
    assert "Our note" in card
    expect(page.get_by_role("log", name="Conversation")).to_be_visible()
    expect(turn).to_have_accessible_name(f"You asked: {SEVERAL}")
    assert page.evaluate("document.documentElement.lang") == "en"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone(pages: Pages, address: str, scheme: str) -> None:
    page = pages.open(address, viewport={"width": 390, "height": 844}, color_scheme=scheme, has_touch=True)

    def fits() -> None:
        assert page.evaluate("document.documentElement.scrollWidth") == 390

    fits()
    turn = ask(page, FACT)
    turn.locator(".mark").first.tap()
    turn.locator(".mark").first.tap()
    lit = page.locator("#evidence mark[aria-current]")
    assert in_view(page, lit)
    fits()
    page.locator(".passage[aria-current] [data-open]").tap()
    place = page.locator("#source-viewer mark[aria-current]")
    expect(place).to_be_visible()
    assert in_view(page, place)
    expect(page.locator("#question textarea")).not_to_be_focused()
    page.locator("#question textarea").evaluate("e => e.focus()")
    expect(page.locator("#question textarea")).not_to_be_focused()  # what the viewer covers cannot be reached
    fits()
    page.get_by_role("button", name="Back", exact=True).tap()
    page.locator(".number[aria-current]").tap()
    assert in_view(page, turn.locator(".mark").first)
    turn.locator("[data-compare]").tap()
    expect(page.get_by_role("table")).to_be_visible()
    fits()
    page.get_by_role("button", name="Back", exact=True).tap()
    page.get_by_role("button", name="Sources", exact=True).tap()
    page.locator("[data-choose]").nth(2).check()
    fits()
    page.get_by_role("button", name="Close").tap()
    expect(page.locator(".chip:visible")).to_have_count(1)
    fits()
    page.get_by_role("button", name="Conversations", exact=True).tap()
    page.locator("#conversations [data-new]").tap()
    expect(page.locator(".welcome")).to_be_visible()
    fits()
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(23, 24, 27)") == (scheme == "dark")


def test_ukrainian_for_a_browser_that_asks_for_it_and_a_switch_in_the_page(pages: Pages, address: str) -> None:
    page = pages.open(address, locale="uk-UA")
    expect(page.locator(".welcome h2")).to_have_text("Запитайте статтю")
    assert page.evaluate("document.documentElement.lang") == "uk"
    expect(page.locator("#question textarea")).to_have_attribute("placeholder", "Запитайте про статтю або її джерела")
    turn = ask(page, SEVERAL)
    expect(turn.locator(".speaker").nth(1)).to_contain_text("Наша нотатка про WSWS, 8 жовт. 2024", ignore_case=True)
    expect(page.locator("#evidence .relation").first).to_have_text("стаття на нього посилається")
    expect(turn.locator(".mark").nth(1)).to_have_accessible_name("Виноска 2, наша нотатка про WSWS, 8 жовт. 2024")
    expect(turn.locator(".tally")).to_have_text("3 цитати з 2 джерел")
    page.get_by_role("combobox", name="Мова").select_option("en")
    expect(turn.locator(".tally")).to_have_text("3 quotations from 2 sources")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_visible()
    turn.locator(".mark").first.click()
    expect(page.locator("#evidence mark[aria-current]")).to_be_visible()
    page.reload()
    ready(page)
    expect(turn.locator(".tally")).to_have_text("3 quotations from 2 sources")  # the choice lasts


def test_a_question_in_a_language_that_the_model_does_not_read_is_said_so(pages: Pages, address: str) -> None:
    page = pages.open(address)
    turn = ask(page, "Скільки кримінальних проваджень відкрили у жовтні 2024 року?")
    note = turn.get_by_role("note").first
    expect(note).to_contain_text("Ukrainian")
    expect(note).to_contain_text("setting “model”")
    turn = ask(page, FACT)
    expect(turn.locator(".notice")).to_have_count(0)
