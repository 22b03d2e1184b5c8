"""What a message means after earlier turns: left alone, made whole, or met with a question back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from app.query import Query
from app.question.follow_up import in_context
from app.records import QuestionKind, Role, Support, Turn, Understanding

if TYPE_CHECKING:
    from app.engine import Engine

BENCH = Path(__file__).parent / "bench"


def rows_of(*paths: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]


DIALOGUES = rows_of(BENCH / "dialogues.jsonl")
COMPLETE_UNTOUCHED, OTHERS_RIGHT, QUESTIONS_UNTOUCHED = 1.0, 0.85, 0.98  # floors


def understood_as_meant(dialogue: dict[str, Any]) -> bool:
    """Return whether a dialogue's last message is understood as its writer meant it."""
    history = [Turn(role="user", text=text) for text in dialogue["history"]]
    understood = in_context(dialogue["question"], history)
    low = understood.standalone_question.lower()
    strange = any(words in low for words in dialogue["understood_not"])
    if dialogue["complete"]:
        return understood == Understanding(standalone_question=dialogue["question"])
    if dialogue["ask_back"]:
        return understood.unclear or (bool(understood.context) and not strange)
    meant = all(any(words in low for words in group) for group in dialogue["understood"])
    return meant and not strange and not understood.unclear


@pytest.mark.parametrize(("complete", "floor"), [(True, COMPLETE_UNTOUCHED), (False, OTHERS_RIGHT)])
def test_dialogues_are_understood_as_meant(complete: bool, floor: float) -> None:
    rows = [d for d in DIALOGUES if d["complete"] is complete]
    wrong = [d["id"] for d in rows if not understood_as_meant(d)]
    assert len(rows) >= 35
    assert 1 - len(wrong) / len(rows) >= floor, wrong


def test_questions_of_all_kinds_are_left_alone_after_another_matter() -> None:
    questions = {
        r["question"].strip() for r in rows_of(*(BENCH / "kinds").glob("*.jsonl"), BENCH / "near_misses.jsonl")
    }
    before = [
        Turn(role="user", text="How many lamps did the town buy in May 2011?"),
        Turn(role="assistant", text="The Post, 3 Jun 2011: “The mayor, Mr Ivar Lund, spoke of 400 lamps.” [1]"),
    ]
    changed = [q for q in questions if in_context(q, before) != Understanding(standalone_question=q)]
    assert len(questions) >= 400
    assert 1 - len(changed) / len(questions) >= QUESTIONS_UNTOUCHED, changed


HISTORY = [
    Turn(role="user", text="How many ships were built in Bergen in March 1912?"),
    Turn(role="assistant", text="Forty, says the yard's head, Captain Anna Berg of the Harbour Office."),
]


@pytest.mark.parametrize(
    ("follow_up", "meant"),
    [
        ("And in April?", "How many ships were built in Bergen in April 1912?"),
        ("and in 1913?", "How many ships were built in Bergen in March 1913?"),
        ("What about Oslo?", "How many ships were built in Oslo in March 1912?"),
        ("and oslo", "How many ships were built in Oslo in March 1912?"),
        ("Where did she live?", "Where did Anna Berg live?"),
        ("What was her salary?", "What was Anna Berg's salary?"),
        ("And in May?", "How many ships were built in Bergen in May 1912?"),
        ("Why?", "Why? (How many ships were built in Bergen in March 1912)"),
        ("Who says so?", "Who says so? (How many ships were built in Bergen in March 1912)"),
        ("And the year after?", "How many ships were built in Bergen in March 1913?"),
        ("thanks! and the month before?", "How many ships were built in Bergen in February 1912?"),
        ("what about boats", "How many boats were built in Bergen in March 1912?"),
        ("which ones?", "Which ships were built in Bergen in March 1912?"),
        ("how many sank?", "How many sank? (How many ships were built in Bergen in March 1912)"),
        ("Were they sold?", "Were they sold? (How many ships were built in Bergen in March 1912)"),
        ("more", "What else? (How many ships were built in Bergen in March 1912)"),
        ("do the sources agree?", "How many ships were built in Bergen in March 1912? Do the sources agree?"),
        ("How many bridges did Sweden build in 1950?", "How many bridges did Sweden build in 1950?"),
        ("What is the article about?", "What is the article about?"),
        ("thanks", "thanks"),
    ],
)
def test_follow_ups(follow_up: str, meant: str) -> None:
    assert in_context(follow_up, HISTORY).standalone_question == meant


def test_a_label_takes_the_place_of_a_like_label() -> None:
    history = [Turn(role="user", text="How many cases are there under Article 12?")]
    assert (
        in_context("and under article 13?", history).standalone_question == "How many cases are there under article 13?"
    )


def test_the_publisher_of_an_answer_is_not_taken_for_a_person() -> None:
    answer = "our note on Harbour Times, 3 May 1912: “The Nordic Post says that Captain Anna Berg ran the yard.” [1]"
    history = [Turn(role="user", text="Who ran the yard?"), Turn(role="assistant", text=answer)]
    assert in_context("Did she have children?", history).standalone_question == "Did Anna Berg have children?"


def test_a_month_takes_the_place_of_no_name() -> None:
    history = [Turn(role="user", text="How many ships were built in Bergen?")]
    assert in_context("And in May?", history).standalone_question == "How many ships were built in Bergen, in May?"


