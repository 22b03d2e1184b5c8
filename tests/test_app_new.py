"""`footnote new`: a project that is there whole or not at all, and the whole road from a page to a proof elsewhere."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.pages.links import links_of, with_links
from app.project.folder import staged
from app.project.questions import candidates
from app.settings import load_settings
from index.build.build import build
from index.build.status import stale_reason
from index.errors import StoreError
from index.read.corpus import read_corpus
from index.storage.generation import Generation, open_current
from index.storage.seals import PASSAGES
from tests.conftest import Footnote, in_this_process
from tests.documents import column, pdf
from tests.fakes import HashedWords, write_source
from tests.local_web import Answer, Web, endless, local_web, page, redirect

TITLE = "Harbour yard counts forty ships"
LONG = " ".join(f"Ship number {n} was launched from slip {n % 7} in the year {1900 + n}." for n in range(1, 25))
OTHER = LONG.replace("Ship number", "The tug number")
FIGURE = "In 1913, more than forty large ships were built by the yard at Esk."
SOLD = "Hanno Wirt bought the yard from the town of Esk for seven million crowns."
COUNT = "The union counted thirty-one ships at the quay."
TIDE = "The tide at Esk rises nine metres in April."


def article(web: Web) -> str:
    """A page as a paper makes it: links in its text, in a list of references, and round about."""
    share = f"https://share.example/?url=http%3A%2F%2F127.0.0.1%3A{web.port}%2Fdock"
    return page(
        TITLE,
        f'{FIGURE} The <a href="/report">report of the yard</a> is complete, <a href="#notes">as a note says</a>.',
        f'The union <a href="union?x=1#top">counted its own</a>. {SOLD} A <a href="/gone">study</a> is lost.',
        'The council <a href="/paid">voted</a>, and <a href="/hostile">others</a> <a href="/secret">objected</a>. '
        f'See <a href="mailto:a@b.example">us</a>, <a href="/dock">this page</a>, <a href="{web.url("/")}">them</a>, '
        f'<a href="/pier.png">a picture</a>, <a href="/report">the report again</a>, <a href="{share}">hand it on</a>, '
        '<a href="http://10.0.0.1/inside">an inside page</a> and <a href="/moved">a page that moved</a>.',
        head='<meta name="author" content="Jo March"><meta property="og:site_name" content="Harbour Papers">'
        '<meta property="article:published_time" content="2024-08-21T10:00:00Z">',
        more='<aside><a href="/more">More news of the coast</a></aside>',
    )


@pytest.fixture
def web() -> Iterator[Web]:
    with local_web() as served:
        stamp = {"ETag": '"1"'}
        served.paths |= {
            "/dock": Answer(article(served), headers=stamp),
            "/report": Answer(page("The report of the yard", "The yard built forty ships.", LONG), headers=stamp),
            "/union": Answer(page("The count of the union", COUNT, OTHER)),
            "/paid": Answer(page("Council votes", "The council voted.", more="<p>To continue reading, subscribe.</p>")),
            "/hostile": endless,
            "/moved": redirect("/tide"),
            "/tide": Answer(page("The tide at Esk", TIDE, LONG.replace("Ship", "Wave")), headers=stamp),
            "/robots.txt": Answer("User-agent: *\nDisallow: /secret\n", headers={"Content-Type": "text/plain"}),
        }
        yield served


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Footnote:
    """The command line in an empty folder, with a stand-in for the embedding model."""
    monkeypatch.setattr("app.fetch.pace.time.sleep", lambda _: None)
    monkeypatch.setattr("index.retrieve.open_embedder", lambda _: HashedWords())
    monkeypatch.setattr("index.build.build.prepare_embedder", lambda *_: HashedWords())
    monkeypatch.chdir(tmp_path)
    settings = {"FOOTNOTE_FETCH_HOSTS": "127.0.0.1", "FOOTNOTE_LARGEST_FILE": "1", "FOOTNOTE_READER": "none"}
    return in_this_process(settings, monkeypatch, capsys)


def all_of(generation: Generation) -> list[object]:
    """What two indexes of the same sources have in common, byte for byte."""
    passages = [(s.id, s.sha256, *generation.passages_of(s.id)) for s in generation.sources()]
    return [passages, (generation.folder / PASSAGES).read_bytes(), generation.manifest.fingerprint]


@pytest.fixture
def made(run: Footnote, web: Web, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A project around the article alone; the test stands in it."""
    done = run("new", "harbour", web.url("/dock"))
    assert done.returncode == 0, done.stderr
    monkeypatch.chdir(tmp_path / "harbour")
    return tmp_path / "harbour"


