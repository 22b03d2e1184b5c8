"""Transcripts as Markdown and as a page: complete, readable, and unable to carry a source's markup along."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from app.records import Answer, Role, Statement, Support
from app.render.escape_markdown import address, emphasis, plain
from app.render.markdown import answer_markdown, conversation_html, conversation_markdown
from app.render.visible import visible
from app.saying import Own, Saying
from index.source import Kind, Source
from tests.answers import answer_of, harbour, refusal_of, rewritten
from tests.chat_engine import source_of

MADE = datetime(2026, 11, 25, 23, 30, tzinfo=UTC)
RENDERERS = [
    MarkdownIt("commonmark", {"html": True}),
    MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]),
]


def conversation() -> tuple[list[Answer], tuple[Source, Source]]:
    article, note = harbour()
    answers = [
        answer_of(
            "and in 1912?",
            [(article, "The yard built forty ships in 1912."), (note, note.text)],
            standalone="How many ships did the yard build in 1912?",
            about=True,
        ),
        refusal_of("Who is the king?", [note]),
    ]
    return answers, (article, note)


def test_one_answer_reads_as_it_was_given() -> None:
    answers, sources = conversation()
    assert (
        answer_markdown(answers[0], sources, made=MADE)
        == """\
**and in 1912?**

Searched for: How many ships did the yard build in 1912?

Harbour Paper, 1 Dec 1912: “The yard built forty ships in 1912.” [1]

More from the sources:

our note on Dock Union, Jan 1913: “The union counted 31 ships built by the yard in 1912.” [2]

“Ships of the year” (Harbour Paper, 1 Dec 1912, by Ida Holm; the article itself). [1]

**References**

1. “The yard built forty ships in 1912.”

   Harbour Paper, 1 Dec 1912. *Ships of the year*. Ida Holm, Harbour Paper, 1 Dec 1912 (the article).
   <https://paper.example/1912#ships:~:text=The%20yard%20built%20forty%20ships%20in%201912.>

2. “The union counted 31 ships built by the yard in 1912.”

   our note on Dock Union, Jan 1913. *What the union counted*. Dock Union, Jan 1913 (our note on the Dock Union text, \
read in the original; disputes the article).
   <https://union.example/>

*Footnote 0.2.0, 25 Nov 2026; index 20261125T120000Z-00c0ffee*
"""
    )


def test_a_conversation_sets_an_abstention_apart() -> None:
    answers, sources = conversation()
    text = conversation_markdown(answers, "Ships", sources, made=MADE)
    assert text.startswith("# Ships\n\n*Footnote 0.2.0, 25 Nov 2026; index 20261125T120000Z-00c0ffee*\n\n## 1. and in")
    assert text.endswith("""\
## 2. Who is the king?

> **Not answered.** The sources do not answer this.

Closest passages, not an answer:

