"""The pages beside the chat, and what the chat's page says of itself."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from fastapi.testclient import TestClient
from markupsafe import escape

from app.render.own_page import about_html, not_found_html
from app.server import create_app
from app.settings import Settings
from app.words.languages import ENGLISH, TEXTS
from app.words.texts import Texts
from index.read.corpus import read_corpus
from tests.chat_engine import OverlapEngine
from tests.conftest import CORPUS, ROOT

HERE = "http://127.0.0.1:7860"
BROWSER = {"accept": "text/html,*/*;q=0.8"}


class Head(HTMLParser):
    """The metadata of a page: names and properties with their contents, links, the title."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: list[dict[str, str | None]] = []
        self.title = ""
        self._in_title = False
        self.feed(page.partition("</head>")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "meta":
            self.meta[given.get("name") or given.get("property") or ""] = given.get("content") or ""
        if tag == "link":
            self.links.append(given)
        self._in_title = tag == "title"

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data


@pytest.fixture(scope="module")
def client() -> TestClient:
    return TestClient(create_app(Settings(corpus=CORPUS), OverlapEngine(read_corpus(CORPUS))), base_url=HERE)


@pytest.mark.slow
def test_the_page_speaks_of_footnote_and_not_of_its_framework(client: TestClient) -> None:
    page = client.get("/").text
    head = Head(page)
    assert head.title == "Footnote"
    assert head.meta["description"] == head.meta["og:description"] == ENGLISH.page_description
    assert not [v for v in head.meta.values() if "radio" in v]
    assert not [k for k in head.meta if k.startswith("twitter:")]
    assert [link["href"] for link in head.links if link.get("rel") == "icon"] == ["/chat-files/icon.svg"]
    assert not [link for link in head.links if link.get("rel") == "manifest"]
    assert "gradio.app" not in page
    assert "gradio-app/gradio" not in page


@pytest.mark.slow
def test_the_icon_is_footnotes_own(client: TestClient) -> None:
    for path in ("/favicon.ico", "/chat-files/icon.svg"):
        answer = client.get(path)
        assert answer.headers["content-type"] == "image/svg+xml"
        assert ElementTree.fromstring(answer.text).tag.endswith("svg")


@pytest.mark.slow
@pytest.mark.parametrize("path", ["/nothing", "/chat-files/none.js", "/a/b?c=<script>", "/manifest.json", "/runs"])
def test_an_unknown_address_gives_a_page_with_a_way_back(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=BROWSER)
    assert answer.status_code == 404
    assert 'href="/"' in answer.text
    assert ENGLISH.not_found in answer.text
    assert "<script" not in answer.text
    assert str(ROOT) not in answer.text
    ukrainian = client.get(path, headers={**BROWSER, "accept-language": "fr;q=0.9, uk-UA;q=0.8"})
    assert TEXTS["uk"].not_found in ukrainian.text
    assert client.get(path).json() == {"detail": "Not Found"}, "a script gets JSON"


@pytest.mark.slow
def test_the_about_page_is_there_in_each_language(client: TestClient) -> None:
    for code, texts in TEXTS.items():
        page = client.get("/about", params={"language": code}).text
        assert f'<html lang="{code}">' in page
        assert all(head.replace("'", "&#39;") in page for head in texts.about_heads)
    assert TEXTS["uk"].about_footnote in client.get("/about", headers={"accept-language": "uk"}).text
    assert ENGLISH.about_footnote in client.get("/about", params={"language": "<b>"}).text


@pytest.mark.parametrize("texts", TEXTS.values(), ids=lambda t: t.code)
def test_the_pages_ask_for_nothing_from_elsewhere_and_run_nothing(texts: object) -> None:
    for page in (about_html([*TEXTS.values()], texts), not_found_html(texts)):  # type: ignore[arg-type]
        assert not re.findall(r"https?:|<script|\son\w+=", page)


@pytest.mark.parametrize("texts", TEXTS.values(), ids=lambda t: t.code)
def test_the_about_page_has_a_paragraph_for_each_head(texts: object) -> None:
    assert len(texts.about_heads) == len(texts.about_words)  # type: ignore[attr-defined]


@pytest.mark.parametrize("texts", TEXTS.values(), ids=lambda t: t.code)
def test_the_about_page_says_what_a_language_model_changes(texts: Texts) -> None:
    """What leaves the machine, and that text is made, is said where a model is set up, and there alone."""
    told = {
        url: TestClient(create_app(Settings(llm_url=url, llm_model="m"), OverlapEngine([])), base_url=HERE)
        .get("/about", params={"language": texts.code})
        .text
        for url in ("", "http://127.0.0.1:11434/v1")
    }
    for url, page in told.items():
        leaves, made = (str(escape(words)) for words in (texts.about_words[2:4], texts.about_model)[bool(url)])
        assert leaves in page
        assert made in page
        assert "11434" not in page