def said(done: Any) -> Any:
    assert done.returncode == 0, done.stderr + done.stdout
    return json.loads(done.stdout)


def opened() -> Generation:
    """The index of the project that the test stands in, which is up to date."""
    settings = load_settings().index
    assert stale_reason(settings) is None
    return open_current(settings)


def test_a_project_is_whole_and_works_where_it_is(made: Path, run: Footnote, web: Web) -> None:
    assert sorted(p.name for p in made.iterdir()) == [".footnote", ".gitignore", "README.md", "corpus", "footnote.toml"]
    (source,) = opened().sources()
    assert (source.kind, source.relation, source.title, source.author) == ("article", "article", TITLE, "Jo March")
    assert (source.publisher, source.published, source.language) == ("Harbour Papers", "2024-08-21", "en")
    assert source.url == web.url("/dock")
    assert SOLD in run("ask", "Who bought the yard from the town?", FOOTNOTE_READER="small").stdout
    assert "Locked 1 source in " in run("sources", "lock").stdout
    assert said(run("sources", "check", "--yes", "--json"))["pages"][0]["state"] == "unchanged"
    assert web.asked[-1].headers["if-none-match"] == '"1"'
    assert f"# {TITLE}" in (made / "README.md").read_text()
    assert "/.footnote/" in (made / ".gitignore").read_text()


def test_what_is_guessed_is_shown_and_what_is_stated_is_kept(run: Footnote, web: Web, tmp_path: Path) -> None:
    done = run(
        "new",
        "a",
        web.url("/dock"),
        "--title",
        "The yard",
        "--date",
        "2024-08",
        "--licence",
        "by leave",
        "--id",
        "yard",
    )
    assert done.returncode == 0, done.stderr
    lines = {" ".join(line.split()) for line in done.stdout.splitlines()}
    assert {"title The yard", "date 2024-08", "licence by leave", "author Jo March (guessed)"} <= lines
    (source,) = read_corpus(tmp_path / "a" / "corpus")
    assert (source.id, source.title, source.published, source.kind) == ("yard", "The yard", "2024-08", "article")


def test_links_of_the_text_are_listed_and_others_are_not(run: Footnote, web: Web, tmp_path: Path) -> None:
    listed = said(run("new", "a", web.url("/dock"), "--follow-links", "20", "--dry-run", "--json"))["links"]
    inside = [web.url(f"/{name}") for name in ("report", "union?x=1", "gone", "paid", "hostile", "secret")]
    assert [link["url"] for link in listed] == [*inside, "http://10.0.0.1/inside", web.url("/moved")]
    assert listed[0]["words"] == "report of the yard"
    shown = run("new", "a", web.url("/dock"), "--follow-links", "2", "--dry-run").stdout
    assert "1. report of the yard  (127.0.0.1)" in shown
    assert "3. " not in shown
    assert web.pages_asked == ["/dock", "/dock"]
    assert list(tmp_path.iterdir()) == []


def test_a_list_of_references_counts_and_pages_beside_the_text_do_not() -> None:
    refs = "".join(f'<li><a href="https://{n}.example/paper">Paper {n}</a></li>' for n in "ab")
    html = page(
        "T",
        LONG + ' <a href="https://text.example/x">in it</a>',
        f"<ul>{refs}</ul>",
        more='<p><a href="https://no.example/y">ad</a></p>',
    )
    found = links_of(with_links(html.encode(), ".html", ""), html.encode(), ".html")
    assert [link.host for link in found][:1] == ["text.example"]
    assert {link.host for link in found} == {"text.example", "a.example", "b.example"}


