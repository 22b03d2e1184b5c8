"""Proved citations in a llama-index pipeline: the example of the docs, any LLM, streaming, and foreign nodes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.engine import Engine
from app.llm.failure import ModelFailure
from app.llm.prompt import REFUSAL
from app.settings import Settings
from index.errors import QuoteError, UsageError
from tests.conftest import CORPUS, ROOT
from tests.fakes import HashedWords, open_hashed, write_source
from tests.llm_server import FORTY, MODEL, UNION, YARD, LlmServer, Request, Say, as_reply


def said_by(say: Callable[[str], str]) -> Any:
    """A llama-index LLM that replies to a prompt with what `say` makes of it, a few letters at a time."""
    from llama_index.core.llms import CompletionResponse, CustomLLM, LLMMetadata

    class Scripted(CustomLLM):
        @property
        def metadata(self) -> LLMMetadata:
            return LLMMetadata(model_name="scripted", context_window=4096)

        def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:  # noqa: ARG002
            return CompletionResponse(text=say(prompt))

        def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:  # noqa: ARG002
            text = say(prompt)
            return (CompletionResponse(text=text[: n + 5], delta=text[n : n + 5]) for n in range(0, len(text), 5))

    return Scripted()


def two_statements(prompt: str) -> str:
    request = Request({"messages": [{"content": prompt}]}, {})
    said = [
        (request.number(FORTY), FORTY, "In 1912 forty ships were built by the yard."),
        (request.number(UNION), "the king", "The king did it."),
    ]
    return as_reply(request, said)


def query_engine(yard: Engine, llm: Any, **settings: Any) -> Any:
    from llama_index.core.query_engine import RetrieverQueryEngine

    from app.llm import ProvedCitations
    from index.llama import FootnoteRetriever

    with yard.run(YARD) as run:
        retriever = run.retriever
    return RetrieverQueryEngine(
        FootnoteRetriever(retriever, k=5), ProvedCitations(llm, retriever.generation.source, **settings)
    )


EXPECTED = (
    "In 1912 forty ships were built by the yard. [1] (Example Press, 21 Oct 2024; supported by the quotation)\n"
    "The king did it. (not found in the sources)"
)


def test_a_query_engine_answers_with_proved_citations(yard: Engine) -> None:
    response = query_engine(yard, said_by(two_statements)).query(YARD)
    assert str(response) == EXPECTED
    first, second = response.metadata["statements"]
    assert [(q["source_id"], q["text"]) for q in first["quotes"]] == [("article", FORTY)]
    assert (second["support"], second["quotes"]) == ("not-found", [])
    assert response.metadata["model"]["name"] == "scripted"
    assert response.source_nodes


def test_it_streams_and_works_in_an_event_loop(yard: Engine) -> None:
    streamed = query_engine(yard, said_by(two_statements), streaming=True).query(YARD)
    assert list(streamed.response_gen) == [f"{line}\n" for line in EXPECTED.split("\n")]

    async def both() -> tuple[str, list[str]]:
        whole = await query_engine(yard, said_by(two_statements)).aquery(YARD)
        stream = await query_engine(yard, said_by(two_statements), streaming=True).aquery(YARD)
        return str(whole), [line async for line in stream.response_gen]

    whole, lines = asyncio.run(both())
    assert whole == EXPECTED
    assert "".join(lines).strip() == EXPECTED


def test_what_a_note_only_tells_of_the_article_is_marked(tmp_path: Path) -> None:
    told = "The Harbour Paper article says that the yard built forty ships."
    corpus = tmp_path / "corpus"
    write_source(corpus, "paper", FORTY, kind="article", relation="article", publisher="Harbour Paper")
    write_source(corpus, "union", told, publisher="Dock Union", url="https://union.example/")
    engine = open_hashed(Settings(home=tmp_path / "home", corpus=corpus, reader="small"))

    def say(prompt: str) -> str:
        request = Request({"messages": [{"content": prompt}]}, {})
        return as_reply(request, [(request.number(told), told, "Forty ships were built.")])

    for article in (engine.source("paper").facts, None):
        (statement,) = query_engine(engine, said_by(say), article=article).query(YARD).metadata["statements"]
        assert statement["on_article"] is (article is not None)


def test_a_refusal_is_the_answer_and_a_failure_an_error(yard: Engine) -> None:
    refused = query_engine(yard, said_by(lambda _: REFUSAL)).query(YARD)
    assert (str(refused), refused.metadata["statements"]) == (REFUSAL, [])
    for reply in ("", "No words of any source."):
        with pytest.raises(ModelFailure):
            query_engine(yard, said_by(lambda _, r=reply: r)).query(YARD)

    def broken(_: str) -> str:
        raise RuntimeError("sk-secret")

    with pytest.raises(ModelFailure) as caught:
        query_engine(yard, said_by(broken)).query(YARD)
    assert "sk-secret" not in str(caught.value)


def test_a_node_that_is_not_footnotes_is_refused(yard: Engine) -> None:
    from llama_index.core.schema import NodeWithScore, TextNode

    engine = query_engine(yard, said_by(two_statements))
    good = engine.retrieve(YARD)[0].node
    forged = good.model_copy(update={"text": good.text.replace("forty", "fifty")})
    with pytest.raises(QuoteError):
        engine.synthesize(YARD, [NodeWithScore(node=forged)])
    with pytest.raises(UsageError, match="not Footnote's"):
        engine.synthesize(YARD, [NodeWithScore(node=TextNode(text=FORTY))])
    with pytest.raises(UsageError, match="answers from nodes"):
        engine._response_synthesizer.get_response(YARD, [FORTY])


def test_the_example_of_the_docs_runs(
    hashed_engine: Engine, server: LlmServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quoted = []

    def say(request: Request) -> Say:
        quoted.append(request.passages[1].split(". ")[0])
        return Say(as_reply(request, [(1, quoted[-1], quoted[-1])]))

    server.say = say
    monkeypatch.setattr("index.retrieve.open_embedder", lambda _: HashedWords())
    monkeypatch.setenv("FOOTNOTE_HOME", str(hashed_engine.settings.home))
    monkeypatch.setenv("FOOTNOTE_CORPUS", str(CORPUS))
    page = (ROOT / "docs" / "llm.md").read_text("utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    exec(example.replace("http://127.0.0.1:11434/v1", server.url).replace('"NAME"', f'"{MODEL}"'), {})
    assert capsys.readouterr().out.split("“")[1].startswith(quoted[0])
