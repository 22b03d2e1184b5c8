"""What an answer says before its quotations, in every rendering: direct answer, parts, how it was understood."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from app.answer.compose import plain_text
from app.records import Answer, Correction, Direct, QuestionKind, Statement, parted
from app.render.console import SafeConsole
from app.render.markdown import answer_markdown, conversation_html
from app.render.terminal import print_answer
from app.words.describe import refusal_words, short_speaker
from app.words.languages import ENGLISH, TEXTS
from app.words.understood import read_as, showing, way_back
from index.source import Kind
from tests.answers import ARTICLE, FORTY, NOTE, answer_of, refusal_of
from tests.chat_engine import source_of
from tests.test_app_chat import TRICKS, Page
from tests.test_app_terminal import OSC, STEERS

SOURCES = (ARTICLE, NOTE)
BOTH = [(ARTICLE, FORTY), (NOTE, NOTE.text)]
FIGURES = [("forty", 1), ("31", 2)]
LINE = "forty (Harbour Paper) [1] · 31 (our note on Dock Union) [2]"


def terminal(answer: Answer) -> str:
    out = io.StringIO()
    print_answer(SafeConsole(file=out, width=400, highlight=False, soft_wrap=True), answer, {s.id: s for s in SOURCES})
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines())


def markdown(answer: Answer) -> str:
    return answer_markdown(answer, SOURCES)


def words_of_page(answer: Answer) -> str:
    body = conversation_html([answer], "x", SOURCES).partition("<article")[2]
    return " ".join(Page(f"<article{body}").words.replace("\u202f", " ").split())


EVERYWHERE = [terminal, markdown, words_of_page]


def test_the_direct_answer_stands_above_the_quotations_with_who_says_so_and_its_mark() -> None:
    answer = answer_of("How many ships?", BOTH, direct=FIGURES)
    said = "Harbour Paper, 1 Dec 1912: “The yard built forty ships in 1912.” [1]"
    assert answer.text.startswith(f"{LINE}\n{said}\n")
    assert terminal(answer).startswith(f"{LINE}\n\n{said}\n")
    shown = markdown(answer).split("\n\n")
    assert shown[1:3] == ["**forty** (Harbour Paper) [1] · **31** (our note on Dock Union) [2]", said]
    page = words_of_page(answer)
    assert "How many ships?Answer: forty (Harbour Paper) 1 · 31 (our note on Dock Union) 2Harbour Paper" in page


def test_an_answer_without_direct_words_reads_as_before() -> None:
    answer = answer_of("How many ships?", BOTH)
    assert answer.text.startswith("Harbour Paper, 1 Dec 1912: “The yard")
    assert terminal(answer).startswith("Harbour Paper, 1 Dec 1912: “The yard")
    assert "Answer:" not in words_of_page(answer)


@pytest.mark.parametrize(
    ("piece", "shown"),
    [("forty ships in 1912", "forty ships in 1912"), ("built forty ships", "“built forty ships”"),
     ("The yard built forty ships in 1912", "“The yard built forty ships in 1912”"), ("yard", "yard")],
)  # fmt: skip
def test_a_clause_stands_in_quotation_marks_a_figure_or_a_name_does_not(piece: str, shown: str) -> None:
    assert answer_of("?", BOTH, direct=[(piece, 1)]).text.startswith(f"{shown} (Harbour Paper) [1]\n")


@pytest.mark.parametrize("render", EVERYWHERE)
def test_words_that_are_not_in_the_quotation_are_never_shown_as_the_answer(render: Callable[[Answer], str]) -> None:
    answer = answer_of("How many ships?", BOTH)
    forged = [Direct(text=t, number=n, speaker="BBC") for t, n in (("fifty", 1), ("forty", 2), ("forty", 9), (" ", 1))]
    sound = Direct(text="forty", number=1, speaker="BBC")
    shown = render(answer.model_copy(update={"direct": (*forged, sound)}))
    assert "fifty" not in shown
    assert "BBC" not in shown, "who says so is told from the source that is quoted"
    assert shown.replace("*", "").count("forty (Harbour Paper)") == 1
    assert answer.model_copy(update={"direct": (*forged, sound)}).unfounded == tuple(forged)


def test_a_hostile_direct_answer_is_text() -> None:
    words = f"{TRICKS[0]} **x** [1]: `y` {OSC}"
    source = source_of(words, publisher=words, url="https://a.example/", kind=Kind.FULLTEXT)
    answer = answer_of(words, [(source, words), (source, "**x**")], direct=[(words, 1)],
                       parts=[(words, 1), (words, 1), (words, 0)])  # fmt: skip
    page = Page(conversation_html([answer], "x", [source]))
    assert page.tags.isdisjoint({"img", "script", "svg"})
    assert page.words.count(TRICKS[0]) >= 6
    assert "<img" not in answer_markdown(answer, [source]).replace("\\<img", "")
    out = io.StringIO()
    print_answer(SafeConsole(file=out, width=200), answer, {source.id: source})
    assert STEERS.findall(out.getvalue()) == []


PARTS = [("When was it built?", 1), ("How many?", 1), ("Did it pay?", 0)]


def test_each_part_stands_under_its_own_words_and_a_missing_one_is_named() -> None:
    answer = answer_of("When was it built, how many, and did it pay?", BOTH, parts=PARTS, direct=FIGURES)
    one, two = (
        "“The yard built forty ships in 1912.” [1]",
        "“The union counted 31 ships built by the yard in 1912.” [2]",
    )
    assert answer.text == (
        f"When was it built?\nforty (Harbour Paper) [1]\nHarbour Paper, 1 Dec 1912: {one}\n\n"
        f"How many?\n31 (our note on Dock Union) [2]\nour note on Dock Union, Jan 1913: {two}\n\n"
        "Not answered: Did it pay?"
    )
    assert terminal(answer).startswith(
        f"When was it built?\nforty (Harbour Paper) [1]\n\nHarbour Paper, 1 Dec 1912: {one}\n\n"
        f"How many?\n31 (our note on Dock Union) [2]\n\nour note on Dock Union, Jan 1913: {two}\n\n"
        "Not answered: Did it pay?\n\nFootnotes\n"
    )
    shown = markdown(answer).split("\n\n")
    assert [s for s in shown if s.startswith(("###", ">", "**"))] == [
        "**When was it built, how many, and did it pay?**", "### When was it built?",
        "**forty** (Harbour Paper) [1]", "### How many?", "**31** (our note on Dock Union) [2]",
        "> Not answered: Did it pay?", "**References**",
    ]  # fmt: skip
    assert words_of_page(answer).index("How many?") < words_of_page(answer).index("Not answered: Did it pay?")


def test_no_statement_is_lost_whatever_part_it_claims() -> None:
    statements = [Statement(text=str(n), part=n) for n in (-1, 0, 1, 7)]
    one, two = parted(("A?", "B?"), (), statements)
    assert [s.text for s in one.statements] == ["0"]
    assert [s.text for s in two.statements] == ["-1", "1", "7"]
    (whole,) = parted(("A?",), (), statements)
    assert (whole.words, len(whole.statements)) == ("", 4)
    assert "Not answered" not in plain_text(statements, {}, (), ("A?",))


def test_a_question_that_leaned_on_an_earlier_one_says_so_and_how_to_ask_it_alone() -> None:
    answer = answer_of("and in 1912?", BOTH, standalone="How many ships in 1912?", context="How many ships in 1911?")
    assert terminal(answer).startswith(
        "Searched for: How many ships in 1912?\nAsk it on its own, without the earlier question: add --as-typed\n"
    )
    assert "Searched for: How many ships in 1912?" in markdown(answer)
    assert "Searched for: How many ships in 1912?" in words_of_page(answer)


def test_mended_words_are_named_with_the_way_back() -> None:
    mended = (Correction(typed="shps", read="ships"), Correction(typed="yrad", read="yard"))
    answer = answer_of("How many SHPS of the yrad?", BOTH, standalone="How many ships of the yard?", corrections=mended)
    line = "Showing results for ships (typed: shps), yard (typed: yrad)"
    assert terminal(answer).startswith(f"{line}\nSearch instead for shps, yrad: add --as-typed\n")
    for shown in (terminal(answer), markdown(answer), words_of_page(answer)):
        assert line in shown.replace("\\", "")
        assert "Searched for" not in shown, "the line on the words says it all"
    both = answer.model_copy(update={"standalone_question": "How many ships of the yard in 1912?", "context": "1912?"})
    assert read_as(both.question, both) == "How many ships of the yard in 1912?"
    assert showing(both) == line
    assert way_back(both.question, both) == ENGLISH.ask_as_typed


@pytest.mark.parametrize("render", EVERYWHERE)
def test_a_question_in_a_language_that_is_not_read_is_said_to_be_one(render: Callable[[Answer], str]) -> None:
    answer = answer_of("Скільки?", BOTH, language="uk")
    assert "This question seems to be in Ukrainian, which the current model does not read" in render(answer)
    assert "seems to be in" not in render(answer_of("How many?", BOTH))


@pytest.mark.parametrize("render", EVERYWHERE)
def test_an_opinion_is_declined_in_a_friendly_sentence_beside_what_the_sources_hold(
    render: Callable[[Answer], str],
) -> None:
    answer = refusal_of("Is Anna Berg a good person?", [NOTE], kind=QuestionKind.OPINION)
    shown = render(answer)
    assert "Footnote gives no opinions, advice or forecasts, but it can show you what the sources say." in shown
    assert shown.index("What the sources do say") < shown.index(NOTE.text)
    assert "do not answer" not in shown
    assert "not an answer" not in shown
    assert "Not answered" not in shown


@pytest.mark.parametrize("render", EVERYWHERE)
def test_too_little_to_search_for_is_met_with_a_question_back(render: Callable[[Answer], str]) -> None:
    shown = render(refusal_of("more", kind=QuestionKind.UNCLEAR))
    assert "What would you like to know?" in shown
    assert "do not answer" not in shown
    assert "Not answered" not in shown


def test_declining_is_said_in_the_language_of_the_page() -> None:
    uk = TEXTS["uk"]
    assert refusal_words((), uk, QuestionKind.OPINION) == uk.no_opinions
    assert refusal_words(("Zorg",), uk, QuestionKind.UNCLEAR) == uk.ask_back
    assert refusal_words(("Zorg",), uk, QuestionKind.FACT).startswith(uk.sources_do_not_answer)


@pytest.mark.parametrize(
    ("publisher", "kind", "quoting", "name"),
    [("World Socialist Web Site", Kind.FULLTEXT, False, "WSWS"),
     ("UNN (Ukrainian National News)", Kind.NOTE, False, "our note on UNN"),
     ("World Socialist Web Site", Kind.ARTICLE, True, "quoted by WSWS"), ("(x)", Kind.ARTICLE, False, "(x)")],
)  # fmt: skip
def test_who_says_so_is_named_in_few_words(publisher: str, kind: Kind, quoting: bool, name: str) -> None:
    source = source_of("Words.", publisher=publisher, kind=kind)
    assert short_speaker(Statement(text="Words.", quoting=quoting), source) == name
