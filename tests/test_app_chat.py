"""What the chat makes of answers and sources: escaped, marked in the right place, errors in words."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.chat.assets import FILES, SCRIPTS
from app.chat.session.converse import converse
from app.chat.session.engine import EngineProvider
from app.chat.session.exchange import Conversation, prove
from app.chat.session.problems import without_paths
from app.chat.session.suggestions import Suggestion
from app.chat.view.conversation import exchanges_html
from app.chat.view.evidence import evidence_html, excerpts
from app.chat.view.frame import first_page_html
from app.chat.view.source_viewer import nearest_in_source, quote_in_source
from app.events import Event
from app.query import Query
from app.records import QuestionKind
from app.render.html import Highlight, emphasised, link, span_html, web_address
from app.render.visible import visible
from app.words.languages import ENGLISH, TEXTS
from index.errors import FootnoteError, NoIndexError, QuoteError
from index.read.corpus import read_corpus
from index.source import Mark, MarkKind, Source
from tests.chat_engine import OverlapEngine, source_of
from tests.conftest import CORPUS, ROOT

QUESTION = "criminal proceedings registered in October 2024"
TRICKS = (
    '<img src=x onerror="alert(1)">',
    "<script>alert(1)</script>",
    "</mark></p><svg/onload=alert(1)>",
    '"><a onclick="alert(1)" href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1)) ![x](x) **x** `x`",
    "{{value}} {{{value}}} ${alert(1)} `${alert(1)}` \\u0041 %3Cscript%3E &lt;b&gt; &amp;",
)


class Page(HTMLParser):
    """Tags, attributes and text of a piece of HTML, as a browser reads it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.lit: dict[str, str] = {}
        self.words = ""
        self._marks: list[list[str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        if tag == "mark":
            self._marks.append((dict(attrs).get("data-quotes") or "").split())

    def handle_endtag(self, tag: str) -> None:
        if tag == "mark":
            self._marks.pop()

    def handle_data(self, data: str) -> None:
        self.words += data
        for number in {n for numbers in self._marks for n in numbers}:
            self.lit[number] = self.lit.get(number, "") + data


OURS = {
    *("article", "section", "header", "footer", "div", "p", "span", "h2", "h3", "h4", "ul", "li", "blockquote", "pre"),
    *("a", "br", "button", "mark", "strong", "em", "code", "cite", "form", "label", "textarea", "dl", "dt", "dd"),
    *("svg", "path", "details", "summary", "template", "ol", "input"),
}


def asked(engine: OverlapEngine, *questions: str) -> Conversation:
    provider = EngineProvider(lambda: engine, engine)
    conversation: Conversation = ()
    for question in questions:
        *_, conversation = converse(provider, conversation, question, ENGLISH)
    return conversation


@pytest.mark.parametrize("kind", QuestionKind)
def test_sources_are_compared_on_questions_of_substance_only(kind: QuestionKind) -> None:
    (exchange,) = asked(OverlapEngine([source_of("Smugglers asked for 20,000 dollars.")]), "Smugglers asked dollars")
    assert exchange.answer is not None
    shown = replace(exchange, answer=exchange.answer.model_copy(update={"kind": kind}))
    substance = kind in {"fact", "explain", "who-says", "compare", "list", "choice", "latest"}
    assert ("data-compare" in str(exchanges_html((shown,), ENGLISH))) == substance
    of_one = replace(shown, asked_of=("hostile",))
    assert "data-compare" not in str(exchanges_html((of_one,), ENGLISH)), "one source alone has nothing to compare"


def hostile() -> Source:
    body = "\n\n".join(f"Sentence {n} about smugglers says {t} and ends." for n, t in enumerate(TRICKS))
    trick = TRICKS[0] + TRICKS[3]
    return source_of(body, title=trick, publisher=trick, author=trick, url="javascript:alert(1)", via=(trick,))


def test_nothing_of_a_hostile_source_becomes_markup() -> None:
    conversation = asked(OverlapEngine([hostile()]), "smugglers says " + TRICKS[0], "smugglers " + TRICKS[3])
    pages = [
        exchanges_html(conversation, ENGLISH),
        evidence_html(conversation, ENGLISH),
        quote_in_source(conversation[0], 1, 1, ENGLISH),
        first_page_html([hostile()], [Suggestion(t, {"uk": t[::-1]}) for t in TRICKS], TEXTS["uk"]),
    ]
    for shown in pages:
        page = Page(str(shown))
        assert page.tags <= OURS
        assert not [a for a in page.attributes if a[0].startswith("on")]
        assert not [a for a in page.attributes if a[0] in {"href", "src"} and ":" in (a[1] or "")]
    assert TRICKS[0] in Page(str(pages[1])).words, "the characters themselves are shown"


SPICED = st.one_of(st.text(min_size=1), st.text("<>/&;\"'=`${}abp \n#x", min_size=1))


@settings(deadline=None)  # a machine with other work is slow, not wrong
@given(SPICED, st.data())
def test_whatever_the_text_is_it_reads_the_same_and_has_no_tags(text: str, data: st.DataObject) -> None:
    source = source_of(text.replace("\n\n", "\n "))
    ends = st.tuples(st.integers(0, len(source.text)), st.integers(0, len(source.text))).map(sorted)
    spans = data.draw(st.lists(ends.filter(lambda s: s[0] < s[1]), max_size=4))
    lights = [Highlight(a, b, n) for n, (a, b) in enumerate(spans, 1)]
    shown = span_html(source, 0, len(source.text), lights)
    assert set(re.findall(r"<(/?\w+)", str(shown))) <= {"p", "/p", "mark", "/mark"}
    plain = unescape(re.sub(r"<[^>]*>", "", str(shown)))
    assert plain == visible(source.text)
    assert set(re.findall(r"<(/?\w+)", str(emphasised(text, spans)))) <= {"strong", "/strong"}


def test_overlapping_highlights_each_hold_their_own_words() -> None:
    source = source_of("One two three four five.\n\nSix seven eight.")
    spans = {1: (4, 18), 2: (8, 23), 3: (8, 13), 4: (19, 36)}
    lights = [Highlight(a, b, n) for n, (a, b) in spans.items()]
    lit = Page(str(span_html(source, 0, len(source.text), lights))).lit
    for number, (a, b) in spans.items():
        assert lit[str(number)] == source.text[a:b].replace("\n\n", "")


def test_highlight_goes_through_links_and_emphasis() -> None:
    text = "See the report of today."
    marks = (Mark(8, 14, MarkKind.LINK, "https://example.org/a?b=1&c=2"), Mark(4, 14, MarkKind.STRONG))
    shown = str(span_html(source_of(text, marks=marks), 0, 24, [Highlight(4, 17, 1)], links=True))
    assert Page(shown).lit["1"] == "the report of"
    assert 'href="https://example.org/a?b=1&amp;c=2"' in shown
    assert 'rel="noopener noreferrer nofollow"' in shown
    assert "href" not in str(span_html(source_of(text, marks=marks), 0, 24))


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:x", "data:text/html,x", "//x.org", "http:", "x",
     "https://[x", "java\nscript:x", "http://a b/", "file:///etc/passwd", "vbscript:x", "https:\x00//x"],
)  # fmt: skip
def test_only_web_addresses_become_links(url: str) -> None:
    assert web_address(url) == ""
    assert str(link(url, "<b>", "x")) == "<span>&lt;b&gt;</span>"


