"""Sources added and removed in a real Chromium, while the chat goes on; the index is a real one of a small corpus."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from app.engine import Engine
from app.settings import Settings
from index.storage.generation import open_current
from tests.browser import Pages, ask, in_view, ready, serving
from tests.documents import column, pdf
from tests.fakes import HashedWords, open_hashed, small_corpus
from tests.local_web import Answer, local_web
from tests.local_web import page as web_page

pytestmark = pytest.mark.browser

REPORT = pdf(
    [
        column(["Harbor raport"], size=20) + column(["The council of Esk sold the harbour on Monday."], top=700),
        column(["The price of the harbour was seven million crowns."]),
    ]
)
PASTED = "The old pier\n\nThe old pier of Esk was painted green by Hanno Wirt in 1987."
PRICE, PIER = "What was the price of the harbour?", "Who painted the old pier of Esk?"


class Place:
    """A home and a corpus with an engine on them, and the gate through which a build embeds."""

    def __init__(self, folder: Path) -> None:
        self.corpus = small_corpus(folder / "corpus")
        self.home = folder / "home"
        self.engine: Engine = open_hashed(Settings(home=self.home, corpus=self.corpus, largest_file=1))
        self.gate = threading.Event()
        self.gate.set()

    @property
    def ids(self) -> set[str]:
        return {s.id for s in open_current(self.engine.settings.index).sources()}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    made = Place(tmp_path)

    class Gated(HashedWords):
        def embed_passages(self, texts: Any, progress: Any = None) -> Any:
            made.gate.wait(30)
            return super().embed_passages(texts, progress)

    monkeypatch.setattr("index.build.build.prepare_embedder", lambda *_: Gated())
    yield made
    made.gate.set()
    made.engine.close()


@pytest.fixture
def site(place: Place) -> Iterator[str]:
    with serving(place.engine, place.home, place.corpus, largest_file=1, fetch_hosts=["127.0.0.1"]) as url:
        yield url


def panel(page: Page) -> Locator:
    if not page.locator("#sources").is_visible():
        page.get_by_role("button", name="Sources", exact=True).click()
    return page.locator("#sources")


def opened(page: Page) -> Locator:
    """The open panel with the ways to add."""
    there = panel(page)
    toggle = there.get_by_role("button", name="Add sources")
    if toggle.get_attribute("aria-expanded") == "false":
        toggle.click()
    return there


def give(page: Page, name: str, raw: bytes) -> None:
    opened(page).locator("[data-files]").set_input_files({"name": name, "mimeType": "", "buffer": raw})


def drop(page: Page, name: str, words: str) -> None:
    """Drop a file on the panel, as a file manager does."""
    page.locator("#sources").evaluate(
        """(panel, [name, words]) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([words], name));
          for (const kind of ["dragover", "drop"]) {
            panel.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
          } }""",
        [name, words],
    )


def status(page: Page) -> Locator:
    return page.locator("#sources [data-adding-status]")


def bar(page: Page) -> Locator:
    """How far a change is."""
    return page.locator("#sources [data-adding-progress]")


def draft(page: Page) -> Locator:
    return page.locator("#sources .draft")


def add(page: Page) -> None:
    draft(page).get_by_role("button", name="Add to the sources").click()
    expect(status(page)).to_contain_text("Added: ")
    expect(draft(page)).to_have_count(0)


def remove(page: Page, title: str) -> None:
    entry = panel(page).locator("[data-source]").filter(has_text=title)
    entry.get_by_role("button", name=f"Remove: {title}").click()
    entry.get_by_role("button", name="Remove this source?").click()
    expect(status(page)).to_contain_text(f"Removed: {title}")
    expect(entry).to_have_count(0)


def close(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator("#sources")).to_be_hidden()


def test_a_pdf_is_previewed_corrected_asked_opened_and_removed(pages: Pages, site: str, place: Place) -> None:
    page = pages.open(site)
    expect(ask(page, PRICE).locator(".refusal")).to_be_visible()
    give(page, "report.pdf", REPORT)
    for words in ("report.pdf", "2 pages", "p. 2", "seven million crowns"):
        expect(draft(page)).to_contain_text(words)
    title = draft(page).get_by_label("Title guessed")
    expect(title).to_have_value("Harbor raport")
    title.fill("The Harbour Report")
    draft(page).get_by_label("Publisher").fill("Harbour Papers")
    add(page)
    expect(page.locator("#sources .sources-list")).to_contain_text("The Harbour Report")
    close(page)

    turn = ask(page, PRICE)
    expect(turn.locator(".quoted").first).to_contain_text("seven million crowns")
    turn.locator(".words .mark").first.click()
    card = page.locator("#evidence section:not([hidden]) .card")
    for words in ("The Harbour Report", "Harbour Papers", "p. 2"):
        expect(card).to_contain_text(words)
    card.locator("[data-open]").click()
    lit = page.locator("#source-viewer mark[aria-current]")
    expect(lit).to_contain_text("seven million crowns")
    assert in_view(page, lit)
    expect(page.locator("#source-viewer .place:visible")).to_contain_text("p. 2")
    page.keyboard.press("Escape")

    remove(page, "The Harbour Report")
    close(page)
    expect(card).to_contain_text("has been removed from the index since")  # the open page says so, its words stay
    expect(card.locator("mark")).to_contain_text("seven million crowns")
    expect(ask(page, PRICE).locator(".refusal")).to_be_visible()
    page.reload()
    ready(page)
    mark = page.locator("article.turn").nth(1).locator(".words .mark")
    expect(mark).to_have_attribute("aria-label", "Footnote 1, no longer proved: its source was removed")
    mark.click()
    kept = page.locator("#evidence .removed")
    for words in ("The Harbour Report", "has been removed from the index", "seven million crowns"):
        expect(kept).to_contain_text(words)
    expect(page.locator("#evidence section:not([hidden]) mark")).to_have_count(0)  # no proof is claimed
    assert place.ids == {"article", "dam", "rain", "prices"}
    assert [p for p in (place.home / "incoming").rglob("*") if p.is_file()] == []


def asked_opened_and_removed(page: Page, *on_its_card: str) -> None:
    """Ask what the pier's text says, open its quotation in place, remove the source, and ask again."""
    turn = ask(page, PIER)
    expect(turn.locator(".quoted").first).to_contain_text("painted green by Hanno Wirt")
    turn.locator(".words .mark").first.click()
    card = page.locator("#evidence section:not([hidden]) .card")
    for words in on_its_card:
        expect(card).to_contain_text(words)
    card.locator("[data-open]").click()
    lit = page.locator("#source-viewer mark[aria-current]")
    expect(lit).to_contain_text("painted green by Hanno Wirt")
    assert in_view(page, lit)
    page.keyboard.press("Escape")
    remove(page, "The old pier")
    close(page)
    expect(card).to_contain_text("has been removed from the index since")
    expect(ask(page, PIER).locator(".refusal")).to_be_visible()


