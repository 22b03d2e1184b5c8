"""Sources added and removed over HTTP: what is shown first, who may, what is refused; nothing half-done stays."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.adding import drafts as drafts_module
from app.adding.pages import PageFetcher
from app.adding.routes import UPLOAD, routes
from app.adding.service import Adding
from app.middleware import AllowedHosts, BodyLimit, HostCheck
from app.settings import AddSources, Settings
from app.sources.incoming import Incoming
from index.build.build import build
from index.errors import StoreError, UsageError
from index.fetched.store import read_pages
from index.read.front_matter import read_fields
from index.storage.generation import current_id, open_current
from index.storage.locks import build_lock
from tests.bad_files import BAD
from tests.documents import column, pdf
from tests.fakes import HashedWords, small_corpus
from tests.local_web import Answer, Handling, local_web, page

TEXT = b"The council of Esk sold the harbour to Hanno Wirt on Monday."
REPORT = pdf(
    [
        column(["The Harbour Report"], size=20) + column(["The council of Esk sold the harbour on Monday."], top=700),
        column(["The price of the harbour was seven million crowns."]),
    ],
    {"Author": "A. Clerk"},
)
LONG = "\n\n".join(f"The council of Esk sold berth {n} of the harbour. " * 9 for n in range(9)).encode()
COPY = b"---\nid: dam\ntitle: T\npublisher: P\nkind: note\nrelation: cited\nurl: ''\n---\n\nWords of a copy."
HERE, OURS = "http://127.0.0.1:7860", {"X-Footnote": "1"}


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("index.build.build.prepare_embedder", lambda *_: HashedWords())
    made = Settings(home=tmp_path / "home", corpus=small_corpus(tmp_path / "corpus"), largest_file=1)
    build(made.index)
    return made


class Site:
    """The routes behind the doors that they have in the server."""

    def __init__(self, settings: Settings, **client: Any) -> None:
        self.settings = settings
        self.adding = Adding(settings.index, PageFetcher(settings))
        app = FastAPI()
        app.include_router(routes(settings, self.adding))
        app.add_middleware(BodyLimit, streamed=(UPLOAD,))
        app.add_middleware(HostCheck, allowed=AllowedHosts.of(settings.host, settings.hosts))
        given = {"base_url": HERE, "headers": OURS, "client": ("127.0.0.1", 50_000)}
        self.client = TestClient(app, **given | client)

    def upload(self, name: str, raw: bytes | Iterator[bytes], **headers: str) -> Any:
        return self.client.post(f"{UPLOAD}?name={name}", content=raw, headers=headers)

    def draft(self, name: str, raw: bytes) -> str:
        answer = self.upload(name, raw)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["draft"])

    def add(self, *drafts: str, **facts: str) -> dict[str, Any]:
        wanted = {"drafts": [{"draft": draft, "facts": facts} for draft in drafts]}
        return self.ended(self.client.post("/new-sources/add", json=wanted))

    def remove(self, source: str) -> dict[str, Any]:
        return self.ended(self.client.post("/new-sources/remove", json={"source": source}))

    def ended(self, begun: Any) -> dict[str, Any]:
        assert begun.status_code == 202, begun.text
        for _ in range(600):
            change: dict[str, Any] = self.client.get(f"/new-sources/changes/{begun.json()['change']}").json()
            if change["state"] in ("done", "failed"):
                return change
            time.sleep(0.02)
        raise AssertionError(change)

    @property
    def state(self) -> tuple[dict[str, bytes], str | None]:
        """Every file of the corpus, and which index serves."""
        files = {str(p): p.read_bytes() for p in self.settings.corpus.rglob("*") if p.is_file()}
        return files, current_id(self.settings.home)

    @property
    def waiting(self) -> list[Path]:
        return [p for p in (self.settings.home / "incoming").rglob("*") if p.is_file()]


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    made = Site(settings)
    yield made
    made.adding.close()


def test_a_file_is_shown_corrected_added_and_not_kept(site: Site) -> None:
    shown = site.upload("report.pdf", REPORT).json()
    for words in ("report.pdf", "2 pages", "p. 2", "seven million crowns", 'value="The Harbour Report"', "guessed"):
        assert words in shown["html"], words
    (waiting,) = site.waiting
    assert (waiting.read_bytes(), waiting.stat().st_mode & 0o777) == (REPORT, 0o600)
    assert {p.stat().st_mode & 0o777 for p in waiting.parents[:2]} == {0o700}
    facts = {"title": "The sale of Esk", "author": "A. Clerk", "kind": "note partly", "published": "2024-05"}
    change = site.add(shown["draft"], **facts)
    assert change["words"] == "Added: The sale of Esk. The index now has 5 passages."
    source = open_current(site.settings.index).source("report.pdf")
    assert (source.title, source.author, source.published, source.basis.value) == (
        "The sale of Esk", "A. Clerk", "2024-05", "partly",
    )  # fmt: skip
    assert "author" in source.guessed, "what was not corrected stays a guess"
    stated = read_fields((site.settings.corpus / "sources" / "report.pdf.meta.yaml").read_text())
    assert stated == {"title": "The sale of Esk", "kind": "note", "basis": "partly", "published": "2024-05"}
    assert site.waiting == []


def test_a_pasted_text_becomes_a_source_under_its_first_line(site: Site) -> None:
    pasted = "The harbour of Esk\n\nThe council sold the harbour.\n\n<script>alert(1)</script>"
    shown = site.client.post("/new-sources/text", json={"text": pasted}).json()
    assert "<script>" not in shown["html"]
    assert site.add(shown["draft"])["state"] == "done"
    source = open_current(site.settings.index).source(_new_ids(site)[0])
    assert (source.title, source.publisher, source.author) == ("The harbour of Esk", "Pasted text", None)
    assert source.id.startswith("The-harbour-of-Esk-The-council-")
    again = site.client.post("/new-sources/text", json={"text": pasted})
    assert (again.status_code, "this very file already" in again.json()["problem"]) == (422, True)
    assert "it is empty" in site.client.post("/new-sources/text", json={"text": " \n "}).json()["problem"]


def test_a_page_is_fetched_shown_added_and_known_for_later_checks(settings: Settings) -> None:
    site = Site(settings.model_copy(update={"fetch_hosts": ("127.0.0.1",)}))
    with local_web() as web:
        web.paths["/sale"] = Answer(page("The sale of Esk", "The council of Esk sold the harbour on Monday."))
        shown = site.client.post("/new-sources/page", json={"url": f" {web.url('/sale')} "}).json()
        assert "sold the harbour on Monday" in shown["html"]
        assert _new_ids(site) == []
        assert site.add(shown["draft"], title="The sale")["state"] == "done"
        (source,) = [s for s in open_current(site.settings.index).sources() if s.title == "The sale"]
        assert source.url == web.url("/sale")
        assert read_pages(settings.home)[source.id].url == source.url
        gone = site.client.post("/new-sources/page", json={"url": web.url("/gone")})
        assert (gone.status_code, "there is no such page" in gone.json()["problem"]) == (422, True)
    site.adding.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "Write the address of a page"),
        ("file:///etc/passwd", "only addresses that begin with http:// or https://"),
        ("http://127.0.0.1:9/", "127.0.0.1"),
        ("http://169.254.169.254/latest/meta-data/", "169.254.169.254"),
        ("http://user:secret@example.org/", "example.org"),
        ("no address", "it holds spaces"),
    ],
)
def test_an_address_that_is_refused_is_one_line(site: Site, url: str, said: str) -> None:
    answer = site.client.post("/new-sources/page", json={"url": url})
    problem = answer.json()["problem"]
    assert answer.status_code == 422
    assert said in problem
    assert "user:secret" not in problem
    assert "\n" not in problem
    assert site.waiting == []


def _new_ids(site: Site) -> list[str]:
    known = {"article", "dam", "rain", "prices"}
    return [s.id for s in open_current(site.settings.index).sources() if s.id not in known]


def test_several_are_added_in_one_build_or_none_of_them(site: Site) -> None:
    one, two = site.draft("one.txt", TEXT), site.draft("two.txt", b"Hanno Wirt promised to repair the old pier.")
    before = site.state
    failed = site.add(one, two, title="")
    assert failed["state"] == "failed"
    assert "field 'title'" in failed["words"]
    assert site.state == before
    assert site.add(one, two)["state"] == "done"
    assert _new_ids(site) == ["one.txt", "two.txt"]


@pytest.mark.parametrize(("name", "make", "reason"), BAD, ids=[name for name, _, _ in BAD])
def test_a_bad_file_is_one_line_without_a_path(
    site: Site, name: str, make: Callable[[], bytes], reason: str, tmp_path: Path
) -> None:
    before, answer = site.state, site.upload(name, make())
    problem = answer.json()["problem"]
    assert answer.status_code == 422
    assert problem.startswith(f"{name}: ")
    assert reason in problem
    assert "\n" not in problem
    assert str(tmp_path) not in problem
    assert (site.state, site.waiting) == (before, [])


def test_what_is_there_already_is_refused(site: Site) -> None:
    assert site.add(site.draft("sale.txt", TEXT))["state"] == "done"
    before = site.state
    for name, raw, said in (
        ("again.txt", TEXT, "the corpus has this very file already, as sources/sale.txt"),
        ("other.txt", TEXT + b"\n", "it holds the same text as sources/sale.txt"),
        ("copy.md", COPY, "'dam' is already the id of sources/dam.md"),
        ("second.md", COPY.replace(b"note", b"article"), "the article of a corpus is its file article.md"),
    ):
        answer = site.upload(name, raw)
        assert (answer.status_code, said in answer.json()["problem"]) == (422, True), answer.text
    draft = site.draft("new.txt", b"The pier was painted green.")
    failed = site.add(draft, id="dam")
    assert "'dam' is already the id of sources/dam.md" in failed["words"]
    assert (site.state, len(site.waiting)) == (before, 1)
    assert site.add(draft, id="pier")["state"] == "done", "it waited, to be corrected"


def test_another_file_of_the_same_name_stands_beside_the_first(site: Site) -> None:
    assert site.add(site.draft("sale.txt", TEXT))["state"] == "done"
    shown = site.upload("sale.txt", b"The sale was called off.").json()
    assert "The corpus has another file with the name sale.txt." in shown["html"]
    assert site.add(shown["draft"])["state"] == "done"
    assert len(_new_ids(site)) == 2
    assert (site.settings.corpus / "sources" / "sale.txt").read_bytes() == TEXT


def test_a_file_that_is_too_large_is_refused_by_its_length_and_as_it_comes(site: Site) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(20):
            taken.append(1)
            yield b"x" * 100_000

    taken: list[int] = []
    for raw in (b"x" * 1_000_001, chunks()):
        answer = site.upload("big.txt", raw)
        assert answer.status_code == 422
        assert answer.json()["problem"] == (
            "big.txt: it has more than the 1 MB that `largest_file` allows; divide it, or raise the setting"
        )
        assert site.waiting == []


def test_what_waits_is_bounded_forgotten_and_dropped(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = site.draft("one.txt", TEXT)
    assert site.client.delete(f"/new-sources/drafts/{draft}").status_code == 204
    assert site.waiting == []
    lost = site.client.post("/new-sources/add", json={"drafts": [{"draft": draft}]})
    assert (lost.status_code, "waits no longer" in lost.json()["problem"]) == (422, True)
    monkeypatch.setattr(drafts_module, "MOST", 1)
    site.draft("two.txt", TEXT)
    assert "too many files wait" in site.upload("three.txt", b"Other words.").json()["problem"]
    monkeypatch.setattr(drafts_module, "_KEPT", 0.0)
    site.draft("three.txt", b"Other words.")
    assert len(site.waiting) == 1, "the one before waited too long"
    site.adding.close()
    assert list((site.settings.home / "incoming").iterdir()) == []


def test_what_a_killed_server_left_is_removed_and_a_living_one_keeps_its_own(site: Site) -> None:
    left = site.settings.home / "incoming" / "left"
    left.mkdir(parents=True)
    (left / "file").write_bytes(TEXT)
    draft = site.draft("one.txt", TEXT)
    assert not left.exists()
    other = Site(site.settings)
    other.draft("two.txt", b"Hanno Wirt promised to repair the old pier.")
    other.adding.close()
    assert site.add(draft)["state"] == "done"


@pytest.mark.parametrize(
    ("changed", "client", "headers"),
    [
        ({"add_sources": AddSources.NOBODY}, {}, {}),
        ({"host": "0.0.0.0"}, {}, {}),
        ({"host": "192.168.1.5"}, {"base_url": "http://192.168.1.5:7860"}, {}),
        ({"hosts": ("a.example",)}, {}, {}),
        ({}, {"client": ("192.168.1.9", 5)}, {}),
        ({}, {}, {"X-Forwarded-For": "203.0.113.5"}),
        ({}, {}, {"Origin": "http://a.example"}),
        ({}, {}, {"Origin": "null"}),
        ({}, {"headers": {}}, {}),
    ],
)  # fmt: skip
def test_who_may_not_is_refused_by_the_server(
    settings: Settings, changed: dict[str, Any], client: dict[str, Any], headers: dict[str, str]
) -> None:
    site = Site(settings.model_copy(update=changed), **client)
    before = site.state
    for path, body in (
        ("text", {"text": "Words of mine."}),
        ("page", {"url": "https://example.org/"}),
        ("add", {"drafts": [{"draft": "x"}]}),
        ("remove", {"source": "dam"}),
    ):
        answer = site.client.post(f"/new-sources/{path}", json=body, headers=headers)
        assert answer.status_code == 403, path
    assert site.upload("a.txt", TEXT, **headers).status_code == 403
    assert site.client.delete("/new-sources/drafts/x", headers=headers).status_code == 403
    if "headers" not in client and "Origin" not in headers:
        assert site.client.get("/new-sources", headers=headers).json()["html"] == ""
        assert "add_sources" in answer.json()["problem"]
    assert (site.state, site.waiting) == (before, [])
    site.adding.close()


def test_who_may_not_learns_nothing_of_what_a_request_should_hold(settings: Settings) -> None:
    site = Site(settings.model_copy(update={"add_sources": AddSources.NOBODY}))
    for path in ("text", "page", "add", "remove"):
        for body in (b"", b"{", b"{}", b'{"drafts": []}'):
            assert site.client.post(f"/new-sources/{path}", content=body).status_code == 403, (path, body)
    site.adding.close()


def test_uploads_under_way_share_what_may_wait(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts_module, "_TIMES", 1)
    waiting = drafts_module.Drafts(settings.index)
    one, two = waiting.receive("one.txt"), waiting.receive("two.txt")
    one.write(b"x" * 600_000)
    for take in (lambda: two.write(b"x" * 600_000), lambda: two.expect(600_000)):
        with pytest.raises(UsageError, match=r"two\.txt: too many files wait to be looked at"):
            take()
    two.drop()
    one.drop()
    three = waiting.receive("three.txt")
    three.write(b"x" * 1_000_000)
    with pytest.raises(UsageError, match=r"four\.txt: too many files wait"):
        waiting.receive("four.txt")
    monkeypatch.setattr(drafts_module, "MOST", 1)
    monkeypatch.setattr(drafts_module, "_TIMES", 9)
    with pytest.raises(UsageError, match=r"four\.txt: too many files wait"):
        waiting.receive("four.txt")
    waiting.close()


def test_servers_that_begin_at_the_same_time_keep_their_folders(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = drafts_module.Drafts(settings.index), drafts_module.Drafts(settings.index)
    begun: list[threading.Thread] = []
    really_open = os.open

    def slowly(path: Path, *more: int, **named: int) -> int:
        """Let the second server begin once the first has made its folder."""
        if not begun and Path(path).parent.name == "incoming":
            begun.append(threading.Thread(target=second.receive, args=("two.txt",)))
            begun[0].start()
            begun[0].join(0.2)
        return really_open(path, *more, **named)

    monkeypatch.setattr("os.open", slowly)
    upload = first.receive("one.txt")
    begun[0].join(10)
    upload.write(TEXT)
    upload.close()
    assert upload.path.read_bytes() == TEXT
    first.close()
    second.close()


def test_a_slow_page_holds_up_no_other_and_few_are_fetched_at_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.adding.pages._MOST", 2)
    monkeypatch.setattr("app.fetch.pace.time.sleep", lambda _: None)
    pages = PageFetcher(settings.model_copy(update={"fetch_hosts": ("127.0.0.1",)}))
    asked, go_on = threading.Semaphore(0), threading.Event()

    def slow(handling: Handling) -> None:
        asked.release()
        go_on.wait(10)
        handling.answer(Answer(page("Slow", "The council of Esk sold the harbour on Monday.")))

    with local_web() as web, ThreadPoolExecutor() as pool:
        web.paths |= {"/slow": slow, "/quick": Answer(page("The sale", "The council of Esk sold the harbour."))}
        waiting = [pool.submit(pages.fetch, web.url("/slow"))]
        assert asked.acquire(timeout=10)
        try:
            assert pool.submit(pages.fetch, web.url("/quick")).result(5)
            waiting.append(pool.submit(pages.fetch, web.url("/slow")))
            assert asked.acquire(timeout=10)
            with pytest.raises(UsageError, match="2 pages are being fetched already; try again"):
                pages.fetch(web.url("/quick"))
        finally:
            go_on.set()
        assert all(w.result(10) for w in waiting)
        assert pages.fetch(web.url("/quick"))


def test_a_setting_lets_everybody_add(settings: Settings) -> None:
    shared = settings.model_copy(update={"add_sources": AddSources.ALL, "host": "0.0.0.0"})
    site = Site(shared, base_url="http://192.168.1.5:7860", client=("192.168.1.9", 5))
    assert "Add sources" in site.client.get("/new-sources").json()["html"]
    assert site.add(site.draft("a.txt", TEXT))["state"] == "done"
    site.adding.close()


def test_a_build_that_fails_leaves_everything_as_it_was(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    before, draft = site.state, site.draft("a.txt", TEXT)

    def fail(*_args: object, **_named: object) -> None:
        raise StoreError(f"{site.settings.home}/generations: no space left")

    with monkeypatch.context() as patch:
        patch.setattr("app.sources.add.build", fail)
        failed = site.add(draft)
    assert (failed["state"], failed["words"]) == ("failed", "generations: no space left")
    assert site.state == before
    assert site.add(draft)["state"] == "done"


def test_changes_come_one_after_the_other_and_a_second_page_sees_them(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()

    class Waiting(HashedWords):
        def embed_passages(self, texts: Any, progress: Any = None) -> Any:
            gate.wait(10)
            return super().embed_passages(texts, progress)

    monkeypatch.setattr("index.build.build.prepare_embedder", lambda *_: Waiting())
    one, two = site.draft("one.txt", TEXT), site.draft("two.txt", TEXT)
    three = site.draft("three.txt", b"Hanno Wirt promised to repair the old pier.")
    begun = [site.client.post("/new-sources/add", json={"drafts": [{"draft": d}]}) for d in (one, two, three)]
    second = f"/new-sources/changes/{begun[1].json()['change']}"
    assert site.client.get(second).json()["words"].startswith("Another change comes first")
    assert site.client.get("/new-sources").json()["change"] == begun[2].json()["change"]
    assert site.client.delete(f"/new-sources/drafts/{three}").status_code == 204
    gate.set()
    ended = [site.ended(b) for b in begun]
    assert [e["state"] for e in ended] == ["done", "failed", "failed"]
    assert "the corpus has this very file already" in ended[1]["words"]
    assert "waits no longer to be added" in ended[2]["words"], "it was discarded before its turn"


def test_a_change_says_which_share_of_its_stage_is_done(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the passages to be embedded, those of the former index count as done."""
    gate, there = threading.Event(), threading.Event()

    class Halfway(HashedWords):
        def embed_passages(self, texts: Any, progress: Any = None) -> Any:
            progress(1)
            there.set()
            gate.wait(10)
            return super().embed_passages(texts, lambda _: progress(len(texts) - 1))

    monkeypatch.setattr("index.build.build.prepare_embedder", lambda *_: Halfway())
    former = open_current(site.settings.index).manifest.passages
    begun = site.client.post("/new-sources/add", json={"drafts": [{"draft": site.draft("long.txt", LONG)}]})
    assert there.wait(10)
    change = site.client.get(f"/new-sources/changes/{begun.json()['change']}").json()
    gate.set()
    site.ended(begun)
    passages = open_current(site.settings.index).manifest.passages
    assert change["state"] == "running"
    assert 0 < change["share"] == (former + 1) / passages < 1


