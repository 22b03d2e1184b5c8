"""Labels that are true: what a note rests on, whose words are shown, and nothing of a source said of a sentence."""

from __future__ import annotations

import io

import pytest

from app.chat.session.exchange import Exchange
from app.chat.view.comparison import Compared, comparison_html
from app.chat.view.evidence import evidence_html
from app.chat.view.statements import cards_html, statements_html
from app.compare.rows import Comparison, Row
from app.records import IndexStamp
from app.render.console import SafeConsole
from app.render.terminal import print_answer, print_comparison
from app.words.describe import kind_words
from app.words.languages import ENGLISH, TEXTS
from index.source import Basis, Source
from tests.answers import ARTICLE, FORTY, NOTE, answer_of
from tests.chat_engine import source_of

STAMP = IndexStamp(generation="20261125T120000Z-00c0ffee", fingerprint="0123456789abcdef")
SOURCES = {s.id: s for s in (ARTICLE, NOTE)}
ANSWER = answer_of("How many ships?", [(ARTICLE, FORTY), (NOTE, NOTE.text)])
EXCHANGE = Exchange("t1", "How many ships?", statements=ANSWER.statements, answer=ANSWER, sources=SOURCES)


def comparison(*said: Source) -> Comparison:
    """A row for each source, with its quotation in `ANSWER`."""
    quotes = {q.source_id: q for q in ANSWER.quotes}
    rows = tuple(
        Row(number=n, facts=s.facts, quote=quotes[s.id].model_copy(update={"number": n}), quoting=False, emphasis=())
        for n, s in enumerate(said, 1)
    )
    return Comparison(question="Q", standalone_question="Q", rows=rows, searched=len(said), silent=(), index=STAMP)


def printed(show: object, *args: object) -> str:
    out = io.StringIO()
    show(SafeConsole(file=out, width=200), *args)  # type: ignore[operator]
    return out.getvalue()


@pytest.mark.parametrize(
    ("code", "basis", "long", "short"),
    [
        ("en", "original", "our note on the P text, read in the original", "our note, original read"),
        ("en", "partly", "our note on the P text, read in part in the original", "our note, original read in part"),
        ("en", "reported", "our note on the P text, known through other pages",
         "our note, original known through other pages"),
        ("uk", "partly", "наша нотатка про текст P, частково прочитаний в оригіналі",
         "наша нотатка, оригінал прочитано частково"),
    ],
)  # fmt: skip
def test_a_note_says_how_its_author_knows_the_original(code: str, basis: str, long: str, short: str) -> None:
    note = source_of("Words.", publisher="P", basis=Basis(basis))
    assert kind_words(note.facts, TEXTS[code]) == long
    assert kind_words(note.facts, TEXTS[code], short=True) == short


def test_the_relation_stands_on_the_source_and_never_over_a_sentence() -> None:
    """A source that corroborates the article may dispute it in the sentence that is shown."""
    relation = ENGLISH.relations["disputes"]
    assert relation not in statements_html(EXCHANGE, ENGLISH)
    assert relation in cards_html(EXCHANGE, ENGLISH)
    assert relation in evidence_html((EXCHANGE,), ENGLISH)
    assert relation not in comparison_html(Compared("t1", comparison(ARTICLE, NOTE), SOURCES), 1, ENGLISH)
    assert relation not in printed(print_comparison, comparison(ARTICLE, NOTE))
    statements, _, footnotes = printed(print_answer, ANSWER, SOURCES).partition("Footnotes")
    assert relation not in statements
    assert relation in footnotes


def test_a_comparison_says_whose_words_each_row_has() -> None:
    table = comparison_html(Compared("t1", comparison(ARTICLE, NOTE), SOURCES), 1, ENGLISH)
    assert "In its words</span>“The yard" in table
    assert "In our note's words</span>“The union" in table.unescape()
    ukrainian = comparison_html(Compared("t1", comparison(NOTE), SOURCES), 1, TEXTS["uk"])
    assert "Словами нашої нотатки</span>“The union" in ukrainian
    assert "Його словами" not in ukrainian


@pytest.mark.parametrize("texts", TEXTS.values(), ids=lambda t: t.code)
def test_the_tagline_promises_no_words_of_sources_that_are_only_summarised(texts: object) -> None:
    tagline = texts.tagline.lower()  # type: ignore[attr-defined]
    assert not any(words in tagline for words in ("own words", "словами", "sources'"))