def test_a_control_character_in_a_link_stops_nothing(run: Footnote, web: Web) -> None:
    links = "".join(f'<a href="/{n}{c}">See</a>' for n, c in enumerate(("&#1;", "&#11;", "&#xFFFE;")))
    web.paths["/odd"] = Answer(page(TITLE, f"{FIGURE} {SOLD} {links}", LONG, head='<base href="/&#2;">'))
    done = said(run("new", "a", web.url("/odd"), "--follow-links", "9", "--dry-run", "--json"))
    assert [link["url"] for link in done["links"]] == [web.url(f"/{n}") for n in range(3)]


def test_pages_are_followed_and_one_that_cannot_be_had_stops_nothing(run: Footnote, web: Web, tmp_path: Path) -> None:
    done = said(run("new", "a", web.url("/dock"), "--follow-links", "20", "--yes", "--json"))
    came = {p["url"].rpartition("/")[2]: p["why"] for p in done["pages"]}
    assert came == {
        "report": None, "union?x=1": None, "gone": "gone", "paid": "paywall", "hostile": "size", "secret": "robots",
        "inside": "address", "moved": None,
    }  # fmt: skip
    sources = read_corpus(tmp_path / "a" / "corpus")
    assert [(s.title, str(s.relation)) for s in sources][1:] == [
        ("The report of the yard", "cited"), ("The tide at Esk", "cited"), ("The count of the union", "cited"),
    ]  # fmt: skip
    assert all("\n" not in p["reason"] for p in done["pages"])


def test_two_pages_of_one_name_or_one_text_are_told_apart(run: Footnote, web: Web, tmp_path: Path) -> None:
    links = "".join(f'<a href="/{n}/index.html">page {n}</a>, ' for n in "abc")
    web.paths["/dock"] = Answer(page(TITLE, FIGURE, LONG, links))
    web.paths |= {f"/{n}/index.html": Answer(page(f"Page {n}", LONG.replace("Ship", "Hull" + n))) for n in "ab"}
    web.paths["/c/index.html"] = web.paths["/a/index.html"]
    done = said(run("new", "a", web.url("/dock"), "--follow-links", "3", "--yes", "--json"))
    assert [bool(p["source"]) for p in done["pages"]] == [True, True, False]
    assert "already" in done["pages"][2]["reason"]
    assert len(read_corpus(tmp_path / "a" / "corpus")) == 3


def test_without_a_terminal_a_yes_must_be_given_before_anything_is_asked(
    run: Footnote, web: Web, tmp_path: Path
) -> None:
    for more in ((), ("--json",)):
        done = run("new", "a", web.url("/dock"), "--follow-links", "3", *more)
        assert (done.returncode, done.stdout) == (2, "")
        assert "add --yes" in done.stderr
    assert web.asked == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("typed", "count"), [(True, 2), (False, 1)])
