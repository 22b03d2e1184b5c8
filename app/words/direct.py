"""The direct answer in words: each piece as it is shown, with who says so and the number of its footnote."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.records import Answer, Direct, Part, Statement, stands_in
from app.words.describe import short_speaker
from app.words.languages import ENGLISH
from app.words.texts import Texts
from index.source import SourceFacts

STOP = " · "  # between two pieces
_PHRASE = 3  # words from which a piece may be a clause, not a name or a figure
_CLAUSE = 7  # words from which it is one


class Piece(NamedTuple):
    """Answering words on one line, in quotation marks if they are a `clause`; `who` is '' if nothing is known of it."""

    words: str
    who: str
    number: int
    clause: bool


def pieces(
    direct: Sequence[Direct],
    statements: Sequence[Statement],
    facts: Mapping[str, SourceFacts],
    texts: Texts = ENGLISH,
) -> list[Piece]:
    """Return `direct` as it is shown; what stands in no quotation of `statements` with its number is left out.

    Who says so is told from the quotation's own source, so that nobody can be made to say it.
    """
    shown = []
    for piece in direct:
        cited = ((s, q) for s in statements for q in s.quotes if stands_in(piece, q))
        statement, quote = next(cited, (None, None))
        if statement is None or quote is None:
            continue
        source = facts.get(quote.source_id)
        who = short_speaker(statement, source, texts) if source else ""
        line, clause = " ".join(piece.text.split()), _is_clause(piece.text)
        shown.append(Piece(f"“{line}”" if clause else line, who, piece.number, clause))
    return shown


def pieces_of(answer: Answer, part: Part) -> list[Piece]:
    """Return the direct answer to one question of a finished answer."""
    return pieces(part.direct, part.statements, {s.id: s.facts for s in answer.sources})


def _is_clause(text: str) -> bool:
    words = text.split()
    figure = any(map(str.isdigit, text))
    return len(words) >= _CLAUSE or (len(words) >= _PHRASE and words[0][0].islower() and not figure)


def cut_words(part: Part, texts: Texts = ENGLISH) -> str:
    """Say how many items of a list are shown of how many; '' if no list is cut."""
    cut = next((s.of_list for s in part.statements if s.of_list), None)
    return texts.list_cut.format(shown=cut[0], count=cut[1]) if cut else ""


def direct_line(shown: Sequence[Piece]) -> str:
    """Return '9,048 (WSWS) [1] · 9,417 (our note on UNN) [2]'."""
    return STOP.join(f"{p.words}{f' ({p.who})' if p.who else ''} [{p.number}]" for p in shown)
