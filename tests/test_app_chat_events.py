"""What the server does for each event of the page, without a browser: words in place of errors, files, judgements."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from app.chat.events import Events
from app.chat.session.engine import EngineDoor
from app.chat.session.exchange import Desk
from app.chat.session.messages import Ticket
from app.feedback import read
from app.settings import Settings
from app.words.english import ENGLISH
from index.errors import FootnoteError, NoIndexError
from index.read.corpus import read_corpus
from tests.chat_engine import OverlapEngine
from tests.conftest import CORPUS
from tests.test_app_chat import Page, asked

QUESTION = "How many criminal cases of desertion were opened by September 2024?"


def event(**data: object) -> gr.EventData:
    return gr.EventData(None, data)


def ticket(**fields: object) -> str:
    return Ticket.model_validate(fields).model_dump_json()


def content(post: str) -> dict[str, Any]:
    """What a letter tells."""
    attributes = dict(Page(post).attributes)
    return {"kind": attributes["data-kind"], **json.loads(attributes["value"] or "")}


@pytest.fixture
def engine() -> OverlapEngine:
    return OverlapEngine(read_corpus(CORPUS))


@pytest.fixture
def events(engine: OverlapEngine, tmp_path: Path) -> Events:
    return Events(EngineDoor(lambda: engine, engine), Settings(home=tmp_path, corpus=CORPUS))


@pytest.fixture
def shut(tmp_path: Path) -> Events:
    """Events of a server without an index."""

    def open_engine() -> OverlapEngine:
        raise NoIndexError(f"nothing in {tmp_path}")

    return Events(EngineDoor(open_engine), Settings(home=tmp_path, corpus=CORPUS))


def test_asking_streams_and_the_last_word_is_a_letter_to_keep_it(events: Events) -> None:
    steps = list(events.ask(QUESTION, ticket(talk="a"), Desk("a"), "en", event()))
    assert len(steps) > 3
    assert steps[0][3] == "", "the box is emptied"
    assert all(s[3] != "" for s in steps[1:]), "and what is typed meanwhile stays"
    *_, (_, _, desk, _, post) = steps
    letter = content(post)
    assert letter["kind"] == "kept"
    assert letter["talk"] == "a"
    assert letter["turns"] == ["t1"]
    assert letter["record"]["answer"]["id"]
    assert desk.conversation[0].quotes


def test_a_server_that_does_not_know_the_conversation_asks_for_it(events: Events, engine: OverlapEngine) -> None:
    (step,) = events.ask("and in October?", ticket(talk="a", turns=1), Desk(), "en", event())
    letter = content(step[4])
    assert (letter["kind"], letter["question"], letter["typed"]) == ("send-records", "and in October?", True)
    assert engine.asked == []
    records = [{"question": QUESTION, "problem": "x"}]
    steps = events.ask(
        "", ticket(talk="a", turns=1, records=records), Desk(), "en", event(question="and in October?", typed=True)
    )
    *_, last = steps
    assert [e.question for e in last[2].conversation] == [QUESTION, "and in October?"]


def test_nothing_typed_asks_nothing(events: Events, engine: OverlapEngine) -> None:
    list(events.ask("  ", ticket(), Desk(), "en", event()))
    assert engine.asked == []


def test_only_the_last_exchange_can_be_replaced(events: Events, engine: OverlapEngine) -> None:
    desk = Desk("a", asked(engine, QUESTION, QUESTION))
    for replace, count in (("t1", 3), ("t2", 2), ("t9", 3)):
        *_, last = events.ask(QUESTION, ticket(talk="a", turns=2, replace=replace), desk, "en", event())
        assert len(last[2].conversation) == count


def test_sources_that_are_gone_are_said_so(events: Events, engine: OverlapEngine) -> None:
    *_, last = events.ask(QUESTION, ticket(sources=["no-such"]), Desk(), "en", event())
    assert "None of the chosen sources" in last[2].conversation[0].problem
    assert engine.asked == []


def test_a_stop_settles_what_is_pending_and_only_in_its_own_conversation(events: Events) -> None:
    steps = events.ask(QUESTION, ticket(talk="a"), Desk("a"), "en", event())
    for _ in range(3):
        desk = next(steps)[2]
    assert desk.conversation[0].pending
    now = events.settle(ticket(talk="a"), desk, "en")[2]
    assert now.conversation[0].stopped
    assert now.conversation[0].statements == desk.conversation[0].statements
    assert not isinstance(events.settle(ticket(talk="b"), desk, "en")[2], Desk)


def test_a_page_is_greeted_in_its_language_with_what_it_kept(events: Events) -> None:
    records = [{"question": QUESTION, "problem": "x"}]
    code, masthead, *_, desk, post = events.greet(ticket(talk="a", languages=["uk-UA"], records=records))
    assert code == "uk"
    assert "Розмови" in masthead
    assert desk.talk == "a"
    assert len(desk.conversation) == 1
    assert content(post)["kind"] == "arrived"
    assert events.greet("nonsense")[0] == "en"


def test_without_an_index_every_event_says_what_to_do(shut: Events, tmp_path: Path) -> None:
    words = "footnote index build"
    assert words in shut.opening(ENGLISH)
    assert words in shut.shelf(ENGLISH)
    *_, last = shut.ask(QUESTION, ticket(), Desk(), "en", event())
    assert words in last[0]
    assert words in shut.open(Desk(), None, "en", event(source="x", opened=1))
    assert words in shut.compare(last[2], "en", event(turn="t1", opened=1))[0]
    assert str(tmp_path) not in str(shut.greet(ticket())) + last[0]


def test_a_failing_comparison_is_said_in_words(events: Events, engine: OverlapEngine) -> None:
    desk = Desk("a", asked(engine, QUESTION))

    def fail(*_: object) -> None:
        raise FootnoteError("cannot read /srv/home/alice/x.db")

    engine.compare = fail  # type: ignore[method-assign, assignment]
    shown, compared = events.compare(desk, "en", event(turn="t1", opened=1))
    assert compared is None
    assert "cannot read x.db" in shown
    assert "alice" not in shown


@pytest.mark.parametrize(
    "data", [{}, {"turn": "t9", "number": 1, "opened": 1}, {"turn": "t1", "number": 99, "opened": 1},
             {"turn": "t1", "number": "1", "opened": 1}, {"turn": "t1", "nearest": 0, "opened": 1},
             {"turn": "t1", "row": 1, "opened": 1}, {"turn": "t1", "number": 1}],
)  # fmt: skip
def test_what_names_no_place_opens_nothing(events: Events, engine: OverlapEngine, data: dict[str, object]) -> None:
    desk = Desk("a", asked(engine, QUESTION))
    assert not isinstance(events.open(desk, None, "en", event(**data)), str)


@pytest.mark.parametrize("kind", ["markdown", "html", "bundle"])
def test_a_conversation_becomes_a_file(events: Events, engine: OverlapEngine, kind: str) -> None:
    letter = content(events.save(Desk("a", asked(engine, QUESTION)), "en", event(kind=kind, title="Autumn")))
    assert letter["kind"] == "file"
    assert "autumn" in letter["name"]
    assert base64.b64decode(letter["content"])


def test_nothing_to_save_and_no_such_format_are_said_in_words(events: Events, engine: OverlapEngine) -> None:
    assert "no finished answer" in content(events.save(Desk(), "en", event(kind="html")))["problem"]
    desk = Desk("a", asked(engine, QUESTION))
    assert "no such file format" in content(events.save(desk, "en", event(kind="../x")))["problem"]


def test_a_judgement_is_kept_or_said_to_be_wrong(
    events: Events, engine: OverlapEngine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    desk = Desk("a", asked(engine, QUESTION))
    letter = content(events.judge(desk, "en", event(turn="t1", verdict="up", reason="")))
    assert letter["verdict"] == "up"
    assert [e.verdict for e in read(tmp_path).entries] == ["up"]
    for wrong in ({"verdict": "sideways"}, {"verdict": "down", "reason": "x" * 3000}):
        assert content(events.judge(desk, "en", event(turn="t1", **wrong)))["problem"]
    assert len(read(tmp_path).entries) == 1


def test_a_rebuilt_index_is_noticed_once(events: Events, engine: OverlapEngine) -> None:
    assert not isinstance(events.look("en", event(generation="g1"))[0], str)
    engine.switch(read_corpus(CORPUS)[:3], "g2")
    shelf, notice = events.look("en", event(generation="g1"))
    assert 'data-generation="g2"' in shelf
    assert "3 sources" in notice
    assert events.look("en", event(generation=""))[1] == "", "a page that showed no index has none newer"
