"""Addresses of quotations on their live pages: well formed, and the first match is the quotation, nothing earlier."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.render.fragment import live_address, text_directive, web_address
from index.read.corpus import read_corpus
from index.source import Block, BlockKind, Kind, Source
from index.text.sentences import sentence_spans
from tests.chat_engine import source_of
from tests.conftest import CORPUS
from tests.draft_matcher import Document, base, exact, parse

WORDS = (
    "the The an army Army, left left. “left” naïve naive é e a-b – - 3,000 3.5% & can't Київ київ. їжак ø o "
    "中文字。 ようこそ , -x x- ( (army) :~: text=the #a % word.Next"
).split()


def article(text: str, **fields: object) -> Source:
    return source_of(text, kind=Kind.ARTICLE, **fields)


@st.composite
def texts_and_spans(draw: st.DrawFn) -> tuple[Source, int, int]:
    """Blocks of several kinds over a small vocabulary, so that words recur, and a span of whole words."""
    words = st.sampled_from(draw(st.lists(st.sampled_from(WORDS), min_size=2, max_size=8)))
    text, blocks = "", []
    for _ in range(draw(st.integers(1, 4))):
        kind = draw(st.sampled_from([BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.QUOTE, BlockKind.CODE]))
        space = st.sampled_from([" ", " ", " ", " ", "  ", "\n", *(["\t", "    "] if kind is BlockKind.CODE else [])])
        body = draw(words) + "".join(draw(space) + draw(words) for _ in range(draw(st.integers(0, 30))))
        text += "\n\n" if text else ""
        blocks.append(Block(len(text), len(text) + len(body), kind))
        text += body
    spans = [m.span() for m in re.finditer(r"\S+", text)]
    first = draw(st.integers(0, len(spans) - 1))
    last = draw(st.integers(first, len(spans) - 1))
    return replace(article(text), blocks=tuple(blocks)), spans[first][0], spans[last][1]


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(texts_and_spans())
def test_the_first_match_of_a_directive_is_the_span_it_was_made_for(case: tuple[Source, int, int]) -> None:
    source, start, end = case
    directive = text_directive(source, start, end)
    if not directive:
        return
    for same in (base, exact):
        document = Document(source, same)
        found = document.find_range(parse(directive))
        assert found is not None, directive
        assert document.offsets(found) == (start, end), directive


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12, unique_by=str.lower), st.data())
def test_words_that_stand_once_always_get_a_directive(words: list[str], data: st.DataObject) -> None:
    """Each word is made the text's only one of its kind, so a directive exists and must be found."""
    text = " ".join(f"w{n}q {w}" for n, w in enumerate(words))
    spans = [m.span() for m in re.finditer(r"w\d+q \S+", text)]
    start, end = data.draw(st.sampled_from(spans))
    assert text_directive(article(text), start, end)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.integers(-5, 90), st.integers(-5, 90))
@example("a\u00ad b\u200b", 0, 5)
@example("´", 0, 1)
def test_any_text_and_span_give_an_ascii_address(text: str, start: int, end: int) -> None:
    address = live_address(article(text, url="https://example.org/p"), start, end)
    assert address == "https://example.org/p" or re.fullmatch(
        r"https://example\.org/p#:~:text=[A-Za-z0-9_.~%,-]+", address
    )


@pytest.mark.slow
def test_every_sentence_of_the_corpus_is_named_alone() -> None:
    """569 sentences, read by the draft's own steps."""
    for source in read_corpus(CORPUS):
        document = Document(source, base)
        for block in source.blocks:
            for a, b in sentence_spans(source.text[block.start : block.end], source.language):
                start, end = block.start + a, block.start + b
                directive = text_directive(source, start, end)
                found = document.find_range(parse(directive))
                assert found is not None
                assert document.offsets(found) == (start, end)


