"""Conversations in a real Chromium: kept by the browser, renamed, deleted, edited, stopped, saved, never believed."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from app.bundle.replay import replay
from app.feedback import read as read_feedback
from index.read.corpus import read_corpus
from tests.browser import FACT, REFUSED, SEVERAL, Pages, answered, ask, ready, serving
from tests.chat_engine import OverlapEngine, source_of
from tests.conftest import CORPUS

pytestmark = pytest.mark.browser


def conversations(page: Page) -> Locator:
    """Open the conversations panel and return its rows."""
    if not page.locator("#conversations").is_visible():
        page.get_by_role("button", name="Conversations", exact=True).click()
    return page.locator("#conversations .conversation-list li[data-id]")


def new(page: Page) -> None:
    page.locator("#header [data-new]").click()
    expect(page.locator(".welcome")).to_be_visible()


def test_two_tabs_do_not_share_a_conversation_and_a_follow_up_has_its_own(
    pages: Pages, address: str, engine: OverlapEngine
) -> None:
    context = pages.profile()
    one, two = pages.open(address, context=context), pages.open(address, context=context)
    ask(one, FACT)
    expect(two.locator("article.turn")).to_have_count(0)
    ask(two, REFUSED)
    ask(one, "and in January 2024?")
    question, history = engine.asked[-1]
    assert question == "and in January 2024?"
    assert [t.text for t in history if t.role == "user"] == [FACT]
    expect(one.locator(".read-as")).to_contain_text(FACT)
    expect(two.locator("article.turn")).to_have_count(1)
    expect(conversations(two)).to_have_count(2)  # both are kept, each whole


def test_a_reload_keeps_the_conversation_and_a_new_one_begins_afresh(
    pages: Pages, address: str, engine: OverlapEngine
) -> None:
    page = pages.open(address)
    said = ask(page, FACT).locator(".quoted").first.inner_text()
    page.reload()
    ready(page)
    expect(page.locator("article.turn .quoted").first).to_have_text(said)
    page.locator("article.turn .mark").first.click()
    expect(page.locator("#evidence mark[aria-current]")).to_have_text(said)
    ask(page, "and in January 2024?")
    assert [t.text for t in engine.asked[-1][1] if t.role == "user"] == [FACT]
    new(page)
    ask(page, REFUSED)
    assert engine.asked[-1][1] == ()


def test_conversations_are_listed_switched_renamed_and_deleted(pages: Pages, address: str) -> None:
    page = pages.open(address)
    ask(page, FACT)
    new(page)
    ask(page, REFUSED)
    rows = conversations(page)
    expect(rows).to_have_count(2)
    expect(rows.first.locator("[data-conversation]")).to_have_attribute("aria-current", "true")
    rows.filter(has_text=FACT).locator("[data-conversation]").click()
    expect(page.locator("article.turn .asked")).to_contain_text(FACT)
    expect(page.locator("article.turn .mark").first).to_be_visible()

    row = conversations(page).filter(has_text=FACT)
    row.get_by_role("button", name="Rename").click()
    page.keyboard.type("Autumn <b>figures</b>")
    page.keyboard.press("Enter")
    renamed = conversations(page).filter(has_text="Autumn <b>figures</b>")
    expect(renamed).to_have_count(1)
    page.reload()
    ready(page)
    expect(conversations(page).filter(has_text="Autumn <b>figures</b>")).to_have_count(1)

    gone = conversations(page).filter(has_text=REFUSED)
    gone.get_by_role("button", name="Delete").click()
    expect(gone).to_have_count(1)  # it asks first
    gone.get_by_role("button", name="Delete for good?").click()
    expect(conversations(page)).to_have_count(1)
    page.get_by_role("button", name="Clear this conversation").click()
    page.locator("[data-clear]").click()
    expect(page.locator("article.turn")).to_have_count(0)
    expect(conversations(page)).to_have_count(0)
    assert page.evaluate("Object.keys(localStorage).filter((k) => k.startsWith('footnote/conversation/'))") == []


def test_the_last_question_is_edited_or_asked_again_in_its_place(
    pages: Pages, address: str, engine: OverlapEngine
) -> None:
    page = pages.open(address)
    ask(page, FACT)
    ask(page, REFUSED)
    turns = page.locator("article.turn")
    expect(page.locator("[data-edit]")).to_have_count(1)
    turns.last.get_by_role("button", name="Edit the question").click()
    box = page.locator("#question textarea")
    expect(box).to_have_value(REFUSED)
    expect(page.locator(".editing")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".editing")).to_be_hidden()
    expect(box).to_have_value("")
    turns.last.get_by_role("button", name="Edit the question").click()
    box.fill(SEVERAL)
    page.keyboard.press("Enter")
    expect(turns.last.locator(".asked")).to_contain_text(SEVERAL)
    answered(turns.last)
    expect(turns).to_have_count(2)
    assert [t.text for t in engine.asked[-1][1] if t.role == "user"] == [FACT], "not with the question it replaces"
    before = len(engine.asked)
    turns.last.get_by_role("button", name="Ask again").click()
    page.wait_for_function("n => document.querySelectorAll('article.turn')[1]?.id !== n", arg="t3")
    answered(turns.last)
    expect(turns).to_have_count(2)
    assert [q for q, _ in engine.asked[before:]] == [SEVERAL]
    page.reload()
    ready(page)
    assert turns.locator("[data-question]").all_inner_texts() == [FACT, SEVERAL]


def test_an_answer_can_be_stopped_and_keeps_what_was_proved(pages: Pages, tmp_path: Path) -> None:
    engine = OverlapEngine(read_corpus(CORPUS), gate=threading.Event())
    with serving(engine, tmp_path) as url:
        page = pages.open(url)
        page.locator("#question textarea").fill(SEVERAL)
        page.keyboard.press("Enter")
        expect(page.locator(".turn .words")).to_have_count(1)
        page.locator("#question textarea").fill("typed meanwhile")
        page.keyboard.press("Enter")  # asks nothing while an answer is being made
        page.get_by_role("button", name="Stop").click()
        turn = page.locator("article.turn")
        answered(turn)
        expect(turn.locator(".notice")).to_contain_text("Stopped.")
        expect(turn.locator(".words")).to_have_count(1)
        expect(page.locator("#question textarea")).to_have_value("typed meanwhile")
        engine.gate.set()
        page.wait_for_timeout(1000)  # what the engine still makes of it is not shown
        expect(turn).to_have_count(1)
        expect(turn.locator(".words")).to_have_count(1)
        turn.locator(".mark").click()
        expect(page.locator("#evidence mark[aria-current]")).to_be_visible()
        turn.get_by_role("button", name="Ask again").click()
        expect(turn.locator(".words")).to_have_count(3)
        assert len(engine.asked) == 2


def test_a_new_conversation_leaves_an_answer_that_is_being_made(pages: Pages, tmp_path: Path) -> None:
    engine = OverlapEngine(read_corpus(CORPUS), gate=threading.Event())
    with serving(engine, tmp_path) as url:
        page = pages.open(url)
        page.locator("#question textarea").fill(SEVERAL)
        page.keyboard.press("Enter")
        expect(page.locator(".turn .words")).to_have_count(1)
        new(page)
        engine.gate.set()
        page.wait_for_timeout(1000)  # what the engine still makes of the question belongs to no page any more
        expect(page.locator("article.turn")).to_have_count(0)
        ask(page, FACT)
        expect(page.locator("article.turn .asked")).to_have_count(1)
        assert engine.asked[-1] == (FACT, ())


def test_a_server_that_has_forgotten_the_conversation_gets_it_from_the_browser(pages: Pages, tmp_path: Path) -> None:
    sources = read_corpus(CORPUS)
    with serving(OverlapEngine(sources), tmp_path) as url:
        page = pages.open(url)
        ask(page, FACT)
    port = int(url.rpartition(":")[2])
    second = OverlapEngine(sources)
    with serving(second, tmp_path, port=port):
        page.locator("#question textarea").fill("and in January 2024?")
        page.keyboard.press("Enter")
        turns = page.locator("article.turn")
        expect(turns).to_have_count(2, timeout=20_000)
        answered(turns.last)
        assert [t.text for t in second.asked[-1][1] if t.role == "user"] == [FACT]
        expect(page.locator("#question textarea")).to_have_value("")
        pages.wrong = [w for w in pages.wrong if "Failed to fetch" not in w]


def test_a_question_in_the_address_is_asked_once(pages: Pages, address: str, engine: OverlapEngine) -> None:
    before = len(engine.asked)
    page = pages.open(f"{address}/?q=How%20many%20criminal%20proceedings%20were%20registered%20in%20October%202024%3F")
    answered(page.locator("article.turn"))
    expect(page.locator(".asked")).to_contain_text(FACT)
    assert "q=" not in page.url
    for _ in range(2):
        page.reload()
        ready(page)
        expect(page.locator("article.turn")).to_have_count(1)
    page.wait_for_timeout(300)
    assert [q for q, _ in engine.asked[before:]] == [FACT]


def test_a_question_in_the_address_that_is_too_long_is_said_so(
    pages: Pages, address: str, engine: OverlapEngine
) -> None:
    before = len(engine.asked)
    page = pages.open(f"{address}/?q={'why' * 1000}")
    expect(page.locator("article.turn [role=alert], article.turn .problem").first).to_contain_text("at most 2000")
    page.reload()
    ready(page)
    expect(page.locator("article.turn")).to_contain_text("at most 2000")
    assert len(engine.asked) == before


COPIED_HTML = """async () => {
    const [item] = await navigator.clipboard.read();
    return (await item.getType("text/html")).text();
}"""


def test_the_sources_of_an_answer_are_copied_as_references(pages: Pages, address: str) -> None:
    page = pages.open(address, permissions=["clipboard-read", "clipboard-write"])
    turn = ask(page, FACT)
    for style, words in (("Chicago", "Accessed"), ("APA", "Retrieved"), ("BibTeX", "@online{wsws-2024-11-15")):
        turn.locator(".copy-menu summary").click()
        turn.get_by_role("button", name=style).click()
        expect(turn.locator(f"[data-copy-as={style.lower()}].done")).to_have_text("Copied")
        assert words in page.evaluate("navigator.clipboard.readText()")
        page.locator("h1").click()
        expect(turn.locator(".copy-styles")).to_be_hidden()


def test_copying_with_references_and_a_link_that_asks_the_question_alone(pages: Pages, address: str) -> None:
    page = pages.open(address, permissions=["clipboard-read", "clipboard-write"])
    ask(page, FACT)
    turn = ask(page, "and in January 2024?")
    turn.get_by_role("button", name="Copy with references").click()
    expect(turn.get_by_role("button", name="Copied", exact=True)).to_be_visible()
    text = page.evaluate("navigator.clipboard.readText()")
    assert turn.locator(".quoted").first.inner_text() in text.replace("\\", "")
    assert "World Socialist Web Site" in text
    rich = page.evaluate(COPIED_HTML)
    assert "” [1]</p>" in rich
    assert "<strong>References</strong>" in rich
    turn.get_by_role("button", name="Copy link").click()
    expect(turn.get_by_role("button", name="Link copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    other = pages.open(link)
    expect(other.locator(".asked")).to_contain_text(f"{FACT} and in January 2024?")


def test_a_judgement_with_its_reason_is_kept_in_the_local_file(pages: Pages, tmp_path: Path) -> None:
    with serving(OverlapEngine(read_corpus(CORPUS)), tmp_path) as url:
        page = pages.open(url)
        turn = ask(page, FACT)
        down = turn.get_by_role("button", name="Bad answer")
        down.click()
        reason = turn.get_by_role("textbox", name="What is good or wrong about it?")
        expect(reason).to_be_focused()
        reason.fill("It counts <two> kinds of case.")
        turn.get_by_role("button", name="Save", exact=True).click()
        expect(turn.locator(".feedback-saved")).to_contain_text("footnote feedback")
        expect(down).to_have_attribute("aria-pressed", "true")
        expect(down).to_be_focused()
        (entry,) = read_feedback(tmp_path).entries
        assert (entry.verdict, entry.reason, entry.question) == ("down", "It counts <two> kinds of case.", FACT)
        assert entry.quotes
        page.reload()
        ready(page)
        expect(down).to_have_attribute("aria-pressed", "true")


def test_a_conversation_is_saved_as_markdown_page_and_bundle_that_replays(pages: Pages, own_home: Path) -> None:
    with serving(None, own_home) as url:
        page = pages.open(url, accept_downloads=True)
        said = ask(page, FACT).locator(".quoted").first.inner_text()
        ask(page, REFUSED)
        conversations(page)
        files = {}
        for name in ("Markdown", "Web page", "Evidence bundle", "BibTeX"):
            with page.expect_download() as waiting:
                page.locator("#conversations").get_by_role("button", name=name).click()
            files[name] = (waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes())
    assert [f[0].rpartition(".")[2] for f in files.values()] == ["md", "html", "zip", "bib"]
    assert b"@online{wsws-2024-11-15-desertions-avalanche" in files["BibTeX"][1]
    assert FACT in files["Markdown"][1].decode()
    assert said in files["Markdown"][1].decode().replace("\\", "")
    shown = pages.browser.new_page()
    shown.set_content(files["Web page"][1].decode())
    expect(shown.get_by_text(said).first).to_be_visible()
    shown.close()
    replayed = replay(files["Evidence bundle"][1], own_home)
    assert replayed.ok
    assert any(q.text == said for q in replayed.quotes)


EVIL = (
    "not json", "null", "[]", '{"exchanges": 5}', '{"exchanges": [null]}', '{"exchanges": [{"record": 7}]}',
    '{"exchanges": [{"record": {"question": {"a": 1}}}], "title": {"x": 1}, "updated": "soon"}',
    json.dumps({"title": "<img src=x onerror=alert(1)>", "updated": 1, "exchanges": [
        {"id": "\"]'><svg onload=alert(1)>", "judged": "\"]' x", "record": {
            "question": "<img src=x onerror=alert(1)>${alert(1)}", "problem": "<script>alert(1)</script>"}}]}),
)  # fmt: skip
SAID = ("can no longer be read", "<script>alert(1)</script>")  # the last one can be read: it is text


def test_whatever_the_browser_kept_nothing_runs_and_nothing_breaks(pages: Pages, address: str) -> None:
    page = pages.open(address)
    keep = "([k, v]) => localStorage.setItem(k, v)"
    page.evaluate(keep, ["footnote/language", "<x>"])
    for n, kept in enumerate(EVIL):
        page.evaluate(keep, [f"footnote/conversation/evil{n}", kept])
    for n in range(len(EVIL)):
        page.evaluate("name => sessionStorage.setItem('footnote/here', name)", f"evil{n}")
        page.reload()  # as in a tab that showed this conversation
        ready(page)
        expect(page.locator(".welcome, article.turn").first).to_be_visible()
        if "record" in EVIL[n]:
            expect(page.locator("article.turn .problem")).to_contain_text(SAID[n == len(EVIL) - 1])
    expect(conversations(page)).to_have_count(len(EVIL))
    page.keyboard.press("Escape")
    new(page)
    ask(page, FACT)
    expect(page.locator("article.turn .mark").first).to_be_visible()
    expect(conversations(page)).to_have_count(len(EVIL) + 1)
    for n in range(len(EVIL)):
        evil = page.locator(f"#conversations li[data-id=evil{n}]")
        evil.get_by_role("button", name="Delete").click()
        evil.get_by_role("button", name="Delete for good?").click()
    expect(conversations(page)).to_have_count(1)


def test_forged_words_in_the_browser_are_never_shown_as_a_quotation(pages: Pages, address: str) -> None:
    page = pages.open(address)
    ask(page, FACT)
    page.evaluate(
        """() => { const k = Object.keys(localStorage).find((k) => k.startsWith('footnote/conversation/'));
        localStorage.setItem(k, localStorage.getItem(k).replaceAll('Nine-thousand-forty-eight', 'Ninety')); }"""
    )
    page.reload()
    ready(page)
    turn = page.locator("article.turn")
    expect(turn.locator(".words.gone")).to_contain_text("Ninety")
    expect(turn.locator(".words.gone .quoted")).to_have_count(0)
    expect(turn.locator(".mark.gone")).to_have_accessible_name(
        "Footnote 1: no longer proved, because its source has changed"
    )
    expect(page.locator("#evidence .changed")).to_contain_text("source changed, not proved")
    expect(page.locator("#evidence mark", has_text="Ninety")).to_have_count(0)
    expect(turn.get_by_role("button", name="Copy with references")).to_have_count(0)


def test_full_storage_is_said_in_words_and_asking_goes_on(pages: Pages, tmp_path: Path) -> None:
    with serving(OverlapEngine([source_of("Smugglers asked for 20,000 dollars at the border.")]), tmp_path) as url:
        page = pages.open(url)
        page.evaluate(
            "() => { Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') } }"
        )
        ask(page, "Smugglers asked dollars")
        expect(page.locator(".storage-full")).to_contain_text("This browser cannot save any more")
        ask(page, "Smugglers asked dollars")
        expect(page.locator("article.turn")).to_have_count(2)
