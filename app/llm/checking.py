"""A language model's statement held against the words that it rests on, by the checker of `app.support`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.question.readable import is_read
from app.records import AnswerQuote, Support
from app.support.check import Checker, installed
from app.support.evidence import evidence_of
from app.support.records import Label, Verdict
from index.passage import Quote
from index.source import Source

_SUPPORT = {
    Label.QUOTED: Support.SUPPORTED,
    Label.SUPPORTED: Support.SUPPORTED,
    Label.PARTLY: Support.PARTLY,
    Label.NOT_SUPPORTED: Support.UNSUPPORTED,
    Label.CONTRADICTED: Support.CONTRADICTED,
    Label.UNSURE: Support.UNCHECKED,
}


def support_of(verdict: Verdict | None) -> Support:
    """Return how a statement with `verdict` rests on its quotations; without one it is unchecked."""
    return _SUPPORT[verdict.label] if verdict else Support.UNCHECKED


class Checking:
    """Checks one statement at a time; thread-safe. `opened`: gives the checker, with the first statement."""

    def __init__(self, opened: Callable[[], Checker] = installed) -> None:
        self._opened = opened

    @property
    def name(self) -> str:
        """The checker's name. Raises ModelError as `verdict`."""
        return self._opened().name

    def verdict(self, statement: str, source: Source, quotes: Sequence[Quote | AnswerQuote]) -> Verdict | None:
        """Return how `statement` stands to `quotes`, all of one source; None where there is no way to say.

        That is so for another language, as long as its figures are the source's; where the reader is not sure; and
        without a reader for a free paraphrase in which nothing is wrong word for word. Raises ModelError if the reader
        is damaged or fails.
        """
        checker = self._opened()
        evidence = evidence_of(source, [(q.start, q.end) for q in quotes])
        if not is_read(statement, source):
            return checker.check_figures(statement, evidence)
        found = checker.check(statement, evidence)
        return None if checker.leaves_open(statement, evidence, found) else found
