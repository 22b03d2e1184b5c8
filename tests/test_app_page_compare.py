"""A text held against a page: pure, so it is told by properties."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.pages.compare import Fate, PageText, difference, plain
from index.read.document import Document
from index.source import Block, BlockKind

SENTENCES = st.lists(st.integers(0, 10**6).map("Ship {} left the yard for the sea.".format), min_size=1, unique=True)


def document(paragraphs: list[str]) -> Document:
    blocks, at = [], 0
    for words in paragraphs:
        blocks.append(Block(at, at + len(words), BlockKind.PARAGRAPH))
        at += len(words) + 2
    return Document("\n\n".join(paragraphs), tuple(blocks))


def fates(old: list[str], new: list[str]) -> list[Fate]:
    text = document(old)
    spans = [(b.start, b.end, text.text[b.start : b.end]) for b in text.blocks]
    return [held.fate for held in PageText(document(new), "en").hold(spans)]


@given(SENTENCES)
def test_a_text_is_unchanged_against_itself_and_stands_whatever_the_order(paragraphs: list[str]) -> None:
    assert set(fates(paragraphs, paragraphs)) == {Fate.UNCHANGED}
    assert set(fates(paragraphs, paragraphs[::-1])) <= {Fate.UNCHANGED, Fate.MOVED}
    assert set(fates(paragraphs, [*paragraphs, "A word of thanks to our readers."])) == {Fate.UNCHANGED}


@given(st.text(), st.text())
def test_a_difference_holds_both_texts(old: str, new: str) -> None:
    pieces = list(difference(old, new))
    assert "".join(p.text for p in pieces if p.of != "index") == new
    assert plain("".join(p.text for p in pieces if p.of != "page")).split() == plain(old).split()


def test_forms_of_marks_and_blanks_make_no_difference() -> None:
    assert fates(['“We didn’t sell it”,  he said – "twice".'], ['"We didn\'t sell it", he said - "twice".']) == [
        Fate.UNCHANGED
    ]


def test_a_changed_figure_is_changed_and_a_sentence_that_nothing_is_like_is_gone() -> None:
    new = ["The yard built fifty ships before the war.", "Rain is expected on the coast by Monday night."]
    assert fates(["The yard built forty ships before the war."], new) == [Fate.CHANGED]
    assert fates(["A court fined the former director 3,000 crowns in 1927."], new) == [Fate.GONE]


def test_a_sentence_put_into_a_passage_changes_it() -> None:
    old = ["One ship sank at noon. Its crew of nine was saved."]
    assert fates(old, ["One ship sank at noon. Nobody knows why it did. Its crew of nine was saved."]) == [Fate.CHANGED]
