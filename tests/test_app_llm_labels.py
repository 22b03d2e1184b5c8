"""What the checker's labels make of a language model's statements: on the page, in the records, in a bundle."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from app.bundle.replay import replay
from app.bundle.write import pack
from app.chat.session.converse import converse
from app.chat.session.engine import EngineProvider
from app.chat.view.statements import statements_html
from app.engine import Engine
from app.llm.checking import Checking
from app.llm.client import ServerModel
from app.llm.generate import LanguageModel
from app.query import Query
from app.records import Answer, Support
from app.render.page import conversation_html
from app.settings import Settings
from app.support.check import Checker
from app.support.records import Label
from app.words.describe import aside
from app.words.languages import TEXTS
from index.errors import ModelError, QuoteError
from tests.conftest import Footnote
from tests.fakes import WordReader, open_hashed, write_source
from tests.llm_server import FORTY, MODEL, UNION, YARD, LlmServer, speaking
from tests.zips import changed

pytestmark = pytest.mark.usefixtures("guards_alone")

UP_TO = "The yard's cellars hold up to 9,000 bottles of wine."
REGISTERED = "In 1912 the yard's 31 carpenters were registered as late by the harbour court."
ALLEGED = "The alleged theft of the yard's ships took place in June."
SPEAKS = "The captain claims that the yard was short of timber for its ships."
RIGHT = "In 1912 forty ships were built by the yard."
GUARDED = "close to the quotation in words; nothing was found against it"


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    folder = tmp_path_factory.mktemp("harbour")
    text = f"{FORTY} Anna Berg runs the yard.\n\n{UP_TO} {REGISTERED}\n\n{ALLEGED} {SPEAKS}"
    write_source(folder / "corpus", "article", text, kind="article", relation="article")
    write_source(folder / "corpus", "union", f"{UNION} It counted 31 ships built by the yard in 1912.")
    engine = open_hashed(Settings(home=folder / "home", corpus=folder / "corpus", reader="small"))
    with closing(engine):
        yield engine


def told(engine: Engine, server: LlmServer, *claims: tuple[str, str, str], **settings: object) -> Answer:
    """The answer of a model that makes `claims`: (words of the passage that is named, quotation, statement)."""
    server.claims(*claims)
    return speaking(engine, server, **settings).answer(YARD)


@pytest.mark.parametrize(
    ("quote", "statement", "support", "label"),
    [
        (FORTY, "The yard built fifty ships in 1912.", Support.CONTRADICTED,
         "contradicted by the quotation: the source says “forty”, not “fifty”"),
        (FORTY, "The yard built forty ships in 1921.", Support.CONTRADICTED,
         "contradicted by the quotation: the source says “1912”, not “1921”"),
        (UNION, "The union did accept the figure of forty ships.", Support.CONTRADICTED,
         "contradicted by the quotation: the source says “not”"),
        (UP_TO, "The yard's cellars hold 9,000 bottles of wine.", Support.PARTLY,
         "only partly supported by the quotation: the source says “up to 9,000”"),
        (REGISTERED, "The yard's 31 carpenters were convicted as late by the harbour court in 1912.",
         Support.CONTRADICTED, "contradicted by the quotation: the source says “registered”, not “convicted”"),
        (ALLEGED, "The theft of the yard's ships took place in June.", Support.PARTLY,
         "only partly supported by the quotation: the source says “alleged” and does not state this as a fact"),
        (SPEAKS, "Timber was short at the yard for its ships.", Support.PARTLY,
         "only partly supported by the quotation: the source only reports that somebody says so: “claims”"),
        (FORTY, "Karl Lund built forty ships in 1912.", Support.UNSUPPORTED,
         "not supported by the quotation: the source does not mention “Lund”"),
        (UP_TO, "In 1912 the union counted the ships.", Support.UNSUPPORTED, "not supported by the quotation"),
    ],
)  # fmt: skip
def test_a_statement_that_says_more_than_its_quotation_is_labelled_and_comes_last(
    harbour: Engine, server: LlmServer, quote: str, statement: str, support: Support, label: str
) -> None:
    answer = told(harbour, server, (quote, quote, statement), (FORTY, FORTY, RIGHT), (FORTY, FORTY, FORTY))
    assert [(s.text, s.support) for s in answer.statements] == [
        (RIGHT, Support.SUPPORTED), (FORTY, Support.QUOTED), (statement, support),
    ]  # fmt: skip
    right, _, wrong = answer.statements
    assert aside(right, None).endswith(GUARDED)
    assert label in aside(wrong, None)
    assert [q.text for q in wrong.quotes] == [quote]
    hidden = told(harbour, server, (quote, quote, statement), (FORTY, FORTY, RIGHT), llm_doubted="never")
    assert [s.text for s in hidden.statements] == [RIGHT]


def test_a_quotation_from_another_passage_has_no_footnote_and_comes_last(harbour: Engine, server: LlmServer) -> None:
    answer = told(harbour, server, (UNION, FORTY, "The yard built forty ships in 1912."), (FORTY, FORTY, RIGHT))
    assert [(s.support, len(s.quotes)) for s in answer.statements] == [(Support.SUPPORTED, 1), (Support.NOT_FOUND, 0)]


def test_what_is_less_doubted_stands_before_what_is_more(harbour: Engine, server: LlmServer) -> None:
    answer = told(
        harbour,
        server,
        ("", "", "The king did it."),
        (FORTY, FORTY, "The yard built fifty ships in 1912."),
        (UP_TO, UP_TO, "The yard's cellars hold 9,000 bottles of wine."),
        (FORTY, FORTY, RIGHT),
    )
    assert [s.support.value for s in answer.statements] == ["supported", "partly", "contradicted", "not-found"]


def test_where_nothing_holds_the_answer_is_made_of_quotations(harbour: Engine, server: LlmServer) -> None:
    answer = told(harbour, server, (FORTY, FORTY, "The yard built fifty ships in 1912."))
    assert answer.model is not None
    assert answer.model.failure == "unproved"
    assert answer.statements == harbour.answer(Query(YARD, quotations_only=True)).statements


@pytest.mark.parametrize(
    ("words", "sentence"),
    [("9,000 bottles of wine", UP_TO), ("theft of the yard's ships", ALLEGED), ("accept the figure", UNION)],
)
def test_a_quotation_that_would_lose_its_qualifier_is_widened(
    harbour: Engine, server: LlmServer, words: str, sentence: str
) -> None:
    """Both the quoted words and a statement that repeats a piece of them."""
    answer = told(harbour, server, (sentence, words, words))
    (statement,) = answer.statements
    assert (statement.text, statement.support, [q.text for q in statement.quotes]) == (
        sentence, Support.QUOTED, [sentence],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("statement", "support"),
    [
        ("У 1912 році верф збудувала сорок кораблів.", Support.UNCHECKED),
        ("У 1913 році верф збудувала сорок кораблів.", Support.UNSUPPORTED),
        ("Die Werft baute im Jahr 1912 genau 40 Schiffe und war stolz.", Support.UNCHECKED),
        ("Die Werft baute im Jahr 1912 genau 9.000 Schiffe und war stolz.", Support.UNSUPPORTED),
    ],
)
def test_of_another_language_only_the_figures_are_checked(
    harbour: Engine, server: LlmServer, statement: str, support: Support
) -> None:
    answer = told(harbour, server, (FORTY, FORTY, FORTY), (FORTY, FORTY, statement))
    assert answer.statements[1].support is support


def test_a_free_paraphrase_is_left_open_until_a_reader_reads_it(harbour: Engine, server: LlmServer) -> None:
    free = "The slipway of the yard saw forty ships slide that year."
    alone = told(harbour, server, (FORTY, FORTY, FORTY), (FORTY, FORTY, free))
    assert (alone.statements[1].support, alone.statements[1].verdict) == (Support.UNCHECKED, None)
    reader = WordReader()
    reader.least = 0.1
    harbour.model = LanguageModel(model(server), checking=Checking(lambda: Checker(reader)))
    read = harbour.answer(YARD).statements[1]
    assert reader.read_all == [free]
    assert read.verdict is not None
    assert (read.support, read.verdict.reader) == (Support.SUPPORTED, "words")
    assert aside(read, None) == "supported by the quotation"


def model(server: LlmServer) -> ServerModel:
    return ServerModel.of(Settings(llm_url=server.url, llm_model=MODEL))


def test_a_guard_has_the_last_word_over_a_reader(harbour: Engine, server: LlmServer) -> None:
    server.claims((FORTY, FORTY, FORTY), (UP_TO, UP_TO, "The yard's cellars hold 9,000 bottles of wine."))
    harbour.model = LanguageModel(model(server), checking=Checking(lambda: Checker(WordReader())))
    lost = harbour.answer(YARD).statements[1]
    assert lost.verdict is not None
    assert (lost.verdict.probability, lost.support) == (1.0, Support.PARTLY)


def test_a_damaged_reader_of_claims_ends_in_quotations(harbour: Engine, server: LlmServer) -> None:
    def damaged() -> Checker:
        raise ModelError("the reader in 'claims' is damaged")

    server.claims((FORTY, FORTY, RIGHT))
    harbour.model = LanguageModel(model(server), checking=Checking(damaged))
    answer = harbour.answer(YARD)
    assert answer.model is not None
    assert answer.model.failure == "checker"
    assert answer.statements == harbour.answer(Query(YARD, quotations_only=True)).statements


def test_doubted_statements_are_grey_on_the_page_and_in_what_is_saved(harbour: Engine, server: LlmServer) -> None:
    lost = "The yard's cellars hold 9,000 bottles of wine."
    answer = told(harbour, server, (UP_TO, UP_TO, lost), (FORTY, FORTY, RIGHT))
    provider = EngineProvider(lambda: harbour, harbour)
    exchange = [c[-1] for c in converse(provider, (), YARD, TEXTS["uk"])][-1]
    page = str(statements_html(exchange, TEXTS["uk"]))
    assert f'<p class="words" dir="auto">{RIGHT}' in page
    assert '<p class="words doubted" dir="auto">The yard&#39;s cellars hold 9,000' in page
    assert "цитата підтверджує це лише частково: джерело каже «up to 9,000»" in page
    saved = conversation_html([answer], "x", harbour.sources())
    assert saved.count('class="doubted"') == 1
    assert "the source says “up to 9,000”" in saved


def bundle(harbour: Engine, server: LlmServer) -> bytes:
    answer = told(
        harbour, server, (FORTY, FORTY, RIGHT), (UP_TO, UP_TO, "The yard's cellars hold 9,000 bottles of wine.")
    )
    return pack([answer], harbour.sources(), harbour.settings, YARD)


def test_a_label_of_another_checker_is_said_and_is_no_failure(
    harbour: Engine, server: LlmServer, footnote_here: Footnote, tmp_path: Path
) -> None:
    def by_another(data: bytes) -> bytes:
        answer = json.loads(data)
        answer["model"]["checker"] = "Footnote 9: claims (abc)"
        answer["statements"][0] |= {"support": "unchecked", "verdict": None}
        return json.dumps(answer, ensure_ascii=False, indent=1).encode()

    data = changed(bundle(harbour, server), {"answers/01.json": by_another}, forged=True)
    found = replay(data)
    (other,) = found.labels
    assert (other.answer, other.statement, other.label, other.here) == (1, 1, Support.UNCHECKED, Support.SUPPORTED)
    assert not any("label" in problem for problem in found.problems)
    (tmp_path / "b.zip").write_bytes(data)
    shown = footnote_here("replay", str(tmp_path / "b.zip")).stdout
    assert f"Statements of a language model checked again by {Checker().name}." in shown
    assert "Statement 1.1 is labelled 'unchecked' by Footnote 9: claims (abc), here 'supported'." in shown


def test_a_bundle_is_not_made_of_labels_that_the_checker_does_not_give(harbour: Engine, server: LlmServer) -> None:
    answer = told(harbour, server, (FORTY, FORTY, RIGHT), (UNION, UNION, "The union did accept the figure."))
    praised = answer.statements[1].model_copy(update={"support": Support.SUPPORTED})
    forged = answer.model_copy(update={"statements": (answer.statements[0], praised)})
    with pytest.raises(QuoteError, match="statement 2 has another label"):
        pack([forged], harbour.sources(), harbour.settings, "x")


def test_the_record_says_which_checker_and_what_it_found(harbour: Engine, server: LlmServer) -> None:
    answer = told(
        harbour, server, (FORTY, FORTY, RIGHT), (UP_TO, UP_TO, "The yard's cellars hold 9,000 bottles of wine.")
    )
    assert answer.model is not None
    assert answer.model.checker == Checker().name
    again = Answer.model_validate_json(answer.model_dump_json())
    assert again == answer
    assert [s.verdict.label for s in again.statements if s.verdict] == [Label.SUPPORTED, Label.PARTLY]
    quoted = harbour.answer(Query(YARD, quotations_only=True))
    assert all(s.verdict is None for s in quoted.statements)
