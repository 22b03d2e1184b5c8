"""Statements for the reader of claims: how they are read, varied and drawn."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

import pytest

from index.errors import UsageError
from index.rerank.layout import Layout
from index.training.claim_batches import ClaimBatches, change_number, collate, drop_hedge, vary
from index.training.claim_data import Stance, Statement, read_claim_sets

PASSAGE = (
    "Arden lies on a river.",
    "Up to 300 boats lay there in 1512.",
    "In 1612 a fire took 411 houses.",
    "Nobody was tried.",
)
BOATS = Statement(
    "About 300 boats lay in Arden in 1512.", "Arden", "Arden. 2021", PASSAGE, Stance.SUPPORTED, (1,), number=1
)
WELL = Statement("A well was dug.", "Bexley", "", ("Bexley has a well.",), Stance.SUPPORTED, (0,), number=2)


def write(folder: Path, name: str, *rows: dict[str, object]) -> None:
    (folder / name).write_bytes(gzip.compress("\n".join(json.dumps(r) for r in rows).encode()))


def test_a_changed_number_is_another_one_and_nothing_else_changes() -> None:
    rng = random.Random(1)
    made = {change_number(BOATS, rng) for _ in range(60)}
    assert "About 300 boats lay in Arden in 1612." in made, "a number of the passage"
    assert "About 411 boats lay in Arden in 1512." in made
    assert BOATS.claim not in made
    for claim in made:
        words = [w for w in claim.split() if not w.rstrip(".").isdigit()]
        assert words == [w for w in BOATS.claim.split() if not w.rstrip(".").isdigit()]
    assert change_number(WELL, rng) == ""


def test_a_lost_hedge_leaves_the_rest() -> None:
    assert drop_hedge("Up to 300 boats lay there.") == "300 boats lay there."
    assert drop_hedge("It took nearly half the town.") == "It took half the town."
    assert drop_hedge("It went over the hill.") == "It went the hill.", "what it is about is not known here"
    assert drop_hedge("A well was dug.") == ""


def test_what_is_made_of_a_statement_has_the_stance_that_follows() -> None:
    rng = random.Random(3)
    made = [vary(BOATS, [BOATS, WELL], rng) for _ in range(600)]
    for one in made:
        if one.sentences == WELL.sentences:
            assert (one.stance, one.evidence) == (Stance.NOT_MENTIONED, ())
        elif one.stance is Stance.NOT_MENTIONED:
            assert PASSAGE[1] not in one.sentences
        elif one.stance is Stance.PARTLY:
            assert one.claim == "300 boats lay in Arden in 1512."
        elif one.stance is Stance.CONTRADICTED:
            assert one.claim != BOATS.claim
        else:
            assert one.claim == BOATS.claim
            assert one.evidence is not None
            assert [one.sentences[n] for n in one.evidence] == [PASSAGE[1]]
    assert {one.stance for one in made} == set(Stance)
    assert sum(one == BOATS for one in made) > len(made) / 3, "most stay as they are written"


def test_every_twelfth_passage_is_held_out_and_the_public_sets_are_read(tmp_path: Path) -> None:
    about = {"header": "", "sentences": ["One.", "Two."], "label": "partly", "evidence": [1]}
    written = [about | {"n": n, "title": f"T{n}", "claim": claim} for n in range(24) for claim in ("A.", "B.")]
    write(tmp_path, "claims.jsonl.gz", *written)
    fever = {
        "title": "An_Ox",
        "question": "An ox sat .",
        "sentences": ["It stood."],
        "labels": [1],
        "verdict": "REFUTES",
    }
    write(tmp_path, "fever-claims.jsonl.gz", fever, {**fever, "verdict": "SUPPORTS"})
    wice = {"title": "Ox", "question": "It ate.", "sentences": ["Hay.", "It ate."], "labels": [0, 0], "partial": [0, 1]}
    write(tmp_path, "wice-claims.jsonl.gz", wice | {"verdict": "partially_supported"})
    train, held, public = read_claim_sets(tmp_path)
    assert (len(train), {s.number for s in held}) == (44, {0, 12})
    assert [(s.claim, s.title, s.stance, s.evidence) for s in public] == [
        ("An ox sat.", "An Ox", Stance.CONTRADICTED, None),
        ("An ox sat.", "An Ox", Stance.SUPPORTED, (0,)),
        ("It ate.", "Ox", Stance.PARTLY, (1,)),
    ]
    assert all(s.weight < 1 for s in public)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no claims\.jsonl\.gz"):
        read_claim_sets(tmp_path)
    write(tmp_path, "claims.jsonl.gz", {"claim": "It sank."})
    with pytest.raises(UsageError, match=r"claims\.jsonl\.gz: cannot be read as statements \(KeyError"):
        read_claim_sets(tmp_path)


@pytest.mark.slow
def test_batches_keep_their_size_and_mark_the_evidence() -> None:
    layout = Layout()
    statements = [BOATS, WELL] * 20
    stream = ClaimBatches(statements, [], layout, seed=1, tokens=300).stream()
    drawn = [next(stream) for _ in range(30)]
    assert len({len(batch) for batch in drawn}) > 1
    for pairs in drawn:
        batch = collate(pairs)
        assert batch["ids"].numel() <= 300
        for n, (statement, row) in enumerate(pairs):
            marked = [k for k in range(len(row.spans)) if batch["evidence"][n, k] == 1]
            assert marked == list(statement.evidence or ())
            assert list(Stance)[int(batch["stance"][n])] is statement.stance
    unknown = Statement("It sank.", "", "", ("It swam.",), Stance.CONTRADICTED, None)
    assert collate([(unknown, layout.row(*layout.pieces(["It sank.", ""]), layout.pieces(["It swam."])))])[
        "evidence"
    ].tolist() == [[-1.0]]
