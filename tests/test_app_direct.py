"""The direct line: answering words cut out of a quotation, whole, and none rather than the wrong ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answer.answering_words import SURE, answering_words, trimmed, whole
from app.answer.candidates import Candidate
from app.answer.compose import Draft
from app.answer.direct import direct
from app.answer.extract import drafts
from app.question.classify import classify
from app.records import AnswerQuote, Statement
from index.passage import AnswerSpan, Sentence
from tests.chat_engine import source_of


def candidate(text: str, words: str, share: float = 1.0, sure: float = 0.9) -> Candidate:
    start = text.index(words)
    source = source_of(text)
    return Candidate(
        source, Sentence(0, len(text), text), sure, sure, AnswerSpan(start, start + len(words), share), alone=sure
    )


@pytest.mark.parametrize(
    ("text", "found", "shown"),
    [
        ("The mole is 45–48 metres high.", "45", "45–48"),
        ("They lost up to 12 boats.", "12", "up to 12"),
        ("Nearly a fifth of the men left.", "a fifth", "Nearly a fifth"),
        ("The club says 600,000 crowns at most.", "600,000", "600,000 crowns at most"),
        ("It bears as much as 40 tonnes, or more.", "40 tonnes", "as much as 40 tonnes, or more"),
        ("An estimated 300 came.", "300", "An estimated 300"),
        ("It fell to -12 degrees.", "-12 degrees", "-12 degrees"),
        ("It fell by −12 degrees.", "12 degrees", "−12 degrees"),
        ("A rise of .5 percent, he said.", ".5 percent,", ".5 percent"),
        ("The losses added up to 9,048.", "9,048", "9,048"),
        ("He left - then came back.", "- then came back.", "then came back"),
        ("The figures add up to 25,541.", "25,541", "25,541"),
        ("It lies in Lviv (2,170), and elsewhere.", "2,170)", "2,170"),
        ("He said: “Not now.”", "“Not now.", "Not now"),
        ("Fish (mostly cod) was sold.", "Fish (mostly cod)", "Fish (mostly cod)"),
        ("Between 3 and 5 per cent; the rest stayed.", "3 and 5 per cent;", "3 and 5 per cent"),
        ("It cost £4.62 million.", "4.62 million", "£4.62 million"),
    ],
)
def test_words_are_whole_and_keep_what_qualifies_them(text: str, found: str, shown: str) -> None:
    span = answering_words(candidate(text, found))
    assert span is not None
    assert text[slice(*span)] == shown


def test_where_two_places_may_answer_none_stands_out() -> None:
    text = "Of 59,606 cases 35,307 are of this year."
    assert answering_words(candidate(text, "59,606", share=SURE - 0.01)) is None
    assert answering_words(candidate(text, "59,606", share=SURE)) == (3, 9)


@given(text=st.text(min_size=1, max_size=60), data=st.data())
def test_a_span_stays_inside_its_text(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    a, b = whole(text, start, end)
    assert 0 <= a <= start < end <= b <= len(text)
    c, d = trimmed(text, a, b)
    assert a <= c <= d <= b


def test_a_less_sure_sentence_adds_nothing_to_the_direct_line() -> None:
    lead = candidate("Nine cases were opened in May.", "Nine")
    near = candidate("The office counted eight in May.", "eight", sure=0.85)
    far = candidate("The fine is 300 crowns.", "300 crowns", sure=0.4)

    def answering(question: str) -> list[bool]:
        return [d.answers for d in drafts(classify(question), [lead, near, far])]

    assert answering("How many cases were opened in May?") == [True, True, False]
    assert answering("How many cases were there in June?") == [True, False, False]
    assert answering("How many are there now?") == [True, False, False]
    assert not any(d.answers for d in drafts(classify("Tell me about Anna Berg"), [lead, near, far]))


def said_directly(*answers: str) -> list[str]:
    """What stands in the direct line where each of these words answers, as a whole text of its own."""
    source = source_of(" | ".join(answers))
    quotes = [source.text.index(words) for words in answers]
    statements = [
        Statement(
            text=words,
            quotes=(
                AnswerQuote(
                    number=n,
                    source_id=source.id,
                    source_sha256=source.sha256,
                    start=start,
                    end=start + len(words),
                    text=words,
                ),
            ),
            emphasis=((0, len(words)),),
        )
        for n, (words, start) in enumerate(zip(answers, quotes, strict=True), 1)
    ]
    found = direct([Draft(words, answers=True) for words in answers], statements, {source.id: source})
    return [piece.text for piece in found]


def test_figures_that_differ_in_their_point_are_two_pieces() -> None:
    figures = ["1.5 million", "15 million", "-15 million", "1,5 million"]
    assert said_directly(*figures) == figures
    sums = ["$40 million", "€40 million", "40%"]
    assert said_directly(*sums) == sums
    assert said_directly("The Harbour, he said.", "the harbour he said") == ["The Harbour, he said."]