def test_on_a_terminal_one_is_asked(
    run: Footnote, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: bool, count: int
) -> None:
    monkeypatch.setattr("app.cli.new.sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("app.cli.new.typer.confirm", lambda _: typed)
    assert run("new", "a", web.url("/dock"), "--follow-links", "1").returncode == 0
    assert len(read_corpus(tmp_path / "a" / "corpus")) == count


WRONG: list[tuple[str, Answer | Callable[..., None], str]] = [
    ("gone", Answer("", 404), "there is no such page"),
    ("paywall", Answer(page(TITLE, FIGURE, more="<p>To continue reading, subscribe.</p>")), "wants a subscription"),
    ("list", Answer(page("All", *(f'<a href="/{n}">A long title of a page {n}</a>' for n in range(30)))), "links"),
    ("empty", Answer(page(TITLE, "Loading.")), "no article stands there"),
    ("soft", Answer(page("404 Not Found", "Sorry. " * 40)), "there is no such page"),
    ("consent", Answer(page("Before you go on", "With your consent we set cookies for our partners. " * 5)), "consent"),
    ("picture", Answer(b"\x89PNG\r\n", headers={"Content-Type": "image/png"}), "cannot be read"),
    ("endless", endless, "larger than"),
    ("inside", redirect("http://169.254.169.254/latest/meta-data/"), "not fetched"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "words"), [(a, w) for _, a, w in WRONG], ids=[name for name, _, _ in WRONG])
def test_what_is_no_article_leaves_nothing(run: Footnote, web: Web, tmp_path: Path, answer: Answer, words: str) -> None:
    web.paths["/dock"] = answer
    done = run("new", "a", web.url("/dock"), "--follow-links", "3", "--yes")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert words in done.stderr
    assert list(tmp_path.iterdir()) == []


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("where", "error", "code"),
    [
        ("app.pages.article.download", KeyboardInterrupt(), 130),
        ("app.sources.add.build", KeyboardInterrupt(), 130),
        ("app.sources.add.sync", FULL, 2),
        ("app.project.questions.candidates", KeyboardInterrupt(), 130),
        ("app.project.folder.sync_tree", FULL, 2),
        ("app.project.folder.sync_tree", KeyboardInterrupt(), 130),
    ],
)
@pytest.mark.parametrize("exists", [False, True])
def test_a_full_disk_or_ctrl_c_leaves_nothing(
    run: Footnote,
    web: Web,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    error: BaseException,
    code: int,
    exists: bool,
) -> None:
    if exists:
        (tmp_path / "a").mkdir()

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(where, fail)
    done = run("new", "a", web.url("/dock"))
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert [p.name for p in tmp_path.rglob("*")] == (["a"] if exists else [])