def test_control_characters_cannot_reorder_the_words() -> None:
    shown = str(span_html(source_of("total \u202e59,606\u202c cases"), 0, 20))
    assert "\u202e" not in shown
    assert "\ufffd" in shown


def test_marks_and_passages_meet() -> None:
    engine = OverlapEngine(read_corpus(CORPUS))
    conversation = asked(engine, "How many criminal proceedings were registered in October 2024?")
    (exchange,) = conversation
    lit = Page(str(evidence_html(conversation, ENGLISH))).lit
    shown = str(exchanges_html(conversation, ENGLISH))
    assert exchange.quotes
    for quote in exchange.quotes:
        assert lit[str(quote.number)] == quote.text
        assert f'data-mark="{quote.number}"' in shown
        opened = Page(str(quote_in_source(exchange, quote.number, 1, ENGLISH)))
        assert opened.lit[str(quote.number)] == quote.text
        assert exchange.sources[quote.source_id].title in opened.words
    assert 'aria-label="Footnote 1, WSWS, 15 Nov 2024"' in shown


def test_an_excerpt_holds_its_quotation_and_whole_sentences() -> None:
    sources = read_corpus(CORPUS)
    engine = OverlapEngine(sources)
    (exchange,) = asked(engine, "almost 90,000 criminal proceedings were opened")
    source = exchange.sources[exchange.quotes[0].source_id]
    (alone,) = excerpts(source, exchange.quotes[:1])
    assert alone.start <= exchange.quotes[0].start < exchange.quotes[0].end <= alone.end
    shown = source.text[alone.start : alone.end]
    assert shown[0].isupper()
    assert shown[-1] in '.?!)"”'
    assert len(shown) < 1500


