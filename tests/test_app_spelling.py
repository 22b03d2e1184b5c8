"""Misspelt words are read as the corpus spells them, and shown; what may be right as it stands is left alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine import Engine
from app.query import Query
from app.question.spelling import mend
from app.settings import Settings
from index.storage.vocabulary import Vocabulary
from tests.fakes import open_hashed, write_source

TEXT = (
    "The brigade lost many soldiers in October. How many soldiers deserted was never published. Deserters went home. "
    "Prosecutor Kostin closed the statistics. Oleksandr Boiko asked for the price of 12 tanks, and Boiko got nothing. "
    "President Zelensky and the town of Novomoskovsk are named in the report of the Economist. They were exported."
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    root: Path = tmp_path_factory.mktemp("spelling")
    write_source(root / "corpus", "article", TEXT, kind="article", relation="article")
    engine = open_hashed(Settings(home=root / "home", corpus=root / "corpus", reader="none"))
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def vocabulary(engine: Engine) -> Iterator[Vocabulary]:
    with engine.run("soldiers") as run:
        yield run.retriever.vocabulary


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("how many soldeirs desertd in october", "how many soldiers deserted in october"),
        ("wich brigaed lost many soldiers", "which brigade lost many soldiers"),
        ("Waht is teh prcie of the tanks", "What is the price of the tanks"),
        ("what did the prosecutor say about statitsics", "what did the prosecutor say about statistics"),
        ("who is named in Novomoksovsk", "who is named in Novomoskovsk"),
        ("how many soldeirs, and the prosecutor's prcie", "how many soldiers, and the prosecutor's price"),
    ],
)
def test_slips_are_mended_from_the_words_of_the_corpus(typed: str, read: str, vocabulary: Vocabulary) -> None:
    found, corrections = mend(typed, vocabulary)
    assert found == read
    assert corrections
    assert all(c.typed in typed and c.read in read for c in corrections)


@pytest.mark.parametrize(
    "asked",
    [
        "What did Kotin close?",  # another person than Kostin
        "What did Oleksandra Bezuhla ask for?",
        "who extorted money from the soldiers",  # English, though one letter from 'exported'
        "how would you characterise the soldiers",
        "How many soldiers does the SBI want?",
        'Who wrote "soldeirs"?',
        "how many soldiers left the 32nd brigade under bill 11322-prcie1",
        "Ile żołnierzy straciła brygada w październiku",
        "Wie viele Soldaten sind desertiert",
    ],
)
def test_what_may_be_right_is_left_alone(asked: str, vocabulary: Vocabulary) -> None:
    assert mend(asked, vocabulary) == (asked, ())


def test_a_name_in_another_script_is_read_as_the_corpus_spells_it(vocabulary: Vocabulary) -> None:
    assert mend("who is Бойко?", vocabulary)[0] == "who is Boiko?"
    assert mend("Що каже про Зеленського?", vocabulary)[0] == "Що каже про Zelensky?"
    assert mend("who is Петренко?", vocabulary) == ("who is Петренко?", ())


def test_capitals_chat_and_missing_blanks_are_no_slips(vocabulary: Vocabulary) -> None:
    assert mend("WHAT DID BOIKO ASK IN OCTOBER", vocabulary) == ("What did Boiko ask in October", ())
    assert mend("do u know,how many soldiers", vocabulary) == ("do you know, how many soldiers", ())


def test_an_answer_says_what_was_mended_and_can_be_asked_for_without(engine: Engine) -> None:
    answer = engine.answer("how many soldeirs deserted")
    assert answer.standalone_question == "how many soldiers deserted"
    assert [(c.typed, c.read) for c in answer.corrections] == [("soldeirs", "soldiers")]
    bare = engine.answer(Query("how many soldeirs deserted", as_typed=True))
    assert (bare.standalone_question, bare.corrections) == ("how many soldeirs deserted", ())


_WORDS = re.findall(r"[A-Za-z]+", TEXT)


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_word_of_the_corpus_and_no_digit_is_touched(vocabulary: Vocabulary, data: st.DataObject) -> None:
    words = data.draw(st.lists(st.sampled_from(_WORDS), min_size=1, max_size=8))
    figure = data.draw(st.from_regex(r"[0-9]{1,6}([.,][0-9]{1,3}|-[A-Z]{1,4})?", fullmatch=True))
    sentence = " ".join([*words, "soldeirs", figure])
    mended = mend(sentence, vocabulary)[0].split()
    assert mended[-1] == figure
    assert mended[: len(words)] == words or sentence.isupper()


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=120))
def test_any_text_is_survived(vocabulary: Vocabulary, text: str) -> None:
    found, _ = mend(text, vocabulary)
    assert re.findall(r"[0-9]+", found) == re.findall(r"[0-9]+", text)
