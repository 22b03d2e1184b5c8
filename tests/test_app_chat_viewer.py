"""The opened source, the table, the sources panel: what they show; sources stay text in them."""

from __future__ import annotations

from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from app.chat.session.engine import EngineProvider
from app.chat.view.comparison import Compared, comparison_html, row_in_source
from app.chat.view.overview import overview_html
from app.chat.view.panels import sources_panel_html
from app.chat.view.references import references_html
from app.chat.view.source_viewer import quote_in_source, source_link, source_link_html
from app.chat.view.statements import LINE, LONGEST, quote_in_line
from app.query import Query
from app.words.languages import ENGLISH, TEXTS
from index.read.corpus import read_corpus
from index.source import Kind, Relation, Source
from tests.chat_engine import OverlapEngine, source_of
from tests.conftest import CORPUS
from tests.test_app_chat import OURS, TRICKS, Page, asked, hostile

MORE = {"table", "thead", "tbody", "tr", "th", "td", "input", "details", "summary"}


def test_hostile_sources_stay_text_in_table_panel_and_viewer() -> None:
    engine = OverlapEngine([hostile()])
    question = "smugglers says " + TRICKS[0]
    (exchange,) = asked(engine, question)
    compared = Compared("t1", engine.compare(Query(question)), exchange.sources)
    provider = EngineProvider(lambda: engine, engine)
    for texts in TEXTS.values():
        for shown in (
            comparison_html(compared, 1, texts),
            row_in_source(compared, 1, 1, texts),
            sources_panel_html(engine.contents(), texts),
            overview_html(engine.sources(), texts),
            references_html(exchange, texts),
            quote_in_source(exchange, 1, 1, texts),
            source_link_html(provider, {"source": "hostile", "span": "3-9"}, 1, texts),
            source_link_html(provider, {"source": TRICKS[0], "span": TRICKS[1]}, 1, texts),
        ):
            page = Page(str(shown))
            assert page.tags <= OURS | MORE
            assert not [a for a in page.attributes if a[0].startswith("on")]
            assert not [a for a in page.attributes if a[0] in {"href", "src"} and ":" in (a[1] or "")]


def test_the_overview_counts_every_source_whatever_its_relation() -> None:
    def shown(*sources: Source) -> str:
        return Page(str(overview_html(sources, ENGLISH))).words

    article = source_of("The text.", "a", kind=Kind.ARTICLE, relation=Relation.ARTICLE, title="The text itself")
    others = [source_of("Words.", f"s{n}", relation=r, title=f"Note {n}") for n, r in enumerate(Relation)]
    words = shown(article, *others)
    for n in range(len(others)):
        assert f"Note {n}" in words
    assert f"{len(Relation)} sources on the article" in words
    assert words.index("Disputing the article") < words.index("Corroborating it")
    assert "Note 0" in shown(*others), "without an article too"
    assert "article" not in shown(*others)


def test_the_table_bears_every_row_with_its_words_and_figures() -> None:
    engine = OverlapEngine(read_corpus(CORPUS))
    question = "criminal proceedings opened cases desertion"
    found = engine.compare(Query(question))
    sources = {r.source_id: engine.source(r.source_id) for r in found.rows}
    compared = Compared("t1", found, sources)
    words = Page(str(comparison_html(compared, 1, ENGLISH))).words
    assert len(found.rows) >= 3
    for row in found.rows:
        assert row.quote.text in words
        assert Page(str(row_in_source(compared, row.number, 1, ENGLISH))).lit[str(row.number)] == row.quote.text
    assert row_in_source(compared, 99, 1, ENGLISH) is None
    assert ENGLISH.counted(len(found.silent), ENGLISH.compare_silent) in words


@given(st.text("ab .\n", min_size=1, max_size=900), st.data())
@settings(deadline=None)
def test_a_line_of_context_is_what_stands_there(text: str, data: st.DataObject) -> None:
    source = source_of(text.replace("\n\n", "\n "))
    start = data.draw(st.integers(0, len(source.text) - 1))
    end = data.draw(st.integers(start + 1, len(source.text)))
    before, words, after = quote_in_line(source, start, end)
    tidy = " ".join(source.text.split())
    whole = f"{before} {words} {after}"
    for part in (before.removeprefix("… "), words, after.removesuffix("…").strip()):
        assert part in tidy
    assert len(before) <= LINE + 2
    assert len(after) <= LINE + 2
    assert len(words) <= LONGEST
    assert "\n" not in whole


def test_the_link_to_a_place_names_source_span_and_hash_and_no_other() -> None:
    source = source_of("Words here.", "a-b")
    assert source_link(source, 0, 5) == f"?source=a-b&span=0-5&sha256={source.sha256[:16]}"
    engine = OverlapEngine([source])
    provider = EngineProvider(lambda: engine, engine)
    shown = source_link_html(provider, {"source": "a-b", "span": "0-5", "sha256": source.sha256[:16]}, 1, ENGLISH)
    assert Page(str(shown)).lit == {"0": "Words"}
    for wrong in ({"source": 5}, {"source": "a-b", "span": ["0-5"]}, {"source": "a-b", "span": "0-5-6"}, {}):
        assert ENGLISH.link_wrong in unescape(str(source_link_html(provider, wrong, 1, ENGLISH)))
