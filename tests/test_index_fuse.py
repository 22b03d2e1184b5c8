"""Rankings without repeats: what is found twice keeps its best place."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.answer.compose import Draft
from app.answerer import Found
from app.llm.asked import passages_of
from app.llm.protocol import Asked
from app.records import QuestionKind
from index.build.build import build
from index.passage import Hit, Passage, Quote, Sentence, SentenceScore
from index.rerank.reranker import PassageScore, Thresholds
from index.retrieve import Retriever
from index.settings import IndexSettings
from index.storage.generation import open_current
from tests.chat_engine import source_of
from tests.fakes import HashedWords, write_source

LONG = "Gavin Roe denied under oath " + "; ".join(f"that he sold plot {n} to the brewer" for n in range(1, 90)) + "."
SHORT = "The brewer sold one plot of his own."


class OnePiece:
    """A reranker that finds one piece of the long sentence the best of all, and its others the worst."""

    name, thresholds = "one piece", Thresholds(cautious=0.5, balanced=0.5, generous=0.5)

    def score(self, _query: str, passages: Sequence[Passage], _similarities: Sequence[float]) -> list[PassageScore]:
        scores = [0.9 if "plot 80 " in p.body else 0.5 if SHORT in p.body else 0.1 for p in passages]
        return [PassageScore((s,) * len(p.sentences), s) for p, s in zip(passages, scores, strict=True)]


def test_a_passage_that_is_found_in_pieces_keeps_the_place_of_its_best(tmp_path: Path) -> None:
    write_source(tmp_path / "corpus", "oath", LONG)
    write_source(tmp_path / "corpus", "brewer", SHORT)
    settings, embedder = IndexSettings(home=tmp_path / "home", corpus=tmp_path / "corpus"), HashedWords()
    build(settings, embedder=embedder)
    retriever = Retriever(settings, open_current(settings), embedder)
    retriever.reranker = OnePiece()
    hits = retriever.retrieve("Which plot did the brewer get?")
    assert [(h.passage.source_id, h.score) for h in hits] == [("oath", 0.9), ("brewer", 0.5)]


def test_a_model_gets_the_passage_of_the_extractive_answer_first() -> None:
    source = source_of("The yard built ships. The yard built cranes.")
    one, two = (Passage(source.id, a, b, source.text[a:b], "", (Sentence(a, b, source.text[a:b]),))
                for a, b in ((0, 21), (22, 44)))  # fmt: skip
    hits = tuple(Hit(p, 0.5, 1, 1, 0.5, 0.5, (SentenceScore(p.sentences[0], 0.5, None, 0.5),)) for p in (one, two))
    quoted = Draft(two.text, (Quote.of(source, two.start, two.end),))
    found = Found(QuestionKind.FACT, (quoted, quoted), hits)
    question = "What did the yard build?"
    assert passages_of(Asked(question, question, found, {source.id: source}, lambda _: ())) == [two, one]
