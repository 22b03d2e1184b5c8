"""Originals behind notes, pages that change, pages that are added: the whole road against a web on loopback."""

from __future__ import annotations

import errno
import json
import os
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.feedback import Feedback, record
from app.fetch.fetcher import Fetched, Validators
from app.pages.content import as_file
from app.records import AnswerQuote
from app.words.describe import date_words
from index.build.status import stale_reason
from index.fetched.seen import PagesSeen, Seen
from index.fetched.signs import read_signs
from index.storage.generation import open_current
from tests.documents import pdf
from tests.fakes import write_source
from tests.local_web import Answer, bomb, endless, page, redirect
from tests.shipyard import FORTY, LONG, ORIGINAL, TITLE, UNION, Shipyard

LETTER = "The owner declined to read this letter aloud, and nobody had to read the full text."
TEASER = '{"@type": "NewsArticle", "headline": "The price of fish", "url": "/fish", "isAccessibleForFree": false}'
SUBSCRIBE = "<p>To continue reading, subscribe. Already a subscriber? Sign in.</p>"


def test_the_original_is_a_source_of_its_own_before_its_note(shipyard: Shipyard) -> None:
    done = shipyard.run("sources", "fetch", "--yes")
    assert done.returncode == 0, done.stderr
    assert f"127.0.0.1:{shipyard.web.port}" in done.stdout
    assert "indexed as note-original" in done.stdout
    assert list(shipyard.sources()) == ["article", "note-original", "note"]
    assert FORTY in shipyard.sources()["note-original"]
    source = open_current(shipyard.settings.index).source("note-original")
    assert (source.kind, source.relation, source.title, source.url) == (
        "fulltext",
        "cited",
        TITLE,
        shipyard.web.url("/yard"),
    )
    assert source.publisher == "Example Press (at 127.0.0.1)"  # a site that is not its own says so
    found = json.loads(shipyard.run("search", "manager Anna Berg", "--json").stdout)
    assert found[0]["source_id"] == "note-original"
    assert stale_reason(shipyard.settings.index) is None
    assert shipyard.run("index", "verify").returncode == 0
    shown = shipyard.run("sources", "show", "note-original").stdout
    assert "last seen so" in shown


def test_an_answer_quotes_the_original_and_its_note_stands_beside_it(shipyard: Shipyard) -> None:
    said = "The yard says that it built forty ships before the war."
    write_source(shipyard.settings.corpus, "note", said, title=TITLE, url=shipyard.web.url("/yard"))
    shipyard.web.paths["/yard"] = Answer(
        page(TITLE, "Anna Berg manages it.", f"On Monday {FORTY[0].lower()}{FORTY[1:]}", LONG)
    )
    shipyard.run("index", "build")
    question = "How many ships did the yard build before the war?"

    def quoted() -> list[str]:
        answer = json.loads(shipyard.run("ask", question, "--json", FOOTNOTE_READER="small").stdout)
        return [q["source_id"] for s in answer["statements"] for q in s["quotes"]]

    assert quoted() == ["note"]
    shipyard.fetch()
    assert quoted()[:2] == ["note-original", "note"]


def test_what_is_kept_is_private_and_ignored_by_git(shipyard: Shipyard) -> None:
    shipyard.fetch()
    folder = shipyard.settings.home / "originals"
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / ".gitignore").read_text() == "*\n"
    assert (folder / "note-original.html").read_bytes() == ORIGINAL.encode()


def test_nothing_is_asked_for_without_a_yes(shipyard: Shipyard) -> None:
    for args in (("--dry-run",), ("--dry-run", "--json"), ()):
        for command in ("fetch", "check"):
            done = shipyard.run("sources", command, *args)
            assert done.returncode == (0 if args else 2) or "nothing" in done.stdout
    planned = shipyard.json("fetch", "--dry-run")
    assert planned["wanted"][0]["url"] == shipyard.web.url("/yard")
    assert planned["hosts"] == {f"127.0.0.1:{shipyard.web.port}": 1}
    assert "--yes" in shipyard.run("sources", "fetch").stderr
    assert shipyard.web.asked == []


