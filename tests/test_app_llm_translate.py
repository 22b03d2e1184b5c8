"""Translations beside quotations: of another language's only, marked as a machine's, failing without harm."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from html import unescape

import pytest

from app.chat.session.converse import converse
from app.chat.session.engine import EngineProvider
from app.chat.session.exchange import Exchange
from app.chat.session.stored import record_of, restored
from app.chat.view.conversation import exchanges_html
from app.chat.view.evidence import evidence_html
from app.engine import Engine
from app.llm.quotations import foreign
from app.model_run import Purpose
from app.query import Query
from app.records import Answer
from app.render.console import SafeConsole
from app.render.markdown import answer_markdown, conversation_html
from app.render.terminal import print_answer
from app.words.languages import TEXTS
from tests.llm_server import FORTY, MODEL, UNION, YARD, LlmServer, Request, Say, as_reply, speaking
from tests.test_app_llm_follow_up import UKRAINIAN

SAID = "У 1912 році верф збудувала сорок кораблів."
SHIPS = "Верф збудувала сорок кораблів у 1912 році."
NOT_ACCEPTED = "Профспілка не погодилася з числом у сорок кораблів."
BOTH = f"[1] {SHIPS}\n[2] {NOT_ACCEPTED}"


def is_translation(request: Request) -> bool:
    return "quotation 1\n" in request.prompt


def translating(server: LlmServer, reply: str | Say | Callable[[Request], Say] = BOTH) -> None:
    """Rewrite, then answer with two statements, then say `reply` to the request for translations."""

    def say(request: Request) -> Say:
        if is_translation(request):
            return reply(request) if callable(reply) else Say(reply) if isinstance(reply, str) else reply
        if not request.passages:
            return Say(YARD)
        claims = [(request.number(FORTY), FORTY, SAID), (request.number(UNION), UNION, UNION)]
        return Say(as_reply(request, claims))

    server.say = say


def texts_of(answer: Answer) -> dict[int, str]:
    return {t.number: t.text for t in answer.translations.texts} if answer.translations else {}


def printed(answer: Answer, engine: Engine) -> str:
    out = io.StringIO()
    print_answer(SafeConsole(file=out, width=300), answer, {s.id: s for s in engine.sources()})
    return out.getvalue()


def asked(engine: Engine, question: str, **how: bool) -> Exchange:
    provider = EngineProvider(lambda: engine, engine)
    return [*converse(provider, (), Query(question, **how), TEXTS["uk"])][-1][-1]  # type: ignore[arg-type]


def test_quotations_in_another_language_are_translated_in_one_request_after_the_answer(
    yard: Engine, server: LlmServer
) -> None:
    translating(server)
    answer = speaking(yard, server).answer(UKRAINIAN)
    assert texts_of(answer) == {1: SHIPS, 2: NOT_ACCEPTED}
    assert [s.text for s in answer.statements] == [SAID, UNION], "the answer and its quotations stay as they are"
    assert [q.text for q in answer.quotes] == [FORTY, UNION]
    assert answer.model
    assert [c.purpose for c in answer.model.calls] == [Purpose.TRANSLATE, Purpose.ANSWER, Purpose.QUOTATIONS]
    assert "into Ukrainian" in server.asked[-1].prompt
    kept = json.loads(answer.model_dump_json())["translations"]
    assert (kept["language"], kept["model"]) == ("uk", MODEL)
    assert kept["texts"][0] == {"number": 1, "text": SHIPS}
    sources = yard.sources()
    page = unescape(conversation_html([answer], "t", sources))
    for shown in (answer_markdown(answer, sources), page, printed(answer, yard)):
        assert f"Machine translation by {MODEL}, not the source's words: {SHIPS}" in shown
        assert f"“{SHIPS}”" not in shown


def test_a_question_in_the_language_of_the_sources_costs_no_further_request(yard: Engine, server: LlmServer) -> None:
    translating(server)
    answer = speaking(yard, server).answer(YARD)
    assert answer.translations is None
    assert not any(map(is_translation, server.asked))


def test_where_a_short_question_does_not_tell_its_language_the_answer_does(yard: Engine, server: LlmServer) -> None:
    translating(server)
    answer = speaking(yard, server).answer(UKRAINIAN)
    language, quotes = foreign(answer.model_copy(update={"question": "А 1912?"}))
    assert (language, [q.text for q in quotes]) == ("uk", [FORTY, UNION])
    assert foreign(answer.model_copy(update={"question": "1912?", "statements": answer.statements[1:]})) == ("", ())


def test_a_model_that_is_left_alone_translates_nothing(yard: Engine, server: LlmServer) -> None:
    translating(server)
    asked(speaking(yard, server), UKRAINIAN, quotations_only=True)
    speaking(yard, server).answer(Query(UKRAINIAN, quotations_only=True))
    assert server.asked == []


@pytest.mark.parametrize(
    ("reply", "texts", "failure"),
    [
        (f"Here you are:\n- [2] {NOT_ACCEPTED}\n[7] чуже\n[2] ще раз", {2: NOT_ACCEPTED}, ""),
        (f"[1] {FORTY}\n[2] {NOT_ACCEPTED}", {2: NOT_ACCEPTED}, ""),
        (f"[1] {SHIPS * 9}\n[2] {NOT_ACCEPTED}", {2: NOT_ACCEPTED}, ""),
        ("Не можу.", {}, "invalid"),
        (Say(""), {}, "empty"),
        (Say(status=500), {}, "server"),
        (Say(BOTH, finish="length"), {1: SHIPS}, "rambling"),
        (Say(BOTH, cut=len(BOTH) - 5), {1: SHIPS}, "cut"),
    ],
    ids=["stray lines", "the original again", "too long", "a refusal", "empty", "an error", "too many words", "cut"],
)
def test_what_is_no_translation_is_left_out_and_a_failure_said(
    yard: Engine, server: LlmServer, reply: str | Say, texts: dict[int, str], failure: str
) -> None:
    translating(server, reply)
    exchange = asked(speaking(yard, server), UKRAINIAN)
    answer = exchange.answer
    assert answer
    assert answer.translations
    assert (texts_of(answer), answer.translations.failure) == (texts, failure)
    assert answer.written_by == MODEL, "the answer stands"
    line = TEXTS["uk"].not_translated.format(why="")
    assert (line in evidence_html((exchange,), TEXTS["uk"])) is bool(failure)


def test_a_plain_server_translates_too(yard: Engine, server: LlmServer) -> None:
    def plain(request: Request) -> Say:
        return Say(status=422, error="extra") if "stream_options" in request.body else Say(BOTH)

    translating(server, plain)
    assert texts_of(speaking(yard, server).answer(UKRAINIAN)) == {1: SHIPS, 2: NOT_ACCEPTED}


def test_quotations_of_an_answer_that_the_model_failed_at_are_translated_where_it_can_be_asked(
    yard: Engine, server: LlmServer
) -> None:
    for status, failure, tried in ((200, "unproved", True), (500, "server", False)):
        server.asked.clear()

        def say(request: Request, status: int = status) -> Say:
            if is_translation(request):
                return Say(BOTH)
            return Say("The king did it.", status=status) if request.passages else Say(YARD)

        server.say = say
        answer = speaking(yard, server).answer(UKRAINIAN)
        assert answer.model
        assert answer.model.failure == failure
        assert any(map(is_translation, server.asked)) is tried
        assert (answer.translations is not None) is tried


def test_no_more_is_sent_than_fits_the_window_and_the_reply(yard: Engine, server: LlmServer) -> None:
    translating(server)
    answer = speaking(yard, server, llm_tokens=63).answer(UKRAINIAN)
    assert texts_of(answer) == {1: SHIPS}
    assert UNION not in server.asked[-1].prompt


def test_a_translation_is_shown_as_one_beside_its_quotation_and_is_no_markup(yard: Engine, server: LlmServer) -> None:
    translating(server, f"[1] <img src=x onerror=alert(1)>{SHIPS}\n[2] {NOT_ACCEPTED}")
    exchange = asked(speaking(yard, server), UKRAINIAN)
    texts = TEXTS["uk"]
    for page in (str(exchanges_html((exchange,), texts)), str(evidence_html((exchange,), texts))):
        assert "&lt;img src=x" in page
        assert "<img" not in page
        at = page.index(NOT_ACCEPTED)
        assert texts.machine_translation.format(model=MODEL) in page[at - 200 : at]
        assert f"“{NOT_ACCEPTED}" not in page
    (back,) = restored([json.loads(json.dumps(record_of(exchange)))], yard, texts)
    assert str(evidence_html((back,), texts)) == str(evidence_html((exchange,), texts))


def test_whoever_leaves_ends_the_translation(yard: Engine, server: LlmServer) -> None:
    translating(server, Say(BOTH, first=0.2, pause=0.3))
    provider = EngineProvider(lambda: yard, speaking(yard, server))
    growing = converse(provider, (), UKRAINIAN, TEXTS["uk"])
    seen = next(c[-1] for c in growing if c[-1].translating)
    assert seen.answer, "the answer does not wait"
    assert not seen.pending
    growing.close()
    assert server.closed.wait(5)
