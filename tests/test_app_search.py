"""Searching the sources from the page: what is found, what is marked in it, and where it opens."""

from __future__ import annotations

import pytest

from app.chat.session.search import find
from app.chat.view.search import search_html
from app.engine import Engine
from app.words.languages import ENGLISH
from index.errors import UnknownSourceError
from index.read.corpus import read_corpus
from tests.chat_engine import OverlapEngine, source_of
from tests.conftest import CORPUS
from tests.test_app_chat import TRICKS, Page


def test_the_words_are_found_in_any_form_and_marked_where_they_stand(either_engine: Engine) -> None:
    found = find(either_engine, "brigades in Vuhledar")
    first = found[0]
    marked = [first.source.text[a:b].lower() for a, b in first.words]
    assert "vuhledar" in marked
    assert any(word.startswith("brigade") for word in marked)
    assert "in" not in marked
    assert first.start <= first.place[0] < first.place[1] <= first.end
    assert any(first.place[0] <= a < first.place[1] for a, _ in first.words), "it opens at a sentence with the words"
    counts = [len({f.source.text[a:b].lower() for a, b in f.words}) > 0 for f in found]
    assert counts == sorted(counts, reverse=True), "passages with the words come before those without"


def test_one_source_is_searched_alone(either_engine: Engine) -> None:
    within = "ap-2024-11-29-desertion"
    found = find(either_engine, "desertion", within)
    assert found
    assert {f.source.id for f in found} == {within}
    with pytest.raises(UnknownSourceError):
        find(either_engine, "desertion", "no-such-source")


def test_passages_without_the_words_are_said_to_be_close_only(hashed_engine: Engine) -> None:
    shown = str(search_html("zyxwvut", find(hashed_engine, "zyxwvut"), None, 1, ENGLISH))
    assert ENGLISH.search_none in shown
    assert ENGLISH.search_close in shown
    assert "<mark" not in shown


def test_a_result_leads_to_its_place_by_the_hash_of_its_text() -> None:
    engine = OverlapEngine(read_corpus(CORPUS))
    found = find(engine, "criminal proceedings")
    shown = str(search_html("criminal proceedings", found, None, 1, ENGLISH))
    source = found[0].source
    place = found[0].place
    assert f'data-open-found="{source.id}" data-span="{place[0]}-{place[1]}"' in shown
    assert f'data-sha256="{source.sha256[:16]}"' in shown


def test_nothing_of_a_query_or_a_source_becomes_markup() -> None:
    for trick in TRICKS:
        source = source_of(f"Smugglers asked {trick} at once.", title=trick, publisher=trick)
        query = f"smugglers {trick}"
        page = Page(str(search_html(query, find(OverlapEngine([source]), query), source, 1, ENGLISH)))
        assert not [a for a in page.attributes if a[0].startswith("on")]
        assert not page.tags & {"img", "script"}
        assert ("value", query) in page.attributes