def test_follow_ups_chain() -> None:
    history = [*HISTORY, Turn(role="user", text="And in April?"), Turn(role="assistant", text="Ten.")]
    assert in_context("and in Oslo?", history).standalone_question == "How many ships were built in Oslo in April 1912?"


def test_without_history_nothing_changes() -> None:
    assert in_context("And in April?", []).standalone_question == "And in April?"
    small = [Turn(role="user", text="hi"), Turn(role="assistant", text="Hello.")]
    assert in_context("And in April?", small).standalone_question == "And in April?"


@pytest.mark.parametrize(
    "question",
    [
        "Why do ships sink?",
        "What is scurvy?",
        "and why do ships sink?",
        "Ok so who pays for the docks",
        "Who is Ida Holm and what did she build?",
        "when did holm retire and who paid her",
        "Is it true that ships sink?",
        "Was it Holm who resigned?",
        "Are there docks in Oslo?",
        "What happens to sailors when they are ill?",
        "How does the yard treat its sailors?",
        "What about Oslo, how many ships were built there?",
        "this bill No. 12, what does it change?",
        "Did it ever pass, Holm's motion?",
        "How many of those who drowned were sailors?",
        "wages of dock workers",
        "what's scurvy",
        "whats the wage of a sailor",
        "When did Holm announce that it would close?",
        "In Bergen, how many ships were built?",
        "what did the commander of the yard say when they fired on him and his crew",
        "How likely is it that ships sink?",
        "In March 1912, who was hired, and who left in March of that year?",
        "Чому тонуть кораблі?",
    ],
)
def test_a_question_that_stands_alone_is_left_as_it_was_typed(question: str) -> None:
    assert in_context(question, HISTORY) == Understanding(standalone_question=question)


def test_the_earlier_question_that_was_used_is_kept() -> None:
    assert in_context("And in April?", HISTORY).context == HISTORY[0].text
    assert in_context("And in April?", []).context == ""


@pytest.mark.parametrize("message", ["yes", "hm", "???", "the second one", "2", "and him?"])
def test_what_says_too_little_is_unclear(message: str) -> None:
    history = [Turn(role="user", text="How many ships were built?"), Turn(role="assistant", text="Forty.")]
    assert in_context(message, history) == Understanding(standalone_question=message, unclear=True)


@pytest.mark.parametrize("message", ["why?", "more", "who said so?"])
def test_without_an_earlier_question_there_is_nothing_to_go_on_from(message: str) -> None:
    assert in_context(message, []).unclear


def test_an_adverb_asks_the_same_of_the_question_before() -> None:
    history = [Turn(role="user", text="When did Holm leave the yard?")]
    assert in_context("ok but why", history).standalone_question == "Why did Holm leave the yard?"
    history = [Turn(role="user", text="Did the yard close?"), Turn(role="assistant", text="Yes."), *history[1:]]
    assert in_context("when was that?", history).standalone_question == "When did the yard close?"


def test_a_person_of_the_question_goes_before_one_of_its_answer() -> None:
    said = Turn(role="assistant", text="“Captain Anna Berg met Holm.” [1]")
    what = [Turn(role="user", text="What did Holm say about the strike?"), said]
    assert in_context("when was he born?", what).standalone_question == "When was Holm born?"
    who = [Turn(role="user", text="Who met Holm?"), said]
    assert in_context("when was she born?", who).standalone_question == "When was Anna Berg born?"
    assert in_context("and him?", what).standalone_question == "What did Anna Berg say about the strike?"


def test_they_and_it_take_the_name_that_acts() -> None:
    firm = [Turn(role="user", text="What did Nordic Steel say about the Oslo yard?")]
    whole = in_context("and what did they say about Bergen?", firm)
    assert whole.standalone_question == "What did Nordic Steel say about Bergen?"
    bill = [Turn(role="user", text="What would bill No. 12 do?")]
    assert in_context("was it passed?", bill).standalone_question == "Was bill No. 12 passed?"


def test_an_earlier_matter_can_be_named_again() -> None:
    history = [Turn(role="user", text=t) for t in ("Who owns the dock?", "How many ships were built in 1912?")]
    assert in_context("back to the dock, who sold it?", history).context == "Who owns the dock?"
    assert in_context("who sold them?", history).context == "How many ships were built in 1912?"


def test_a_message_that_was_unclear_is_passed_over() -> None:
    history = [*HISTORY, Turn(role="user", text="hm"), Turn(role="assistant", text="I am not sure what you mean.")]
    assert in_context("and in April?", history).context == HISTORY[0].text


def test_an_unclear_message_is_met_with_a_question_back(hashed_engine: Engine) -> None:
    answer = hashed_engine.answer(Query("the second one", [Turn(role="user", text="Which laws let soldiers return?")]))
    assert (answer.kind, answer.unclear, answer.abstained) == (QuestionKind.UNCLEAR, True, False)
    assert [(s.support, s.role) for s in answer.statements] == [(Support.NONE, Role.SELF)]
    assert "“the second one”" in answer.text
    assert "write the whole question" in answer.text
    assert not answer.quotes
    assert not answer.hits
    assert not hashed_engine.compare("the second one").rows