def test_a_server_that_ends_takes_the_change_back(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = threading.Event()

    class Slow(HashedWords):
        def embed_passages(self, texts: Any, progress: Any = None) -> Any:
            begun.set()
            time.sleep(0.3)
            return super().embed_passages(texts, progress)

    monkeypatch.setattr("index.build.build.prepare_embedder", lambda *_: Slow())
    before, draft = site.state, site.draft("one.txt", TEXT)
    site.client.post("/new-sources/add", json={"drafts": [{"draft": draft}]})
    assert begun.wait(10)
    site.adding.close()
    assert (site.state, site.waiting) == (before, [])


def test_a_server_that_ends_waits_for_no_other_build(site: Site) -> None:
    """That of another process may take hours; the page says what it waits for."""
    draft, before = site.draft("one.txt", TEXT), site.state
    with build_lock(site.settings.home, wait=False, notify=print):
        begun = site.client.post("/new-sources/add", json={"drafts": [{"draft": draft}]}).json()["change"]
        deadline = time.monotonic() + 10
        said = ""
        while not said.startswith("Waiting for another build of the index") and time.monotonic() < deadline:
            said = site.client.get(f"/new-sources/changes/{begun}").json()["words"]
        ending = threading.Thread(target=site.adding.close, daemon=True)
        ending.start()
        ending.join(10)
        assert not ending.is_alive()
        assert said.startswith("Waiting for another build of the index")
    assert site.state == before


def test_a_source_is_removed_and_the_article_is_not(site: Site) -> None:
    assert site.remove("dam")["words"].startswith("Removed: Title of dam.")
    assert "dam" not in {s.id for s in open_current(site.settings.index).sources()}
    assert "is the article" in site.remove("article")["words"]
    assert "no source has the id 'dam'" in site.remove("dam")["words"]


def test_words_come_in_the_language_of_the_page(site: Site) -> None:
    shown = site.client.get("/new-sources?language=uk").json()["html"]
    assert "Додати джерела" in shown
    shown = site.client.post(f"{UPLOAD}?name=a.txt&language=uk", content=TEXT).json()["html"]
    assert re.search(r"60 знаків", shown)
    assert "англійська" in shown


def test_a_strangers_name_is_text_and_no_path(site: Site) -> None:
    shown = site.upload("..%2F..%2F<img src=x>.txt", TEXT).json()
    assert "<img" not in shown["html"]
    assert site.add(shown["draft"])["state"] == "done"
    assert [p.name for p in (site.settings.corpus / "sources").glob("*img*.txt")] == ["-img src=x-.txt"]


def test_a_draft_knows_what_it_is(settings: Settings) -> None:
    waiting = drafts_module.Drafts(settings.index)
    upload = waiting.receive("a.txt")
    upload.write(TEXT)
    upload.close()
    draft, source = waiting.keep(upload, Incoming(b"", "a.txt", {"title": "T"}))
    assert (draft.incoming({}).raw, draft.size, source.title) == (TEXT, len(TEXT), "T")
    waiting.close()


def test_a_draft_that_is_discarded_while_it_is_added_is_no_damage(settings: Settings) -> None:
    site = Site(settings)
    draft = site.adding.drafts.find(site.draft("sale.txt", TEXT))
    site.adding.drafts.drop(draft.id)
    with pytest.raises(UsageError, match="waits no longer to be added"):
        draft.incoming({})
    site.adding.close()