ARMY = "It was said that the army"
# What a directive is made of, and the directive. The quotation stands between « and ».
DIRECTIVES = {
    "signs that part the terms are encoded": (
        "«Mid-2024: 3,000 left, A&B said.»", "Mid%2D2024%3A%203%2C000%20left%2C%20A%26B%20said."
    ),
    "other scripts are encoded as UTF-8": (
        "«У частині» їх було",
        "%D0%A3%20%D1%87%D0%B0%D1%81%D1%82%D0%B8%D0%BD%D1%96,-%D1%97%D1%85%20%D0%B1%D1%83%D0%BB%D0%BE",
    ),
    "a long quotation is named by the words at its ends": (
        f"«{' '.join(f'word{n}' for n in range(100))}»",
        "word0%20word1%20word2%20word3%20word4,word95%20word96%20word97%20word98%20word99",
    ),
    "the ends of a long quotation grow until they tell": (
        f"{ARMY} won. «{ARMY} lost a great battle and {'went on and on ' * 20}to the very end.»",
        "It%20was%20said%20that%20the%20army%20lost%20a,went%20on%20and%20on%20to%20the%20very%20end.",
    ),
    "words that recur get context from their own block": (
        "Nobody left the old town.\n\nEverybody «left the old town.»\n\nThen they came back.",
        "Everybody-,left%20the%20old%20town.",
    ),
    "a whole block that recurs gets context from its neighbours": (
        "One.\n\nThe very same sentence.\n\nTwo.\n\n«The very same sentence.»\n\nThree.",
        "Two.-,The%20very%20same%20sentence.",
    ),
    "a quotation over two blocks has its ends in them": (
        "The «first block ends here.\n\nThe second one begins» and goes on.",
        "first%20block%20ends%20here.,The%20second%20one%20begins",
    ),
    "case and accents do not make words different": (
        "A NAÏVE plan of theirs failed. Then a «naive plan of theirs failed.»",
        "failed.%20Then%20a-,naive%20plan%20of%20theirs%20failed.",
    ),
    "a quotation that begins inside a word leans on what stands before it": (
        "End of unit.«The next sentence follows here.»", "End%20of%20unit.-,The%20next%20sentence%20follows%20here."
    ),
    # A page of one word over and over is the worst case of time: each candidate stops at its first wrong match.
    "where nothing tells there is none": (f"{'same ' * 20_000}«same»{' same' * 20_000}", ""),
}  # fmt: skip


@pytest.mark.parametrize("case", DIRECTIVES)
def test_a_directive_says_as_much_as_it_takes_to_tell(case: str) -> None:
    marked, directive = DIRECTIVES[case]
    source = article(marked.replace("«", "").replace("»", ""), url="https://example.org/p")
    start, end = marked.index("«"), marked.index("»") - 1
    assert text_directive(source, start, end) == (directive and f"text={directive}")
    assert live_address(source, start, end) == f"https://example.org/p{directive and f'#:~:text={directive}'}"


def test_a_note_has_the_page_without_a_fragment() -> None:
    note = source_of("Our own words.", url="https://example.org/p#part")
    assert live_address(note, 0, 9) == "https://example.org/p#part"
    full = replace(note, kind=Kind.FULLTEXT)
    assert live_address(full, 0, len(note.text)) == "https://example.org/p#part:~:text=Our%20own%20words."


@pytest.mark.parametrize(
    ("url", "before"),
    [
        ("https://example.org/p", "https://example.org/p#:~:text="),
        ("https://example.org/p?a=1#", "https://example.org/p?a=1#:~:text="),
        ("https://example.org/p#part", "https://example.org/p#part:~:text="),
        ("https://example.org/p#part:~:text=other", "https://example.org/p#part:~:text="),
    ],
)
def test_a_fragment_of_the_address_is_kept_and_a_directive_replaced(url: str, before: str) -> None:
    assert live_address(article("Some words here, enough of them.", url=url), 0, 32).startswith(before)


@pytest.mark.parametrize(
    "url",
    ["", "javascript:alert(1)", "ftp://example.org/", "//example.org", "https://", "https://[", "https://a b.org",
     "https://example.org/\u202e", "data:text/html,x", "example.org"],
)  # fmt: skip
def test_what_is_no_web_address_gives_none(url: str) -> None:
    assert web_address(url) == ""
    assert live_address(article("Some words.", url=url), 0, 4) == ""
