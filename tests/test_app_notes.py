"""A note beside its original: what it is called, and what the original does with its sentences."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from app.answer.beside_original import beside_original
from app.records import Statement
from app.support.check import Checker
from app.support.originals import OriginalCheck, speaks_of_itself
from app.support.records import Backing
from app.words.describe import kind_words, speaker
from app.words.languages import TEXTS
from app.words.reasons import original_words
from index.source import Kind, Source
from index.storage.generation import open_current
from tests.chat_engine import source_of
from tests.conftest import ROOT
from tests.fakes import write_source
from tests.local_web import Answer, page
from tests.shipyard import FORTY, LONG, TITLE, UNION, Shipyard

LATE = "The yard's own list, dated 3 May 1912, leaves out ships that were sold while they were still on the slip."
NOTE = (
    "# What the yard counts\n\n"
    "This note rests on the page as it was read in November.\n\n"
    "The yard built fifty ships before the war, its manager Anna Berg said on Monday.\n\n"
    "The union counted thirty-one ships and called the figure of the yard a fairy tale.\n\n"
    "Captain Holm sank nineteen barges in a storm off Skagen.\n"
)
WHOLE = source_of("\n\n".join((FORTY, UNION, LATE, LONG)), source_id="original", kind=Kind.FULLTEXT)
CHECK = OriginalCheck(lambda: Checker())


def put(shipyard: Shipyard, note: str = NOTE, *paragraphs: str, **fields: str) -> None:
    """Have the note say `note`, and its page these paragraphs; fetch it."""
    write_source(
        shipyard.settings.corpus, "note", note, title=TITLE, url=shipyard.web.url("/yard"), language="en", **fields
    )
    shipyard.web.paths["/yard"] = Answer(page(TITLE, *(paragraphs or (FORTY, UNION, LATE, LONG))))
    assert shipyard.run("index", "build").returncode == 0
    shipyard.fetch()


@pytest.mark.parametrize(
    ("sentence", "backing", "words"),
    [
        (UNION, Backing.BORNE_OUT, ""),
        ("The union called the figure of the yard a fairy tale and counted thirty-one ships.", Backing.BORNE_OUT, ""),
        (FORTY.replace("forty", "fifty"), Backing.CONTRADICTED, f"The original says otherwise: “{FORTY}”"),
        ("The union counted ships, Karl told a fairy tale.", Backing.NOT_FOUND, "Not found in the original: “Karl”"),
        ("Barges sank in a storm off the coast.", Backing.NOT_FOUND, "Not found in the original"),
        ("On 3 May 1912 the union counted thirty-one ships.", Backing.BORNE_OUT, ""),
    ],
)  # fmt: skip
def test_what_an_original_does_with_a_sentence(sentence: str, backing: Backing, words: str) -> None:
    found = CHECK.check(sentence, WHOLE, True)
    assert (found.backing, original_words(found)) == (backing, words)
    if found.text:
        found.quote.prove(WHOLE)


def test_a_figure_of_another_place_in_the_original_is_no_contradiction() -> None:
    found = CHECK.check(FORTY.replace("forty", "thirty-one"), WHOLE, True)
    assert found.backing is not Backing.CONTRADICTED


def test_of_another_language_only_figures_are_told() -> None:
    original = source_of("Die Werft baute 40 Schiffe und 312 Boote.", kind=Kind.FULLTEXT)
    assert CHECK.check("The yard built 312 boats.", original, False).backing is Backing.UNCLEAR
    found = CHECK.check("The yard built 412 boats.", original, False)
    assert original_words(found, TEXTS["uk"]) == "В оригіналі не знайдено: «412»"


@pytest.mark.parametrize(
    ("code", "who", "what"),
    [
        ("en", "our summary of Example Press, undated", "our summary, original read"),
        ("uk", "наш виклад тексту Example Press, без дати", "наш виклад, оригінал прочитано"),
    ],
)
def test_a_note_beside_its_original_is_our_summary(code: str, who: str, what: str) -> None:
    note = source_of("Words.", publisher="Example Press", published=None, original="o")
    assert speaker(note, TEXTS[code]) == who
    assert kind_words(note, TEXTS[code], short=True) == what


def test_what_a_note_says_of_itself_is_not_held_against_anything() -> None:
    words = "This note rests on the page as it was read in November."
    note = source_of(words, source_id="note", original="original")
    original = source_of(FORTY, source_id="original", kind=Kind.FULLTEXT)
    quote = {"number": 1, "source_id": "note", "source_sha256": note.sha256, "start": 0, "end": len(words)}
    statement = Statement.model_validate({"text": words, "quotes": ({**quote, "text": words},)})
    assert beside_original(statement, {"note": note, "original": original}.get, CHECK) is statement


@pytest.mark.parametrize(
    ("sentence", "is_so"),
    [
        ("The original article was not read.", True),
        ("We read the report in November.", True),
        ("The figure was not found in the original.", True),
        ("The later passages were read in summaries of it.", True),
        ("The verdict was read on 3 May; 40 were convicted.", False),
        ("The bodies were not found in the harbour.", False),
    ],
)
def test_only_what_is_on_a_text_that_was_read_is_on_the_note(sentence: str, is_so: bool) -> None:
    assert speaks_of_itself(sentence) is is_so


def test_a_sentence_of_a_note_is_what_stands_at_its_place(shipyard: Shipyard) -> None:
    put(shipyard, "The yard denies all of this:\n\n" + "".join(f"- {FORTY} {LATE}\n- {UNION} {LATE}\n" * 2))
    checked = shipyard.json("check", "--notes", code=1)["notes"][0]
    note = open_current(shipyard.settings.index).source("note")
    assert checked["sentences"]
    for sentence in checked["sentences"]:
        assert note.text[sentence["start"] : sentence["end"]] == sentence["text"]
    assert any(s["words"] != s["text"] for s in checked["sentences"]), [s["words"] for s in checked["sentences"]]


def test_notes_are_held_against_their_originals_alone(shipyard: Shipyard) -> None:
    done = shipyard.run("sources", "check", "--notes")
    assert done.returncode == 0
    assert "footnote sources fetch" in done.stdout
    put(shipyard)
    asked = len(shipyard.web.asked)
    found = shipyard.json("check", "--notes", code=1)["notes"][0]
    assert (found["source_id"], found["original"], found["left_out"]) == ("note", "note-original", 1)
    told = {s["text"]: s["original"] for s in found["sentences"]}  # type: ignore[attr-defined]
    assert [o["backing"] for o in told.values()] == ["contradicted", "borne-out", "not-found"]
    assert told[FORTY.replace("forty", "fifty")]["text"] == FORTY
    said = shipyard.run("sources", "check", "note", "--notes").stdout
    assert "the original says otherwise: “The yard built fifty ships" in said
    assert f"the original: “{FORTY}”" in said
    assert "not found in the original: “Captain Holm" in said
    assert "errs in both directions" in said
    assert "What the yard counts" not in said
    assert len(shipyard.web.asked) == asked
    assert shipyard.json("check", "article", "--notes")["skipped"][0]["about"] == "article"


def test_an_answer_says_where_its_note_is_not_borne_out(shipyard: Shipyard) -> None:
    put(shipyard)
    question = ("ask", "How many ships did the yard build before the war?", "--source", "note")
    answer = json.loads(shipyard.run(*question, "--json").stdout)
    beside = answer["statements"][0]["of_original"]
    assert (beside["backing"], beside["text"]) == ("contradicted", FORTY)
    assert answer["sources"][0]["facts"]["original"] == "note-original"
    words = f"The original says otherwise: “{FORTY}”"
    said = shipyard.run(*question).stdout
    assert "our summary of Example Press, 21 Oct 2024: “The yard built fifty ships" in said
    assert words in said
    assert f"*({words})*" in shipyard.run(*question, "--markdown").stdout.replace("\\", "")
    assert words in shipyard.run("check", "The yard built fifty ships before the war.").stdout


def test_a_bundle_holds_the_original_that_stands_beside_a_note(shipyard: Shipyard) -> None:
    put(shipyard)
    question = "How many ships did the yard build before the war?"
    shipyard.run("ask", question, "--source", "note", "--bundle", "a.zip")
    replayed = json.loads(shipyard.run("replay", "a.zip", "--json").stdout)
    assert replayed["ok"], replayed["problems"]
    from app.bundle.archive import read_zip, write_zip

    data = read_zip((shipyard.folder / "a.zip").read_bytes())
    assert "sources/note-original.txt" in data
    forged = {name: raw.replace(b'"contradicted"', b'"borne-out"') for name, raw in data.items()}
    from datetime import UTC, datetime

    (shipyard.folder / "b.zip").write_bytes(write_zip(forged, datetime.now(UTC)))
    problems = json.loads(shipyard.run("replay", "b.zip", "--json").stdout)["problems"]
    assert any("says otherwise what its original does" in p for p in problems)


def test_without_an_original_nothing_is_said(shipyard: Shipyard) -> None:
    write_source(shipyard.settings.corpus, "note", NOTE, title=TITLE, url=shipyard.web.url("/yard"))
    shipyard.run("index", "build")
    answer = json.loads(shipyard.run("ask", "How many ships did the yard build?", "--json").stdout)
    assert all(s["of_original"] is None for s in answer["statements"])
    put(shipyard)
    shipyard.run("sources", "fetch", "--forget", "note")
    assert note_of(shipyard).original == ""


def test_without_an_original_nothing_of_the_check_is_loaded() -> None:
    code = "import sys, app.engine, app.run; print('app.support.originals' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "False"


def test_a_text_at_the_address_of_a_note_is_its_original_too(shipyard: Shipyard) -> None:
    url = shipyard.web.url("/yard")
    write_source(shipyard.settings.corpus, "whole", FORTY, title=TITLE, url=url, kind="fulltext")
    shipyard.run("index", "build")
    assert note_of(shipyard).original == "whole"


def test_nobody_states_which_source_is_the_original(shipyard: Shipyard) -> None:
    write_source(shipyard.settings.corpus, "note", NOTE, title=TITLE, url=shipyard.web.url("/yard"), original="article")
    done = shipyard.run("index", "build")
    assert done.returncode == 2
    assert "field 'original': is not a field" in done.stderr


def note_of(shipyard: Shipyard) -> Source:
    return open_current(shipyard.settings.index).source("note")
