"""`footnote sources check --notes`: does the original of a note bear out what the note says? Asks for no page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.answer.extract import quotes_of
from app.answer.on_article import on_article
from app.question.readable import is_read
from app.records import as_one
from app.support.originals import OriginalCheck, speaks_of_itself
from app.support.records import OfOriginal
from index.records import Record
from index.source import BlockKind, Kind, Source
from index.storage.generation import Generation

_NO_CLAIM = frozenset({BlockKind.HEADING, BlockKind.TABLE_HEAD})


class LeftOut(Record):
    """A source that is not held against an original, and why."""

    about: str
    reason: str


class NoteSentence(Record):
    """A sentence of a note, `text`, which stands at `start:end` in it, and what its original does with it.

    `words`: what was held against the original, which begins with what the sentence hangs on.
    """

    start: int
    end: int
    text: str
    words: str
    original: OfOriginal


class NoteChecked(Record):
    """A note held against its original. `left_out`: how many sentences are on the article or on the note itself."""

    source_id: str
    original: str
    sentences: tuple[NoteSentence, ...]
    left_out: int


def plan_notes(sources: Sequence[Source], ids: Sequence[str]) -> tuple[list[Source], list[LeftOut]]:
    """Return the notes that have an original, of those named by `ids` (or by an original's id) or of all; and the
    named ones that have none.
    """
    chosen = [s for s in sources if s.id in ids or (s.original and s.original in ids)]
    notes = [s for s in (chosen if ids else sources) if s.original]
    originals = {s.original for s in notes}
    skipped = []
    for source in chosen:
        if source.kind is Kind.NOTE and not source.original:
            reason = "its original is not in the index; fetch it first (footnote sources fetch)"
            skipped.append(LeftOut(about=source.id, reason=reason))
        elif source.kind is not Kind.NOTE and source.id not in originals:
            skipped.append(LeftOut(about=source.id, reason="it is no note, and no note is about it"))
    return notes, skipped


def check_notes(generation: Generation, notes: Sequence[Source], check: OriginalCheck) -> Iterator[NoteChecked]:
    """Hold each note against its original, sentence by sentence. Raises ModelError if the reader fails."""
    article = next((s.facts for s in generation.sources() if s.kind is Kind.ARTICLE), None)
    for note in notes:
        original = generation.source(note.original)
        passages = generation.passages_of(note.id)
        every = {s.start: s for p in passages for s in p.sentences if s.block not in _NO_CLAIM}
        found = []
        for sentence in every.values():
            words = as_one(quotes_of(note, sentence))
            if on_article(note, sentence.start, sentence.end, (), article) or speaks_of_itself(words):
                continue
            held = check.check(words, original, is_read(words, original))
            start, end = sentence.start, sentence.end
            text = note.text[start:end]
            found.append(NoteSentence(start=start, end=end, text=text, words=words, original=held))
        left_out = len(every) - len(found)
        yield NoteChecked(source_id=note.id, original=original.id, sentences=tuple(found), left_out=left_out)
