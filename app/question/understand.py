"""From what was typed to the question that is searched for; what was changed on the way is kept, and shown."""

from __future__ import annotations

from collections.abc import Sequence

from app.question.classify import says_how_to_answer
from app.question.follow_up import in_context
from app.question.language import unreadable
from app.question.message import find_question
from app.question.parts import parts
from app.question.spelling import mend
from app.records import Correction, Turn, Understanding
from index.settings import IndexSettings
from index.storage.vocabulary import Vocabulary
from index.text.analysis import analyse


def understand(
    typed: str, history: Sequence[Turn], vocabulary: Vocabulary, settings: IndexSettings, as_typed: bool = False
) -> Understanding:
    """Understand a question: find it in the message, mend its words, and make it stand alone.

    A question in a language that the model does not read, or with question words of another than English, is taken
    as it is, but for the spelling of names: the rules here are of English.
    `as_typed`: take it word for word, without earlier turns and without mending. Raises DamagedIndexError.
    """
    language = unreadable(typed, settings) or ""
    if as_typed:
        return Understanding(standalone_question=typed, language=language)
    if language or _asks_elsewise(typed):
        question, corrections = mend(typed, vocabulary)
        return Understanding(standalone_question=question, corrections=corrections, language=language)
    question, corrections = _read(typed, vocabulary)
    earlier = [t.model_copy(update={"text": _read(t.text, vocabulary)[0]}) if t.role == "user" else t for t in history]
    found = in_context(question, earlier)
    return found.model_copy(update={"corrections": corrections, "parts": _parts(found.standalone_question)})


def _read(typed: str, vocabulary: Vocabulary) -> tuple[str, tuple[Correction, ...]]:
    return mend(find_question(typed), vocabulary)


def _asks_elsewise(typed: str) -> bool:
    """Return whether `typed` has a question word, or another small word, in a script that English does not use."""
    return any(t.is_stop and not t.surface.isascii() for t in analyse(typed).tokens)


def _parts(text: str) -> tuple[str, ...]:
    """Return the questions in `text` if it holds several that ask for something."""
    found = tuple(f"{p[:1].upper()}{p[1:].rstrip(' .?')}?" for p in parts(text) if not says_how_to_answer(p))
    return found if len(found) > 1 else ()
