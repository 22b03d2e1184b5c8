"""Does a statement rest on quoted words? Guards, the reader's part, and the measure of both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from app.evaluate.claims import Claim, Truth, gains, majority, read_claims, score, verdicts
from app.support.check import Checker
from app.support.reader import Belief, OnnxClaimReader
from app.support.records import Evidence, Guard, Label
from app.words.languages import TEXTS
from app.words.reasons import reason_words
from index.errors import UsageError
from index.files import FileStamp, file_sha256
from index.rerank.card import CLAIMS_CARD, CLAIMS_GRAPH
from index.rerank.layout import tokenizer_file
from tests.conftest import ROOT
from tests.fakes import WordReader

MARKET = "Traders at the fish market said that up to 9,000 kilos of cod were not sold on 3 May 1998."
STRIKE = "The company's lawyer, Ida Moen, claims that 212 of the dockers were registered as late on Monday."


@pytest.mark.parametrize(
    ("source", "statement", "words"),
    [
        ("The yard built 412 boats.", "The yard built 421 boats.", "the source says “412”, not “421”"),
        ("The yard built 412 boats and sold 80.", "The yard built 512 boats.", "the source does not say “512”"),
        ("The ice is 4 centimetres thick.", "The ice is four metres thick.",
         "the source says “4 centimetres”, not “four metres”"),
        ("The bridge opened on 3 May 1998.", "The bridge opened on 3 May 1997.",
         "the source says “3 May 1998”, not “3 May 1997”"),
        ("Ida Moen opened the bridge.", "The bridge was opened by Karl Lund.", "the source does not mention “Karl”"),
        ("The cellars hold up to 9,000 people.", "The cellars hold 9,000 people.", "the source says “up to 9,000”"),
        ("The cellars hold up to a million people.", "The cellars hold a million people.",
         "the source says “up to a million”"),
        ("The prosecutor did not close the mayor's case.", "The prosecutor closed the mayor's case.",
         "the source says “not”"),
        ("The mayor was charged with theft of silver.", "The mayor was convicted of theft of silver.",
         "the source says “charged”, not “convicted”"),
        ("The ferry called at Skagen in June.", "The ferry called only at Skagen in June.",
         "the source does not say “only”"),
        ("The captain claims that the ferry was overloaded with timber.", "The ferry was overloaded with timber.",
         "the source only reports that somebody says so: “claims”"),
        ("The alleged theft of the silver took place in June.", "The theft of the silver took place in June.",
         "the source says “alleged” and does not state this as a fact"),
    ],
)  # fmt: skip
def test_what_a_statement_changes_is_found_and_said(source: str, statement: str, words: str) -> None:
    verdict = Checker().check(statement, Evidence((source,)))
    assert not verdict.label.holds
    assert words in [reason_words(r) for r in verdict.reasons]


@pytest.mark.parametrize(
    ("source", "statement"),
    [
        ("The yard built 200,000 boats.", "Two hundred thousand boats were built by the yard."),
        ("The yard built 200 000 boats.", "The yard built 200,000 boats."),
        ("The cellars hold up to 9,000 people.", "As many as 9,000 people fit into the cellars, it holds."),
        ("The yard built 4,817 boats.", "The yard built about 4,800 boats."),
        ("The yard built 1,050,000 boats.", "The yard built more than a million boats."),
        ("A third of the boats sank.", "Some 33 per cent of the boats sank."),
        ("In Vuhledar the bridge was closed by the mayor.", "The mayor closed the bridge in Ugledar."),
        ("The captain claims that the ferry was overloaded.", "According to the captain, the ferry was overloaded."),
        ("The case was not closed.", "The case has never been closed."),
    ],
)
def test_the_same_in_other_words_passes(source: str, statement: str) -> None:
    verdict = Checker().check(statement, Evidence((source,)))
    assert (verdict.label, verdict.reasons, verdict.reader) == (Label.SUPPORTED, (), "")


def test_a_calculated_figure_is_not_proved_and_not_wrong() -> None:
    evidence = Evidence(("Of 150 tanks that were promised to the brigade 20 came.",))
    statement = "Of the tanks promised to the brigade 130 never came."
    alone = Checker().check(statement, evidence)
    assert alone.label is Label.NOT_SUPPORTED
    assert [r.guard for r in alone.reasons] == [Guard.DERIVED]
    reader = WordReader()
    reader.least = 0.5
    assert Checker(reader).check(statement, evidence).label is Label.SUPPORTED  # a reader may follow the sum


def test_names_and_dates_may_stand_around_the_quotation() -> None:
    statement = "Ida Moen closed the bridge in 1998."
    assert Checker().check(statement, Evidence(("She closed the bridge.",))).label is Label.NOT_SUPPORTED
    around = Evidence(("She closed the bridge.",), header="Harbour Paper, 3 May 1998", context="Ida Moen is mayor.")
    assert Checker().check(statement, around).reasons == ()


def test_only_a_whole_sentence_is_quoted() -> None:
    evidence = Evidence(("Nothing else is known.", MARKET))
    assert Checker().check(f"“{MARKET}”", evidence).label is Label.QUOTED
    assert Checker().check(MARKET, evidence).sentence == 1
    assert Checker().check("9,000 kilos of cod were not sold on 3 May 1998.", evidence).label is Label.PARTLY


def test_a_reader_judges_what_the_guards_let_pass_and_no_more() -> None:
    reader = WordReader()
    evidence = Evidence(("The ferry called at Skagen in June.", STRIKE))
    near, far, wrong, quoted = Checker(reader).check_all(
        [
            ("The ferry called at Skagen in June too.", evidence),
            ("The boat put in there at the start of summer.", evidence),
            ("Ida Moen claims that 221 of the dockers were registered as late on Monday.", evidence),
            (STRIKE, evidence),
        ]
    )
    assert (near.label, near.reader, near.probability is not None) == (Label.SUPPORTED, "words", True)
    assert far.label is Label.NOT_SUPPORTED
    assert (wrong.label, wrong.probability is not None and wrong.probability > reader.least) == (
        Label.CONTRADICTED,
        True,
    )
    assert (quoted.label, STRIKE in reader.read_all) == (Label.QUOTED, False)


class Believing(WordReader):
    """Believes the same of every statement."""

    def __init__(self, belief: Belief) -> None:
        super().__init__()
        self.belief = belief

    def read(self, pairs: Sequence[tuple[str, Evidence]]) -> list[Belief]:
        return [self.belief for _ in pairs]


@pytest.mark.parametrize(
    ("said", "part", "label"),
    [
        ((0.9, 0.1, 0.0, 0.0), "", Label.SUPPORTED),
        ((0.9, 0.1, 0.0, 0.0), "whole_statement", Label.UNSURE),
        ((0.9, 0.1, 0.0, 0.0), "whole_evidence", Label.SUPPORTED),
        ((0.0, 0.1, 0.0, 0.9), "", Label.NOT_SUPPORTED),
        ((0.0, 0.1, 0.0, 0.9), "whole_statement", Label.UNSURE),
        ((0.0, 0.1, 0.0, 0.9), "whole_evidence", Label.UNSURE),
    ],
)
def test_of_what_was_read_in_part_a_reader_is_not_believed(
    said: tuple[float, float, float, float], part: str, label: Label
) -> None:
    belief = Belief(*said, 0)._replace(**({part: False} if part else {}))
    evidence = Evidence(("The ferry called at Skagen in June.",))
    assert Checker(Believing(belief)).check("The ferry called at Skagen in June too.", evidence).label is label


def test_reasons_are_told_in_every_language() -> None:
    verdict = Checker().check("The cellars hold 9,000 people.", Evidence(("The cellars hold up to 9,000 people.",)))
    assert [reason_words(r, TEXTS["uk"]) for r in verdict.reasons] == ["джерело каже «up to 9,000»"]


def test_a_shipped_reader_is_opened_and_its_logits_become_a_belief(tmp_path: Path) -> None:
    """A graph that finds a statement the likelier supported the more tokens it reads."""
    onnx = pytest.importorskip("onnx")
    helper, types = onnx.helper, onnx.TensorProto
    ids = helper.make_tensor_value_info("input_ids", types.INT64, [1, "tokens"])
    out = helper.make_tensor_value_info("logits", types.FLOAT, [4])
    shows = helper.make_tensor_value_info("shows", types.FLOAT, [1, "sentences"])
    table = helper.make_tensor_value_info("membership", types.FLOAT, [1, "sentences", "tokens"])
    nodes = [
        helper.make_node("Shape", ["input_ids"], ["shape"]),
        helper.make_node("Cast", ["shape"], ["size"], to=types.FLOAT),
        helper.make_node("ReduceSum", ["size"], ["sum"], keepdims=0),
        helper.make_node("Sub", ["sum", "middle"], ["first"]),
        helper.make_node("Unsqueeze", ["first", "axis"], ["one"]),
        helper.make_node("Concat", ["one", "rest"], ["logits"], axis=0),
        helper.make_node("ReduceSum", ["membership", "last"], ["shows"], keepdims=0),
    ]
    constants = [
        helper.make_tensor("middle", types.FLOAT, [], [20.0]),
        helper.make_tensor("axis", types.INT64, [1], [0]),
        helper.make_tensor("rest", types.FLOAT, [3], [0.0, 1.0, -1.0]),
        helper.make_tensor("last", types.INT64, [1], [2]),
    ]
    graph = helper.make_graph(nodes, "claims", [ids, table], [out, shows], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, tmp_path / CLAIMS_GRAPH)
    assert OnnxClaimReader.open(tmp_path / "none") is None
    card = {
        "title": "toy",
        "files": {CLAIMS_GRAPH: FileStamp.of(tmp_path / CLAIMS_GRAPH).model_dump()},
        "tokenizer_sha256": file_sha256(tokenizer_file()),
        "curve": {"slope": 1.0, "bias": 0.0},
        "thresholds": {"cautious": 0.9, "balanced": 0.8, "generous": 0.7},
        "made": "", "data": {}, "measured": {},
    }  # fmt: skip
    (tmp_path / CLAIMS_CARD).write_text(json.dumps(card))
    reader = OnnxClaimReader.open(tmp_path)
    assert reader is not None
    short, long = reader.read([("It sank.", Evidence(("It sank.",))), ("It sank.", Evidence(("It sank.", MARKET)))])
    assert isinstance(short, Belief)
    assert np.allclose([sum(short[:4]), sum(long[:4])], 1.0)
    assert (short.sentence, long.sentence) == (0, 1)
    assert (short.supported < 0.1, long.supported > 0.8, reader.least) == (True, True, 0.8)
    assert short.contradicted > short.partly > short.not_mentioned
    long = Evidence(("It sank.", *(f"On day {n} the gauge stood at {n}." for n in range(99))))
    lengthy, cut = reader.read([("It sank. " * 99, Evidence(("It sank.",))), ("It sank.", long)])
    assert (short.whole_statement, short.whole_evidence) == (True, True)
    assert (lengthy.whole_statement, lengthy.whole_evidence) == (False, True)
    assert (cut.whole_statement, cut.whole_evidence) == (True, False)
    assert Checker(reader).check(f"Indeed {MARKET.lower()}", Evidence((MARKET,))).reader.startswith("toy (")


def test_the_measure_tells_a_good_checker_from_the_commonest_label(tmp_path: Path) -> None:
    lines = [
        ("The yard built 412 boats in a year.", "supported"),
        ("In a year 412 boats were built by the yard.", "supported"),
        ("The yard built 512 boats in a year.", "contradicted"),
        ("Whales sing at night in the cold sea.", "not mentioned"),
    ]
    rows = [
        {"claim": c, "label": label, "sentences": ["The yard built 412 boats in a year."], "evidence": [0]}
        for c, label in lines
    ]
    path = tmp_path / "claims.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    claims = read_claims(path)
    found = score("guards", claims, verdicts(Checker(), claims, whole=True))
    assert (found.balanced, found.auroc, found.right_kept, found.wrong_passed) == (1.0, 1.0, 1.0, 0.0)
    common = majority(claims)
    assert (common.balanced, common.auroc, common.wrong_passed) == (pytest.approx(1 / 3), 0.5, 1.0)
    by_guard = {g.guard: (g.right, g.wrong) for g in gains(claims, verdicts(Checker(), claims, whole=True))}
    assert by_guard[Guard.FIGURE] == (0.0, 0.5)
    path.write_text(json.dumps({**rows[0], "evidence": [7]}))
    with pytest.raises(UsageError, match=r"line 1: .*lies outside the 1 sentences"):
        read_claims(path)


def test_the_statements_on_the_bundled_corpus_stand_on_its_words(real_engine) -> None:  # type: ignore[no-untyped-def]
    claims: list[Claim] = read_claims(ROOT / "tests" / "bench" / "claims.jsonl")
    assert len(claims) >= 100
    assert {c.label for c in claims} == set(Truth)
    for claim in claims:
        text = real_engine.source(claim.source).text
        assert all(sentence in text for sentence in claim.sentences), claim.claim
        assert bool(claim.evidence) == (claim.label is not Truth.NOT_MENTIONED)


def test_a_sentence_that_differs_in_two_things_speaks_of_something_else() -> None:
    """Of another bill with another count nothing says otherwise; of the bill itself the other count does."""
    claim = "Parliament passed bill No. 14 with 300 votes."
    checker = Checker()
    other = Evidence(sentences=("Parliament passed bill No. 15 with 253 votes.",))
    itself = Evidence(sentences=("Parliament passed bill No. 14 with 270 votes.",))
    assert checker.check(claim, other).label is Label.NOT_SUPPORTED
    assert checker.check(claim, itself).label is Label.CONTRADICTED
