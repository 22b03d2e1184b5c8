"""The direct line above the quotations: the answering words of the statements that answer, with who says so."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.answer.compose import Draft
from app.records import Direct, Statement
from app.words.describe import short_speaker
from index.source import Source

_LOOSE = re.compile(r"(?<!\d)[.,]|[.,](?!\d)|[−-](?!\d)|[^\w.,−%‰$€£¥₴-]")
MOST = 12  # pieces of one part


def direct(
    drafts: Sequence[Draft], statements: Sequence[Statement], sources: Mapping[str, Source]
) -> tuple[Direct, ...]:
    """Return the answering words of the `drafts` that answer, cut out of their `statements`, each wording once."""
    found: list[Direct] = []
    for draft, statement in zip(drafts, statements, strict=True):
        if not draft.answers or not statement.emphasis:
            continue
        quote = statement.quotes[-1]
        said = [
            Direct(
                text=statement.text[start:end],
                number=quote.number,
                speaker=short_speaker(statement, sources[quote.source_id].facts),
                part=draft.part,
            )
            for start, end in statement.emphasis
        ]
        new = [d for d in said if all(_plain(d.text) != _plain(f.text) for f in found if f.part == d.part)]
        room = MOST - sum(f.part == draft.part for f in found)
        found += new[:room]
    return tuple(found)


def _plain(text: str) -> str:
    """Return a wording without what may differ in the same words; a figure keeps its point, sign and currency."""
    return _LOOSE.sub("", text.lower())
