"""`footnote search` and `footnote show`: passages and sources as they are in the index."""

from __future__ import annotations

from typing import Annotated

import typer

from app.cli.options import Home, Json, Sources, filters, open_engine, settings
from app.cli.output import console, say_json
from app.outside import whole_characters
from index.errors import UsageError


def search(
    query: Annotated[str, typer.Argument(help="Words to look for, or a question.")],
    k: Annotated[int, typer.Option("-k", min=1, max=100, help="Number of passages.")] = 5,
    source: Sources = None,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Find the passages that best match QUERY. Scores run from 0 to 1, higher is better."""
    from app.render.terminal import print_hits

    if not query.strip():
        raise UsageError("the query is empty; write what to look for")
    engine = open_engine(home)
    hits = engine.search(query, k, filters(engine, source))
    if not as_json:
        print_hits(console(), hits, {s.id: s for s in engine.sources()})
        return
    say_json(
        [
            {
                "source_id": h.passage.source_id,
                "start": h.passage.start,
                "end": h.passage.end,
                "score": h.score,
                "similarity": h.similarity,
                "dense_rank": h.dense_rank,
                "lexical_rank": h.lexical_rank,
                "text": h.passage.text,
            }
            for h in hits
        ]
    )


def show(
    source_id: Annotated[str, typer.Argument(help="The source, by its id.")],
    span: Annotated[str | None, typer.Option(help="START:END, character offsets.")] = None,
    as_json: Json = False,
    home: Home = None,
) -> None:
    """Print a source, or the words at START:END with their context."""
    from app.render.terminal import print_span
    from index.passage import Quote
    from index.storage.generation import open_current

    source = open_current(settings(home=home).index).source(whole_characters(source_id))
    start, end = _span(span) if span else (0, len(source.text))
    quote = Quote.of(source, start, end)
    if not as_json:
        print_span(console(), source, start, end)
        return
    say_json(
        {
            "source_id": source.id,
            "source_sha256": source.sha256,
            "start": start,
            "end": end,
            "text": quote.text,
            "file": source.file,
            "line": source.line_at(start),
            "url": source.url,
        }
    )


def _span(text: str) -> tuple[int, int]:
    first, colon, last = text.partition(":")
    if not (colon and first.isdecimal() and last.isdecimal()):
        raise UsageError(f"--span '{text}' is not START:END; write two numbers, as in --span 120:184")
    return int(first), int(last)
