"""Proved citations as a llama-index response synthesizer, for a query engine of your own.

Its nodes must be Footnote's (`index.llama.PassageParser`, `index.llama.FootnoteRetriever`), from whatever store: only
they have the exact offsets that a quotation is proved with. docs/llm.md has an example.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Generator, Sequence
from typing import Any

from llama_index.core.base.response.schema import (
    RESPONSE_TYPE,
    AsyncStreamingResponse,
    Response,
    StreamingResponse,
)
from llama_index.core.callbacks import CallbackManager, CBEventType, EventPayload
from llama_index.core.llms import LLM
from llama_index.core.prompts.mixin import PromptDictType
from llama_index.core.response_synthesizers import BaseSynthesizer
from llama_index.core.schema import NodeWithScore, QueryType, TextNode
from llama_index.core.types import RESPONSE_TEXT_TYPE

from app.answer.compose import Draft, Numbering, plain_text
from app.llm.checking import Checking
from app.llm.client import AnyModel, Limits
from app.llm.failure import ModelFailure, Reason
from app.llm.generate import Generated
from app.llm.prompt import REFUSAL
from app.records import Statement
from index.errors import UsageError
from index.llama import passage_of
from index.source import Source, SourceFacts

Found = Sequence[NodeWithScore]


class ProvedCitations(BaseSynthesizer):
    """Has `llm` answer from the nodes; each statement is proved before it is given out, or marked.

    The response's text has a statement a line with [n] marks. Its `metadata` holds `statements` (records as in
    docs/json.md, each quotation with source, offsets and words) and `model` (what was asked and replied). With
    `streaming` the metadata grows while the stream is read.

    `source`: a source's id -> the source, as `Retriever.generation.source`. `article`: the text that notes among the
    sources may tell of; without it no note's words are marked as being on it. `doubted`: give out what no quotation
    bears out, marked, behind the rest. `checking`: labels the statements.
    Raises UsageError for nodes that are not Footnote's, QuoteError for one whose text is not its source's any more, and
    ModelFailure where the model does not answer.
    """

    def __init__(
        self,
        llm: LLM,
        source: Callable[[str], Source],
        *,
        article: SourceFacts | None = None,
        streaming: bool = False,
        limits: Limits | None = None,
        doubted: bool = True,
        checking: Checking | None = None,
    ) -> None:
        super().__init__(llm=llm, callback_manager=CallbackManager([]), streaming=streaming)
        self._source, self._article, self._limits, self._doubted = source, article, limits, doubted
        self._checking = checking or Checking()

    def synthesize(
        self,
        query: QueryType,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        **response_kwargs: Any,
    ) -> RESPONSE_TYPE:
        """Answer `query` from `nodes`."""
        del response_kwargs
        question = query if isinstance(query, str) else query.query_str
        found = [*nodes, *(additional_source_nodes or ())]
        metadata: dict[str, Any] = {"statements": [], "model": None}
        lines = self._lines(question, nodes, metadata)
        with self.callback_manager.event(CBEventType.SYNTHESIZE, {EventPayload.QUERY_STR: question}) as event:
            response: Response | StreamingResponse
            if self._streaming:
                response = StreamingResponse((f"{line}\n" for line in lines), found, metadata)
            else:
                response = Response("\n".join(lines), found, metadata)
            event.on_end({EventPayload.RESPONSE: response})
        return response

    async def asynthesize(
        self,
        query: QueryType,
        nodes: list[NodeWithScore],
        additional_source_nodes: Sequence[NodeWithScore] | None = None,
        **response_kwargs: Any,
    ) -> RESPONSE_TYPE:
        """Answer `query` from `nodes`, on a thread."""
        made = await asyncio.to_thread(self.synthesize, query, nodes, additional_source_nodes, **response_kwargs)
        if not isinstance(made, StreamingResponse):
            return made
        return AsyncStreamingResponse(_beside(made.response_gen), made.source_nodes, made.metadata)

    def get_response(self, query_str: str, text_chunks: Sequence[str], **response_kwargs: Any) -> RESPONSE_TEXT_TYPE:
        """Refuse: a text without its node has no place that could be proved."""
        del query_str, text_chunks, response_kwargs
        raise UsageError("ProvedCitations answers from nodes; call synthesize(query, nodes)")

    async def aget_response(
        self, query_str: str, text_chunks: Sequence[str], **response_kwargs: Any
    ) -> RESPONSE_TEXT_TYPE:
        """Refuse, as `get_response`."""
        return self.get_response(query_str, text_chunks, **response_kwargs)

    def _lines(self, question: str, nodes: Found, metadata: dict[str, Any]) -> Generator[str]:
        """Yield a line a statement, and keep its record."""
        sources: dict[str, Source] = {}
        passages = []
        for node in (found.node for found in nodes):
            if not isinstance(node, TextNode) or "source_id" not in node.metadata:
                raise UsageError("a node is not Footnote's; retrieve with index.llama.FootnoteRetriever")
            source = self._source(node.metadata["source_id"])
            sources[source.id] = source
            passages.append(passage_of(node, source))
        numbering = Numbering(sources, self._article)
        engine = Generated(AnyModel(self._llm, self._limits), doubted=self._doubted, checking=self._checking)
        try:
            for made in engine.tell(question, passages, sources) if passages else ():
                if isinstance(made, Draft):
                    statement = numbering.statement(made)
                    metadata["statements"].append(statement.model_dump(mode="json"))
                    yield _line(statement, sources)
        except ModelFailure as failure:
            if failure.reason is not Reason.DECLINED:
                raise
        metadata["model"] = engine.run.model_dump(mode="json")
        if not metadata["statements"]:
            yield REFUSAL

    def _get_prompts(self) -> PromptDictType:
        return {}

    def _update_prompts(self, prompts: PromptDictType) -> None:
        """Change nothing: the prompt belongs to the proof."""


def _line(statement: Statement, sources: dict[str, Source]) -> str:
    return plain_text([statement], {i: s.facts for i, s in sources.items()})


async def _beside(lines: Generator[str]) -> AsyncGenerator[str]:
    """Read `lines` on a thread, so that the event loop does not wait for a model."""
    while (line := await asyncio.to_thread(next, lines, None)) is not None:
        yield line
