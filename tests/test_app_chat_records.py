"""What a browser kept is read back as data: proved anew, or said to be changed, or said to be unreadable."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.chat.session.converse import converse
from app.chat.session.engine import EngineProvider
from app.chat.session.exchange import Conversation, history, settled, without_removed
from app.chat.session.messages import ClientState, message, read_client_state
from app.chat.session.stored import MOST, record_of, restored
from app.chat.view.conversation import exchanges_html
from app.chat.view.evidence import evidence_html
from app.query import Query
from app.words.languages import ENGLISH
from index.read.corpus import read_corpus
from tests.chat_engine import OverlapEngine, source_of
from tests.conftest import CORPUS
from tests.test_app_chat import OURS, TRICKS, Page, asked

QUESTION = "How many criminal cases of desertion were opened by September 2024?"


def through_the_browser(conversation: Conversation) -> list[Any]:
    return [json.loads(json.dumps(record_of(e))) for e in conversation]


def test_an_exchange_comes_back_as_it_was() -> None:
    engine = OverlapEngine(read_corpus(CORPUS))
    before = asked(engine, QUESTION, "What is the favourite colour of the unicorn king?", "and in January 2024?")
    after = restored(through_the_browser(before), engine, ENGLISH)
    assert str(exchanges_html(after, ENGLISH)) == str(exchanges_html(before, ENGLISH))
    assert str(evidence_html(after, ENGLISH)) == str(evidence_html(before, ENGLISH))
    assert history(after) == history(before)


def test_a_stopped_answer_comes_back_with_what_was_proved() -> None:
    engine = OverlapEngine(read_corpus(CORPUS))
    (exchange,) = asked(engine, QUESTION)
    (stopped,) = settled((replace(exchange, answer=None, statements=exchange.statements[:1]),))
    (back,) = restored(through_the_browser((stopped,)), engine, ENGLISH)
    assert back.stopped
    assert not back.pending
    assert back.proved == stopped.quotes


def test_a_quotation_whose_source_has_changed_is_never_shown_as_proved() -> None:
    engine = OverlapEngine([source_of("Smugglers asked for 20,000 dollars in autumn.")])
    records = through_the_browser(asked(engine, "Smugglers asked dollars"))
    mended = OverlapEngine([source_of("Smugglers asked for 35,000 dollars in autumn.")], generation="g2")
    for now in (mended, None):
        (back,) = restored(records, now, ENGLISH)
        assert back.changed == {1}
        assert back.proved == ()
        assert history([back]) == []
        shown, beside = Page(str(exchanges_html((back,), ENGLISH))), str(evidence_html((back,), ENGLISH))
        assert ENGLISH.changed in shown.words
        assert not [a for a in shown.attributes if a[0] in {"data-mark", "data-copy", "data-compare"}]
        assert "<mark" not in beside
        assert ENGLISH.changed_quote.format(number=1) in beside


def test_of_a_removed_source_what_the_browser_kept_is_shown_and_not_as_proved() -> None:
    engine = OverlapEngine([source_of("Smugglers asked for 20,000 dollars in <b>autumn</b>.")])
    exchange = asked(engine, "Smugglers asked dollars")
    (back,) = restored(through_the_browser(exchange), OverlapEngine([]), ENGLISH)
    assert (back.changed, back.removed, back.proved, history([back])) == ({1}, {"hostile"}, (), [])
    shown, beside = Page(str(exchanges_html((back,), ENGLISH))), str(evidence_html((back,), ENGLISH))
    assert ENGLISH.removed in shown.words
    assert not [a for a in shown.attributes if a[0] in {"data-copy", "data-compare"}]
    assert ENGLISH.removed in beside
    assert "20,000 dollars in &lt;b&gt;autumn&lt;/b&gt;" in beside
    assert "<mark" not in beside
    (marked,) = without_removed(exchange, lambda _: False)
    beside = str(evidence_html((marked,), ENGLISH))
    assert ENGLISH.removed_proved in beside
    assert "<mark" in beside, "on the page it was asked on, the words stay as they were proved"
    assert without_removed(exchange, lambda _: True) is exchange


@pytest.mark.parametrize("field", ["text", "start", "end", "source_sha256", "source_id"])
def test_a_forged_quotation_is_found_out(field: str) -> None:
    engine = OverlapEngine([source_of("Smugglers asked for 20,000 dollars in autumn. Nobody paid.")])
    (record,) = through_the_browser(asked(engine, "Smugglers asked dollars"))
    quote = record["answer"]["statements"][0]["quotes"][0]
    quote[field] = {"text": "Nobody asked.", "start": 3, "end": -1, "source_sha256": "0" * 64, "source_id": "x"}[field]
    (back,) = restored([record], engine, ENGLISH)
    assert back.changed == {1}


def test_words_that_are_not_the_quotation_are_not_shown_as_one() -> None:
    engine = OverlapEngine([source_of("Smugglers asked for 20,000 dollars in autumn.")])
    (record,) = through_the_browser(asked(engine, "Smugglers asked dollars"))
    record["answer"]["statements"][0]["text"] = "Smugglers asked for nothing."
    (back,) = restored([record], engine, ENGLISH)
    assert back.changed == {1}
    assert 'class="quoted"' not in str(exchanges_html((back,), ENGLISH))


def test_a_direct_answer_comes_back_only_where_it_is_proved() -> None:
    engine = OverlapEngine([source_of("Smugglers asked for 20,000 dollars in autumn.")], direct=True)
    before = asked(engine, "Smugglers asked dollars")
    shown = str(exchanges_html(before, ENGLISH))
    assert 'class="direct-words" dir="auto">20,000<' in shown
    (record,) = through_the_browser(before)
    assert str(exchanges_html(restored([record], engine, ENGLISH), ENGLISH)) == shown
    for forged in ({"text": "35,000"}, {"number": 2}, {"text": " "}):
        false = json.loads(json.dumps(record))
        false["answer"]["direct"][0] |= forged
        (back,) = restored([false], engine, ENGLISH)
        assert back.answer is not None
        assert back.answer.direct == (), "nor is it in what is copied or saved"
        assert "direct-words" not in str(exchanges_html((back,), ENGLISH))
    false = json.loads(json.dumps(record))
    false["answer"]["direct"][0]["speaker"] = "BBC"
    assert "BBC" not in str(exchanges_html(restored([false], engine, ENGLISH), ENGLISH))
    mended = OverlapEngine([source_of("Smugglers asked for 35,000 dollars in autumn.")], generation="g2")
    assert "direct-words" not in str(exchanges_html(restored([record], mended, ENGLISH), ENGLISH))


def test_a_question_asked_word_for_word_stays_so() -> None:
    engine = OverlapEngine(read_corpus(CORPUS))
    provider = EngineProvider(lambda: engine, engine)
    *_, conversation = converse(provider, (), Query("and in January 2024?", as_typed=True), ENGLISH)
    assert engine.typed == [True]
    (back,) = restored(through_the_browser(conversation), engine, ENGLISH)
    assert back.as_typed
    assert ENGLISH.asked_as_typed in str(exchanges_html((back,), ENGLISH))


def test_nearest_passages_of_another_generation_are_not_shown_at_places_that_may_have_moved() -> None:
    engine = OverlapEngine(read_corpus(CORPUS))
    records = through_the_browser(asked(engine, "What is the favourite colour of the unicorn king?"))
    engine.switch(read_corpus(CORPUS), "g2")
    (back,) = restored(records, engine, ENGLISH)
    assert back.nearest == ()
    assert ENGLISH.nearest_gone in str(evidence_html((back,), ENGLISH))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = [
    "question",
    "as_typed",
    "understood",
    "asked_of",
    "names",
    "statements",
    "answer",
    "problem",
    "stopped",
]


@settings(max_examples=60, deadline=None)
@given(st.lists(JSON | st.dictionaries(st.sampled_from(FIELDS), JSON), max_size=4))
def test_whatever_was_kept_becomes_as_many_exchanges_of_our_own_tags(records: list[Any]) -> None:
    engine = OverlapEngine([source_of("Smugglers asked for 20,000 dollars in autumn.")])
    back = restored(records, engine, ENGLISH)
    assert [e.id for e in back] == [f"t{n}" for n in range(1, len(records) + 1)]
    assert not any(e.pending for e in back)
    assert Page(str(exchanges_html(back, ENGLISH)) + str(evidence_html(back, ENGLISH))).tags <= OURS


def test_a_hostile_record_stays_text() -> None:
    engine = OverlapEngine([source_of("Smugglers asked for 20,000 dollars in autumn.")])
    (record,) = through_the_browser(asked(engine, "Smugglers asked dollars"))
    trick = TRICKS[0] + TRICKS[3]
    record |= {"question": trick, "names": [trick], "asked_of": [trick]}
    record["understood"] = {"standalone_question": trick, "parts": [trick, trick], "language": trick,
                            "context": trick, "corrections": [{"typed": trick, "read": trick}]}  # fmt: skip
    record["answer"]["statements"][0]["text"] = trick
    record["answer"]["statements"][0]["emphasis"] = [[-5, 99], [3, 1], [0, 4]]
    record["answer"]["hits"] = [{"source_id": "hostile", "start": -9, "end": 10**9, "score": 0}]
    back = restored([record], engine, ENGLISH)
    page = Page(str(exchanges_html(back, ENGLISH)) + str(evidence_html(back, ENGLISH)))
    assert page.tags <= OURS
    assert not [a for a in page.attributes if a[0].startswith("on")]
    assert TRICKS[0] in page.words


def test_the_latest_exchanges_are_read_back() -> None:
    records = [{"question": str(n), "problem": "x"} for n in range(MOST + 5)]
    back = restored(records, OverlapEngine([]), ENGLISH)
    assert len(back) == MOST
    assert back[-1].question == str(MOST + 4)


@pytest.mark.parametrize(
    "text",
    [None, 7, "", "{", "[]", "null", '{"turns": "many"}', '{"sources": 3}', '{"conversation_id": "' + "x" * 200 + '"}'],
)
def test_a_client_state_that_is_none_is_an_empty_one(text: object) -> None:
    assert read_client_state(text) == ClientState()


def test_messages_are_escaped_and_each_is_another_one() -> None:
    one, two = message("kept", record={"question": TRICKS[0]}), message("kept", record={"question": TRICKS[0]})
    assert one != two
    assert Page(one).tags == {"data"}
    (value,) = [v for k, v in Page(one).attributes if k == "value"]
    assert json.loads(value or "")["record"]["question"] == TRICKS[0]
