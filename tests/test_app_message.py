"""The question is found in what was typed: behind greetings, before thanks, inside a story."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.question.message import find_question

ASKED = "how many tanks were sent to the brigade?"
STORY = (
    "I have been following this affair since last spring, because my sister lives near the barracks. She says that "
    "everything has become dearer there. My husband thinks that one should hear the other side as well. You know how "
    "it goes on a Sunday, don't you? The harbour office closed its doors on 3 May 2019. "
)


@pytest.mark.parametrize(
    "typed",
    [
        f"hi, {ASKED}", f"Hello there! {ASKED}", f"gd evening,need this for my homework,, {ASKED}",
        f"hey sorry to bother you but {ASKED}", f"quick one before my deadline: {ASKED}", f"ok so {ASKED}",
        f"So here is what I should like on my slide: {ASKED}",
        f"{ASKED} thanks in advance", f"{ASKED} Thank you so much!", f"{ASKED} thx :)", f"could u tell me pls {ASKED}",
        f"Dear Footnote, {ASKED} Kind regards", f"{ASKED} do u know",
    ],
)  # fmt: skip
def test_a_greeting_and_thanks_are_no_part_of_the_question(typed: str) -> None:
    assert find_question(typed) == ASKED


@pytest.mark.parametrize(
    "typed",
    [
        "hello", "thanks a lot!", "Good morning", "who are you?", "please", "Hello Kitty: who sells it?",
        "I ask about the Kittiwake: how old was she?", "Hi Vis Ltd makes what?",
        "After my 3 May letter, what did the office reply?",
        "I read that the 123rd brigade left, why?", "We left Vuhledar, why?", "I saw that, why?",
        "Trace for me what became of the bill, from the first demand to the court.",
        "When was it passed? When did it come into force?", "The brigade was sent to Vuhledar. Why did they protest?",
    ],
)  # fmt: skip
def test_what_else_is_said_stays(typed: str) -> None:
    assert find_question(typed) == typed


def test_a_story_is_reduced_to_the_sentence_that_asks() -> None:
    question = "On which day did the relatives rally in Mykolaiv?"
    assert len(STORY) > 300
    assert find_question(f"{STORY}{question} Many thanks, this is a lovely tool.") == question
    assert find_question(f"{STORY}So all I want to know is this: {question[0].lower()}{question[1:]}").startswith(
        "on whi"
    )


def test_a_sentence_that_the_question_needs_comes_with_it() -> None:
    found = find_question(f"{STORY}Why did they do that?")
    assert found == "The harbour office closed its doors on 3 May 2019. Why did they do that?"


def test_all_questions_of_a_message_are_kept() -> None:
    found = find_question(f"{STORY}When did Ryumshin leave Odesa? My tea is cold. What bail was set for Ryumshin?")
    assert found == "When did Ryumshin leave Odesa? What bail was set for Ryumshin?"


def test_sentences_without_capitals_are_told_apart() -> None:
    story = STORY.lower()
    assert find_question(f"{story}what bail was set for colonel Ryumshin?") == "what bail was set for colonel Ryumshin?"


@settings(deadline=None, max_examples=150)
@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from([*STORY.split(), "hi,", "thanks", "?", "why", "pls"])).map(" ".join)
)
def test_a_short_message_is_only_cut(typed: str) -> None:
    found = find_question(typed)
    assert found in typed or len(typed.split()) > 60
    assert bool(found) == bool(typed.strip())
