"""Which questions a refusal offers: near ones that the sources answer, then summaries of the closest sources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from app.chat.session.engine import ChatEngine
from app.chat.session.exchange import Exchange
from app.chat.session.suggestions import MOST, Suggestion, candidates, recalled, summaries
from index.source import Source


@dataclass(frozen=True)
class Offers:
    """Offers from `corpus` and from the sources that `engine` serves now."""

    corpus: Path
    engine: ChatEngine | None = None

    def near(self, exchange: Exchange, engine: ChatEngine) -> Iterator[tuple[Suggestion, ...]]:
        """Yield the questions near to the exchange's own that were found so far, and at last `MOST`.

        Raises CorpusError, and what asking raises.
        """
        answer = exchange.answer
        if answer is None:
            return
        closest = [exchange.sources[i] for i in dict.fromkeys(h.source_id for h in exchange.nearest)]
        offered = {s.question: s for s in candidates(self.corpus, closest)}
        near: tuple[Suggestion, ...] = ()
        places = {q: s.place for q, s in offered.items()}
        with closing(engine.nearby(answer.standalone_question, places)) as growing:
            for found in growing:
                near = tuple(offered[q] for q in found)
                yield near
        rest = [s for s in summaries(closest, engine.sources()) if s.question not in {n.question for n in near}]
        yield (*near, *rest)[:MOST]

    def recalled(self, questions: Iterable[str]) -> tuple[Suggestion, ...]:
        """Return those of the questions that may be offered again. Raises CorpusError."""
        sources: tuple[Source, ...] = self.engine.sources() if self.engine is not None else ()
        return recalled(questions, self.corpus, sources)
