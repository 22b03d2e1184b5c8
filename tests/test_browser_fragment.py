"""Text fragments in a real Chromium: what it marks on the page is the quotation, measured on the screen."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from markupsafe import escape
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page

from app.render.fragment import live_address
from index.read.corpus import read_corpus
from index.source import Block, BlockKind, Kind, Source
from index.text.sentences import sentence_spans
from tests.chat_engine import source_of
from tests.conftest import CORPUS

pytestmark = pytest.mark.browser

TAGS = {
    BlockKind.HEADING: "h2",
    BlockKind.PARAGRAPH: "p",
    BlockKind.LIST_ITEM: "li",
    BlockKind.QUOTE: "blockquote",
    BlockKind.CODE: "pre",
}
STYLE = "body{font:16px/1.5 sans-serif;width:800px} ::target-text{background:#f0f;color:#f0f}"
# The rectangles of the words from offset a to b, in pixels of the whole page.
RECTANGLES = """([a, b]) => {
  const found = [];
  for (const block of document.querySelectorAll('[data-start]')) {
    let at = +block.dataset.start;
    for (const node of block.childNodes) {
      if (node.nodeName === 'BR') { at += 1; continue; }
      const low = Math.max(a, at), high = Math.min(b, at + node.length);
      if (low < high) {
        const range = document.createRange();
        range.setStart(node, low - at);
        range.setEnd(node, high - at);
        for (const r of range.getClientRects())
          found.push([r.left + scrollX, r.top + scrollY, r.right + scrollX, r.bottom + scrollY]);
      }
      at += node.length;
    }
  }
  return found;
}"""


class Site:
    """A web server on the loopback interface that shows one source as a page."""

    def __init__(self) -> None:
        self.page = b""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(site.page)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def show(self, source: Source) -> None:
        blocks = []
        for b in source.blocks:
            text = str(escape(source.text[b.start : b.end]))
            text = text if b.kind is BlockKind.CODE else text.replace("\n", "<br>")
            blocks.append(f'<{TAGS[b.kind]} data-start="{b.start}">{text}</{TAGS[b.kind]}>')
        self.page = f"<!doctype html><title>x</title><style>{STYLE}</style>{''.join(blocks)}".encode()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Page:
    return chromium.new_page(viewport={"width": 900, "height": 600})


def marked(page: Page) -> NDArray[np.bool_]:
    """Shape (height, width): the pixels of the whole page that Chromium marks as the fragment's target."""
    pixels = np.asarray(Image.open(io.BytesIO(page.screenshot(full_page=True))).convert("RGB")).astype(int)
    return (pixels[..., 0] > 200) & (pixels[..., 1] < 60) & (pixels[..., 2] > 200)


def assert_marked(page: Page, site: Site, source: Source, start: int, end: int, visit: int) -> None:
    address = live_address(source, start, end)
    assert ":~:text=" in address, source.text[start:end]
    site.show(source)
    # Another query each time: a page that differs in its fragment alone is not loaded anew.
    page.goto(f"http://127.0.0.1:{site.server.server_port}/?{visit}#{address.partition('#')[2]}")
    page.wait_for_function("document.readyState === 'complete'")
    page.wait_for_timeout(100)
    found = marked(page)
    wanted = np.zeros_like(found)
    for left, top, right, bottom in page.evaluate(RECTANGLES, [start, end]):
        wanted[int(top) : int(bottom) + 1, int(left) : int(right) + 1] = True
    assert (found & ~wanted).sum() < 100, f"marks other words: {address}"
    assert (found & wanted).sum() > 0.6 * wanted.sum(), f"marks too little: {address}"


def test_chromium_marks_sentences_of_the_corpus(page: Page, site: Site) -> None:
    sentences = [
        (replace(source, kind=Kind.ARTICLE), block.start + a, block.start + b)
        for source in read_corpus(CORPUS)
        for block in source.blocks
        for a, b in sentence_spans(source.text[block.start : block.end], source.language)
    ]
    for visit, (source, start, end) in enumerate(sentences[::24]):
        assert_marked(page, site, source, start, end, visit)


HARD = [
    ("The army left.\n\nThe army left, “again”.\n\nThe ARMY left.", "The ARMY left."),
    ("A naïve plan - and a naive plan, too.", "naive plan"),
    ("A-b, c-d & e. A-b, c-d & f: 100% sure, #1 :~:text=x", "A-b, c-d & f: 100% sure, #1 :~:text=x"),
    ("No word.Next sentence. Then word.Next paragraph.", "Next paragraph."),
    ("One line\nand another line.\n\nAnd another line.", "and another line."),
    ("First of all.\n\nSecond, and last of all.\n\nFirst, and last.", "of all.\n\nSecond, and last"),
    ("Він пішов, і він їде.\n\nВін пішов, а Він ЇДЕ.", "Він ЇДЕ."),
    ("中文字。ようこそ、ウィキペディア。\n\n中文字。", "ようこそ、ウィキペディア。"),
    ("O'Neil can't “go” home…\n\nO’Neil can’t \"go\" home...\n\nO'Neil can't “go” home…!", "home…!"),
]


@pytest.mark.parametrize(("text", "words"), HARD)
def test_chromium_marks_what_is_hard_to_name(page: Page, site: Site, text: str, words: str) -> None:
    source = source_of(text, kind=Kind.ARTICLE)
    start = text.rindex(words)
    assert_marked(page, site, source, start, start + len(words), hash((text, words)))


def test_chromium_marks_words_of_preformatted_text(page: Page, site: Site) -> None:
    text = "x = 1    # one\ny = 1    # two\n\nx = 1"
    source = replace(source_of(text, kind=Kind.ARTICLE), blocks=(Block(0, len(text), BlockKind.CODE),))
    assert_marked(page, site, source, text.index("y"), text.index("two") + 3, -1)