def test_a_pasted_text_and_a_dropped_file_are_added_by_key_and_the_text_opened_and_removed(
    pages: Pages, site: str, place: Place
) -> None:
    page = pages.open(site)
    box = opened(page).get_by_label("A text, pasted")
    box.fill(PASTED)
    box.press("Tab")
    page.keyboard.press("Enter")
    expect(draft(page).locator("h3")).to_be_focused()
    expect(draft(page).get_by_label("Title", exact=True)).to_have_value("The old pier")
    drop(page, "tide.txt", "The tide at Esk rises nine metres.")
    expect(draft(page)).to_have_count(2)
    panel(page).get_by_role("button", name="Add all of these").click()
    expect(status(page)).to_contain_text("Added: The old pier; tide.")
    expect(page.locator("#sources [data-adding]")).to_be_focused()
    close(page)
    asked_opened_and_removed(page, "The old pier", "Pasted text")
    assert len(place.ids) == 5, "what was dropped with it is still there"


def test_a_page_is_added_by_its_address_asked_opened_and_removed_and_a_refused_one_said(
    pages: Pages, site: str
) -> None:
    page = pages.open(site)
    box = opened(page).get_by_label("The address of a page")
    box.fill("http://169.254.169.254/latest/meta-data/")
    box.press("Enter")
    expect(status(page)).to_contain_text("169.254.169.254")
    expect(status(page)).to_have_class("adding-status bad")
    with local_web() as web:
        web.paths["/pier"] = Answer(web_page("The old pier", PASTED.split("\n\n")[1]))
        box.fill(web.url("/pier"))
        box.press("Enter")
        expect(draft(page)).to_contain_text("painted green by Hanno Wirt")
        expect(draft(page).get_by_label("Page", exact=True)).to_have_value(web.url("/pier"))
        add(page)
    close(page)
    asked_opened_and_removed(page, "Page at 127.0.0.1")


