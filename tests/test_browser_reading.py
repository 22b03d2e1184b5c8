"""Reading in a real Chromium: the card on a mark, the source in place, the live page, places that were mailed."""

from __future__ import annotations

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from app.render.fragment import live_address
from index.read.corpus import read_corpus
from tests.browser import FACT, SEVERAL, Pages, ask, in_view
from tests.chat_engine import OverlapEngine
from tests.conftest import CORPUS

pytestmark = pytest.mark.browser


def card_of(page: Page, mark: Locator) -> Locator:
    return page.locator(f"#{mark.get_attribute('aria-describedby')}")


def inside_the_window(card: Locator) -> bool:
    return bool(
        card.evaluate(
            "e => { const r = e.getBoundingClientRect(); "
            "return r.left >= 0 && r.top >= 0 && r.right <= innerWidth && r.bottom <= innerHeight; }"
        )
    )


def test_hovering_a_mark_shows_its_quotation_in_a_line_of_context(pages: Pages, address: str) -> None:
    page = pages.open(address)
    turn = ask(page, FACT)
    mark = turn.locator(".mark").first
    card = card_of(page, mark)
    expect(card).to_be_hidden()
    mark.hover()
    expect(card).to_be_visible()
    expect(card).to_have_role("tooltip")
    said = turn.locator(".quoted").first.inner_text()
    expect(card.locator("mark")).to_have_text(said)
    expect(card).to_contain_text("For comparison, in January 2024")  # what comes next in the source
    for words in ("World Socialist Web Site", "15 Nov 2024", "The article"):
        expect(card).to_contain_text(words)
    assert inside_the_window(card)
    card.hover()  # the card itself may be hovered, as when its words are selected
    page.wait_for_timeout(400)
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    mark.hover()
    expect(card).to_be_hidden()  # Esc holds while the pointer stays
    page.locator("#header h1").hover()
    mark.hover()
    expect(card).to_be_visible()
    page.locator("#header h1").hover()
    expect(card).to_be_hidden()


def test_focus_by_key_shows_the_card_and_a_note_is_named_for_what_it_is(pages: Pages, address: str) -> None:
    page = pages.open(address)
    turn = ask(page, SEVERAL)
    page.locator("#header [data-panel=conversations]").focus()
    page.keyboard.press("n")
    first, second = turn.locator(".mark").nth(0), turn.locator(".mark").nth(1)
    expect(first).to_be_focused()
    expect(card_of(page, first)).to_be_visible()
    page.keyboard.press("n")
    expect(card_of(page, first)).to_be_hidden()
    expect(card_of(page, second)).to_be_visible()
    expect(card_of(page, second)).to_contain_text(
        "Our note on the World Socialist Web Site text, read in part in the original"
    )
    expect(card_of(page, second)).to_contain_text("cited by the article")
    page.keyboard.press("p")
    expect(first).to_be_focused()
    page.keyboard.press("Escape")
    expect(card_of(page, first)).to_be_hidden()
    expect(first).to_be_focused()


def test_a_first_touch_shows_the_card_and_a_second_goes_to_the_passage(pages: Pages, address: str) -> None:
    page = pages.open(address, viewport={"width": 390, "height": 844}, has_touch=True)
    turn = ask(page, FACT)
    mark = turn.locator(".mark").first
    mark.tap()
    expect(card_of(page, mark)).to_be_visible()
    assert inside_the_window(card_of(page, mark))
    expect(page.locator("#evidence [aria-current]")).to_have_count(0)
    mark.tap()
    expect(card_of(page, mark)).to_be_hidden()
    assert in_view(page, page.locator("#evidence mark[aria-current]"))
    turn.locator(".mark").nth(0).scroll_into_view_if_needed()
    mark.tap()
    expect(card_of(page, mark)).to_be_visible()
    page.locator("#header h1").tap()
    expect(card_of(page, mark)).to_be_hidden()


def test_the_card_stays_in_a_small_window_wherever_its_mark_is(pages: Pages, address: str) -> None:
    page = pages.open(address, viewport={"width": 320, "height": 420})
    ask(page, SEVERAL)
    page.locator("#header [data-panel=conversations]").focus()
    for _ in range(3):
        page.keyboard.press("n")
        card = page.locator(".mark-card:popover-open")
        expect(card).to_have_count(1)
        page.wait_for_timeout(500)  # the page scrolls to the mark, and the card goes with it
        assert inside_the_window(card)


def test_from_quotation_to_quotation_of_this_answer_in_one_source(pages: Pages, address: str) -> None:
    page = pages.open(address)
    ask(page, SEVERAL).locator(".mark").first.click()
    page.locator(".passage[aria-current] [data-open]").click()
    lit = page.locator("#source-viewer mark[aria-current]")
    expect(lit).to_have_count(1)
    expect(page.locator("#source-viewer mark:not([aria-current])")).to_have_count(1)
    shown = page.locator("#source-viewer .place:visible")
    which = shown.locator("> span").first
    begun = which.inner_text()
    assert begun in {"Quotation 1 of 2", "Quotation 2 of 2"}
    first = lit.inner_text()
    page.get_by_role("button", name="Next quotation").click()
    expect(which).not_to_have_text(begun)
    expect(lit).not_to_have_text(first)
    assert in_view(page, lit)
    page.get_by_role("button", name="Previous quotation").click()
    expect(lit).to_have_text(first)
    page.keyboard.press("n")
    expect(lit).not_to_have_text(first)
    page.keyboard.press("p")
    expect(lit).to_have_text(first)


