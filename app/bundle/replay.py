"""A bundle of evidence checked again, quotation by quotation: offline, from its own members, in memory.

docs/bundle.md says what is proved and what is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from pydantic import computed_field

from app.answer.beside_original import installed_check
from app.bundle.archive import MAX_FILE
from app.bundle.current import CurrentIndex, SourceState
from app.bundle.format import QUOTES, QuoteLine, SourceCard, answer_name, misquoted
from app.bundle.labels import Relabelled, held_otherwise, is_labelled, relabelled
from app.bundle.pages import MAX_TEXT
from app.bundle.read import Unpacked, altered_pages
from app.llm.checking import Checking
from app.records import AnswerQuote, IndexStamp
from index.errors import UsageError
from index.records import Record
from index.source import Source, page_span

_TOO_LARGE = (
    f"the sources have more than {MAX_TEXT:,} characters, so README.txt, conversation.md and conversation.html were "
    "not compared with the answers"
)


class ReplayedQuote(QuoteLine):
    """One quotation: footnote `number` of answer `answer`. `reason` says why it is not proved.

    `here`: how its source compares with the index on this machine, None without one. `differs`: the fields of the
    source's description ('publisher', 'title') that this index tells otherwise.
    """

    question: str
    proved: bool
    reason: str = ""
    here: SourceState | None = None
    differs: tuple[str, ...] = ()


class Replay(Record):
    """What a check found. `sha256`: of the bundle itself. `problems`: members changed, missing, added or unreadable.

    `unchecked`: what was not checked, in words, '' if all was: that is no failure.
    `generation`: the index that sources were compared with, '' if there is none; `note`: why it could not be read.
    `checker`: what has checked a language model's statements again, '' where there are none; `labels`: where it differs
    from another checker's label. Where it differs from its own, that is a problem.
    """

    sha256: str
    title: str
    made: str
    footnote: str
    indexes: tuple[IndexStamp, ...]
    answers: int
    problems: tuple[str, ...]
    quotes: tuple[ReplayedQuote, ...]
    unchecked: str = ""
    generation: str = ""
    note: str = ""
    checker: str = ""
    labels: tuple[Relabelled, ...] = ()

    @computed_field  # type: ignore[prop-decorator]
    @property
    def proved(self) -> int:
        """Return how many quotations are proved."""
        return sum(q.proved for q in self.quotes)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def ok(self) -> bool:
        """Return whether every quotation is proved and every member is as it was made."""
        return not self.problems and self.proved == len(self.quotes)


def replay(bundle: Path | bytes, home: Path | None = None) -> Replay:
    """Check every quotation of `bundle`; if there is an index under `home`, compare each source with it.

    Raises UsageError if `bundle` is no bundle at all, ModelError if what checks a language model's statements is
    damaged. An index that cannot be read is said in `Replay.note`.
    """
    data = bundle if isinstance(bundle, bytes) else _read(bundle)
    unpacked = Unpacked(data)
    present = CurrentIndex.read(home)
    quotes = tuple(_checked(unpacked, present))
    checking = Checking() if any(map(is_labelled, unpacked.answers.values())) else None
    labels = tuple(_labels(unpacked, checking)) if checking else ()
    if any(s.of_original for answer in unpacked.answers.values() for s in answer.statements):
        _check_originals(unpacked)
    unchecked = _TOO_LARGE if unpacked.too_large else ""
    if not unchecked and not unpacked.problems and all(q.proved for q in quotes):
        unpacked.problems += altered_pages(unpacked)  # what is amiss elsewhere makes other pages
    return Replay(
        sha256=hashlib.sha256(data).hexdigest(),
        **unpacked.manifest.model_dump(include={"title", "made", "footnote", "indexes", "answers"}),
        problems=tuple(unpacked.problems),
        quotes=quotes,
        unchecked=unchecked,
        generation=present.generation,
        note=present.note,
        checker=checking.name if checking else "",
        labels=labels,
    )


def _read(path: Path) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise UsageError(f"{path} is not a file; name the bundle's zip file")
        with path.open("rb") as file:
            return file.read(MAX_FILE + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); name the bundle's zip file") from None


def _checked(unpacked: Unpacked, present: CurrentIndex) -> Iterator[ReplayedQuote]:
    """Yield every quotation that is listed or cited, by answer and number."""
    wrong = {(n, number) for n, answer in unpacked.answers.items() for number in misquoted(answer)}
    for line in sorted(unpacked.listed | unpacked.cited, key=lambda q: (q.answer, q.number, q.start, q.end)):
        card = unpacked.cards.get((line.source_id, line.source_sha256))
        reason = _amiss(line, unpacked) or _misplaced(line, card)
        if not reason and (line.answer, line.number) in wrong:
            reason = "its statement has other words"
        answer = unpacked.answers.get(line.answer)
        yield ReplayedQuote(
            **line.model_dump(),
            question=answer.question if answer else "",
            proved=not reason,
            reason=reason,
            here=present.find(line.source_id, line.source_sha256, line.text),
            differs=present.differences(card.facts) if card else (),
        )


def _misplaced(line: QuoteLine, card: SourceCard | None) -> str:
    """Say why a quotation does not stand on the pages that it names; '' if it does."""
    pages = page_span(card.pages if card else (), line.start, line.end)
    return "" if pages == line.pages else "its source has it on another page"


def _labels(unpacked: Unpacked, checking: Checking) -> Iterator[Relabelled]:
    """Check a language model's statements again; yield what another checker labels otherwise, and note the rest."""

    def source(quote: AnswerQuote) -> Source | None:
        key = (quote.source_id, quote.source_sha256)
        card, text = unpacked.cards.get(key), unpacked.text(*key)
        return card.source(text) if card and text is not None and quote.end <= len(text) else None

    for n, answer in unpacked.answers.items():
        for found in relabelled(n, answer, source, checking):
            if found.by != checking.name:
                yield found
            else:
                said = f"has another label than its check gives it ({found.here.value})"
                said = said if found.differs == "label" else "has other reasons than its check gives"
                unpacked.problems.append(f"{answer_name(n)}: statement {found.statement} {said}")


def _check_originals(unpacked: Unpacked) -> None:
    """Hold notes against their originals again, and note what is said otherwise. Raises ModelError."""
    texts = ((key, card, unpacked.text(*key)) for key, card in unpacked.cards.items())
    made = {key: card.source(text) for key, card, text in texts if text is not None}
    sources = {key: source for key, source in made.items() if source}
    for n, answer in unpacked.answers.items():
        for place in held_otherwise(answer, sources, installed_check()):
            unpacked.problems.append(
                f"{answer_name(n)}: statement {place} says otherwise what its original does with it"
            )


def _amiss(line: QuoteLine, unpacked: Unpacked) -> str:
    """Say why a quotation is not proved; '' if it is."""
    text = unpacked.text(line.source_id, line.source_sha256)
    if text is None:
        return f"the bundle does not hold the text of '{line.source_id}' with the SHA-256 that was quoted"
    if not 0 <= line.start < line.end <= len(text):
        return f"{line.start}:{line.end} lies outside the source's text (0:{len(text)})"
    if line.end - line.start != len(line.text) or text[line.start : line.end] != line.text:
        return f"the source reads otherwise at {line.start}:{line.end}"
    if line not in unpacked.cited:
        known = line.answer in unpacked.answers
        return f"answer {line.answer} {'does not cite it so' if known else 'cannot be read'}"
    return "" if line in unpacked.listed else f"it is not listed in {QUOTES}"
