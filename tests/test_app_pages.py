"""Originals behind notes, pages that change, pages that are added: the whole road against a web on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.feedback import Feedback, record
from app.records import AnswerQuote
from app.settings import Settings
from index.build.status import stale_reason
from index.storage.generation import open_current
from tests.conftest import Footnote, in_this_process
from tests.documents import pdf
from tests.fakes import HashedWords, open_hashed, write_source
from tests.local_web import Answer, Web, bomb, endless, local_web, page, redirect

TITLE = "Harbour yard counts forty ships"
LONG = " ".join(f"Ship number {n} was launched from slip {n % 7} in the year {1900 + n}." for n in range(1, 31))
FORTY = "The yard built forty ships before the war, its manager Anna Berg said on Monday."
UNION = "The union counted thirty-one ships and called the figure of the yard a fairy tale."
ORIGINAL = page(TITLE, FORTY, LONG, UNION)
SUBSCRIBE = "<p>To continue reading, subscribe. Already a subscriber? Sign in.</p>"


class Yard:
    """A corpus with an article and a note on a page of the local web, and the command line over it."""

    def __init__(self, folder: Path, web: Web, run: Footnote) -> None:
        self.web, self.run, self.folder = web, run, folder
        self.settings = Settings(home=folder / "home", corpus=folder / "corpus", reader="none")

    def note(self, name: str, path: str, title: str = TITLE, **fields: str) -> None:
        url = self.web.url(path) if path else ""
        write_source(
            self.settings.corpus, name, f"Our summary of {name}: it speaks of ships.", title=title, url=url, **fields
        )

    def sources(self) -> dict[str, str]:
        """The text of each source of the index."""
        return {s.id: s.text for s in open_current(self.settings.index).sources()}

    def json(self, *args: str, code: int = 0) -> dict[str, list[dict[str, object]]]:
        done = self.run("sources", *args, "--json")
        assert done.returncode == code, done.stderr + done.stdout
        return dict(json.loads(done.stdout))

    def fetch(self, *ids: str, code: int = 0) -> dict[str, dict[str, object]]:
        return {str(p["about"]): p for p in self.json("fetch", *ids, "--yes", code=code)["pages"]}

    def why(self, name: str, code: int = 1) -> tuple[str, str]:
        """Why the original of a note could not be had, in a word and in a line; the index answers as before."""
        found = self.fetch(name, code=code)[name]
        assert found["state"] == "failed"
        assert "\n" not in str(found["reason"])
        assert f"{name}-original" not in self.sources()
        assert self.run("search", "ships").returncode == 0
        return str(found["why"]), str(found["reason"])


@pytest.fixture
def yard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Yard]:
    monkeypatch.setattr("app.fetch.pace.time.sleep", lambda _: None)
    monkeypatch.setattr("index.retrieve.open_embedder", lambda _: HashedWords())
    monkeypatch.setattr("index.build.build.prepare_embedder", lambda *_: HashedWords())
    monkeypatch.chdir(tmp_path)
    environment = {"FOOTNOTE_HOME": str(tmp_path / "home"), "FOOTNOTE_CORPUS": str(tmp_path / "corpus")}
    environment |= {"FOOTNOTE_FETCH_HOSTS": "127.0.0.1", "FOOTNOTE_READER": "none"}
    run = in_this_process(environment, monkeypatch, capsys)
    with local_web() as web:
        made = Yard(tmp_path, web, run)
        write_source(made.settings.corpus, "article", "Ships are built.", kind="article", relation="article", url="")
        made.note("note", "/yard")
        open_hashed(made.settings)
        web.paths["/yard"] = Answer(ORIGINAL, headers={"ETag": '"1"'})
        yield made


def test_the_original_is_a_source_of_its_own_before_its_note(yard: Yard) -> None:
    done = yard.run("sources", "fetch", "--yes")
    assert done.returncode == 0, done.stderr
    assert f"127.0.0.1:{yard.web.port}" in done.stdout
    assert "indexed as note-original" in done.stdout
    assert list(yard.sources()) == ["article", "note-original", "note"]
    assert FORTY in yard.sources()["note-original"]
    source = open_current(yard.settings.index).source("note-original")
    assert (source.kind, source.relation, source.title, source.url) == (
        "fulltext",
        "cited",
        TITLE,
        yard.web.url("/yard"),
    )
    assert source.publisher == "Example Press (at 127.0.0.1)"  # a site that is not its own says so
    found = json.loads(yard.run("search", "manager Anna Berg", "--json").stdout)
    assert found[0]["source_id"] == "note-original"
    assert stale_reason(yard.settings.index) is None
    assert yard.run("index", "verify").returncode == 0
    shown = yard.run("sources", "show", "note-original").stdout
    assert "last seen so" in shown


def test_an_answer_quotes_the_original_and_its_note_stands_beside_it(yard: Yard) -> None:
    said = "The yard says that it built forty ships before the war."
    write_source(yard.settings.corpus, "note", said, title=TITLE, url=yard.web.url("/yard"))
    yard.web.paths["/yard"] = Answer(
        page(TITLE, "Anna Berg manages it.", f"On Monday {FORTY[0].lower()}{FORTY[1:]}", LONG)
    )
    yard.run("index", "build")
    question = "How many ships did the yard build before the war?"

    def quoted() -> list[str]:
        answer = json.loads(yard.run("ask", question, "--json", FOOTNOTE_READER="small").stdout)
        return [q["source_id"] for s in answer["statements"] for q in s["quotes"]]

    assert quoted() == ["note"]
    yard.fetch()
    assert quoted()[:2] == ["note-original", "note"]


def test_what_is_kept_is_private_and_ignored_by_git(yard: Yard) -> None:
    yard.fetch()
    folder = yard.settings.home / "originals"
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / ".gitignore").read_text() == "*\n"
    assert (folder / "note-original.html").read_bytes() == ORIGINAL.encode()


def test_nothing_is_asked_for_without_a_yes(yard: Yard) -> None:
    for args in (("--dry-run",), ("--dry-run", "--json"), ()):
        for command in ("fetch", "check"):
            done = yard.run("sources", command, *args)
            assert done.returncode == (0 if args else 2) or "nothing" in done.stdout
    planned = yard.json("fetch", "--dry-run")
    assert planned["wanted"][0]["url"] == yard.web.url("/yard")
    assert planned["hosts"] == {f"127.0.0.1:{yard.web.port}": 1}
    assert "--yes" in yard.run("sources", "fetch").stderr
    assert yard.web.asked == []


def test_a_second_fetch_asks_whether_it_has_changed(yard: Yard) -> None:
    yard.fetch()
    generation = open_current(yard.settings.index).id
    assert yard.fetch()["note"]["state"] == "unchanged"
    assert yard.web.asked[-1].headers["if-none-match"] == '"1"'
    assert open_current(yard.settings.index).id == generation
    yard.web.paths["/yard"] = Answer(page(TITLE, FORTY.replace("forty", "fifty"), LONG), headers={"ETag": '"2"'})
    assert yard.fetch()["note"]["state"] == "fetched"
    assert "fifty ships" in yard.sources()["note-original"]


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
    why: str, answer: Answer, yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOOTNOTE_LARGEST_FILE", "2")
    yard.web.paths["/yard"] = answer
    yard.web.paths["/"] = Answer(page("Harbour Papers", "News of the day.", LONG))
    assert yard.why("note")[0] == why
    assert why in yard.run("sources", "show", "note").stdout or "failed" in yard.run("sources", "show", "note").stdout


def test_a_hundred_redirects_and_robots(yard: Yard) -> None:
    yard.web.paths |= {f"/r{n}": redirect(f"/r{n + 1}") for n in range(100)} | {"/yard": redirect("/r0")}
    assert yard.why("note")[0] == "redirects"
    yard.web.paths |= {"/yard": Answer(ORIGINAL), "/robots.txt": Answer("User-agent: *\nDisallow: /yard\n")}
    assert yard.why("note")[0] == "robots"


def test_five_megabytes_of_script_do_no_harm(yard: Yard) -> None:
    script = "<script>" + "var a = '<h1>Not this</h1>';\n" * 180_000 + "</script>"
    yard.web.paths["/yard"] = Answer(page(TITLE, FORTY, LONG, head=script))
    assert yard.fetch()["note"]["state"] == "fetched"
    assert FORTY in yard.sources()["note-original"]
    assert "Not this" not in yard.sources()["note-original"]


def test_a_page_that_fails_later_leaves_the_text_as_it_was_fetched(yard: Yard) -> None:
    yard.fetch()
    yard.web.paths["/yard"] = Answer("", 404)
    found = yard.fetch(code=1)["note"]
    assert (found["why"], found["original"]) == ("gone", "note-original")
    assert FORTY in yard.sources()["note-original"]
    assert "status 404" in yard.run("sources", "show", "note-original").stdout


def test_a_pdf_is_an_original_too(yard: Yard) -> None:
    lines = [
        (72.0, 780.0, 20.0, TITLE),
        *((72.0, 740.0 - 14 * n, 11.0, f"Ship {n} was launched in 1912.") for n in range(30)),
    ]
    yard.web.paths["/yard"] = Answer(pdf([lines]), headers={"Content-Type": "application/pdf"})
    assert yard.fetch()["note"]["state"] == "fetched"
    assert open_current(yard.settings.index).source("note-original").pages


def test_two_notes_on_one_page_and_notes_without_one(yard: Yard) -> None:
    yard.note("second", "/yard", title="Another title altogether")
    yard.note("third", "")
    yard.run("index", "build")
    done = yard.json("fetch", "--yes")
    assert [(p["about"], p["state"]) for p in done["pages"]] == [("note", "fetched"), ("second", "failed")]
    assert done["skipped"] == [{"about": "third", "reason": "it names no address"}]
    assert yard.web.pages_asked == ["/yard"]


def test_only_notes_that_exist_have_originals(yard: Yard) -> None:
    for name in ("article", "nothing"):
        done = yard.run("sources", "fetch", name, "--yes")
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1
    assert yard.web.asked == []


def test_an_original_goes_with_its_note_and_a_changed_file_is_named(yard: Yard) -> None:
    yard.fetch()
    kept = yard.settings.home / "originals" / "note-original.html"
    kept.write_text(kept.read_text().replace("forty", "ninety"))
    assert "note-original.html" in (stale_reason(yard.settings.index) or "")
    done = yard.run("index", "build")
    assert "changed since it was fetched" in done.stdout
    assert "note-original" not in yard.sources()
    assert stale_reason(yard.settings.index) is None
    yard.web.paths["/yard"] = Answer(ORIGINAL)
    yard.fetch()
    assert "note-original" in yard.sources()
    yard.note("other", "/other")
    (yard.settings.corpus / "sources" / "note.md").unlink()
    yard.run("index", "build")
    assert list(yard.sources()) == ["article", "other"]
    assert stale_reason(yard.settings.index) is None


def test_an_original_is_forgotten_on_demand_and_locked_with_the_rest(yard: Yard) -> None:
    yard.fetch()
    assert yard.run("sources", "lock").returncode == 0
    assert yard.run("sources", "verify").returncode == 0
    removed = yard.run("sources", "remove", "note-original")
    assert removed.returncode == 2
    assert "--forget" in removed.stderr
    asked = len(yard.web.asked)
    assert yard.run("sources", "fetch", "--forget", "note-original").returncode == 0
    assert list(yard.sources()) == ["article", "note"]
    assert not list((yard.settings.home / "originals").glob("note-original*"))
    assert yard.run("sources", "fetch", "--forget", "note").returncode == 2
    assert len(yard.web.asked) == asked


def test_a_page_that_has_not_changed_is_seen_so(yard: Yard) -> None:
    yard.fetch()
    yard.web.paths["/yard"] = Answer(ORIGINAL.replace("<footer>", "<footer>Today's weather: rain. "))
    found = yard.json("check", "--yes")["pages"]
    assert [(p["source_id"], p["state"]) for p in found] == [("note-original", "unchanged")]
    assert found[0]["seen"]
    assert "the page is as it was indexed" in yard.run("sources", "check", "note", "--yes").stdout


def test_each_passage_and_each_kept_quotation_says_what_became_of_it(yard: Yard) -> None:
    paragraphs = [FORTY, UNION, "A strike stopped all work in the spring of 1913 for eleven weeks.", LONG]
    yard.web.paths["/yard"] = Answer(page(TITLE, *paragraphs))
    yard.fetch()
    keep(yard, *paragraphs[:3])
    now = [UNION, LONG, FORTY.replace("forty ships", "fifty ships")]
    yard.web.paths["/yard"] = Answer(page(TITLE, *now))
    found = yard.json("check", "note-original", "--yes", code=1)["pages"][0]
    assert found["state"] == "changed"
    fates = {str(q["text"]): q for q in found["quotations"]}
    assert fates[FORTY]["fate"] == "changed"
    assert [p for p in fates[FORTY]["differs"] if p["of"] != "both"] == [
        {"of": "index", "text": "forty"}, {"of": "page", "text": "fifty"},
    ]  # fmt: skip
    assert fates[UNION]["fate"] == "unchanged"
    assert fates[paragraphs[2]]["fate"] == "gone"
    said = yard.run("sources", "check", "note-original", "--yes").stdout
    assert "[-forty-]{+fifty+}" in said
    assert "quoted in feedback of 2026-11-20" in said


def test_quotations_of_a_bundle_are_checked_too(yard: Yard) -> None:
    yard.fetch()
    done = yard.run("ask", "Who counted thirty-one ships?", "--source", "note-original", "--bundle", "a.zip")
    assert done.returncode == 0, done.stderr
    yard.web.paths["/yard"] = Answer(page(TITLE, FORTY, LONG))
    found = yard.json("check", "note", "--bundle", "a.zip", "--yes", code=1)["pages"][0]
    assert {str(q["where"]) for q in found["quotations"]} == {"a.zip"}
    assert "gone" in {q["fate"] for q in found["quotations"]}
    assert yard.run("sources", "check", "--bundle", "corpus/article.md", "--yes").returncode == 2


def keep(yard: Yard, *quoted: str) -> None:
    """Keep feedback on answers that quoted these sentences of the original."""
    source = open_current(yard.settings.index).source("note-original")
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
        record(yard.settings.home, Feedback.model_validate({**entry, "verdict": "up", "quotes": (quote,)}))


def test_what_stands_elsewhere_has_moved(yard: Yard) -> None:
    yard.web.paths["/yard"] = Answer(page(TITLE, FORTY, LONG, UNION))
    yard.fetch()
    yard.web.paths["/yard"] = Answer(page(TITLE, UNION, LONG, FORTY))
    found = yard.json("check", "--yes")["pages"][0]
    assert found["state"] == "unchanged"
    assert set(found["passages"]) == {"moved", "unchanged"}
    yard.web.paths["/yard"] = Answer(page(TITLE, FORTY, "Nobody has seen the books of the yard.", LONG, UNION))
    found = yard.json("check", "--yes", code=1)["pages"][0]
    assert set(found["passages"]) == {"changed", "unchanged"}


def test_a_changed_page_is_not_taken_for_unchanged_by_its_new_etag(yard: Yard) -> None:
    yard.fetch()
    yard.web.paths["/yard"] = Answer(page(TITLE, FORTY.replace("forty", "fifty"), LONG), headers={"ETag": '"2"'})
    for _ in range(2):
        assert yard.json("check", "--yes", code=1)["pages"][0]["state"] == "changed"
    yard.fetch()
    assert yard.json("check", "--yes")["pages"][0]["state"] == "unchanged"


def test_a_page_that_is_gone_is_said_to_be(yard: Yard) -> None:
    yard.fetch()
    for answer in (Answer("", 410), Answer(page("Not found", "There is no such page.")), redirect("/")):
        yard.web.paths |= {"/yard": answer, "/": Answer(page("Harbour Papers", "News of the day."))}
        found = yard.json("check", "--yes", code=1)["pages"][0]
        assert (found["state"], found["why"]) == ("failed", "gone")
        assert found["seen"]


def test_a_page_is_added_by_its_address(yard: Yard) -> None:
    stated = '<meta name="author" content="Anna Berg"><meta property="article:published_time" content="2024-03-05">'
    yard.web.paths["/news/dock.html"] = Answer(page("A new dock", FORTY, LONG, head=stated))
    url = yard.web.url("/news/dock.html")
    shown = yard.run("sources", "add", url, "--dry-run")
    assert "A new dock" in shown.stdout
    assert list(yard.sources()) == ["article", "note"]
    done = yard.run("sources", "add", url, "--relation", "disputes")
    assert done.returncode == 0, done.stderr
    added = next(s for s in open_current(yard.settings.index).sources() if s.url == url)
    assert (added.title, added.author, added.published, added.relation) == (
        "A new dock",
        "Anna Berg",
        "2024-03-05",
        "disputes",
    )
    assert added.publisher == f"127.0.0.1:{yard.web.port}"
    assert (yard.settings.corpus / added.file).read_bytes()
    assert "last seen so" in yard.run("sources", "show", added.id).stdout
    assert yard.json("check", added.id, "--yes")["pages"][0]["state"] == "unchanged"
    again = yard.run("sources", "add", url)
    assert again.returncode == 2
    assert again.stderr.count("\n") == 1


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/a", "file:///etc/passwd", "ftp://example.org/a", "http://a:b@example.org/"]
)
def test_what_is_not_fetched_is_not_added(url: str, yard: Yard) -> None:
    done = yard.run("sources", "add", url)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert list(yard.sources()) == ["article", "note"]


def test_front_matter_of_a_page_states_nothing(yard: Yard) -> None:
    text = "---\nid: article\nkind: article\nrelation: article\ntitle: I am the article\n---\n\n" + FORTY
    yard.web.paths["/a.md"] = Answer(text, headers={"Content-Type": "text/markdown"})
    assert yard.run("sources", "add", yard.web.url("/a.md")).returncode == 0
    added = next(s for s in open_current(yard.settings.index).sources() if s.url == yard.web.url("/a.md"))
    assert added.kind == "fulltext"


def test_the_encoding_that_only_the_server_names_is_kept(yard: Yard) -> None:
    body = page(TITLE, "Корабли строят на верфи.", LONG).encode("koi8-r")
    yard.web.paths["/yard"] = Answer(body, headers={"Content-Type": "text/html; charset=koi8-r"})
    yard.fetch()
    assert "Корабли строят на верфи." in yard.sources()["note-original"]


def test_no_other_command_reaches_the_network(yard: Yard) -> None:
    yard.fetch()
    before = len(yard.web.asked)
    for args in (
        ("ask", "How many ships?"), ("sources", "list"), ("sources", "show", "note"), ("index", "build", "--full"),
        ("index", "status"), ("search", "ships"), ("doctor",), ("sources", "cite"), ("sources", "lock"),
    ):  # fmt: skip
        yard.run(*args)
    assert len(yard.web.asked) == before