def test_abstention_has_no_marks_and_names_the_passages_for_what_they_are() -> None:
    conversation = asked(OverlapEngine(read_corpus(CORPUS)), "What is the favourite colour of the unicorn king?")
    shown, beside = str(exchanges_html(conversation, ENGLISH)), str(evidence_html(conversation, ENGLISH))
    assert "The sources do not answer this." in shown
    assert "data-mark=" not in shown
    assert ENGLISH.nearest in beside
    assert "<mark" not in beside
    opened = nearest_in_source(conversation[0], 0, 1, ENGLISH)
    hit = conversation[0].nearest[0]
    text = conversation[0].sources[hit.source_id].text[hit.start : hit.end]
    assert Page(str(opened)).lit["0"] == text


def test_a_follow_up_brings_the_earlier_turns() -> None:
    engine = OverlapEngine(read_corpus(CORPUS))
    conversation = asked(engine, "criminal proceedings registered in October 2024", "and in January 2024?")
    question, history = engine.asked[-1]
    assert question == "and in January 2024?"
    assert [t.role for t in history] == ["user", "assistant"]
    assert "[1]" in history[1].text
    assert "Searched for:" in str(exchanges_html(conversation, ENGLISH))


class Failing(OverlapEngine):
    """Fails after `after` events."""

    def __init__(self, error: BaseException, after: int = 0) -> None:
        super().__init__(read_corpus(CORPUS))
        self.error, self.after = error, after

    def ask(self, query: Query) -> Generator[Event]:
        yield from list(super().ask(query))[: self.after]
        raise self.error


@pytest.mark.parametrize("after", [0, 2])
def test_errors_become_words_and_no_half_answer_stays(after: int) -> None:
    engine = Failing(FootnoteError("cannot read /srv/home/alice/.footnote/gen/x.db; run 'footnote index build'"), after)
    shown = str(exchanges_html(asked(engine, "criminal proceedings registered in October"), ENGLISH))
    assert "cannot read x.db; run &#39;footnote index build&#39;" in shown
    assert "alice" not in shown
    assert "data-mark=" not in shown


def test_unexpected_errors_keep_their_place_in_the_log_and_not_what_was_asked(caplog: pytest.LogCaptureFixture) -> None:
    shown = str(exchanges_html(asked(Failing(RuntimeError("secret <b>")), "anything"), ENGLISH))
    assert "secret" not in shown
    reference = re.search(r"under ([0-9a-f]{8})", shown)
    assert reference is not None
    assert reference[1] in caplog.text
    assert "RuntimeError" in caplog.text
    assert "in ask" in caplog.text, "the way to it"
    assert "secret" not in caplog.text, "a library's message may repeat the question"


class Panic(BaseException):
    """What a library in Rust raises when it gives up: no Exception."""


