"""What the server does for each event of the page, without a browser: words in place of errors, files, judgements."""

from __future__ import annotations

import base64
import dataclasses
import json
import logging
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from app.chat.events import Events
from app.chat.overlays import Overlays
from app.chat.session.engine import EngineProvider
from app.chat.session.exchange import MOST, TabState
from app.chat.session.messages import ClientState
from app.feedback import read
from app.settings import Settings
from app.words.languages import ENGLISH
from index.errors import FootnoteError, NoIndexError
from index.read.corpus import read_corpus
from tests.chat_engine import OverlapEngine
from tests.conftest import CORPUS
from tests.test_app_chat import Page, asked

QUESTION = "How many criminal cases of desertion were opened by September 2024?"


def event(**data: object) -> gr.EventData:
    return gr.EventData(None, data)


def client(**fields: object) -> str:
    return ClientState.model_validate(fields).model_dump_json()


def content(text: str) -> dict[str, Any]:
    """Read a message."""
    attributes = dict(Page(text).attributes)
    return {"kind": attributes["data-kind"], **json.loads(attributes["value"] or "")}


@pytest.fixture
def engine() -> OverlapEngine:
    return OverlapEngine(read_corpus(CORPUS))


@pytest.fixture
def events(engine: OverlapEngine, tmp_path: Path) -> Events:
    return Events(EngineProvider(lambda: engine, engine), Settings(home=tmp_path, corpus=CORPUS))


@pytest.fixture
def shut(tmp_path: Path) -> Events:
    """Events of a server without an index."""

    def open_engine() -> OverlapEngine:
        raise NoIndexError(f"nothing in {tmp_path}")

    return Events(EngineProvider(open_engine), Settings(home=tmp_path, corpus=CORPUS))


def test_asking_streams_and_ends_with_a_message_to_keep_the_exchange(events: Events) -> None:
    steps = list(events.ask(QUESTION, client(conversation_id="a"), TabState("a"), "en", event()))
    assert len(steps) > 3
    assert steps[0][3] == "", "the box is emptied"
    assert all(s[3] != "" for s in steps[1:]), "and what is typed meanwhile stays"
    *_, (_, _, tab, _, messages) = steps
    message = content(messages)
    assert message["kind"] == "exchange"
    assert message["conversation_id"] == "a"
    assert message["turns"] == ["t1"]
    assert message["record"]["answer"]["id"]
    assert tab.conversation[0].quotes


def test_a_server_that_does_not_know_the_conversation_asks_for_it(events: Events, engine: OverlapEngine) -> None:
    (step,) = events.ask("and in October?", client(conversation_id="a", turns=1), TabState(), "en", event())
    message = content(step[4])
    assert (message["kind"], message["question"], message["typed"]) == ("send-records", "and in October?", True)
    assert engine.asked == []
    records = [{"question": QUESTION, "problem": "x"}]
    state = client(conversation_id="a", turns=1, records=records)
    steps = events.ask("", state, TabState(), "en", event(question="and in October?", typed=True))
    *_, last = steps
    assert [e.question for e in last[2].conversation] == [QUESTION, "and in October?"]


def test_nothing_typed_asks_nothing(events: Events, engine: OverlapEngine) -> None:
    list(events.ask("  ", client(), TabState(), "en", event()))
    assert engine.asked == []


def test_only_the_last_exchange_can_be_replaced(events: Events, engine: OverlapEngine) -> None:
    tab = TabState("a", asked(engine, QUESTION, QUESTION))
    for replace, count in (("t1", 3), ("t2", 2), ("t9", 3)):
        *_, last = events.ask(QUESTION, client(conversation_id="a", turns=2, replace=replace), tab, "en", event())
        assert len(last[2].conversation) == count


def test_sources_that_are_gone_are_said_so(events: Events, engine: OverlapEngine) -> None:
    *_, last = events.ask(QUESTION, client(sources=["no-such"]), TabState(), "en", event())
    assert "None of the sources you chose" in last[2].conversation[0].problem
    assert engine.asked == []


def test_a_stop_settles_what_is_pending_and_only_in_its_own_conversation(events: Events) -> None:
    steps = events.ask(QUESTION, client(conversation_id="a"), TabState("a"), "en", event())
    for _ in range(3):
        tab = next(steps)[2]
    assert tab.conversation[0].pending
    now = events.stop(client(conversation_id="a"), tab, "en")[2]
    assert now.conversation[0].stopped
    assert now.conversation[0].statements == tab.conversation[0].statements
    assert not isinstance(events.stop(client(conversation_id="b"), tab, "en")[2], TabState)


def test_a_page_is_loaded_in_its_language_with_what_it_kept(events: Events) -> None:
    records = [{"question": QUESTION, "problem": "x"}]
    code, header, *_, tab, messages = events.load(client(conversation_id="a", languages=["uk-UA"], records=records))
    assert code == "uk"
    assert "Розмови" in header
    assert tab.conversation_id == "a"
    assert len(tab.conversation) == 1
    assert content(messages)["kind"] == "ready"
    assert events.load("nonsense")[0] == "en"


def test_without_an_index_every_event_says_what_to_do(shut: Events, tmp_path: Path) -> None:
    words = "footnote index build"
    assert words in shut.frame.first_page(ENGLISH)
    assert words in shut.frame.sources_panel(ENGLISH)
    *_, last = shut.ask(QUESTION, client(), TabState(), "en", event())
    assert words in last[0]
    assert words in Overlays(shut.provider).open_source(TabState(), None, "en", event(source="x", opened=1))
    assert words in Overlays(shut.provider).compare(last[2], "en", event(turn="t1", opened=1))[0]
    assert str(tmp_path) not in str(shut.load(client())) + last[0]


