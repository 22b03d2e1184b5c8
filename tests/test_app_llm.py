"""An answer in a language model's words: what is proved, what is marked, and what the records keep of it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from app.bundle.replay import replay
from app.bundle.write import pack
from app.chat.session.converse import converse
from app.chat.session.engine import EngineProvider
from app.chat.view.conversation import exchanges_html
from app.chat.view.statements import statements_html
from app.engine import Engine
from app.events import Done, StatementReady
from app.llm.prompt import REFUSAL
from app.query import Query
from app.records import Answer, Support
from app.words.describe import model_failure, model_words
from app.words.languages import TEXTS
from tests.llm_server import FORTY, MODEL, UNION, YARD, LlmServer, Request, Say, as_reply, speaking
from tests.test_app_chat import Page
from tests.zips import changed


def shown(answer: Answer) -> list[tuple[str, Support, tuple[str, ...]]]:
    return [(s.text, s.support, tuple(q.text for q in s.quotes)) for s in answer.statements]


def test_a_statement_whose_words_are_found_gets_the_whole_sentence_as_its_footnote(
    yard: Engine, server: LlmServer
) -> None:
    server.claims((FORTY, "built forty ships", "In 1912 forty ships were built by the yard."))
    answer = speaking(yard, server).answer(YARD)
    assert shown(answer) == [("In 1912 forty ships were built by the yard.", Support.SUPPORTED, (FORTY,))]
    assert answer.engine == f"llm: {MODEL}"
    assert answer.text == (
        "In 1912 forty ships were built by the yard. [1] (Example Press, 21 Oct 2024; supported by the quotation)"
    )


def test_a_statement_that_is_the_sources_own_words_is_shown_as_their_quotation(yard: Engine, server: LlmServer) -> None:
    server.claims((FORTY, "The yard built forty ships", "the yard built forty ships"))
    assert shown(speaking(yard, server).answer(YARD)) == [(FORTY, Support.QUOTED, (FORTY,))]


def test_white_space_and_quotation_marks_may_differ(yard: Engine, server: LlmServer) -> None:
    server.claims((FORTY, "\"We were  'very' proud\", said Anna Berg", "Berg said that they were proud of it."))
    (statement,) = speaking(yard, server).answer(YARD).statements
    assert [q.text for q in statement.quotes] == ["“We were ‘very’ proud”, said Anna Berg."]


@pytest.mark.parametrize(
    ("words", "quote"),
    [
        (FORTY, "The yard built fifty ships in 1912."),  # a wrong number
        (UNION, "The union did accept the figure"),  # a dropped 'not' in the quotation
        (FORTY, "The yard launched a fleet"),  # an invented quotation
        ("No rain", FORTY),  # words of another passage
        (FORTY, f"Anna Berg runs the yard. {UNION}"),  # two passages run together
        (FORTY, "the yard built forty ships in 1912."),  # not exactly
        (FORTY, "yard built forty ship"),  # half a word
        (FORTY, "yard"),  # too little to prove anything
        (FORTY, ""),
    ],
)
def test_words_that_do_not_stand_in_the_passage_are_no_footnote(
    yard: Engine, server: LlmServer, words: str, quote: str
) -> None:
    server.claims((FORTY, FORTY, "In 1912 forty ships were built by the yard."), (words, quote, "It says so."))
    answer = speaking(yard, server).answer(YARD)
    assert shown(answer)[1:] == [("It says so.", Support.NOT_FOUND, ())]
    assert answer.text.endswith("It says so. (not found in the sources)")


def test_an_invented_number_of_a_passage_is_no_footnote(yard: Engine, server: LlmServer) -> None:
    def say(request: Request) -> Say:
        good = (request.number(FORTY), FORTY, "Forty.")
        return Say(as_reply(request, [good, (9, FORTY, "Also [9] here [2, 3].")]))

    server.say = say
    answer = speaking(yard, server).answer(YARD)
    assert shown(answer)[1:] == [("Also here.", Support.NOT_FOUND, ())]


def test_what_rests_on_nothing_comes_last_or_not_at_all(yard: Engine, server: LlmServer) -> None:
    server.claims(("", "", "The king did it."), (FORTY, FORTY, "In 1912 forty ships were built by the yard."))
    events = list(speaking(yard, server).ask(YARD))
    ready = [e.statement.text for e in events if isinstance(e, StatementReady)]
    assert ready == ["In 1912 forty ships were built by the yard.", "The king did it."]
    kept = speaking(yard, server, llm_doubted="never").answer(YARD)
    assert [s.text for s in kept.statements] == ["In 1912 forty ships were built by the yard."]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "unknown field"),
        (500, "[{'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\"}]"),
    ],
)
def test_a_plain_server_and_a_small_model_are_asked_for_lines(
    yard: Engine, server: LlmServer, status: int, error: str
) -> None:
    def say(request: Request) -> Say:
        if request.wants_json or "stream_options" in request.body:
            return Say(status=status, error=error)
        number = request.number(FORTY)
        return Say(
            f"Here are the statements:\n\n- [{number}] “{FORTY}” → **Forty** of `them`.\n* Nothing more is known.\n"
        )

    server.say = say
    answer = speaking(yard, server).answer(YARD)
    assert shown(answer) == [
        ("Forty of them.", Support.SUPPORTED, (FORTY,)),
        ("Nothing more is known.", Support.NOT_FOUND, ()),
    ]
    yard.answer(YARD)
    assert [r.wants_json for r in server.asked] == [True, True, False, False]  # it is not tried again


def test_a_schema_is_asked_for_in_the_other_way_that_servers_have(yard: Engine, server: LlmServer) -> None:
    def say(request: Request) -> Say:
        form = request.body.get("response_format", {})
        if form.get("type") == "json_schema":
            return Say(status=500, error="response_format.type: Input should be 'text' or 'json_object'")
        assert form["schema"]["required"] == ["statements"]
        return Say(as_reply(request, [(request.number(FORTY), FORTY, "In 1912 forty ships were built by the yard.")]))

    server.say = say
    speaking(yard, server, llm_format="json")
    assert [yard.answer(YARD).engine for _ in range(2)] == [f"llm: {MODEL}"] * 2
    assert len(server.asked) == 3


def test_markdown_and_html_of_a_reply_stay_text(yard: Engine, server: LlmServer) -> None:
    said = "**Forty** `ships` <img src=x onerror=alert(1)> [see](javascript:alert(1))"
    server.claims((FORTY, FORTY, FORTY), (FORTY, FORTY, said))
    answer = speaking(yard, server).answer(YARD)
    assert answer.statements[1].text == "Forty ships <img src=x onerror=alert(1)> [see](javascript:alert(1))"
    from app.render.markdown import conversation_html, conversation_markdown

    page = conversation_html([answer], "x", yard.sources())
    assert "<img" not in page
    assert "[see](javascript" not in conversation_markdown([answer], "x", yard.sources())


def test_an_answer_in_ukrainian(yard: Engine, server: LlmServer) -> None:
    server.claims((FORTY, FORTY, "У 1912 році верф збудувала сорок кораблів."))
    answer = speaking(yard, server).answer(YARD)
    assert shown(answer) == [("У 1912 році верф збудувала сорок кораблів.", Support.UNCHECKED, (FORTY,))]


def test_a_long_reply_ends_with_eight_statements(yard: Engine, server: LlmServer) -> None:
    server.say = lambda r: Say(as_reply(r, [(r.number(FORTY), FORTY, f"Forty, {'again ' * n}.") for n in range(200)]))
    answer = speaking(yard, server, llm_tokens=3000, llm_window=9000).answer(YARD)
    assert len(answer.statements) == 8
    assert answer.model is not None
    assert len(answer.model.calls[0].reply) < 40_000


def test_a_statement_is_there_before_the_model_has_ended(yard: Engine, server: LlmServer) -> None:
    def say(request: Request) -> Say:
        number = request.number(FORTY)
        return Say(as_reply(request, [(number, FORTY, "Forty."), (number, "ships in 1912", "In 1912.")]), pause=0.02)

    server.say = say
    speaking(yard, server).model.warm()  # type: ignore[union-attr]
    at = {}
    for event in yard.ask(YARD):
        if isinstance(event, StatementReady | Done):
            at.setdefault(type(event), time.monotonic())
    assert at[Done] - at[StatementReady] > 0.1


def test_the_two_engines_differ_in_prose_and_engine_only(yard: Engine, server: LlmServer) -> None:
    server.claims((FORTY, FORTY, "In 1912 forty ships were built by the yard."))
    written = json.loads(speaking(yard, server).answer(YARD).model_dump_json())
    quoted = json.loads(yard.answer(Query(YARD, quotations_only=True)).model_dump_json())
    assert written.keys() == quoted.keys()
    prose = {"id", "text", "direct", "statements", "sources", "engine", "model", "timings_ms"}
    assert {k: v for k, v in written.items() if k not in prose} == {k: v for k, v in quoted.items() if k not in prose}
    assert quoted["model"] is None
    assert quoted["engine"].startswith("extractive")
    assert written["statements"][0].keys() == quoted["statements"][0].keys()
    assert written["id"] != quoted["id"]


def test_what_the_sources_do_not_answer_is_refused_without_asking_a_model(yard: Engine, server: LlmServer) -> None:
    for question in ("Who won the chess championship of Peru?", "Hello!", "How many sources are there?"):
        answer = speaking(yard, server).answer(question)
        assert answer.model is None
        assert answer.engine.startswith("extractive")
    assert server.asked == []


def test_each_question_of_a_message_is_answered_under_its_own_words(yard: Engine, server: LlmServer) -> None:
    def say(request: Request) -> Say:
        asked = request.prompt.rsplit("Question: ", 1)[1]
        quote = FORTY if "ships" in asked else "July brought storms and hail."
        return Say(as_reply(request, [(request.number(quote), quote, quote)]))

    server.say = say
    answer = speaking(yard, server).answer("How many ships did the yard build in 1912? What fell in July?")
    assert [(p.words, len(p.statements)) for p in answer.parted] == [
        ("How many ships did the yard build in 1912?", 1), ("What fell in July?", 1),
    ]  # fmt: skip
    assert answer.model is not None
    assert [c.part for c in answer.model.calls] == [0, 1]


def test_usage_and_evidence_are_kept(yard: Engine, server: LlmServer) -> None:
    from app.llm.prompt import Message, digest

    server.claims((FORTY, FORTY, "In 1912 forty ships were built by the yard."))
    run = speaking(yard, server).answer(YARD).model
    assert run is not None
    (call,) = run.calls
    assert (run.name, run.failure, call.prompt_tokens, call.reply_tokens) == (MODEL, "", 321, 45)
    assert 0 < (call.first_ms or 0) <= call.total_ms
    assert json.loads(call.reply)["statements"][0]["text"] == "In 1912 forty ships were built by the yard."
    sent = [Message(m["role"], m["content"]) for m in server.asked[0].body["messages"]]
    assert call.prompt_sha256 == digest(sent)


def bundle_of(yard: Engine, server: LlmServer) -> bytes:
    server.claims(
        (FORTY, "forty ships", "Forty were built."),
        (UNION, UNION, UNION),
        (UNION, "accept the figure", "The union accepts the figure of forty ships."),
        (FORTY, "never said", "Nobody counted."),
    )
    answer = speaking(yard, server).answer(YARD)
    return pack([answer], yard.sources(), yard.settings, YARD)


def test_every_footnote_of_a_bundle_replays(yard: Engine, server: LlmServer, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(bundle_of(yard, server))
    found = replay(tmp_path / "b.zip")
    assert (found.ok, found.proved, found.problems, found.labels) == (True, 2, (), ())
    assert "reader of claims" in found.checker
    assert server.url.encode() not in (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('"text": "Forty were built."', '"text": "Fifty were built."', "statement 1 is not in the reply"),
        ('"support": "supported"', '"support": "quoted"', ""),
        ('"support": "supported"', '"support": "unchecked"', "statement 1 has another label"),
        ('"support": "contradicted"', '"support": "supported"', "statement 3 has another label"),
        ('"label": "contradicted"', '"label": "partly"', "statement 3 has other reasons"),
        ('"given": "not"', '"given": "nearly"', "statement 3 has other reasons"),
        ('"support": "not-found"', '"support": "unchecked"', "statement 4 does not quote the words"),
        ('\\"quote\\": \\"forty ships\\"', '\\"quote\\": \\"fifty ships\\"', "statement 1 does not quote the words"),
    ],
)
def test_a_bundle_whose_prose_or_label_was_altered_is_found(
    yard: Engine, server: LlmServer, old: str, new: str, problem: str
) -> None:
    def forge(data: bytes) -> bytes:
        assert old.encode() in data
        return data.replace(old.encode(), new.encode(), 1)

    found = replay(changed(bundle_of(yard, server), {"answers/01.json": forge}, forged=True))
    assert not found.ok
    if problem:
        assert any(problem in p for p in found.problems), found.problems
    else:
        assert "its statement has other words" in [q.reason for q in found.quotes]


def test_a_refusal_of_the_model_ends_in_quotations(yard: Engine, server: LlmServer) -> None:
    server.say = Say(REFUSAL)
    answer = speaking(yard, server).answer(YARD)
    assert answer.engine.startswith("extractive")
    assert answer.model is not None
    assert answer.model.failure == "declined"
    assert answer.statements == yard.answer(Query(YARD, quotations_only=True)).statements


def test_the_chat_labels_a_models_words_while_they_stream_and_at_the_end(yard: Engine, server: LlmServer) -> None:
    server.claims((FORTY, FORTY, "In 1912 forty ships were built by the yard."), ("", "", "The king did it."))
    provider = EngineProvider(lambda: yard, speaking(yard, server))
    seen = [c[-1] for c in converse(provider, (), YARD, TEXTS["en"])]
    assert max(len(e.statements) for e in seen if e.answer is None) == 2
    for exchange in (seen[-2], seen[-1]):
        page = statements_html(exchange, TEXTS["en"])
        assert "supported by the quotation" in page
        assert "not found in the sources" in page
        assert "“" not in page
    answer = seen[-1].answer
    assert answer is not None
    assert model_words(answer.model) in exchanges_html((seen[-1],), TEXTS["en"])


def test_the_chat_says_why_a_model_did_not_answer(yard: Engine, server: LlmServer) -> None:
    server.say = Say(status=401)
    provider = EngineProvider(lambda: yard, speaking(yard, server))
    exchange = [c[-1] for c in converse(provider, (), YARD, TEXTS["uk"])][-1]
    assert exchange.answer is not None
    assert exchange.answer.model is not None
    page = Page(str(statements_html(exchange, TEXTS["uk"]))).words
    assert model_failure(exchange.answer.model, TEXTS["uk"]) in page
    assert exchange.answer.statements == yard.answer(Query(YARD, quotations_only=True)).statements
