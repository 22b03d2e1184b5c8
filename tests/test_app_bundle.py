"""A bundle of evidence: what is in it, and that it is proved before it is made."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from app import __version__
from app.bundle.current import SourceState
from app.bundle.format import Manifest, QuoteLine, SourceCard
from app.bundle.replay import Replay, ReplayedQuote, replay
from app.bundle.write import file_name, pack
from app.records import Answer
from app.settings import Settings
from index.errors import QuoteError, UsageError
from index.passage import Quote
from tests.answers import ANSWERS, ARTICLE, CARD, FORTY, MADE, NOTE, TEXT, answer_of, rewritten
from tests.conftest import ROOT
from tests.zips import members, zipped

SETTINGS = Settings(home=Path("/home/someone/secret"), store_url="http://user:word@store.example")


def packed(answers: list[Answer] | None = None, title: str = "The ships of 1912") -> bytes:
    return pack(answers or ANSWERS, [NOTE, ARTICLE], SETTINGS, title, made=MADE)


BUNDLE = packed()


def test_a_bundle_holds_the_whole_conversation() -> None:
    held = members(BUNDLE)
    assert list(held) == [
        "manifest.json", "README.txt", "conversation.md", "conversation.html", "quotes.jsonl", "answers/01.json",
        "answers/02.json", "sources/paper-1912.txt", "sources/paper-1912.json", "sources/union-1913.txt",
        "sources/union-1913.json",
    ]  # fmt: skip
    manifest = Manifest.model_validate_json(held["manifest.json"])
    assert (manifest.format, manifest.made, manifest.title) == (3, "2026-11-25T12:30:59Z", "The ships of 1912")
    assert (manifest.footnote, manifest.answers, manifest.quotations) == (__version__, 2, 2)
    assert manifest.files == {n: hashlib.sha256(c).hexdigest() for n, c in held.items() if n != "manifest.json"}
    assert set(manifest.versions) == {"llama-index-core", "chromadb", "sentence-transformers", "onnxruntime"}
    assert all(re.match(r"\d+\.\d+", v) for v in manifest.versions.values())
    assert [i.generation for i in manifest.indexes] == ["20261125T120000Z-00c0ffee"]
    assert [Answer.model_validate_json(held[f"answers/0{n}.json"]) for n in (1, 2)] == ANSWERS
    lines = [QuoteLine.model_validate_json(line) for line in held["quotes.jsonl"].splitlines()]
    assert [(q.answer, q.number, q.source_id, q.text) for q in lines] == [
        (1, 1, "paper-1912", FORTY), (1, 2, "union-1913", NOTE.text),
    ]  # fmt: skip
    assert held[TEXT].decode() == ARTICLE.text
    assert hashlib.sha256(held[TEXT]).hexdigest() == lines[0].source_sha256
    card = SourceCard.model_validate_json(held[CARD])
    assert card.facts == ARTICLE.facts
    assert "footnote replay" in held["README.txt"].decode()


def test_a_bundle_tells_nothing_of_the_machine() -> None:
    settings = json.loads(members(BUNDLE)["manifest.json"])["settings"]
    assert settings["caution"] == SETTINGS.caution
    assert settings.keys().isdisjoint({"home", "corpus", "store_url", "host", "port"})
    folder = Settings(model=str(ROOT / "corpus"))
    made = pack(ANSWERS, [NOTE, ARTICLE], folder, "x", made=MADE)
    assert json.loads(members(made)["manifest.json"])["settings"]["model"] == "corpus"
    assert not [n for n, c in {**members(BUNDLE), **members(made)}.items() if b"secret" in c or str(ROOT).encode() in c]


def test_equal_input_gives_equal_bytes() -> None:
    assert packed() == BUNDLE
    assert packed(title="Another") != BUNDLE
    assert pack(ANSWERS, [ARTICLE, NOTE, NOTE], SETTINGS, "The ships of 1912", made=MADE) == BUNDLE


def test_a_bundle_is_proved_before_it_is_made() -> None:
    with pytest.raises(UsageError, match="ask a question first"):
        pack([], [], SETTINGS, "x")
    with pytest.raises(QuoteError, match="'union-1913' in a version that is no longer at hand"):
        pack(ANSWERS, [ARTICLE], SETTINGS, "x")
    with pytest.raises(QuoteError, match="no longer at hand"):
        pack(ANSWERS, [NOTE, rewritten(ARTICLE, f"{FORTY} And more.")], SETTINGS, "x")
    quote = ANSWERS[0].statements[0].quotes[0].model_copy(update={"text": "The yard built fifty ships in 1912."})
    false = ANSWERS[0].model_copy(
        update={"statements": (ANSWERS[0].statements[0].model_copy(update={"quotes": (quote,)}),)}
    )
    with pytest.raises(QuoteError, match="does not read so"):
        pack([false], [ARTICLE, NOTE], SETTINGS, "x")


def test_words_and_speakers_that_were_changed_on_the_way_get_no_bundle() -> None:
    """The browser keeps answers; what comes back from there is held against the sources once more."""
    lead, *others = ANSWERS[0].statements
    false = lead.model_copy(update={"text": "The yard built fifty ships."})
    with pytest.raises(QuoteError, match="answer 1, footnote 1: the statement is not what it quotes"):
        packed([ANSWERS[0].model_copy(update={"statements": (false, *others)})])
    said = ANSWERS[0].sources[0]
    famous = said.model_copy(update={"facts": replace(said.facts, publisher="Famous Paper")})
    with pytest.raises(QuoteError, match=r"describes the source 'paper-1912' otherwise \(publisher\)"):
        packed([ANSWERS[0].model_copy(update={"sources": (famous, *ANSWERS[0].sources[1:])})])
    piece = ANSWERS[0].direct[0].model_copy(update={"text": "fifty"})
    with pytest.raises(QuoteError, match="answer 1: the direct answer of footnote 1 does not stand in its quotation"):
        packed([ANSWERS[0].model_copy(update={"direct": (piece,)})])
    with pytest.raises(QuoteError, match="does not say what the source 'paper-1912' is"):
        packed([ANSWERS[0].model_copy(update={"sources": ()})])


def test_two_versions_of_one_source_lie_side_by_side() -> None:
    later = rewritten(ARTICLE, f"A correction.\n\n{FORTY}")
    twin = replace(NOTE, id="PAPER-1912")
    answers = [answer_of("a?", [(ARTICLE, FORTY)]), answer_of("b?", [(later, FORTY)], generation="g2"),
               answer_of("c?", [(twin, NOTE.text)])]  # fmt: skip
    data = pack(answers, [ARTICLE, later, twin], SETTINGS, "x", made=MADE)
    texts = [n for n in members(data) if n.startswith("sources/") and n.endswith(".txt")]
    assert texts == [TEXT, f"sources/paper-1912@{later.sha256[:12]}.txt", f"sources/PAPER-1912@{NOTE.sha256[:12]}.txt"]
    found = replay(data)
    assert (found.ok, found.proved) == (True, 3)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Why did they leave?", "footnote-2026-11-25-why-did-they-leave.zip"),
        ("Скільки їх?", "footnote-2026-11-25-skilki-ikh.zip"),
        ("../../etc/passwd\n", "footnote-2026-11-25-etc-passwd.zip"),
        ("", "footnote-2026-11-25.zip"),
    ],
)
def test_a_file_name_is_one_anywhere(title: str, name: str) -> None:
    assert file_name(title, "zip", MADE) == name
    assert len(file_name("word " * 100, "zip", MADE)) < 100


def test_the_page_on_bundles_names_every_field() -> None:
    page = (ROOT / "docs" / "bundle.md").read_text("utf-8")
    for name in ("manifest.json", "README.txt", "conversation.md", "conversation.html", "quotes.jsonl"):
        assert f"`{name}`" in page
    assert all(f"`{name}`" in page for name in ("answers/NN.json", "sources/ID.txt", "sources/ID.json"))
    for record in (Manifest, QuoteLine, SourceCard):
        for field in record.model_fields:
            assert f"`{field}`" in page, f"{record.__name__}.{field}"
    assert all(f"`{here.value}`" in page for here in SourceState)
    assert all(f"`{field}`" in page for field in (*Replay.model_fields, *ReplayedQuote.model_fields))


def test_members_are_read_as_anybody_else_would_read_them() -> None:
    """The README's promise: without Footnote, a few lines of any language check a quotation."""
    held = members(zipped(members(BUNDLE)))
    for line in held["quotes.jsonl"].decode().splitlines():
        quote = json.loads(line)
        raw = held[f"sources/{quote['source_id']}.txt"]
        assert hashlib.sha256(raw).hexdigest() == quote["source_sha256"]
        assert raw.decode("utf-8")[quote["start"] : quote["end"]] == quote["text"]
        assert Quote(quote["source_id"], quote["source_sha256"], quote["start"], quote["end"], quote["text"])
