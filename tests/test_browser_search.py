"""Searching the sources in a browser: from the header, in an opened source, and back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from index.read.corpus import read_corpus
from tests.browser import FACT, Pages, ask, in_view, serving
from tests.chat_engine import OverlapEngine
from tests.conftest import CORPUS

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(OverlapEngine(read_corpus(CORPUS)), tmp_path_factory.mktemp("search")) as url:
        yield url


def search(page: Page, words: str) -> None:
    page.locator("#search input").fill(words)
    page.keyboard.press("Enter")
    expect(page.locator("#search input")).to_have_value(words)
    expect(page.locator("#search .calm")).to_be_visible()


def test_all_sources_are_searched_and_a_result_opens_its_place(pages: Pages, address: str) -> None:
    page = pages.open(address)
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator("#search input")).to_be_focused()
    search(page, "Vuhledar brigade")
    first = page.locator(".found li").first
    expect(first.locator("mark").first).to_be_visible()
    words = first.locator("mark").first.inner_text()
    first.get_by_role("button").click()
    lit = page.locator("#source-viewer mark[aria-current]").first
    expect(lit).to_be_visible()
    assert in_view(page, lit)
    assert words in page.locator("#source-viewer .whole").inner_text()
    page.keyboard.press("Escape")
    expect(first).to_be_visible()  # back at the results
    page.keyboard.press("Escape")
    expect(page.locator("#search")).to_be_hidden()
    expect(page.get_by_role("button", name="Search", exact=True)).to_be_focused()


def test_an_opened_source_is_searched_alone_and_then_all_of_them(pages: Pages, address: str) -> None:
    page = pages.open(address)
    page.get_by_role("button", name="Sources", exact=True).click()
    page.locator("#sources [data-open-source='ap-2024-11-29-desertion']").click()
    page.locator("#source-viewer input[type=search]").fill("desertion")
    page.keyboard.press("Enter")
    expect(page.locator("#search h2")).to_contain_text("Search in “Desertion threatens")
    assert set(page.locator(".found .publisher").all_inner_texts()) == {"Associated Press"}
    page.get_by_role("button", name="Search all sources").click()
    expect(page.locator("#search h2")).to_have_text("Search the text of the sources")
    expect(page.locator("#search input")).to_have_value("desertion")
    assert len(set(page.locator(".found .publisher").all_inner_texts())) > 3


@pytest.mark.parametrize("language", ["en", "uk"])
@pytest.mark.parametrize("width", [360, 390])
def test_on_a_phone_the_search_is_one_tap_away(pages: Pages, address: str, width: int, language: str) -> None:
    page = pages.open(address, viewport={"width": width, "height": 844}, locale=language)
    button = page.locator("#header [data-search-open]")
    expect(button).to_have_accessible_name({"en": "Search", "uk": "Пошук"}[language])
    size = button.bounding_box()
    assert size
    assert min(size["width"], size["height"]) >= 24
    assert size["x"] + size["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    button.click()
    expect(page.locator("#search input")).to_be_focused()
    search(page, "Vuhledar")
    expect(page.locator(".found li").first).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_a_question_closes_the_search_and_the_page_stays_in_its_width(pages: Pages, address: str, width: int) -> None:
    page = pages.open(address, viewport={"width": width, "height": 844})
    ask(page, FACT)
    page.get_by_role("button", name="Sources", exact=True).click()
    page.locator("#sources").get_by_role("button", name="Search the text of the sources").click()
    search(page, "criminal proceedings")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if width > 900:
        ask(page, FACT)
        expect(page.locator("#search")).to_be_hidden()
    else:
        page.locator(".found li button").first.click()
        expect(page.locator("#source-viewer mark[aria-current]").first).to_be_visible()
        page.go_back()  # the browser's own Back: to the results, then to the answer
        expect(page.locator(".found li").first).to_be_visible()
        page.go_back()
        expect(page.locator("#search")).to_be_hidden()
        expect(page.locator("#question textarea")).to_be_visible()