@pytest.mark.parametrize("after", [0, 1])
def test_a_panic_ends_the_exchange(after: int, caplog: pytest.LogCaptureFixture) -> None:
    (exchange,) = asked(Failing(Panic("index out of bounds"), after), "criminal proceedings registered")
    assert not exchange.pending
    assert exchange.problem
    assert "Panic" in caplog.text


def test_an_answer_that_the_reader_leaves_is_closed() -> None:
    closed = []

    class Watched(OverlapEngine):
        def ask(self, query: Query) -> Generator[Event]:
            try:
                yield from super().ask(query)
            finally:
                closed.append(query.question)

    engine = Watched(read_corpus(CORPUS))
    provider = EngineProvider(lambda: engine, engine)
    growing = converse(provider, (), "criminal proceedings registered", ENGLISH)
    next(growing), next(growing)
    growing.close()
    assert closed == ["criminal proceedings registered"]


class Swapped(OverlapEngine):
    """Hands out another text than the one it quotes."""

    def source(self, source_id: str, sha256: str | None = None, generation: str | None = None) -> Source:  # noqa: ARG002
        return source_of("Smugglers asked for 10,000 dollars in autumn.", source_id)


def test_a_quotation_that_does_not_stand_there_is_not_shown() -> None:
    engine = Swapped([source_of("Smugglers asked for 20,000 dollars in autumn.")])
    shown = str(exchanges_html(asked(engine, "Smugglers asked dollars"), ENGLISH))
    assert "has changed since it was quoted" in shown
    assert "20,000" not in shown


def test_the_provider_tries_again_once_there_is_an_index() -> None:
    engine = OverlapEngine(read_corpus(CORPUS))
    ready = False

    def open_engine() -> OverlapEngine:
        if not ready:
            raise NoIndexError("nothing in /srv/x/.footnote")
        return engine

    provider = EngineProvider(open_engine)
    *_, first = converse(provider, (), QUESTION, ENGLISH)
    assert "footnote index build" in first[-1].problem
    ready = True
    *_, second = converse(provider, first, QUESTION, ENGLISH)
    assert second[-1].quotes
    assert engine.asked[-1][1] == (), "a failed turn is no history"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("bad file /home/a b/c/d.md: line 3", "bad file d.md: line 3"),
        (r"bad file C:\Users\me\d.md.", "bad file d.md."),
        ("see https://example.org/a/b and corpus/sources/x.md", "see https://example.org/a/b and corpus/sources/x.md"),
        ("'/tmp/x/y/' is gone", "'y' is gone"),
        ("no ~/notes/a.md", "no a.md"),
        ("no ~anna/notes/a.md, no ~/a.md", "no a.md, no a.md"),
        ("open file:///home/anna/a%20b.md", "open a%20b.md"),
        ("/root: permission denied", "root: permission denied"),
        ("../../home/anna/x.md: gone", "x.md: gone"),
        (r"\\host\share\a.md is gone", "a.md is gone"),
        ("and/or 1/2 at 5 / 6", "and/or 1/2 at 5 / 6"),
        ("name another folder with FOOTNOTE_HOME", "name another folder with the setting 'home'"),
    ],
)  # fmt: skip
def test_absolute_paths_are_cut(message: str, shown: str) -> None:
    assert without_paths(message) == shown


def test_a_changed_source_is_refused_by_name() -> None:
    (exchange,) = asked(OverlapEngine([source_of("Smugglers asked for 20,000 dollars.")]), "Smugglers asked dollars")
    with pytest.raises(QuoteError, match="has changed"):
        prove(exchange.quotes[0], source_of("Something else entirely."))


def test_every_script_and_style_is_served_and_no_two_scripts_import_each_other() -> None:
    folder = ROOT / "app" / "chat" / "static"
    assert {path.name for path in folder.iterdir()} == set(FILES)
    left = {n: set(re.findall(r'(?:from|import) "\./(\S+)"', (folder / n).read_text("utf-8"))) for n in SCRIPTS}
    while ready := {name for name, wanted in left.items() if not wanted & set(left)}:
        left = {name: wanted for name, wanted in left.items() if name not in ready}
    assert left == {}
