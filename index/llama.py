"""Footnote inside llama-index: its passages as a node parser, its search as a retriever.

The only file of this package that imports llama-index. A node's offsets are the passage's own, never searched for;
`quote_of` turns a node back into a proved quotation, `passage_of` into a passage with its sentences.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from llama_index.core.callbacks import CallbackManager
from llama_index.core.node_parser import NodeParser
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import (
    BaseNode,
    Document,
    MetadataMode,
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)
from pydantic import PrivateAttr

from index.embedding.embedder import Embedder
from index.errors import UsageError
from index.filters import Filters
from index.passage import Passage, Quote
from index.read.sentences import sentences_of
from index.read.split import split
from index.retrieve import Retriever
from index.source import Source

_HEADER = "passage_header"  # what is embedded and searched with a passage's text
_HIDDEN = ("source_id", "sha256", "url", "kind", "relation", _HEADER)


class PassageParser(NodeParser):
    """A llama-index node parser that makes Footnote's passages, with exact offsets.

    It parses the documents that `document_of` makes. It refuses others with UsageError: only a Source has the
    canonical text that offsets are proved against.
    """

    target_tokens: int = 160
    _embedder: Any = PrivateAttr()
    _sources: dict[str, Source] = PrivateAttr()

    def __init__(self, embedder: Embedder, sources: Sequence[Source], target_tokens: int = 160) -> None:
        super().__init__(target_tokens=target_tokens, include_prev_next_rel=False)
        self._embedder = embedder
        self._sources = {document_id(s): s for s in sources}

    @classmethod
    def class_name(cls) -> str:
        return "PassageParser"

    def _parse_nodes(self, nodes: Sequence[BaseNode], show_progress: bool = False, **kwargs: Any) -> list[BaseNode]:
        del show_progress, kwargs
        made: list[BaseNode] = []
        for node in nodes:
            source = self._sources.get(node.node_id)
            if source is None or source.text != node.get_content(metadata_mode=MetadataMode.NONE):
                raise UsageError(
                    f"'{node.node_id}' is no source of this parser; make documents with document_of(source)"
                )
            made += (node_of(p, source) for p in split(source, self._embedder, self.target_tokens))
        return made

    def _postprocess_parsed_nodes(self, nodes: list[BaseNode], parent_doc_map: dict[str, Document]) -> list[BaseNode]:
        """Return the nodes unchanged: llama-index would search their offsets with str.find."""
        del parent_doc_map
        return nodes


class FootnoteRetriever(BaseRetriever):
    """A llama-index retriever over an open index; node scores are `Hit.score`, 0..1, higher is better."""

    def __init__(self, retriever: Retriever, k: int = 5, filters: Filters = Filters()) -> None:
        self._retriever, self._k, self._filters = retriever, k, filters
        super().__init__(callback_manager=CallbackManager([]))

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._retriever.retrieve(query_bundle.query_str, self._k, self._filters)
        source = self._retriever.generation.source
        return [NodeWithScore(node=node_of(h.passage, source(h.passage.source_id)), score=h.score) for h in hits]


def document_of(source: Source) -> Document:
    """Return `source` as a llama-index document of the same text, with the id and the metadata that it came with."""
    return Document(id_=document_id(source), text=source.text, metadata=_metadata(source), **_hidden(source))


def node_of(passage: Passage, source: Source) -> TextNode:
    """Return `passage` as a text node with its exact offsets in `source.text`."""
    return TextNode(
        id_=passage.id,
        text=passage.text,
        start_char_idx=passage.start,
        end_char_idx=passage.end,
        metadata=_metadata(source) | {_HEADER: passage.header},
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=document_id(source))},
        **_hidden(source),
    )


def quote_of(node: TextNode, source: Source) -> Quote:
    """Return the node's text as a proved quotation of `source`. Raises QuoteError."""
    start, end = node.start_char_idx, node.end_char_idx
    quote = Quote(source.id, str(node.metadata.get("sha256")), start or 0, end or 0, node.text)
    quote.prove(source)
    return quote


def passage_of(node: TextNode, source: Source) -> Passage:
    """Return the passage of a node that `node_of` made, with its sentences. Raises QuoteError.

    A sentence that is too long for the model is whole in it, also where the node's passage had a part of it embedded.
    """
    quote = quote_of(node, source)
    inside = (s.sentence for s in sentences_of(source) if s.sentence.start < quote.end and quote.start < s.sentence.end)
    header = str(node.metadata.get(_HEADER, ""))
    return Passage(source.id, quote.start, quote.end, quote.text, header, tuple(inside))


def document_id(source: Source) -> str:
    """Return the id of a source's document: its own, but for one that came as a document with another."""
    return str(_came_as(source).get("id", source.id))


def _came_as(source: Source) -> dict[str, Any]:
    """Return what was kept of the document that a source was."""
    try:
        kept = json.loads(source.document or "{}")
    except ValueError:
        return {}  # a sidecar that was written by hand
    return kept if isinstance(kept, dict) else {}


def _metadata(source: Source) -> dict[str, Any]:
    """Return the metadata that a document came with, and Footnote's own."""
    kept = _came_as(source).get("metadata")
    return (kept if isinstance(kept, dict) else {}) | {
        "source_id": source.id,
        "sha256": source.sha256,
        "title": source.title,
        "publisher": source.publisher,
        "published": source.published,
        "url": source.url,
        "kind": source.kind.value,
        "relation": source.relation.value,
    }


def _hidden(source: Source) -> dict[str, list[str]]:
    """Return which metadata neither a model nor an embedder is shown: what says nothing of the text, or came hidden."""
    kept = _came_as(source)
    names = ("excluded_llm_metadata_keys", "excluded_embed_metadata_keys")
    return {name: [*dict.fromkeys([*_HIDDEN, *map(str, kept.get(name, ()))])] for name in names}
