"""Side by side in a real Chromium: what each source says, and asking only some of the sources."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import FACT, Pages, answered, ask, in_view
from tests.chat_engine import OverlapEngine

pytestmark = pytest.mark.browser


def test_what_each_source_says_in_a_table_by_date_with_its_place_behind_every_row(pages: Pages, address: str) -> None:
    page = pages.open(address)
    turn = ask(page, "criminal proceedings opened cases desertion")
    turn.get_by_role("button", name="What does each source say?").click()
    table = page.get_by_role("table")
    expect(table).to_be_visible()
    assert table.get_by_role("columnheader").all_inner_texts() == ["Published", "Who says it", "Quotation"]
    rows = table.locator("tbody tr")
    assert rows.count() >= 3
    expect(table.locator("tbody").get_by_role("rowheader")).to_have_count(rows.count())
    expect(rows.locator(".compared-words strong").first).to_be_visible()
    expect(page.locator("#evidence")).to_be_hidden()
    last = rows.last
    said = last.locator(".compared-words").inner_text()
    last.get_by_role("button").click()
    lit = page.locator("#source-viewer mark[aria-current]")
    expect(lit).to_be_visible()
    assert lit.inner_text().split() == said.partition("“")[2].split("”")[0].split()
    assert in_view(page, lit)
    page.keyboard.press("Escape")
    expect(table).to_be_visible()
    expect(last.get_by_role("button")).to_be_focused()
    page.keyboard.press("Escape")
    expect(table).to_be_hidden()
    expect(turn.get_by_role("button", name="What does each source say?")).to_be_focused()


def test_ticked_sources_are_chips_and_the_next_question_is_asked_of_them_alone(
    pages: Pages, address: str, engine: OverlapEngine
) -> None:
    page = pages.open(address)
    page.get_by_role("button", name="Sources", exact=True).click()
    panel = page.locator("#sources")
    expect(panel).to_contain_text("29 sources, ")
    expect(panel).to_contain_text("Index built 25 Nov 2026, 17:43 UTC with the model overlap")
    entry = panel.locator("[data-source='ap-2024-11-29-desertion']")
    for words in ("Associated Press", "29 Nov 2024", "our note", "corroborates the article", "English", "passages"):
        expect(entry).to_contain_text(words)
    panel.get_by_role("searchbox").fill("associated press")
    expect(panel.locator("[data-source]:visible")).to_have_count(1)
    entry.get_by_role("checkbox").check()
    panel.get_by_role("searchbox").fill("AP")  # also the beginning of 'April' and inside 'capture'
    expect(panel.locator("[data-source]:visible").nth(1)).to_be_visible()
    assert panel.locator("[data-source]:visible").first.get_attribute("data-source") == "ap-2024-11-29-desertion"
    panel.get_by_role("searchbox").fill("kyiv")
    assert panel.locator("[data-source]:visible .publisher").first.inner_text() == "Kyiv Independent"
    panel.get_by_role("searchbox").fill("")
    assert panel.locator("[data-source]").first.get_attribute("data-source") == "wsws-2024-11-15-desertions-avalanche"
    panel.locator("[data-choose='elpais-2024-10-21-kurakhove']").check()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page.locator(".chips-words")).to_have_text("Asking 2 sources only")
    page.get_by_role("button", name="Remove this source: El País").click()
    expect(page.locator(".chip:visible")).to_have_count(1)
    turn = ask(page, FACT)
    assert engine.filtered[-1] == {"ap-2024-11-29-desertion"}
    expect(turn.locator(".asked-of")).to_contain_text("Asked of one source only: our note on Associated Press")
    assert all("Associated Press" in s for s in turn.locator(".speaker").all_inner_texts())
    page.get_by_role("button", name="Ask all sources").click()
    expect(page.locator(".chips")).to_be_hidden()
    ask(page, FACT)
    assert engine.filtered[-1] == frozenset()
    expect(page.locator("article.turn").last.locator(".asked-of")).to_have_count(0)
    expect(page.locator("article.turn").first.locator(".asked-of")).to_be_visible()  # it remembers


def test_a_refusal_offers_near_questions_that_the_sources_answer(pages: Pages, address: str) -> None:
    page = pages.open(address)
    turn = ask(page, "How many unicorn proceedings were registered on the moon?")
    offers = turn.locator(".covered .questions button")
    expect(offers.last).to_have_text("What is the article about?")
    words = offers.first.inner_text()
    assert words == FACT
    offers.first.click()
    answered(page.locator("article.turn").nth(1))
    expect(page.locator("article.turn").nth(1).locator(".asked")).to_contain_text(words)
    page.locator("article.turn").first.get_by_role("button", name="Browse all sources").click()
    expect(page.locator("#sources")).to_be_visible()


def test_a_source_opens_from_the_panel(pages: Pages, address: str) -> None:
    page = pages.open(address)
    page.get_by_role("button", name="Sources", exact=True).click()
    page.locator("#sources [data-open-source='ap-2024-11-29-desertion']").click()
    expect(page.locator("#source-viewer h3")).to_contain_text("Desertion threatens")
    expect(page.locator("#sources")).to_be_hidden()