def test_the_live_page_opens_at_the_words_of_the_article_and_without_a_fragment_for_a_note(
    pages: Pages, address: str, engine: OverlapEngine
) -> None:
    page = pages.open(address)
    turn = ask(page, SEVERAL)
    turn.locator(".mark").nth(0).click()
    page.locator(".passage[aria-current] [data-open]").click()
    live = page.locator("#source-viewer .place:visible .live a")
    expect(live).to_have_text("Open the live page at this quotation")
    expect(live).to_have_attribute("rel", "noopener noreferrer nofollow")
    href = live.get_attribute("href") or ""
    place = parse_qs(urlsplit(page.locator("[data-copy-place]:visible").get_attribute("data-copy-place") or "").query)
    source = engine.source(place["source"][0], None)
    start, end = map(int, place["span"][0].split("-"))
    assert href == live_address(source, start, end)
    directive = unquote(href.partition(":~:text=")[2])
    assert directive.split(",")[0] in source.text

    page.keyboard.press("Escape")
    turn.locator(".mark").nth(1).click()
    page.locator(".passage[aria-current] [data-open]").click()
    live = page.locator("#source-viewer .place:visible .live a")
    expect(live).to_have_text("Open the original page (this quotation is from our note)")
    assert "#" not in (live.get_attribute("href") or "#")
    expect(page.locator("#source-viewer .notice")).to_have_text("These are the words of our note, not of the original.")


def test_the_viewer_shows_what_is_known_of_the_source_and_is_set_for_reading(pages: Pages, address: str) -> None:
    page = pages.open(f"{address}/?source=ap-2024-11-29-desertion", viewport={"width": 1440, "height": 900})
    facts = page.locator("#source-viewer .facts")
    for words in ("Samya Kullab", "29 Nov 2024", "corroborates the article", "ap-2024-11-29-desertion"):
        expect(facts).to_contain_text(words)
    measure = page.evaluate(
        """() => { const p = [...document.querySelectorAll('.whole p')].find((e) => e.textContent.length > 300);
        return p.textContent.length / (p.clientHeight / parseFloat(getComputedStyle(p).lineHeight)); }"""
    )
    assert 55 <= measure <= 80, "about 70 characters a line, the last one counted as whole"


def test_a_mailed_place_opens_there_and_closing_it_forgets_it(pages: Pages, address: str) -> None:
    article = next(s for s in read_corpus(CORPUS) if s.kind.value == "article")
    start = article.text.index("Nine-thousand-forty-eight")
    end = start + len("Nine-thousand-forty-eight criminal proceedings")
    query = f"?source={article.id}&span={start}-{end}&sha256={article.sha256[:16]}"
    page = pages.open(f"{address}/{query}")
    lit = page.locator("#source-viewer mark[aria-current]")
    expect(lit).to_have_text("Nine-thousand-forty-eight criminal proceedings")
    assert in_view(page, lit)
    expect(page.locator("article.turn")).to_have_count(0)
    page.reload()
    expect(lit).to_have_text("Nine-thousand-forty-eight criminal proceedings")
    page.get_by_role("button", name="Back", exact=True).click()
    expect(page.locator("#source-viewer")).to_be_hidden()
    assert urlsplit(page.url).query == ""


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?source=no-such-source&span=1-2", "not in the index: no-such-source"),
        ("?source=ap-2024-11-29-desertion&span=x", "does not point to a place in a source"),
        ("?source=ap-2024-11-29-desertion&span=5-999999", "outside the source (5-999999"),
        ("?source=ap-2024-11-29-desertion&span=9-9", "outside the source"),
        ("?source=ap-2024-11-29-desertion&span=1-9&sha256=0123456789abcdef", "has changed since this link was made"),
        ("?source=%3Cimg%20src=x%20onerror=alert(1)%3E&span=1-2", "<img src=x onerror=alert(1)>"),
        ("?source=", "does not point to a place in a source"),
    ],
)
def test_a_mailed_place_that_is_none_is_said_in_words(pages: Pages, address: str, query: str, words: str) -> None:
    page = pages.open(f"{address}/{query}")
    expect(page.locator("#source-viewer :is(.problem, .notice)").first).to_contain_text(words)
    expect(page.locator("#source-viewer mark")).to_have_count(0)


def test_copying_the_link_to_a_place_copies_one_that_opens_it(pages: Pages, address: str) -> None:
    page = pages.open(address, permissions=["clipboard-read", "clipboard-write"])
    ask(page, FACT).locator(".mark").first.click()
    page.locator(".passage[aria-current] [data-open]").click()
    said = page.locator("#source-viewer mark[aria-current]").inner_text()
    button = page.locator("[data-copy-place]:visible")
    button.click()
    expect(button).to_have_text("Link copied")
    link = page.evaluate("navigator.clipboard.readText()")
    assert link.startswith(f"{address}/?source=")
    other = pages.open(link)
    expect(other.locator("#source-viewer mark[aria-current]")).to_have_text(said)
