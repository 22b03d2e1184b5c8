"""The chat with a language model, in a browser: its answers stream, its footnotes are proved, it may be left alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from app.engine import Engine
from app.words.languages import ENGLISH, TEXTS
from tests.browser import Pages, answered, ask, ready, serving
from tests.llm_server import FORTY, MODEL, UNION, YARD, LlmServer, Request, Say, as_reply, open_yard, speaking
from tests.test_app_llm_follow_up import UKRAINIAN
from tests.test_app_llm_translate import BOTH, NOT_ACCEPTED, SAID, SHIPS, translating
from tests.test_browser_access import violations

pytestmark = [pytest.mark.browser, pytest.mark.slow]
FOLLOW_UP = "And how many ships did it build?"
RIGHT = "In 1912 forty ships were built by the yard."
KING = "The king built them with his own hands."


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("speaking")


@pytest.fixture(scope="module")
def silent(home: Path) -> Engine:
    return open_yard(home)


@pytest.fixture
def served(silent: Engine, server: LlmServer, home: Path) -> Iterator[str]:
    """The chat's address; its model says `RIGHT` unless a test wants something else."""
    server.claims((FORTY, FORTY, RIGHT))
    with serving(speaking(silent, server), home, home / "corpus") as url:
        yield url
    silent.model = None


def engine(page: Page, words: str) -> Locator:
    return page.get_by_role("radio", name=words)


def below(turn: Locator) -> Locator:
    return turn.locator(".engine")


@pytest.mark.parametrize("code", ["en", "uk"])
def test_the_page_promises_no_quotations_where_a_model_answers(
    pages: Pages, served: str, silent: Engine, code: str
) -> None:
    texts = TEXTS[code]
    page = pages.open(served)
    page.locator("[data-language]").select_option(code)
    expect(page.locator(".header p")).to_have_text(texts.tagline_model)
    expect(page.locator(".welcome-more")).to_have_text(texts.welcome_model)
    silent.model = None
    page = pages.open(served)
    page.locator("[data-language]").select_option(code)
    expect(page.locator(".header p")).to_have_text(texts.tagline)
    expect(page.locator(".welcome-more")).to_have_text(texts.welcome_more)


def test_a_statement_stands_there_before_the_model_has_ended_and_what_rests_on_nothing_is_marked(
    pages: Pages, served: str, server: LlmServer
) -> None:
    more = threading.Event()

    def say(request: Request) -> Say:
        number = request.number(FORTY)
        return Say(as_reply(request, [(number, FORTY, RIGHT), (0, "", KING)]), hold=more, held_at=KING)

    server.say = say
    page = pages.open(served)
    page.locator("#question textarea").fill(YARD)
    page.keyboard.press("Enter")
    turn = page.locator("article.turn")
    said = turn.locator(".words", has_text=RIGHT)
    expect(said.locator(".mark")).to_have_text("1")
    expect(said).to_contain_text(ENGLISH.supports["supported"])
    expect(turn.locator(".answer[aria-busy=true]")).to_be_visible()
    expect(turn.locator(".waiting")).to_contain_text(ENGLISH.writing)
    assert KING not in turn.inner_text()
    more.set()
    answered(turn)
    doubted = turn.locator(".words", has_text=KING)
    expect(doubted).to_contain_text(ENGLISH.supports["not-found"])
    expect(doubted.locator(".mark")).to_have_count(0)
    expect(below(turn)).to_have_text(ENGLISH.in_words_of.format(name=MODEL))
    said.locator(".mark").click()
    expect(page.locator("#evidence .passage[aria-current] mark")).to_have_text(FORTY)


