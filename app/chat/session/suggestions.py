"""What to ask: the corpus' own questions to begin with, and sources to ask about where there is no answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from app.words.texts import Texts
from index.errors import CorpusError
from index.source import Kind, Source

FILE = "suggestions.txt"
MOST = 4  # questions; more would be a menu, not a beginning
MOST_SOURCES = 3


def suggestions(corpus: Path, texts: Texts) -> tuple[str, ...]:
    """Return at most `MOST` questions from `suggestions.txt` in `corpus`: one a line, '#' begins a comment.

    Without such a file, questions that fit any corpus. Raises CorpusError if it cannot be read.
    """
    path = corpus / FILE
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return texts.suggestions
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusError(f"{FILE}: cannot be read ({error}); save it as UTF-8 or remove it") from error
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))[:MOST] or texts.suggestions


def sources_to_offer(near: Iterable[str], sources: Sequence[Source]) -> tuple[Source, ...]:
    """Choose `MOST_SOURCES` sources to ask about: those with an id in `near` first, then in the corpus' own order."""
    by_id = {s.id: s for s in sources if s.kind is not Kind.ARTICLE}
    order = dict.fromkeys([*(i for i in near if i in by_id), *by_id])
    return tuple(by_id[i] for i in order)[:MOST_SOURCES]
