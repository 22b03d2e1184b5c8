"""Questions to begin with: the corpus' own, if it brings any."""

from __future__ import annotations

from pathlib import Path

from app.words.english import ENGLISH
from app.words.texts import Texts
from index.errors import CorpusError

FILE = "suggestions.txt"
MOST = 4  # more would be a menu, not a beginning


def suggestions(corpus: Path, texts: Texts = ENGLISH) -> tuple[str, ...]:
    """At most `MOST` questions from `suggestions.txt` in `corpus`: one a line, '#' begins a comment.

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