def test_the_engine_is_chosen_for_one_question_and_back(pages: Pages, served: str, server: LlmServer) -> None:
    page = pages.open(served)
    expect(engine(page, ENGLISH.in_its_words)).to_be_checked()
    first = ask(page, YARD)
    expect(below(first)).to_have_text(ENGLISH.in_words_of.format(name=MODEL))
    asked = len(server.asked)
    engine(page, ENGLISH.in_its_words).focus()
    page.keyboard.press("ArrowRight")
    expect(engine(page, ENGLISH.quotations_only)).to_be_checked()
    other = pages.open(served)  # a visit of somebody else
    second = ask(page, YARD)
    expect(second.locator(".quoted").first).to_have_text(FORTY)
    expect(below(second)).to_have_text(ENGLISH.model_left_alone)
    assert len(server.asked) == asked, "nothing is sent to the model"
    expect(below(ask(other, YARD))).to_have_text(ENGLISH.in_words_of.format(name=MODEL))
    page.reload()
    ready(page)
    expect(engine(page, ENGLISH.quotations_only)).to_be_checked()
    expect(below(page.locator("article.turn").nth(0))).to_have_text(ENGLISH.in_words_of.format(name=MODEL))
    expect(below(page.locator("article.turn").nth(1))).to_have_text(ENGLISH.model_left_alone)
    engine(page, ENGLISH.in_its_words).check()
    page.locator("[data-again]").click()
    expect(below(page.locator("article.turn").nth(1))).to_have_text(ENGLISH.in_words_of.format(name=MODEL))


def test_two_tabs_may_choose_differently(pages: Pages, served: str) -> None:
    profile = pages.profile()
    one, two = pages.open(served, context=profile), pages.open(served, context=profile)
    engine(one, ENGLISH.quotations_only).check()
    expect(below(ask(one, YARD))).to_have_text(ENGLISH.model_left_alone)
    expect(below(ask(two, YARD))).to_have_text(ENGLISH.in_words_of.format(name=MODEL))


def test_a_follow_up_shows_what_was_searched_for_and_is_asked_with_edited_words(
    pages: Pages, served: str, server: LlmServer
) -> None:
    def say(request: Request) -> Say:
        if not request.passages:
            return Say(YARD)
        return Say(as_reply(request, [(request.number(FORTY), FORTY, RIGHT)]))

    server.say = say
    page = pages.open(served)
    ask(page, "Who runs the yard?")
    turn = ask(page, FOLLOW_UP)
    line = turn.locator(".read-as")
    expect(line).to_contain_text(f"{ENGLISH.read_as} {YARD}")
    expect(line.get_by_role("button", name=ENGLISH.ask_alone)).to_be_visible()
    line.get_by_role("button", name=ENGLISH.reword).click()
    box = page.get_by_role("textbox", name=ENGLISH.reword_label)
    expect(box).to_be_focused()
    expect(box).to_have_value(YARD)
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(line.get_by_role("button", name=ENGLISH.reword)).to_be_focused()
    page.keyboard.press("Enter")
    edited = "Did the union accept the figure of forty ships?"
    box.fill(edited)
    asked = len(server.asked)
    page.keyboard.press("Enter")
    turn = page.locator("article.turn").nth(1)
    expect(turn.locator(".read-as")).to_contain_text(f"{ENGLISH.read_as} {edited}")
    answered(turn)
    expect(page.locator("article.turn")).to_have_count(2)
    expect(turn.locator(".asked")).to_contain_text(FOLLOW_UP)
    assert len(server.asked) == asked + 1, "edited words are not rewritten"
    assert f"{FOLLOW_UP} (understood as: {edited})" in server.asked[-1].prompt
    page.reload()
    ready(page)
    expect(page.locator("article.turn").nth(1).locator(".read-as")).to_contain_text(edited)


def test_with_the_models_server_gone_there_are_quotations_and_once_it_is_back_its_words(
    pages: Pages, served: str, server: LlmServer
) -> None:
    page = pages.open(served)
    expect(below(ask(page, YARD))).to_have_text(ENGLISH.in_words_of.format(name=MODEL))
    server.stop()
    turn = ask(page, YARD)
    expect(turn.locator(".notice")).to_contain_text(ENGLISH.model_failures["unreachable"])
    expect(turn.locator(".quoted").first).to_have_text(FORTY)
    expect(below(turn)).to_have_text(ENGLISH.without_model)
    server.start()
    turn = ask(page, YARD)
    expect(turn.locator(".words").first).to_contain_text(RIGHT)
    expect(below(turn)).to_have_text(ENGLISH.in_words_of.format(name=MODEL))