def test_a_second_fetch_asks_whether_it_has_changed(shipyard: Shipyard) -> None:
    shipyard.fetch()
    generation = open_current(shipyard.settings.index).id
    assert shipyard.fetch()["note"]["state"] == "unchanged"
    assert shipyard.web.asked[-1].headers["if-none-match"] == '"1"'
    assert open_current(shipyard.settings.index).id == generation
    shipyard.web.paths["/yard"] = Answer(page(TITLE, FORTY.replace("forty", "fifty"), LONG), headers={"ETag": '"2"'})
    assert shipyard.fetch()["note"]["state"] == "fetched"
    assert "fifty ships" in shipyard.sources()["note-original"]


@pytest.mark.parametrize(
    ("why", "answer"),
    [
        ("gone", Answer("", 404)),
        ("gone", Answer(page("404 Not Found", "Sorry, this page does not exist."))),
        ("gone", redirect("/")),
        ("paywall", Answer(page(TITLE, FORTY, more=SUBSCRIBE))),
        ("paywall", Answer(page(TITLE, FORTY, LONG, "To continue reading, become a member."))),
        ("paywall", Answer(page(TITLE, FORTY, LONG, head='<script type="application/ld+json">{"@type": "NewsArticle", '
                                '"isAccessibleForFree": false}</script>'))),
        ("paywall", Answer("", 402)),
        ("login", Answer(page("Sign in", "Please sign in.", more='<form><input type="password"></form>'))),
        ("login", Answer("", 401)),
        ("consent", Answer(page("Before you continue", "We and our partners use cookies. With your consent we use "
                                "cookies to measure. See our privacy policy and cookie settings."))),
        ("mismatch", Answer(page("Weather for the coast", LONG))),
        ("mismatch", Answer(page("All news", *("<h2>" + TITLE + "</h2>", LONG, "<h2>Other</h2>", LONG)))),
        ("unreadable", Answer(page(TITLE, "Loading."))),
        ("unreadable", Answer("", headers={"Content-Type": "text/html"})),
        ("unreadable", Answer(b"\x89PNG\r\n", headers={"Content-Type": "image/png"})),
        ("unreadable", Answer(b"%PDF-1.4 cut", headers={"Content-Type": "application/pdf"})),
        ("refused", Answer("", 403)),
        ("server", Answer("", 500)),
        ("size", endless),
        ("size", bomb(3)),
        ("address", redirect("http://169.254.169.254/latest/meta-data/")),
        ("address", redirect("http://localhost/")),
        ("redirects", redirect("/yard")),
    ],
)  # fmt: skip
def test_a_page_that_is_not_the_article_is_named_and_not_indexed(
    why: str, answer: Answer, shipyard: Shipyard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_LARGEST_FILE", "2")
    shipyard.web.paths["/yard"] = answer
    shipyard.web.paths["/"] = Answer(page("Harbour Papers", "News of the day.", LONG))
    assert shipyard.why("note")[0] == why
    assert "failed" in shipyard.run("sources", "show", "note").stdout


@pytest.mark.parametrize(
    "body",
    [
        page(TITLE, FORTY, *[LETTER, LONG] * 4),
        page(TITLE, FORTY, LETTER * 3, LONG),
        page(TITLE, FORTY, LONG, more="<noscript><p>Already a subscriber? Sign in.</p></noscript>" + SUBSCRIBE),
        page(TITLE, FORTY, LONG, head=f'<script type="application/ld+json">[{TEASER}]</script>'),
        page(TITLE, FORTY, LONG[:400], more='<script type="application/ld+json">{"itemListElement": '
             f"[{TEASER}]}}</script><noscript><p>Already a subscriber?</p></noscript>"),
        page(TITLE, FORTY, LONG[:400], more=f"<script>var next = {TEASER};</script><template><p>Subscribers only</p>"
             "</template>"),
    ],
    ids=["letter", "long block", "beside", "teaser", "list", "script"],
)  # fmt: skip
def test_an_article_that_is_free_is_not_taken_for_a_closed_one(body: str, shipyard: Shipyard) -> None:
    shipyard.web.paths["/yard"] = Answer(body)
    assert shipyard.fetch()["note"].get("reason", "") == ""
    assert FORTY in shipyard.sources()["note-original"]


@pytest.mark.parametrize(
    "item",
    [
        f'{{"@graph": [{{"name": "Papers"}}, {{"headline": "{TITLE}", "isAccessibleForFree": "False"}}]}}',
        '{"@type": "WebPage", "mainEntity": {"url": "/yard#top", "headline": "Ships", "isAccessibleForFree": false}}',
        '[{"mainEntityOfPage": {"@id": "/ships"}, "isAccessibleForFree": "http://schema.org/False"}]',
    ],
)  # fmt: skip
def test_an_article_that_calls_itself_closed_is_closed(item: str) -> None:
    head = f'<link rel="canonical" href="/ships"><script type="application/ld+json">{item}</script>'
    assert read_signs(page(TITLE, FORTY, head=head).encode(), "https://paper.example/yard").is_closed


def test_a_hundred_redirects_and_robots(shipyard: Shipyard) -> None:
    shipyard.web.paths |= {f"/r{n}": redirect(f"/r{n + 1}") for n in range(100)} | {"/yard": redirect("/r0")}
    assert shipyard.why("note")[0] == "redirects"
    shipyard.web.paths |= {"/yard": Answer(ORIGINAL), "/robots.txt": Answer("User-agent: *\nDisallow: /yard\n")}
    assert shipyard.why("note")[0] == "robots"


def test_five_megabytes_of_script_do_no_harm(shipyard: Shipyard) -> None:
    script = "<script>" + "var a = '<h1>Not this</h1>';\n" * 180_000 + "</script>"
    shipyard.web.paths["/yard"] = Answer(page(TITLE, FORTY, LONG, head=script))
    assert shipyard.fetch()["note"]["state"] == "fetched"
    assert FORTY in shipyard.sources()["note-original"]
    assert "Not this" not in shipyard.sources()["note-original"]


def test_a_page_that_fails_later_leaves_the_text_as_it_was_fetched(shipyard: Shipyard) -> None:
    shipyard.fetch()
    shipyard.web.paths["/yard"] = Answer("", 404)
    found = shipyard.fetch(code=1)["note"]
    assert (found["why"], found["original"]) == ("gone", "note-original")
    assert FORTY in shipyard.sources()["note-original"]
    assert "status 404" in shipyard.run("sources", "show", "note-original").stdout


def test_the_original_of_a_former_address_goes_when_its_note_names_another(shipyard: Shipyard) -> None:
    """Also if the page there cannot be had: else no command would know of its file."""
    shipyard.note("other", "")
    shipyard.run("index", "build")
    shipyard.fetch()
    shipyard.note("note", "/nothing")
    shipyard.run("index", "build")
    assert shipyard.why("note")[0] == "gone"
    assert stale_reason(shipyard.settings.index) is None
    assert "status 404" in shipyard.run("sources", "show", "note").stdout
    assert shipyard.run("sources", "remove", "note", "--for-good").returncode == 0
    words = FORTY.encode()
    assert [p for p in shipyard.settings.home.rglob("*") if p.is_file() and words in p.read_bytes()] == []


def test_a_pdf_is_an_original_too(shipyard: Shipyard) -> None:
    lines = [
        (72.0, 780.0, 20.0, TITLE),
        *((72.0, 740.0 - 14 * n, 11.0, f"Ship {n} was launched in 1912.") for n in range(30)),
    ]
    shipyard.web.paths["/yard"] = Answer(pdf([lines]), headers={"Content-Type": "application/pdf"})
    assert shipyard.fetch()["note"]["state"] == "fetched"
    assert open_current(shipyard.settings.index).source("note-original").pages


def test_two_notes_on_one_page_and_notes_without_one(shipyard: Shipyard) -> None:
    shipyard.note("second", "/yard", title="Another title altogether")
    shipyard.note("third", "")
    shipyard.run("index", "build")
    done = shipyard.json("fetch", "--yes")
    assert [(p["about"], p["state"]) for p in done["pages"]] == [("note", "fetched"), ("second", "failed")]
    assert done["skipped"] == [{"about": "third", "reason": "it names no address"}]
    assert shipyard.web.pages_asked == ["/yard"]


def test_only_notes_that_exist_have_originals(shipyard: Shipyard) -> None:
    for name in ("article", "nothing"):
        done = shipyard.run("sources", "fetch", name, "--yes")
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
    assert shipyard.web.asked == []


def test_an_original_goes_with_its_note_and_a_changed_file_is_named(shipyard: Shipyard) -> None:
    shipyard.fetch()
    kept = shipyard.settings.home / "originals" / "note-original.html"
    kept.write_text(kept.read_text().replace("forty", "ninety"))
    assert "note-original.html" in (stale_reason(shipyard.settings.index) or "")
    done = shipyard.run("index", "build")
    assert "changed since it was fetched" in done.stdout
    assert "note-original" not in shipyard.sources()
    assert stale_reason(shipyard.settings.index) is None
    shipyard.web.paths["/yard"] = Answer(ORIGINAL)
    shipyard.fetch()
    assert "note-original" in shipyard.sources()
    shipyard.note("other", "/other")
    (shipyard.settings.corpus / "sources" / "note.md").unlink()
    shipyard.run("index", "build")
    assert list(shipyard.sources()) == ["article", "other"]
    assert stale_reason(shipyard.settings.index) is None


def test_two_notes_on_one_page_share_its_original(shipyard: Shipyard) -> None:
    shipyard.note("other", "/yard")
    shipyard.run("index", "build")
    assert {p["state"] for p in shipyard.fetch().values()} == {"fetched"}
    assert list(shipyard.sources()) == ["article", "note-original", "note", "other"]
    assert [s.original for s in open_current(shipyard.settings.index).sources()][2:] == ["note-original"] * 2
    done = shipyard.run("index", "build", "--strict")
    assert (done.returncode, done.stdout.count("Passed over")) == (0, 0), done.stdout + done.stderr
    assert stale_reason(shipyard.settings.index) is None
    assert shipyard.run("sources", "fetch", "--forget", "other").returncode == 0
    assert shipyard.run("sources", "fetch", "--forget", "other").returncode == 2
    assert [s.original for s in open_current(shipyard.settings.index).sources()][2:] == ["note-original"] * 2


def test_an_original_that_cannot_be_read_is_named_without_a_path(shipyard: Shipyard) -> None:
    shipyard.fetch()
    kept = shipyard.settings.home / "originals" / "note-original.html"
    kept.unlink()
    kept.mkdir()
    done = shipyard.run("index", "build")
    assert "note-original.html: it cannot be read (Is a directory)" in done.stdout
    assert str(shipyard.settings.home.parent) not in done.stdout


@pytest.mark.parametrize("end", [".html", ".html.meta.yaml"])
def test_an_original_that_cannot_be_opened_stops_no_build(
    shipyard: Shipyard, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    shipyard.fetch()
    opened = Path.open

    def refused(path: Path, *args: Any, **named: Any) -> Any:
        if path.name == f"note-original{end}":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return opened(path, *args, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refused)
        done = shipyard.run("index", "build")
        assert done.returncode == 0, done.stderr
        assert "cannot be read (Permission denied)" in done.stdout
        assert stale_reason(shipyard.settings.index) is None
    assert "note-original" not in shipyard.sources()
    assert shipyard.run("index", "build").returncode == 0
    assert "note-original" in shipyard.sources()


def test_an_original_is_forgotten_on_demand_and_locked_with_the_rest(shipyard: Shipyard) -> None:
    shipyard.fetch()
    assert shipyard.run("sources", "lock").returncode == 0
    assert shipyard.run("sources", "verify").returncode == 0
    removed = shipyard.run("sources", "remove", "note-original")
    assert removed.returncode == 2
    assert "--forget" in removed.stderr
    asked = len(shipyard.web.asked)
    assert shipyard.run("sources", "fetch", "--forget", "note-original").returncode == 0
    assert list(shipyard.sources()) == ["article", "note"]
    assert not list((shipyard.settings.home / "originals").glob("note-original*"))
    assert shipyard.run("sources", "fetch", "--forget", "note").returncode == 2
    assert len(shipyard.web.asked) == asked


def test_a_page_that_has_not_changed_is_seen_so(shipyard: Shipyard) -> None:
    shipyard.fetch()
    shipyard.web.paths["/yard"] = Answer(ORIGINAL.replace("<footer>", "<footer>Today's weather: rain. "))
    found = shipyard.json("check", "--yes")["pages"]
    assert [(p["source_id"], p["state"]) for p in found] == [("note-original", "unchanged")]
    assert found[0]["seen"]
    assert "the page is as it was indexed" in shipyard.run("sources", "check", "note", "--yes").stdout


def test_each_passage_and_each_kept_quotation_says_what_became_of_it(shipyard: Shipyard) -> None:
    paragraphs = [FORTY, UNION, "A strike stopped all work in the spring of 1913 for eleven weeks.", LONG]
    shipyard.web.paths["/yard"] = Answer(page(TITLE, *paragraphs))
    shipyard.fetch()
    keep(shipyard, *paragraphs[:3])
    now = [UNION, LONG, FORTY.replace("forty ships", "fifty ships")]
    shipyard.web.paths["/yard"] = Answer(page(TITLE, *now))
    found = shipyard.json("check", "note-original", "--yes", code=1)["pages"][0]
    assert found["state"] == "changed"
    fates = {str(q["text"]): q for q in found["quotations"]}
    assert fates[FORTY]["fate"] == "changed"
    assert [p for p in fates[FORTY]["differs"] if p["of"] != "both"] == [
        {"of": "index", "text": "forty"}, {"of": "page", "text": "fifty"},
    ]  # fmt: skip
    assert fates[UNION]["fate"] == "unchanged"
    assert fates[paragraphs[2]]["fate"] == "gone"
    said = shipyard.run("sources", "check", "note-original", "--yes").stdout
    assert "[-forty-]{+fifty+}" in said
    assert "quoted in feedback of 2026-11-20" in said


def test_quotations_of_a_bundle_are_checked_too(shipyard: Shipyard) -> None:
    shipyard.fetch()
    done = shipyard.run("ask", "Who counted thirty-one ships?", "--source", "note-original", "--bundle", "a.zip")
    assert done.returncode == 0, done.stderr
    shipyard.web.paths["/yard"] = Answer(page(TITLE, FORTY, LONG))
    found = shipyard.json("check", "note", "--bundle", "a.zip", "--yes", code=1)["pages"][0]
    assert {str(q["where"]) for q in found["quotations"]} == {"a.zip"}
    assert "gone" in {q["fate"] for q in found["quotations"]}
    assert shipyard.run("sources", "check", "--bundle", "corpus/article.md", "--yes").returncode == 2


def test_bundles_in_the_project_are_found_by_what_they_hold(
    shipyard: Shipyard, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipyard.fetch()
    keep(shipyard, UNION)
    (shipyard.folder / "evidence").mkdir()
    for name in ("a.zip", "evidence/renamed.zip"):
        asked = shipyard.run("ask", "Who counted thirty-one ships?", "--source", "note-original", "--bundle", name)
        assert asked.returncode == 0, asked.stderr
    (shipyard.folder / "cut.zip").write_bytes((shipyard.folder / "a.zip").read_bytes()[:-30])
    with zipfile.ZipFile(shipyard.folder / "other.zip", "w") as other:
        other.writestr("photo.txt", "No bundle.")
    with zipfile.ZipFile(shipyard.folder / "alike.zip", "w") as alike:
        alike.writestr("manifest.json", "{}")
        alike.writestr("quotes.jsonl", "")
    shipyard.web.paths["/yard"] = Answer(page(TITLE, FORTY, LONG))
    found = shipyard.json("check", "--yes", code=1)
    assert found["bundles"] == ["a.zip", "evidence/renamed.zip"]
    assert [n for n in found["notes"] if "alike.zip: this is no bundle of Footnote's" in str(n)] == found["notes"]
    union = next(q for q in found["pages"][0]["quotations"] if q["text"] == UNION)  # type: ignore[attr-defined]
    assert union["where"] == "feedback of 2026-11-20, a.zip, evidence/renamed.zip"
    assert union["fate"] == "gone"
    (shipyard.folder / "elsewhere").mkdir()
    monkeypatch.chdir(shipyard.folder / "elsewhere")  # the project is where the home is, too
    named = shipyard.run("sources", "check", "--yes", "--bundle", "../a.zip")
    assert f"bundles: {shipyard.folder}/a.zip, {shipyard.folder}/evidence/renamed.zip\n" in named.stdout
    assert f"footnote: a bundle is left out: {shipyard.folder}/alike.zip: " in named.stderr


def test_what_is_amiss_with_where_quotations_are_kept_is_said(shipyard: Shipyard) -> None:
    shipyard.fetch()
    asked = shipyard.run("ask", "Who counted thirty-one ships?", "--source", "note-original", "--bundle", "a.zip")
    assert asked.returncode == 0, asked.stderr
    with zipfile.ZipFile(shipyard.folder / "a.zip", "a") as bundle:
        bundle.writestr("more.txt", "Put in.")
    (shipyard.settings.home / "feedback.jsonl").write_text("half a li\n")
    said = shipyard.run("sources", "check", "--yes")
    assert said.returncode == 0
    assert "footnote: feedback.jsonl: line 1 cannot be read and is left out\n" in said.stderr
    assert "footnote: a.zip is not as it was made; to see what differs, run: footnote replay a.zip\n" in said.stderr


def test_feedback_is_looked_at_also_where_no_page_is_asked_for(shipyard: Shipyard) -> None:
    note = open_current(shipyard.settings.index).source("note")
    keep(shipyard, note.text, of="note")
    found = shipyard.json("check")
    assert found["pages"] == []
    assert [q["reason"] for q in found["quotations_left_out"]] == ["they are words of a note, which stand on no page"]
    assert "Not checked (note, quoted in feedback of 2026-11-20)" in shipyard.run("sources", "check").stdout


def keep(shipyard: Shipyard, *quoted: str, of: str = "note-original") -> None:
    """Keep feedback on answers that quoted these sentences of the original, or of the source `of`."""
    source = open_current(shipyard.settings.index).source(of)
    for words in quoted:
        start = source.text.index(words)
        quote = AnswerQuote(
            number=1, source_id=source.id, source_sha256=source.sha256, start=start, end=start + len(words), text=words
        )
        entry = {
            "time": "2026-11-20T10:00:00Z",
            "answer_id": "a",
            "question": "?",
            "generation": "g",
            "fingerprint": "f",
        }
        record(shipyard.settings.home, Feedback.model_validate({**entry, "verdict": "up", "quotes": (quote,)}))


def test_what_stands_elsewhere_has_moved(shipyard: Shipyard) -> None:
    shipyard.web.paths["/yard"] = Answer(page(TITLE, FORTY, LONG, UNION))
    shipyard.fetch()
    shipyard.web.paths["/yard"] = Answer(page(TITLE, UNION, LONG, FORTY))
    found = shipyard.json("check", "--yes")["pages"][0]
    assert found["state"] == "unchanged"
    assert set(found["passages"]) == {"moved", "unchanged"}
    shipyard.web.paths["/yard"] = Answer(page(TITLE, FORTY, "Nobody has seen the books of the shipyard.", LONG, UNION))
    found = shipyard.json("check", "--yes", code=1)["pages"][0]
    assert set(found["passages"]) == {"changed", "unchanged"}


def test_a_changed_page_is_not_taken_for_unchanged_by_its_new_etag(shipyard: Shipyard) -> None:
    shipyard.fetch()
    shipyard.web.paths["/yard"] = Answer(page(TITLE, FORTY.replace("forty", "fifty"), LONG), headers={"ETag": '"2"'})
    for _ in range(2):
        assert shipyard.json("check", "--yes", code=1)["pages"][0]["state"] == "changed"
    shipyard.fetch()
    assert shipyard.json("check", "--yes")["pages"][0]["state"] == "unchanged"


def test_a_quotation_that_moved_out_of_its_passage_is_said_to_have_moved(shipyard: Shipyard) -> None:
    strike = "A strike stopped all work in the spring of 1913 for eleven weeks."
    shipyard.web.paths["/yard"] = Answer(page(TITLE, f"{FORTY} {strike} {UNION}", LONG))
    shipyard.fetch()
    keep(shipyard, FORTY, strike, UNION)
    shipyard.web.paths["/yard"] = Answer(page(TITLE, f"{FORTY} {UNION}", LONG, f"{strike} So it was."))
    found = shipyard.json("check", "--yes")["pages"][0]
    fates = {q["text"]: q["fate"] for q in found["quotations"]}  # type: ignore[attr-defined]
    assert fates == {FORTY: "unchanged", strike: "moved", UNION: "unchanged"}


def test_a_page_with_moved_words_is_asked_for_again(shipyard: Shipyard) -> None:
    shipyard.fetch()
    shipyard.web.paths["/yard"] = Answer(page(TITLE, UNION, LONG, FORTY), headers={"ETag": '"2"'})
    for _ in range(2):
        assert "moved" in shipyard.json("check", "--yes")["pages"][0]["passages"]  # type: ignore[operator]


def test_of_a_page_that_is_gone_all_words_are(shipyard: Shipyard) -> None:
    shipyard.fetch()
    keep(shipyard, FORTY)
    shipyard.web.paths["/yard"] = Answer("", 404)
    found = shipyard.json("check", "--yes", code=1)["pages"][0]
    assert set(found["passages"]) == {"gone"}  # type: ignore[call-overload]
    assert [q["fate"] for q in found["quotations"]] == ["gone"]  # type: ignore[attr-defined]
    assert "gone (quoted in feedback of 2026-11-20)" in shipyard.run("sources", "check", "--yes").stdout


def test_a_kept_quotation_that_no_page_is_asked_for_is_named(shipyard: Shipyard) -> None:
    shipyard.fetch()
    keep(shipyard, FORTY)
    shipyard.web.paths["/yard"] = Answer("", 500)
    found = shipyard.json("check", "--yes", code=1)["quotations_left_out"]
    assert [q["reason"] for q in found] == ["its page could not be had"]
    shipyard.run("sources", "fetch", "--forget", "note")
    write_source(shipyard.settings.corpus, "other", FORTY, kind="fulltext", url=shipyard.web.url("/other"))
    shipyard.run("index", "build")
    shipyard.web.paths["/other"] = Answer(page("Title of other", FORTY))
    said = shipyard.run("sources", "check", "--yes").stdout
    assert "Not checked (note-original, quoted in feedback of 2026-11-20): its source is not in the index: " in said


def test_a_page_that_is_gone_is_said_to_be(shipyard: Shipyard) -> None:
    shipyard.fetch()
    for answer in (Answer("", 410), Answer(page("Not found", "There is no such page.")), redirect("/")):
        shipyard.web.paths |= {"/yard": answer, "/": Answer(page("Harbour Papers", "News of the day."))}
        found = shipyard.json("check", "--yes", code=1)["pages"][0]
        assert (found["state"], found["why"]) == ("failed", "gone")
        assert found["seen"]


def test_when_a_page_was_seen_so_is_known_of_the_text_that_it_holds_for(shipyard: Shipyard) -> None:
    looked, today = PagesSeen(shipyard.settings.home), datetime.now(UTC).date().isoformat()

    def seen(source_id: str = "note-original") -> Seen | None:
        return looked(source_id, open_current(shipyard.settings.index).source(source_id).sha256)

    assert seen("note") is None
    shipyard.fetch()
    assert seen() == Seen(state="so", on=today)
    assert seen("note") is None  # its words stand on no page
    changed = page(TITLE, FORTY.replace("forty", "fifty"), LONG)
    for answer, state in ((Answer(changed), "changed"), (Answer("", 500), "changed"), (Answer("", 404), "gone")):
        shipyard.web.paths["/yard"] = answer
        shipyard.json("check", "--yes", code=1)
        assert seen() == Seen(state=state, on=today)  # type: ignore[arg-type]
    before = open_current(shipyard.settings.index).source("note-original").sha256
    shipyard.web.paths["/yard"] = Answer(changed)
    shipyard.fetch()
    assert seen() == Seen(state="so", on=today)
    assert looked("note-original", before) is None


def test_a_copied_answer_says_when_its_page_was_seen(shipyard: Shipyard) -> None:
    shipyard.fetch()
    question = ("ask", "Who counted thirty-one ships?", "--source", "note-original", "--markdown")
    day = date_words(datetime.now(UTC).date().isoformat())
    assert f"(last seen so on {day})" in shipyard.run(*question).stdout
    shipyard.web.paths["/yard"] = Answer("", 404)
    shipyard.json("check", "--yes", code=1)
    assert f"(gone, as of {day})" in shipyard.run(*question).stdout


def test_a_page_is_added_by_its_address(shipyard: Shipyard) -> None:
    stated = '<meta name="author" content="Anna Berg"><meta property="article:published_time" content="2024-03-05">'
    shipyard.web.paths["/news/dock.html"] = Answer(page("A new dock", FORTY, LONG, head=stated))
    url = shipyard.web.url("/news/dock.html")
    shown = shipyard.run("sources", "add", url, "--dry-run")
    assert "A new dock" in shown.stdout
    assert list(shipyard.sources()) == ["article", "note"]
    done = shipyard.run("sources", "add", url, "--relation", "disputes")
    assert done.returncode == 0, done.stderr
    added = next(s for s in open_current(shipyard.settings.index).sources() if s.url == url)
    assert (added.title, added.author, added.published, added.relation) == (
        "A new dock",
        "Anna Berg",
        "2024-03-05",
        "disputes",
    )
    assert added.publisher == f"127.0.0.1:{shipyard.web.port}"
    assert (shipyard.settings.corpus / added.file).read_bytes()
    assert "last seen so" in shipyard.run("sources", "show", added.id).stdout
    assert PagesSeen(shipyard.settings.home)(added.id, added.sha256)
    assert shipyard.json("check", added.id, "--yes")["pages"][0]["state"] == "unchanged"
    again = shipyard.run("sources", "add", url)
    assert again.returncode == 2
    assert again.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/a", "file:///etc/passwd", "ftp://example.org/a", "http://a:b@example.org/"]
)
def test_what_is_not_fetched_is_not_added(url: str, shipyard: Shipyard) -> None:
    done = shipyard.run("sources", "add", url)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert list(shipyard.sources()) == ["article", "note"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (page(TITLE, FORTY, more=SUBSCRIBE), "wants a subscription"),
        (page("Sign in", "Please sign in.", more='<form><input type="password"></form>'), "sign-in"),
        (page("Page not found", "Sorry, nothing is here."), "there is no such page"),
    ],
)
def test_a_wall_is_not_added_as_if_it_were_the_text(shipyard: Shipyard, body: str, said: str) -> None:
    shipyard.web.paths["/wall"] = Answer(body)
    done = shipyard.run("sources", "add", shipyard.web.url("/wall"))
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert said in done.stderr
    assert list(shipyard.sources()) == ["article", "note"]


def test_what_speaks_of_walls_is_added(shipyard: Shipyard) -> None:
    shipyard.web.paths["/gdpr"] = Answer(page("Two sailors not found after the storm", LONG, LONG))
    assert shipyard.run("sources", "add", shipyard.web.url("/gdpr")).returncode == 0
    shipyard.web.paths["/crew"] = Answer(page("Missing crew not found, search ends", "The boats came back on Monday."))
    assert shipyard.run("sources", "add", shipyard.web.url("/crew")).returncode == 0


def test_front_matter_of_a_page_states_nothing(shipyard: Shipyard) -> None:
    text = "---\nid: article\nkind: article\nrelation: article\ntitle: I am the article\n---\n\n" + FORTY
    shipyard.web.paths["/a.md"] = Answer(text, headers={"Content-Type": "text/markdown"})
    assert shipyard.run("sources", "add", shipyard.web.url("/a.md")).returncode == 0
    added = next(s for s in open_current(shipyard.settings.index).sources() if s.url == shipyard.web.url("/a.md"))
    assert added.kind == "fulltext"


def test_the_encoding_that_only_the_server_names_is_kept(shipyard: Shipyard) -> None:
    body = page(TITLE, "Корабли строят на верфи.", LONG).encode("koi8-r")
    shipyard.web.paths["/yard"] = Answer(body, headers={"Content-Type": "text/html; charset=koi8-r"})
    shipyard.fetch()
    assert "Корабли строят на верфи." in shipyard.sources()["note-original"]


@pytest.mark.parametrize("charset", ["punycode", "IDNA", "unicode_escape", "undefined", "hex", "no-such"])
def test_what_the_server_names_is_no_encoding_of_pages(charset: str) -> None:
    """The first would take hours for a page of some megabytes."""
    body = f"Sold \\u0041-{'a' * 200_000}".encode()
    fetched = Fetched("", "https://example.org/a", "", body, f"text/plain; charset={charset}", Validators())
    begun = time.process_time()
    raw, suffix = as_file(fetched)
    assert (raw == body, suffix) == (True, ".txt")
    assert time.process_time() - begun < 1


def test_no_other_command_reaches_the_network(shipyard: Shipyard) -> None:
    shipyard.fetch()
    before = len(shipyard.web.asked)
    for args in (
        ("ask", "How many ships?"), ("sources", "list"), ("sources", "show", "note"), ("index", "build", "--full"),
        ("index", "status"), ("search", "ships"), ("doctor",), ("sources", "cite"), ("sources", "lock"),
    ):  # fmt: skip
        shipyard.run(*args)
    assert len(shipyard.web.asked) == before
