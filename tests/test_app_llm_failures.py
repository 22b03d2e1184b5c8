"""A language model that fails, in every way: the answer is made of quotations, a line says why, and nothing hangs."""

from __future__ import annotations

import logging
import socket
import threading
import time
from contextlib import closing

import pytest

from app.chat.session.converse import converse
from app.chat.session.engine import EngineProvider
from app.engine import Engine
from app.events import Anew, StatementReady, Writing
from app.llm.prompt import tokens
from app.query import Query
from app.records import Answer, Support
from app.render.markdown import conversation_html
from app.words.describe import model_words
from app.words.languages import ENGLISH, TEXTS
from tests.fakes import free_port
from tests.llm_server import FORTY, YARD, LlmServer, Request, Say, as_reply, speaking

RAW = '{"statements": [{"passage": 1, "quote": "The yard'


def failed(yard: Engine, answer: Answer) -> str:
    """Why the answer is extractive; it is the very one that there is without a model."""
    assert answer.model is not None
    assert answer.engine.startswith("extractive")
    assert answer.statements == yard.answer(Query(YARD, quotations_only=True)).statements
    assert answer.direct
    for texts in TEXTS.values():
        assert model_words(answer.model, texts).endswith(texts.model_failed.format(why=""))
    return answer.model.failure


def lines(*said: str) -> Say:
    return Say("\n".join(said))


@pytest.mark.parametrize(
    ("say", "reason"),
    [
        (Say(status=401, error="bad key"), "key"),
        (Say(status=403), "key"),
        (Say(status=404, error="model 'x' not found"), "missing"),
        (Say(status=400, error="This model's maximum context length is 512 tokens"), "window"),
        (Say(status=500), "server"),
        (Say(status=503), "server"),
        (Say(status=302, headers={"location": "http://127.0.0.1:9/v1/chat/completions"}), "server"),
        (Say(""), "empty"),
        (Say("", finish=None), "empty"),
        (Say("<think>What may that be"), "empty"),
        (Say(RAW), "invalid"),
        (Say('{"answer": "forty"}'), "invalid"),
        (Say('{"statements": []}'), "declined"),
        (Say("Forty ships, of course.\nEverybody knows it."), "unproved"),
        (Say(RAW, finish=None), "cut"),
        (Say("x" * 300, cut=100), "cut"),
        (Say("Very " * 20, finish="length"), "rambling"),
        (Say("blah " * 8000, size=4000), "rambling"),
        (Say(raw='{"error": {"message": "out of memory", "code": 500}}'), "server"),
        (Say(raw="{not json"), "cut"),
    ],
)
def test_each_failure_ends_in_quotations_and_says_why(yard: Engine, server: LlmServer, say: Say, reason: str) -> None:
    server.say = say
    assert failed(yard, speaking(yard, server).answer(YARD)) == reason


def test_a_server_that_is_not_there(yard: Engine, server: LlmServer) -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    assert failed(yard, speaking(yard, server, llm_url=url).answer(YARD)) == "unreachable"


def test_a_busy_server_is_left_alone_as_long_as_it_asks(yard: Engine, server: LlmServer) -> None:
    server.say = Say(status=429, headers={"retry-after": "7"})
    answer = speaking(yard, server).answer(YARD)
    assert failed(yard, answer) == "busy"
    assert "asks to wait 7 s" in model_words(answer.model)
    again = yard.answer(YARD)
    assert failed(yard, again) == "busy"
    assert again.model is not None
    assert 0 < again.model.wait <= 7
    assert len(server.asked) == 1


def test_a_server_that_ends_in_the_middle_leaves_proved_footnotes(yard: Engine, server: LlmServer) -> None:
    def say(request: Request) -> Say:
        text = as_reply(request, [(request.number(FORTY), FORTY, "In 1912 forty ships were built by the yard.")] * 2)
        return Say(text, cut=len(text) - 20)

    server.say = say
    events = list(speaking(yard, server).ask(YARD))
    anew = next(n for n, e in enumerate(events) if isinstance(e, Anew))
    before, after = (
        [e.statement for e in part if isinstance(e, StatementReady)] for part in (events[:anew], events[anew:])
    )
    assert (before[0].text, before[0].support) == ("In 1912 forty ships were built by the yard.", Support.SUPPORTED)
    done = events[-1]
    assert done.event == "done"
    assert after == [*done.answer.statements]
    assert failed(yard, done.answer) == "cut"
    assert "broke off" in conversation_html([done.answer], "x", yard.sources())