def test_bad_files_are_one_line_each_and_the_chat_answers_on(pages: Pages, site: str, place: Place) -> None:
    page = pages.open(site)
    before = place.ids
    opened(page).locator("[data-files]").set_input_files(
        [
            {"name": "page.pdf", "mimeType": "", "buffer": b"<!doctype html><p>404</p>"},
            {"name": "scan.pdf", "mimeType": "", "buffer": pdf([[]])},
            {"name": "large.txt", "mimeType": "", "buffer": b"x" * 1_000_001},
            {"name": "dam again.txt", "mimeType": "", "buffer": b"The dam was built in 1931. It holds nine thousand "
             b"tonnes of water."},
        ]
    )  # fmt: skip
    expect(status(page)).to_contain_text("same text as sources/dam.md")
    lines = status(page).inner_text().splitlines()
    assert [line.split(" ")[0].rstrip(":") for line in lines] == ["page.pdf", "scan.pdf", "large.txt", "dam"]
    assert "it is a web page" in lines[0]
    assert "more than 1 MB" in lines[2]
    assert str(place.home.parent) not in status(page).inner_text()
    expect(draft(page)).to_have_count(0)
    close(page)
    expect(ask(page, "When was the dam built?").locator(".quoted").first).to_contain_text("1931")
    assert place.ids == before


def test_while_it_is_indexed_the_chat_answers_and_another_tab_sees_it(pages: Pages, site: str, place: Place) -> None:
    context = pages.profile()
    page, other = pages.open(site, context=context), pages.open(site, context=context)
    give(page, "report.pdf", REPORT)
    expect(draft(page)).to_be_visible()
    place.gate.clear()
    draft(page).get_by_role("button", name="Add to the sources").click()
    expect(status(page)).to_contain_text("Indexing what is new. You can go on asking.")
    expect(bar(page)).to_be_visible()
    expect(bar(page)).to_have_js_property("value", 0.8)  # four of five passages are those of the former index
    close(page)
    expect(ask(page, "When was the dam built?").locator(".quoted").first).to_contain_text("1931")
    other.reload()
    ready(other)
    opened(other)
    expect(status(other)).to_contain_text("Indexing what is new")
    expect(bar(other)).to_have_js_property("value", 0.8)
    place.gate.set()
    expect(status(other)).to_contain_text("Added: Harbor raport")
    expect(bar(other)).to_be_hidden()
    expect(other.locator("#sources .sources-list")).to_contain_text("Harbor raport")
    expect(page.locator("#notice")).to_contain_text("The index was updated")
    expect(ask(page, PRICE).locator(".quoted").first).to_contain_text("seven million crowns")


def test_what_is_typed_stays_while_the_list_is_made_anew(pages: Pages, site: str) -> None:
    page = pages.open(site)
    give(page, "report.pdf", REPORT)
    title = draft(page).get_by_label("Title guessed")
    title.fill("Half a ti")
    remove(page, "Title of rain")
    expect(title).to_have_value("Half a ti")
    draft(page).get_by_role("button", name="Discard").click()
    expect(draft(page)).to_have_count(0)


def test_where_nobody_may_add_nothing_offers_it(pages: Pages, place: Place) -> None:
    with serving(place.engine, place.home, place.corpus, add_sources="nobody") as url:
        page = pages.open(url)
        expect(panel(page).locator(".sources-list")).to_contain_text("Title of dam")
        expect(page.get_by_role("button", name="Add sources")).to_have_count(0)
        expect(page.locator(".remove-source").first).to_be_hidden()
        answer = page.evaluate(
            """async () => (await fetch("/new-sources/remove", { method: "POST", body: '{"source": "dam"}',
               headers: { "X-Footnote": "1", "Content-Type": "application/json" } })).status"""
        )
        assert answer == 403
        assert "dam" in place.ids


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_the_form_fits_the_panel(pages: Pages, site: str, width: int) -> None:
    page = pages.open(site, viewport={"width": width, "height": 800}, color_scheme="dark", locale="uk-UA")
    page.get_by_role("button", name="Джерела", exact=True).click()
    page.get_by_role("button", name="Додати джерела").click()
    page.locator("[data-files]").set_input_files({"name": "звіт.pdf", "mimeType": "", "buffer": REPORT})
    expect(draft(page)).to_contain_text("2 сторінки")
    sources = page.locator("#sources")
    assert sources.evaluate("e => e.scrollWidth <= e.clientWidth")
    controls = sources.locator(".adding :is(input, select, textarea):visible")
    for control in controls.all():
        assert control.evaluate("c => c.getBoundingClientRect().right <= innerWidth")
        assert control.evaluate("c => c.labels.length") == 1, "a screen reader names it"
