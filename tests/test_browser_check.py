"""Checking a statement in a browser: from beside the question box, to the sentences, their places and back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from index.read.corpus import read_corpus
from tests.browser import FACT, Pages, ask, in_view, serving
from tests.chat_engine import OverlapEngine
from tests.conftest import CORPUS

pytestmark = [pytest.mark.browser, pytest.mark.slow]
LOST = "An officer of the 72nd Brigade told AP that desertion was the only reason for the loss of Vuhledar."
HOSTILE = "<img src=x onerror=alert(1)> ${alert(2)} `3` deserted"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(OverlapEngine(read_corpus(CORPUS)), tmp_path_factory.mktemp("check")) as url:
        yield url


def check(page: Page, statement: str) -> None:
    page.locator("#checked textarea").fill(statement)
    page.keyboard.press("Enter")
    expect(page.locator("#checked form:not([aria-busy]) textarea")).to_have_value(statement)
    expect(page.locator("#checked .notice")).to_be_visible()


def test_a_statement_is_checked_and_a_sentence_opens_its_place(pages: Pages, address: str) -> None:
    page = pages.open(address)
    way = page.get_by_role("button", name="Check a statement")
    way.click()
    expect(page.locator("#checked textarea")).to_be_focused()
    check(page, LOST)
    expect(page.locator("#checked .notice")).to_contain_text("Not checked by a model")
    less = page.locator(".check-group[data-label=partly]")
    expect(less).to_contain_text("one of the main reasons")
    expect(less.locator(".reasons")).to_have_text("The source does not say “only”")
    expect(page.locator(".check-group[data-label=not-supported] li").first).to_be_visible()
    less.get_by_role("button").click()
    lit = page.locator("#source-viewer mark[aria-current]").first
    expect(lit).to_contain_text("one of the main reasons")
    assert in_view(page, lit)
    page.keyboard.press("Escape")
    expect(less).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#checked")).to_be_hidden()
    expect(way).to_be_focused()


def test_what_is_typed_is_checked_at_once_and_says_nothing_but_itself(pages: Pages, address: str) -> None:
    page = pages.open(address)
    page.locator("#question textarea").fill(HOSTILE)
    page.get_by_role("button", name="Check a statement").click()
    expect(page.locator("#checked textarea")).to_have_value(HOSTILE)
    expect(page.locator("#checked .checked")).not_to_be_empty()
    assert page.locator("#checked img").count() == 0
    assert pages.wrong == []


@pytest.mark.parametrize("width", [390, 1440])
def test_it_fits_the_page_in_ukrainian_and_only_chosen_sources_are_asked(
    pages: Pages, address: str, width: int
) -> None:
    page = pages.open(address, viewport={"width": width, "height": 844}, locale="uk-UA")
    page.get_by_role("button", name="Джерела", exact=True).click()
    page.locator("#sources [data-choose='bloomberg-2024-12-06-awol-returns']").check()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Перевірити твердження").click()
    check(page, LOST)
    expect(page.locator("#checked .notice")).to_contain_text("Модель цього не перевіряла")
    assert {who.split(",")[0] for who in page.locator(".check-who").all_inner_texts()} == {"Наша нотатка про Bloomberg"}
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    if width < 900:
        page.go_back()
        expect(page.locator("#checked")).to_be_hidden()
        expect(page.locator("#question textarea")).to_be_visible()


def test_a_question_closes_the_check(pages: Pages, address: str) -> None:
    page = pages.open(address)
    page.get_by_role("button", name="Check a statement").click()
    check(page, LOST)
    ask(page, FACT)
    expect(page.locator("#checked")).to_be_hidden()
