"""The exported page in a real Chromium: its policy lets its own style through and nothing else; it fits a phone."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.render.markdown import conversation_html
from tests.answers import answer_of, harbour, refusal_of
from tests.chat_engine import source_of

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_stands_alone(chromium: Browser, tmp_path: Path, scheme: str) -> None:
    article, note = harbour()
    tricks = "<script>document.title='run'</script><img src=https://evil.example/x onerror=document.title='run'>"
    hostile = source_of(f"{tricks} {'long' * 60}", title=tricks, publisher=tricks)
    answers = [
        answer_of("How many?", [(article, "The yard built forty ships in 1912."), (note, note.text)]),
        answer_of(tricks, [(hostile, hostile.text)]),
        refusal_of("Who is king?", [hostile]),
    ]
    path = tmp_path / "page.html"
    path.write_text(conversation_html(answers, "Ships", [article, note, hostile]), "utf-8")
    page = chromium.new_page(viewport={"width": 390, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    noticed: list[str] = []
    page.on("console", lambda message: noticed.append(message.text))
    page.on("request", lambda request: noticed.append(request.url))
    page.goto(path.as_uri())
    assert noticed == [path.as_uri()]
    assert page.title() == "Ships"
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(27, 27, 25)"
    assert dark == (scheme == "dark")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_label("footnote 2").click()
    assert page.url == f"{path.as_uri()}#a1-2"
    assert page.locator("li:target blockquote").inner_text() == note.text
    page.close()