def test_a_folder_with_something_in_it_is_refused(run: Footnote, web: Web, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("Mine.")
    (tmp_path / "file").write_text("A file.")
    for name, words in (("full", "full: is not empty"), ("file", "file: is no folder"), ("file/in", "is no folder")):
        done = run("new", name, web.url("/dock"))
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert words in done.stderr
    assert web.asked == []
    assert (tmp_path / "full" / "mine.txt").read_text() == "Mine."


def test_an_empty_folder_is_filled_also_the_one_one_stands_in(
    run: Footnote, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    done = run("new", ".", web.url("/dock"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("Go on with: footnote chat\n")
    assert TITLE in run("sources", "list").stdout
    again = run("new", ".", web.url("/dock"))
    assert (again.returncode, "holds a project already" in again.stderr) == (2, True)


@pytest.mark.parametrize(
    ("name", "raw", "title", "date"),
    [
        ("2024-03-05 sale.txt", SOLD.encode(), "2024-03-05 sale", "2024-03-05"),
        ("sale.md", f"# The sale\n\n{SOLD} See <https://a.example/x>.\n".encode(), "The sale", None),
        ("sale.pdf", pdf([column(["The sale of Esk"], size=20) + column([SOLD], top=700)]), "The sale of Esk", None),
    ],
)
def test_a_file_is_an_article_too_and_keeps_what_its_name_tells(
    run: Footnote, tmp_path: Path, name: str, raw: bytes, title: str, date: str | None
) -> None:
    (tmp_path / name).write_bytes(raw)
    done = said(run("new", "a", name, "--json", "--follow-links", "3", "--dry-run"))
    assert (done["article"]["title"], done["article"]["published"]) == (title, date)
    assert "title" in done["article"]["guessed"]
    assert [link["url"] for link in done["links"]] == (["https://a.example/x"] if name.endswith(".md") else [])
    assert run("new", "a", name).returncode == 0
    (source,) = read_corpus(tmp_path / "a" / "corpus")
    assert (source.title, source.kind, source.file) == (title, "article", f"article{Path(name).suffix}")


def test_a_note_of_another_corpus_becomes_the_article(run: Footnote, tmp_path: Path) -> None:
    write_source(tmp_path, "old", SOLD)
    assert run("new", "a", "sources/old.md").returncode == 0
    (source,) = read_corpus(tmp_path / "a" / "corpus")
    assert (source.id, source.kind, source.relation) == ("old", "article", "article")


def test_settings_of_where_one_stands_go_along_but_for_those_of_the_place(
    run: Footnote, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "footnote.toml").write_text('passage_tokens = 90\nport = 9\nhome = "else"\nhosts = ["ї.example"]\n')
    assert run("new", "a", web.url("/dock")).returncode == 0
    monkeypatch.chdir(tmp_path / "a")
    loaded = load_settings()
    assert (loaded.passage_tokens, loaded.port, loaded.home, loaded.hosts) == (90, 7860, Path(".footnote"), ())
    opened()


def test_what_the_project_does_not_have_of_the_environment_is_said(run: Footnote, web: Web) -> None:
    outside = {"FOOTNOTE_HOME": "else", "FOOTNOTE_CAUTION": "generous"}
    notes = said(run("new", "a", web.url("/dock"), "--json", **outside))["notes"]
    assert "FOOTNOTE_HOME is set, and goes before the project's own; unset it to work there" in notes
    assert "FOOTNOTE_READER is set: the index was made with it, and the project's settings do not have it" in notes
    assert not [note for note in notes if "CAUTION" in note]  # of answers, not of the index
    shown = run("new", "b", web.url("/dock"), FOOTNOTE_CORPUS="texts").stdout
    assert "But FOOTNOTE_CORPUS is set, and goes before the project's own; unset it to work there\n" in shown
    assert said(run("new", "c", web.url("/dock"), "--json", "--dry-run"))["notes"] == []


def test_a_project_is_made_though_when_its_pages_were_seen_cannot_be_kept(
    run: Footnote, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreError("no space is left on the disk")

    monkeypatch.setattr("app.pages.add.Download.note", full)
    lost = "when the pages were seen could not be kept: no space is left on the disk"
    assert lost in said(run("new", "a", web.url("/dock"), "--json"))["notes"]
    assert f"But {lost}\n" in run("new", "b", web.url("/dock")).stdout
    for name in ("a", "b"):
        assert [source.title for source in read_corpus(tmp_path / name / "corpus")] == [TITLE]


def test_a_folder_that_a_setting_names_is_found_from_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FOOTNOTE_READER", raising=False)
    (tmp_path / "mine").mkdir()
    (tmp_path / "footnote.toml").write_text('reader = "mine"\nmodel = "bundled"\n')
    with staged(tmp_path / "a") as stage:
        stage.write("A project")
        monkeypatch.chdir(stage.folder)
        assert (load_settings().reader, load_settings().model) == (str(tmp_path / "mine"), "bundled")
        monkeypatch.chdir(tmp_path)


def test_first_questions_are_made_of_sentences_and_answered_by_them(run: Footnote, web: Web, tmp_path: Path) -> None:
    asked = said(run("new", "a", web.url("/dock"), "--json", FOOTNOTE_READER="small"))["questions"]
    assert "How many large ships were built by the yard at Esk in 1913?" in asked
    assert "Who bought the yard from the town of Esk for seven million crowns?" in asked
    lines = (tmp_path / "a" / "corpus" / "suggestions.txt").read_text("utf-8").splitlines()
    assert set(asked) < set(lines)
    assert "What is the article about?" in lines


def test_what_cannot_stand_alone_is_not_asked(tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text(
        "Forty of them were sold. In these cases 30 ships were sunk by it. He bought the yard from the town. "
        "Article 407 was changed by the council. On Monday 12 were hurt. 7 March was a warm day for all of Esk."
    )
    assert [c.question for c in candidates(read_corpus(tmp_path)[0])] == []


def test_no_questions_are_made_up_in_a_language_that_is_not_read(tmp_path: Path, run: Footnote) -> None:
    (tmp_path / "a.txt").write_text(
        "Ганна Берг купила верф у міста за сім мільйонів крон. Понад 40 суден було збудовано."
    )
    assert said(run("new", "a", "a.txt", "--json"))["questions"] == []
    assert not (tmp_path / "a" / "corpus" / "suggestions.txt").exists()


@pytest.mark.slow
def test_the_whole_road(run: Footnote, web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """New, follow links, add, fetch, ask, check after a change, lock, rebuild elsewhere, compare byte for byte."""
    small = {"FOOTNOTE_READER": "small"}
    project, elsewhere = tmp_path / "harbour", tmp_path / "far" / "away"
    done = run("new", "harbour", web.url("/dock"), "--follow-links", "8", "--yes", **small)
    assert done.returncode == 0, done.stderr
    for words in ("left out", "status 404", "robots.txt", "wants a subscription", "private or reserved", "larger than"):
        assert words in done.stdout
    monkeypatch.chdir(project)
    note = "Our summary: the storm of 1987 is described by the weather office."
    (tmp_path / "storm.txt").write_text(note)
    web.paths["/storm"] = Answer(
        page("The storm of 1987", "The storm sank nine boats at the pier.", LONG.replace("Ship", "Gust"))
    )
    assert run(
        "sources", "add", "../storm.txt", "--kind", "note", "--title", "The storm of 1987", "--url", web.url("/storm"),
    ).returncode == 0  # fmt: skip
    fetched = said(run("sources", "fetch", "--yes", "--json"))["pages"]
    assert [(p["about"], p["state"]) for p in fetched] == [("storm.txt", "fetched")]

    answer = said(run("ask", "Who bought the yard from the town of Esk?", "--json", **small))
    quote = answer["statements"][0]["quotes"][0]
    source = opened().source(quote["source_id"])
    assert source.text[quote["start"] : quote["end"]] == quote["text"]
    assert (quote["source_sha256"], SOLD in quote["text"]) == (source.sha256, True)
    boats = said(run("ask", "How many boats did the storm sink at the pier?", "--json", **small))
    assert boats["statements"][0]["quotes"][0]["source_id"] == "storm.txt-original"

    report = page("The report of the yard", "The yard built fifty ships.", LONG)
    web.paths |= {
        "/report": Answer(report, headers={"ETag": '"2"'}),
        "/union": Answer(page("The count of the union", OTHER, COUNT)),
        "/tide": Answer("", 410),
    }
    checked = run("sources", "check", "--yes", "--json")
    assert checked.returncode == 1
    states = {p["url"].rpartition("/")[2]: p for p in json.loads(checked.stdout)["pages"]}
    assert {name: p["state"] for name, p in states.items()} == {
        "dock": "unchanged", "report": "changed", "union?x=1": "unchanged", "moved": "failed", "storm": "unchanged",
    }  # fmt: skip
    assert "moved" in states["union?x=1"]["passages"]
    assert states["moved"]["why"] == "gone"
    assert {"of": "page", "text": "fifty"} in [
        piece for held in states["report"]["differing"] for piece in held["differs"]
    ]
    assert "[-forty-]{+fifty+}" in run("sources", "check", "--yes").stdout

    assert run("sources", "lock").returncode == 0
    shutil.copytree(project, elsewhere, ignore=shutil.ignore_patterns(".footnote"))
    here = all_of(opened())
    monkeypatch.chdir(elsewhere)
    build(load_settings().index, embedder=HashedWords())
    assert re.search("is in the lock and not in the index", run("sources", "verify").stdout)
    assert run("sources", "fetch", "--yes").returncode == 0
    verified = run("sources", "verify")
    assert (verified.returncode, verified.stdout[:20]) == (0, "As locked: 6 sources")
    assert all_of(opened()) == here
    locked = (project / "corpus" / "sources.lock").read_bytes()
    run("sources", "lock")
    assert (elsewhere / "corpus" / "sources.lock").read_bytes() == locked
