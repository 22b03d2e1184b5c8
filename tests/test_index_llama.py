"""Inside llama-index: passages as nodes with exact offsets, the search as a retriever of a query engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import UsageError
from index.filters import Filters
from index.read.corpus import read_corpus
from index.retrieve import Retriever
from index.settings import IndexSettings
from tests.conftest import CORPUS
from tests.fakes import HashedWords


@pytest.mark.slow
def test_the_parser_gives_every_node_its_exact_offsets() -> None:
    from index.llama import PassageParser, document_of, quote_of

    sources = read_corpus(CORPUS)
    parser = PassageParser(HashedWords(), sources)
    nodes = parser.get_nodes_from_documents([document_of(s) for s in sources])
    by_id = {s.id: s for s in sources}
    assert len(nodes) > 100
    for node in nodes:
        source = by_id[node.ref_doc_id]
        quote = quote_of(node, source)
        assert source.text[quote.start : quote.end] == node.get_content()


@pytest.mark.slow
def test_the_parser_refuses_a_document_that_is_no_source() -> None:
    from llama_index.core.schema import Document

    from index.llama import PassageParser

    parser = PassageParser(HashedWords(), read_corpus(CORPUS))
    with pytest.raises(UsageError, match="is no source of this parser"):
        parser.get_nodes_from_documents([Document(text="Something else.")])


def test_the_retriever_serves_a_query_engine(built_home: Path) -> None:
    from llama_index.core.llms import MockLLM
    from llama_index.core.query_engine import RetrieverQueryEngine

    from index.llama import FootnoteRetriever, quote_of

    retriever = Retriever.open(IndexSettings(home=built_home, corpus=CORPUS))
    only = frozenset({"law-3902-ix-2024-08-20"})
    engine = RetrieverQueryEngine.from_args(
        FootnoteRetriever(retriever, k=3, filters=Filters(sources=only)), llm=MockLLM()
    )
    response = engine.query("How many votes did bill No. 11322 get?")
    assert response.source_nodes
    assert "270 votes" in str(response)  # the mock repeats its prompt, and with it what was retrieved
    for found in response.source_nodes:
        assert found.node.metadata["source_id"] in only
        quote_of(found.node, retriever.generation.source(found.node.metadata["source_id"]))
    scores = [n.score for n in response.source_nodes]
    assert scores == sorted(scores, reverse=True)
