"""How a question was understood, in words: with which earlier question, with which words mended, and the way back."""

from __future__ import annotations

import re

from app.records import Understanding
from app.words.languages import ENGLISH
from app.words.texts import Texts


def read_as(question: str, understood: Understanding) -> str:
    """Return the question that was answered, where it is another one than was typed; mended words do not count."""
    alone = understood.standalone_question.strip()
    typed = _mended(question, understood)
    return "" if typed.split() == alone.split() or not alone else alone


def _mended(question: str, understood: Understanding) -> str:
    read = {c.typed.lower(): c.read for c in understood.corrections}
    if not read:
        return question
    words = "|".join(map(re.escape, sorted(read, key=len, reverse=True)))
    return re.sub(rf"(?<!\w)(?:{words})(?!\w)", lambda m: read.get(m[0].lower(), m[0]), question, flags=re.IGNORECASE)


def showing(understood: Understanding, texts: Texts = ENGLISH) -> str:
    """Return 'Showing results for soldiers (typed: soldeirs)'; '' if nothing was mended."""
    mended = [texts.mended.format(read=c.read, typed=c.typed) for c in understood.corrections]
    return texts.showing.format(words=", ".join(mended)) if mended else ""


def way_back(question: str, understood: Understanding, texts: Texts = ENGLISH) -> str:
    """Name what asks the same words once more as they were typed; '' where they were taken so anyway."""
    other = read_as(question, understood)
    if other and understood.context and not understood.corrections:
        return texts.ask_alone
    if other:
        return texts.ask_as_typed
    typed = ", ".join(c.typed for c in understood.corrections)
    return texts.search_instead.format(typed=typed) if typed else ""
