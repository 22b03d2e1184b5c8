"""A note beside its original in a browser: its name, what the original does with it, and when its page was seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from app.engine import Engine
from app.words.describe import date_words
from app.words.languages import TEXTS
from tests.browser import Pages, ask, serving
from tests.local_web import Answer
from tests.shipyard import FORTY, Shipyard
from tests.test_app_notes import put
from tests.test_browser_access import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
QUESTION = "How many ships did the yard build before the war?"


@pytest.fixture
def served(shipyard: Shipyard) -> Iterator[str]:
    """The address of a chat with a note that says fifty where its original says forty."""
    put(shipyard)
    engine = Engine.open(shipyard.settings.model_copy(update={"reader": "small"}))
    with serving(engine, shipyard.settings.home, shipyard.settings.corpus) as url:
        yield url
    engine.close()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_note_says_where_its_original_says_otherwise_and_opens_it_there(
    pages: Pages, served: str, width: int
) -> None:
    page = pages.open(served, viewport={"width": width, "height": 900})
    turn = ask(page, QUESTION)
    note = turn.locator(".said", has_text="fifty ships")
    expect(note.locator(".speaker")).to_have_text("our summary of Example Press, 21 Oct 2024")
    beside = note.locator(".of-original")
    expect(beside).to_contain_text(f"The original says otherwise: “{FORTY}”")
    expect(turn.locator(".of-original")).to_have_count(1)
    assert violations(page) == []
    beside.get_by_role("button", name="Open the original here").click()
    expect(page.locator("#source-viewer mark[aria-current]")).to_have_text(FORTY)


def test_an_opened_note_leads_to_its_original(pages: Pages, served: str) -> None:
    page = pages.open(f"{served}?source=note")
    viewer = page.locator("#source-viewer")
    expect(viewer.locator(".notice")).to_contain_text("These are the words of our summary, not of the original.")
    viewer.get_by_role("button", name="Open the original here").click()
    expect(viewer.locator("code")).to_have_text("note-original")


def test_the_live_link_says_when_its_page_was_seen(pages: Pages, served: str, shipyard: Shipyard) -> None:
    page, now = pages.open(served), datetime.now(UTC).date().isoformat()
    turn = ask(page, QUESTION)
    card = page.locator("article.card", has=page.locator("code", has_text="note-original"))
    expect(card.locator(".seen")).to_have_text(f"last seen so on {date_words(now)}")
    note = page.locator("article.card").filter(has=page.locator("code", has_text="note")).last
    expect(note.locator(".seen")).to_have_count(0)
    shipyard.web.paths["/yard"] = Answer("", 404)
    shipyard.json("check", "--yes", code=1)
    turn.locator(".mark").first.click()
    page.locator(".passage[data-numbers='1'] [data-open]").click()
    expect(page.locator("#source-viewer .facts .seen")).to_have_text(f"gone, as of {date_words(now)}")
    page.locator("[data-language]").select_option("uk")
    uk = TEXTS["uk"].page_gone.format(date=date_words(now, TEXTS["uk"]))
    expect(card.locator(".seen")).to_have_text(uk)


def test_a_reloaded_answer_keeps_what_its_original_says(pages: Pages, served: str) -> None:
    page = pages.open(served)
    ask(page, QUESTION)
    page.reload()
    expect(page.locator(".said .of-original")).to_contain_text(FORTY)


@pytest.mark.parametrize("language", ["en", "uk"])
def test_the_header_fits_a_page_of_320_pixels(pages: Pages, served: str, language: str) -> None:
    page = pages.open(served, viewport={"width": 320, "height": 640})
    page.locator("[data-language]").select_option(language)
    expect(page.locator(f".header[data-code={language}]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    for button in page.locator(".header-buttons > :visible").all():
        box = button.bounding_box()
        assert box
        assert box["x"] + box["width"] <= 320
