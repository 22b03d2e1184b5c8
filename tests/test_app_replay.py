"""The check of a bundle: what it makes of every kind of tampering, and how it compares with the index here."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import zipfile
from pathlib import Path

import pytest

from app import __version__
from app.answer.candidates import Candidate
from app.answer.compose import Numbering
from app.answer.extract import draft_of
from app.bundle.current import SourceState
from app.bundle.format import SourceCard, mislabelled
from app.bundle.replay import Replay, replay
from app.bundle.write import pack
from app.cli.replay import _print_replay as print_replay
from app.records import Role
from app.settings import Settings
from index.build.build import build
from index.errors import QuoteError, UsageError
from index.read.corpus import read_corpus
from index.read.sentences import sentences_of
from index.settings import IndexSettings
from index.source import BlockKind
from tests.answers import ARTICLE, BUNDLE, CARD, FORTY, NOTE, TEXT, answer_of, refusal_of, rewritten, span
from tests.conftest import CORPUS
from tests.fakes import HashedWords, write_source
from tests.zips import Change, changed, members, swap


def test_an_untouched_bundle_is_proved(tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    path.write_bytes(BUNDLE)
    found = replay(path)
    assert found == replay(BUNDLE)
    assert (found.ok, found.proved, found.problems) == (True, 2, ())
    assert found.sha256 == hashlib.sha256(BUNDLE).hexdigest()
    assert [(q.answer, q.number, q.question, q.proved, q.here) for q in found.quotes] == [
        (1, 1, "How many ships?", True, None), (1, 2, "How many ships?", True, None),
    ]  # fmt: skip
    assert Replay.model_validate(found.model_dump(exclude={"ok", "proved"})) == found
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", [n for n in members(BUNDLE) if n != "manifest.json"])
def test_any_change_of_any_member_is_seen(name: str) -> None:
    found = replay(changed(BUNDLE, {name: lambda c: c + b"\n"}))
    assert not found.ok
    assert f"{name} was changed after the bundle was made" in found.problems
    found = replay(changed(BUNDLE, {name: None}))
    assert not found.ok
    assert f"{name} is missing" in found.problems


@pytest.mark.parametrize(
    ("kind", "true", "problem"),
    [
        (BlockKind.QUOTE, {"quoting": True}, "its source's own words and is somebody else's"),
        (BlockKind.HEADING, {"heading": True}, "stands in a heading and is not said to"),
    ],
)
def test_who_speaks_is_checked_against_the_blocks(kind: BlockKind, true: dict[str, bool], problem: str) -> None:
    source = dataclasses.replace(ARTICLE, blocks=tuple(dataclasses.replace(b, kind=kind) for b in ARTICLE.blocks))
    answer = answer_of("Has she a deputy?", [(source, "She has no deputy.")])
    (statement,) = answer.statements
    with pytest.raises(QuoteError, match=problem):
        pack([answer], [source], Settings(), "x")
    sound = answer.model_copy(update={"statements": (statement.model_copy(update=true),)})
    data = pack([sound], [source], Settings(), "x")
    assert replay(data).ok
    untrue = answer_with(lambda r: r["statements"][0].update(dict.fromkeys(true, False)))
    found = replay(changed(data, {"answers/01.json": untrue}, forged=True))
    assert any(problem in p for p in found.problems), found.problems


def test_no_sentence_of_a_sound_answer_is_found_mislabelled(tmp_path: Path) -> None:
    """Labels in bold, lists under quotations, rows under their heads: as the answers quote them."""
    write_source(
        tmp_path,
        "odd",
        "# Head\n\n> **Who?** Ida Moen.\n>\n> She said:\n>\n> - one;\n> - two.\n\n**The yard.** It was sold.\n\n"
        "## Why was it sold?\n\nAsked: why?\n\nFor money:\n\n- debts;\n- fines.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    )
    for source in [*read_corpus(tmp_path), *read_corpus(CORPUS)]:
        numbering = Numbering({source.id: source})
        placed = [p.sentence for p in sentences_of(source)]
        drafts = [draft_of(Candidate(source, s, 1.0, 1.0), Role.ANSWER) for s in placed]
        answer = answer_of("?", []).model_copy(update={"statements": tuple(map(numbering.statement, drafts))})
        assert {s.block for s in placed} > {BlockKind.PARAGRAPH} or source.id != "odd"
        card = SourceCard(facts=source.facts, sha256=source.sha256, text="", characters=0, blocks=source.blocks)
        assert [*mislabelled(answer, {(source.id, source.sha256): card})] == []


def test_an_added_member_is_seen() -> None:
    found = replay(changed(BUNDLE, {"sources/other.txt": b"x"}))
    assert (found.ok, found.proved) == (False, 2)
    assert found.problems == ("sources/other.txt was added after the bundle was made",)


def shifted(data: bytes) -> bytes:
    """Each start and end one further."""
    return re.sub(rb'"(start|end)":\s*(\d+)', lambda m: b'"%s":%d' % (m[1], int(m[2]) + 1), data)


def at(start: int, end: int) -> dict[str, Change]:
    """Footnote 1 of answer 1 moved, in the answer and in the list."""
    quote = span(ARTICLE, FORTY)

    def move(data: bytes) -> bytes:
        for old, new in (
            (f'"start":{quote.start},"end":{quote.end}', f'"start":{start},"end":{end}'),
            (f'"start": {quote.start},\n     "end": {quote.end}', f'"start": {start},\n "end": {end}'),
        ):
            data = data.replace(old.encode(), new.encode())
        return data  # fmt: skip

    return {"quotes.jsonl": move, "answers/01.json": move}


def answer_with(change: object) -> Change:
    """Answer 1 with `change(record)` applied to its JSON."""

    def rewrite(data: bytes) -> bytes:
        record = json.loads(data)
        change(record)  # type: ignore[operator]
        return json.dumps(record).encode()

    return rewrite


def _second_quote_under_number_one(record: dict) -> None:  # type: ignore[type-arg]
    false = {**record["statements"][0]["quotes"][0], "text": "The yard built fifty ships in 1912."}
    record["statements"].insert(0, {**record["statements"][0], "text": false["text"], "quotes": [false]})


def invented(support: str) -> object:
    """Footnote made to say something that it has no words for."""

    def change(record: dict) -> None:  # type: ignore[type-arg]
        first = record["statements"][0]
        quotes = first["quotes"] if support == "metadata" else []
        record["statements"].insert(0, {**first, "text": "Footnote vouches.", "support": support, "quotes": quotes})

    return change


BOTH = ("quotes.jsonl", "answers/01.json")
FORGERIES: dict[str, tuple[dict[str, Change], str]] = {
    "another text": ({TEXT: swap("forty", "fifty")}, "does not hold the text of 'paper-1912'"),
    "another text and its card": (
        {TEXT: swap("forty", "fifty"), CARD: swap(ARTICLE.sha256, rewritten(ARTICLE, "x").sha256)},
        "does not hold the text of 'paper-1912'",
    ),
    "no text": ({TEXT: None}, "does not hold the text"),
    "no card": ({CARD: None}, "does not hold the text"),
    "a card that names another file": ({CARD: swap(TEXT, "README.txt")}, "does not hold the text"),
    "text that is not UTF-8": ({TEXT: b"\xff\xfe"}, "does not hold the text"),
    "other words in the list": ({"quotes.jsonl": swap("forty", "fifty")}, "the source reads otherwise at"),
    "other words in the answer": ({"answers/01.json": swap("forty", "fifty")}, "the source reads otherwise at"),
    "other words in both": ({n: swap("forty", "fifty") for n in BOTH}, "the source reads otherwise at"),
    "other words in the statement": (
        {"answers/01.json": answer_with(lambda r: r["statements"][0].update(text="The yard built fifty ships."))},
        "its statement has other words",
    ),
    "another place": (dict.fromkeys(BOTH, shifted), "the source reads otherwise at"),
    "another place in the list": ({"quotes.jsonl": shifted}, "the source reads otherwise at"),
    "nothing quoted": (at(5, 5), "lies outside the source's text"),
    "an end before its start": (at(50, 20), "lies outside"),
    "a negative start": (at(-35, -1), "lies outside"),
    "a place far outside": (at(10**9, 10**9 + 35), "lies outside"),
    "an absurd place": (at(10**400, 10**400 + 35), "lies outside"),
    "another version": ({n: swap(ARTICLE.sha256, NOTE.sha256) for n in BOTH}, "does not hold the text"),
    "another source": ({n: swap("paper-1912", "paper-1913") for n in BOTH}, "does not hold the text of 'paper-1913'"),
    "a quotation that is not listed": (
        {"quotes.jsonl": lambda c: c.splitlines(keepends=True)[1]}, "it is not listed in quotes.jsonl"
    ),
    "a quotation that nobody cites": ({"answers/01.json": answer_with(lambda r: r["statements"].pop(1))},
                                      "answer 1 does not cite it so"),
    "an answer that cannot be read": ({"answers/01.json": b'{"question": 1'}, "answer 1 cannot be read"),
    "no answer": ({"answers/01.json": None}, "answer 1 cannot be read"),
    "two quotations under one number": ({"answers/01.json": answer_with(_second_quote_under_number_one)},
                                        "the source reads otherwise at"),
}  # fmt: skip


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forger_who_mends_the_hashes_is_caught_by_the_quotation(forgery: str) -> None:
    changes, reason = FORGERIES[forgery]
    found = replay(changed(BUNDLE, changes, forged=True))
    assert not found.ok
    reasons = [q.reason for q in found.quotes if not q.proved]
    assert any(reason in r for r in reasons), reasons


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"answers/01.json": swap("Harbour Paper", "Famous Paper")}, "describes the source 'paper-1912' otherwise"),
        ({CARD: swap("Harbour Paper", "Famous Paper")}, "describes the source 'paper-1912' otherwise (publisher)"),
        ({"answers/01.json": answer_with(lambda r: r["sources"].pop(0))}, "does not say what the source 'paper-1912'"),
        ({"answers/03.json": members(BUNDLE)["answers/02.json"]}, "does not hold the 2 answers"),
        ({"answers/x.json": b"{}"}, "does not hold the 2 answers"),
        ({"answers/02.json": b"[" * 100_000}, "cannot be read: answers/02.json"),
        ({"quotes.jsonl": lambda c: c + b"{}\n"}, "cannot be read: quotes.jsonl, line 3"),
        ({"quotes.jsonl": lambda c: c + c}, "does not hold each of the 2 quotations once"),
        ({"quotes.jsonl": b""}, "does not hold each of the 2 quotations once"),
        (
            {"answers/01.json": answer_with(lambda r: r["direct"][0].update(text="fifty"))},
            "answers/01.json: the direct answer of footnote 1 does not stand in its quotation",
        ),
        ({"answers/01.json": answer_with(lambda r: r["direct"][0].update(number=2))}, "direct answer of footnote 2"),
        ({"answers/01.json": answer_with(lambda r: r["direct"][0].update(number=9))}, "direct answer of footnote 9"),
        ({"answers/01.json": answer_with(lambda r: r["direct"][0].update(text=""))}, "direct answer of footnote 1"),
        (
            {"answers/01.json": answer_with(lambda r: r["statements"][2].update(text="The article is a forgery."))},
            "answers/01.json: statement 3 is not what Footnote says itself",
        ),
        ({"answers/01.json": answer_with(invented("metadata"))}, "cannot be read: answers/01.json: statements.0"),
        ({"answers/01.json": answer_with(invented("none"))}, "cannot be read: answers/01.json: statements.0"),
        (
            {"answers/01.json": answer_with(lambda r: r["statements"][0].update(quoting=True))},
            "answers/01.json: statement 1 is said to be somebody else's words and is its source's own",
        ),
        (
            {"answers/01.json": answer_with(lambda r: r["statements"][1].update(heading=True))},
            "answers/01.json: statement 2 is said to stand in a heading and does not",
        ),
        ({CARD: b"null"}, "cannot be read: sources/paper-1912.json"),
        ({"manifest.json": swap('"quotations": 2', '"quotations": 3')}, "does not hold each of the 3 quotations once"),
        ({"manifest.json": swap('"answers": 2', '"answers": 1000000000')}, "does not hold the 1000000000 answers"),
    ],
)  # fmt: skip
def test_a_forger_who_mends_the_hashes_is_caught_by_the_members(changes: dict[str, Change], problem: str) -> None:
    found = replay(changed(BUNDLE, changes, forged=True))
    assert not found.ok
    assert any(problem in p for p in found.problems), found.problems


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("conversation.html", "forty ships", "fifty ships"),
        ("conversation.html", "</main>", "<p>Also, the yard burnt down.</p></main>"),
        ("conversation.html", "https://paper.example/1912", "https://evil.example/1912"),
        ("conversation.md", "forty ships", "fifty ships"),
        ("README.txt", "footnote replay", "rm -rf"),
    ],
)
def test_a_page_that_was_altered_and_hashed_again_is_found_out(name: str, old: str, new: str) -> None:
    found = replay(changed(BUNDLE, {name: swap(old, new)}, forged=True))
    assert not found.ok
    assert found.problems == (f"{name} is not what this Footnote makes of the answers",)


def test_the_page_of_another_version_is_not_taken_for_proved() -> None:
    other = {"manifest.json": swap(f'"footnote": "{__version__}"', '"footnote": "0.0.1"')}
    found = replay(changed(BUNDLE, other, forged=True))
    assert (found.ok, found.proved) == (False, 2)
    assert any("Footnote 0.0.1 made it, check it with that one" in p for p in found.problems)


def test_a_bundle_with_too_much_text_for_its_pages_passes_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay(BUNDLE).unchecked == ""
    monkeypatch.setattr("app.bundle.read.MAX_TEXT", len(ARTICLE.text))
    found = replay(BUNDLE)
    assert (found.ok, found.problems) == (True, ())
    assert "conversation.html were not compared with the answers" in found.unchecked
    print_replay(found)
    assert "Not checked: the sources have more than" in capsys.readouterr().out
    assert not replay(changed(BUNDLE, {"answers/01.json": answer_with(lambda r: r["direct"][0].update(text="fifty"))},
                              forged=True)).ok  # fmt: skip


def test_pages_with_closest_passages_of_unquoted_sources_are_made_again() -> None:
    data = pack([refusal_of("Who is the king?", [NOTE])], [NOTE, ARTICLE], Settings(), "x")
    assert "sources/union-1913.txt" in members(data)
    assert TEXT not in members(data)
    assert NOTE.text in members(data)["conversation.html"].decode()
    assert replay(data).ok


@pytest.mark.parametrize(
    "changes",
    [
        {CARD: swap('"end": 80', '"end": 999999')},
        {"manifest.json": swap("2026-11-25T12:30:59Z", "yesterday")},
    ],
    ids=["blocks outside the text", "no time"],
)  # fmt: skip
def test_records_of_which_no_page_can_be_made_are_problems(changes: dict[str, Change]) -> None:
    found = replay(changed(BUNDLE, changes, forged=True))
    assert not found.ok
    assert len(found.problems) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"manifest.json": None}, "it has no manifest.json"),
        ({"manifest.json": b"{"}, "manifest.json: "),
        ({"manifest.json": b"\xff"}, "manifest.json: "),
        ({"manifest.json": b'{"format": 1}'}, "manifest.json: made: Field required"),
        ({"manifest.json": b'{"format": 4}'}, "format 4, this Footnote reads up to 3; update Footnote"),
        ({"manifest.json": b"[" * 100_000}, "manifest.json: "),
        ({"quotes.jsonl": b"{}\n" * 20_001}, "20001 quotations"),
    ],
)
def test_what_is_no_bundle_is_said_in_one_line(changes: dict[str, Change], message: str) -> None:
    with pytest.raises(UsageError, match=re.escape(message)) as caught:
        replay(changed(BUNDLE, changes))
    assert "\n" not in str(caught.value)


@pytest.mark.slow
def test_a_forger_who_makes_everything_anew_is_found_only_by_the_index(tmp_path: Path) -> None:
    """The limit that docs/bundle.md states: a bundle speaks for its own text."""
    false = rewritten(ARTICLE, ARTICLE.text.replace("forty", "fifty"))
    data = pack([answer_of("How many?", [(false, FORTY.replace("forty", "fifty"))])], [false], Settings(), "x")
    assert replay(data).ok
    home = index_of(tmp_path, ARTICLE.text)
    found = replay(data, home)
    assert (found.ok, found.quotes[0].here) == (True, SourceState.CHANGED)


def index_of(folder: Path, article: str | None) -> Path:
    """A home with an index in which the article reads `article`, or is not."""
    corpus = folder / "corpus"
    write_source(corpus, "union-1913", NOTE.text, title=NOTE.title, publisher="Dockers", published="1913-01",
                 url=NOTE.url, relation="disputes")  # fmt: skip
    if article is not None:
        write_source(
            corpus, "paper-1912", article, kind="article", relation="article", title=ARTICLE.title, author="Ida Holm",
            publisher=ARTICLE.publisher, published="1912-12-01", url=ARTICLE.url,
        )  # fmt: skip
    build(IndexSettings(home=folder / "home", corpus=corpus), embedder=HashedWords())
    return folder / "home"


@pytest.mark.parametrize(
    ("article", "here"),
    [
        (ARTICLE.text, SourceState.SAME),
        (f"A correction came later.\n\n{FORTY}", SourceState.WORDS),
        ("The yard built fifty ships in 1912.", SourceState.CHANGED),
        (None, SourceState.ABSENT),
    ],
)
def test_each_source_is_compared_with_the_index_here(tmp_path: Path, article: str | None, here: SourceState) -> None:
    found = replay(BUNDLE, index_of(tmp_path, article))
    assert found.ok
    assert found.generation
    assert [q.here for q in found.quotes] == [here, SourceState.SAME]
    assert [q.differs for q in found.quotes] == [(), ("publisher",)]


def test_without_an_index_or_with_a_damaged_one_the_proof_stands(tmp_path: Path) -> None:
    found = replay(BUNDLE, tmp_path)
    assert (found.ok, found.generation, found.note) == (True, "", "")
    home = index_of(tmp_path, ARTICLE.text)
    (catalog,) = home.glob("generations/*/catalog.sqlite")
    catalog.write_bytes(b"x" * catalog.stat().st_size)
    found = replay(BUNDLE, home)
    assert (found.ok, found.proved, found.generation) == (True, 2, "")
    assert "not compared" in found.note
    assert "footnote index build" in found.note


def test_a_bundle_that_was_unzipped_and_zipped_again_is_still_one(tmp_path: Path) -> None:
    for name, content in members(BUNDLE).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    again = tmp_path / "again.zip"
    with zipfile.ZipFile(again, "w") as file:
        for path in sorted(tmp_path.rglob("*")):
            if path != again:
                file.write(path, path.relative_to(tmp_path))
    assert replay(again).ok
