"""Messages with several questions, topics, and kinds: how a message is taken apart before anything is searched."""

from __future__ import annotations

import pytest

from app.question.classify import classify, says_how_to_answer
from app.question.parts import parts
from app.question.topic import topic
from app.records import QuestionKind


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("When was it passed, when did it come into force and did it work?",
         ("When was it passed", "when did it come into force", "did it work?")),
        ("How high is the mole? And who built it?", ("How high is the mole?", "who built it?")),
        ("The strike: what date, how many took part, who led it?",
         ("The strike: what date", "The strike: how many took part", "The strike: who led it?")),
        ("fire at the mill: 1) which street 2) which day 3) age of the victim",
         ("fire at the mill: which street", "fire at the mill: which day", "fire at the mill: age of the victim")),
        ("In the war of 1918, how strong were they and where did they flee to?",
         ("In the war of 1918, how strong were they", "In the war of 1918, where did they flee to?")),
        ("How did the number of new cases change between January and October 2024?",
         ("How many new cases were there in January 2024", "How many new cases were there in October 2024")),
        ("how did the fare for islanders change from 2015 to 2023",
         ("What was the fare for islanders in 2015", "What was the fare for islanders in 2023")),
        ("what did bills cost in 2016 and in 2018?", ("what did bills cost in 2016?", "what did bills cost in 2018?")),
        ("How many cases were there between January and October 2024?", ()),
        ("When did they strike in 2016 and 2018?", ()),
        ("How many died, according to Berg, who led the inquiry?", ()),
        ("was knut paid as well, and how much", ()),
        ("Which judge sentenced the two, and in which court?", ()),
        ("What do the miners and the owners want?", ()),
        ("Did they leave, or is it only a rumour?", ()),
        ("When did the bridge close?", ()),
    ],
)  # fmt: skip
def test_a_message_falls_into_its_questions(message: str, found: tuple[str, ...]) -> None:
    assert parts(message) == found


def test_how_to_answer_is_no_question_of_its_own() -> None:
    assert says_how_to_answer("Do the sources agree?")
    assert says_how_to_answer("is that true")
    assert not says_how_to_answer("Do the sources agree on the number of dead?")


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Tell me about Tarrowby Meter Action.", "Tarrowby Meter Action"),
        ("who is tomasz wrede?", "tomasz wrede"),
        ("What was the bucket march?", "bucket march"),
        ("Victor Ansell - give me a short portrait", "Victor Ansell"),
        ("Describe what happened in the attack at Ploska.", "attack at Ploska"),
        ("Please summarise the affair of the 210th Battalion", "affair of the 210th Battalion"),
        ("Could you summarise the strike of 2019 for my class?", "strike of 2019"),
        ("Describe the Ferries Act in a few lines.", "Ferries Act"),
        ("Who is the mayor of Olm?", ""),
        ("Who is Berg's lawyer?", ""),
        ("What is Wrede doing for a living?", ""),
        ("When was the bridge built?", ""),
    ],
)
def test_a_topic_is_what_somebody_wants_to_be_told_about(question: str, found: str) -> None:
    assert topic(question) == found


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Should I trust the council's figures?", QuestionKind.OPINION),
        ("do u think they played it down", QuestionKind.OPINION),
        ("Which option ought the board to have picked?", QuestionKind.OPINION),
        ("What should the army do?", QuestionKind.OPINION),
        ("What ought we to do?", QuestionKind.OPINION),
        ("What should a soldier do to return without punishment?", QuestionKind.FACT),
        ("What should the commander do if a soldier deserts?", QuestionKind.FACT),
        ("If a soldier deserts, what ought the commander to do?", QuestionKind.FACT),
        ("What should we do to get the money back?", QuestionKind.FACT),
        ("Which officer says the figure ought to be doubled?", QuestionKind.WHO_SAYS),
        ("How many ships are there now?", QuestionKind.LATEST),
        ("Which town was bigger before the war, Olm or Zell?", QuestionKind.CHOICE),
        ("Which came first, the law or the strike?", QuestionKind.CHOICE),
        ("which came first the law or the strike", QuestionKind.CHOICE),
        ("Where did most men desert: in Olm or in Zell?", QuestionKind.CHOICE),
        ("Were there more cases in 2023 or in 2024?", QuestionKind.CHOICE),
        ("Was Olm or Zell bigger?", QuestionKind.CHOICE),
        ("Did the mayor or the owner speak first?", QuestionKind.CHOICE),
        ("What is the most common reason for desertion or absence?", QuestionKind.FACT),
        ("Who was first to say that soldiers leave or desert?", QuestionKind.WHO_SAYS),
        ("Who said earlier that soldiers leave or desert?", QuestionKind.WHO_SAYS),
        ("Who said that more than 100,000 soldiers had left or deserted?", QuestionKind.WHO_SAYS),
        ("What do men get who leave or desert for the first time?", QuestionKind.FACT),
        ("How did the number of cases change from 2022 to 2025?", QuestionKind.COMPARE),
        ("On what points do the Examiner and Norrin differ over the ship?", QuestionKind.COMPARE),
        ("Was the Orla quicker than the old ferry?", QuestionKind.CHOICE),
        ("What have they other than ferries?", QuestionKind.FACT),
        ("Do the Courier and the Herald give the same number? Do they line up?", QuestionKind.COMPARE),
        ("Which motives for leaving did they name?", QuestionKind.LIST),
        ("Who is Anna Berg?", QuestionKind.ABOUT),
    ],
)
def test_kinds(question: str, kind: QuestionKind) -> None:
    assert classify(question).kind is kind