def test_a_models_statements_go_from_the_page_before_quotations_come(yard: Engine, server: LlmServer) -> None:
    """Two statements under one footnote number would stand side by side."""
    server.say = lambda request: Say(
        as_reply(request, [(request.number(FORTY), FORTY, "Forty, it says.")] * 2), cut=150
    )
    said = "Forty, it says."
    grown = [c[-1] for c in converse(EngineProvider(lambda: speaking(yard, server)), (), YARD, ENGLISH)]
    texts = [[s.text for s in exchange.statements] for exchange in grown]
    assert [said] in texts
    assert not any(said in shown and len(shown) > 1 for shown in texts)
    numbers = [[q.number for q in dict.fromkeys(q for s in e.statements for q in s.quotes)] for e in grown]
    assert all(len(n) == len(set(n)) for n in numbers)
    assert texts[-1][0] == FORTY


def test_a_window_too_small_is_not_even_tried(yard: Engine, server: LlmServer) -> None:
    answer = speaking(yard, server, llm_window=800).answer(YARD)
    assert failed(yard, answer) == "window"
    assert server.asked == []


def test_passages_that_do_not_fit_are_left_out(yard: Engine, server: LlmServer) -> None:
    server.claims((FORTY, FORTY, "In 1912 forty ships were built by the yard."))
    speaking(yard, server).answer(YARD)
    window = tokens(server.asked[0].prompt) + 200 - 20
    speaking(yard, server, llm_window=window, llm_tokens=200).answer(YARD)
    whole, small = (len(r.passages) for r in server.asked)
    assert 0 < small < whole


def test_a_slow_first_word(yard: Engine, server: LlmServer) -> None:
    server.say = Say("Forty.", first=5)
    engine = speaking(yard, server, llm_first=0.4)
    engine.answer("Hello!")
    began = time.monotonic()
    assert failed(yard, engine.answer(YARD)) == "slow-start"
    assert time.monotonic() - began < 4


def test_a_reply_that_does_not_end_in_time(yard: Engine, server: LlmServer) -> None:
    server.say = Say("Forty ships, they say. " * 50, pause=0.05)
    began = time.monotonic()
    assert failed(yard, speaking(yard, server, llm_whole=0.6).answer(YARD)) == "slow"
    assert time.monotonic() - began < 5


def test_a_reader_can_leave_at_any_time(yard: Engine, server: LlmServer) -> None:
    """Signs of life come while the model thinks; closing the answer closes the connection."""
    server.say = Say("Forty ships, they say. " * 50, first=0.7, pause=0.05)
    with closing(speaking(yard, server).ask(YARD)) as events:
        assert any(isinstance(e, Writing) for e in events)
    assert server.closed.wait(5)


def test_one_slow_model_does_not_hold_up_other_readers(yard: Engine, server: LlmServer) -> None:
    server.say = Say("Forty.", first=3)
    engine = speaking(yard, server)
    waiting = threading.Thread(target=engine.answer, args=(YARD,), daemon=True)
    waiting.start()
    began = time.monotonic()
    engine.answer(Query(YARD, quotations_only=True))
    assert time.monotonic() - began < 2
    assert waiting.is_alive()
    waiting.join(10)


def test_the_key_goes_into_the_header_and_nowhere_else(
    yard: Engine, server: LlmServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from app.bundle.write import pack
    from tests.zips import members

    monkeypatch.setenv("FOOTNOTE_LLM_KEY", "sk-secret-1234567")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-other")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    caplog.set_level(logging.DEBUG)
    server.claims((FORTY, FORTY, "In 1912 forty ships were built by the yard."))
    good = speaking(yard, server).answer(YARD)
    server.say = Say(status=401, error="Incorrect API key provided: sk-secret-1234567")
    bad = yard.answer(YARD)
    headers = server.asked[0].headers
    assert headers["authorization"] == "Bearer sk-secret-1234567"
    assert not [h for h in headers if h.startswith(("openai", "x-stainless"))]
    packed = b"".join(members(pack([good, bad], yard.sources(), yard.settings, "x")).values()).decode()
    for text in (good.model_dump_json(), bad.model_dump_json(), packed, caplog.text):
        assert "sk-secret" not in text
        assert "sk-other" not in text
    monkeypatch.delenv("FOOTNOTE_LLM_KEY")
    yard.answer(YARD)
    assert "sk-other" not in server.asked[-1].headers["authorization"]


def test_a_redirect_is_not_followed(yard: Engine, server: LlmServer) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        other.settimeout(0.3)
        to = f"http://127.0.0.1:{other.getsockname()[1]}/v1/chat/completions"
        server.say = Say(status=307, headers={"location": to})
        assert failed(yard, speaking(yard, server).answer(YARD)) == "server"
        with pytest.raises(TimeoutError):
            other.accept()
