"""Before the quotations, in a real Chromium: the direct answer, parts, and how a question was understood."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.records import Correction, QuestionKind, Understanding
from index.read.corpus import read_corpus
from tests.browser import FACT, REFUSED, SEVERAL, Pages, answered, ask, in_view, ready, serving
from tests.chat_engine import OverlapEngine
from tests.conftest import CORPUS

pytestmark = pytest.mark.browser

LEANING = "and by September?"
MISSPELT = "How many criminal procedings were registered in October 2024?"
MANY = "How many proceedings were registered in October, and who is the unicorn king?"
OPINION = "Should the soldiers go home?"
UNKNOWN = "Скільки кримінальних проваджень зареєстровано?"
READ = {
    LEANING: Understanding(standalone_question=SEVERAL, context=FACT),
    MISSPELT: Understanding(
        standalone_question=FACT, corrections=(Correction(typed="procedings", read="proceedings"),)
    ),
    MANY: Understanding(standalone_question=MANY, parts=(FACT, REFUSED)),
    UNKNOWN: Understanding(standalone_question=UNKNOWN, language="uk"),
}


@pytest.fixture(scope="module")
def telling() -> OverlapEngine:
    """An engine with direct answers that understands a few questions otherwise than they are typed."""
    return OverlapEngine(read_corpus(CORPUS), read=READ, kinds={OPINION: QuestionKind.OPINION}, direct=True)


@pytest.fixture(scope="module")
def url(telling: OverlapEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(telling, tmp_path_factory.mktemp("direct")) as served:
        yield served


def test_the_direct_answer_leads_with_its_marks_and_a_screen_reader_hears_answer_first(pages: Pages, url: str) -> None:
    page = pages.open(url)
    turn = ask(page, SEVERAL)
    direct = turn.locator(".answer > :first-child")
    expect(direct).to_have_class("direct")
    assert (direct.text_content() or "").startswith("Answer: ")
    pieces = direct.locator(".direct-piece")
    assert pieces.count() >= 2
    for n, piece in enumerate(pieces.all(), 1):
        mark = piece.locator(".mark")
        expect(mark).to_have_text(str(n))
        expect(piece.locator(".direct-who")).to_contain_text("WSWS")
        quoted = turn.locator(f".words:has(.mark[data-mark='{n}'])")
        expect(quoted).to_contain_text(piece.locator(".direct-words").inner_text())
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    assert direct.locator(".direct-words").first.evaluate(size) > turn.locator(".words").first.evaluate(size)
    direct.locator(".mark").first.click()
    expect(page.locator("#evidence mark[aria-current]")).to_be_visible()
    page.locator("#evidence .number[aria-current]").click()
    expect(turn.locator(".words .mark").first).to_be_focused()


def test_keys_step_over_the_marks_of_the_direct_answer(pages: Pages, url: str) -> None:
    page = pages.open(url)
    turn = ask(page, SEVERAL)
    page.locator(".asked").last.focus()
    for n in range(2):
        page.keyboard.press("n")
        expect(turn.locator(".words .mark").nth(n)).to_be_focused()


def test_on_a_phone_nothing_of_the_direct_answer_runs_over_the_edge(pages: Pages, url: str) -> None:
    page = pages.open(url, viewport={"width": 390, "height": 844})
    turn = ask(page, SEVERAL)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for part in turn.locator(".direct *").all():
        box = part.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 391 or "screen-reader" in (part.get_attribute("class") or "")
    for mark in turn.locator(".direct .mark").all():  # a mark stays on the line of the word before it
        assert mark.evaluate(
            """m => { const r = document.createRange(); r.selectNodeContents(m.previousSibling.previousSibling);
            const before = [...r.getClientRects()].at(-1), own = m.getClientRects()[0];
            return own.top < before.bottom && own.bottom > before.top; }"""
        )


def test_each_part_is_a_heading_with_its_own_answer_and_a_missing_one_is_named(pages: Pages, url: str) -> None:
    page = pages.open(url)
    turn = ask(page, MANY)
    expect(turn.get_by_role("heading", level=3)).to_have_text([FACT])
    expect(turn.get_by_role("heading", level=4)).to_have_text(["More from the sources"])
    expect(turn.locator(".part + .direct")).to_be_visible()
    expect(turn.locator(".part-not-answered")).to_have_text(f"Not answered: {REFUSED}")
    page.reload()
    ready(page)
    expect(page.locator(".part-not-answered")).to_have_text(f"Not answered: {REFUSED}")
    expect(page.locator(".direct")).to_have_count(1)


def back(page: Page, words: str) -> None:
    page.locator("article.turn").last.get_by_role("button", name=words).click()
    answered(page.locator("article.turn").last)


def test_one_click_asks_the_bare_question_and_a_reload_keeps_it_so(
    pages: Pages, url: str, telling: OverlapEngine
) -> None:
    page = pages.open(url)
    ask(page, FACT)
    turn = ask(page, LEANING)
    expect(turn.locator(".read-as")).to_contain_text(f"Searched for: {SEVERAL}")
    back(page, "Ask it on its own, without the earlier question")
    turns = page.locator("article.turn")
    expect(turns.last.locator(".read-as")).to_have_text("Asked exactly as typed.")
    expect(turns).to_have_count(2)  # in the place of the one before
    expect(turns.last.locator(".asked")).to_contain_text(LEANING)
    assert (telling.asked[-1][0], telling.typed[-2:]) == (LEANING, [False, True])
    # The browser keeps an exchange a moment after it is shown.
    page.wait_for_function('() => Object.values(localStorage).some((kept) => /"as_typed":\\s*true/.test(kept))')
    page.reload()
    ready(page)
    expect(turns.last.locator(".read-as")).to_have_text("Asked exactly as typed.")
    back(page, "Ask again")
    expect(turns.last.locator(".read-as")).to_have_text("Asked exactly as typed.")
    assert telling.typed[-1]


def test_an_earlier_question_is_asked_again_below_as_it_was_typed(
    pages: Pages, url: str, telling: OverlapEngine
) -> None:
    page = pages.open(url)
    first = ask(page, MISSPELT)
    expect(first.locator(".read-as")).to_contain_text("Showing results for proceedings (typed: procedings)")
    expect(first.locator(".read-as")).to_have_count(1)
    ask(page, FACT)
    first.get_by_role("button", name="Search instead for procedings").click()
    turns = page.locator("article.turn")
    expect(turns).to_have_count(3)
    answered(turns.last)
    expect(turns.last.locator(".asked")).to_contain_text(MISSPELT)
    assert (telling.asked[-1][0], telling.typed[-1]) == (MISSPELT, True)


def test_a_link_to_a_question_asked_word_for_word_asks_it_so(pages: Pages, url: str, telling: OverlapEngine) -> None:
    page = pages.open(url, permissions=["clipboard-read", "clipboard-write"])
    ask(page, MISSPELT)
    back(page, "Search instead for procedings")
    expect(page.locator(".read-as")).to_have_text("Asked exactly as typed.")
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()
    other = pages.open(page.evaluate("navigator.clipboard.readText()"))
    answered(other.locator("article.turn"))
    expect(other.locator(".asked")).to_contain_text(MISSPELT)
    expect(other.locator(".read-as")).to_have_text("Asked exactly as typed.")
    assert telling.typed[-1]
    assert "?" not in other.url


def test_the_bare_question_is_asked_so_after_the_server_forgot_the_conversation(pages: Pages, tmp_path: Path) -> None:
    engines = [OverlapEngine(read_corpus(CORPUS), read=READ) for _ in range(2)]
    with serving(engines[0], tmp_path) as first:
        port = int(first.rpartition(":")[2])
        page = pages.open(first)
        ask(page, MISSPELT)
    with serving(engines[1], tmp_path, port=port):
        button = page.get_by_role("button", name="Search instead for procedings")
        expect(button).to_be_visible()
        page.wait_for_timeout(300)
        button.click()
        expect(page.locator(".read-as")).to_have_text("Asked exactly as typed.")
        assert engines[1].typed == [True]
        pages.wrong = [w for w in pages.wrong if "Failed to fetch" not in w]


def test_an_opinion_is_declined_beside_what_the_sources_hold(pages: Pages, url: str) -> None:
    page = pages.open(url)
    turn = ask(page, OPINION)
    expect(turn.locator(".refusal")).to_have_text(
        "Footnote gives no opinions, advice or forecasts, but it can show you what the sources say."
    )
    beside = page.locator("#evidence section:visible")
    expect(beside.get_by_role("heading", level=2)).to_have_text("What the sources do say")
    expect(beside.locator(".passage").first).to_be_visible()
    expect(page.get_by_text("not an answer")).to_have_count(0)


def test_a_language_that_is_not_read_is_said_as_the_engine_tells_it(pages: Pages, url: str) -> None:
    page = pages.open(url)
    turn = ask(page, UNKNOWN)
    expect(turn.locator(".notice").first).to_contain_text("This question seems to be in Ukrainian")


def test_in_ukrainian_all_of_it_is_said_in_ukrainian(pages: Pages, url: str) -> None:
    page = pages.open(url, locale="uk-UA")
    turn = ask(page, MANY)
    assert (turn.locator(".direct").text_content() or "").startswith("Відповідь: ")
    expect(turn.locator(".part-not-answered")).to_have_text(f"Без відповіді: {REFUSED}")
    turn = ask(page, MISSPELT)
    expect(turn.locator(".read-as")).to_contain_text("набрано: procedings")
    assert in_view(page, turn.locator(".direct"))