def test_translations_come_beside_the_quotations_after_the_answer_and_are_kept(
    pages: Pages, served: str, server: LlmServer
) -> None:
    more = threading.Event()
    translating(server, Say(BOTH, hold=more, held_at="["))
    texts = TEXTS["uk"]
    page = pages.open(served, locale="uk-UA")
    page.locator("#question textarea").fill(UKRAINIAN)
    page.keyboard.press("Enter")
    turn, beside = page.locator("article.turn"), page.locator("#evidence")
    expect(beside.locator(".waiting")).to_contain_text(texts.translating)
    expect(turn.locator(".answer[aria-busy=false]")).to_contain_text(SAID)
    page.locator("[data-edit]").click()
    turn.evaluate("e => { e.dataset.same = 'yes'; }")
    page.wait_for_timeout(1200)
    assert turn.evaluate("e => e.dataset.same") == "yes", "what is read or selected is not made anew meanwhile"
    more.set()
    passage = beside.locator(".passage", has_text=FORTY)
    expect(passage.locator(".translation")).to_contain_text(texts.machine_translation.format(model=MODEL))
    expect(passage.locator(".translation [lang=uk]")).to_have_text(SHIPS)
    expect(passage.locator("mark")).to_have_text(FORTY)
    expect(page.locator("[data-editing]")).to_be_visible()
    page.reload()
    ready(page)
    expect(turn.locator(".translation", has_text=NOT_ACCEPTED).first).to_be_visible()
    expect(turn.locator(".quoted")).to_have_text(UNION)
    expect(passage.locator(".translation")).to_contain_text(SHIPS)


def test_the_next_question_does_not_wait_for_translations(pages: Pages, served: str, server: LlmServer) -> None:
    never = threading.Event()
    translating(server, Say(BOTH, hold=never, held_at="["))
    page = pages.open(served)
    page.locator("#question textarea").fill(UKRAINIAN)
    page.keyboard.press("Enter")
    expect(page.locator("#evidence .waiting")).to_contain_text(ENGLISH.translating)
    expect(page.locator("#ask")).to_be_visible()
    turn = ask(page, YARD)
    expect(turn.locator(".words").first).to_contain_text(SAID)
    expect(page.locator("#evidence .waiting")).to_have_count(0)
    page.reload()
    ready(page)
    expect(page.locator("article.turn").nth(0)).to_contain_text(SAID)
    never.set()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_choice_fits_the_page_in_ukrainian(pages: Pages, served: str, width: int) -> None:
    texts = TEXTS["uk"]
    page = pages.open(served, viewport={"width": width, "height": 844}, locale="uk-UA")
    expect(page.locator("[data-engines]")).to_contain_text(MODEL)
    engine(page, texts.quotations_only).check()
    expect(below(ask(page, YARD))).to_have_text(texts.model_left_alone)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box, choice = page.locator("#question").bounding_box(), page.locator("[data-engines]").bounding_box()
    assert box
    assert choice
    assert 0 <= box["y"] - (choice["y"] + choice["height"]) < 30, "it stands right above the question box"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(pages: Pages, served: str, server: LlmServer, scheme: str) -> None:
    translating(server)
    page = pages.open(served, color_scheme=scheme, reduced_motion="reduce", locale="uk-UA")
    turn = ask(page, UKRAINIAN)
    expect(page.locator("#evidence .translation").first).to_be_visible()
    turn.locator("[data-reword]").click()
    engine(page, TEXTS["uk"].quotations_only).check()
    assert violations(page) == []


def test_without_a_model_there_is_nothing_to_choose(pages: Pages, silent: Engine, home: Path) -> None:
    with serving(silent, home, home / "corpus") as url:
        page = pages.open(url)
        turn = ask(page, YARD)
        expect(page.get_by_role("radio")).to_have_count(0)
        expect(below(turn)).to_have_count(0)