- our note on Dock Union, Jan 1913, *What the union counted* (our note on the Dock Union text, read in the original): \
“The union counted 31 ships built by the yard in 1912.”
""")


def test_without_sources_addresses_are_plain_and_nearest_passages_named() -> None:
    answers, _ = conversation()
    text = conversation_markdown(answers, "Ships", made=MADE)
    assert "<https://paper.example/1912#ships>" in text
    assert text.endswith("not an answer:\n\n- union-1913\n")


def test_an_address_is_made_only_from_the_version_that_was_quoted() -> None:
    answers, (article, note) = conversation()
    later = rewritten(article, "Quite another text: the yard built forty ships.")
    assert "<https://paper.example/1912#ships>" in answer_markdown(answers[0], [later, note])
    assert "#ships:~:text=" in answer_markdown(answers[0], [later, article, note])


def test_a_quotation_over_two_paragraphs_stays_in_its_reference() -> None:
    article, _ = harbour()
    answer = answer_of("Who?", [(article, "Anna Berg runs the yard.\n\nShe has no deputy.")])
    tokens = RENDERERS[0].parse(answer_markdown(answer, [article]))
    kinds = [t.type for t in tokens]
    item = tokens[kinds.index("list_item_open") : kinds.index("list_item_close")]
    assert [t.content for t in item if t.type == "inline"][:2] == ["“Anna Berg runs the yard.", "She has no deputy.”"]


def test_an_answer_from_other_hands_is_shown_as_far_as_it_goes() -> None:
    """The browser keeps answers: one that was changed there is still shown; sources at hand speak for themselves."""
    answers, (article, note) = conversation()
    said = answers[0].sources[1]
    odd = said.model_copy(update={"facts": replace(said.facts, published="1999", publisher="Nobody")})
    answer = answers[0].model_copy(update={"sources": (odd,)})
    shown = answer_markdown(answer, [article])
    assert "Ida Holm, Harbour Paper, 1 Dec 1912 (the article)." in shown
    assert (
        "*What the union counted*. Nobody, 1999 (our note on the Nobody text, read in the original; "
        "disputes the article)." in shown
    )
    assert "*paper-1912*.\n" in answer_markdown(answer)
    assert "Nobody, 1999" in conversation_html([answer], "x")
    assert "Nobody, 1999 (our note" not in answer_markdown(answer, [note])


def test_small_talk_has_no_references() -> None:
    hello = answer_of("hello", []).model_copy(
        update={
            "abstained": False,
            "statements": (
                Statement(text="Ask me. *Please*", support=Support.NONE, role=Role.SELF, own=Own(saying=Saying.ASSENT)),
            ),
        }
    )
    assert answer_markdown(hello, made=MADE) == (
        "**hello**\n\nAsk me. \\*Please\\*\n\n*Footnote 0.2.0, 25 Nov 2026; index 20261125T120000Z-00c0ffee*\n"
    )
    assert '<p dir="auto">Ask me. *Please*</p></article>' in conversation_html([hello], "x")


HOSTILE = (
    "](javascript:alert(1)) ![x](https://evil.example/p.png) `code` <script>alert(1)</script> <img src=x onerror=y> "
    "&lt;b&gt; **bold** _em_ ~~gone~~ | a | b | [1]: https://evil.example <https://evil.example> $x$ \\"
)


def links(tokens: list[Token]) -> list[str]:
    return [str(c.attrGet("href")) for t in tokens for c in t.children or () if c.type == "link_open"]


def kinds(tokens: list[Token]) -> set[str]:
    return {t.type for t in tokens} | {c.type for t in tokens for c in t.children or ()}


@pytest.mark.parametrize("renderer", RENDERERS)
@pytest.mark.parametrize(
    "lead", ["", "# ", "- ", "1. ", "    ", "```\n", "<div>\n", "> ", "[1]: https://evil.example "]
)
def test_what_a_source_contains_renders_as_text(renderer: MarkdownIt, lead: str) -> None:
    words = f"{lead}{HOSTILE}".strip()
    source = source_of(words, title=words, publisher=words, author=words, url="https://a.example/p", kind=Kind.FULLTEXT)
    answers = [answer_of(words, [(source, words)], standalone=f"{words}?", about=True), refusal_of(words, [source])]
    tokens = renderer.parse(conversation_markdown(answers, words, [source], made=MADE))
    assert kinds(tokens).isdisjoint({"html_inline", "html_block", "image", "code_inline", "fence", "code_block",
                                     "table_open", "s_open"})  # fmt: skip
    assert [url for url in links(tokens) if not url.startswith("https://a.example/p#:~:text=")] == []
    assert sum(t.type == "heading_open" for t in tokens) == 3
    assert sum(t.type == "ordered_list_open" for t in tokens) == 1
    shown = [
        " ".join("".join(c.content or " " for c in t.children or ()).split()) for t in tokens if t.type == "inline"
    ]
    assert sum(" ".join(words.split()) in line for line in shown) >= 8


CONTEXTS = [
    "{}", "# {}", "## 1. {}", "> **Not answered.** {}", "- {}", "1. “{}” (x)", "1. a\n\n   {}\n   <https://a.example>",
    "Searched for: {}", "**{}**", "x. {}. y",
]  # fmt: skip
ANY_TEXT = st.text(
    st.one_of(st.sampled_from("\\`*_{}[]<>()#+-.!|~=:&;$\"'@/ \n\t1a"), st.characters(codec="utf-8")), max_size=40
)


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT, st.sampled_from(CONTEXTS))
def test_any_text_is_shown_as_it_is_wherever_it_stands(text: str, context: str) -> None:
    escaped = plain(text)
    if not escaped:
        return
    expected = visible(" ".join(text.split()))
    whole = context.format(escaped)
    for renderer in RENDERERS:
        tokens = renderer.parse(whole)
        shown = ["".join(c.content or " " for c in t.children or ()) for t in tokens if t.type == "inline"]
        assert any(expected in line for line in shown), (whole, shown)
        assert kinds(tokens).isdisjoint({"html_inline", "html_block", "image", "code_inline", "fence", "code_block"})
        assert len(links(tokens)) == context.count("<https")


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT)
def test_any_title_is_set_in_italics(text: str) -> None:
    if not plain(text):
        assert emphasis(text) == ""
        return
    (inline,) = [t for t in RENDERERS[0].parse(f"Who. {emphasis(text)}. When (what).") if t.type == "inline"]
    assert [c.type for c in inline.children or () if c.type != "text"] == ["em_open", "em_close"]


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(codec="utf-8", min_codepoint=33, exclude_categories=["Z", "C"]), max_size=30))
def test_any_web_address_is_one_link(tail: str) -> None:
    tokens = RENDERERS[0].parse(f"   {address('https://a.example/' + tail)}")
    assert len(links(tokens)) == 1
    assert kinds(tokens) == {"paragraph_open", "inline", "link_open", "text", "link_close", "paragraph_close"}


class Seen(HTMLParser):
    """Elements with their attributes, and the text, of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_holds_question_answer_references_and_abstention() -> None:
    answers, sources = conversation()
    seen = Seen(conversation_html(answers, "Ships", sources, made=MADE))
    words = " ".join(seen.text.split())
    for part in (
        "Footnote 0.2.0, 25 Nov 2026; index 20261125T120000Z-00c0ffee",
        "and in 1912?",
        "Searched for: How many ships did the yard build in 1912?",
        "Harbour Paper, 1 Dec 1912: “The yard built forty ships in 1912.”",
        "Ida Holm, Harbour Paper, 1 Dec 1912 (the article).",
        "(our note on the Dock Union text, read in the original; disputes the article).",
        "Not answered. The sources do not answer this.",
        "Closest passages, not an answer",
    ):
        assert part in words
    ids = {a["id"] for _, a in seen.elements if "id" in a}
    inner = [a["href"] for t, a in seen.elements if t == "a" and (a["href"] or "").startswith("#")]
    assert inner == ["#a1-1", "#a1-2", "#a1-1"]
    assert {str(h)[1:] for h in inner} <= ids
    outer = [a["href"] for t, a in seen.elements if t == "a" and not (a["href"] or "").startswith("#")]
    assert outer == [
        "https://paper.example/1912#ships:~:text=The%20yard%20built%20forty%20ships%20in%201912.",
        "https://union.example/",
    ]


def test_the_page_runs_nothing_and_asks_nobody() -> None:
    source = source_of(HOSTILE, title=HOSTILE, publisher=HOSTILE, author=HOSTILE, url='https://a.example/"><script>')
    answers = [answer_of(HOSTILE, [(source, HOSTILE)], about=True), refusal_of(HOSTILE, [source])]
    page = conversation_html(answers, f"</title>{HOSTILE}", [source], made=MADE)
    seen = Seen(page)
    assert {t for t, _ in seen.elements} <= set(
        "html head meta title style body main header h1 h2 h3 p article div span a strong section ol ul li blockquote "
        "cite".split()
    )
    assert not [a for _, attrs in seen.elements for a in attrs if a.startswith("on") or a in ("src", "style")]
    assert all((a["href"] or "").startswith(("#a", "https://a.example/")) for t, a in seen.elements if t == "a")
    (policy,) = [a["content"] or "" for _, a in seen.elements if a.get("http-equiv") == "Content-Security-Policy"]
    assert re.fullmatch(r"default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'", policy)
    assert "url(" not in page
    assert "@import" not in page
    assert HOSTILE in seen.text