def test_a_failing_comparison_is_said_in_words(events: Events, engine: OverlapEngine) -> None:
    tab = TabState("a", asked(engine, QUESTION))

    def fail(*_: object) -> None:
        raise FootnoteError("cannot read /srv/home/alice/x.db")

    engine.compare = fail  # type: ignore[method-assign, assignment]
    shown, compared = Overlays(events.provider).compare(tab, "en", event(turn="t1", opened=1))
    assert compared is None
    assert "cannot read x.db" in shown
    assert "alice" not in shown


@pytest.mark.parametrize(
    "data", [{}, {"turn": "t9", "number": 1, "opened": 1}, {"turn": "t1", "number": 99, "opened": 1},
             {"turn": "t1", "number": "1", "opened": 1}, {"turn": "t1", "nearest": 0, "opened": 1},
             {"turn": "t1", "row": 1, "opened": 1}, {"turn": "t1", "number": 1}],
)  # fmt: skip
def test_what_names_no_place_opens_nothing(events: Events, engine: OverlapEngine, data: dict[str, object]) -> None:
    tab = TabState("a", asked(engine, QUESTION))
    assert not isinstance(Overlays(events.provider).open_source(tab, None, "en", event(**data)), str)


@pytest.mark.parametrize("kind", ["markdown", "html", "bundle"])
def test_a_conversation_becomes_a_file(events: Events, engine: OverlapEngine, kind: str) -> None:
    message = content(events.save(TabState("a", asked(engine, QUESTION)), "en", event(kind=kind, title="Autumn")))
    assert message["kind"] == "file"
    assert "autumn" in message["name"]
    assert base64.b64decode(message["content"])


def test_nothing_to_save_and_no_such_format_are_said_in_words(events: Events, engine: OverlapEngine) -> None:
    assert "no finished answer" in content(events.save(TabState(), "en", event(kind="html")))["problem"]
    tab = TabState("a", asked(engine, QUESTION))
    assert "no such file format" in content(events.save(tab, "en", event(kind="../x")))["problem"]


def test_a_judgement_is_kept_or_said_to_be_wrong(
    events: Events, engine: OverlapEngine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    tab = TabState("a", asked(engine, QUESTION))
    message = content(events.feedback(tab, "en", event(turn="t1", verdict="up", reason="")))
    assert message["verdict"] == "up"
    assert [e.verdict for e in read(tmp_path).entries] == ["up"]
    for wrong, said in (
        ({"verdict": "sideways"}, "neither 'up' (a good answer) nor 'down' (a bad one)"),
        ({}, "neither 'up'"),
        ({"verdict": ["up"]}, "neither 'up'"),
        ({"verdict": "down", "reason": "x" * 3000}, "the reason has 3000 characters; write at most 2000"),
    ):
        assert said in content(events.feedback(tab, "en", event(turn="t1", **wrong)))["problem"]
    assert len(read(tmp_path).entries) == 1


def test_a_rebuilt_index_is_noticed_once(events: Events, engine: OverlapEngine) -> None:
    assert not isinstance(events.check_index(TabState(), "en", event(generation="g1"))[0], str)
    engine.switch(read_corpus(CORPUS)[:3], "g2")
    panel, notice, *conversation = events.check_index(TabState(), "en", event(generation="g1"))
    assert 'data-generation="g2"' in panel
    assert "3 sources" in notice
    assert not any(isinstance(shown, str) for shown in conversation), "nothing that it quotes was removed"
    newer = events.check_index(TabState(), "en", event(generation=""))[1]
    assert newer == "", "a page that showed no index has none newer"


@pytest.mark.parametrize("typed", [True, False])
def test_a_question_that_is_too_long_is_said_so_and_never_asked(
    events: Events, engine: OverlapEngine, typed: bool
) -> None:
    question = "Why? " * 200_000
    data = {} if typed else {"question": question}
    *_, last = events.ask(question if typed else "", client(), TabState(), "en", event(**data))
    (exchange,) = last[2].conversation
    assert exchange.problem.startswith(f"The question has {len(question) - 1} characters. Footnote takes at most 2000")
    assert len("".join(map(str, last))) < 20_000, "nothing carries the megabyte on"
    assert content(last[4])["record"]["problem"] == exchange.problem, "and the browser can keep it"
    assert engine.asked == []


def test_half_a_character_in_a_question_is_no_error(events: Events, engine: OverlapEngine) -> None:
    *_, last = events.ask(f"{QUESTION} \ud800", client(), TabState(), "en", event())
    assert not last[2].conversation[0].problem
    assert engine.asked[0][0] == f"{QUESTION} \ufffd"
    "".join(map(str, last)).encode("utf-8")


def test_a_long_conversation_keeps_its_latest_exchanges(events: Events, engine: OverlapEngine) -> None:
    one = asked(engine, QUESTION)[0]
    tab = TabState("a", tuple(dataclasses.replace(one, id=f"t{n}") for n in range(1, MOST + 1)))
    *_, last = events.ask(QUESTION, client(conversation_id="a", turns=MOST), tab, "en", event())
    ids = [e.id for e in last[2].conversation]
    assert (len(ids), ids[0], ids[-1]) == (MOST, "t2", f"t{MOST + 1}")
